"""The console's door over HTTP: two factors, roles, and brands that do not exist for each other."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.cast import NOW, make_brand
from tests.journeys.console_staff import PASSWORD, make_stores, open_desk, seat, store_ids
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries
from zhiyin.domain.brands.types import Role
from zhiyin.interfaces.console.accounts import add_account, six_digits
from zhiyin.storage.tenancy import brand_tx

LOGIN, CODE = "/console/account/login/", "/console/account/factor/code/"


@pytest.fixture(autouse=True)
def _fresh_limits(own_database):
    cache.clear()


def test_a_password_alone_opens_nothing():
    brand = make_brand("cedar")
    add_account(name="ann", password=PASSWORD)
    browser = Client()
    first = browser.post(LOGIN, {"login": "ann", "password": PASSWORD})
    assert first.headers["Location"] == CODE
    page = browser.get(f"/console/{brand.slug}/")
    assert page.status_code == 302
    assert page.headers["Location"].startswith(LOGIN)


def test_six_wrong_digits_do_not_sign_in_and_five_tries_are_enough():
    _user_id, secret = add_account(name="ann", password=PASSWORD)
    browser = Client(headers={"accept-language": "en"})
    browser.post(LOGIN, {"login": "ann", "password": PASSWORD})
    right = six_digits(secret, timezone.now())
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(6):
        assert browser.post(CODE, {"code": wrong}).status_code == 200
    page = browser.post(CODE, {"code": right})
    assert page.status_code == 200, "the right code comes too late"
    assert "_auth_user_id" not in browser.session


def test_without_a_second_factor_she_is_led_to_set_one_up():
    brand = make_brand("cedar")
    User.objects.create_user("bea", password=PASSWORD)
    browser = Client(headers={"accept-language": "en"})
    browser.post(LOGIN, {"login": "bea", "password": PASSWORD})
    for path in ("/console/", f"/console/{brand.slug}/", f"/console/{brand.slug}/stores/"):
        page = browser.get(path)
        assert page.headers["Location"] == "/console/account/factor/set-up/", path
    again = browser.get("/console/account/factor/set-up/")
    browser.post(again.headers["Location"], {"password": PASSWORD})
    setting_up = browser.get("/console/account/factor/set-up/")
    secret = re.search(r'<code class="secret">(\w+)</code>', setting_up.content.decode())[1]
    digits = six_digits(secret, timezone.now())
    done = browser.post("/console/account/factor/set-up/", {"code": digits})
    assert done.headers["Location"] == "/console/account/recovery/"
    codes = browser.get("/console/account/recovery/").content.decode()
    assert len(re.findall(r"\w{8}<br>", codes)) == 10


def test_one_brand_is_opened_at_once():
    desk = open_desk("cedar")
    home = desk.browser.get("/console/")
    assert home.headers["Location"] == "/console/cedar/"
    assert desk.browser.get("/console/cedar/").status_code == 200


def test_another_brand_does_not_exist_for_her():
    desk, other = open_desk("cedar"), open_desk("maple")
    make_stores(other.brand, 1)
    (foreign,) = store_ids(other.brand, "S-000")
    for path in ("", "stores/", f"stores/{foreign}/", "words/", "match-lab/"):
        assert desk.browser.get(f"/console/maple/{path}").status_code == 404, path
    assert desk.browser.get(desk.url(f"stores/{foreign}/")).status_code == 404
    closed = desk.browser.post(desk.url("stores/close/"), {"ids": [foreign], "confirmed": "1"})
    assert closed.status_code == 302
    with brand_tx(other.brand.id):
        assert queries.store(brand_id=other.brand.id, store_id=foreign).is_open


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        (Role.CLERK, "stores/", "stores/add/"),
        (Role.AUDITOR, "staff/", "staff/add/"),
        (Role.OPERATOR, "stores/add/", "staff/add/"),
        (Role.MODERATOR, "reports/", "looks/add/"),
        (Role.MANAGER, "products/", "products/add/"),
    ],
)
def test_a_role_opens_its_pages_and_no_others(role, allowed, refused):
    desk = open_desk("cedar", role)
    assert desk.browser.get(desk.url(allowed)).status_code == 200
    assert desk.browser.get(desk.url(refused)).status_code == 403


def test_a_role_that_ends_closes_the_door_at_once():
    admin = open_desk("cedar")
    clerk = seat(admin.brand, Role.CLERK, "cleo")
    assert clerk.browser.get(clerk.url()).status_code == 200
    with brand_tx(admin.brand.id):
        role = next(
            card for card in queries.staff(brand_id=admin.brand.id) if card.user_id == clerk.user_id
        )
    admin.browser.post(admin.url(f"staff/{role.id}/end/"))
    assert clerk.browser.get(clerk.url()).status_code == 404


def test_the_last_admin_stays():
    desk = open_desk("cedar")
    with brand_tx(desk.brand.id):
        (mine,) = queries.staff(brand_id=desk.brand.id)
    page = desk.browser.post(desk.url(f"staff/{mine.id}/end/"), follow=True)
    assert "keeps one admin" in page.content.decode()
    with brand_tx(desk.brand.id):
        assert queries.staff(brand_id=desk.brand.id) == (mine,)


def test_a_new_account_signs_in_with_what_the_page_showed_once():
    desk = open_desk("cedar")
    made = desk.browser.post(
        desk.url("staff/add/"), {"name": "dora", "role": "moderator", "store": ""}
    ).content.decode()
    _name, password, secret = re.findall(r'<dd><code class="secret">([^<]+)</code>', made)
    browser = Client()
    browser.post(LOGIN, {"login": "dora", "password": password})
    browser.post(CODE, {"code": six_digits(secret, timezone.now())})
    assert browser.get(desk.url("shows/")).status_code == 200
    assert browser.get(desk.url("stores/add/")).status_code == 403


def test_an_account_of_another_brand_is_not_taken_over():
    desk, other = open_desk("cedar"), open_desk("maple", name="erin")
    before = User.objects.get(pk=other.user_id).password
    page = desk.browser.post(desk.url("staff/add/"), {"name": "Erin", "role": "clerk", "store": ""})
    assert page.status_code == 422
    both = seat(make_brand("birch"), Role.ADMIN, "fay")
    with brand_tx(desk.brand.id):
        from_here = queries.staff(brand_id=desk.brand.id)
    assert both.user_id not in {card.user_id for card in from_here}
    renewed = desk.browser.post(desk.url(f"staff/{other.user_id}/renew/"))
    assert renewed.status_code == 404
    assert User.objects.get(pk=other.user_id).password == before


def test_an_account_that_worked_for_another_brand_is_renewed_by_no_brand():
    desk, other = open_desk("cedar"), open_desk("maple", name="erin")
    with brand_tx(desk.brand.id):
        brands.grant_role(
            brand_id=desk.brand.id, user_id=other.user_id, role=Role.CLERK, store_id=None, now=NOW
        )
    seat(other.brand, Role.ADMIN, "gil")
    with brand_tx(other.brand.id):
        (held,) = (
            card for card in queries.staff(brand_id=other.brand.id) if card.user_id == other.user_id
        )
        brands.end_role(brand_id=other.brand.id, role_id=held.id, now=NOW)
    before = User.objects.get(pk=other.user_id).password
    renewed = desk.browser.post(desk.url(f"staff/{other.user_id}/renew/"), follow=True)
    assert "is or was used elsewhere" in renewed.content.decode()
    assert User.objects.get(pk=other.user_id).password == before
