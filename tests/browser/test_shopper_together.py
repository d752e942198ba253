"""Two phones and a group: one opens it, the other joins by its link, and both hold a code."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import staging
from tests.browser.conftest import Served
from tests.browser.test_shop_answer import sign_in
from tests.browser.test_shopper import AXE, serious_findings
from tests.browser.test_shopper_buys import PHONE
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import PromotionKind, PromotionState
from zhiyin.interfaces.cli.demo.sales import CODE
from zhiyin.interfaces.console.accounts import add_account
from zhiyin.storage.tenancy import brand_tx

FRIEND_PHONE = "13855550202"
SHOTS = os.environ.get("ZHIYIN_SHOTS", "")
WON_WITHIN_MS = 20_000


@pytest.fixture
def group_buy(backstage: None) -> tuple[UUID, UUID]:
    """The demo's own group-buy of two, and its product."""
    brand = tenants.brand_by_slug(slug=staging.SLUG)
    with brand_tx(brand.id):
        found = promotions.promotions(
            brand_id=brand.id,
            kind=PromotionKind.GROUP_BUY,
            state=PromotionState.RUNNING,
            now=datetime.now(UTC),
        )
        card = next(one for one in found.promotions if one.terms.seats == 2)
        owners = goods.products_of_skus(brand_id=brand.id, sku_ids=card.sku_ids)
    return card.terms.id, owners[card.sku_ids[0]]


@pytest.fixture
def friend(browser: Browser, shop_server: Served) -> Iterator[Page]:
    """Another phone."""
    context = browser.new_context(
        base_url=shop_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


def shot(page: Page, name: str, wide: int = 390) -> None:
    """Nothing serious by axe, nothing wider than the phone; a picture where somebody asks."""
    assert serious_findings(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= wide, name
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def orders_and_pays(page: Page) -> None:
    page.get_by_role("button", name=re.compile("下单并支付")).click()
    page.get_by_role("button", name=re.compile("^支付")).click()


def test_two_open_and_join_a_group_and_both_hold_a_code(
    phone: Page, friend: Page, group_buy: tuple[UUID, UUID]
) -> None:
    promotion, product = group_buy
    phone.goto(f"/s/{staging.SLUG}/products/{product}/")
    phone.locator("input[name=sku]:not([disabled])").first.check()
    shot(phone, "shop-together-390")
    phone.locator(f'button[value="group:{promotion}"]').click()
    sign_in(phone, PHONE)
    expect(phone.get_by_text(re.compile("你开一个团"))).to_be_visible()
    phone.get_by_label("快递到家").check()
    phone.get_by_label("街道、楼号、门牌").fill("一路 1 号")
    phone.get_by_label("券码").fill(CODE.lower())
    phone.locator("button[value=code]").click()
    expect(phone.get_by_text("券已到手。")).to_be_visible()
    expect(phone.get_by_label("街道、楼号、门牌")).to_have_value("一路 1 号")
    phone.get_by_label("门店自取").check()
    expect(phone.locator(".htmx-request")).to_have_count(0)
    coupon = phone.locator(".coupons input[type=checkbox]")
    total = phone.locator(".sum__line--total .price")
    with_it = total.inner_text()
    coupon.uncheck()
    expect(total).not_to_have_text(with_it)
    expect(phone.locator(".coupons")).to_contain_text("这次不用")
    expect(phone.locator(".htmx-request")).to_have_count(0)
    coupon.check()
    expect(total).to_have_text(with_it)
    shot(phone, "shop-checkout-390")
    orders_and_pays(phone)
    expect(phone.get_by_text("还差 1 人成团")).to_be_visible()
    link = phone.locator("#group-link").input_value()
    friend.goto(link)
    expect(friend.locator(".countdown")).to_have_text(re.compile(r"还剩 .*\d\d:\d\d:\d\d"))
    friend.locator("input[name=sku]:not([disabled])").first.check()
    shot(friend, "shop-group-390")
    friend.get_by_role("button", name=re.compile("加入")).click()
    sign_in(friend, FRIEND_PHONE)
    expect(friend.get_by_text(re.compile("你加入一个团"))).to_be_visible()
    orders_and_pays(friend)
    codes = set()
    for page in (friend, phone):
        expect(page.get_by_text("可以取货")).to_be_visible(timeout=WON_WITHIN_MS)
        expect(page.get_by_text("成团了，团里每个人都能拿到货。")).to_be_visible()
        codes.add(page.locator(".pickup__code").inner_text())
    assert len(codes) == 2
    friend.goto(link)
    expect(friend.get_by_role("heading", name=re.compile("成团"))).to_be_visible()
    assert serious_findings(friend) == []


def sits_down(page: Page, server: Served, name: str) -> None:
    """The page is an operator's from here on."""
    brand = tenants.brand_by_slug(slug=staging.SLUG)
    user_id, _secret = add_account(name=name, password="a long enough sentence")
    with brand_tx(brand.id):
        brands.grant_role(
            brand_id=brand.id,
            user_id=user_id,
            role=Role.OPERATOR,
            store_id=None,
            now=datetime.now(UTC),
        )
    session = staging.staff_session(user_id)
    page.context.add_init_script(path=AXE)
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])


def test_the_live_board_renews_itself_on_a_phone(
    phone: Page, group_buy: tuple[UUID, UUID], shop_server: Served
) -> None:
    promotion, _product = group_buy
    sits_down(phone, shop_server, "livehand")
    phone.goto(f"/console/{staging.SLUG}/promotions/{promotion}/live/")
    as_of = phone.locator("#live .row--apart .soft").first
    before = as_of.inner_text()
    expect(phone.locator(".stat", has_text="已付款人次")).to_be_visible()
    expect(as_of).not_to_have_text(before, timeout=10_000)
    shot(phone, "console-live-390")


def test_an_operator_reads_what_she_would_pay_and_which_rule_refused(
    phone: Page, group_buy: tuple[UUID, UUID], shop_server: Served
) -> None:
    promotion, _product = group_buy
    sits_down(phone, shop_server, "pricehand")
    phone.goto(f"/console/{staging.SLUG}/promotions/{promotion}/")
    phone.get_by_role("link", name="她要付多少？").click()
    expect(phone.get_by_label("拼团")).to_have_value(str(promotion))
    shows = phone.get_by_role("button", name="看价格")
    shows.click()
    answer = phone.locator("#answer")
    expect(answer).to_contain_text("拼团价")
    phone.get_by_label("拼团").select_option("")
    phone.get_by_label("她输入的券码").fill(f"{CODE} NO-SUCH")
    shows.click()
    expect(answer).to_contain_text("只在拼团里")
    expect(answer).to_contain_text("没有这个券码")
    answer.scroll_into_view_if_needed()
    shot(phone, "console-price-390")
    phone.set_viewport_size({"width": 1280, "height": 900})
    shot(phone, "console-price-1280", wide=1280)
