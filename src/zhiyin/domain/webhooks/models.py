"""Tables of webhooks: endpoints, what is delivered to them, and every attempt."""

from django.db import models
from django.db.models import Q

from zhiyin.domain.webhooks.types import (
    NOTE_CHARS_MAX,
    URL_CHARS_MAX,
    DeliveryState,
    DisabledWhy,
    Failure,
    GaveUp,
)
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class WebhookEndpoint(BrandOwned):
    """A program of the brand's own that is told of events of some types.

    After a rotation the former secret signs as well until `former_until`.
    """

    url = models.CharField(max_length=URL_CHARS_MAX)
    note = models.CharField(max_length=NOTE_CHARS_MAX, blank=True)
    event_types = models.JSONField()
    secret_sealed = SealedField()
    former_sealed = SealedField(null=True)
    former_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=8, choices=choices(DisabledWhy), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True) ^ ~Q(disabled_why=""),
                name="webhook_off_says_why",
            ),
            models.CheckConstraint(
                condition=Q(former_sealed__isnull=True) ^ Q(former_until__isnull=False),
                name="webhook_former_secret_ends",
            ),
        ]


class WebhookDelivery(BrandOwned):
    """An event on its way to one endpoint: once for each, with the very bytes that are sent.

    `tries` counts since it was queued or replayed, `attempts` all of them. Whoever takes one that
    is due moves `due_at` past the time it needs, so that a killed worker's is due again.
    """

    endpoint = SameBrandKey("webhooks.WebhookEndpoint")
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=choices(DeliveryState))
    why = models.CharField(max_length=17, choices=choices(GaveUp), blank=True)
    attempts = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "endpoint", "event_id"], name="webhook_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.WAITING) ^ Q(due_at__isnull=True),
                name="webhook_delivery_due_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.GIVEN_UP) ^ Q(why=""),
                name="webhook_delivery_given_up_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "endpoint", "due_at"],
                condition=Q(state=DeliveryState.WAITING),
                name="webhook_delivery_due",
            ),
            models.Index(fields=["brand", "-created_at"], name="webhook_delivery_newest"),
        ]


class WebhookAttempt(BrandOwned):
    """One try, and what came of it."""

    delivery = SameBrandKey("webhooks.WebhookDelivery")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=15, choices=choices(Failure), blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "delivery", "number"], name="webhook_attempt_once"
            ),
        ]
