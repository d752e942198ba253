"""Facts about a member: never a body fact without her consent (D2), and forgotten when she says."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from tests.cast import NOW
from zhiyin.domain.audience import operations, queries
from zhiyin.domain.audience.kept import BODY_SLOTS, TraitNotKept, TraitSource
from zhiyin.domain.audience.models import Trait
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import ConsentNeeded, MemberNotFound, Purpose
from zhiyin.kit.ids import uuid7

LATER = NOW + timedelta(days=1)
BODY = NeedSlots(height_cm=160.0, concerns=("thick_calves",))


@pytest.fixture
def lin(brand):
    return members.create_member(brand_id=brand.id, now=NOW)


@pytest.fixture
def consent_id(brand, lin):
    return members.grant_consent(
        brand_id=brand.id, member_id=lin, purpose=Purpose.BODY_FACTS, channel="h5", now=NOW
    )


def state(brand, member_id, slots, source=TraitSource.FORM, now=NOW):
    return operations.state_traits(
        brand_id=brand.id, member_id=member_id, slots=slots, source=source, now=now
    )


def known(brand, member_id):
    cards = queries.traits_of(brand_id=brand.id, member_id=member_id)
    return {card.slot: card.value for card in cards}


def test_a_body_fact_without_consent_writes_nothing_at_all(brand, lin):
    with pytest.raises(ConsentNeeded) as refused:
        state(brand, lin, NeedSlots(height_cm=160.0, styles=("minimal",)))
    assert refused.value.details == {"purpose": "body_facts", "slots": ["height_cm"]}
    assert Trait.objects.count() == 0


def test_another_purpose_or_another_members_consent_is_none(brand, lin, consent_id):
    zhou = members.create_member(brand_id=brand.id, now=NOW)
    members.grant_consent(
        brand_id=brand.id, member_id=zhou, purpose=Purpose.MARKETING, channel="h5", now=NOW
    )
    with pytest.raises(ConsentNeeded):
        state(brand, zhou, BODY)
    assert Trait.objects.count() == 0


def test_the_database_itself_refuses_a_body_fact_without_consent(brand, lin, consent_id):
    state(brand, lin, BODY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Trait.objects.filter(slot="height_cm").update(consent=None)
    assert Trait.objects.get(slot="height_cm").consent_id == consent_id


def test_a_matter_of_taste_needs_no_consent(brand, lin):
    assert state(brand, lin, NeedSlots(styles=("minimal",), color_avoid=("black",))) == 2
    assert known(brand, lin) == {"styles": ["minimal"], "color_avoid": ["black"]}
    assert set(Trait.objects.values_list("consent_id", flat=True)) == {None}


def test_a_fact_bears_its_source_time_and_consent_and_is_sealed(brand, lin, consent_id):
    assert state(brand, lin, BODY, TraitSource.NEED) == 2
    concerns, height = queries.traits_of(brand_id=brand.id, member_id=lin)
    assert (height.slot, height.value, height.source) == ("height_cm", 160, TraitSource.NEED)
    assert (height.consent_id, height.stated_at) == (consent_id, NOW)
    assert concerns.value == ["thick_calves"]
    assert b"calves" not in bytes(Trait.objects.get(slot="concerns").value_sealed)
    assert queries.trait_slots(brand_id=brand.id, member_id=lin) == BODY


def test_what_belongs_to_one_need_or_to_her_mother_is_not_kept(brand, lin, consent_id):
    assert state(brand, lin, NeedSlots(occasion="wedding", budget_cny_max=400.0)) == 0
    assert state(brand, lin, NeedSlots(for_whom="mother", height_cm=158.0)) == 0
    assert state(brand, lin, NeedSlots(for_whom="self", height_cm=160.0)) == 1
    assert known(brand, lin) == {"height_cm": 160}


def test_a_form_replaces_a_list_and_a_need_adds_to_it(brand, lin, consent_id):
    state(brand, lin, BODY)
    state(brand, lin, NeedSlots(concerns=("belly",)), TraitSource.NEED, LATER)
    assert known(brand, lin)["concerns"] == ["thick_calves", "belly"]
    state(brand, lin, NeedSlots(concerns=("belly",)), TraitSource.FORM, LATER)
    assert known(brand, lin)["concerns"] == ["belly"]


def test_the_same_again_changes_nothing_and_a_new_value_keeps_the_old_one(brand, lin, consent_id):
    state(brand, lin, BODY)
    assert state(brand, lin, BODY, now=LATER) == 0
    assert state(brand, lin, NeedSlots(height_cm=161.0), now=LATER) == 1
    history = queries.traits_of(brand_id=brand.id, member_id=lin, replaced=True)
    assert [(card.value, card.replaced_at) for card in history if card.slot == "height_cm"] == [
        (160, LATER),
        (161, None),
    ]


def test_one_fact_can_be_taken_away_with_its_history(brand, lin, consent_id):
    state(brand, lin, BODY)
    state(brand, lin, NeedSlots(height_cm=161.0), now=LATER)
    operations.remove_trait(brand_id=brand.id, member_id=lin, slot="height_cm")
    operations.remove_trait(brand_id=brand.id, member_id=lin, slot="height_cm")
    assert list(Trait.objects.values_list("slot", flat=True)) == ["concerns"]
    with pytest.raises(TraitNotKept):
        operations.remove_trait(brand_id=brand.id, member_id=lin, slot="occasion")


def test_nobody_has_traits_who_is_no_member(brand):
    with pytest.raises(MemberNotFound):
        state(brand, uuid7(), NeedSlots(styles=("minimal",)))


def test_newer_words_of_consent_carry_the_facts(brand, lin, consent_id):
    state(brand, lin, BODY)
    newer = members.grant_consent(
        brand_id=brand.id,
        member_id=lin,
        purpose=Purpose.BODY_FACTS,
        channel="h5",
        text_version="2027-01",
        now=LATER,
    )
    assert operations.carry_traits(brand_id=brand.id, member_id=lin, consent_id=newer) == 2
    unlawful = Trait.objects.filter(slot__in=BODY_SLOTS).exclude(
        consent__withdrawn_at__isnull=True, consent__member_id=F("member_id")
    )
    assert unlawful.count() == 0
    assert newer != consent_id


def test_forgetting_her_body_leaves_her_taste_and_no_words_of_hers(brand, lin, consent_id):
    state(brand, lin, NeedSlots(height_cm=160.0, styles=("minimal",)))
    state(brand, lin, NeedSlots(height_cm=161.0), now=LATER)
    need = {"brand_id": brand.id, "taxonomy_version": 0, "member_id": lin, "now": NOW}
    telling = operations.save_need(
        text="160 参加婚礼", slots=NeedSlots(height_cm=160.0, occasion="wedding"), **need
    )
    harmless = operations.save_need(text="参加婚礼", slots=NeedSlots(occasion="wedding"), **need)
    assert operations.forget_body_facts(brand_id=brand.id, member_id=lin) == 2
    assert known(brand, lin) == {"styles": ["minimal"]}
    cards = {card.id: card for card in queries.needs_of_member(brand_id=brand.id, member_id=lin)}
    assert (cards[telling].text, cards[telling].slots) == ("", NeedSlots(occasion="wedding"))
    assert (cards[harmless].text, cards[harmless].slots) == ("", NeedSlots(occasion="wedding"))


def test_what_the_brand_calls_sensitive_needs_consent_and_is_forgotten_with_it(brand, lin):
    operations.save_taxonomy(
        brand_id=brand.id,
        category="apparel",
        extension={
            "slots": [
                {"slot": "styles", "label": {"zh-Hans": "风格", "en": "style"}, "sensitive": True}
            ]
        },
        based_on=0,
        user_id=None,
        now=NOW,
    )
    with pytest.raises(ConsentNeeded):
        state(brand, lin, NeedSlots(styles=("minimal",)))
    members.grant_consent(
        brand_id=brand.id, member_id=lin, purpose=Purpose.BODY_FACTS, channel="h5", now=NOW
    )
    state(brand, lin, NeedSlots(styles=("minimal",), color_like=("red",)))
    operations.forget_body_facts(brand_id=brand.id, member_id=lin)
    assert known(brand, lin) == {"color_like": ["red"]}


def people_of(brand, count):
    ids = [members.create_member(brand_id=brand.id, now=NOW) for _ in range(count)]
    agreed = members.grant_consents(
        brand_id=brand.id, member_ids=ids, purpose=Purpose.BODY_FACTS, channel="import", now=NOW
    )
    assert list(agreed) == ids
    return ids


def state_all(brand, stated, now=NOW):
    return operations.state_traits_of(
        brand_id=brand.id, stated=stated, source=TraitSource.IMPORT, now=now
    )


def test_many_members_facts_cost_the_statements_of_one(brand, django_assert_num_queries):
    ids = people_of(brand, 40)
    height = {one: NeedSlots(height_cm=150.0 + n) for n, one in enumerate(ids)}
    for some in (ids[:1], ids):
        with django_assert_num_queries(6 if len(some) > 1 else 5):
            state_all(brand, {one: height[one] for one in some}, LATER)
        height = {one: NeedSlots(height_cm=slots.height_cm + 1) for one, slots in height.items()}
    for n, one in enumerate(ids):
        assert known(brand, one) == {"height_cm": 150 + n + 1}
        consents = Trait.objects.filter(member_id=one).values_list("consent__member_id", flat=True)
        assert set(consents) == {one}


def test_one_of_many_without_consent_is_named_and_nothing_is_written_of_anybody(brand):
    ids = [*people_of(brand, 2), members.create_member(brand_id=brand.id, now=NOW)]
    with pytest.raises(ConsentNeeded):
        state_all(brand, dict.fromkeys(ids, BODY))
    with pytest.raises(MemberNotFound):
        state_all(brand, dict.fromkeys([*ids[:2], uuid7()], BODY))
    assert Trait.objects.count() == 0
