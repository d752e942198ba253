"""The operator's path in a real browser: she signs in, finds a store, and opens one score."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served
from zhiyin.interfaces.cli.demo.staff import FILE, NAME
from zhiyin.interfaces.console.accounts import six_digits

NEED = "165cm 130斤 肩宽，想穿去年会，预算500"
LOGIN = """
from datetime import UTC, datetime
import django
django.setup()
from zhiyin.interfaces.cli.demo.staff import demo_login
demo_login(datetime.now(UTC))
"""


@pytest.fixture(scope="module")
def signed_in(browser: Browser, shop_server: Served) -> Iterator[dict[str, object]]:
    """What a browser holds after password and six digits, kept for the tests of this file."""
    made = subprocess.run(
        [sys.executable, "-c", LOGIN],
        env=os.environ | {"ZHIYIN_DB_NAME": shop_server.database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    kept = json.loads((shop_server.state / FILE).read_text(encoding="utf-8"))
    context = browser.new_context(base_url=shop_server.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/console/")
    page.locator("#login").fill(NAME)
    page.locator("#password").fill(kept["password"])
    page.locator("button.button--primary").click()
    page.locator("#code").fill(six_digits(kept["secret"], datetime.now(UTC)))
    page.locator("button.button--primary").click()
    expect(page.locator("a[href='/console/anning/']").first).to_be_visible()
    yield context.storage_state()
    context.close()


def open_page(browser: Browser, served: Served, state: dict[str, object], width: int) -> Page:
    """A signed-in page of that width."""
    context = browser.new_context(
        base_url=served.url,
        locale="zh-CN",
        viewport={"width": width, "height": 844},
        storage_state=state,  # type: ignore[arg-type]
    )
    return context.new_page()


@pytest.fixture
def desk_page(
    browser: Browser, shop_server: Served, signed_in: dict[str, object]
) -> Iterator[Page]:
    page = open_page(browser, shop_server, signed_in, 1280)
    yield page
    page.context.close()


@pytest.fixture
def small_page(
    browser: Browser, shop_server: Served, signed_in: dict[str, object]
) -> Iterator[Page]:
    page = open_page(browser, shop_server, signed_in, 360)
    yield page
    page.context.close()


def test_she_finds_a_store_and_ticks_it_with_the_keyboard(desk_page: Page) -> None:
    desk_page.goto("/console/anning/stores/")
    desk_page.locator("#filter-q").fill("AN-06")
    desk_page.locator("#filter-q").press("Enter")
    expect(desk_page.locator("tbody tr")).to_have_count(1)
    expect(desk_page.locator(".bulk")).to_be_hidden()
    desk_page.locator("tbody input[type=checkbox]").focus()
    desk_page.keyboard.press("Space")
    expect(desk_page.locator(".bulk")).to_be_visible()
    desk_page.locator(".table__main").click()
    expect(desk_page.locator("#id_code")).to_have_value("AN-06")


def test_she_keeps_the_stores_of_one_city(desk_page: Page) -> None:
    desk_page.goto("/console/anning/stores/")
    every = desk_page.locator("tbody tr").count()
    city = desk_page.locator("#filter-city option").nth(1).inner_text()
    desk_page.locator("#filter-city").select_option(city)
    expect(desk_page.locator("#filter-city")).to_have_value(city)
    expect(desk_page.locator("tbody tr")).not_to_have_count(every)
    assert set(desk_page.locator("td[data-label='城市']").all_inner_texts()) == {city}


def test_she_reads_the_anatomy_of_a_score(desk_page: Page) -> None:
    desk_page.goto("/console/anning/match-lab/")
    desk_page.locator("#lab-need").fill(NEED)
    desk_page.locator("#lab-form .button--primary").click()
    marked = desk_page.locator(".said mark").all_inner_texts()
    assert {"165cm", "肩宽"} <= set(marked), marked
    expect(desk_page.locator(".ranked")).not_to_have_count(0)
    shares = [
        float(one.replace("−", "-"))
        for one in desk_page.locator(".anatomy__row b").all_inner_texts()
    ]
    score = float(desk_page.locator("b.score").inner_text())
    assert abs(sum(shares) - score) < 0.01 * len(shares), "the parts are the whole score"
    desk_page.locator(".anatomy__row summary").first.click()
    expect(desk_page.locator(".anatomy__detail").first).to_be_visible()
    desk_page.locator(".ranked__open").nth(3).click()
    expect(desk_page.locator("#anatomy h3")).to_have_text(re.compile("4.*3"))


def test_without_the_second_factor_the_console_stays_shut(
    browser: Browser, shop_server: Served, signed_in: dict[str, object]
) -> None:
    """The fixture signed in with password and six digits; what it was given opens the console."""
    for state, heading in ((signed_in, "总览"), ({}, "登录")):
        page = open_page(browser, shop_server, state, 1280)
        page.goto("/console/anning/")
        expect(page.locator("h1")).to_have_text(heading)
        page.context.close()


def test_a_phone_shows_the_same_store_that_a_desk_finds(small_page: Page) -> None:
    small_page.goto("/console/anning/stores/?q=AN-06")
    expect(small_page.locator("tbody tr")).to_have_count(1)
    small_page.locator(".table__main").click()
    expect(small_page.locator("#id_code")).to_have_value("AN-06")


def test_she_sees_which_needs_a_new_word_would_change_before_it_is_saved(desk_page: Page) -> None:
    desk_page.goto("/s/anning/")
    desk_page.get_by_role("textbox").fill("想要嘎嘎细溜的裙子")
    desk_page.get_by_role("button", name="帮我决定").click()
    expect(desk_page.get_by_role("heading", name="我听到的")).to_be_visible()
    desk_page.goto("/console/anning/words/goals/slimming/")
    desk_page.locator("#zh").fill("嘎嘎细溜")
    desk_page.get_by_role("button", name="看看会变什么").click()
    expect(desk_page.locator(".difference")).to_have_count(1)
    expect(desk_page.locator(".difference ins")).to_have_text("显瘦")
    expect(desk_page.locator(".difference")).to_contain_text("“嘎嘎细溜”")
    desk_page.goto("/console/anning/words/?slot=goals")
    expect(desk_page.locator("main")).not_to_contain_text("嘎嘎细溜")


def test_the_lab_shows_how_the_matcher_does_against_behaviour_alone(desk_page: Page) -> None:
    desk_page.goto("/console/anning/match-lab/")
    ours = desk_page.get_by_role("region", name="我们的方法，对比只看行为能知道的")
    expect(ours).to_contain_text(re.compile(r"每 100 次选择，我们的前 3 件里有 \d+ 次.*有 \d+ 次"))
    for method in ("这个场合的热门", "近期热门", "EASE", "常一起买的"):
        expect(ours).to_contain_text(method)
