"""Tables of commissions: plans, promoters, what they earned, and what was taken back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.commissions.types import (
    LEAST_WINDOW_DAYS,
    MOST_LEVELS,
    MOST_RATE_BPS,
    MOST_WINDOW_DAYS,
    CommissionState,
    Earner,
)
from zhiyin.storage.choices import choices
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Plan(BrandOwned):
    """What promoters of one kind earn on a sale. Fixed from when it is switched on."""

    name = models.CharField(max_length=60)
    earner = models.CharField(max_length=7, choices=choices(Earner))
    rate_bps = models.PositiveSmallIntegerField()
    cap_fen = models.BigIntegerField(null=True)
    second_bps = models.PositiveSmallIntegerField(null=True)
    categories = models.JSONField(default=list)
    window_days = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    switched_on_at = models.DateTimeField(null=True)
    switched_off_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rate_bps__gte=1, rate_bps__lte=MOST_RATE_BPS - F("second_bps"))
                | Q(second_bps__isnull=True, rate_bps__gte=1, rate_bps__lte=MOST_RATE_BPS),
                name="commission_plan_rate",
            ),
            models.CheckConstraint(
                condition=Q(second_bps__isnull=True) | Q(second_bps__gte=1),
                name="commission_plan_second",
            ),
            models.CheckConstraint(
                condition=Q(cap_fen__isnull=True) | Q(cap_fen__gte=1), name="commission_plan_cap"
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=LEAST_WINDOW_DAYS, window_days__lte=MOST_WINDOW_DAYS),
                name="commission_plan_window",
            ),
            models.CheckConstraint(
                condition=Q(switched_off_at__isnull=True) | Q(switched_on_at__isnull=False),
                name="commission_plan_off_after_on",
            ),
        ]


class PlanMove(BrandOwned):
    """A line of a plan's history: what was done, what was said, by whom."""

    plan = SameBrandKey("commissions.Plan")
    act = models.CharField(max_length=12)
    said = models.JSONField(default=dict)
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )


class LevelAcknowledgement(BrandOwned):
    """That somebody of the brand has read what a second level means in law, and what she read."""

    statement = models.TextField()
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


class Promoter(BrandOwned):
    """A member who may earn. Joining costs nothing; who introduced her is written down once.

    Ids grow with time, so an introducer with a smaller id was there before: nobody can end up
    above herself.
    """

    member = SameBrandKey("members.Member")
    earner = models.CharField(max_length=7, choices=choices(Earner))
    koc_id = models.UUIDField(null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    introduced_by = SameBrandKey("commissions.Promoter", null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member"], condition=Q(until__isnull=True), name="promoter_once"
            ),
            models.UniqueConstraint(
                fields=["brand", "koc_id"],
                condition=Q(until__isnull=True),
                name="promoter_of_koc_once",
            ),
            models.UniqueConstraint(
                fields=["brand", "user"],
                condition=Q(until__isnull=True),
                name="promoter_of_account_once",
            ),
            models.CheckConstraint(
                condition=Q(introduced_by__isnull=True) | Q(introduced_by__lt=F("id")),
                name="promoter_introduced_by_an_earlier_one",
            ),
        ]


class Settlement(BrandOwned):
    """A batch of commissions that became their promoters' own by one entry of the ledger."""

    at = models.DateTimeField()
    commissions = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()


class Commission(BrandOwned):
    """What one promoter earns on one line of goods, by the terms of the day it was paid for."""

    plan = SameBrandKey("commissions.Plan")
    promoter = SameBrandKey("commissions.Promoter")
    member = SameBrandKey("members.Member")
    level = models.PositiveSmallIntegerField()
    order = SameBrandKey("orders.Order")
    line = SameBrandKey("orders.OrderLine")
    base_fen = models.BigIntegerField()
    rate_bps = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    reversed_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, choices=choices(CommissionState))
    window_days = models.PositiveSmallIntegerField()
    accrued_at = models.DateTimeField()
    unlocked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settlement_id = models.UUIDField(null=True)  # no key: K5 looks, and a million rows are settled

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "order", "line", "promoter"], name="commission_of_line_once"
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=MOST_LEVELS), name="commission_level"
            ),
            models.CheckConstraint(
                condition=Q(rate_bps__gte=1, rate_bps__lte=MOST_RATE_BPS), name="commission_rate"
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_fen__gte=1, amount_fen__lte=F("base_fen") * F("rate_bps") / 10_000
                ),
                name="commission_within_its_rate",
            ),
            models.CheckConstraint(
                condition=Q(reversed_fen__gte=0, reversed_fen__lte=F("amount_fen")),
                name="commission_reversed_within",
            ),
            models.CheckConstraint(
                condition=Q(state=CommissionState.PAYABLE.value, settlement_id__isnull=False)
                | Q(state=CommissionState.REVERSED.value)
                | Q(
                    state__in=[CommissionState.PENDING.value, CommissionState.UNLOCKED.value],
                    settlement_id__isnull=True,
                ),
                name="commission_settled_by_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "member", "id"],
                condition=Q(state=CommissionState.UNLOCKED.value),
                name="commission_unlocked",
            ),
        ]


class Reversal(BrandOwned):
    """A part of a commission that was taken back, and why: goods went back."""

    commission = SameBrandKey("commissions.Commission")
    amount_fen = models.BigIntegerField()
    debt_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gte=1, debt_fen__gte=0, debt_fen__lte=F("amount_fen")),
                name="commission_reversal_sums",
            ),
        ]
