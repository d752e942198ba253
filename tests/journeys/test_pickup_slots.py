"""Times to collect in: stated in the console, chosen at the checkout, never overfull, freed."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.cast import NOW
from tests.journeys.buying import PROVIDER, SOON, Market, open_market
from tests.journeys.console_staff import seat
from tests.journeys.shopping import Shop, filled, open_shop, put, signed_in
from tests.journeys.visiting import Visit
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog.tests.shelves import at_once
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.operations import slots as statements
from zhiyin.domain.orders.types import OrderState, SlotFacts, SlotFull, SlotGone, SlotsRefused
from zhiyin.flows import purchase
from zhiyin.flows.paying import PaymentFact, PaymentState
from zhiyin.storage.tenancy import brand_tx

ZONE = ZoneInfo("Asia/Shanghai")
EVERY_DAY = tuple(SlotFacts(day, 600, 720, 2) for day in range(7))
GUARD = "WHERE tally.taken < %(most)s"
BUYERS = 12


@pytest.fixture
def market(own_database) -> Market:
    found = open_market([60])
    state(found)
    return found


def state(market: Market, slots=EVERY_DAY, days_ahead: int = 3) -> None:
    with brand_tx(market.brand_id):
        orders.set_slots(
            brand_id=market.brand_id,
            store_id=market.stores[0],
            slots=slots,
            days_ahead=days_ahead,
        )


def offers(market: Market, now: datetime = NOW):
    with brand_tx(market.brand_id):
        return ordered.slot_offers(
            brand_id=market.brand_id, store_id=market.stores[0], zone=ZONE, now=now
        )


def bookings(market: Market, ids) -> int:
    with brand_tx(market.brand_id):
        return len(ordered.slots_of(brand_id=market.brand_id, order_ids=list(ids)))


def race(market: Market) -> Counter:
    """Twelve shoppers want the same time of two places, at once."""
    at = offers(market)[0].starts_at
    shoppers = [market.shopper() for _ in range(BUYERS)]

    def buy(member_id: UUID) -> str:
        purchase.place_order(
            brand_id=market.brand_id,
            member_id=member_id,
            request_key=uuid4(),
            basket=market.basket((0, 1)),
            provider=PROVIDER,
            slot_at=at,
            now=NOW,
        )
        return "placed"

    return at_once(market.brand_id, [lambda who=who: buy(who) for who in shoppers])


def test_a_time_is_never_overfull_and_who_came_too_late_holds_nothing(market) -> None:
    assert race(market) == {"placed": 2, SlotFull.code: BUYERS - 2}
    assert market.left(0) == (60, 2)
    assert market.violations() == {}


def test_without_the_guard_it_is_overfull(market, monkeypatch) -> None:
    assert GUARD in statements.BOOK
    monkeypatch.setattr(statements, "BOOK", statements.BOOK.replace(GUARD, ""))
    assert race(market)["placed"] == BUYERS


def test_a_time_is_free_again_when_the_order_ends_unpaid_or_goes_back_whole(market) -> None:
    first = offers(market)[0]
    assert first.left == 2
    shopper, key = market.shopper(), uuid4()
    placed = market.place(shopper, (0, 2), key=key, slot_at=first.starts_at)
    assert market.place(shopper, (0, 2), key=key, slot_at=first.starts_at) == placed_again(placed)
    other = market.place(market.shopper(), (0, 1), slot_at=first.starts_at)
    assert offers(market)[0] != first  # it is full, and not offered
    own = {"brand_id": market.brand_id, "now": SOON}
    purchase.cancel(order_id=other.order_id, member_id=market.order(other).member_id, **own)
    assert offers(market)[0].left == 1
    market.pay(placed)
    (line,) = market.order(placed).lines
    back = {"order_id": placed.order_id, "reason": "too small", **own}
    purchase.give_back(cause="one", pieces={line.key: 1}, **back)
    assert offers(market)[0].left == 1  # a piece of it is still to be collected
    purchase.give_back(cause="rest", **back)
    assert market.order(placed).state is OrderState.REFUNDED
    assert offers(market)[0].left == 2
    late = market.place(market.shopper(), (0, 1), slot_at=first.starts_at)
    purchase.close_overdue(brand_id=market.brand_id, now=NOW + timedelta(minutes=16), limit=9)
    assert offers(market)[0].left == 2
    assert bookings(market, [placed.order_id, other.order_id, late.order_id]) == 0
    assert market.violations(NOW + timedelta(minutes=16)) == {}


def placed_again(placed):
    """The same order, told a second time."""
    return replace(placed, is_new=False)


def test_a_time_that_is_not_offered_is_refused_and_nothing_is_ordered(market) -> None:
    first = offers(market)[0].starts_at
    for wrong in (
        first + timedelta(minutes=1),
        first - timedelta(days=7),
        first + timedelta(days=30),
    ):
        with pytest.raises(SlotGone):
            market.place(market.shopper(), (0, 1), slot_at=wrong)
    assert market.left(0) == (60, 0)
    for slots, days in (
        ((SlotFacts(0, 600, 700, 1), SlotFacts(0, 690, 720, 1)), 3),
        ((SlotFacts(0, 700, 600, 1),), 3),
        ((SlotFacts(7, 600, 700, 1),), 3),
        ((SlotFacts(0, 600, 700, 0),), 3),
        (EVERY_DAY, 31),
    ):
        with pytest.raises(SlotsRefused):
            state(market, slots, days)
    assert len(offers(market)) in (3, 4)
    state(market, ())
    assert offers(market) is None
    market.place(market.shopper(), (0, 1))


def test_the_counter_sorts_by_when_somebody_comes(market) -> None:
    second, first = offers(market)[1].starts_at, offers(market)[0].starts_at
    placed = [
        market.place(market.shopper(), (0, 1), slot_at=at, now=NOW + timedelta(seconds=n))
        for n, at in enumerate((second, first, None))
    ]
    for one in placed:
        market.pay(one)
    with brand_tx(market.brand_id):
        page = ordered.waiting_pickups(brand_id=market.brand_id, store_id=market.stores[0])
    assert [one.id for one in page.orders] == [placed[n].order_id for n in (2, 1, 0)]


@pytest.fixture
def shop(own_database) -> Shop:
    return open_shop()


def test_stated_in_the_console_chosen_at_the_checkout_and_told_at_the_counter(shop) -> None:
    staff = seat(shop.brand, Role.OPERATOR, "op-wu")
    store = shop.stores["s1"]
    here = staff.url(f"stores/{store}/slots/")
    for wrong in (
        {"act": "add", "from": "10:00", "to": "12:00", "most": "3"},
        {"act": "add", "weekdays": ["0"], "from": "12:00", "to": "10:00", "most": "3"},
        {"act": "add", "weekdays": ["0"], "from": "10:00", "to": "12:00", "most": "none"},
        {"act": "days", "days_ahead": "99"},
    ):
        staff.browser.post(here, wrong)
        assert "Nothing changed." in staff.browser.get(staff.url(f"stores/{store}/")).text
    days = [str(day) for day in range(7)]
    hours = {"from": "10:00", "to": "12:00", "most": "1"}
    staff.browser.post(here, {"act": "add", "weekdays": days, **hours})
    staff.browser.post(here, {"act": "days", "days_ahead": "2"})
    page = staff.browser.get(staff.url(f"stores/{store}/")).text
    assert "10:00-12:00" in page
    clerk = seat(shop.brand, Role.CLERK, "clerk-lin")
    assert clerk.browser.post(here, {"act": "remove"}).status_code == 403
    hers: Visit = signed_in()
    put(hers, shop, "dress-M")
    page = hers.read("checkout/")
    assert "When you come" in page
    other = shop.stores["s2"]
    assert "When you come" not in hers.read(f"checkout/slots/?store={other}")
    assert "When you come" not in hers.read("checkout/slots/?store=x")
    assert "10:00-12:00" in hers.read(f"checkout/slots/?store={store}")
    with brand_tx(shop.brand.id):
        times = ordered.slot_offers(
            brand_id=shop.brand.id, store_id=store, zone=ZONE, now=timezone.now()
        )
    form = filled(page, store=str(store))
    assert "Choose when you come" in hers.post("checkout/", 422, **form).content.decode()
    over = str(times[0].starts_at - timedelta(days=3))
    assert "no longer offered" in hers.post("checkout/", 409, **form, slot=over).content.decode()
    assert shop.orders(shop.member()) == ()
    slot = times[0].starts_at.isoformat()
    pay = hers.post("checkout/", **form, slot=slot).url
    (order,) = shop.orders(shop.member())
    assert "10:00-12:00" in hers.read(f"orders/{order.id}/")
    put(hers, shop, "shoes-M")
    form = filled(hers.read("checkout/"), store=str(store))
    assert slot not in hers.read(f"checkout/slots/?store={store}")
    full = hers.post("checkout/", 409, **form, slot=slot).content.decode()
    assert "Others have just taken that time" in full
    assert len(shop.orders(shop.member())) == 1
    assert "/sandbox/pay/" in pay
    pay_for(shop, order.id)
    counter = clerk.browser.get(clerk.url("pickup/")).text
    assert "10:00-12:00" in counter
    staff.browser.post(here, {"act": "remove", "slot": "600-720-1"})
    assert "When you come" not in hers.read("checkout/")
    assert "10:00-12:00" in hers.read(f"orders/{order.id}/")  # it keeps its time


def pay_for(shop: Shop, order_id: UUID) -> None:
    """It is paid."""
    with brand_tx(shop.brand.id):
        card = ordered.order(brand_id=shop.brand.id, order_id=order_id)
        payment = ordered.payment_of(brand_id=shop.brand.id, order_id=order_id)
    now = timezone.now()
    purchase.settle(
        brand_id=shop.brand.id,
        provider=payment.provider,
        fact=PaymentFact(
            payment_no=payment.id.hex,
            state=PaymentState.PAID,
            merchant_id="sandbox-1",
            app_id="sandbox",
            amount_fen=card.payable_fen,
            currency="CNY",
            transaction_id="slot-transaction",
            paid_at=now,
        ),
        now=now,
    )
