"""Every page of the shop and of the console on a small phone: nothing serious by axe, nothing wide.

The pages are those of the matrix, so a new one is looked at by being there.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import staging
from tests.browser.conftest import Served
from tests.browser.staging import Stage
from tests.browser.test_shopper import AXE, serious_findings
from tests.journeys.crawling import Route, routes
from zhiyin.interfaces.matrix import CONSOLE, SHOP

SMALL = {"width": 360, "height": 740}
SENT_ONLY = 405
MOST_OF_THEM = 15
FILES = {
    "shop:photo",
    "console:show-photo",
    "shop:download",
    "shop:statement",
    "console:asked-csv",
    "console:book-csv",
    "console:tax-list",
    "console:orders-csv",
    "console:orders-xlsx",
    "console:case-photo",
    "console:stock-csv",
    "console:stock-xlsx",
    "shop:case-photo",
    "console:import-problems",
    "mfa_download_recovery_codes",
}
FRAGMENTS = {
    "shop:koc-goods",
    "shop:pick-parts",
    "shop:checkout-sum",
    "shop:checkout-slots",
    "shop:order-state",
}
LEADS_ELSEWHERE = {
    "account_signup",
    "account_logout",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "shop:wechat",
    "shop:wechat-back",
}
KOC_PAGES = re.compile(r"shop:(koc-(home|page|question)|earnings|payee|withdraw|tax-slip)$")
AS_A_GUEST = ("", "form/", "me/", "sign-in/", "kocs/{koc_id}/", "products/{product_id}/", "x/")
AS_A_MEMBER = (
    "checkout/",
    "orders/?state=done",
    "browse/?q=裙",
    "browse/?q=无",
    "form/?need={need_id}",
    "koc/shows/?q=裙",
    "orders/{done_order_id}/",
    "koc/shows/?product={done_product_id}&line={done_line_id}",
)
IN_THE_CONSOLE = (
    "shows/?state=published",
    "kocs/?view=open",
    "stores/?state=closed",
    "promotions/?state=ended",
    "withdrawals/?of=paid",
    "books/commission_expense/",
    "promotions/add/?kind=coupon",
    "words/?slot=units",
    "words/height_cm/-/",
    "words/goals/new/",
    "count/?q=裙",
    "nothing/here/",
)


@pytest.fixture(scope="module")
def stage(backstage: None) -> Stage:
    return staging.set_stage()


@pytest.fixture(scope="module")
def visitors(browser: Browser, shop_server: Served, stage: Stage) -> Iterator[Mapping[str, Page]]:
    """A small phone each for a guest, the asker, the KOC and staff."""
    sessions = {
        "guest": "",
        "asker": staging.session_of(stage.asker_id),
        "koc": staging.session_of(stage.koc_member_id),
        "staff": staging.staff_session(stage.user_id),
    }
    contexts = {who: _phone(browser, shop_server, key) for who, key in sessions.items()}
    yield {who: context.new_page() for who, context in contexts.items()}
    for context in contexts.values():
        context.close()


def _phone(browser: Browser, served: Served, session: str) -> BrowserContext:
    context = browser.new_context(base_url=served.url, locale="zh-CN", viewport=SMALL)  # type: ignore[arg-type]
    context.add_init_script(path=AXE)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": served.url}])
    return context


def look_at(page: Page, path: str) -> tuple[int, list[str]]:
    """The status of a page, and what is wrong with how it looks."""
    allowed = page.request.fetch(path, method="OPTIONS", max_redirects=0).headers.get(
        "allow", "GET"
    )
    if "GET" not in allowed:
        return SENT_ONLY, []
    answered = page.goto(path)
    assert answered is not None, path
    wrong = serious_findings(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > SMALL["width"]:
        wrong.append(f"{width} px wide")
    return answered.status, [f"{path}: {one}" for one in wrong]


def crawled(
    pages: Mapping[str, object],
    visitors: Mapping[str, Page],
    stage: Stage,
    who: Callable[[Route], str],
) -> list[str]:
    """What is wrong with any page of the matrix, as somebody opens it who may."""
    wrong, seen = [], 0
    for route in routes():
        if route.name not in pages or route.name in FILES | FRAGMENTS | LEADS_ELSEWHERE:
            continue
        status, found = look_at(visitors[who(route)], route.path(stage.ids))
        wrong += found
        if status not in (200, SENT_ONLY):
            wrong.append(f"{route.name} answers {status}")
        seen += status == 200
    assert seen > MOST_OF_THEM, "the crawl saw no pages"
    return wrong


def shopper(route: Route) -> str:
    return "koc" if KOC_PAGES.search(route.name) else "asker"


def test_every_page_of_the_shop_is_accessible_and_fits_a_small_phone(
    visitors: Mapping[str, Page], stage: Stage
) -> None:
    wrong = crawled(SHOP, visitors, stage, shopper)
    for who, paths in (("guest", AS_A_GUEST), ("asker", AS_A_MEMBER)):
        for path in paths:
            wrong += look_at(visitors[who], f"/s/{staging.SLUG}/{path.format(**stage.ids)}")[1]
    assert wrong == [], "\n".join(wrong)


def test_every_page_of_the_console_is_accessible_and_fits_a_small_phone(
    visitors: Mapping[str, Page], stage: Stage
) -> None:
    wrong = crawled(CONSOLE, visitors, stage, lambda _route: "staff")
    for path in IN_THE_CONSOLE:
        wrong += look_at(visitors["staff"], f"/console/{staging.SLUG}/{path}")[1]
    wrong += look_at(visitors["guest"], "/console/account/login/")[1]
    assert wrong == [], "\n".join(wrong)
