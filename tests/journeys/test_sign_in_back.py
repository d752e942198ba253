"""A guest who acts where only a member may: after signing in she is where she was."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cast import make_brand
from tests.journeys.answering import a_koc
from tests.journeys.visiting import SHOPPER_PHONE, Visit
from zhiyin.domain.kocs import queries as kocs
from zhiyin.storage.tenancy import brand_tx

pytestmark = pytest.mark.usefixtures("own_database")
HERE = "http://testserver"


@pytest.fixture
def koc():
    brand = make_brand("cedar")
    return brand, a_koc(brand.id, "lin")


def sent_to(visit: Visit, koc, referer: str) -> str:
    """Where a guest who presses "follow" would be brought after signing in."""
    answer = visit.client.post(
        visit.at(f"kocs/{koc.id}/follow/"), {"for": "body"}, headers={"referer": referer}
    )
    assert answer.status_code == 302
    asked = urlsplit(answer.url)
    assert asked.path == visit.at("sign-in/")
    return parse_qs(asked.query)["next"][0]


def test_she_is_back_on_the_page_she_acted_from_and_nothing_was_done_meanwhile(koc):
    brand, card = koc
    guest = Visit("cedar")
    page = guest.at(f"kocs/{card.id}/?from=picks")
    back = sent_to(guest, card, HERE + page)
    assert back == page
    assert "Sign in first." in guest.read("sign-in/")
    assert guest.sign_in(SHOPPER_PHONE, back=back) == page
    assert "lin" in guest.read(page)
    with brand_tx(brand.id):
        assert kocs.followers(brand_id=brand.id, koc_ids=[card.id])[card.id]["body"] == 0
    guest.post(f"kocs/{card.id}/follow/", **{"for": "body"})
    with brand_tx(brand.id):
        assert kocs.followers(brand_id=brand.id, koc_ids=[card.id])[card.id]["body"] == 1


def test_what_is_not_a_page_of_this_shop_leads_to_her_own_page(koc):
    elsewhere = "https://elsewhere.example/s/cedar/"
    for referer in ("", elsewhere, f"{HERE}/s/maple/", f"{HERE}/console/", "javascript:"):
        assert sent_to(Visit("cedar"), koc[1], referer) == "/s/cedar/me/", referer
