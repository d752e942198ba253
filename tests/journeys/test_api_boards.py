"""A brand's developer makes boards for members, and lets their friends vote, through the API."""

from uuid import UUID, uuid4

import pytest

from tests.cast import NOW
from tests.journeys import api_town
from tests.journeys.api_town import Caller
from zhiyin.domain.brands.types import Role
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.content import operations as desk
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import ShowState
from zhiyin.domain.conversations.models import BoardVote, DecisionBoard
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MemberFacts, Opened
from zhiyin.storage.tenancy import brand_tx

QUESTION = "160cm 50kg，合身吗？"


@pytest.fixture
def town(own_database):
    return api_town.found("cedar")


@pytest.fixture
def call(town):
    return Caller(api_town.key(town))


@pytest.fixture
def products(town) -> list[str]:
    with brand_tx(town.brand.id):
        return [str(one.id) for one in goods.products(brand_id=town.brand.id, limit=3).products]


@pytest.fixture
def boards(town) -> str:
    return f"members/{town.member}/boards"


def lines(town):
    with brand_tx(town.brand.id):
        return [row.opened for row in people.personal_reads(brand_id=town.brand.id)[0]]


def count(town) -> tuple[int, int]:
    with brand_tx(town.brand.id):
        return DecisionBoard.objects.count(), BoardVote.objects.count()


def test_a_board_is_made_voted_on_and_decided(town, call, products, boards):
    made = call("POST", boards, {"question": QUESTION, "product_ids": products[:2]})
    assert (made["state"], made["question"]) == ("open", QUESTION)
    shared = f"boards/shared/{made['link']}"
    seen = call("GET", shared)
    assert seen["question"] == "合身吗？"
    assert set(seen) == {"question", "until", "products"}
    assert [one["price_from_fen"] for one in seen["products"]] == [29_900, 29_900]
    friend = {"guest_key": str(uuid4())}
    first = call("POST", f"{shared}/votes", friend | {"product_id": products[0], "words": "这件"})
    vote = call("POST", f"{shared}/votes", friend | {"product_id": products[1], "words": "它"})
    assert vote == first
    call("POST", f"{shared}/votes", {"member": "cedar-2", "product_id": products[1]})
    board = call("GET", f"{boards}/{made['id']}")
    assert [one["votes"] for one in board["items"]] == [0, 2]
    assert {one["words"] for one in board["votes"]} == {"它", ""}
    assert (board["slots"], board["friends_read"]) == (
        {"height_cm": 160, "weight_kg": 50}, "合身吗？",
    )  # fmt: skip
    answer = board["answers"][0]
    assert answer["sentence"].startswith("5 people with a body like yours said: 5 it fits")
    assert (answer["heard"], answer["thin"], answer["fits"]) == (5, False, {"fit": 5})
    assert set(answer["show_ids"]) <= set(answer["told"])
    assert str(board["ask_koc_id"]) == str(town.koc_id)
    call("DELETE", f"{boards}/{made['id']}/votes/{vote['id']}")
    refused = call("POST", f"{shared}/votes", friend | {"product_id": products[0]}, status=403)
    assert refused["code"] == "board_vote_removed"
    decision = {"product_id": products[1]}
    assert call("POST", f"{boards}/{made['id']}/decision", decision)["chosen_id"] == products[1]
    again = call("POST", f"{boards}/{made['id']}/decision", decision, status=409)
    assert again["code"] == "board_move_refused"
    assert call("GET", shared, status=409)["code"] == "board_link_over"
    (listed,) = call("GET", boards)["items"]
    assert (listed["state"], listed["chosen_id"]) == ("decided", products[1])
    assert lines(town)[:2] == [Opened.NEEDS, Opened.NEEDS]
    call("DELETE", f"{boards}/{made['id']}")
    assert call("GET", boards) == {"items": [], "total": 0}
    assert count(town) == (0, 0)


def test_a_board_made_with_a_key_is_made_once(town, call, products, boards):
    body = {"question": QUESTION, "product_ids": products[:2]}
    call.headers["Idempotency-Key"] = "board-1"
    made = call("POST", boards, body)
    assert call("POST", boards, body) == made
    other = call("POST", boards, body | {"product_ids": products[1:]}, status=422)
    assert other["code"] == "idempotency_key_reused"
    assert count(town) == (1, 0)
    del call.headers["Idempotency-Key"]
    assert call("POST", boards, body)["id"] != made["id"]


def test_all_who_wrote_are_counted_and_it_is_said_how_many_of_them_were_read(
    town, call, products, boards
):
    wearers(town, products[1], 120)
    sentences = (
        ("会不会起球？", "120 people wrote about it, of whom 60 were read; none speaks of this."),
        ("梨形，会不会起球？", "120 people with a body like yours wrote about it, of whom the 60"
         " likest were read; none speaks of this."),
        ("哪个好？", "The question names nothing that could be counted. 120 people wore it:"
         " see what they say."),
    )  # fmt: skip
    for question, sentence in sentences:
        made = call("POST", boards, {"question": question, "product_ids": products[:2]})
        answer = call("GET", f"{boards}/{made['id']}")["answers"][1]
        assert answer["sentence"] == sentence
        assert (answer["asked"], answer["heard"], answer["read"]) == (120, 120, 60)


def wearers(town, product_id: str, count: int) -> None:
    """So many people who wore a product, and nobody else, each with a text and facts."""
    with brand_tx(town.brand.id):
        others = content.shows_of_product(brand_id=town.brand.id, product_id=UUID(product_id))
        had = len(others)
        made = members.import_members(
            brand_id=town.brand.id,
            members=[MemberFacts(external_id=f"w{n}") for n in range(had, count)],
            now=NOW,
        )
        desk.save_shows(
            brand_id=town.brand.id,
            shows=[
                api_town.show("w", n, UUID(product_id), made.ids[f"w{n}"])
                for n in range(had, count)
            ],
            state=ShowState.PUBLISHED,
            now=NOW,
        )


def test_what_cannot_be_a_board_is_refused_by_name_and_nothing_is_kept(
    town, call, products, boards
):
    good = {"question": QUESTION, "product_ids": products[:2]}
    for body, code in (
        (good | {"question": "   "}, "key_question_empty"),
        (good | {"question": "长" * 121}, "text_too_long"),
        (good | {"question": "a\0b"}, "request_malformed"),
        (good | {"product_ids": products[:1]}, "request_malformed"),
        (good | {"product_ids": [products[0], products[0]]}, "board_item_twice"),
        (good | {"product_ids": [*products, products[0]]}, "request_malformed"),
        (good | {"product_ids": [products[0], 10**30]}, "request_malformed"),
        (good | {"price_fen": 1}, "request_malformed"),
    ):
        assert call("POST", boards, body, status=422)["code"] == code, body
    missing = good | {"product_ids": [products[0], str(uuid4())]}
    assert call("POST", boards, missing, status=404)["code"] == "product_not_found"
    assert count(town) == (0, 0)
    found = call("GET", f"members/{town.member}/download")
    assert found["members"][0]["needs"] == []
    clerk = Caller(api_town.key(town, Role.CLERK))
    assert clerk("POST", boards, good, status=403)["code"] == "api_key_role_refused"
    assert count(town) == (0, 0)


def test_a_vote_is_of_one_friend_on_one_open_board(town, call, products, boards):
    made = call("POST", boards, {"question": QUESTION, "product_ids": products[:2]})
    votes, guest = f"boards/shared/{made['link']}/votes", str(uuid4())
    vote = {"product_id": products[0], "guest_key": guest}
    for body, status, code in (
        ({"product_id": products[0]}, 422, "board_voter_unknown"),
        (vote | {"member": "cedar-2"}, 422, "board_voter_unknown"),
        ({"product_id": products[0], "member": town.member}, 403, "board_vote_own"),
        ({"product_id": products[0], "member": "nobody"}, 404, "member_not_found"),
        (vote | {"product_id": products[2]}, 404, "board_item_not_found"),
        (vote | {"words": "长" * 101}, 422, "request_malformed"),
        (vote | {"words": "a\0b"}, 422, "request_malformed"),
    ):
        assert call("POST", votes, body, status=status)["code"] == code, body
    assert call("POST", "boards/shared/x/votes", vote, status=404)["code"] == "board_not_found"
    call("POST", f"{boards}/{made['id']}/close")
    assert call("POST", votes, vote, status=409)["code"] == "board_link_over"
    assert count(town) == (1, 0)
    others = f"members/cedar-2/boards/{made['id']}"
    assert call("GET", others, status=404)["code"] == "board_not_found"
    assert call("DELETE", others, status=404)["code"] == "board_not_found"
    assert count(town) == (1, 0)
