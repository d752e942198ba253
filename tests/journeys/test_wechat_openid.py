"""Inside WeChat she is sent to say who pays, comes back once, and her openid is kept (31)."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine

from tests.emulator.desk import Merchant, emulating, listening
from tests.journeys.visiting import SHOPPER_PHONE, Visit, a_shop, member_of
from tests.paying import account_of, sandboxed
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Channel
from zhiyin.flows import payer, ports
from zhiyin.storage.tenancy import brand_tx

SECRET = "an app's secret"
IN_WECHAT = {"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}


@pytest.fixture(scope="module")
def emulator():
    with emulating("--now", datetime.now(UTC).isoformat()) as running:
        yield running


@pytest.fixture
def merchant(emulator):
    """A merchant whose official account has a secret."""
    with listening() as caught:
        made = Merchant(emulator, caught)
        emulator.ask("apps", appid=made.told["appid"], secret=SECRET, visitor="她", snapshot=False)
        yield made
        made.pay.close()


@pytest.fixture
def her(own_database, merchant):
    """A member in front of a brand that is paid through WeChat."""
    brand, visit = a_shop()
    paid_through(brand, merchant)
    visit.sign_in(SHOPPER_PHONE)
    return brand, visit


def paid_through(brand, merchant, **other):
    facts = account_of(merchant, **{"app_secret": SECRET, **other})
    with brand_tx(brand.id):
        brands.set_payment_account(brand_id=brand.id, facts=facts, now=datetime.now(UTC))
    ports.wired().payments.look_again(brand_id=brand.id)


def to_wechat(visit, back="/s/cedar/me/facts/"):
    """She is sent to WeChat, which sends her on: where to."""
    sent = visit.get(f"wechat/?next={back}", 302).url
    answer = httpx.get(sent, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix("http://testserver")


def openid_of(brand):
    with brand_tx(brand.id):
        return payer.known_openid(brand_id=brand.id, member_id=people_of(brand))


def people_of(brand):
    return people.find_by_identity(brand_id=brand.id, channel=Channel.PHONE, value=SHOPPER_PHONE)


def test_she_goes_and_comes_back_and_is_known(her, emulator, merchant):
    brand, visit = her
    assert openid_of(brand) is None
    back = to_wechat(visit)
    assert len(parse_qs(urlsplit(back).query)["state"][0]) <= 128
    assert visit.get(back, 302).url == "/s/cedar/me/facts/"
    told = emulator.ask("apps", appid=merchant.told["appid"])
    assert openid_of(brand) == told["openid"]
    visit.get(to_wechat(visit), 302)
    with brand_tx(brand.id):
        cards = people.identities_of(brand_id=brand.id, member_id=people_of(brand))
    assert [card.channel for card in cards] == [Channel.PHONE, Channel.WECHAT_OPENID]


@pytest.mark.parametrize(
    "spoil",
    [
        "replayed",
        "of another session",
        "without a state",
        "with a state of another brand",
        "too late",
        "with a spoiled state",
    ],
)
def test_a_state_that_is_not_of_this_session_is_refused_and_nothing_is_kept(her, merchant, spoil):
    brand, visit = her
    back = to_wechat(visit)
    who, moment = visit, datetime.now(UTC).timestamp()
    if spoil == "replayed":
        visit.get("wechat/back/?state=x&code=y", 403)  # spends what her session holds
    elif spoil == "of another session":
        who = Visit("cedar")
        who.sign_in("13912345679")
        to_wechat(who)
    elif spoil == "without a state":
        back = back.partition("&state=")[0]
    elif spoil == "with a state of another brand":
        maple, other = a_shop("maple")
        paid_through(maple, merchant)
        other.client = visit.client
        other.sign_in(SHOPPER_PHONE)
        back = to_wechat(other).replace("/s/maple/", "/s/cedar/")
    elif spoil == "with a spoiled state":
        back += "x"
    else:
        moment += 601
    with time_machine.travel(moment):
        answer = who.read(back, 403)
    assert "wechat_state_foreign" in answer
    assert openid_of(brand) is None


def test_a_code_is_good_once_and_five_minutes_and_no_preview_counts(her, emulator, merchant):
    brand, visit = her
    first, second = to_wechat(visit), to_wechat(visit)
    code = parse_qs(urlsplit(first).query)["code"][0]
    door = ports.wired().payments.sign_in_of(brand_id=brand.id)
    door.openid(code=code)
    stale = second.replace(parse_qs(urlsplit(second).query)["code"][0], code)
    assert "wechat_refused" in visit.read(stale, 403)
    late = to_wechat(visit)
    emulator.pass_time(minutes=5)
    assert "wechat_refused" in visit.read(late, 403)
    assert "wechat_refused" in visit.read(to_wechat(visit).replace("code=", "code=%00"), 403)
    emulator.ask("apps", appid=merchant.told["appid"], snapshot=True)
    assert "wechat_refused" in visit.read(to_wechat(visit), 403)
    assert openid_of(brand) is None


def test_settings_that_wechat_refuses_are_nobodys_openid(her, merchant):
    brand, visit = her
    back = to_wechat(visit)
    paid_through(brand, merchant, app_secret="another")
    answer = visit.read(back, 503)
    assert "wechat_unreached" in answer
    assert "another" not in answer
    assert openid_of(brand) is None


def test_an_openid_that_names_another_member_is_not_moved(her):
    brand, visit = her
    visit.get(to_wechat(visit), 302)
    stranger = Visit("cedar")
    stranger.sign_in("13912345679")
    assert "identity_taken" in stranger.read(to_wechat(stranger), 409)
    other = member_of(brand, "13912345679")
    with brand_tx(brand.id):
        assert payer.known_openid(brand_id=brand.id, member_id=other) is None
        members.rename(brand_id=brand.id, member_id=other, nickname="她")


def test_where_nobody_has_to_be_asked_she_goes_straight_on(own_database, merchant):
    brand, visit = a_shop()
    sandboxed(brand.id)
    assert "/sign-in/" in visit.get("wechat/?next=/s/cedar/me/", 302).url
    visit.sign_in(SHOPPER_PHONE)
    assert visit.get("wechat/?next=/s/cedar/me/", 302).url == "/s/cedar/me/"
    assert visit.get("wechat/?next=https://elsewhere.example/", 302).url == "/s/cedar/me/"
    visit.get("wechat/back/?state=x&code=y", 403)
    paid_through(brand, merchant, app_secret="")
    assert ports.wired().payments.sign_in_of(brand_id=brand.id) is None
