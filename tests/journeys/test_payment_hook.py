"""/hooks/wxpay/<brand> on a real server, called by the real emulator and by forgers (T9)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.apps import apps
from django.db import connection

from tests.cast import NOW, make_brand
from tests.emulator.desk import Merchant, emulating, listening
from tests.journeys.buying import open_market
from tests.paying import account_of, strays
from tests.serving import serving
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import (
    ReasonNeeded,
    RefundState,
    StrayMoveRefused,
    StrayNotFound,
    StraySettlement,
)
from zhiyin.flows import ports, purchase
from zhiyin.interfaces import jobs
from zhiyin.kit.ids import uuid7
from zhiyin.storage.tenancy import BrandOwned, brand_tx


@pytest.fixture
def server(own_database) -> Iterator[str]:
    """The address of a server on the test's database."""
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def emulator():
    """The platform at this moment: the hook's clock is the wall's."""
    with emulating("--now", datetime.now(UTC).isoformat(), "--senders", "1") as running:
        yield running


@pytest.fixture
def shop():
    """Where a first call is caught, to be sent again as a forger would."""
    with listening() as caught:
        yield caught


@pytest.fixture
def enrol(emulator, shop):
    """Merchants of the platform, whose connections are closed afterwards."""
    made: list[Merchant] = []

    def make() -> Merchant:
        made.append(Merchant(emulator, shop))
        return made[-1]

    yield make
    for each in made:
        each.pay.close()


def paid_through(brand, merchant):
    """Have a brand paid into an emulator's merchant account."""
    with brand_tx(brand.id):
        brands.set_payment_account(brand_id=brand.id, facts=account_of(merchant), now=NOW)


def everything(*found) -> list[object]:
    """All rows of these brands, and the jobs that wait."""
    held: list[object] = []
    for brand in found:
        with brand_tx(brand.id):
            for model in apps.get_models():
                if issubclass(model, BrandOwned):
                    held += [*model.objects.filter(brand_id=brand.id).order_by("id").values()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'react'")
        held.append(cursor.fetchone())
    return held


def post(server, headers, body, slug="cedar"):
    """One call; its connection is its own, as a stranger's."""
    answer = httpx.post(
        f"{server}/hooks/wxpay/{slug}",
        headers={k: v for k, v in headers.items() if k.lower() not in ("host", "content-length")},
        content=body,
        timeout=30,
        trust_env=False,
    )
    return answer.status_code, answer.json()["message"] if answer.content else ""


def test_what_is_not_proven_is_401_and_changes_nothing(server, emulator, shop, enrol):
    cedar, maple = make_brand("cedar"), make_brand("maple")
    hers, other = enrol(), enrol()
    paid_through(cedar, hers)
    paid_through(maple, other)
    make_brand("birch")
    hers.paid("order-0001")
    other.paid("order-0002")
    (headers, body), (headers_of_other, body_of_other) = shop.heard
    shop.heard.clear()
    for fault in ("forged", "signtest", "stale", "unknown_serial"):
        emulator.plan("notice", fault)
        hers.act("tell_again", out_trade_no="order-0001")
    faulty = [call for call in shop.heard if "SIGNTEST" in call[0]["Wechatpay-Signature"]]
    assert len(faulty) == 1, "the probe was sent"
    before, asked = everything(cedar, maple), len(emulator.look("journal", limit=10_000)["lines"])

    refused = (401, "not_proven")
    for number in range(0, len(shop.heard), 2):
        assert post(server, *shop.heard[number]) == refused, number
    assert post(server, {}, body) == refused
    assert post(server, {}, b"") == refused
    assert post(server, {}, b"{") == refused
    assert post(server, headers, body.replace(b"TRANSACTION", b"TRANSACTIOM")) == refused
    assert post(server, {**headers, "Wechatpay-Serial": "PUB_KEY_ID_0"}, body) == refused
    assert post(server, {**headers, "Wechatpay-Timestamp": "9" * 40}, body) == refused
    assert post(server, {**headers, "Wechatpay-Signature": "A" * 5_000}, body) == refused
    hour_ago = str(int((datetime.now(UTC) - timedelta(hours=1)).timestamp()))
    assert post(server, {**headers, "Wechatpay-Timestamp": hour_ago}, body) == refused
    assert post(server, headers_of_other, body_of_other) == refused
    assert post(server, headers, body, slug="maple") == refused
    assert post(server, headers, body, slug="birch") == refused, "a brand that nobody pays"
    assert post(server, headers, body, slug="nobody") == (404, "brand_not_found")

    assert everything(cedar, maple) == before
    assert len(emulator.look("journal", limit=10_000)["lines"]) == asked, "nobody was called"


def test_a_body_without_end_is_not_read(server):
    brand = make_brand("willow")
    before = everything(brand)
    assert post(server, {}, b"x" * 10_000_000, slug="willow") == (413, "too_long")
    endless = (b"x" * 1_000 for _ in range(100))
    assert post(server, {}, endless, slug="willow") == (401, "not_proven")
    assert everything(brand) == before


def test_what_is_proven_is_heard_once_and_what_is_not_to_be_taken_in_says_so(
    server, emulator, shop, enrol, caplog
):
    caplog.set_level("INFO")
    cedar = make_brand("elm")
    merchant = enrol()
    paid_through(cedar, merchant)
    shop.url = f"{server}/hooks/wxpay/elm"
    emulator.plan("notice", "signtest")
    merchant.paid("order-0001")
    sent = {line["variant"]: line["status"] for line in merchant.sent()}
    assert sent == {"signtest": 401, "true": 204}
    # no order bears this number: the money is kept apart, once, however often it is told
    assert strays(cedar) == [("wxpay", 36_800)]
    for fault, status in (("wrong_aad", 422), ("broken", 422), ("foreign_merchant", 403)):
        emulator.plan("notice", fault)
        merchant.act("tell_again", out_trade_no="order-0001")
        assert status in {line["status"] for line in merchant.sent()}, fault
    merchant.act("tell_again", out_trade_no="order-0001")
    assert merchant.sent()[-1]["status"] == 204
    assert strays(cedar) == [("wxpay", 36_800)]
    assert "wxpay elm: payment_notification_foreign" in caplog.text
    assert [word for word in ("oUpF8uMuAJO", "ciphertext", "order-") if word in caplog.text] == []


def test_an_account_that_was_left_still_tells_of_what_was_paid_into_it(
    server, emulator, shop, enrol
):
    cedar = make_brand("alder")
    first, second = enrol(), enrol()
    shop.url = f"{server}/hooks/wxpay/alder"
    paid_through(cedar, first)
    first.pay.open_payment(asked=first.asked("order-0001"))
    paid_through(cedar, second)
    first.act("pay", out_trade_no="order-0001")
    assert [line["status"] for line in first.sent()] == [204]
    assert strays(cedar) == [("wxpay", 36_800)]


def bought(server, market, merchant):
    """An order paid through the platform and told of; its payment went into this account."""
    market.provider, market.merchant_id = "wxpay", merchant.mchid
    with brand_tx(market.brand_id):
        brand = tenants.brand_by_id(brand_id=market.brand_id)
    placed = market.place(market.shopper(), (0, 1), now=datetime.now(UTC))
    purchase.open_payment(
        brand=brand,
        order_id=placed.order_id,
        member_id=market.order(placed).member_id,
        provider=ports.payment_provider(brand_id=brand.id, merchant_id=merchant.mchid),
        payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        notify_url=f"{server}/hooks/wxpay/{brand.slug}",
        now=datetime.now(UTC),
    )
    merchant.act("pay", out_trade_no=placed.payment_id.hex)
    return brand, placed


def refund_of(market, placed):
    with brand_tx(market.brand_id):
        (card,) = orders.refunds_of(brand_id=market.brand_id, order_id=placed.order_id)
    return card


def test_money_goes_back_from_the_account_it_came_into_and_the_platform_tells_of_it(
    server, emulator, shop, enrol, settings
):
    settings.ADDRESS = server
    market = open_market([3], slug="rowan")
    first, second = enrol(), enrol()
    brand = tenants.brand_by_slug(slug="rowan")
    paid_through(brand, first)
    _, placed = bought(server, market, first)
    with brand_tx(brand.id):
        payment = orders.payment_of(brand_id=brand.id, order_id=placed.order_id)
    assert (payment.merchant_id, payment.state.value) == (first.mchid, "paid")
    paid_through(brand, second)
    ports.wired().payments.look_again(brand_id=brand.id)

    purchase.give_back(
        brand_id=brand.id,
        order_id=placed.order_id,
        cause="test",
        reason="torn",
        now=datetime.now(UTC),
    )
    shop.url = ""
    jobs.send_refunds_of(str(brand.id))
    assert len(first.requests("refund")) == 1
    assert second.requests("refund") == [], "nobody asked the account of now"
    asked = refund_of(market, placed)
    assert (asked.state, asked.merchant_id) == (RefundState.ASKED, first.mchid)
    queries = len(first.requests("query_refund"))

    emulator.pass_time(seconds=60)
    notices = [line for line in first.sent() if line["event_type"].startswith("REFUND")]
    assert notices, "it is told, not asked for"
    assert {line["status"] for line in notices} == {204}
    assert refund_of(market, placed).state is RefundState.DONE
    assert len(first.requests("query_refund")) == queries
    books = market.books()
    first.act("tell_again", out_trade_no=placed.payment_id.hex)
    assert (market.books(), market.violations(datetime.now(UTC))) == (books, {})


def test_stray_money_is_given_back_to_where_it_came_from_once_and_booked(
    server, emulator, shop, enrol, settings
):
    settings.ADDRESS = server
    market = open_market([3], slug="hazel")
    first, second = enrol(), enrol()
    brand = tenants.brand_by_slug(slug="hazel")
    paid_through(brand, first)
    shop.url = f"{server}/hooks/wxpay/hazel"
    for number in ("order-0001", "order-0002"):
        first.paid(number)
    paid_through(brand, second)
    with brand_tx(brand.id):
        one, other = orders.stray_receipts(brand_id=brand.id)
    assert {one.merchant_id, other.merchant_id} == {first.mchid}
    assert market.books() == {"wxpay_clearing": 73_600, "unmatched_receipts": 73_600}

    def settle(stray_id, settlement, reason="a stranger's"):
        with brand_tx(brand.id):
            return purchase.settle_stray(
                brand_id=brand.id,
                stray_id=stray_id,
                settlement=settlement,
                reason=reason,
                now=datetime.now(UTC),
            )

    for refused, said in (
        (ReasonNeeded, (one.id, StraySettlement.KEEP, " ")),
        (StrayNotFound, (uuid7(), StraySettlement.KEEP)),
    ):
        with pytest.raises(refused):
            settle(*said)
    assert len(strays(brand)) == 2
    for _ in range(2):
        settle(one.id, StraySettlement.GIVE_BACK)
        settle(other.id, StraySettlement.KEEP, "paid for by hand, order of the old shop")
    with pytest.raises(StrayMoveRefused):
        settle(one.id, StraySettlement.KEEP)
    assert (strays(brand), market.books()) == (
        [],
        {"wxpay_clearing": 73_600, "refunds_payable": 36_800, "other_receipts": 36_800},
    )
    for _ in range(2):
        jobs.send_refunds_of(str(brand.id))
    assert (len(first.requests("refund")), second.requests("refund")) == (1, [])
    emulator.pass_time(seconds=60)
    assert {x["status"] for x in first.sent() if x["event_type"] == "REFUND.SUCCESS"} == {204}
    books = {"wxpay_clearing": 36_800, "other_receipts": 36_800}
    assert (market.books(), market.violations(datetime.now(UTC))) == (books, {})
    with brand_tx(brand.id):
        settled = {card.id: card.refund for card in orders.settled_strays(brand_id=brand.id)}
    assert settled == {one.id: RefundState.DONE, other.id: None}
