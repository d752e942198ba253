"""A brand's developer keeps a member's needs, has them answered and passes on what she says."""

import pytest

from tests.journeys import api_town
from tests.journeys.api_town import Caller
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Opened
from zhiyin.storage.tenancy import brand_tx

NEED = {"text": "160，100斤，梨形，下个月参加婚礼，400以内"}


@pytest.fixture
def town(own_database):
    return api_town.trained(api_town.found("cedar"))


@pytest.fixture
def call(town):
    return Caller(api_town.key(town))


def products(answer):
    return [pick["items"][0]["product_id"] for pick in answer["picks"]]


def test_a_need_is_kept_answered_and_listed_with_a_line(town, call):
    hers = f"members/{town.member}/needs"
    made = call("POST", hers, NEED)
    assert made["slots"]["height_cm"] == 160.0
    (listed,) = call("GET", hers)["items"]
    assert (listed["id"], listed["text"]) == (made["id"], NEED["text"])
    answer = call("POST", f"{hers}/{made['id']}/match")
    assert len(answer["picks"]) == 3
    assert answer["slots"] == made["slots"]
    assert call("POST", f"{hers}/{made['id']}/match")["decision_id"] == answer["decision_id"]
    with brand_tx(town.brand.id):
        lines = people.personal_reads(brand_id=town.brand.id)[0]
    assert [line.opened for line in lines] == [Opened.MATCH, Opened.MATCH, Opened.NEEDS]


def test_a_chip_is_corrected_and_a_wrong_one_changes_nothing(town, call):
    hers = f"members/{town.member}/needs"
    made = call("POST", hers, NEED)
    corrected = made["slots"] | {"height_cm": 172}
    assert call("PUT", f"{hers}/{made['id']}", {"slots": corrected})["slots"]["height_cm"] == 172.0
    for wrong in ({"height_cm": 1600}, {"wealth": "much"}):
        call("PUT", f"{hers}/{made['id']}", {"slots": wrong}, status=422)
    (listed,) = call("GET", hers)["items"]
    assert (listed["slots"], listed["text"]) == (corrected, NEED["text"])
    assert call("POST", f"{hers}/{made['id']}/match")["slots"] == corrected


def test_a_verdict_changes_the_next_answer_and_taken_back_changes_it_again(town, call):
    hers = f"members/{town.member}/needs"
    need = f"{hers}/{call('POST', hers, NEED)['id']}"
    first = call("POST", f"{need}/match")
    refused = products(first)[0]
    said = {"product_id": refused, "verdict": "not_my_style"}
    call("POST", f"{need}/verdicts", said | {"decision_id": first["decision_id"]})
    assert refused not in products(call("POST", f"{need}/match"))
    assert call("POST", f"{need}/verdicts/take-back", said)["taken_back"] is True
    assert products(call("POST", f"{need}/match")) == products(first)
    assert call("POST", f"{need}/verdicts/take-back", said)["taken_back"] is False


def test_a_verdict_is_only_on_what_she_was_shown_and_only_on_her_own_need(town, call):
    hers, others = f"members/{town.member}/needs", "members/cedar-2/needs"
    made = call("POST", hers, NEED)
    answer = call("POST", f"{hers}/{made['id']}/match")
    verdict = {
        "decision_id": answer["decision_id"],
        "product_id": products(answer)[0],
        "verdict": "not_my_body",
    }
    for path, changed, code in (
        (others, {}, "need_not_found"),
        (hers, {"product_id": str(town.look_id)}, "decision_not_found"),
        (hers, {"decision_id": str(town.look_id)}, "decision_not_found"),
    ):
        told = call("POST", f"{path}/{made['id']}/verdicts", verdict | changed, status=404)
        assert told["code"] == code
    call("POST", f"{others}/{made['id']}/match", status=404)
    assert call("GET", others)["items"] == []
