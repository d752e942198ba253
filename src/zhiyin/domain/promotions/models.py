"""Tables of promotions: what is on offer, who used it, and the groups that buy together."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.promotions.types import (
    GroupState,
    LeftAs,
    PromotionKind,
    SeatState,
)
from zhiyin.storage.choices import choices
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey

SITTING = [SeatState.TAKEN.value, SeatState.PAID.value]
"""The states in which somebody has a seat."""


class Promotion(BrandOwned):
    """What a merchant offers for a while: a kind, its window, its limits and its price.

    Columns that a kind has no use for are null or empty. `used` counts pieces or redemptions
    where `most_uses` is set, and stays 0 where it is not, so that an unlimited promotion has no
    row that every buyer waits for.
    """

    kind = models.CharField(max_length=10, choices=choices(PromotionKind))
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    store_ids = ArrayField(models.UUIDField(), default=list)
    deliveries = ArrayField(models.CharField(max_length=8), default=list)
    is_for_new_customers = models.BooleanField(default=False)
    most_uses = models.PositiveIntegerField(null=True)
    per_person = models.PositiveIntegerField(null=True)
    used = models.PositiveIntegerField(default=0)
    price_fen = models.BigIntegerField(null=True)
    takes_coupons = models.BooleanField(default=True)
    seats = models.PositiveSmallIntegerField(null=True)
    open_hours = models.PositiveSmallIntegerField(null=True)
    most_pieces = models.PositiveSmallIntegerField(null=True)
    off_fen = models.BigIntegerField(null=True)
    off_bps = models.PositiveIntegerField(null=True)
    most_off_fen = models.BigIntegerField(null=True)
    from_fen = models.BigIntegerField(default=0)
    categories = ArrayField(models.CharField(max_length=12), default=list)
    is_stackable = models.BooleanField(default=True)
    is_claimable = models.BooleanField(default=False)
    code = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "code"], condition=~Q(code=""), name="coupon_code_once"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="promotion_has_a_window"
            ),
            models.CheckConstraint(
                condition=Q(most_uses__isnull=True) | Q(used__lte=F("most_uses")),
                name="promotion_not_used_up_twice",
            ),
            models.CheckConstraint(
                condition=Q(price_fen__gt=0)
                | (Q(kind=PromotionKind.COUPON.value) & Q(price_fen__isnull=True)),
                name="promotion_priced_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=PromotionKind.GROUP_BUY.value, seats__gte=2, open_hours__gte=1)
                | (~Q(kind=PromotionKind.GROUP_BUY.value) & Q(seats__isnull=True)),
                name="group_buy_needs_company",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PromotionKind.COUPON.value)
                | Q(off_fen__gt=0, off_bps__isnull=True)
                | Q(off_fen__isnull=True, off_bps__gt=0, off_bps__lte=10_000),
                name="coupon_off_one_way",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PromotionKind.TRIAL.value) | Q(per_person=1),
                name="trial_once_per_person",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "kind", "starts_at"], name="promotion_by_kind"),
        ]


class PromotionSku(BrandOwned):
    """A SKU that a group-buy, a flash sale or a trial is for."""

    promotion = SameBrandKey("promotions.Promotion")
    sku = SameBrandKey("catalog.Sku")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "promotion", "sku"], name="promotion_sku_once"
            ),
        ]


class PromotionMove(BrandOwned):
    """Who set up, changed or stopped a promotion, when, and what was said. Append-only."""

    promotion = SameBrandKey("promotions.Promotion")
    act = models.CharField(max_length=8)
    said = models.JSONField(default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()


class Claim(BrandOwned):
    """A coupon in a member's hand."""

    promotion = SameBrandKey("promotions.Promotion")
    member = SameBrandKey("members.Member")
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member", "promotion"], name="coupon_claimed_once"
            ),
        ]


class CodeTry(BrandOwned):
    """How many codes that do not exist a member tried in an hour."""

    member = SameBrandKey("members.Member")
    hour = models.DateTimeField()
    tries = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "member", "hour"], name="code_tries_once"),
        ]


class Use(BrandOwned):
    """What an order used of a promotion. It counts until the order gives it back, unpaid."""

    promotion = SameBrandKey("promotions.Promotion")
    order_id = models.UUIDField()
    member = SameBrandKey("members.Member")
    pieces = models.PositiveIntegerField()
    used_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "order_id", "promotion"], name="promotion_used_once_by_order"
            ),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="promotion_use_has_pieces"),
        ]


class Tally(BrandOwned):
    """How much one person has had of a promotion that limits that; `most` when she last had some,
    or what two members had who were found to be one person, if that is more.

    The row is the guard: `used` grows by one statement, and never above `most`.
    """

    promotion = SameBrandKey("promotions.Promotion")
    member = SameBrandKey("members.Member")
    used = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "promotion", "member"], name="promotion_tally_once"
            ),
            models.CheckConstraint(condition=Q(used__lte=F("most")), name="promotion_tally_kept"),
        ]


class Group(BrandOwned):
    """Some people who buy together: won when every seat is paid, lost when its time is over.

    `price_fen` and `seats` are the group-buy's when the group was opened, and stay. Its row is
    the lock that every act on its seats takes first.
    """

    group_buy = SameBrandKey("promotions.Promotion")
    opened_by = SameBrandKey("members.Member")
    price_fen = models.BigIntegerField()
    seats = models.PositiveSmallIntegerField()
    seats_taken = models.PositiveSmallIntegerField(default=0)
    seats_paid = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=4, choices=choices(GroupState))
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    won_by_order_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=2), name="group_needs_company"),
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("seats")), name="group_not_overfull"
            ),
            models.CheckConstraint(
                condition=Q(seats_paid__lte=F("seats_taken")), name="group_paid_had_a_seat"
            ),
            models.CheckConstraint(
                condition=Q(state=GroupState.WON.value, seats_paid=F("seats"))
                | (~Q(state=GroupState.WON.value) & Q(seats_paid__lt=F("seats"))),
                name="group_won_when_all_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state=GroupState.LOST.value) | Q(seats_taken=0),
                name="group_lost_is_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "closes_at", "id"],
                condition=Q(state=GroupState.OPEN.value),
                name="group_closing",
            ),
        ]


class Seat(BrandOwned):
    """A place in a group for one order of one member.

    `seats_taken` of its group counts those taken and those paid. One that was left although it
    has a `paid_at` is owed a refund.
    """

    group = SameBrandKey("promotions.Group")
    member = SameBrandKey("members.Member")
    order_id = models.UUIDField()
    state = models.CharField(max_length=5, choices=choices(SeatState))
    left_as = models.CharField(max_length=8, choices=choices(LeftAs), blank=True)
    taken_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "order_id"], name="seat_once_for_an_order"),
            models.UniqueConstraint(
                fields=["brand", "group", "member"],
                condition=Q(state__in=SITTING),
                name="seat_once_for_a_member",
            ),
            models.CheckConstraint(
                condition=Q(state=SeatState.TAKEN.value, paid_at__isnull=True)
                | Q(state=SeatState.PAID.value, paid_at__isnull=False)
                | (Q(state=SeatState.LEFT.value, left_at__isnull=False) & ~Q(left_as="")),
                name="seat_state_says_so",
            ),
        ]
