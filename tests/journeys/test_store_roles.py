"""Two roles at once: what each opens, it opens in its own stores and no further."""

from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import Desk, seat
from tests.journeys.test_after_sales_pages import bought_now, line_ids
from tests.journeys.test_api_orders import Dev
from tests.journeys.test_case_photos import a_photo
from zhiyin.domain.brands import operations as houses
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role, StoreFacts
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import (
    CaseAsked,
    CaseCard,
    CaseKind,
    CaseReason,
    CaseState,
    GoingBack,
)
from zhiyin.domain.orders.types import OrderState
from zhiyin.flows.purchase import cases
from zhiyin.storage.media import MediaStore, inspect_and_clean
from zhiyin.storage.tenancy import brand_tx

WORDS = "腰围偏小"


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 9], [36_800, 8_900])


def desk(market: Market, *roles: tuple[Role, UUID | None]) -> Desk:
    """Somebody with all of these roles, each in its store."""
    brand = brands.brand_by_slug(slug="cedar")
    (role, store_id), *more = roles
    made = seat(brand, role, f"somebody-{uuid4().hex[:8]}", store_id)
    with brand_tx(brand.id):
        for role, store_id in more:
            houses.grant_role(
                brand_id=brand.id,
                user_id=made.user_id,
                role=role,
                store_id=store_id,
                now=timezone.now(),
            )
    return made


def a_third_store(market: Market) -> UUID:
    facts = StoreFacts(code="s3", name_zh="三店", name_en="Third", city="上海", address="三路")
    with brand_tx(market.brand_id):
        houses.save_stores(brand_id=market.brand_id, stores=[facts], now=timezone.now())
        return brands.store_ids_by_code(brand_id=market.brand_id, codes=["s3"])["s3"]


def asked(
    market: Market,
    going_back: GoingBack = GoingBack.NONE,
    pieces: int = 1,
    bought: int = 1,
    of: CaseCard | None = None,
) -> CaseCard:
    """A case of the first store, asked and not yet answered; `of` the order of another."""
    now = timezone.now()
    if of is None:
        shopper = market.shopper()
        placed = market.place(shopper, (0, max(bought, pieces)), now=now)
        market.pay(placed, now=now, paid_at=now)
        market.collect(market.code(placed), now=now)
        order_id = placed.order_id
    else:
        shopper, order_id = of.member_id, of.order_id
    with brand_tx(market.brand_id):
        dress = ordered.order(brand_id=market.brand_id, order_id=order_id).lines[0].key
    is_return = going_back is not GoingBack.NONE
    return cases.ask(
        brand_id=market.brand_id,
        order_id=order_id,
        member_id=shopper,
        request_key=uuid4(),
        asked=CaseAsked(
            kind=CaseKind.RETURN if is_return else CaseKind.REFUND_ONLY,
            reason=CaseReason.SIZE,
            going_back=going_back,
            words=WORDS,
            pieces={dress: pieces},
        ),
        photos=[inspect_and_clean(a_photo().read())],
        media=MediaStore(settings.MEDIA_FOLDER),
        now=now,
    )


def state(market: Market, case: CaseCard) -> CaseState:
    with brand_tx(market.brand_id):
        return ordered.read_case(brand_id=market.brand_id, case_id=case.id).state


def test_a_role_that_opens_no_parcels_lifts_no_store_of_one_that_does(market: Market) -> None:
    here, there = market.stores
    placed = bought_now(market, market.shopper(), (0, 1))
    case = asked(market)
    (line_id,) = line_ids(market, placed).values()
    for other in (Role.AUDITOR, Role.MODERATOR):
        both = desk(market, (Role.CLERK, there), (other, None))
        parcel = both.url(f"parcels/{placed.order_id}/")
        assert both.browser.get(parcel).status_code == 404, other
        sent = {f"pieces_{line_id}": "1", "carrier": "sf", "tracking_no": "SF123456"}
        assert both.browser.post(f"{parcel}send/", sent).status_code == 404
        assert both.browser.get(both.url(f"cases/{case.id}/")).status_code == 404
    assert market.order(placed).state is OrderState.PAID
    own = desk(market, (Role.CLERK, here), (Role.MODERATOR, None))
    assert own.browser.get(own.url(f"parcels/{placed.order_id}/")).status_code == 200


def test_a_manager_there_who_is_a_clerk_here_decides_nothing_here(market: Market) -> None:
    here, there = market.stores
    case = asked(market)
    both = desk(market, (Role.MANAGER, there), (Role.CLERK, here))
    page = both.url(f"cases/{case.id}/")
    assert both.browser.get(page).status_code == 200
    assert both.browser.post(f"{page}act/", {"act": "approve"}).status_code == 403
    assert state(market, case) is CaseState.ASKED
    manager = desk(market, (Role.MANAGER, here))
    assert manager.browser.post(f"{page}act/", {"act": "approve"}).status_code == 302


def test_above_the_limit_of_a_refund_an_admin_agrees_to_a_case(market: Market) -> None:
    case = asked(market, pieces=2)  # two dresses of 368 yuan; the limit is 500
    for role in (Role.MANAGER, Role.OPERATOR):
        hers = desk(market, (role, None))
        act = hers.url(f"cases/{case.id}/act/")
        refused = hers.browser.post(act, {"act": "approve"})
        assert (refused.status_code, "Ask an admin to agree" in refused.text) == (403, True)
        assert state(market, case) is CaseState.ASKED
    dev = Dev(market, Role.OPERATOR)
    assert dev.keyed(f"cases/{case.id}/approve", {}, 403)["code"] == "refund_above_limit"
    assert state(market, case) is CaseState.ASKED
    elsewhere = desk(market, (Role.ADMIN, market.stores[1]), (Role.MANAGER, market.stores[0]))
    assert elsewhere.browser.post(act, {"act": "approve"}).status_code == 403
    assert state(market, case) is CaseState.ASKED
    admin = desk(market, (Role.ADMIN, None))
    assert admin.browser.post(act, {"act": "approve"}).status_code == 302
    assert state(market, case) is CaseState.REFUNDING


def test_two_yeses_below_the_limit_are_not_more_than_it_together(market: Market) -> None:
    first = asked(market, GoingBack.STORE, bought=2)
    second = asked(market, GoingBack.STORE, of=first)
    operator = desk(market, (Role.OPERATOR, None))
    answers = [
        operator.browser.post(operator.url(f"cases/{one.id}/act/"), {"act": "approve"}).status_code
        for one in (first, second)
    ]
    assert answers == [302, 403]
    assert state(market, second) is CaseState.ASKED


def test_who_gives_money_back_there_gives_none_back_here(market: Market) -> None:
    here, there = market.stores
    now = timezone.now()
    placed = market.place(market.shopper(), (0, 1), now=now)
    market.pay(placed, now=now, paid_at=now)
    for other in ((Role.AUDITOR, None), (Role.MANAGER, here)):
        both = desk(market, (Role.OPERATOR, there), other)
        page = both.url(f"orders/{placed.order_id}/")
        shown = both.browser.get(page)
        assert (shown.status_code, 'id="refund"' in shown.text) == (200, False)
        said = {"key": uuid4().hex, "act": "all", "reason": "x"}
        assert both.browser.post(f"{page}refund/", said).status_code == 403
    assert market.order(placed).refunded_fen == 0


def test_another_store_takes_goods_in_and_neither_decides_nor_reads(market: Market) -> None:
    here, there = market.stores
    case = asked(market, GoingBack.STORE)
    far, near = desk(market, (Role.MANAGER, there)), desk(market, (Role.MANAGER, here))
    page = far.url(f"cases/{case.id}/")
    assert far.browser.get(page).status_code == 404
    assert far.browser.post(f"{page}act/", {"act": "approve"}).status_code == 404
    assert state(market, case) is CaseState.ASKED
    assert WORDS in near.browser.get(page).text
    assert near.browser.get(f"{page}photos/1/").status_code == 200
    assert near.browser.post(f"{page}act/", {"act": "approve"}).status_code == 302
    waiting = far.browser.get(page)
    assert (waiting.status_code, WORDS in waiting.text) == (200, False)
    assert far.browser.get(f"{page}photos/1/").status_code == 404
    for act in ("approve", "refuse"):
        assert far.browser.post(f"{page}act/", {"act": act, "answer": "x"}).status_code == 403
    third = desk(market, (Role.CLERK, there), (Role.CLERK, a_third_store(market)))
    taken = {"act": "goods", "restock": "1"}
    assert third.browser.post(f"{page}act/", taken).status_code == 404  # which counter?
    assert state(market, case) is CaseState.WAITING_GOODS
    taken = far.browser.post(f"{page}act/", taken)
    assert taken.status_code == 302
    assert far.browser.get(taken["Location"]).status_code == 200
    assert market.left(0, 1) == (1, 0)
    assert market.violations(timezone.now()) == {}
