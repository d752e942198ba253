"""Sealed columns: they take sealed bytes only, cannot be searched, and open in their row."""

from uuid import UUID

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldError
from django.db import models
from django.db.models import ExpressionWrapper, Value
from django.db.models.lookups import IsNull
from django.test.utils import isolate_apps
from pytest_django import Settings

from zhiyin.storage import fields
from zhiyin.storage.encryption import CiphertextMisplaced, CiphertextUnreadable, KeyRing
from zhiyin.storage.fields import SealedField

RING = KeyRing({"k1": bytes(range(32))}, current="k1")
BRAND, ROW = UUID(int=1), UUID(int=7)
BODY = {"height_cm": 160, "shape": "梨形", "fuller": ["calves"]}

with isolate_apps():

    class Person(models.Model):
        """A table that exists only here."""

        phone = SealedField()
        body = SealedField(null=True)
        nickname: "models.CharField[str, str]" = models.CharField(max_length=20)

        class Meta:
            app_label = "storage_tests"


@pytest.fixture(autouse=True)
def ring(settings: Settings) -> None:
    settings.KEYS = RING


def sealed_phone() -> bytes:
    return fields.seal_text(brand_id=BRAND, model=Person, field="phone", row_id=ROW, text="138")


def test_a_text_opens_in_its_row_and_column_only() -> None:
    sealed = sealed_phone()
    opened = fields.unseal_text(
        brand_id=BRAND, model=Person, field="phone", row_id=ROW, sealed=sealed
    )
    assert opened == "138"
    for field, row_id, brand_id in (
        ("body", ROW, BRAND),
        ("phone", UUID(int=8), BRAND),
        ("phone", ROW, UUID(int=2)),
    ):
        with pytest.raises(CiphertextMisplaced):
            fields.unseal_text(
                brand_id=brand_id, model=Person, field=field, row_id=row_id, sealed=sealed
            )


def test_the_place_is_the_tables_own_name() -> None:
    from_name = RING.blind_index("138", brand_id=BRAND, field="storage_tests_person.phone")
    assert fields.blind_index(brand_id=BRAND, model=Person, field="phone", value="138") == from_name


def test_facts_come_back_as_they_were() -> None:
    sealed = fields.seal_json(brand_id=BRAND, model=Person, field="body", row_id=ROW, facts=BODY)
    assert b"height" not in sealed
    opened = fields.unseal_json(
        brand_id=BRAND, model=Person, field="body", row_id=ROW, sealed=sealed
    )
    assert opened == BODY


def test_facts_that_are_not_json_are_refused() -> None:
    for value, error in ((float("nan"), ValueError), (object(), TypeError)):
        with pytest.raises(error):
            fields.seal_json(
                brand_id=BRAND, model=Person, field="body", row_id=ROW, facts={"height_cm": value}
            )


def test_a_text_is_not_read_as_facts() -> None:
    for text in ("[1]", "160 cm"):
        sealed = fields.seal_text(brand_id=BRAND, model=Person, field="body", row_id=ROW, text=text)
        with pytest.raises(CiphertextUnreadable):
            fields.unseal_json(
                brand_id=BRAND, model=Person, field="body", row_id=ROW, sealed=sealed
            )


def test_only_a_sealed_field_is_sealed() -> None:
    with pytest.raises(TypeError, match="nickname is not a SealedField"):
        fields.seal_text(brand_id=BRAND, model=Person, field="nickname", row_id=ROW, text="x")


def test_the_column_takes_sealed_bytes_and_nothing_else() -> None:
    column = Person.phone.field
    assert column.get_prep_value(sealed_phone())[:1] == b"\x01"
    assert column.get_prep_value(memoryview(sealed_phone()))[:1] == b"\x01"
    assert column.get_prep_value(None) is None
    for plain in ("13800138000", b"13800138000", b"", 13800138000):
        with pytest.raises(TypeError, match="sealed bytes only"):
            column.get_prep_value(plain)


def test_a_row_read_back_holds_bytes() -> None:
    column = SealedField()
    assert column.from_db_value(memoryview(b"\x01"), None, None) == b"\x01"
    assert column.from_db_value(None, None, None) is None


@pytest.mark.usefixtures("db")
def test_postgresql_gives_back_the_sealed_bytes() -> None:
    sealed = sealed_phone()
    kept = ExpressionWrapper(Value(sealed, output_field=SealedField()), SealedField())
    answer = ContentType.objects.annotate(kept=kept).values_list("kept", flat=True).first()
    assert type(answer) is bytes
    assert answer == sealed


def test_a_sealed_column_cannot_be_searched() -> None:
    for lookup in ("phone", "phone__contains", "phone__in"):
        with pytest.raises(FieldError, match="Unsupported lookup"):
            Person.objects.filter(**{lookup: [sealed_phone()]})
    (condition,) = Person.objects.filter(body__isnull=True).query.where.children
    assert isinstance(condition, IsNull)


def test_migrations_name_the_field_by_its_own_path() -> None:
    _, path, args, kwargs = SealedField(null=True).deconstruct()
    assert (path, args, kwargs) == ("zhiyin.storage.fields.SealedField", [], {"null": True})


def test_without_a_ring_nothing_is_sealed(settings: Settings) -> None:
    settings.KEYS = {"k1": "secret"}
    with pytest.raises(TypeError, match="KEYS is not a KeyRing"):
        sealed_phone()
