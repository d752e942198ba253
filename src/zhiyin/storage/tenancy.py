"""One transaction, one brand: row-level security decides what the transaction can see."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, models, transaction

from zhiyin.kit.ids import uuid7

SET_BRAND = "SELECT set_config('app.brand', %s, true)"


@contextmanager
def brand_tx(brand_id: UUID) -> Iterator[None]:
    """Run a block in one transaction that sees the rows of one brand and of no other.

    The setting is local to the transaction, so a pooled connection carries it to nobody. Blocks
    do not nest: a journey is one transaction, and the network is called outside of it.
    Raises RuntimeError when a transaction is open already.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(SET_BRAND, [str(brand_id)])
        yield


class BrandOwned(models.Model):
    """A row that belongs to one brand. `OwnByBrand` in the migration writes the rest of the law."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(
        "brands.Brand", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class SameBrandKey(models.ForeignKey):
    """A foreign key to a row of the same brand.

    The database holds it as `(brand_id, x_id) -> (brand_id, id)`, which `OwnByBrand` writes: a
    plain key would let one brand's row point at another's, because key checks skip row security.
    """

    def __init__(self, to: str, **options: object) -> None:
        options.setdefault("on_delete", models.PROTECT)
        options.setdefault("related_name", "+")
        options |= {"db_constraint": False, "db_index": False}
        super().__init__(to, **options)  # type: ignore[arg-type]
