"""The counter, the orders and their money in the console, for every role, in both stores."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache

from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import Desk, seat
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog.types import Category, ProductFacts
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import OrderState, Placed, RefundState
from zhiyin.interfaces.matrix import CONSOLE, Actor
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def market(own_database) -> Market:
    cache.clear()
    return open_market([20, 20], [36_800, 8_900])


def now() -> datetime:
    return datetime.now(UTC)


def desk_of(market: Market, role: Role, store: int | None = None, name: str = "") -> Desk:
    """Somebody of the market's brand; with a store, her role is bound to it."""
    brand = next(one for one in tenants.open_brands() if one.id == market.brand_id)
    store_id = None if store is None else market.stores[store]
    return seat(brand, role, name or f"{role}-{store}", store_id)


def paid(market: Market, *lines: tuple[int, int]) -> Placed:
    placed = market.place(market.shopper(), *lines, now=now())
    market.pay(placed, now=now())
    return placed


def send(desk: Desk, path: str, **said: object) -> tuple[int, str]:
    answer = desk.browser.post(desk.url(path), said, headers={"HX-Request": "true"})
    return answer.status_code, answer.content.decode()


def opened(desk: Desk, path: str) -> str:
    answer = desk.browser.get(desk.url(path))
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_a_code_is_looked_up_handed_over_once_and_taken_back(market):
    placed = paid(market, (0, 1), (1, 2))
    code, store = market.code(placed), str(market.stores[0])
    clerk, other = desk_of(market, Role.CLERK, 0), desk_of(market, Role.MANAGER, 0)
    said = {"code": f"{code[:4]} {code[4:8]} {code[8:]}", "store": store}
    page = opened(clerk, "pickup/")
    assert page.count(market.order(placed).number) == 1
    assert str(market.order(placed).member_id) not in page
    status, told = send(clerk, "pickup/look/", **said)
    assert status == 200
    assert "3 pieces to hand over" in told
    assert "×2" in told
    assert market.order(placed).state is OrderState.PAID
    status, told = send(clerk, "pickup/collect/", **said)
    assert (status, market.order(placed).state) == (200, OrderState.DONE)
    assert (market.left(0), market.left(1)) == ((19, 0), (18, 0))
    status, told = send(clerk, "pickup/collect/", **said)
    assert status == 409
    assert "Handed over by you at" in told
    status, told = send(other, "pickup/collect/", **said)
    assert status == 409
    assert "by clerk-0. Hand nothing over." in told
    assert market.left(0) == (19, 0)
    undo = {"order": str(placed.order_id), "store": store}
    assert send(clerk, "pickup/undo/", **undo, reason=" ")[0] == 422
    assert market.order(placed).state is OrderState.DONE
    for _ in range(2):
        status, told = send(clerk, "pickup/undo/", **undo, reason="wrong bag")
        assert status == 200
        assert "its code works again" in told
    assert market.order(placed).state is OrderState.PAID
    assert (market.left(0), market.violations(now())) == ((20, 1), {})
    whole = clerk.browser.post(clerk.url("pickup/collect/"), said)  # without a script: the page
    assert whole.status_code == 200
    assert "Handed over today" in whole.content.decode()
    assert market.violations(now()) == {}


def test_wrong_codes_are_refused_and_counted(market):
    placed = paid(market, (0, 1))
    clerk, store = desk_of(market, Role.CLERK, 0), str(market.stores[0])
    for n in range(30):
        assert send(clerk, "pickup/look/", code=f"{n:012}", store=store)[0] == 404
    status, told = send(clerk, "pickup/collect/", code=market.code(placed), store=store)
    assert status == 429
    assert "Too many wrong codes" in told
    assert market.order(placed).state is OrderState.PAID


def test_another_store_and_another_brand_are_not_there(market):
    placed = paid(market, (0, 1))
    code, here, there = market.code(placed), *map(str, market.stores)
    clerk = desk_of(market, Role.CLERK, 1)
    assert send(clerk, "pickup/look/", code=code, store=here)[0] == 404
    assert send(clerk, "pickup/collect/", code=code, store=here)[0] == 404
    assert send(clerk, "pickup/undo/", order=placed.order_id, store=here, reason="x")[0] == 404
    status, told = send(clerk, "pickup/collect/", code=code, store=there)
    assert status == 409
    assert "wait in another store" in told
    market.collect(code, now=now())
    assert send(clerk, "pickup/undo/", order=placed.order_id, store=there, reason="x")[0] == 404
    manager = desk_of(market, Role.MANAGER, 1)
    assert manager.browser.get(manager.url(f"orders/{placed.order_id}/")).status_code == 404
    assert market.order(placed).number not in opened(manager, "orders/")
    assert market.order(placed).number not in opened(manager, f"orders/?store={here}")
    stranger = desk_of(open_market([1], slug="maple"), Role.ADMIN)
    assert stranger.browser.get(clerk.url("pickup/")).status_code == 404
    assert stranger.browser.get(stranger.url(f"orders/{placed.order_id}/")).status_code == 404
    refund = {"key": uuid4().hex, "act": "all", "reason": "x"}
    assert send(stranger, f"orders/{placed.order_id}/refund/", **refund)[0] == 404
    assert send(stranger, "pickup/collect/", code=code, store=here)[0] == 404
    assert market.order(placed).state is OrderState.DONE


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_the_matrix_says(market, role):
    placed = paid(market, (0, 1))
    desk = desk_of(market, role)
    pages = {
        "pickup": "pickup/",
        "orders": "orders/",
        "orders-csv": "orders/orders.csv",
        "orders-xlsx": "orders/orders.xlsx",
        "order": f"orders/{placed.order_id}/",
        "money": "money/",
        "order-terms": "order-terms/",
    }
    for name, path in pages.items():
        may = Actor(role) in CONSOLE[f"console:{name}"]
        answer = desk.browser.get(desk.url(path))
        assert answer.status_code == (200 if may else 403), name
        if answer.streaming:
            assert b"".join(answer.streaming_content), name
    if Actor(role) not in CONSOLE["console:order-refund"]:
        refund = {"key": uuid4().hex, "act": "all", "reason": "x"}
        assert send(desk, f"orders/{placed.order_id}/refund/", **refund)[0] == 403
    if role is not Role.ADMIN:
        assert send(desk, "order-terms/limit/", most="9999")[0] == 403
    assert market.order(placed).state is OrderState.PAID


def test_orders_are_found_and_one_is_explained(market):
    first, second = paid(market, (0, 1)), market.place(market.shopper(), (1, 1), now=now())
    desk = desk_of(market, Role.OPERATOR)
    numbers = [market.order(one).number for one in (first, second)]

    def found(query: str) -> list[bool]:
        page = opened(desk, f"orders/?{query}")
        return [number in page for number in numbers]

    assert found("") == [True, True]
    assert found(f"q={numbers[1]}") == [False, True]
    assert found("state=paid") == [True, False]
    assert found("delivery=parcel") == [False, False]
    assert found(f"store={market.stores[1]}") == [False, False]
    assert found("since=2000-01-01&until=2000-01-02") == [False, False]
    assert found("since=2026-13-45&until=%00&store=x&state=x&page=0&q=%00") == [False, False]
    page = opened(desk, f"orders/{first.order_id}/")
    assert "¥368" in page
    assert "by itself" in page
    assert "the buyer" in page


def test_money_goes_back_within_a_limit_once_and_above_it_an_admin_does(market):
    placed = paid(market, (0, 2))
    operator, admin = desk_of(market, Role.OPERATOR), desk_of(market, Role.ADMIN)
    path = f"orders/{placed.order_id}/refund/"
    field = f"pieces_{market.order(placed).lines[0].key}"
    part = {"key": uuid4().hex, "act": "part", field: "1", "reason": "a stain"}
    for wrong in ("-1", "1.5", "3", "9" * 40, "0", "\x00"):
        status, told = send(operator, path, **part | {field: wrong})
        assert (status, market.order(placed).refunded_fen) == (422, 0), wrong
    assert send(operator, path, **part | {"reason": " "})[0] == 422
    for _ in range(2):
        assert send(operator, path, **part)[0] == 302
    assert market.order(placed).refunded_fen == 36_800
    status, told = send(operator, path, **part | {"key": uuid4().hex})
    assert status == 403
    assert "Alone you may give back ¥500 of one order" in told
    assert market.order(placed).refunded_fen == 36_800
    assert market.violations(now()) == {}
    assert send(admin, "order-terms/limit/", most="736.00")[0] == 302
    assert send(operator, path, key=uuid4().hex, act="all", reason="all of it")[0] == 302
    assert market.order(placed).state is OrderState.REFUNDED
    assert "all money that was left was promised back" in opened(
        admin, f"orders/{placed.order_id}/"
    )
    assert (market.left(0), market.violations(now())) == ((20, 0), {})


def test_stuck_and_stray_money_stands_on_one_page_and_is_asked_for_again(market):
    placed = paid(market, (1, 1))
    stranger = market.place(market.shopper(), (0, 1), now=now())
    market.pay(stranger, now=now(), amount_fen=1)
    desk, auditor = desk_of(market, Role.OPERATOR), desk_of(market, Role.AUDITOR)
    refund = {"key": uuid4().hex, "act": "all", "reason": "torn"}
    send(desk, f"orders/{placed.order_id}/refund/", **refund)
    with brand_tx(market.brand_id):
        (card,) = ordered.refunds_of(brand_id=market.brand_id, order_id=placed.order_id)
        orders.refund_answered(
            brand_id=market.brand_id,
            refund_id=card.id,
            state=RefundState.STUCK,
            why_stuck="balance_too_low",
            now=now(),
        )
    page = opened(auditor, "money/")
    assert "balance_too_low" in page
    assert "the sum is not what the order costs" in page
    assert send(auditor, f"money/refunds/{card.id}/retry/")[0] == 403
    assert send(desk, f"money/refunds/{uuid4()}/retry/")[0] == 404
    for _ in range(2):
        assert send(desk, f"money/refunds/{card.id}/retry/")[0] == 302
    with brand_tx(market.brand_id):
        again = ordered.refund(brand_id=market.brand_id, refund_id=card.id)
    assert (again.state, again.refund_no) == (RefundState.GRANTED, card.refund_no)


def test_orders_leave_as_files_in_which_nothing_runs(market):
    with brand_tx(market.brand_id):
        dress = ProductFacts(code="p", category=Category.DRESS, name_zh="=裙", name_en="=1+1")
        catalog.save_products(brand_id=market.brand_id, products=[dress], now=now())
    placed = paid(market, (0, 1), (1, 2))
    desk = desk_of(market, Role.OPERATOR)
    answer = desk.browser.get(desk.url("orders/orders.csv"))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith(market.order(placed).number)
    assert "'=1+1" in lines[1]
    assert lines[1].endswith(",546.00,0.00")
    assert lines[2].endswith(",,,")
    answer = desk.browser.get(desk.url("orders/orders.xlsx?state=paid"))
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet
    assert "<f>" not in sheet
    empty = desk.browser.get(desk.url("orders/orders.csv?state=closed"))
    assert len(b"".join(empty.streaming_content).splitlines()) == 1


def test_freight_is_said_in_yuan(market):
    desk = desk_of(market, Role.OPERATOR)

    def terms() -> tuple[int, int | None]:
        with brand_tx(market.brand_id):
            found = ordered.freight_terms(brand_id=market.brand_id)
        return found.flat_fen, found.free_from_fen

    for flat, free in (
        ("-1", ""),
        ("1e3", ""),
        ("12.345", ""),
        ("9" * 12, ""),
        ("12", "x"),
        ("\x00", ""),
    ):
        assert send(desk, "order-terms/freight/", flat=flat, free_from=free)[0] == 422
    assert terms() == (0, None)
    assert send(desk, "order-terms/freight/", flat="12.5", free_from="299")[0] == 302
    assert terms() == (1_250, 29_900)
    assert send(desk, "order-terms/freight/", flat="12", free_from="")[0] == 302
    assert terms() == (1_200, None)


def test_a_pickup_may_be_taken_back_for_half_an_hour(market):
    placed = paid(market, (0, 1))
    market.collect(market.code(placed), now=now() - timedelta(minutes=31))
    clerk = desk_of(market, Role.CLERK, 0)
    said = {"order": placed.order_id, "store": str(market.stores[0]), "reason": "late"}
    status, told = send(clerk, "pickup/undo/", **said)
    assert status == 409
    assert "more than half an hour ago" in told
    assert market.order(placed).state is OrderState.DONE


def test_stray_money_is_counted_in_the_menu_and_settled_once_with_a_reason(market):
    stranger = market.place(market.shopper(), (0, 1), now=now())
    market.pay(stranger, now=now(), amount_fen=1)
    desk, auditor = desk_of(market, Role.OPERATOR), desk_of(market, Role.AUDITOR)
    with brand_tx(market.brand_id):
        (stray,) = ordered.stray_receipts(brand_id=market.brand_id)
        assert ordered.money_to_look_at(brand_id=market.brand_id) == 1
    at = f"money/receipts/{stray.id}"
    assert "side__count" in opened(desk, "money/")
    assert send(auditor, f"{at}/settle/", act="keep", reason="x")[0] == 403
    assert send(desk, f"{at}/settle/", act="give_back", reason=" ")[0] == 422
    assert send(desk, f"money/receipts/{uuid4()}/settle/", act="keep", reason="x")[0] == 404
    assert send(desk, f"{at}/retry/")[0] == 302, "it is not stuck: nothing changed"
    books = market.books()
    for act in ("keep", "give_back"):
        assert send(desk, f"{at}/settle/", act=act, reason="paid for an old order")[0] == 302
    assert books == {"sandbox_clearing": 1, "unmatched_receipts": 1}
    assert market.books() == {"sandbox_clearing": 1, "other_receipts": 1}
    page = opened(desk, "money/")
    assert "paid for an old order" in page
    assert "side__count" not in page
