"""From the need to the code in her hand, on a phone: three steps from the pick, and paid."""

import re

from playwright.sync_api import Page, expect

from tests.browser.test_shop_answer import sign_in
from tests.browser.test_shopper import ask, serious_findings

PHONE = "13855550101"


def test_she_buys_a_look_from_the_need_to_the_pickup_code(phone: Page) -> None:
    ask(phone)
    phone.locator("article.pick").first.get_by_role("link", name="看看理由").click()
    parts = phone.locator("#parts")
    expect(parts.get_by_role("button", name="直接买")).to_be_enabled()
    before = parts.locator(".price").first.inner_text()
    other = parts.locator("input[type=radio]:not(:checked):not([disabled])").first
    label = other.evaluate("box => box.parentElement.innerText.trim()")
    other.check()
    expect(phone.locator("#parts input[type=radio]:checked + span").first).to_have_text(label)
    expect(phone.locator("#parts").get_by_text(re.compile("现有|暂时")).first).to_be_visible()
    assert before.startswith("¥")
    assert serious_findings(phone) == []
    phone.locator("#parts").get_by_role("button", name=re.compile("购物车")).click()
    expect(phone.locator(".toast")).to_contain_text("放进购物车")
    phone.get_by_role("link", name=re.compile("^购物车")).click()
    expect(phone.locator(".goods-row")).not_to_have_count(0)
    phone.get_by_role("button", name=re.compile("^拿出")).first.click()
    phone.get_by_role("button", name="撤销").click()
    expect(phone.locator(".goods-row")).not_to_have_count(0)
    phone.get_by_role("link", name=re.compile("去结算")).click()
    sign_in(phone, PHONE)
    expect(phone.get_by_role("heading", name="结算")).to_be_visible()
    phone.get_by_label("快递到家").check()
    phone.get_by_label("街道、楼号、门牌").fill("一路 1 号")
    phone.get_by_label("门店自取").check()
    expect(phone.get_by_label("街道、楼号、门牌")).to_be_hidden()
    assert serious_findings(phone) == []
    phone.get_by_role("button", name=re.compile("下单并支付")).click()
    phone.get_by_role("button", name=re.compile("^支付")).click()
    expect(phone.get_by_text("可以取货")).to_be_visible()
    expect(phone.locator("svg.qr")).to_be_visible()
    expect(phone.locator(".pickup__code")).to_have_text(re.compile(r"^\d{4} \d{4} \d{4}$"))
    assert serious_findings(phone) == []
