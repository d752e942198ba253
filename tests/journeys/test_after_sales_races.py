"""Many hands at once: one piece in one case, one answer, one parcel; and without the guard."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from tests.journeys.buying import SOON, Market, open_market
from tests.journeys.test_cases import HOUR, again, ask, received
from tests.journeys.test_parcels import bought, keys, send
from zhiyin.domain.orders.care import CaseCard, CaseMoveRefused, CaseState, PiecesClaimed
from zhiyin.domain.orders.operations import cases as writing
from zhiyin.flows.purchase import cases
from zhiyin.kit.errors import DomainError

HANDS = 4
UNGUARDED = """
    UPDATE orders_orderline SET claimed = claimed + %(pieces)s
    WHERE brand_id = %(brand_id)s AND order_id = %(order_id)s AND key = %(key)s
"""


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 9], [36_800, 8_900])


def at_once(*acts):
    """Run the acts together, each in a thread and on a connection of its own."""
    gate = Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            return act()
        except (DomainError, IntegrityError) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(run, act) for act in acts]]


def test_one_piece_is_in_one_case_whoever_asks_first(market) -> None:
    placed, shopper = received(market, (0, 1))
    (dress,) = keys(market, placed)
    said = at_once(*[lambda: ask(market, placed, shopper, {dress: 1})] * HANDS)
    assert sum(isinstance(one, CaseCard) for one in said) == 1
    assert said.count(PiecesClaimed) == HANDS - 1
    assert market.violations() == {}


def test_without_the_guard_the_database_still_refuses(market, monkeypatch) -> None:
    monkeypatch.setattr(writing, "CLAIM", UNGUARDED)
    placed, shopper = received(market, (0, 1))
    (dress,) = keys(market, placed)
    said = at_once(*[lambda: ask(market, placed, shopper, {dress: 1})] * HANDS)
    assert said.count(PiecesClaimed) == 0
    assert said.count(IntegrityError) == HANDS - 1
    assert market.violations() == {}


def test_without_guard_and_check_the_audit_finds_it(market, monkeypatch) -> None:
    monkeypatch.setattr(writing, "_claim", lambda *_: None)
    placed, shopper = received(market, (0, 1))
    (dress,) = keys(market, placed)
    said = at_once(*[lambda: ask(market, placed, shopper, {dress: 1})] * HANDS)
    assert all(isinstance(one, CaseCard) for one in said)
    assert set(market.violations()) == {"P5.cases"}


def test_an_answer_and_the_clock_at_once_are_one_answer(market) -> None:
    placed, shopper = received(market, (0, 1))
    (dress,) = keys(market, placed)
    case = ask(market, placed, shopper, {dress: 1})
    act = {"brand_id": market.brand_id, "case_id": case.id, "now": SOON + 48 * HOUR}
    tick = {"brand_id": market.brand_id, "now": SOON + 48 * HOUR, "limit": 9}
    said = at_once(
        lambda: cases.refuse(**act, answer="不", user_id=market.clerk),
        lambda: cases.advance_overdue(**tick),
        lambda: cases.advance_overdue(**tick),
    )
    state = again(market, case).state
    assert state in (CaseState.REFUSED, CaseState.REFUNDING)
    assert (said[0] is CaseMoveRefused) == (state is CaseState.REFUNDING)
    assert market.violations() == {}


def test_a_parcel_pressed_many_times_is_one(market) -> None:
    placed = bought(market, (0, 2))
    said = at_once(*[lambda: send(market, placed)] * HANDS)
    assert len({parcel.id for parcel in said}) == 1
    assert market.left(0) == (7, 0)
    assert market.violations() == {}
