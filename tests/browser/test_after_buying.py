"""After buying, on a phone: what she is told, how it was on her; the clerk counts, the operator
states times to collect in."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import staged_orders, staging
from tests.browser.conftest import Served
from tests.browser.staging import Stage
from tests.browser.test_shopper import AXE, serious_findings
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.interfaces.console.accounts import add_account
from zhiyin.storage.tenancy import brand_tx
from zhiyin.storage.tests.pictures import file_of

SHOTS = os.environ.get("ZHIYIN_SHOTS", "")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def stage(backstage: None) -> Stage:
    """Orders of her own, and somebody who may open everything: other modules stage theirs."""
    now = datetime.now(UTC)
    brand = tenants.brand_by_slug(slug=staging.SLUG)
    user_id, _secret = add_account(name="stockhand", password="a long enough sentence")
    with brand_tx(brand.id):
        brands.grant_role(
            brand_id=brand.id, user_id=user_id, role=Role.ADMIN, store_id=None, now=now
        )
    buyer, ids = staging.a_member(brand, "小满"), {}
    staged_orders.set_orders(brand, buyer, user_id, ids, now)
    return Stage(ids, buyer, buyer, user_id)


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for them."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def opened(browser: Browser, served: Served, session: str) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=served.url,
        viewport=PHONE,  # type: ignore[arg-type]
        locale="zh-CN",
    )
    context.add_init_script(path=AXE)
    context.add_cookies([{"name": "sessionid", "value": session, "url": served.url}])
    yield context.new_page()
    context.close()


@pytest.fixture
def hers(browser: Browser, shop_server: Served, stage: Stage) -> Iterator[Page]:
    yield from opened(browser, shop_server, staging.session_of(stage.asker_id))


@pytest.fixture
def staffs(browser: Browser, shop_server: Served, stage: Stage) -> Iterator[Page]:
    yield from opened(browser, shop_server, staging.staff_session(stage.user_id))


def test_she_reads_what_became_of_her_orders_and_writes_how_it_was(
    hers: Page, stage: Stage
) -> None:
    hers.goto("/s/anning/messages/")
    expect(hers.locator(".tabbar__count")).to_be_visible()
    assert serious_findings(hers) == []
    shot(hers, "shop-messages-390")
    won = hers.locator(".rows__item", has_text="拼团成功")
    expect(won.get_by_text("新", exact=True)).to_be_visible()
    won.click()
    expect(hers.get_by_text("到店出示")).to_be_visible()
    expect(hers.get_by_text("取货时间")).to_be_visible()
    assert serious_findings(hers) == []
    shot(hers, "shop-order-390")
    hers.goto("/s/anning/messages/")
    expect(won).to_be_visible()
    expect(won.get_by_text("新", exact=True)).to_have_count(0)
    hers.goto(f"/s/anning/orders/{stage.ids['done_order_id']}/")
    hers.get_by_role("link", name="写一写").click()
    hers.get_by_label("合身").check()
    hers.get_by_label("用你的话说").fill("腰那里刚好，裙长到膝盖。")
    assert serious_findings(hers) == []
    shot(hers, "shop-review-390")
    hers.get_by_role("button", name="送出").click()
    expect(hers.get_by_text("已写，等待审核")).to_be_visible()


def test_she_asks_for_money_back_with_a_photo(hers: Page, stage: Stage) -> None:
    photo = file_of(Image.new("RGB", (900, 1200), "#8C3B2E"), "JPEG")
    hers.goto(f"/s/anning/orders/{stage.ids['done_order_id']}/refund/")
    hers.locator("#refund-words").fill("下摆脱线了")
    hers.locator("#refund-photos").set_input_files(
        [{"name": "hem.jpg", "mimeType": "image/jpeg", "buffer": photo}]
    )
    assert serious_findings(hers) == []
    hers.locator("#refund button.button--primary").click()
    expect(hers.get_by_text("你的照片")).to_be_visible()
    expect(hers.locator("img.snap")).not_to_have_js_property("naturalWidth", 0)
    assert serious_findings(hers) == []
    shot(hers, "shop-case-390")


def test_a_clerk_counts_and_an_operator_states_times_to_collect_in(
    staffs: Page, stage: Stage
) -> None:
    store = stage.ids["pickup_store_id"]
    staffs.goto(f"/console/anning/count/?store={store}")
    assert serious_findings(staffs) == []
    staffs.locator("input[name^=found_]").first.fill("3")
    staffs.get_by_role("button", name="对比").click()
    expect(staffs.get_by_text("你点到 3 件")).to_be_visible()
    assert serious_findings(staffs) == []
    shot(staffs, "console-count-390")
    staffs.get_by_role("link", name="重新盘点").click()
    expect(staffs.get_by_role("button", name="对比")).to_be_visible()
    staffs.goto(f"/console/anning/pickup/?store={store}")
    expect(staffs.locator(".rows .badge").first).to_be_visible()
    shot(staffs, "console-pickup-390")
    staffs.goto(f"/console/anning/stores/{store}/#slots")
    staffs.get_by_label("星期日").check()
    staffs.get_by_label("从", exact=True).fill("21:00")
    staffs.get_by_label("到", exact=True).fill("22:00")
    assert serious_findings(staffs) == []
    staffs.get_by_role("button", name="添加时段").click()
    expect(staffs.get_by_text("21:00-22:00")).to_be_visible()
    staffs.locator("#slots").scroll_into_view_if_needed()
    shot(staffs, "console-slots-390")
