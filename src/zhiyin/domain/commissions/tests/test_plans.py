"""What a plan may say, who may join, and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import NOW, enter
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.commissions import operations, queries, rules
from zhiyin.domain.commissions.models import Commission, Plan, Promoter
from zhiyin.domain.commissions.types import (
    MOST_RATE_BPS,
    AcknowledgementNeeded,
    AlreadyPromoter,
    Earner,
    JoiningIsFree,
    LineFollowed,
    OnlySalesArePaid,
    PlanCard,
    PlanFacts,
    PlanFixed,
    PlanNotFound,
    PlanRefused,
    PlanState,
    PromoterCard,
    PromoterNotFound,
    RateTooHigh,
)
from zhiyin.domain.members import operations as members
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import TextTooLong

LATER = NOW + timedelta(days=1)


def facts(**more) -> PlanFacts:
    return PlanFacts(**({"name": "穿搭", "earner": Earner.KOC, "rate_bps": 1_000} | more))  # type: ignore[arg-type]


def create(brand, **more):
    return operations.create_plan(brand_id=brand.id, facts=facts(**more), user_id=None, now=NOW)


def switch_on(brand, plan_id) -> bool:
    return operations.switch_on(brand_id=brand.id, plan_id=plan_id, user_id=None, now=NOW)


def enrol(brand, nickname, **more):
    member_id = members.create_member(brand_id=brand.id, nickname=nickname, now=NOW)
    return operations.enrol(
        **({"brand_id": brand.id, "member_id": member_id, "earner": Earner.KOC, "now": NOW} | more)
    )


@pytest.mark.parametrize(
    ("said", "refusal", "details"),
    [
        ({"join_fee_fen": 100}, JoiningIsFree, {"field": "join_fee_fen"}),
        ({"least_purchase_fen": 1}, JoiningIsFree, {"field": "least_purchase_fen"}),
        ({"rewarded": "share"}, OnlySalesArePaid, {"rewarded": "share"}),
        ({"rewarded": "recruit"}, OnlySalesArePaid, {"rewarded": "recruit"}),
        ({"rate_bps": 3_001}, RateTooHigh, {"total_bps": 3_001, "most_bps": MOST_RATE_BPS}),
        (
            {"rate_bps": 2_900, "second_bps": 101},
            RateTooHigh,
            {"total_bps": 3_001, "most_bps": MOST_RATE_BPS},
        ),
        ({"rate_bps": 0}, PlanRefused, {"field": "rate_bps", "least": 1, "most": 3_000}),
        ({"second_bps": 0}, PlanRefused, {"field": "second_bps", "least": 1, "most": 3_000}),
        ({"cap_fen": 0}, PlanRefused, {"field": "cap_fen", "least": 1, "most": rules.MOST_FEN}),
        ({"window_days": 6}, PlanRefused, {"field": "window_days", "least": 7, "most": 90}),
        ({"window_days": 91}, PlanRefused, {"field": "window_days", "least": 7, "most": 90}),
        ({"name": "  "}, PlanRefused, {"field": "name"}),
        (
            {"categories": tuple(map(str, range(51)))},
            PlanRefused,
            {"field": "categories", "most": 50},
        ),
    ],
)
def test_a_plan_that_may_not_be_is_refused_by_name_and_nothing_is_kept(
    brand, said, refusal, details
) -> None:
    with pytest.raises(refusal) as refused:
        create(brand, **said)
    assert refused.value.details == details
    assert queries.plans(brand_id=brand.id) == ()


def test_a_name_too_long_is_refused(brand) -> None:
    with pytest.raises(TextTooLong):
        create(brand, name="长" * 61)


def test_a_plan_is_changed_until_it_is_on_and_ends_when_it_is_off(brand) -> None:
    plan_id = create(brand)
    operations.change_plan(
        brand_id=brand.id, plan_id=plan_id, facts=facts(rate_bps=500), user_id=None, now=NOW
    )
    plan = queries.plan(brand_id=brand.id, plan_id=plan_id)
    assert (plan.state, plan.rate_bps) == (PlanState.DRAFT, 500)
    with pytest.raises(PlanFixed):
        operations.switch_off(brand_id=brand.id, plan_id=plan_id, user_id=None, now=NOW)
    assert switch_on(brand, plan_id)
    assert not switch_on(brand, plan_id)
    with pytest.raises(PlanFixed):
        operations.change_plan(
            brand_id=brand.id, plan_id=plan_id, facts=facts(), user_id=None, now=NOW
        )
    off = {"brand_id": brand.id, "plan_id": plan_id, "user_id": None}
    assert operations.switch_off(**off, now=LATER)
    assert not operations.switch_off(**off, now=LATER)
    with pytest.raises(PlanFixed):
        switch_on(brand, plan_id)
    plan = queries.plan(brand_id=brand.id, plan_id=plan_id)
    assert (plan.state, plan.rate_bps) == (PlanState.OFF, 500)


def test_plans_that_run_together_stay_below_the_cap(brand) -> None:
    assert switch_on(brand, create(brand, rate_bps=2_000))
    staff = create(brand, earner=Earner.STAFF, rate_bps=1_001)
    with pytest.raises(RateTooHigh) as refused:
        switch_on(brand, staff)
    assert refused.value.details == {"total_bps": 3_001, "most_bps": 3_000}
    assert queries.plan(brand_id=brand.id, plan_id=staff).state is PlanState.DRAFT
    assert switch_on(brand, create(brand, rate_bps=1_500))
    assert switch_on(brand, create(brand, earner=Earner.STAFF, rate_bps=1_000))


def test_a_second_level_waits_for_somebody_who_says_she_has_read(brand) -> None:
    plan_id = create(brand, second_bps=200)
    with pytest.raises(AcknowledgementNeeded):
        switch_on(brand, plan_id)
    user_id = brands.create_account(name="counsel", password="a long enough password")
    with pytest.raises(PlanRefused):
        operations.acknowledge_second_level(
            brand_id=brand.id, statement=" ", user_id=user_id, now=NOW
        )
    operations.acknowledge_second_level(
        brand_id=brand.id, statement="read", user_id=user_id, now=NOW
    )
    assert switch_on(brand, plan_id)


def test_a_plan_of_another_brand_is_not_there(two_brands) -> None:
    here, there = two_brands
    enter(there.id)
    theirs = create(there)
    enter(here.id)
    with pytest.raises(PlanNotFound):
        switch_on(here, theirs)
    with pytest.raises(PlanNotFound):
        queries.plan(brand_id=here.id, plan_id=theirs)


def test_joining_is_once_free_and_remembers_who_brought_her(brand) -> None:
    first = enrol(brand, "a")
    second = enrol(brand, "b", introduced_by=first)
    card = queries.promoter(brand_id=brand.id, promoter_id=second)
    assert card.introduced_by == first
    with pytest.raises(AlreadyPromoter):
        operations.enrol(
            brand_id=brand.id, member_id=card.member_id, earner=Earner.PARTNER, now=NOW
        )
    with pytest.raises(PromoterNotFound):
        enrol(brand, "c", introduced_by=uuid7())
    assert operations.leave(brand_id=brand.id, promoter_id=first, now=LATER)
    assert not operations.leave(brand_id=brand.id, promoter_id=first, now=LATER)
    with pytest.raises(PromoterNotFound):
        enrol(brand, "d", introduced_by=first)


def test_who_introduced_her_is_never_changed_and_was_there_before(brand) -> None:
    first = enrol(brand, "a")
    second = enrol(brand, "b", introduced_by=first)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Promoter.objects.filter(id=first).update(introduced_by=second)
    member_id = members.create_member(brand_id=brand.id, nickname="c", now=NOW)
    with pytest.raises(IntegrityError, match="by_an_earlier_one"), transaction.atomic():
        Promoter.objects.create(
            id=first.__class__(int=1),
            brand_id=brand.id,
            member_id=member_id,
            earner=Earner.KOC,
            introduced_by_id=first,
            since=NOW,
        )


def test_the_schema_knows_no_third_level(brand) -> None:
    """Refused by the table itself, whoever writes and whatever the code says."""
    plan_id, promoter_id = create(brand), enrol(brand, "a")
    member_id = queries.promoter(brand_id=brand.id, promoter_id=promoter_id).member_id
    row = {
        "brand_id": brand.id,
        "plan_id": plan_id,
        "promoter_id": promoter_id,
        "member_id": member_id,
        "order_id": uuid7(),
        "base_fen": 10_000,
        "rate_bps": 1_000,
        "amount_fen": 1_000,
        "state": "pending",
        "window_days": 7,
        "accrued_at": NOW,
    }
    for breach, constraint in (
        ({"level": 3}, "commission_level"),
        ({"level": 1, "amount_fen": 1_001}, "commission_within_its_rate"),
        ({"level": 1, "rate_bps": 3_001}, "commission_rate"),
        ({"level": 1, "state": "payable"}, "commission_settled_by_one"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Commission.objects.create(line_id=uuid7(), **(row | breach))
    with pytest.raises(IntegrityError, match="commission_plan_rate"), transaction.atomic():
        Plan.objects.create(
            brand_id=brand.id,
            name="x",
            earner=Earner.KOC,
            rate_bps=2_000,
            second_bps=1_001,
            window_days=7,
            created_at=NOW,
        )


def test_the_terms_of_a_commission_cannot_be_rewritten(brand) -> None:
    for column in ("amount_fen", "rate_bps", "promoter_id", "level", "base_fen"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE commissions_commission SET {column} = {column}")


@st.composite
def forests(draw) -> list[PromoterCard]:
    """Promoters, each introduced by nobody or by any earlier one."""
    cards: list[PromoterCard] = []
    for n in range(draw(st.integers(1, 30))):
        above = draw(st.none() | st.integers(0, n - 1)) if n else None
        cards.append(
            PromoterCard(
                id=uuid7(),
                member_id=uuid7(),
                earner=Earner.KOC,
                koc_id=uuid7(),
                user_id=None,
                introduced_by=None if above is None else cards[above].id,
                since=NOW,
                until=None,
            )
        )
    return cards


@given(
    forest=forests(),
    data=st.data(),
    paid_fen=st.integers(0, 10**9),
    rate_bps=st.integers(1, 2_000),
    second_bps=st.none() | st.integers(1, 1_000),
    cap_fen=st.none() | st.integers(1, 10**6),
)
def test_nobody_above_the_second_level_gets_a_fen(
    forest, data, paid_fen, rate_bps, second_bps, cap_fen
) -> None:
    """K1, K2: whatever the forest, one promoter and who introduced her, below their rates."""
    plan = PlanCard(
        id=uuid7(),
        name="",
        earner=Earner.KOC,
        rate_bps=rate_bps,
        cap_fen=cap_fen,
        second_bps=second_bps,
        categories=(),
        window_days=7,
        switched_on_at=NOW,
        switched_off_at=None,
    )
    seller = data.draw(st.sampled_from(forest))
    by_id = {card.id: card for card in forest}
    above = by_id.get(seller.introduced_by) if seller.introduced_by else None
    line = LineFollowed(
        line_id=uuid7(),
        category="dress",
        koc_id=seller.koc_id,
        paid_fen=paid_fen,
        kept_fen=paid_fen,
    )
    found = rules.shares(plan, seller, above, line)
    allowed = {seller.id, above.id} if above and second_bps else {seller.id}
    assert {promoter.id for promoter, _, _, _ in found} <= allowed
    assert all(level == (1 if who is seller else 2) for who, level, _, _ in found)
    assert all(fen * 10_000 <= paid_fen * bps and fen > 0 for _, _, bps, fen in found)
    if cap_fen:
        assert all(fen <= cap_fen for _, _, _, fen in found)


@given(
    base=st.integers(1, 10**9),
    rate_bps=st.integers(1, MOST_RATE_BPS),
    kept=st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
)
def test_what_goes_back_part_by_part_is_what_goes_back_at_once(base, rate_bps, kept) -> None:
    amount = base * rate_bps // 10_000
    left = sorted((min(one, base) for one in kept), reverse=True)
    parts = [rules.due_fen(amount_fen=amount, base_fen=base, kept_fen=one) for one in left]
    assert parts == sorted(parts, reverse=True)
    assert all(
        0 <= part <= one * MOST_RATE_BPS // 10_000 for part, one in zip(parts, left, strict=True)
    )
    assert rules.due_fen(amount_fen=amount, base_fen=base, kept_fen=base) == amount
    assert rules.due_fen(amount_fen=amount, base_fen=base, kept_fen=0) == 0
