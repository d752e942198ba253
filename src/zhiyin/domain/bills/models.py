"""Tables of bills: each day's bill as it came, its lines, and what differed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiyin.domain.bills.types import BillKind, Difference
from zhiyin.storage.choices import choices
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class BillDay(BrandOwned):
    """A provider's bill of a day for one of the brand's accounts, imported once."""

    day = models.DateField()
    provider = models.CharField(max_length=12)
    merchant_id = models.CharField(max_length=32)
    imported_at = models.DateTimeField()
    lines = models.PositiveIntegerField()
    paid_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "provider", "merchant_id", "day"], name="bill_of_day_once"
            ),
        ]


class BillLine(BrandOwned):
    """A line as the provider wrote it, also where it wrote it twice."""

    bill = SameBrandKey("bills.BillDay")
    kind = models.CharField(max_length=7, choices=choices(BillKind))
    number = models.CharField(max_length=64)
    transaction_id = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()


class BillDifference(BrandOwned):
    """In what a bill and our rows differ; settled by a person, with words."""

    bill = SameBrandKey("bills.BillDay")
    difference = models.CharField(max_length=12, choices=choices(Difference))
    kind = models.CharField(max_length=7, choices=choices(BillKind))
    number = models.CharField(max_length=64)
    transaction_id = models.CharField(max_length=64, blank=True)
    billed_fen = models.BigIntegerField(null=True)
    ours_fen = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, default="")
    settled_at = models.DateTimeField(null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "bill", "kind", "number"], name="bill_difference_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, reason="")
                | (Q(settled_at__isnull=False, user__isnull=False) & ~Q(reason="")),
                name="bill_difference_settled_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand"], condition=Q(settled_at__isnull=True), name="bill_difference_open"
            ),
        ]
