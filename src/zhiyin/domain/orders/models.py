"""Tables of buying. The graph of states is kept by triggers too: see the migration."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.orders.care_models import (
    Address,
    AfterSaleCase,
    AfterSaleTerms,
    CasePhoto,
    CasePiece,
    CaseStep,
    InvoiceRequest,
    Notice,
    Parcel,
    ParcelLine,
)
from zhiyin.domain.orders.slot_models import PickupDays, PickupSlot, SlotBooking, SlotTally
from zhiyin.domain.orders.terms_models import FreightTerms, PastPurchase, RefundLimit
from zhiyin.domain.orders.told_models import Heard, StrayReceipt
from zhiyin.domain.orders.types import (
    MOST_PIECES,
    WRONG_CODES_AN_HOUR,
    CloseReason,
    Delivery,
    OrderMove,
    OrderState,
    PaymentState,
    RefundState,
)
from zhiyin.storage.choices import choices
from zhiyin.storage.fields import SealedField
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey

__all__ = [
    "Address",
    "AfterSaleCase",
    "AfterSaleTerms",
    "CartItem",
    "CasePhoto",
    "CasePiece",
    "CaseStep",
    "FreightTerms",
    "Heard",
    "InvoiceRequest",
    "Notice",
    "Order",
    "OrderLine",
    "OrderStep",
    "Parcel",
    "ParcelLine",
    "PastPurchase",
    "Payment",
    "Pickup",
    "PickupDays",
    "PickupSlot",
    "Refund",
    "RefundLimit",
    "SlotBooking",
    "SlotTally",
    "StrayReceipt",
    "WrongCodes",
]


class CartItem(BrandOwned):
    """Some pieces that a member or a guest means to buy, alone or as parts of a look."""

    member = SameBrandKey("members.Member", null=True)
    guest_key = models.UUIDField(null=True)
    sku = SameBrandKey("catalog.Sku")
    look_id = models.UUIDField(null=True)
    koc_id = models.UUIDField(null=True)
    quantity = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "member", "guest_key", "sku", "look_id"],
                nulls_distinct=False,
                name="cart_item_once",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=True, guest_key__isnull=False)
                | Q(member__isnull=False, guest_key__isnull=True),
                name="cart_item_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_PIECES),
                name="cart_item_has_pieces",
            ),
        ]
        indexes = [models.Index(fields=["brand", "guest_key"], name="cart_of_guest")]


class Order(BrandOwned):
    """What somebody buys from one store, at prices that were fixed when she placed it.

    `explained` keeps which rules pricing applied or refused, and why.
    """

    number = models.CharField(max_length=20)
    member = SameBrandKey("members.Member")
    store = SameBrandKey("brands.Store")
    delivery = models.CharField(max_length=8, choices=choices(Delivery))
    state = models.CharField(max_length=10, choices=choices(OrderState))
    group_id = models.UUIDField(null=True)
    list_goods_fen = models.BigIntegerField()
    goods_fen = models.BigIntegerField()
    freight_fen = models.BigIntegerField()
    payable_fen = models.BigIntegerField()
    explained = models.JSONField()
    address_sealed = SealedField(null=True)
    placed_at = models.DateTimeField()
    pay_by = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=10, choices=choices(CloseReason), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "number"], name="order_number_once"),
            models.CheckConstraint(
                condition=Q(payable_fen=F("goods_fen") + F("freight_fen"), payable_fen__gt=0),
                name="order_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    goods_fen__gte=0, goods_fen__lte=F("list_goods_fen"), freight_fen__gte=0
                ),
                name="order_never_dearer",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.CLOSED.value, closed_at__isnull=False)
                | (~Q(state=OrderState.CLOSED.value) & Q(closed_at__isnull=True)),
                name="order_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[OrderState.UNPAID.value, OrderState.CLOSED.value])
                | Q(paid_at__isnull=False),
                name="order_paid_at",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "member", "-placed_at"], name="order_of_member"),
            models.Index(fields=["brand", "store", "state", "-placed_at"], name="order_of_store"),
            models.Index(fields=["brand", "-placed_at"], name="order_newest"),
            models.Index(fields=["brand", "group_id"], name="order_of_group"),
            models.Index(
                fields=["brand", "pay_by"],
                condition=Q(state=OrderState.UNPAID.value),
                name="order_unpaid",
            ),
            models.Index(
                fields=["brand", "store", "-done_at"],
                condition=Q(done_at__isnull=False),
                name="order_done_in_store",
            ),
        ]


class OrderLine(BrandOwned):
    """Some pieces of one SKU in an order; `units` lists what each piece costs, in fen.

    `withdrawn` of those refunded never left the store; `claimed` stand in an open case.
    """

    order = SameBrandKey("orders.Order")
    key = models.CharField(max_length=40)
    sku = SameBrandKey("catalog.Sku")
    product = SameBrandKey("catalog.Product")
    look_id = models.UUIDField(null=True)
    koc_id = models.UUIDField(null=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    color = models.CharField(max_length=8)
    size_label = models.CharField(max_length=12)
    quantity = models.PositiveSmallIntegerField()
    list_fen = models.BigIntegerField()
    units = models.JSONField()
    payable_fen = models.BigIntegerField()
    refunded = models.PositiveSmallIntegerField(default=0, db_default=0)
    sent = models.PositiveSmallIntegerField(default=0, db_default=0)
    withdrawn = models.PositiveSmallIntegerField(default=0, db_default=0)
    claimed = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "order", "key"], name="order_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("refunded") + F("claimed")), name="order_line_claimed"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("sent") + F("withdrawn"), withdrawn__lte=F("refunded")),
                name="order_line_sent",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, refunded__lte=F("quantity"), sent__lte=F("quantity")),
                name="order_line_pieces",
            ),
            models.CheckConstraint(
                condition=Q(payable_fen__gte=0, payable_fen__lte=F("list_fen") * F("quantity")),
                name="order_line_never_dearer",
            ),
        ]


class OrderStep(BrandOwned):
    """A line of an order's history. Append-only."""

    order = SameBrandKey("orders.Order")
    move = models.CharField(max_length=14, choices=choices(OrderMove))
    state = models.CharField(max_length=10, choices=choices(OrderState))
    at = models.DateTimeField()
    member = SameBrandKey("members.Member", null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["brand", "order", "at", "id"], name="order_history")]


class Payment(BrandOwned):
    """Money for an order, by way of a provider. Its id in hexadecimal is its number there.

    `merchant_id` is the brand's account there that it was asked into, then the one that took it.
    """

    order = SameBrandKey("orders.Order")
    provider = models.CharField(max_length=12)
    merchant_id = models.CharField(max_length=32, blank=True, db_default="")
    state = models.CharField(max_length=8, choices=choices(PaymentState))
    amount_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0, db_default=0)
    transaction_id = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "provider", "transaction_id"],
                condition=~Q(transaction_id=""),
                name="payment_transaction_once",
            ),
            models.UniqueConstraint(
                fields=["brand", "order"],
                condition=Q(state=PaymentState.PAID.value),
                name="payment_pays_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_fen__gte=0, refunded_fen__lte=F("amount_fen"), amount_fen__gt=0
                ),
                name="payment_not_refunded_twice",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PaymentState.OPEN.value, PaymentState.CLOSED.value])
                | ~Q(transaction_id=""),
                name="payment_has_transaction",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "opened_at"],
                condition=Q(state=PaymentState.OPEN.value),
                name="payment_open",
            ),
        ]


class Refund(BrandOwned):
    """Money that goes back from one payment. Its id in hexadecimal is its number there.

    `cause` names what it is for: the same cause gives back once.
    """

    order = SameBrandKey("orders.Order")
    payment = SameBrandKey("orders.Payment")
    cause = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    pieces = models.JSONField()
    amount_fen = models.BigIntegerField()
    freight_fen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=choices(RefundState))
    provider_refund_id = models.CharField(max_length=64, blank=True)
    why_stuck = models.CharField(max_length=80, blank=True)
    granted_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "cause"], name="refund_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, freight_fen__gte=0, freight_fen__lte=F("amount_fen")),
                name="refund_above_zero",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "next_try_at"],
                condition=Q(state__in=[RefundState.GRANTED.value, RefundState.ASKED.value]),
                name="refund_due",
            ),
        ]


class Pickup(BrandOwned):
    """The code by which an order is collected, and whether it was."""

    order = SameBrandKey("orders.Order")
    store = SameBrandKey("brands.Store")
    code_index = models.BinaryField(max_length=16)
    code_sealed = SealedField()
    made_at = models.DateTimeField()
    collected_at = models.DateTimeField(null=True)
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "code_index"], name="pickup_code_once"),
            models.UniqueConstraint(fields=["brand", "order"], name="pickup_of_order_once"),
        ]


class WrongCodes(BrandOwned):
    """How many pickup codes an account, or a key of the API, tried in vain within an hour."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    key = SameBrandKey("brands.ApiKey", null=True)
    hour = models.DateTimeField()
    tries = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "user", "key", "hour"],
                name="wrong_codes_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(key__isnull=True), name="wrong_codes_are_one"
            ),
            models.CheckConstraint(
                condition=Q(tries__gte=0, tries__lte=WRONG_CODES_AN_HOUR), name="wrong_codes_capped"
            ),
        ]
