"""She writes of what she has, from its order: verified, once a line, not of what went back."""

import re
from html import unescape

import pytest
from django.conf import settings

from tests.journeys.buying import SOON, Market, open_market
from tests.journeys.test_after_sales_pages import visitor
from tests.journeys.test_shop_shows import a_photo
from tests.journeys.visiting import Visit
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.models import BuyerShow
from zhiyin.domain.content.types import ShowSource, ShowState
from zhiyin.flows import purchase
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 9], [36_800, 8_900])


def stored(market: Market) -> int:
    folder = settings.MEDIA_FOLDER / str(market.brand_id)
    return len([path for path in folder.rglob("*") if path.is_file()])


def invited(page: str) -> list[str]:
    """Where the order's page leads her to write."""
    return re.findall(r'href="([^"]*koc/shows/[^"]*line=[^"]*)"', page)


def hers(market: Market, author) -> tuple:
    with brand_tx(market.brand_id):
        return content.shows_by_author(brand_id=market.brand_id, member_id=author)


def test_she_writes_of_a_line_once_with_photos_and_it_is_verified(market) -> None:
    shopper = market.shopper()
    placed = market.place(shopper, (0, 1), (1, 1))
    market.pay(placed)
    visit, order = visitor(market, shopper), f"orders/{placed.order_id}/"
    assert invited(visit.read(order)) == []  # she does not have it yet
    line = market.order(placed).lines[0]
    too_early = f"koc/shows/?product={line.product_id}&line={line.id}"
    said = {"size": f"red|{line.size_label}", "fit": "small", "words": "Tight.", "rights": "1"}
    assert "no purchase" in visit.post(too_early, 422, **said).content.decode()
    market.collect(market.code(placed))
    page = visit.read(order)
    assert len(invited(page)) == 2
    assert "Nothing is paid for praise" in page
    address = next(one for one in invited(page) if str(line.id) in one)
    assert re.search(rf'value="red\|{line.size_label}" selected', visit.read(address))
    many = [a_photo() for _ in range(4)]
    page = visit.post(address, 422, **said, picture=many).content.decode()
    assert "At most 3 photos." in page
    assert (hers(market, shopper), stored(market)) == ((), 0)
    assert visit.post(address, **said, picture=[a_photo(), a_photo()]).url.endswith(order)
    (show,) = hers(market, shopper)
    assert (show.source, show.state) == (ShowSource.PURCHASE, ShowState.PENDING)
    assert (len(show.media_refs), stored(market)) == (1, 2)  # the same photo twice is one
    with brand_tx(market.brand_id):
        assert BuyerShow.objects.get().purchase_id == line.id
    page = visit.read(order)
    assert "written, waits to be looked at" in page
    assert len(invited(page)) == 1
    again = unescape(visit.post(address, 422, **said).content.decode())
    assert "You wrote of this purchase already." in again
    assert len(hers(market, shopper)) == 1
    with brand_tx(market.brand_id):
        BuyerShow.objects.update(state=ShowState.REFUSED, state_reason="Not yours.")
    assert len(invited(visit.read(order))) == 2
    visit.post(address, **said)
    assert len(hers(market, shopper)) == 2


def test_what_went_back_is_no_purchase_and_another_persons_line_is_not_hers(market) -> None:
    shopper = market.shopper()
    placed = market.place(shopper, (0, 1), (1, 1))
    market.pay(placed)
    market.collect(market.code(placed))
    first, second = market.order(placed).lines
    purchase.give_back(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        cause="test",
        reason="too small",
        pieces={first.key: 1},
        now=SOON,
    )
    visit = visitor(market, shopper)
    (left,) = invited(visit.read(f"orders/{placed.order_id}/"))
    assert str(second.id) in left
    said = {"size": f"red|{first.size_label}", "words": "Tight.", "picture": a_photo()}
    gone = f"koc/shows/?product={first.product_id}&line={first.id}"
    visit.post(gone, 422, **said, rights="1")
    stranger: Visit = visitor(market, market.shopper())
    said["picture"] = a_photo()
    stranger.post(f"koc/shows/?product={second.product_id}&line={second.id}", 422, **said)
    assert (hers(market, shopper), stored(market)) == ((), 0)
