"""A shop that is paid with WeChat Pay: in WeChat its own window opens, elsewhere she is told."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client

from tests.emulator.desk import Merchant, emulating, listening
from tests.journeys.shopping import Shop, filled, open_shop, put
from tests.journeys.test_wechat_openid import IN_WECHAT, paid_through
from tests.journeys.visiting import SHOPPER_PHONE, Visit
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Channel
from zhiyin.domain.orders.types import OrderState
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture(scope="module")
def emulator():
    with emulating("--now", datetime.now(UTC).isoformat()) as running:
        yield running


@pytest.fixture
def merchant(emulator):
    with listening() as caught:
        made = Merchant(emulator, caught)
        yield made
        made.pay.close()


@pytest.fixture
def shop(own_database, merchant) -> Shop:
    opened = open_shop()
    paid_through(opened.brand, merchant)
    return opened


def a_phone(**headers: str) -> Visit:
    """A browser that reads the shop at an address of this machine, signed in."""
    client = Client(headers={"accept-language": "en", "host": "127.0.0.1", **headers})
    visit = Visit("cedar", client)
    visit.sign_in(SHOPPER_PHONE)
    return visit


def test_in_wechat_she_pays_in_its_own_window_and_the_order_asks_wechat(shop, merchant):
    hers = a_phone(**IN_WECHAT)
    own_id = shop.member()
    with brand_tx(shop.brand.id):
        members.link_identity(
            brand_id=shop.brand.id,
            member_id=own_id,
            channel=Channel.WECHAT_OPENID,
            value="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            now=datetime.now(UTC),
        )
    put(hers, shop, "dress-M")
    window = hers.post("checkout/", 200, **filled(hers.read("checkout/"))).content.decode()
    found = re.search(r'data-bridge="([^"]+)" href="([^"]+)"', window)
    assert found is not None
    bridge = json.loads(unescape(found[1]))
    assert bridge["package"].startswith("prepay_id=")
    assert {"appId", "timeStamp", "nonceStr", "signType", "paySign"} <= set(bridge)
    assert "Held for you until" in hers.read(found[2])
    (paid,) = merchant.act("pay", **bridge)
    assert paid["ok"], paid
    assert "ready to collect" in hers.read(found[2])


def test_outside_wechat_she_is_told_where_to_pay_and_the_order_waits(shop):
    hers = a_phone()
    put(hers, shop, "dress-M")
    page = hers.post("checkout/", **filled(hers.read("checkout/"))).url
    assert "open this page in WeChat" in hers.read(page)
    assert [one.state for one in shop.orders(shop.member())] == [OrderState.UNPAID]
