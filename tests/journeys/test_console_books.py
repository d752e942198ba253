"""The books over HTTP: what accounts held on a day, one line by line, the same as a file."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import Desk, seat
from tests.journeys.earning import a_helper, a_plan, follow_all, helped
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role

DAY = date(2026, 11, 22)


@pytest.fixture
def market(own_database: str) -> Market:
    """Two sales of 100 yuan that a KOC helped: one was handed over."""
    cache.clear()
    market = open_market([5], [10_000])
    a_plan(market)
    helper = a_helper(market)
    for n in range(2):
        placed = helped(market, helper, (0, 1))
        market.pay(placed)
        if n == 0:
            market.collect(market.code(placed))
    follow_all(market)
    return market


@pytest.fixture
def boss(market) -> Desk:
    return seat(tenants.brand_by_slug(slug="cedar"), Role.ADMIN, "boss")


def read(desk: Desk, path: str, status: int = 200) -> str:
    answer = desk.browser.get(desk.url(path))
    assert answer.status_code == status, path
    return answer.text


def test_every_account_of_a_day_stands_there_and_both_sides_come_to_the_same(boss) -> None:
    shown = read(boss, f"books/?day={DAY}")
    for words in ("Held by the sandbox", "Paid for, not handed over", "Sales", "What helping cost"):
        assert words in shown
    assert shown.count("¥220") == 2
    assert "Nothing was posted yet" in read(boss, f"books/?day={DAY - timedelta(days=1)}")
    assert "Nothing was posted yet" in read(boss, "books/?day=0001-01-01")


def test_an_account_is_read_line_by_line_over_a_span_of_days(boss) -> None:
    shown = read(boss, f"books/sandbox_clearing/?from={DAY}&to={DAY}")
    assert "Before: ¥0. After the last line shown: ¥200." in shown
    assert shown.count("Paid for, not handed over") == 2
    earlier = read(boss, f"books/sandbox_clearing/?to={DAY - timedelta(days=1)}")
    assert "Nothing was posted here in these days" in earlier


def test_of_accounts_with_owners_she_picks_whose(market, boss) -> None:
    listed = read(boss, "books/commission_pending/")
    assert "¥20" in listed
    href = listed.split('class="table__main words" href="')[1].split('"')[0].replace("&amp;", "&")
    hers = read(boss, f"books/commission_pending/{href}&from={DAY}")
    assert "After the last line shown" in hers
    assert hers.count("What helping cost") == 2


def test_the_same_is_a_file(boss) -> None:
    answer = boss.browser.get(boss.url(f"books/sandbox_clearing.csv?from={DAY}&to={DAY}"))
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert [line.split(",")[2:] for line in lines[1:]] == [
        ["prepayments", "100.00", "100.00"],
        ["prepayments", "100.00", "200.00"],
    ]


@pytest.mark.parametrize(
    "path",
    [
        "books/nothing/",
        "books/wallet/?owner=x",
        "books/nothing.csv",
        "books/commission_pending.csv",
    ],
)
def test_what_names_no_account_is_refused(boss, path) -> None:
    assert boss.browser.get(boss.url(path)).status_code in (404, 422)


def test_dates_that_are_none_and_pages_that_are_none_change_nothing(boss) -> None:
    for path in ("books/?day=x", "books/sales/?from=9999-99-99&to=x", "books/sales/?after=x_y"):
        read(boss, path)
    read(boss, "books/sales/?from=9999-12-31&to=9999-12-31")


def test_clerks_see_none_of_it(market) -> None:
    clerk = seat(tenants.brand_by_slug(slug="cedar"), Role.CLERK, "clerk")
    for path in ("books/", "books/sales/", "books/sales.csv"):
        assert clerk.browser.get(clerk.url(path)).status_code == 403
    assert NOW.date() == DAY
