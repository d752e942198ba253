"""After-sales cases: each step and its clock, and every way in which they are refused."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journeys.buying import SOON, Market, open_market
from tests.journeys.test_parcels import bought, keys, send
from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import (
    Carrier,
    CaseAsked,
    CaseCard,
    CaseKind,
    CaseMoveRefused,
    CaseNotFound,
    CaseReason,
    CaseRefused,
    CaseState,
    CaseTooLate,
    GoingBack,
    PiecesClaimed,
    Turn,
)
from zhiyin.domain.orders.models import CaseStep, OrderLine
from zhiyin.domain.orders.types import (
    OrderMoveRefused,
    OrderNotFound,
    OrderState,
    Placed,
    ReasonNeeded,
    RefundArrived,
    RefundState,
)
from zhiyin.flows import purchase
from zhiyin.flows.purchase import cases, parcels
from zhiyin.kit.errors import DomainError
from zhiyin.storage.tenancy import brand_tx

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 9], [36_800, 8_900])


def received(market: Market, *lines: tuple[int, int]) -> tuple[Placed, UUID]:
    """An order that was sent and received, and whose it is."""
    shopper = market.shopper()
    placed = bought(market, *lines, member_id=shopper)
    send(market, placed)
    parcels.confirm_receipt(
        brand_id=market.brand_id, order_id=placed.order_id, member_id=shopper, now=SOON
    )
    return placed, shopper


def ask(market: Market, placed: Placed, shopper: UUID, pieces, now=SOON, **more) -> CaseCard:
    facts = {"kind": CaseKind.REFUND_ONLY, "reason": CaseReason.SIZE} | more
    key = facts.pop("key", None) or uuid4()
    return cases.ask(
        brand_id=market.brand_id,
        member_id=shopper,
        order_id=placed.order_id,
        request_key=key,
        asked=CaseAsked(pieces=pieces, **facts),
        now=now,
    )


RETURN = {"kind": CaseKind.RETURN, "going_back": GoingBack.PARCEL}


def arrive(market: Market, case: CaseCard, now=SOON) -> None:
    """The provider has given the money back, and the reaction runs."""
    with brand_tx(market.brand_id):
        orders.refund_answered(
            brand_id=market.brand_id, refund_id=case.refund_id, state=RefundState.DONE, now=now
        )
    event = RefundArrived(
        brand_id=market.brand_id, at=now, order_id=case.order_id, refund_id=case.refund_id
    )
    for _ in range(2):
        cases.note_arrived(event)


def again(market: Market, case: CaseCard) -> CaseCard:
    with brand_tx(market.brand_id):
        return ordered.read_case(brand_id=market.brand_id, case_id=case.id)


def snapshot(market: Market) -> list[object]:
    """Every row of the room, as text."""
    found = []
    with brand_tx(market.brand_id), connection.cursor() as cursor:
        for table in ("order", "orderline", "orderstep", "refund", "aftersalecase", "casestep"):
            cursor.execute(f"SELECT t::text FROM orders_{table} t ORDER BY 1")
            found.append(cursor.fetchall())
    return found


def test_a_return_by_parcel_step_by_step(market) -> None:
    placed, shopper = received(market, (0, 2), (1, 1))
    dress, _belt = keys(market, placed)
    own = {"brand_id": market.brand_id, "member_id": shopper}
    case = ask(market, placed, shopper, {dress: 1}, words="腰围偏小", **RETURN)
    assert (case.state, case.turn) == (CaseState.ASKED, Turn.BRAND)
    assert (case.amount_fen, case.deadline_at) == (36_800, SOON + 48 * HOUR)
    act = {"brand_id": market.brand_id, "case_id": case.id, "now": SOON, "user_id": market.clerk}
    case = cases.approve(**act)
    assert (case.state, case.turn) == (CaseState.WAITING_GOODS, Turn.SHOPPER)
    assert case.deadline_at == SOON + 7 * DAY
    with brand_tx(market.brand_id):
        case = orders.send_goods_back(
            **own, case_id=case.id, carrier=Carrier.EMS, tracking_no=" EMS12 ", now=SOON
        )
    assert (case.state, case.turn, case.tracking_no) == (
        CaseState.GOODS_SENT,
        Turn.BRAND,
        "EMS12",
    )
    case = cases.goods_are_back(**act, restock=True)
    assert (case.state, case.turn) == (CaseState.REFUNDING, Turn.PROVIDER)
    assert market.left(0) == (8, 0)
    assert market.books() == {
        "sandbox_clearing": 82_500,
        "sales": 82_500,
        "sales_refunded": 36_800,
        "refunds_payable": 36_800,
    }
    arrive(market, case)
    assert again(market, case).state is CaseState.REFUNDED
    with brand_tx(market.brand_id):
        steps = ordered.case_steps(brand_id=market.brand_id, case_id=case.id)
        assert ordered.case_words(brand_id=market.brand_id, case_id=case.id) == "腰围偏小"
    assert [step.move for step in steps] == [
        "ask",
        "approve",
        "await_goods",
        "send_goods",
        "take_goods",
        "grant",
        "arrive",
    ]
    assert market.violations() == {}


def test_money_for_what_has_not_left_is_granted_at_once(market) -> None:
    shopper, key = market.shopper(), uuid4()
    placed = bought(market, (0, 2), member_id=shopper)
    (dress,) = keys(market, placed)
    case = ask(market, placed, shopper, {dress: 1}, key=key)
    assert case.state is CaseState.REFUNDING
    assert ask(market, placed, shopper, {dress: 1}, key=key) == case  # pressed twice
    assert market.left(0) == (9, 1)
    rest = ask(market, placed, shopper, {dress: 1}, reason=CaseReason.NO_REASON)
    assert rest.state is CaseState.REFUNDING
    assert market.order(placed).state is OrderState.REFUNDED
    assert market.left(0) == (9, 0)
    assert market.books() == {"sandbox_clearing": 73_600, "refunds_payable": 73_600}
    arrive(market, case)
    arrive(market, rest)
    assert market.violations() == {}


def test_nobody_acts_and_the_clock_does(market) -> None:
    placed, shopper = received(market, (0, 3), (1, 1))
    dress, belt = keys(market, placed)
    silent = ask(market, placed, shopper, {belt: 1})
    waited = ask(market, placed, shopper, {dress: 1}, **RETURN)
    sent = ask(market, placed, shopper, {dress: 1}, **RETURN)
    tick = {"brand_id": market.brand_id, "limit": 10}
    assert cases.advance_overdue(**tick, now=SOON + 47 * HOUR) == 0
    yes = SOON + 48 * HOUR
    assert cases.advance_overdue(**tick, now=yes) == 3
    assert cases.advance_overdue(**tick, now=yes) == 0
    states = [again(market, one).state for one in (silent, waited, sent)]
    assert states == ["refunding", "waiting_goods", "waiting_goods"]
    with brand_tx(market.brand_id):
        orders.send_goods_back(
            brand_id=market.brand_id,
            case_id=sent.id,
            member_id=shopper,
            carrier=Carrier.SF,
            tracking_no="SF77",
            now=yes,
        )
    assert cases.advance_overdue(**tick, now=yes + 7 * DAY) == 1
    assert again(market, waited).state is CaseState.LAPSED
    assert cases.advance_overdue(**tick, now=yes + 10 * DAY) == 1
    assert again(market, sent).state is CaseState.REFUNDING
    assert market.left(0) == (6, 0)  # nobody saw the goods, so none lies on the shelf
    assert market.violations(yes + 10 * DAY) == {}


def test_a_refusal_is_escalated_once_and_an_admin_decides(market) -> None:
    placed, shopper = received(market, (1, 1))
    (belt,) = keys(market, placed)
    case = ask(market, placed, shopper, {belt: 1})
    act = {"brand_id": market.brand_id, "case_id": case.id, "now": SOON, "user_id": market.clerk}
    before = snapshot(market)
    with pytest.raises(ReasonNeeded):
        cases.refuse(**act, answer=" ")
    assert snapshot(market) == before
    refused = cases.refuse(**act, answer="已洗过")
    assert (refused.state, refused.answer, refused.may_escalate) == ("refused", "已洗过", True)
    assert market.violations() == {}
    hers = {"brand_id": market.brand_id, "case_id": case.id, "member_id": shopper}
    stranger = market.shopper()
    with pytest.raises(CaseTooLate), brand_tx(market.brand_id):
        orders.escalate_case(**hers, now=SOON + 8 * DAY)
    with pytest.raises(CaseNotFound), brand_tx(market.brand_id):
        orders.escalate_case(**(hers | {"member_id": stranger}), now=SOON)
    other = ask(market, placed, shopper, {belt: 1})
    with pytest.raises(PiecesClaimed), brand_tx(market.brand_id):
        orders.escalate_case(**hers, now=SOON)
    with brand_tx(market.brand_id):
        orders.withdraw_case(
            brand_id=market.brand_id, case_id=other.id, member_id=shopper, now=SOON
        )
        escalated = orders.escalate_case(**hers, now=SOON)
    assert (escalated.turn, escalated.deadline_at) == (Turn.ADMIN, SOON + 72 * HOUR)
    assert cases.refuse(**act, answer="吊牌已剪").state is CaseState.REFUSED
    with pytest.raises(CaseMoveRefused), brand_tx(market.brand_id):
        orders.escalate_case(**hers, now=SOON)
    assert again(market, case).state is CaseState.REFUSED
    assert market.violations() == {}


def test_goods_sent_back_and_refused_then_granted_by_an_admin(market) -> None:
    placed, shopper = received(market, (0, 1))
    (dress,) = keys(market, placed)
    case = ask(market, placed, shopper, {dress: 1}, **(RETURN | {"going_back": GoingBack.STORE}))
    act = {"brand_id": market.brand_id, "case_id": case.id, "now": SOON, "user_id": market.clerk}
    hers = {"brand_id": market.brand_id, "case_id": case.id, "member_id": shopper, "now": SOON}
    cases.approve(**act)
    with brand_tx(market.brand_id):
        orders.send_goods_back(**hers, carrier=Carrier.SF, tracking_no="SF88")
    cases.refuse(**act, answer="不是我们的货")
    with brand_tx(market.brand_id):
        orders.escalate_case(**hers)
    assert cases.approve(**act).state is CaseState.REFUNDING  # the goods are with the brand
    assert market.violations() == {}


def test_goods_handed_in_at_another_store_lie_there(market) -> None:
    placed = market.place(shopper := market.shopper(), (0, 1))
    market.pay(placed)
    (dress,) = keys(market, placed)
    back = {"kind": CaseKind.RETURN, "going_back": GoingBack.STORE}
    before = snapshot(market)
    with pytest.raises(CaseRefused):  # it was not collected yet
        ask(market, placed, shopper, {dress: 1}, **back)
    assert snapshot(market) == before
    market.collect(market.code(placed))
    case = ask(market, placed, shopper, {dress: 1}, **back)
    act = {"brand_id": market.brand_id, "case_id": case.id, "now": SOON, "user_id": market.clerk}
    cases.approve(**act)
    cases.goods_are_back(**act, restock=True, store_id=market.stores[1])
    assert (market.left(0), market.left(0, 1)) == ((8, 0), (1, 0))
    assert market.order(placed).state is OrderState.REFUNDED
    assert market.violations() == {}


def test_a_piece_stands_in_one_open_case(market) -> None:
    placed, shopper = received(market, (0, 2))
    (dress,) = keys(market, placed)
    case = ask(market, placed, shopper, {dress: 1})
    before = snapshot(market)
    with pytest.raises(PiecesClaimed):
        ask(market, placed, shopper, {dress: 2})
    with pytest.raises(PiecesClaimed):  # nor is it given back beside the case
        purchase.give_back(
            brand_id=market.brand_id,
            order_id=placed.order_id,
            cause="by hand",
            reason="都退",
            now=SOON,
        )
    assert snapshot(market) == before
    with pytest.raises(IntegrityError), brand_tx(market.brand_id):
        OrderLine.objects.filter(brand_id=market.brand_id, key=dress).update(claimed=3)
    with brand_tx(market.brand_id):
        orders.withdraw_case(brand_id=market.brand_id, case_id=case.id, member_id=shopper, now=SOON)
    assert ask(market, placed, shopper, {dress: 2}).amount_fen == 73_600
    with pytest.raises(ProgrammingError), brand_tx(market.brand_id), transaction.atomic():
        CaseStep.objects.filter(brand_id=market.brand_id).delete()
    assert market.violations() == {}


def test_what_may_not_be_asked_changes_nothing(market) -> None:
    placed, shopper = received(market, (0, 1))
    (dress,) = keys(market, placed)
    unpaid = market.place(shopper, (1, 1))
    (belt,) = [line.key for line in market.order(unpaid).lines]
    before = snapshot(market)
    late = {"now": SOON + 8 * DAY}
    asked: list[tuple[type[DomainError], tuple, dict]] = [
        (CaseTooLate, (placed, shopper, {dress: 1}), late),
        (OrderNotFound, (placed, market.shopper(), {dress: 1}), {}),
        (OrderMoveRefused, (unpaid, shopper, {belt: 1}), {}),
        (CaseRefused, (placed, shopper, {}), {}),
        (CaseRefused, (placed, shopper, {"nobody": 1}), {}),
        (CaseRefused, (placed, shopper, {dress: 0}), {}),
        (CaseRefused, (placed, shopper, {dress: -1}), {}),
        (CaseRefused, (placed, shopper, {dress: 2}), {}),
        (CaseRefused, (placed, shopper, {dress: True}), {}),
        (CaseRefused, (placed, shopper, {dress: 1}), {"kind": CaseKind.RETURN}),
        (CaseRefused, (placed, shopper, {dress: 1}), {"going_back": GoingBack.STORE}),
        (CaseRefused, (placed, shopper, {dress: 1}), {"words": "字" * 201}),
        (CaseRefused, (placed, shopper, {dress: 1}), {"words": "a\0b"}),
    ]
    for error, who, more in asked:
        with pytest.raises(error):
            ask(market, *who, **more)
    assert snapshot(market) == before
    with brand_tx(market.brand_id):
        orders.set_case_terms(brand_id=market.brand_id, within_days=15)
    assert ask(market, placed, shopper, {dress: 1}, **late).state is CaseState.ASKED


def test_a_piece_asked_back_is_not_sent_and_an_open_case_is_not_received(market) -> None:
    shopper = market.shopper()
    placed = bought(market, (0, 2), member_id=shopper)
    (dress,) = keys(market, placed)
    send(market, placed, pieces={dress: 1})
    case = ask(market, placed, shopper, {dress: 1})
    assert case.state is CaseState.ASKED  # a part has left, so the brand is asked
    with pytest.raises(DomainError):
        send(market, placed, "SF2000")
    act = {"brand_id": market.brand_id, "case_id": case.id, "now": SOON, "user_id": market.clerk}
    cases.refuse(**act, answer="已装箱")
    send(market, placed, "SF2000")
    ask(market, placed, shopper, {dress: 1}, **RETURN)
    late = {"brand_id": market.brand_id, "now": SOON + 11 * DAY, "limit": 10}
    assert parcels.receive_overdue(**late) == 0
    assert market.order(placed).state is OrderState.SENT
    assert market.violations() == {}


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 2)), min_size=1, max_size=6),
    st.booleans(),
    st.booleans(),
)
def test_parts_in_any_order_end_at_what_was_paid(market, wishes, is_sent, is_done) -> None:
    shopper = market.shopper()
    placed = bought(market, (0, 2), (1, 3), member_id=shopper)
    lines = keys(market, placed)
    if is_sent:
        send(market, placed, pieces={lines[1]: 1})
        if is_done:
            send(market, placed, "SF2000")
            parcels.confirm_receipt(
                brand_id=market.brand_id, order_id=placed.order_id, member_id=shopper, now=SOON
            )
    granted = 0
    for n, count in [*wishes, (0, 1), (0, 1), (1, 1), (1, 1), (1, 1)]:
        try:
            case = ask(market, placed, shopper, {lines[n]: count})
        except (PiecesClaimed, OrderMoveRefused):
            continue
        if case.state is CaseState.ASKED:
            cases.approve(brand_id=market.brand_id, case_id=case.id, now=SOON, user_id=None)
        granted += case.amount_fen
    order = market.order(placed)
    assert (order.state, order.refunded_fen, granted) == (
        OrderState.REFUNDED,
        order.payable_fen,
        order.payable_fen,
    )
    assert market.violations() == {}
    for line in (0, 1):  # what was never sent is for sale again
        assert market.left(line)[1] == 0
    _refill(market)


def _refill(market: Market) -> None:
    """Put the shelves back, for the next example."""
    with brand_tx(market.brand_id):
        stock.count_stock(
            brand_id=market.brand_id,
            store_id=market.stores[0],
            counts=dict.fromkeys(market.skus, 9),
            reason="refill",
            user_id=None,
            now=SOON,
        )


def test_one_piece_that_was_sent_is_returned_once_though_another_waits(market) -> None:
    shopper = market.shopper()
    placed = bought(market, (0, 2), member_id=shopper)
    (dress,) = keys(market, placed)
    send(market, placed, pieces={dress: 1})
    ask(market, placed, shopper, {dress: 1}, **RETURN)
    with pytest.raises(CaseRefused) as refused:
        ask(market, placed, shopper, {dress: 1}, **RETURN)
    assert refused.value.details["line"] == dress
    ask(market, placed, shopper, {dress: 1})
    assert market.violations() == {}
