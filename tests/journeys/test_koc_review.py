"""A member applies, a person decides on an opened score, and the KOC can be asked."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model

from tests.cast import NOW, make_brand
from tests.journeys.answering import a_koc, a_member, a_product, a_shopper, answer, ask, consent
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.types import SLOTS, NeedSlots
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import Color, SkuFacts
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import ShowFacts, ShowSource, ShowState
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import (
    GOOD_AT_SLOTS,
    AgeNeeded,
    ApplicationFacts,
    ApplicationState,
    GoodAtRefused,
    KocNotFound,
    PageFacts,
    ScoreKey,
    ShowNotHers,
    TooYoung,
)
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import ConsentNeeded, MemberRole, Purpose
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as past
from zhiyin.domain.orders.types import PurchaseFacts
from zhiyin.flows import koc_review, privacy
from zhiyin.storage.tenancy import brand_tx

DAY = timedelta(days=1)
BODY = NeedSlots(height_cm=160.0, weight_kg=50.0, age=29.0, body_shape="pear", styles=("french",))
GOOD_AT = {"occasion": ["wedding"], "concerns": ["thick_calves"]}


@pytest.fixture
def brand_id(own_database) -> UUID:
    return make_brand("cedar").id


@pytest.fixture
def applicant(brand_id) -> UUID:
    member_id = a_member(brand_id, "晓雯")
    consent(brand_id, member_id, Purpose.BODY_FACTS)
    return member_id


def an_operator() -> int:
    return get_user_model().objects.create(username="operator").id


def apply(brand_id, member_id, *, body=BODY, **facts) -> UUID:
    stated = {"name": "小满", "statement": "五次伴娘", "good_at": GOOD_AT} | facts
    return koc_review.apply(
        brand_id=brand_id,
        member_id=member_id,
        application=ApplicationFacts(**stated),
        body=body,
        now=NOW,
    )


def decide(brand_id, application_id, *, accepted=True, reason="欢迎") -> UUID | None:
    return koc_review.decide(
        brand_id=brand_id,
        application_id=application_id,
        accepted=accepted,
        reason=reason,
        user_id=an_operator(),
        now=NOW + DAY,
    )


def wear(brand_id, member_id, product_id, ref, source=ShowSource.IMPORT, koc_id=None) -> UUID:
    with brand_tx(brand_id):
        (show_id,) = content.save_shows(
            brand_id=brand_id,
            shows=[
                ShowFacts(
                    product_id=product_id,
                    size_code=38,
                    worn_at=NOW,
                    source=source,
                    facts={},
                    author_id=member_id,
                    koc_id=koc_id,
                    external_ref=ref,
                )
            ],
            state=ShowState.PUBLISHED,
            now=NOW,
        )
    return show_id


def buy(brand_id, member_id, days_ago) -> list[UUID]:
    with brand_tx(brand_id):
        catalog.save_skus(
            brand_id=brand_id,
            skus=[
                SkuFacts(
                    product_code="D-1",
                    code="D-1-38",
                    color=Color.BLACK,
                    size_code=38,
                    size_label="38",
                    price_fen=39_900,
                )
            ],
        )
        sku_id = shelf.sku_ids_by_code(brand_id=brand_id, codes=["D-1-38"])["D-1-38"]
        orders.save_purchases(
            brand_id=brand_id,
            purchases=[
                PurchaseFacts(
                    external_ref=f"p-{days}",
                    member_id=member_id,
                    sku_id=sku_id,
                    bought_at=NOW - days * DAY,
                )
                for days in days_ago
            ],
        )
        found = past.purchases_of(brand_id=brand_id, member_id=member_id)
    return [one.id for one in found]


def application_of(brand_id, member_id):
    with brand_tx(brand_id):
        return kocs.last_application(brand_id=brand_id, member_id=member_id)


def test_an_accepted_applicant_has_a_page_and_a_role_and_can_be_asked(
    brand_id, applicant, tmp_path
):
    koc_id = decide(brand_id, apply(brand_id, applicant))
    with brand_tx(brand_id):
        koc = kocs.koc(brand_id=brand_id, koc_id=koc_id)
        roles = people.roles_of(brand_id=brand_id, member_id=applicant)
    assert (koc.name_zh, koc.good_at, koc.persona_zh) == ("小满", GOOD_AT, "")
    assert koc.facts == {"age": 29, "body_shape": "pear", "height_cm": 160, "weight_kg": 50}
    assert {role.role for role in roles if role.until is None} == {
        MemberRole.SHOPPER,
        MemberRole.KOC,
    }
    card = application_of(brand_id, applicant)
    assert (card.state, card.reason) == (ApplicationState.ACCEPTED, "欢迎")
    assert card.score.total_bps > 0
    answer(brand_id, koc, ask(brand_id, a_shopper(brand_id, tmp_path), koc))


def test_a_refused_applicant_reads_why_and_may_apply_again(brand_id, applicant):
    assert decide(brand_id, apply(brand_id, applicant), accepted=False, reason="先发一条") is None
    card = application_of(brand_id, applicant)
    assert (card.state, card.reason) == (ApplicationState.REFUSED, "先发一条")
    with brand_tx(brand_id):
        assert kocs.kocs(brand_id=brand_id) == ()
        roles = people.roles_of(brand_id=brand_id, member_id=applicant)
    assert [role.role for role in roles] == [MemberRole.SHOPPER]
    assert apply(brand_id, applicant)


def test_every_number_of_the_score_opens_to_its_rows(brand_id, applicant):
    product_id = a_product(brand_id)
    shows = [wear(brand_id, applicant, product_id, f"r-{n}") for n in range(2)]
    other = a_koc(brand_id, "other")
    wear(brand_id, applicant, product_id, None, ShowSource.AUTHORED, other.id)
    bought = buy(brand_id, applicant, days_ago=(800, 30, 10))
    with brand_tx(brand_id):
        content.vote_useful(brand_id=brand_id, show_id=shows[1], member_id=other.member_id, now=NOW)
    application_id = apply(brand_id, applicant, show_ids=shows, weekly_capacity=7)
    with brand_tx(brand_id):
        score = koc_review.score_application(
            brand_id=brand_id, application_id=application_id, now=NOW + 70 * DAY
        )
    lines = {line.key: line for part in score.parts for line in part.lines}
    assert {key: line.count for key, line in lines.items()} == {
        ScoreKey.PURCHASES: 2,
        ScoreKey.MONTHS: 2,
        ScoreKey.SHOWS: 2,
        ScoreKey.USEFUL_VOTES: 1,
        ScoreKey.ANSWERS: 0,
        ScoreKey.CAPACITY: 7,
        ScoreKey.DAYS_PRESENT: 28,
    }
    assert set(lines[ScoreKey.PURCHASES].row_ids) == set(bought[1:])
    assert set(lines[ScoreKey.SHOWS].row_ids) == set(shows)
    assert lines[ScoreKey.USEFUL_VOTES].row_ids == (shows[1],)


def test_whatever_she_can_be_good_at_is_a_slot_with_words(brand_id):
    with brand_tx(brand_id):
        vocabulary = kept.taxonomy(brand_id=brand_id).vocabulary
    assert all(slot in SLOTS and vocabulary[slot] for slot in GOOD_AT_SLOTS)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"good_at": {"occasion": ["coronation"]}}, GoodAtRefused),
        ({"body": NeedSlots(height_cm=160.0)}, AgeNeeded),
        ({"body": NeedSlots(age=13.0)}, TooYoung),
    ],
)
def test_a_refused_form_keeps_nothing(brand_id, applicant, facts, error):
    with pytest.raises(error):
        apply(brand_id, applicant, **facts)
    assert application_of(brand_id, applicant) is None
    with brand_tx(brand_id):
        assert kept.traits_of(brand_id=brand_id, member_id=applicant) == ()


def test_shows_of_somebody_else_do_not_speak_for_her(brand_id, applicant):
    product_id = a_product(brand_id)
    theirs = wear(brand_id, a_member(brand_id, "别人"), product_id, "r-9")
    with pytest.raises(ShowNotHers):
        apply(brand_id, applicant, show_ids=[theirs])
    assert application_of(brand_id, applicant) is None


def test_without_the_consent_there_is_no_application_and_no_acceptance(brand_id, applicant):
    with pytest.raises(ConsentNeeded):
        apply(brand_id, a_member(brand_id, "没同意"))
    application_id = apply(brand_id, applicant)
    privacy.withdraw_consent(
        brand_id=brand_id, member_id=applicant, purpose=Purpose.BODY_FACTS, now=NOW
    )
    with pytest.raises(ConsentNeeded):
        decide(brand_id, application_id)
    assert application_of(brand_id, applicant).state is ApplicationState.OPEN
    with brand_tx(brand_id):
        assert kocs.kocs(brand_id=brand_id) == ()


def test_she_keeps_her_page_and_her_facts_and_leaves(brand_id, applicant):
    koc_id = decide(brand_id, apply(brand_id, applicant))
    koc_review.change_page(
        brand_id=brand_id,
        member_id=applicant,
        page=PageFacts(name_zh="小满", name_en="Xiaoman", persona_zh="腰细胯宽", topics=["裙长"]),
    )
    with brand_tx(brand_id):
        koc_desk.set_facts(brand_id=brand_id, koc_id=koc_id, facts={})
    koc_review.refresh_facts(brand_id=brand_id, member_id=applicant)
    with brand_tx(brand_id):
        card = kocs.koc(brand_id=brand_id, koc_id=koc_id)
    assert (card.persona_zh, card.topics, card.facts["height_cm"]) == ("腰细胯宽", ("裙长",), 160)
    koc_review.leave(brand_id=brand_id, member_id=applicant, now=NOW + 2 * DAY)
    with brand_tx(brand_id):
        roles = people.roles_of(brand_id=brand_id, member_id=applicant)
    assert [role.until for role in roles if role.role is MemberRole.KOC] == [NOW + 2 * DAY]
    with pytest.raises(KocNotFound):
        koc_review.leave(brand_id=brand_id, member_id=applicant, now=NOW + 2 * DAY)


def test_a_koc_is_scored_on_what_she_answered_and_let_go(brand_id, applicant, tmp_path):
    shopper = a_shopper(brand_id, tmp_path)
    koc_id = decide(brand_id, apply(brand_id, applicant))
    with brand_tx(brand_id):
        koc = kocs.koc(brand_id=brand_id, koc_id=koc_id)
    done, late = ask(brand_id, shopper, koc), ask(brand_id, shopper, koc)
    answer(brand_id, koc, done)
    with brand_tx(brand_id):
        conversations.expire_due(brand_id=brand_id, now=NOW + DAY, limit=10)
        application_id = kocs.last_application(brand_id=brand_id, member_id=applicant).id
        score = koc_review.score_application(
            brand_id=brand_id, application_id=application_id, now=NOW + DAY
        )
    lines = {line.key: line for part in score.parts for line in part.lines}
    assert lines[ScoreKey.ANSWERS].row_ids == (done,)
    assert set(lines[ScoreKey.ANSWERED_SHARE].row_ids) == {done, late}
