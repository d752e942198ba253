"""The operator's plans over HTTP: set up, what they would cost, switched on and off, who earns."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.journeys.answering import a_koc
from tests.journeys.buying import Market, open_market
from tests.journeys.console_staff import Desk, seat
from tests.journeys.earning import a_helper, helped
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.commissions import queries
from zhiyin.domain.commissions.types import Earner, PlanCard, PlanState
from zhiyin.domain.kocs import queries as kocs
from zhiyin.storage.tenancy import brand_tx

SAID = {
    "name": "Looks",
    "earner": "koc",
    "rate": "10",
    "cap": "",
    "second": "",
    "window_days": "7",
}


@pytest.fixture
def market(own_database: str) -> Market:
    cache.clear()
    return open_market([50], [36_800])


@pytest.fixture
def desk(market: Market) -> Desk:
    return seat(tenants.brand_by_slug(slug="cedar"), Role.ADMIN, "admin-cedar")


def plans(desk: Desk) -> tuple[PlanCard, ...]:
    with brand_tx(desk.brand.id):
        return queries.plans(brand_id=desk.brand.id)


def set_up(desk: Desk, **more: str) -> str:
    """The page of a plan that was set up."""
    answer = desk.browser.post(desk.url("commissions/add/"), SAID | more)
    assert answer.status_code == 302, answer.text
    return answer["location"]


def switched(desk: Desk, page: str) -> str:
    """What the page says after its switch was pressed and confirmed."""
    asked = desk.browser.post(f"{page}switch/")
    assert asked.status_code == 200
    assert "Keep them as they are" in asked.text
    answer = desk.browser.post(f"{page}switch/", {"confirmed": "1"}, follow=True)
    assert answer.status_code == 200
    return answer.text


def test_a_plan_is_set_up_looked_at_changed_switched_on_and_off(market, desk) -> None:
    assert "Nobody earns yet" in desk.browser.get(desk.url("commissions/")).text
    page = set_up(desk, cap="50", categories="dress")
    answer = desk.browser.post(page, SAID | {"rate": "12.5"})
    assert answer.status_code == 302
    (plan,) = plans(desk)
    assert (plan.rate_bps, plan.cap_fen, plan.categories) == (1_250, None, ())
    assert (plan.state, plan.earner) == (PlanState.DRAFT, Earner.KOC)
    shown = switched(desk, page)
    assert "It is on." in shown
    assert "Switched on" in shown
    assert "Set up another." in desk.browser.post(page, SAID, follow=True).text
    assert "It is off." in switched(desk, page)
    assert plans(desk)[0].state is PlanState.OFF
    assert plans(desk)[0].rate_bps == 1_250


def test_before_it_is_on_she_sees_what_it_would_have_cost(market, desk) -> None:
    placed = helped(market, a_helper(market), (0, 2), now=timezone.now() - timedelta(days=3))
    market.pay(placed)
    page = set_up(desk)
    shown = desk.browser.get(page).text
    assert "¥73.60" in shown
    assert "on goods of ¥736" in shown
    confirming = desk.browser.post(f"{page}switch/").text
    assert "The last 30 days: ¥73.60 on goods of ¥736." in confirming


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"rate": "31"}, "30"),
        ({"rate": "0"}, "0.01"),
        ({"rate": "29", "second": "2"}, "Together a sale would cost 31%; 30% is the most."),
        ({"window_days": "6"}, "7"),
        ({"name": ""}, "required"),
        ({"earner": "partner"}, "partner"),
    ],
)
def test_what_may_not_be_is_said_beside_its_field_and_what_was_typed_stays(
    market, desk, said, words
) -> None:
    answer = desk.browser.post(desk.url("commissions/add/"), SAID | said)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Looks"' in answer.text or "name" in said
    assert plans(desk) == ()


def test_plans_that_cost_too_much_together_are_not_switched_on(market, desk) -> None:
    switched(desk, set_up(desk, rate="25"))
    page = set_up(desk, rate="6", earner="staff")
    assert "Together a sale would cost 31%" in switched(desk, page)
    assert [plan.state for plan in plans(desk)] == [PlanState.DRAFT, PlanState.ON]


def test_a_second_level_waits_for_an_admins_words(market, desk) -> None:
    page = set_up(desk, second="2")
    assert "pyramid selling" in desk.browser.get(page).text
    assert "An admin has to acknowledge the second level first." in switched(desk, page)
    operator = seat(desk.brand, Role.OPERATOR, "operator-cedar")
    said = {"statement": "Our counsel, Ms Lin, examined it on 20 November."}
    there = desk.url("commissions/acknowledge/")
    assert operator.browser.post(there, said).status_code == 403
    assert "Say in your own words" in desk.browser.post(there, {}, follow=True).text
    assert "It is written down" in desk.browser.post(there, said, follow=True).text
    assert "It is on." in switched(desk, page)


def test_a_koc_earns_from_when_she_is_let_and_her_words_are_ads(market, desk) -> None:
    koc = a_koc(market.brand_id, "amy")
    earns = desk.url(f"commissions/kocs/{koc.id}/")
    assert "Let her earn" in desk.browser.get(desk.url("commissions/")).text
    for _ in range(2):
        assert "her answers say that they are ads" in desk.browser.post(earns, follow=True).text
    with brand_tx(market.brand_id):
        assert kocs.koc(brand_id=market.brand_id, koc_id=koc.id).can_earn
        assert queries.earning_koc_ids(brand_id=market.brand_id) == {koc.id}
    for _ in range(2):
        ended = desk.browser.post(earns, {"end": "1"}, follow=True)
        assert "What she earned stays hers." in ended.text
    with brand_tx(market.brand_id):
        assert not kocs.koc(brand_id=market.brand_id, koc_id=koc.id).can_earn
        assert queries.earning_koc_ids(brand_id=market.brand_id) == frozenset()


def test_a_clerk_reads_the_plans_and_changes_none(market, desk) -> None:
    page = set_up(desk)
    clerk = seat(desk.brand, Role.CLERK, "clerk-cedar-2")
    assert "Looks" in clerk.browser.get(desk.url("commissions/")).text
    for path in (page, f"{page}switch/", desk.url("commissions/add/")):
        assert clerk.browser.post(path, SAID | {"confirmed": "1"}).status_code == 403
    assert plans(desk)[0].state is PlanState.DRAFT
