"""A shopper asks, a KOC answers, the shopper opens the pick: two phones, one server."""

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served
from tests.browser.test_shopper import ask, serious_findings

SHOPPER_PHONE = "13811112222"
KOC_PHONE = "13811113333"
ANSWER = "选 M，坐下来肚子不明显，配你的米色鞋正好。"
LET_HER_IN = """
import sys
from datetime import UTC, datetime
from uuid import UUID

import django

from zhiyin.storage import addresses

addresses.start()
django.setup()

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Channel
from zhiyin.storage.tenancy import brand_tx

brand = brands.brand_by_slug(slug="anning")
with brand_tx(brand.id):
    members.link_identity(
        brand_id=brand.id,
        member_id=kocs.koc(brand_id=brand.id, koc_id=UUID(sys.argv[1])).member_id,
        channel=Channel.PHONE,
        value=sys.argv[2],
        now=datetime.now(UTC),
    )
"""


def sign_in(page: Page, phone: str) -> None:
    """Type the number, read the code on the sandbox page, type it."""
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="发验证码").click()
    reader = page.context.new_page()
    reader.goto("/s/anning/sandbox/")
    newest = reader.locator("main li", has_text=phone).first.inner_text()
    reader.close()
    page.locator("#code").fill(re.search(r"\b\d{6}\b", newest.replace(phone, ""))[0])
    page.get_by_role("button", name="登录").click()


def give_phone(served: Served, koc_id: str, phone: str) -> None:
    """Let a KOC of the demo world sign in, as an operator's import of her number would."""
    subprocess.run(
        [sys.executable, "-c", LET_HER_IN, koc_id, phone],
        env=os.environ | {"ZHIYIN_DB_NAME": served.database},
        check=True,
    )


def photographed(page: Page, name: str, folder: Path) -> None:
    """Nothing serious by axe, nothing wider than the phone."""
    assert serious_findings(page) == [], name
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], name
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_she_asks_the_koc_answers_and_she_opens_the_pick(
    phone: Page, browser: Browser, shop_server: Served, tmp_path: Path
) -> None:
    ask(phone)
    first = phone.locator("article.pick").first
    koc_id = first.locator(".person__name a").get_attribute("href").rstrip("/").split("/")[-1]
    give_phone(shop_server, koc_id, KOC_PHONE)
    first.locator(".pick__actions a[href*='/ask/']").click()
    sign_in(phone, SHOPPER_PHONE)
    expect(phone.get_by_role("heading", name="她会看到")).to_be_visible()
    photographed(phone, "ask", tmp_path)
    phone.locator("input[name=share]").check()
    phone.locator("#words").fill("我52公斤，怕坐下来肚子明显")
    phone.locator("main form button.button--primary").click()
    expect(phone.get_by_text("等待回答")).to_be_visible()
    photographed(phone, "waiting", tmp_path)
    question = phone.url

    context = browser.new_context(
        base_url=shop_server.url, viewport={"width": 360, "height": 780}, locale="zh-CN"
    )
    desk = context.new_page()
    desk.goto("/s/anning/koc/")
    sign_in(desk, KOC_PHONE)
    desk.goto("/s/anning/koc/")
    photographed(desk, "inbox", tmp_path)
    desk.locator("a[href*='/koc/questions/']").first.click()
    expect(desk.locator(".bubble").first).to_contain_text("•••")
    assert "52公斤" not in desk.content()
    desk.locator("#text").fill(ANSWER)
    desk.locator("#q").press_sequentially("雪纺")
    good = desk.locator("#goods label").first
    picked = good.locator(".grow").inner_text()
    good.click()
    desk.locator("#q").fill("腰带")
    expect(desk.locator("#goods")).to_contain_text("腰带")
    expect(desk.locator("#goods input:checked")).to_have_count(1)
    photographed(desk, "answer", tmp_path)
    desk.get_by_role("button", name="送出回答").click()
    expect(desk.get_by_text("没有人在等你")).to_be_visible()
    context.close()

    phone.goto("/s/anning/me/")
    expect(phone.locator(".tabbar__count")).to_contain_text("1")
    phone.goto(question)
    expect(phone.get_by_text(ANSWER)).to_be_visible()
    photographed(phone, "answered", tmp_path)
    phone.get_by_role("link", name=picked).click()
    expect(phone.get_by_role("heading", name=picked)).to_be_visible()
