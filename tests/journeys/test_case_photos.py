"""Photos with a case: hers and of who decides, without place or camera, gone with her."""

import io

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image

from tests.journeys.buying import Market, open_market
from tests.journeys.test_after_sales_pages import bought_now, desk, line_ids, visitor
from tests.journeys.test_parcels import keys
from tests.journeys.visiting import Visit
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Opened
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.models import AfterSaleCase, CasePhoto
from zhiyin.flows import privacy
from zhiyin.flows.purchase import parcels
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 9], [36_800, 8_900])


def a_photo(color: str = "navy") -> io.BytesIO:
    """A photograph that says where and with what it was taken."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x8825] = "Camera", {1: "N", 2: (31.0, 14.0, 0.0)}
    Image.new("RGB", (640, 800), color).save(made, "JPEG", exif=exif)
    made.seek(0)
    made.name = "hem.jpg"
    return made


def files(market: Market) -> int:
    folder = settings.MEDIA_FOLDER / str(market.brand_id)
    return len([path for path in folder.rglob("*") if path.is_file()])


def asked(market: Market, shopper, sku: int = 0):
    """Her browser, the refund page of an order that was sent, and the form's fields."""
    placed = bought_now(market, shopper, (sku, 2))
    parcels.send_parcel(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        carrier="sf",
        tracking_no="SF1234",
        now=timezone.now(),
    )
    (key,) = keys(market, placed)
    fields = {
        f"pieces_{line_ids(market, placed)[key]}": "1",
        "way": "money",
        "reason": "quality",
        "words": "下摆脱线",
    }
    return visitor(market, shopper), f"orders/{placed.order_id}/refund/", fields


def test_photos_are_seen_by_her_and_by_who_decides_alone(market) -> None:
    shopper = market.shopper()
    hers, page, fields = asked(market, shopper)
    url = hers.post(page, **fields, photos=[a_photo(), a_photo("red")]).url
    case_id = url.rstrip("/").split("/")[-1]
    assert files(market) == 4
    seen = hers.read(url)
    assert f"cases/{case_id}/photos/2/?small=1" in seen
    picture = hers.get(f"cases/{case_id}/photos/1/")
    assert picture["Content-Type"] == "image/jpeg"
    opened = Image.open(io.BytesIO(picture.content))
    assert (opened.size, dict(opened.getexif())) == ((640, 800), {})
    for nobody in ("0", "3", "x"):
        hers.get(f"cases/{case_id}/photos/{nobody}/", 404)
    stranger: Visit = visitor(market, market.shopper())
    stranger.get(f"cases/{case_id}/photos/1/", 404)
    operator, far = desk(market, Role.OPERATOR, "op-wu"), desk(market, Role.AUDITOR, "aud-lin")
    assert "photos/1/" in operator.browser.get(operator.url(f"cases/{case_id}/")).text
    path = f"cases/{case_id}/photos/1/"
    assert operator.browser.get(operator.url(path)).content == picture.content
    assert far.browser.get(far.url(path)).status_code == 403
    with brand_tx(market.brand_id):
        reads, _ = people.personal_reads(brand_id=market.brand_id)
    assert [read.opened for read in reads] == [Opened.CASE] * 2  # the page, and the photo whole


def test_a_photo_that_is_refused_opens_no_case_and_leaves_no_file(market) -> None:
    shopper = market.shopper()
    hers, page, fields = asked(market, shopper)
    wrong = hers.post(page, 422, **fields, photos=[io.BytesIO(b"GIF89a")]).content.decode()
    assert "A still JPEG, PNG or WebP, please." in wrong
    assert "下摆脱线" in wrong  # what she typed stays
    four = hers.post(page, 422, **fields, photos=[a_photo() for _ in range(4)]).content.decode()
    assert "At most three photos." in four
    none = {name: value for name, value in fields.items() if not name.startswith("pieces_")}
    hers.post(page, 422, **none, photos=[a_photo()])
    stranger = visitor(market, market.shopper())
    stranger.post(page, 404, **fields, photos=[a_photo()])
    with brand_tx(market.brand_id):
        assert not AfterSaleCase.objects.filter(brand_id=market.brand_id).exists()
    assert files(market) == 0


def test_the_same_photo_of_two_people_goes_with_each_of_them(market) -> None:
    first, second = market.shopper(), market.shopper()
    for who, sku in ((first, 0), (second, 1)):
        hers, page, fields = asked(market, who, sku)
        again = fields | {"key": "0191e5a0-0000-7000-8000-000000000001"}
        url = hers.post(page, **again, photos=[a_photo()]).url
        assert hers.post(page, **again, photos=[a_photo("red")]).url == url  # pressed twice
    assert files(market) == 4
    own = {"brand_id": market.brand_id, "member_id": first, "now": timezone.now()}
    (held,) = privacy.export(**own)["members"]
    (case,) = held["after_sales"]["cases"]
    assert len(case["photos"]) == 1
    privacy.erase(media=MediaStore(settings.MEDIA_FOLDER), **own)
    assert files(market) == 2
    with brand_tx(market.brand_id):
        assert ordered.case_photos_of(brand_id=market.brand_id, member_id=first) == ()
        assert CasePhoto.objects.filter(brand_id=market.brand_id).count() == 1
