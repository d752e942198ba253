"""Tables of purchases. What was bought before Zhiyin comes in by import."""

from django.db import models

from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


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
