"""The clerk at her counter, on a phone and through a network that loses answers."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import staged_orders, staging
from tests.browser.conftest import Served
from tests.browser.staging import Stage
from tests.browser.test_shopper import AXE, serious_findings
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.interfaces.console.accounts import add_account
from zhiyin.storage.tenancy import brand_tx

ORDER_NUMBER = re.compile(r"[0-9]{15}")
SHOTS = os.environ.get("ZHIYIN_SHOTS", "")


@pytest.fixture(scope="module")
def stage(backstage: None) -> Stage:
    """Orders of her own, and somebody who may open everything: other modules stage theirs."""
    now = datetime.now(UTC)
    brand = tenants.brand_by_slug(slug=staging.SLUG)
    user_id, _secret = add_account(name="counterhand", password="a long enough sentence")
    with brand_tx(brand.id):
        brands.grant_role(
            brand_id=brand.id, user_id=user_id, role=Role.ADMIN, store_id=None, now=now
        )
    buyer, ids = staging.a_member(brand, "小禾"), {}
    staged_orders.set_orders(brand, buyer, user_id, ids, now)
    return Stage(ids, buyer, buyer, user_id)


def as_staff(page: Page, served: Served, stage: Stage) -> None:
    session = staging.staff_session(stage.user_id)
    context: BrowserContext = page.context
    context.add_init_script(path=AXE)
    context.add_cookies([{"name": "sessionid", "value": session, "url": served.url}])


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for them."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture
def phone(browser: Browser, shop_server: Served) -> Iterator[Page]:
    """A phone whose browser may complain: what it complains of is the network of this test."""
    context = browser.new_context(
        base_url=shop_server.url, viewport={"width": 390, "height": 844}, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


READS_CODES = """
  window.BarcodeDetector = class { detect() { return Promise.resolve([{ rawValue: "%s" }]); } };
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d");
  setInterval(() => drawing.fillRect(0, 0, 9, 9), 20);
  navigator.mediaDevices.getUserMedia = () => window.refusesCamera
    ? Promise.reject(new DOMException("no", "NotAllowedError"))
    : Promise.resolve(canvas.captureStream());
"""
"""A phone that reads codes by itself: Chromium on a desk has no BarcodeDetector and no camera."""


def test_a_clerk_scans_a_code_and_a_camera_that_stays_shut_is_said(
    phone: Page, shop_server: Served, stage: Stage
) -> None:
    as_staff(phone, shop_server, stage)
    code = stage.ids["pickup_code"]
    phone.add_init_script(READS_CODES % f"{code[:4]} {code[4:8]} {code[8:]}")
    phone.goto(f"/console/anning/pickup/?store={stage.ids['pickup_store_id']}")
    phone.evaluate("window.refusesCamera = true")
    scan = phone.get_by_role("button", name="扫码")
    scan.click()
    expect(phone.get_by_text("浏览器没有打开相机")).to_be_visible()
    phone.evaluate("window.refusesCamera = false")
    scan.click()
    expect(phone.get_by_text("要交付 3 件")).to_be_visible()
    expect(phone.get_by_text("浏览器没有打开相机")).to_be_hidden()


def test_a_clerk_hands_over_once_though_an_answer_is_lost(
    phone: Page, shop_server: Served, stage: Stage
) -> None:
    as_staff(phone, shop_server, stage)
    phone.goto(f"/console/anning/pickup/?store={stage.ids['pickup_store_id']}")
    shot(phone, "pickup-390")
    expect(phone.get_by_text("个订单待取")).to_be_visible()
    expect(phone.get_by_text(re.compile(r"\d\d:00-\d\d:00")).first).to_be_visible()
    assert serious_findings(phone) == []
    field = phone.locator("#counter-code")
    field.fill(stage.ids["pickup_code"])
    phone.get_by_role("button", name="查看").click()
    expect(phone.get_by_text("要交付 3 件")).to_be_visible()
    shot(phone, "pickup-look-390")

    def lose(route: Route) -> None:
        route.fetch()  # the house acts, and its answer never comes
        route.abort("connectionfailed")

    phone.route("**/pickup/collect/", lose, times=1)
    hand_over = phone.get_by_role("button", name="交付", exact=True)
    hand_over.click()
    expect(phone.get_by_text("没有收到回应")).to_be_visible()
    expect(field).to_have_value(stage.ids["pickup_code"])
    shot(phone, "pickup-lost-390")
    hand_over.click()
    expect(phone.get_by_text("您已在")).to_be_visible()
    expect(phone.get_by_text("没有收到回应")).to_be_hidden()
    expect(field).to_have_value("")
    shot(phone, "pickup-again-390")
    phone.reload()
    expect(phone.get_by_text("今日已交付")).to_be_visible()
    assert "小禾" not in phone.locator("main").inner_text()
    expect(phone.get_by_text(ORDER_NUMBER).first).to_be_visible()


def test_an_operator_reads_an_order_and_its_money(
    desk: Page, shop_server: Served, stage: Stage
) -> None:
    as_staff(desk, shop_server, stage)
    order = f"orders/{stage.ids['order_id']}/"
    for name, path in (
        ("orders", "orders/"),
        ("order", order),
        ("money", "money/"),
        ("terms", "order-terms/"),
        ("counter", f"pickup/?store={stage.ids['pickup_store_id']}"),
    ):
        desk.set_viewport_size({"width": 1280, "height": 900})
        desk.goto(f"/console/anning/{path}")
        assert serious_findings(desk) == []
        shot(desk, f"{name}-1280")
        desk.set_viewport_size({"width": 390, "height": 844})
        shot(desk, f"{name}-390")
    desk.goto("/console/anning/orders/")
    expect(desk.locator(".badge", has_text="待交付").first).to_be_visible()
