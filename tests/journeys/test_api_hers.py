"""A brand's developer calls the API for a member, a KOC, the staff and the advice table."""

import pytest

from tests.cast import NOW
from tests.journeys import api_town
from tests.journeys.api_town import Caller
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience.kept import TraitSource
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands.types import Role
from zhiyin.domain.content import queries as content
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Opened, Purpose
from zhiyin.interfaces.console.accounts import add_account
from zhiyin.storage.tenancy import brand_tx

HER_HEIGHT_CM = 162.0


@pytest.fixture
def town(own_database):
    return api_town.found("cedar")


@pytest.fixture
def call(town):
    return Caller(api_town.key(town))


def her_id(town):
    found = people.members_by_external_id(brand_id=town.brand.id, external_ids=[town.member])
    return found[town.member]


def keeps_her_height(town):
    """She agreed that the brand keeps her body facts, and stated one."""
    with brand_tx(town.brand.id):
        for purpose in (Purpose.BODY_FACTS, Purpose.SHARE_WITH_KOC):
            members.grant_consent(
                brand_id=town.brand.id,
                member_id=her_id(town),
                purpose=purpose,
                text_version="1",
                channel="h5",
                now=NOW,
            )
        audience.state_traits(
            brand_id=town.brand.id,
            member_id=her_id(town),
            slots=NeedSlots(height_cm=HER_HEIGHT_CM),
            source=TraitSource.FORM,
            now=NOW,
        )


def lines(town):
    """What the list of who looked says was opened, newest first."""
    with brand_tx(town.brand.id):
        return [row.opened for row in people.personal_reads(brand_id=town.brand.id)[0]]


def test_who_wore_a_product_comes_in_her_order_and_for_a_member_leaves_a_line(town, call):
    keeps_her_height(town)
    path = "products/cedar-p0/shows"
    without = call("GET", path, limit=2)
    assert without["total"] == 6
    assert {show["likeness_bps"] for show in without["items"]} == {None}
    assert lines(town) == []
    hers = call("GET", path, member=town.member)["items"]
    likeness = [show["likeness_bps"] for show in hers]
    assert likeness == sorted(likeness, reverse=True)
    with brand_tx(town.brand.id):
        shows = content.shows_of_product(brand_id=town.brand.id, product_id=town.product_id)
    heights = {str(show.id): show.facts["height_cm"] for show in shows}
    assert [heights[show["id"]] for show in hers][:2] == [HER_HEIGHT_CM, HER_HEIGHT_CM - 1]
    assert not {"facts", "author_id", "media_refs"} & set(hers[0])
    assert lines(town) == [Opened.WEARERS]
    clerk = Caller(api_town.key(town, Role.CLERK))
    assert clerk("GET", path)["total"] == 6
    refused = clerk("GET", path, member=town.member, status=403)
    assert (refused["code"], len(lines(town))) == ("api_key_role_refused", 1)


def test_the_advice_table_is_edited_by_version(call):
    before = call("GET", "advice")
    first = {k: v for k, v in before["rows"][0].items() if k != "key"}
    edit = {"rows": [first | {"weight": 0}], "based_on": 0}
    assert call("PUT", "advice", edit) == {"version": 1, "edits": 1}
    after = call("GET", "advice")
    assert (after["version"], after["edits"]) == (1, edit["rows"])
    assert after["rows"] == before["rows"][1:]
    assert call("PUT", "advice", edit, status=409)["code"] == "advice_conflict"
    unknown = {"rows": [first | {"attribute": "xyl"}], "based_on": 1}
    assert call("PUT", "advice", unknown, status=422)["code"] == "advice_malformed"
    assert call("GET", "advice") == after


def test_roles_of_staff_are_granted_and_ended_but_never_the_last_admins(town, call):
    user_id, _secret = add_account(name="wu", password="a-long-password-of-wu")
    add_account(name="stranger", password="a-long-password-of-hers")
    with brand_tx(town.brand.id):
        first = api_town.brands.grant_role(
            brand_id=town.brand.id, user_id=user_id, role=Role.ADMIN, store_id=None, now=NOW
        )
    clerk = {"user": "wu", "role": "clerk", "store": "cedar-s1"}
    granted = call("POST", "staff", clerk)
    assert call("POST", "staff", clerk) == granted
    assert (granted["user_name"], granted["role"]) == ("wu", "clerk")
    assert granted in call("GET", "staff")["items"]
    for wrong in (clerk | {"user": "stranger"}, clerk | {"store": "s9"}):
        call("POST", "staff", wrong, status=404)
    call("POST", f"staff/{granted['id']}/end")
    assert call("POST", f"staff/{first}/end", status=409)["code"] == "last_admin"
    assert [card["id"] for card in call("GET", "staff")["items"]] == [str(first)]


def test_a_member_is_downloaded_with_a_line_and_deleted_when_her_id_is_said_twice(town, call):
    keeps_her_height(town)
    found = call("GET", f"members/{town.member}/download")
    assert found["members"][0]["traits"][0]["value"] == HER_HEIGHT_CM
    assert lines(town) == [Opened.DOWNLOAD]
    path = f"members/{town.member}/deletion"
    slip = call("POST", path, {"member": "cedar-2"}, status=422)
    assert slip["details"]["problems"][0]["at"] == ["body", "deletion", "member"]
    assert call("GET", f"members/{town.member}")["external_id"] == town.member
    call("POST", path, {"member": town.member})
    call("GET", f"members/{town.member}", status=404)
    assert call("GET", "members/cedar-2")["external_id"] == "cedar-2"


def test_a_question_is_asked_read_as_the_koc_sees_it_and_answered(town, call):
    keeps_her_height(town)
    asked, inbox = f"members/{town.member}/questions", f"kocs/{town.koc_id}/questions"
    question = {"need": "162cm 梨形 参加婚礼", "koc_id": str(town.koc_id), "words": "怕显胯"}
    missing = question | {"koc_id": str(town.look_id)}
    assert call("POST", asked, missing, status=404)["code"] == "koc_not_found"
    assert call("GET", f"members/{town.member}/download")["members"][0]["needs"] == []
    made = call("POST", asked, question)
    seen = call("GET", inbox)
    assert (seen["waiting"], seen["total"]) == (1, 1)
    assert set(seen["items"][0]) == {
        "id", "chips", "words", "state", "asked_at", "waits_until", "answer",
    }  # fmt: skip
    assert (seen["items"][0]["id"], seen["items"][0]["words"]) == (made["id"], "怕显胯")
    assert {"body_shape", "occasion"} <= {chip["slot"] for chip in seen["items"][0]["chips"]}
    answer = {"text": "穿 A 字裙", "product_ids": [str(town.product_id)]}
    call("POST", f"{inbox}/{made['id']}/answer", answer)
    assert call("POST", f"{inbox}/{made['id']}/answer", answer, status=409)["kind"] == "conflict"
    (told,) = call("GET", asked)["items"]
    assert (told["state"], told["answer"]["text"]) == ("answered", "穿 A 字裙")
    assert told["answer"]["product_ids"] == answer["product_ids"]
    assert lines(town)[:2] == [Opened.QUESTIONS, Opened.ANSWER]


def test_a_koc_who_declines_has_the_question_no_more(town, call):
    asked, inbox = f"members/{town.member}/questions", f"kocs/{town.koc_id}/questions"
    made = call("POST", asked, {"need": "参加婚礼", "koc_id": str(town.koc_id)})
    call("POST", f"{inbox}/{made['id']}/decline", {"reason": "no_time"})
    assert call("GET", inbox)["total"] == 0
    (told,) = call("GET", asked)["items"]
    assert (told["state"], told["decline_reason"]) == ("declined", "no_time")
