"""Model columns that hold sealed values, and the words a room uses to seal and open them.

A field cannot know its row when a value is assigned, so nothing is sealed behind the caller's
back: `operations` seal with the row's id in hand, `queries` open. The ring is the setting
`KEYS`.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.lookups import Lookup

from zhiyin.storage.encryption import CiphertextUnreadable, KeyRing, Place, is_sealed


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A column of sealed values: bytes of `seal_text` or `seal_json`, and nothing else.

    Writing anything that is not sealed raises TypeError. There is no lookup but `isnull`: equal
    values have unequal ciphertexts; to find a row, store a `blind_index` beside it.
    """

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return super().get_prep_value(value)
        if not isinstance(value, bytes | memoryview) or not is_sealed(bytes(value)):
            raise TypeError(f"{self.name} stores sealed bytes only, not {type(value).__name__}")
        return super().get_prep_value(bytes(value))

    def from_db_value(self, value: Any, *_where: object) -> bytes | None:
        return None if value is None else bytes(value)

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def seal_text(
    *, brand_id: UUID, model: type[models.Model], field: str, row_id: UUID, text: str
) -> bytes:
    """Seal a text for one row's column. Raises TypeError if the field is not a SealedField."""
    place = _place(brand_id=brand_id, model=model, field=field, row_id=row_id)
    return key_ring().seal(text, place=place)


def unseal_text(
    *, brand_id: UUID, model: type[models.Model], field: str, row_id: UUID, sealed: bytes
) -> str:
    """Open a text in its place.

    Raises CiphertextMisplaced, CiphertextUnreadable, KeyMissing.
    """
    place = _place(brand_id=brand_id, model=model, field=field, row_id=row_id)
    return key_ring().open_(sealed, place=place).decode()


def seal_json(
    *,
    brand_id: UUID,
    model: type[models.Model],
    field: str,
    row_id: UUID,
    facts: Mapping[str, object],
) -> bytes:
    """Seal a JSON object whole (body facts), so that not even its keys can be read.

    Raises TypeError or ValueError if a value is not JSON (NaN is not).
    """
    text = json.dumps(
        dict(facts), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return seal_text(brand_id=brand_id, model=model, field=field, row_id=row_id, text=text)


def unseal_json(
    *, brand_id: UUID, model: type[models.Model], field: str, row_id: UUID, sealed: bytes
) -> dict[str, Any]:
    """Open a JSON object in its place.

    Raises CiphertextMisplaced, KeyMissing; CiphertextUnreadable also if it holds no object.
    """
    text = unseal_text(brand_id=brand_id, model=model, field=field, row_id=row_id, sealed=sealed)
    try:
        facts = json.loads(text)
    except ValueError:
        raise CiphertextUnreadable() from None
    if not isinstance(facts, dict):
        raise CiphertextUnreadable()
    return facts


def blind_index(*, brand_id: UUID, model: type[models.Model], field: str, value: str) -> bytes:
    """The 16 bytes by which a row is found by the value sealed in `field`.

    See `KeyRing.blind_index` for what it may be used on. Raises TypeError, ValueError.
    """
    table, column = _names(model, field)
    return key_ring().blind_index(value, brand_id=brand_id, field=f"{table}.{column}")


def key_ring() -> KeyRing:
    """The installation's ring. Raises TypeError if the setting `KEYS` is not one."""
    ring = settings.KEYS
    if not isinstance(ring, KeyRing):
        raise TypeError("the setting KEYS is not a KeyRing")
    return ring


def _place(*, brand_id: UUID, model: type[models.Model], field: str, row_id: UUID) -> Place:
    table, column = _names(model, field)
    return Place(brand_id=brand_id, table=table, column=column, row_id=row_id)


def _names(model: type[models.Model], field: str) -> tuple[str, str]:
    column = model._meta.get_field(field)
    if not isinstance(column, SealedField):
        raise TypeError(f"{model.__name__}.{field} is not a SealedField")
    return model._meta.db_table, str(column.column)
