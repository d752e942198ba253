"""Tables of KOCs: applications, profiles, absences, followers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.kocs.types import ApplicationState, FollowFor
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class KocApplication(BrandOwned):
    """A member who wishes to answer others, with the score the decision was made on."""

    member = SameBrandKey("members.Member")
    name = models.CharField(max_length=40)
    statement = models.TextField()
    good_at = models.JSONField()
    show_ids = models.JSONField(default=list)
    weekly_capacity = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=choices(ApplicationState))
    applied_at = models.DateTimeField()
    score = models.JSONField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member"],
                condition=Q(state=ApplicationState.OPEN),
                name="koc_application_once",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "state", "applied_at"], name="koc_application_queue"),
        ]


class KocProfile(BrandOwned):
    """A KOC: what she is good at, who she says she is, how much she can take on."""

    member = SameBrandKey("members.Member")
    handle = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)
    city = models.CharField(max_length=40, blank=True)
    persona_zh = models.TextField(blank=True)
    persona_en = models.TextField(blank=True)
    good_at = models.JSONField(default=dict)
    topics = models.JSONField(default=list)
    facts_sealed = SealedField(null=True)
    weekly_capacity = models.PositiveSmallIntegerField(default=5)
    can_earn_since = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "handle"], name="koc_handle_once"),
            models.UniqueConstraint(
                fields=["brand", "member"], condition=Q(until__isnull=True), name="koc_once"
            ),
        ]


class KocAway(BrandOwned):
    """Days on which a KOC is not asked."""

    koc = SameBrandKey("kocs.KocProfile")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="koc_away_ends"),
        ]


class Follow(BrandOwned):
    """A member who follows a KOC, for her body or for her style."""

    member = SameBrandKey("members.Member")
    koc = SameBrandKey("kocs.KocProfile")
    follow_for = models.CharField(max_length=5, choices=choices(FollowFor))
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member", "koc", "follow_for"],
                condition=Q(until__isnull=True),
                name="follow_once",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "koc", "follow_for"], name="follow_by_koc"),
        ]
