"""Tables of what comes after paying: parcels, cases, addresses, invoices."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiyin.domain.orders.care import (
    MOST_ADDRESSES,
    MOST_CASE_PHOTOS,
    TRACKING_CHARS_MAX,
    Carrier,
    CaseKind,
    CaseMove,
    CaseReason,
    CaseState,
    GoingBack,
    InvoiceState,
    TitleKind,
    Turn,
)
from zhiyin.domain.orders.types import NoticeKind
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Parcel(BrandOwned):
    """Some pieces of an order on their way to her."""

    order = SameBrandKey("orders.Order")
    carrier = models.CharField(max_length=8, choices=choices(Carrier))
    tracking_no = models.CharField(max_length=TRACKING_CHARS_MAX)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "order", "carrier", "tracking_no"], name="parcel_once"
            ),
        ]


class ParcelLine(BrandOwned):
    """So many pieces of an order's line in a parcel. Append-only."""

    parcel = SameBrandKey("orders.Parcel")
    line = SameBrandKey("orders.OrderLine")
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "parcel", "line"], name="parcel_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="parcel_line_has_pieces"),
        ]


class AfterSaleCase(BrandOwned):
    """She wants money back for some pieces of an order, with or without giving them back.

    Her words are sealed; `answer` is what the brand said of a refusal.
    """

    order = SameBrandKey("orders.Order")
    member = SameBrandKey("members.Member")
    kind = models.CharField(max_length=12, choices=choices(CaseKind))
    reason = models.CharField(max_length=14, choices=choices(CaseReason))
    going_back = models.CharField(max_length=8, choices=choices(GoingBack), blank=True)
    words_sealed = SealedField(null=True)
    state = models.CharField(max_length=14, choices=choices(CaseState))
    turn = models.CharField(max_length=8, choices=choices(Turn), blank=True)
    deadline_at = models.DateTimeField(null=True)
    amount_fen = models.BigIntegerField()
    answer = models.CharField(max_length=200, blank=True)
    carrier = models.CharField(max_length=8, choices=choices(Carrier), blank=True)
    tracking_no = models.CharField(max_length=TRACKING_CHARS_MAX, blank=True)
    goods_with_brand = models.BooleanField(default=False, db_default=False)
    refund = SameBrandKey("orders.Refund", null=True)
    opened_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[CaseState.REFUNDING.value, CaseState.REFUNDED.value])
                | Q(refund__isnull=False),
                name="case_names_its_refund",
            ),
            models.CheckConstraint(
                condition=Q(kind=CaseKind.RETURN.value) & ~Q(going_back="")
                | Q(kind=CaseKind.REFUND_ONLY.value, going_back=""),
                name="case_goods_go_back",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "turn", "deadline_at"], name="case_clock"),
            models.Index(fields=["brand", "-opened_at"], name="case_newest"),
        ]


class CasePiece(BrandOwned):
    """So many pieces of one line of the order are what a case is about. Append-only."""

    case = SameBrandKey("orders.AfterSaleCase")
    line = SameBrandKey("orders.OrderLine")
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "case", "line"], name="case_piece_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="case_piece_has_pieces"),
        ]


class CasePhoto(BrandOwned):
    """A photo of hers with a case, by its reference in the case's own drawer. `place` from 1."""

    case = SameBrandKey("orders.AfterSaleCase")
    place = models.PositiveSmallIntegerField()
    ref = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "case", "place"], name="case_photo_place"),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=MOST_CASE_PHOTOS), name="case_photos_few"
            ),
        ]


class CaseStep(BrandOwned):
    """A line of a case's history. Append-only, and without words of hers."""

    case = SameBrandKey("orders.AfterSaleCase")
    move = models.CharField(max_length=12, choices=choices(CaseMove))
    state = models.CharField(max_length=14, choices=choices(CaseState))
    at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True)
    by_member = models.BooleanField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["brand", "case", "at", "id"], name="case_history")]


class AfterSaleTerms(BrandOwned):
    """For how many days after the goods were hers a brand's shoppers may ask."""

    within_days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand"], name="after_sale_terms_once"),
            models.CheckConstraint(
                condition=Q(within_days__gte=7, within_days__lte=90), name="after_sale_terms_lawful"
            ),
        ]


class Address(BrandOwned):
    """An address of a member's book, sealed whole. `place` counts them: 1 to 20."""

    member = SameBrandKey("members.Member")
    place = models.PositiveSmallIntegerField()
    facts_sealed = SealedField()
    is_default = models.BooleanField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "member", "place"], name="address_place"),
            models.UniqueConstraint(
                fields=["brand", "member"], condition=Q(is_default=True), name="address_default"
            ),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=MOST_ADDRESSES), name="address_book_full"
            ),
        ]


class InvoiceRequest(BrandOwned):
    """She wants an invoice for an order; the title and the tax number are sealed."""

    order = SameBrandKey("orders.Order")
    member = SameBrandKey("members.Member")
    kind = models.CharField(max_length=8, choices=choices(TitleKind))
    facts_sealed = SealedField(null=True)
    state = models.CharField(max_length=8, choices=choices(InvoiceState))
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "order"], name="invoice_once"),
        ]
        indexes = [models.Index(fields=["brand", "state", "asked_at"], name="invoice_waiting")]


class Notice(BrandOwned):
    """Something a shopper is told of an order, once. The words are made when she reads it.

    It stands in this room because all that it speaks of is an order of this room, or hangs on one.
    """

    member = SameBrandKey("members.Member")
    order = SameBrandKey("orders.Order")
    kind = models.CharField(max_length=12, choices=choices(NoticeKind))
    parcel = SameBrandKey("orders.Parcel", null=True)
    refund = SameBrandKey("orders.Refund", null=True)
    case = SameBrandKey("orders.AfterSaleCase", null=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "order", "kind", "parcel", "refund", "case"],
                nulls_distinct=False,
                name="notice_once",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "member", "-at"], name="notice_newest"),
            models.Index(
                fields=["brand", "member"],
                condition=Q(seen_at__isnull=True),
                name="notice_unseen",
            ),
        ]
