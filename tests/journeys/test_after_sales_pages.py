"""After-sales in the browser: hers and the staff's, over HTTP."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from tests.journeys import buying
from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import Desk, seat
from tests.journeys.test_parcels import ADDRESS, keys
from tests.journeys.visiting import Visit
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import queries as people
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.models import Address, AfterSaleCase, InvoiceRequest
from zhiyin.domain.orders.types import Delivery, OrderState, Placed
from zhiyin.flows import privacy, purchase
from zhiyin.flows.purchase import cases as journey
from zhiyin.flows.purchase import parcels
from zhiyin.interfaces.jobs import care_for_orders
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx

HOME = {
    "name": "吴女士",
    "phone": "139 1234 5678",
    "region": "上海市 徐汇区",
    "street": "梧桐路 1 号",
}


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 9], [36_800, 8_900])


def visitor(market: Market, member_id) -> Visit:
    """A signed-in shopper's browser."""
    visit = Visit("cedar")
    session = visit.client.session
    session["member:cedar"] = str(member_id)
    session.save()
    return visit


def bought_now(market: Market, member_id, *lines: tuple[int, int]) -> Placed:
    now = timezone.now()
    placed = purchase.place(
        brand_id=market.brand_id,
        member_id=member_id,
        request_key=uuid4(),
        basket=market.basket(*lines, delivery=Delivery.PARCEL),
        provider=buying.PROVIDER,
        address=ADDRESS,
        now=now,
    )
    market.pay(placed, now=now, paid_at=now)
    return placed


def desk(market: Market, role: Role, name: str, store_id: UUID | None = None) -> Desk:
    return seat(brands.brand_by_slug(slug="cedar"), role, name, store_id)


def line_ids(market: Market, placed: Placed) -> dict[str, str]:
    return {line.key: str(line.id) for line in market.order(placed).lines}


def test_from_the_parcel_to_the_money_back(market) -> None:
    shopper = market.shopper()
    placed = bought_now(market, shopper, (0, 2))
    hers = visitor(market, shopper)
    operator = desk(market, Role.OPERATOR, "op-wu")
    (dress,) = keys(market, placed)
    field = f"pieces_{line_ids(market, placed)[dress]}"
    path = f"orders/{placed.order_id}/"
    assert market.order(placed).number in operator.browser.get(operator.url("parcels/")).text
    packing = operator.url(f"parcels/{placed.order_id}/")
    assert ADDRESS["phone"] in operator.browser.get(packing).text
    wrong = operator.browser.post(f"{packing}send/", {field: "2", "tracking_no": "x"})
    assert (wrong.status_code, market.order(placed).state) == (422, OrderState.PAID)
    sent = {field: "2", "carrier": "sf", "tracking_no": "SF123456"}
    assert operator.browser.post(f"{packing}send/", sent).status_code == 302
    with brand_tx(market.brand_id):
        reads, _ = people.personal_reads(brand_id=market.brand_id)
    assert {read.opened for read in reads} == {"packing_list"}
    assert "SF123456" in hers.read(f"{path}parcels/")
    hers.post(f"{path}receive/")
    assert market.order(placed).state is OrderState.DONE
    page = hers.read(f"{path}refund/")
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    asked = {field: "1", "way": "parcel", "reason": "size", "words": "腰围偏小", "key": key}
    assert "¥368" in hers.post(f"{path}refund/sum/", 200, **asked).content.decode()
    nothing = hers.post(f"{path}refund/", 422, **(asked | {field: "0"})).content.decode()
    assert "Choose how many pieces" in nothing
    case_url = hers.post(f"{path}refund/", **asked).url
    assert hers.post(f"{path}refund/", **asked).url == case_url  # pressed twice
    assert "The shop must answer by" in hers.read(case_url)
    case_id = case_url.rstrip("/").split("/")[-1]
    act = operator.url(f"cases/{case_id}/act/")
    assert "腰围偏小" in operator.browser.get(operator.url(f"cases/{case_id}/")).text
    assert "48 hours" in operator.browser.get(operator.url("cases/")).text
    assert operator.browser.post(act, {"act": "goods"}).status_code == 403
    assert operator.browser.post(act, {"act": "approve"}).status_code == 302
    assert hers.post(f"cases/{case_id}/act/", 422, act="sent", tracking_no="?")
    hers.post(f"cases/{case_id}/act/", act="sent", carrier="ems", tracking_no="EM99")
    clerk = desk(market, Role.CLERK, "clerk-lin")
    assert clerk.browser.post(act, {"act": "refuse", "answer": "不"}).status_code == 403
    back = clerk.browser.post(clerk.url(f"cases/{case_id}/act/"), {"act": "goods", "restock": "1"})
    assert back.status_code == 302
    assert "The money is on its way" in hers.read(f"cases/{case_id}/")
    assert market.left(0) == (8, 0)
    assert "The money is on its way" in hers.read("cases/")
    assert hers.read("me/")
    assert market.violations(timezone.now()) == {}


def test_money_before_sending_is_granted_at_once_and_a_strangers_pages_are_not_there(market):
    shopper = market.shopper()
    placed = bought_now(market, shopper, (0, 1))
    hers, other = visitor(market, shopper), visitor(market, market.shopper())
    (dress,) = keys(market, placed)
    field = f"pieces_{line_ids(market, placed)[dress]}"
    path = f"orders/{placed.order_id}/"
    for page in ("refund/", "parcels/", "invoice/"):
        other.get(path + page, 404)
    other.post(f"{path}refund/", 404, **{field: "1"})
    other.post(f"{path}receive/", 404)
    assert market.order(placed).state is OrderState.PAID
    guest = Visit("cedar")
    assert "sign-in" in guest.get(f"{path}refund/", 302).url
    assert "granted at once" in hers.read(f"{path}refund/")
    case_url = hers.post(
        f"{path}refund/", **{field: "1", "way": "money", "reason": "no_reason"}
    ).url
    other.get(case_url, 404)
    other.post(f"{case_url}act/", 404, act="withdraw")
    assert market.order(placed).state is OrderState.REFUNDED
    assert "Every piece was given back" in hers.read(f"{path}refund/")


def test_a_refusal_goes_to_an_admin_and_only_an_admin_decides(market) -> None:
    shopper = market.shopper()
    placed = bought_now(market, shopper, (1, 2))
    (belt,) = keys(market, placed)
    parcels.send_parcel(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        carrier="sf",
        tracking_no="SF1234",
        now=timezone.now(),
    )
    hers, operator = visitor(market, shopper), desk(market, Role.OPERATOR, "op-wu")
    admin = desk(market, Role.ADMIN, "admin-mei")
    field = f"pieces_{line_ids(market, placed)[belt]}"
    url = hers.post(f"orders/{placed.order_id}/refund/", **{field: "1", "reason": "quality"}).url
    act = operator.url(f"cases/{url.rstrip('/').split('/')[-1]}/act/")
    assert operator.browser.post(act, {"act": "refuse", "answer": " "}).status_code == 422
    assert "The shop must answer" in hers.read(url)
    assert operator.browser.post(act, {"act": "refuse", "answer": "看不出毛病"}).status_code == 302
    assert "看不出毛病" in hers.read(url)
    hers.post(f"{url}act/", act="escalate")
    assert operator.browser.post(act, {"act": "approve"}).status_code == 403
    assert "For an admin" in admin.browser.get(admin.url("cases/?of=admin")).text
    assert admin.browser.post(act, {"act": "approve"}).status_code == 302
    assert "The money is on its way" in hers.read(url)
    days = {"within_days": "6"}
    assert operator.browser.post(operator.url("cases/terms/"), days).status_code == 403
    admin.browser.post(admin.url("cases/terms/"), days)
    with brand_tx(market.brand_id):
        assert ordered.case_terms(brand_id=market.brand_id).within_days == 7
    admin.browser.post(admin.url("cases/terms/"), {"within_days": "15"})
    with brand_tx(market.brand_id):
        assert ordered.case_terms(brand_id=market.brand_id).within_days == 15


def test_a_stores_clerk_sees_her_stores_parcels_and_cases(market) -> None:
    shopper = market.shopper()
    placed = bought_now(market, shopper, (0, 1))
    clerk = desk(market, Role.MODERATOR, "clerk-far")
    assert clerk.browser.get(clerk.url("parcels/")).status_code == 403
    clerk = desk(market, Role.CLERK, "clerk-wei", market.stores[1])
    assert market.order(placed).number not in clerk.browser.get(clerk.url("parcels/")).text
    packing = clerk.url(f"parcels/{placed.order_id}/")
    assert clerk.browser.get(packing).status_code == 404
    (dress,) = keys(market, placed)
    sent = {f"pieces_{line_ids(market, placed)[dress]}": "1", "tracking_no": "SF1234"}
    assert clerk.browser.post(f"{packing}send/", sent).status_code == 404
    assert market.order(placed).state is OrderState.PAID


def test_what_she_collected_she_hands_in_at_another_stores_counter(market) -> None:
    shopper, now = market.shopper(), timezone.now()
    placed = market.place(shopper, (0, 1), now=now)
    market.pay(placed, now=now, paid_at=now)
    market.collect(market.code(placed), now=now)
    hers = visitor(market, shopper)
    path = f"orders/{placed.order_id}/refund/"
    (line_id,) = line_ids(market, placed).values()
    key = re.search(r'name="key" value="([^"]+)"', hers.read(path))[1]
    asked = {f"pieces_{line_id}": "1", "way": "store", "reason": "size", "key": key}
    case_id = hers.post(path, **asked).url.rstrip("/").split("/")[-1]
    operator = desk(market, Role.OPERATOR, "op-yao")
    act = f"cases/{case_id}/act/"
    assert operator.browser.post(operator.url(act), {"act": "approve"}).status_code == 302
    clerk = desk(market, Role.CLERK, "clerk-yu", market.stores[1])
    taken = clerk.browser.post(clerk.url(act), {"act": "goods", "restock": "1"})
    assert taken.status_code == 302
    assert (market.left(0), market.left(0, 1)) == ((8, 0), (1, 0))
    assert market.order(placed).state is OrderState.REFUNDED
    assert market.violations(timezone.now()) == {}


def test_her_address_book(market) -> None:
    shopper = market.shopper()
    hers, other = visitor(market, shopper), visitor(market, market.shopper())
    for field, bad in (
        ("phone", "021-555"),
        ("name", " "),
        ("region", "x" * 61),
        ("street", "a\0b"),
    ):
        said = hers.post("me/addresses/", 422, **(HOME | {field: bad})).content.decode()
        assert f'id="address-{field}-error"' in said
    with brand_tx(market.brand_id):
        assert not Address.objects.filter(brand_id=market.brand_id).exists()
    hers.post("me/addresses/", **HOME)
    hers.post("me/addresses/", **(HOME | {"street": "2 号", "default": "1"}))

    def book():
        with brand_tx(market.brand_id):
            return ordered.addresses_of(brand_id=market.brand_id, member_id=shopper)

    second, first = book()
    assert (second.facts.street, second.is_default) == ("2 号", True)
    assert first.facts.phone == "13912345678"
    other.get(f"me/addresses/{first.id}/", 404)
    other.post(f"me/addresses/{first.id}/act/", 404, act="remove")
    hers.post(f"me/addresses/{first.id}/", **(HOME | {"street": "3 号"}))
    hers.post(f"me/addresses/{second.id}/act/", act="remove")
    (only,) = book()
    assert (only.facts.street, only.is_default) == ("3 号", True)
    for n in range(19):
        hers.post("me/addresses/", **(HOME | {"street": f"{n} 号楼"}))
    assert "holds 20" in hers.post("me/addresses/", 422, **HOME).content.decode()
    assert len(book()) == 20
    assert "The book is full" in hers.read("me/addresses/")


def test_an_invoice_is_asked_for_issued_and_then_stays(market) -> None:
    shopper = market.shopper()
    placed = bought_now(market, shopper, (0, 1))
    hers, operator = visitor(market, shopper), desk(market, Role.OPERATOR, "op-wu")
    path = f"orders/{placed.order_id}/invoice/"
    company = {"kind": "company", "title": "梧桐贸易有限公司", "tax_no": "91310000MA1FL5E123"}
    hers.post(path, 422, **(company | {"tax_no": "1"}))
    hers.post(path, 422, **(company | {"title": ""}))
    with brand_tx(market.brand_id):
        assert not InvoiceRequest.objects.filter(brand_id=market.brand_id).exists()
    hers.post(path, **company)
    with brand_tx(market.brand_id):
        card = ordered.invoice_of_order(brand_id=market.brand_id, order_id=placed.order_id)
    page = operator.url(f"invoices/{card.id}/")
    assert "梧桐贸易" not in operator.browser.get(operator.url("invoices/")).text
    assert "91310000MA1FL5E123" in operator.browser.get(page).text
    assert operator.browser.post(f"{page}answer/", {"act": "issue"}).status_code == 422
    issued = {"act": "issue", "answer": "No 25312000"}
    assert operator.browser.post(f"{page}answer/", issued).status_code == 302
    assert operator.browser.post(f"{page}answer/", issued).status_code == 422
    assert "No 25312000" in hers.read(path)
    hers.post(path, 422, **company)
    unpaid = market.place(shopper, (1, 1))
    hers.post(f"orders/{unpaid.order_id}/invoice/", 422, kind="personal", title="吴")


def test_her_download_has_it_and_deleting_her_takes_it(market, settings) -> None:
    shopper = market.shopper()
    placed = bought_now(market, shopper, (0, 2))
    (dress,) = keys(market, placed)
    hers = visitor(market, shopper)
    hers.post("me/addresses/", **HOME)
    hers.post(f"orders/{placed.order_id}/invoice/", kind="personal", title="吴女士自己")
    field = f"pieces_{line_ids(market, placed)[dress]}"
    hers.post(f"orders/{placed.order_id}/refund/", **{field: "1", "words": "尺码不合我的腰"})
    own = {"brand_id": market.brand_id, "member_id": shopper, "now": timezone.now()}
    told = str(privacy.export(**own))
    assert all(words in told for words in ("梧桐路 1 号", "吴女士自己", "尺码不合我的腰"))
    for _ in range(2):
        privacy.erase(**own, media=MediaStore(settings.MEDIA_FOLDER))
    with brand_tx(market.brand_id):
        assert not Address.objects.filter(brand_id=market.brand_id).exists()
        case = AfterSaleCase.objects.get(brand_id=market.brand_id)
        assert case.words_sealed is None
        assert InvoiceRequest.objects.get(brand_id=market.brand_id).facts_sealed is None
    assert market.violations(timezone.now()) == {}


def test_the_job_acts_for_whoever_did_not(market) -> None:
    shopper = market.shopper()
    placed = bought_now(market, shopper, (0, 1))
    parcels.send_parcel(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        carrier="sf",
        tracking_no="SF1234",
        now=timezone.now(),
    )
    later = int((timezone.now() + timedelta(days=10, minutes=1)).timestamp())
    for _ in range(2):
        care_for_orders(later)
    assert market.order(placed).state is OrderState.DONE
    assert journey.advance_overdue(brand_id=market.brand_id, now=timezone.now(), limit=1) == 0
