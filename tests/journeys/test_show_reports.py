"""A reported buyer show: who may say so, who looks at it, and what becomes of show and report."""

import io
import json
import re
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from PIL import Image

from tests.cast import NOW
from tests.journeys.answering import a_product
from tests.journeys.console_staff import open_desk, seat
from tests.journeys.visiting import SHOPPER_PHONE, Visit
from zhiyin.domain.brands.types import Role
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries
from zhiyin.domain.content.types import FitVerdict, ShowFacts, ShowSource, ShowState
from zhiyin.storage.media import MediaRef, MediaStore, inspect_and_clean
from zhiyin.storage.tenancy import brand_tx

WORDS = "It runs long; I wear it with heels."
REPORTS = "reports/?of=shows&state={}"


@pytest.fixture
def desk(own_database):
    cache.clear()
    return open_desk("cedar", Role.MODERATOR)


@pytest.fixture
def show(desk):
    """A published show, by its product's id and its own."""
    product_id = a_product(desk.brand.id)
    facts = ShowFacts(
        product_id=product_id,
        size_code=12,
        worn_at=NOW,
        source=ShowSource.IMPORT,
        external_ref="row-1",
        facts={"height_cm": 160, "weight_kg": 52.3, "hip_cm": 95},
        fit=FitVerdict.FIT,
        text_en=WORDS,
        media_refs=(str(a_picture(desk.brand.id)),),
    )
    with brand_tx(desk.brand.id):
        (show_id,) = content.save_shows(
            brand_id=desk.brand.id, shows=[facts], state=ShowState.PUBLISHED, now=NOW
        )
    return product_id, show_id


def a_picture(brand_id) -> MediaRef:
    drawn = io.BytesIO()
    Image.new("RGB", (640, 800), "navy").save(drawn, "JPEG")
    return MediaStore(settings.MEDIA_FOLDER).save(brand_id, inspect_and_clean(drawn.getvalue()))


def assert_seen(desk, page: str, show_id: UUID) -> None:
    """The page shows the picture small, and opens it large."""
    (large,) = re.findall(rf'href="(/console/cedar/shows/{show_id}/photos/[^"]+)"', page)
    assert f'src="{large}?small=1"' in page
    for address, size in ((large, (640, 800)), (f"{large}?small=1", (384, 480))):
        answer = desk.browser.get(address)
        assert Image.open(io.BytesIO(answer.content)).size == size
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_moderator_sees_the_picture_before_she_publishes_it(desk, show):
    _product_id, show_id = show
    with brand_tx(desk.brand.id):
        content.moderate_shows(
            brand_id=desk.brand.id,
            show_ids=[show_id],
            state=ShowState.PENDING,
            reason="",
            user_id=desk.user_id,
            now=NOW,
        )
    page = desk.browser.get(desk.url("shows/")).content.decode()
    assert_seen(desk, page, show_id)
    clerk = seat(desk.brand, Role.CLERK, "clerk")
    assert "/photos/" not in clerk.browser.get(desk.url("shows/")).content.decode()
    (large,) = re.findall(r'href="([^"]+/photos/[^"]+)"', page)
    assert clerk.browser.get(large).status_code == 403
    assert Visit("cedar").client.get(large).status_code == 302
    other = large.replace(str(show_id), str(uuid4()))
    assert desk.browser.get(other).status_code == 404


def waiting(desk) -> int:
    with brand_tx(desk.brand.id):
        return queries.open_show_reports(brand_id=desk.brand.id)


def resolve(desk, **fields) -> None:
    with brand_tx(desk.brand.id):
        ((one,), _count) = queries.show_reports(brand_id=desk.brand.id)
    sent = desk.browser.post(desk.url(f"reports/shows/{one.id}/resolve/"), fields)
    assert sent.status_code == 302


def assert_told_as_ranges(page: str) -> None:
    assert "160 cm" in page
    assert "52–58 kg" in page
    assert "52.3" not in page


def test_a_show_is_reported_once_and_taken_off_with_words(desk, show):
    product_id, show_id = show
    hers, report = Visit("cedar"), f"shows/{show_id}/report/"
    page = hers.read(f"products/{product_id}/")
    assert report in page
    assert_told_as_ranges(page)
    back = unquote(hers.get(report, 302).url)
    assert back.endswith(f"?next=/s/cedar/{report}")
    hers.sign_in(SHOPPER_PHONE, back=hers.at(report))
    assert WORDS in hers.read(report)
    hers.post(report, 422, reason="  ")
    hers.post(report, 422, reason="x" * 301)
    assert waiting(desk) == 0
    for reason in ("She hides an ad.", "And once more."):
        hers.post(report, reason=reason)
    assert waiting(desk) == 1
    assert "report to look at" in desk.browser.get(desk.url()).content.decode()
    page = desk.browser.get(desk.url("reports/")).content.decode()
    assert "She hides an ad." in page
    assert_seen(desk, page, show_id)
    assert WORDS in page
    assert "And once more." not in page
    assert_told_as_ranges(desk.browser.get(desk.url("shows/?state=published")).content.decode())
    resolve(desk, resolution=" ", act="take-down")
    assert waiting(desk) == 1
    resolve(desk, resolution="It was an ad.", act="take-down")
    assert waiting(desk) == 0
    assert WORDS not in hers.read(f"products/{product_id}/")
    hers.get(report, 404)
    done = desk.browser.get(desk.url(REPORTS.format("resolved"))).content.decode()
    assert "It was an ad." in done
    assert "off the shop" in done


def test_a_show_that_is_left_stays_and_all_its_reports_are_resolved(desk, show):
    product_id, show_id = show
    for phone in (SHOPPER_PHONE, "13912340000"):
        hers = Visit("cedar")
        hers.sign_in(phone)
        hers.post(f"shows/{show_id}/report/", reason=f"Not hers, says {phone}.")
    assert waiting(desk) == 2
    with brand_tx(desk.brand.id):
        ((first, _second), _count) = queries.show_reports(brand_id=desk.brand.id)
    url = desk.url(f"reports/shows/{first.id}/resolve/")
    clerk = seat(desk.brand, Role.AUDITOR, "auditor")
    assert clerk.browser.post(url, {"resolution": "no", "act": "leave"}).status_code == 403
    assert waiting(desk) == 2
    desk.browser.post(url, {"resolution": "It is hers.", "act": "leave"})
    assert waiting(desk) == 0
    assert WORDS in hers.read(f"products/{product_id}/")
    assert desk.browser.post(url, {"resolution": "again", "act": "leave"}).status_code == 404


def test_a_report_is_in_her_download_and_goes_with_her(desk, show):
    _product_id, show_id = show
    hers = Visit("cedar")
    hers.sign_in(SHOPPER_PHONE)
    hers.post(f"shows/{show_id}/report/", reason="Not hers.")
    held = json.dumps(json.loads(hers.get("me/download/").content))
    assert "Not hers." in held
    hers.post("me/delete/", typed_name="delete me")
    assert waiting(desk) == 0
