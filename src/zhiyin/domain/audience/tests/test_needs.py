"""Needs: kept sealed under their asker, corrected chip by chip."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.cast import NOW, enter
from zhiyin.domain.audience import operations, queries
from zhiyin.domain.audience.kept import NeedNotFound, NeedWithoutAsker
from zhiyin.domain.audience.models import Need
from zhiyin.domain.audience.types import NeedHasNul, NeedSlots, NeedTooLong, SlotUnknown
from zhiyin.domain.members import operations as members
from zhiyin.kit.ids import uuid7

WORDS = "160，梨形，小腿粗，400以内 💃"
SLOTS = NeedSlots(
    height_cm=160.0, body_shape="pear", concerns=("thick_calves", "belly"), budget_cny_max=400.0
)


@pytest.fixture
def lin(brand):
    return members.create_member(brand_id=brand.id, now=NOW)


def ask(brand, *, text=WORDS, slots=SLOTS, now=NOW, **asker):
    return operations.save_need(
        brand_id=brand.id, text=text, slots=slots, taxonomy_version=3, now=now, **asker
    )


def test_a_need_comes_back_as_it_was_said(brand, lin):
    need_id = ask(brand, member_id=lin)
    card = queries.need(brand_id=brand.id, need_id=need_id, member_id=lin)
    assert (card.text, card.slots, card.taxonomy_version) == (WORDS, SLOTS, 3)
    row = Need.objects.get()
    assert "梨".encode() not in bytes(row.text_sealed)
    assert b"pear" not in bytes(row.slots_sealed)


def test_a_need_is_its_askers_only(two_brands):
    brand, maple = two_brands
    enter(brand.id)
    lin = members.create_member(brand_id=brand.id, now=NOW)
    guest = uuid4()
    need_id = ask(brand, guest_key=guest)
    for asker in ({"member_id": lin}, {"guest_key": uuid4()}):
        with pytest.raises(NeedNotFound):
            queries.need(brand_id=brand.id, need_id=need_id, **asker)
        with pytest.raises(NeedNotFound):
            operations.change_slots(brand_id=brand.id, need_id=need_id, slots=NeedSlots(), **asker)
    enter(maple.id)
    with pytest.raises(NeedNotFound):
        queries.need(brand_id=maple.id, need_id=need_id, guest_key=guest)
    enter(brand.id)
    assert queries.need(brand_id=brand.id, need_id=need_id, guest_key=guest).slots == SLOTS


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({}, NeedWithoutAsker),
        ({"guest_key": uuid4(), "member_id": uuid4()}, NeedWithoutAsker),
        ({"guest_key": uuid4(), "text": "很" * 2_001}, NeedTooLong),
        ({"guest_key": uuid4(), "text": "a\0b"}, NeedHasNul),
    ],
)
def test_a_need_that_cannot_be_kept_is_refused_whole(brand, wrong, refusal):
    with pytest.raises(refusal):
        ask(brand, **wrong)
    assert Need.objects.count() == 0


def test_chips_are_taken_one_by_one_and_corrected_as_a_whole(brand, lin):
    own = {"brand_id": brand.id, "need_id": ask(brand, member_id=lin), "member_id": lin}
    operations.take_chip(slot="concerns", value="belly", **own)
    left = operations.take_chip(slot="concerns", value="belly", **own)
    assert left.concerns == ("thick_calves",)
    corrected = replace(left, height_cm=162.0)
    operations.change_slots(slots=corrected, **own)
    stored = queries.need(**own)
    assert (stored.slots, stored.text) == (corrected, WORDS)
    with pytest.raises(SlotUnknown):
        operations.take_chip(slot="wealth", value="much", **own)


def test_her_history_is_last_first_and_what_she_hid_comes_back(brand, lin):
    first = ask(brand, member_id=lin)
    second = ask(brand, member_id=lin, now=NOW + timedelta(hours=1))
    own = {"brand_id": brand.id, "member_id": lin}

    def history():
        return [card.id for card in queries.recent_needs(**own)]

    assert history() == [second, first]
    operations.hide_need(need_id=second, now=NOW, **own)
    assert history() == [first]
    operations.unhide_need(need_id=second, **own)
    assert history() == [second, first]
    operations.set_saved(need_id=first, saved=True, now=NOW, **own)
    assert [card.id for card in queries.saved_needs(**own)] == [first]
    operations.set_saved(need_id=first, saved=False, now=NOW, **own)
    assert queries.saved_needs(**own) == ()


def test_nobody_hides_or_saves_what_is_not_hers(brand, lin):
    need_id = ask(brand, member_id=lin)
    thief = {"brand_id": brand.id, "member_id": uuid7(), "need_id": need_id}
    for act, more in (
        (operations.hide_need, {"now": NOW}),
        (operations.unhide_need, {}),
        (operations.set_saved, {"saved": True, "now": NOW}),
    ):
        with pytest.raises(NeedNotFound):
            act(**thief, **more)
    row = Need.objects.get()
    assert (row.hidden_at, row.saved_at) == (None, None)


def test_history_is_one_query(brand, lin, django_assert_num_queries):
    for _ in range(5):
        ask(brand, member_id=lin)
    with django_assert_num_queries(1):
        assert len(queries.recent_needs(brand_id=brand.id, member_id=lin, limit=3)) == 3
