"""Buyer shows over HTTP: verified by a purchase, looked at first, and gone with who sent them."""

import io

import pytest
from django.conf import settings
from PIL import Image

from tests.cast import NOW
from tests.journeys.test_shop_koc import APPLICATION
from tests.journeys.visiting import KOC_PHONE, SHOPPER_PHONE, Visit, a_shop, a_sku, member_of
from zhiyin.domain.content import operations as content_desk
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.models import BuyerShow
from zhiyin.domain.content.types import ShowFacts, ShowSource, ShowState
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders.types import PurchaseFacts
from zhiyin.storage.tenancy import brand_tx

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def shop():
    return a_shop()


def a_photo() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (640, 800), "navy").save(made, "JPEG")
    made.seek(0)
    made.name = "me.jpg"
    return made


def test_a_show_without_a_purchase_is_refused_by_name_and_leaves_no_picture(shop):
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    product_id, _sku_id = a_sku(brand)
    page = hers.post(
        f"koc/shows/?product={product_id}",
        422,
        size="navy|12",
        fit="fit",
        words="No creases.",
        picture=a_photo(),
        rights="1",
    )
    assert "We find no purchase of this by you" in page.content.decode()
    member_id = member_of(brand, SHOPPER_PHONE)
    with brand_tx(brand.id):
        assert content.shows_by_author(brand_id=brand.id, member_id=member_id) == ()
    assert not (settings.MEDIA_FOLDER / str(brand.id)).exists()


def test_a_show_of_what_she_bought_waits_to_be_looked_at_with_its_picture(shop):
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    product_id, sku_id = a_sku(brand)
    member_id = member_of(brand, SHOPPER_PHONE)
    bought = PurchaseFacts(external_ref="o-1", member_id=member_id, sku_id=sku_id, bought_at=NOW)
    with brand_tx(brand.id):
        orders.save_purchases(brand_id=brand.id, purchases=[bought])
    address = f"koc/shows/?product={product_id}"
    worn = {"size": "navy|12", "fit": "small", "words": "Tight at the hips."}
    page = hers.post(address, 422, **worn, picture=a_photo())
    assert "Tick this, or leave the photos out." in page.content.decode()
    page = hers.post(address, 422, **worn, picture=io.BytesIO(b"GIF89a"), rights="1")
    assert "A still JPEG, PNG or WebP, please." in page.content.decode()
    hers.post(address, **worn, picture=a_photo(), rights="1")
    with brand_tx(brand.id):
        (show,) = content.shows_by_author(brand_id=brand.id, member_id=member_id)
    assert show.state is ShowState.PENDING
    assert (show.color, show.size_code, show.text_en) == ("navy", 12, "Tight at the hips.")
    assert "waits to be looked at" in hers.read("koc/shows/")
    assert "Tight at the hips." not in hers.read(f"products/{product_id}/")
    (ref,) = show.media_refs
    address = f"shows/{show.id}/photos/{ref}"
    picture = hers.get(address)
    assert picture["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(picture.content)).size == (640, 800)
    stranger = Visit("cedar")
    stranger.get(address, 404)
    with brand_tx(brand.id):
        BuyerShow.objects.update(state=ShowState.PUBLISHED)
    assert stranger.get(address).content == picture.content
    stranger.get(f"shows/{product_id}/photos/{ref}", 404)
    stranger.sign_in(KOC_PHONE)
    stranger.post(f"koc/shows/{show.id}/take-down/", 404)
    with brand_tx(brand.id):
        BuyerShow.objects.update(state=ShowState.REFUSED, state_reason="Her face is not hers.")
    assert "Why: Her face is not hers." in hers.read("koc/shows/")
    _maple, elsewhere = a_shop("maple")
    elsewhere.get(address, 404)
    elsewhere.get(f"shows/{show.id}/photos/..%2Fkeys", 404)
    hers.post(f"koc/shows/{show.id}/take-down/")
    assert "Tight at the hips." not in hers.read("koc/shows/")
    hers.get(address, 404)
    folder = settings.MEDIA_FOLDER / str(brand.id)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_she_applies_with_a_show_of_her_own(shop):
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    product_id, _sku_id = a_sku(brand)
    member_id = member_of(brand, SHOPPER_PHONE)
    worn = ShowFacts(
        product_id=product_id,
        author_id=member_id,
        size_code=12,
        worn_at=NOW,
        source=ShowSource.IMPORT,
        external_ref="r-1",
        text_en="Tight at the hips.",
        facts={},
    )
    with brand_tx(brand.id):
        (show_id,) = content_desk.save_shows(
            brand_id=brand.id, shows=[worn], state=ShowState.PUBLISHED, now=NOW
        )
    assert f'value="{show_id}"' in hers.read("koc/apply/")
    hers.post("koc/apply/", **APPLICATION, keep_body="1", shows=[str(show_id)])
    with brand_tx(brand.id):
        card = kocs.last_application(brand_id=brand.id, member_id=member_id)
    assert card.show_ids == (show_id,)


def test_deleting_her_takes_her_pictures_along(shop):
    brand, hers = shop
    hers.sign_in(SHOPPER_PHONE)
    product_id, sku_id = a_sku(brand)
    member_id = member_of(brand, SHOPPER_PHONE)
    bought = PurchaseFacts(external_ref="o-1", member_id=member_id, sku_id=sku_id, bought_at=NOW)
    with brand_tx(brand.id):
        orders.save_purchases(brand_id=brand.id, purchases=[bought])
    hers.post(
        f"koc/shows/?product={product_id}",
        size="navy|12",
        words="Fine.",
        picture=a_photo(),
        rights="1",
    )
    folder = settings.MEDIA_FOLDER / str(brand.id)
    assert [path for path in folder.rglob("*") if path.is_file()]
    hers.post("me/delete/", typed_name="delete me")
    assert [path for path in folder.rglob("*") if path.is_file()] == []
