"""Members: who they are known by, what they are, and how they are found again."""

from datetime import timedelta

import pytest

from tests.cast import NOW, enter
from zhiyin.domain.members import operations, queries
from zhiyin.domain.members.models import Identity, Member
from zhiyin.domain.members.types import (
    Channel,
    IdentityTaken,
    MemberFacts,
    MemberNotFound,
    MemberRole,
    PhoneInvalid,
)
from zhiyin.events.models import Event
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import TextHasNul, TextTooLong

PHONE = "13800138000"


@pytest.fixture
def lin(brand):
    return operations.create_member(brand_id=brand.id, nickname="林小满", now=NOW)


def test_a_new_member_is_a_shopper_and_an_event_says_so(brand, lin):
    card = queries.member(brand_id=brand.id, member_id=lin)
    assert (card.nickname, card.language, card.personalised) == ("林小满", "zh-hans", True)
    (role,) = queries.roles_of(brand_id=brand.id, member_id=lin)
    assert (role.role, role.since, role.until) == (MemberRole.SHOPPER, NOW, None)
    (event,) = Event.objects.filter(name="members.member_joined")
    assert event.payload == {"member_id": str(lin)}


def test_her_name_and_phone_are_ciphertext_in_the_table(brand, lin):
    operations.link_identity(
        brand_id=brand.id, member_id=lin, channel=Channel.PHONE, value=PHONE, now=NOW
    )
    member = Member.objects.get(id=lin)
    identity = Identity.objects.get(member_id=lin)
    assert "林小满".encode() not in bytes(member.nickname_sealed)
    assert PHONE.encode() not in bytes(identity.value_sealed)
    assert PHONE.encode() not in bytes(identity.value_index)


@pytest.mark.parametrize(("nickname", "refusal"), [("長" * 41, TextTooLong), ("a\0b", TextHasNul)])
def test_a_bad_nickname_makes_no_member(brand, nickname, refusal):
    with pytest.raises(refusal):
        operations.create_member(brand_id=brand.id, nickname=nickname, now=NOW)
    assert Member.objects.count() == 0


def test_a_member_is_found_by_her_phone_however_it_is_written(brand, lin):
    operations.link_identity(
        brand_id=brand.id, member_id=lin, channel=Channel.PHONE, value=PHONE, now=NOW
    )
    for written in (PHONE, "+86 138-0013-8000", "１３８00138000", "0086 13800138000"):
        found = queries.find_by_identity(brand_id=brand.id, channel=Channel.PHONE, value=written)
        assert found == lin
        page = queries.members(brand_id=brand.id, phone=written)
        assert ([card.id for card in page.members], page.total) == ([lin], 1)
    assert queries.members(brand_id=brand.id, phone="13800138001").total == 0
    with pytest.raises(PhoneInvalid):
        queries.members(brand_id=brand.id, phone="0013")


def test_a_phone_names_one_member(brand, lin):
    other = operations.create_member(brand_id=brand.id, now=NOW)
    link = {"brand_id": brand.id, "channel": Channel.PHONE, "value": PHONE, "now": NOW}
    first = operations.link_identity(member_id=lin, **link)
    assert operations.link_identity(member_id=lin, **link) == first
    with pytest.raises(IdentityTaken):
        operations.link_identity(member_id=other, **link)
    assert Identity.objects.filter(member_id=other).count() == 0
    assert queries.find_by_identity(brand_id=brand.id, channel=Channel.PHONE, value=PHONE) == lin


def test_a_phone_of_one_brand_says_nothing_in_another(two_brands):
    cedar, maple = two_brands
    enter(cedar.id)
    at_cedar = operations.create_member(brand_id=cedar.id, now=NOW)
    operations.link_identity(
        brand_id=cedar.id, member_id=at_cedar, channel=Channel.PHONE, value=PHONE, now=NOW
    )
    index = bytes(Identity.objects.get().value_index)
    enter(maple.id)
    assert queries.find_by_identity(brand_id=maple.id, channel=Channel.PHONE, value=PHONE) is None
    with pytest.raises(MemberNotFound):
        queries.member(brand_id=maple.id, member_id=at_cedar)
    at_maple = operations.create_member(brand_id=maple.id, now=NOW)
    operations.link_identity(
        brand_id=maple.id, member_id=at_maple, channel=Channel.PHONE, value=PHONE, now=NOW
    )
    assert bytes(Identity.objects.get().value_index) != index


def test_a_role_has_its_dates_and_can_be_held_again(brand, lin):
    later = NOW + timedelta(days=30)
    give = {"brand_id": brand.id, "member_id": lin, "role": MemberRole.KOC}
    assert operations.give_role(now=NOW, **give) == operations.give_role(now=later, **give)
    operations.end_role(now=later, **give)
    operations.give_role(now=later + timedelta(days=1), **give)
    held = queries.roles_of(brand_id=brand.id, member_id=lin)
    assert [(card.role.value, card.until) for card in held] == [
        ("shopper", None),
        ("koc", later),
        ("koc", None),
    ]
    page = queries.members(brand_id=brand.id, role=MemberRole.KOC)
    assert [card.id for card in page.members] == [lin]


def test_the_switch_keeps_its_first_moment_and_can_be_turned_back(brand, lin):
    switch = {"brand_id": brand.id, "member_id": lin}
    operations.set_personalisation(on=False, now=NOW, **switch)
    operations.set_personalisation(on=False, now=NOW + timedelta(days=1), **switch)
    assert Member.objects.get(id=lin).personalisation_off_at == NOW
    assert queries.member(**switch).personalised is False
    operations.set_personalisation(on=True, now=NOW, **switch)
    assert queries.member(**switch).personalised is True
    with pytest.raises(MemberNotFound):
        operations.set_personalisation(brand_id=brand.id, member_id=uuid7(), on=True, now=NOW)


def _file(*rows):
    return [MemberFacts(**row) for row in rows]


def test_an_import_twice_is_the_same_members(brand, django_assert_max_num_queries):
    rows = [
        {"external_id": f"C-{n}", "nickname": f"顾客{n}", "phone": f"139{n:08d}"}
        for n in range(300)
    ]
    with django_assert_max_num_queries(12):
        first = operations.import_members(brand_id=brand.id, members=_file(*rows), now=NOW)
    again = operations.import_members(brand_id=brand.id, members=_file(*rows), now=NOW)
    assert (first.new, again.new, first.ids) == (300, 0, again.ids)
    assert first.phone_conflicts == again.phone_conflicts == ()
    assert Member.objects.count() == 300
    assert Identity.objects.count() == 600
    assert queries.members_by_external_id(brand_id=brand.id, external_ids=["C-7", "C-999"]) == {
        "C-7": first.ids["C-7"]
    }
    assert Event.objects.count() == 0


def test_an_import_finds_people_by_phone_and_completes_what_it_knows(brand, lin):
    operations.link_identity(
        brand_id=brand.id, member_id=lin, channel=Channel.PHONE, value=PHONE, now=NOW
    )
    done = operations.import_members(
        brand_id=brand.id,
        members=_file(
            {"external_id": "C-1", "nickname": "小满", "phone": PHONE},
            {"external_id": "C-2", "nickname": "阿舟", "language": "en-GB"},
            {"external_id": "C-3", "language": "en"},
        ),
        now=NOW,
    )
    assert (done.ids["C-1"], done.new) == (lin, 2)
    operations.rename(brand_id=brand.id, member_id=done.ids["C-2"], nickname="她自己起的")
    operations.import_members(
        brand_id=brand.id,
        members=_file(
            {"external_id": "C-1", "language": "en"},
            {"external_id": "C-2", "nickname": "阿舟"},
            {"external_id": "C-3", "nickname": "满满"},
        ),
        now=NOW,
    )
    cards = queries.members_by_id(brand_id=brand.id, member_ids=list(done.ids.values()))
    named = queries.member(brand_id=brand.id, member_id=lin).nickname
    assert {one: (cards[who].nickname, cards[who].language) for one, who in done.ids.items()} == {
        "C-1": (named, "en"),
        "C-2": ("她自己起的", "en"),
        "C-3": ("满满", "en"),
    }


def test_an_import_does_not_take_anybodys_phone(brand, lin):
    operations.link_identity(
        brand_id=brand.id, member_id=lin, channel=Channel.PHONE, value=PHONE, now=NOW
    )
    operations.import_members(brand_id=brand.id, members=_file({"external_id": "C-9"}), now=NOW)
    done = operations.import_members(
        brand_id=brand.id, members=_file({"external_id": "C-9", "phone": PHONE}), now=NOW
    )
    assert done.phone_conflicts == ("C-9",)
    assert queries.find_by_identity(brand_id=brand.id, channel=Channel.PHONE, value=PHONE) == lin


def test_one_bad_row_imports_nothing(brand):
    with pytest.raises(PhoneInvalid):
        operations.import_members(
            brand_id=brand.id,
            members=_file({"external_id": "C-1"}, {"external_id": "C-2", "phone": "12"}),
            now=NOW,
        )
    assert Member.objects.count() == 0
