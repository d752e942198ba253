"""Signing in over HTTP: five tries, five minutes, whoever types; no code that is always right."""

import re
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.journeys.visiting import SHOPPER_PHONE, Visit, a_shop, member_of
from zhiyin.flows import ports
from zhiyin.project import wiring

pytestmark = pytest.mark.usefixtures("own_database")
OFTEN_LEFT_IN = ("000000", "123456", "111111", "888888", "666666")


@pytest.fixture
def shop():
    return a_shop()


def code_for(visit: Visit, phone: str = SHOPPER_PHONE) -> str:
    """Ask for a code and read it on the sandbox page."""
    visit.post("sign-in/", 200, phone=phone)
    return re.findall(r"\b\d{6}\b", visit.read("sandbox/").split("<main", 1)[1])[0]


def enter(visit: Visit, code: str, status: int, phone: str = SHOPPER_PHONE) -> str:
    """Type a code; the words of the page that answers."""
    return visit.post("sign-in/", status, phone=phone, code=code).content.decode()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_five_wrong_tries_end_a_code_whichever_browser_they_come_from(shop):
    brand, visit = shop
    code = code_for(visit)
    for left in (4, 3, 2, 1, 0):
        assert f"{left} tries are left" in enter(Visit("cedar"), wrong(code), 422)
    assert "That code is over. Ask for a new one." in enter(visit, code, 422)
    assert member_of(brand, SHOPPER_PHONE) is None
    enter(visit, code_for(visit), 302)
    assert member_of(brand, SHOPPER_PHONE) is not None


def test_a_code_is_good_for_five_minutes_and_once(shop):
    brand, visit = shop
    asked = timezone.now()
    with time_machine.travel(asked, tick=False):
        code = code_for(visit)
    with time_machine.travel(asked + timedelta(minutes=5), tick=False):
        assert "That code is over" in enter(visit, code, 422)
        assert member_of(brand, SHOPPER_PHONE) is None
    with time_machine.travel(asked + timedelta(minutes=4, seconds=59), tick=False):
        enter(visit, code, 302)
        assert "That code is over" in enter(Visit("cedar"), code, 422)


def test_she_is_led_back_to_a_page_of_this_site_and_nowhere_else(shop):
    assert Visit("cedar").sign_in("13912345600", "/s/cedar/browse/") == "/s/cedar/browse/"
    elsewhere = ("foo", "?x", "#a", "%2Fme", "account_login", "//evil.example/", "/\\\\e")
    for n, back in enumerate(elsewhere, start=1):
        assert Visit("cedar").sign_in(f"1391234560{n}", back) == "/s/cedar/me/", back


def test_no_code_is_always_right(shop):
    _brand, visit = shop
    phones = [f"1391234567{n}" for n in range(8)]
    codes = [code_for(visit, phone) for phone in phones]
    assert len(set(codes)) >= len(codes) - 1
    for phone, code, tried in zip(phones, codes, OFTEN_LEFT_IN, strict=False):
        if tried != code:
            assert "4 tries are left" in enter(visit, tried, 422, phone)


class Carrier:
    """A sender of messages as an operator's own would be: it keeps what it was handed."""

    carried: ClassVar[list[tuple[UUID, str, str]]] = []

    def send(self, *, brand_id: UUID, phone: str, code: str, language: str) -> None:
        self.carried.append((brand_id, phone, code))


@pytest.fixture
def live(settings):
    """Wire an installation that is no demo, whose operator named this sender (or none)."""
    before = ports.wired()

    def wire(sender: str) -> None:
        settings.DEMO, settings.SMS_SENDER = False, sender
        ports.wire(wiring.named())

    yield wire
    ports.wire(before)
    Carrier.carried.clear()


def test_the_code_goes_out_through_the_sender_that_is_wired(shop, live):
    brand, visit = shop
    live(f"{__name__}:Carrier")
    page = visit.post("sign-in/", 200, phone=SHOPPER_PHONE).content.decode()
    ((brand_id, phone, code),) = Carrier.carried
    assert (brand_id, phone) == (brand.id, SHOPPER_PHONE)
    assert code not in page
    assert "sandbox" not in page
    visit.get("sandbox/", 404)
    enter(visit, code, 302)


def test_where_nobody_is_named_to_send_no_code_is_kept_for_anybody_to_read(shop, live, capfd):
    _brand, visit = shop
    code_for(visit)
    live("")
    visit.get("sandbox/", 404)
    capfd.readouterr()
    assert "sms_unavailable" in visit.post("sign-in/", 503, phone=SHOPPER_PHONE).content.decode()
    assert "sandbox" not in capfd.readouterr().err


def test_signing_in_twice_with_one_phone_is_one_member(shop):
    brand, visit = shop
    visit.sign_in(SHOPPER_PHONE)
    first = member_of(brand, SHOPPER_PHONE)
    again = Visit("cedar")
    again.sign_in("+86 139 1234 5678")
    assert member_of(brand, SHOPPER_PHONE) == first
    assert "My page" in again.read("me/")


def test_one_client_has_codes_sent_to_so_many_phones_and_no_more(shop, settings):
    brand, _visit = shop

    def asks(n: int, address: str):
        client = Client(REMOTE_ADDR=address, headers={"accept-language": "en"})
        return client.post("/s/cedar/sign-in/", {"phone": f"139{n:08d}"})

    for n in range(settings.CODES_PER_CLIENT):
        assert asks(n, f"2001:db8::{n:x}").status_code == 200
    refused = asks(settings.CODES_PER_CLIENT, "2001:db8::ffff")
    assert refused.status_code == 422
    assert "Enough codes for an hour were asked for from here." in refused.content.decode()
    assert len(ports.wired().sandbox.messages(brand_id=brand.id)) == settings.CODES_PER_CLIENT
    assert asks(settings.CODES_PER_CLIENT, "2001:db8:0:1::1").status_code == 200
    assert asks(0, "192.0.2.7").status_code == 200
