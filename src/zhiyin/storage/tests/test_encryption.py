"""Sealed values: they open in their place with their key, and nowhere else."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis.strategies import binary, builds, integers, sampled_from, text, uuids

from zhiyin.kit.errors import Kind
from zhiyin.storage.encryption import (
    CiphertextMisplaced,
    CiphertextUnreadable,
    KeyMissing,
    KeyRing,
    Place,
    is_sealed,
)

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
RING = KeyRing({"k1": OLD}, current="k1")
ROTATED = KeyRing({"k1": OLD, "k2": NEW}, current="k2", index="k1")
BRAND, OTHER_BRAND = UUID(int=1), UUID(int=2)
HERE = Place(brand_id=BRAND, table="members_member", column="phone", row_id=UUID(int=7))

names = sampled_from(["members_member", "members_identity", "phone", "height", "a", "a_b"])
places = builds(Place, brand_id=uuids(), table=names, column=names, row_id=uuids())


@given(plain=binary(max_size=200), place=places)
def test_what_is_sealed_opens_in_its_place(plain: bytes, place: Place) -> None:
    sealed = RING.seal(plain, place=place)
    assert is_sealed(sealed)
    assert RING.open_(sealed, place=place) == plain


@given(plain=text(max_size=100))
def test_text_is_sealed_as_utf_8(plain: str) -> None:
    assert RING.open_(RING.seal(plain, place=HERE), place=HERE).decode() == plain


@given(plain=binary(max_size=50), here=places, there=places)
def test_a_moved_ciphertext_fails_by_name(plain: bytes, here: Place, there: Place) -> None:
    if here == there:
        return
    with pytest.raises(CiphertextMisplaced):
        RING.open_(RING.seal(plain, place=here), place=there)


@pytest.mark.parametrize(
    "there",
    [
        Place(brand_id=OTHER_BRAND, table=HERE.table, column=HERE.column, row_id=HERE.row_id),
        Place(brand_id=BRAND, table="members_identity", column="phone", row_id=HERE.row_id),
        Place(brand_id=BRAND, table=HERE.table, column="name", row_id=HERE.row_id),
        Place(brand_id=BRAND, table=HERE.table, column=HERE.column, row_id=UUID(int=8)),
    ],
    ids=["brand", "table", "column", "row"],
)
def test_each_part_of_the_place_binds(there: Place) -> None:
    sealed = RING.seal("13800138000", place=HERE)
    with pytest.raises(CiphertextMisplaced) as refusal:
        RING.open_(sealed, place=there)
    assert refusal.value.code == "ciphertext_misplaced"
    assert refusal.value.kind == Kind.CONFLICT
    assert "13800138000" not in str(refusal.value)


@given(plain=binary(max_size=30), at=integers(0, 10_000), flip=integers(1, 255))
def test_no_altered_byte_goes_unnoticed(plain: bytes, at: int, flip: int) -> None:
    sealed = bytearray(RING.seal(plain, place=HERE))
    sealed[at % len(sealed)] ^= flip
    with pytest.raises((CiphertextMisplaced, CiphertextUnreadable, KeyMissing)):
        RING.open_(bytes(sealed), place=HERE)


@given(junk=binary(max_size=80))
def test_junk_is_refused_by_name(junk: bytes) -> None:
    with pytest.raises((CiphertextMisplaced, CiphertextUnreadable, KeyMissing)):
        RING.open_(junk, place=HERE)


@given(plain=binary(max_size=30), keep=integers(0, 10_000))
def test_a_value_cut_short_is_refused_by_name(plain: bytes, keep: int) -> None:
    sealed = RING.seal(plain, place=HERE)
    with pytest.raises((CiphertextMisplaced, CiphertextUnreadable)):
        RING.open_(sealed[: keep % len(sealed)], place=HERE)


def test_plain_text_does_not_look_sealed() -> None:
    for plain in (b"", b"\x01", b"13800138000", b'{"height_cm":160}', b"\x01\x02k1" + bytes(27)):
        assert not is_sealed(plain)
    assert is_sealed(b"\x01\x02k1" + bytes(28))


def test_the_same_value_is_never_sealed_the_same_way_twice() -> None:
    assert len({RING.seal("160", place=HERE) for _ in range(200)}) == 200


def test_a_sealed_value_has_the_documented_shape_and_hides_its_text() -> None:
    sealed = RING.seal("13800138000", place=HERE)
    assert sealed[:4] == b"\x01\x02k1"
    assert len(sealed) == 4 + 12 + len("13800138000") + 16
    assert b"13800138000" not in sealed


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    old = RING.seal("160", place=HERE)
    new = ROTATED.seal("160", place=HERE)
    assert ROTATED.open_(old, place=HERE) == ROTATED.open_(new, place=HERE) == b"160"
    assert (old[2:4], new[2:4]) == (b"k1", b"k2")


def test_a_retired_key_is_named() -> None:
    with pytest.raises(KeyMissing) as refusal:
        RING.open_(ROTATED.seal("160", place=HERE), place=HERE)
    assert (refusal.value.code, refusal.value.details) == (
        "encryption_key_missing",
        {"key_id": "k2"},
    )


def test_another_key_under_the_same_id_opens_nothing() -> None:
    with pytest.raises(CiphertextMisplaced):
        KeyRing({"k1": NEW}, current="k1").open_(RING.seal("160", place=HERE), place=HERE)


@given(value=text(min_size=1, max_size=30).filter(lambda typed: typed.strip()))
def test_an_index_is_stable_and_survives_rotation_of_the_data_key(value: str) -> None:
    index = RING.blind_index(value, brand_id=BRAND, field="members_member.phone")
    assert len(index) == 16
    assert index == ROTATED.blind_index(value, brand_id=BRAND, field="members_member.phone")


def test_an_index_differs_by_value_brand_field_and_key() -> None:
    fields = ("members_member.phone", "members_identity.phone")
    indexes = {
        ring.blind_index(value, brand_id=brand, field=field)
        for ring in (RING, KeyRing({"k1": NEW}, current="k1"))
        for value in ("13800138000", "13800138001", "oAb", "oaB")
        for brand in (BRAND, OTHER_BRAND)
        for field in fields
    }
    assert len(indexes) == 2 * 4 * 2 * 2


def test_an_index_ignores_width_and_white_space() -> None:
    field = "members_member.phone"
    plain = RING.blind_index("13800138000", brand_id=BRAND, field=field)
    for typed in (" 138 0013 8000\n", "１３８００１３８０００", "138\u30000013\u30008000"):
        assert RING.blind_index(typed, brand_id=BRAND, field=field) == plain
    with pytest.raises(ValueError, match="nothing to index"):
        RING.blind_index(" \u3000", brand_id=BRAND, field=field)


def test_names_that_could_be_read_as_two_are_refused() -> None:
    for name in ("", "a.b", "a|b", 'a"', "A", "1a", "a\n"):
        with pytest.raises(ValueError, match="identifier"):
            Place(brand_id=BRAND, table=name, column="phone", row_id=BRAND)
        with pytest.raises(ValueError, match="identifier"):
            Place(brand_id=BRAND, table="members_member", column=name, row_id=BRAND)
    with pytest.raises(ValueError, match=re.escape("table.column")):
        RING.blind_index("1", brand_id=BRAND, field="a|b")


def test_a_ring_that_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing({"k1": OLD[:16]}, current="k1")
    with pytest.raises(ValueError, match="plain id"):
        KeyRing({"K 1": OLD}, current="K 1")
    with pytest.raises(ValueError, match="not in the ring"):
        KeyRing({"k1": OLD}, current="k2")
    with pytest.raises(ValueError, match="not in the ring"):
        KeyRing({}, current="k1")
    with pytest.raises(ValueError, match="index key"):
        KeyRing({"k1": OLD, "k2": NEW}, current="k2")


def test_signing_keys_follow_the_current_key_and_remember_the_former() -> None:
    assert re.fullmatch("[0-9a-f]{64}", RING.signing_key())
    assert RING.signing_key() != ROTATED.signing_key()
    assert ROTATED.former_signing_keys() == [RING.signing_key()]
    assert RING.former_signing_keys() == []


def test_printing_a_ring_shows_no_key() -> None:
    shown = repr(ROTATED)
    assert shown == "KeyRing(ids=['k1', 'k2'], current='k2')"
