"""Tables of what a brand settles once, and of what was bought before Zhiyin."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhiyin.domain.brands.types import Role
from zhiyin.storage.choices import choices
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class FreightTerms(BrandOwned):
    """What a brand charges for a parcel; nothing from `free_from_fen` of goods on, if set."""

    flat_fen = models.BigIntegerField()
    free_from_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand"], name="freight_terms_once"),
            models.CheckConstraint(condition=Q(flat_fen__gte=0), name="freight_not_negative"),
        ]


class RefundLimit(BrandOwned):
    """How much of one order somebody of this role may give back alone; null: whatever is left."""

    role = models.CharField(max_length=12, choices=choices(Role))
    most_fen = models.BigIntegerField(null=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "role"], name="refund_limit_once"),
            models.CheckConstraint(condition=Q(most_fen__gte=0), name="refund_limit_not_negative"),
        ]


class PastPurchase(BrandOwned):
    """A purchase that a brand imported from its earlier system; it verifies a review."""

    member = SameBrandKey("members.Member")
    sku = SameBrandKey("catalog.Sku")
    external_ref = models.CharField(max_length=80)
    bought_at = models.DateTimeField()
    paid_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "external_ref"], name="purchase_once"),
        ]
