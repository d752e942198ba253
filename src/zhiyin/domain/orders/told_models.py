"""Tables of what a provider told: heard once, and money that fits no order."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiyin.domain.orders.types import RefundState, StraySettlement
from zhiyin.storage.choices import choices
from zhiyin.storage.tenancy import BrandOwned


class Heard(BrandOwned):
    """A notification of a provider's that was acted on. It is acted on once."""

    provider = models.CharField(max_length=12)
    notification_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "provider", "notification_id"], name="heard_once"
            ),
        ]


class StrayReceipt(BrandOwned):
    """Money that fits no order of ours, or not by its sum. It is never "paid": a person looks.

    She settles it once, with a reason. What she gives back goes under its id in hexadecimal.
    """

    provider = models.CharField(max_length=12)
    merchant_id = models.CharField(max_length=32, blank=True, db_default="")
    payment_no = models.CharField(max_length=64)
    transaction_id = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField()
    why = models.CharField(max_length=20)
    is_money = models.BooleanField(db_default=True)
    at = models.DateTimeField()
    settlement = models.CharField(
        max_length=10, blank=True, choices=choices(StraySettlement), db_default=""
    )
    settled_reason = models.CharField(max_length=200, blank=True, db_default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    refund_state = models.CharField(
        max_length=8, blank=True, choices=choices(RefundState), db_default=""
    )
    why_stuck = models.CharField(max_length=80, blank=True, db_default="")
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "provider", "transaction_id"], name="stray_receipt_once"
            ),
            models.CheckConstraint(
                condition=Q(settlement="", settled_at__isnull=True)
                | (~Q(settlement="") & Q(settled_at__isnull=False) & ~Q(settled_reason="")),
                name="stray_receipt_settled_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(refund_state="")
                | Q(
                    settlement=StraySettlement.GIVE_BACK.value,
                    is_money=True,
                    next_try_at__isnull=False,
                ),
                name="stray_receipt_gives_money_back",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "next_try_at"],
                condition=Q(refund_state__in=[RefundState.GRANTED.value, RefundState.ASKED.value]),
                name="stray_receipt_due",
            ),
        ]
