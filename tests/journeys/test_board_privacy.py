"""A board is hers: in her download, gone with her, closed with her words, purged with a guest."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.cast import NOW, make_brand
from tests.journeys.test_privacy import ANSWER, CANARY, everything
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.models import Need
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.boards import BoardLinkOver, BoardNotFound, BoardState
from zhiyin.domain.conversations.models import BoardItem, BoardVote, DecisionBoard
from zhiyin.domain.conversations.tests.people import SLOTS, a_koc, a_need, a_sight, some_products
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberNotFound, Purpose
from zhiyin.flows import board as boards
from zhiyin.flows import merging, privacy
from zhiyin.flows.decide import Asker
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx

LATER = NOW + timedelta(days=1)


@pytest.fixture
def brand_id(own_database) -> UUID:
    return make_brand("cedar").id


@pytest.fixture
def products(brand_id) -> list[UUID]:
    with brand_tx(brand_id):
        return some_products(brand_id, 2)


def a_member(brand_id) -> Asker:
    with brand_tx(brand_id):
        return Asker(member_id=members.create_member(brand_id=brand_id, now=NOW))


def made(brand_id, asker, products, text=f"{CANARY}，会不会显胖？") -> tuple[UUID, str]:
    """A board of somebody: its id and its link."""
    question, found = boards.read_question(
        brand_id=brand_id, text=text, today=NOW.date(), second=None
    )
    with brand_tx(brand_id):
        board_id = boards.make(
            brand_id=brand_id,
            asker=asker,
            question=question,
            found=found,
            product_ids=products,
            request_key=uuid4(),
            now=NOW,
        )
        card = talks.board(brand_id=brand_id, board_id=board_id, who=boards.who(asker))
    return board_id, card.link


def vote(brand_id, friend, link, products, words=CANARY):
    return boards.vote(
        brand_id=brand_id, friend=friend, link=link, product_id=products[0], words=words, now=NOW
    )


def held(brand_id) -> tuple[int, ...]:
    with brand_tx(brand_id):
        return tuple(m.objects.count() for m in (DecisionBoard, BoardItem, BoardVote))


def test_a_download_holds_her_boards_the_votes_on_them_and_those_she_gave(brand_id, products):
    her, friend = a_member(brand_id), a_member(brand_id)
    board_id, link = made(brand_id, her, products)
    vote(brand_id, friend, link, products, words="这件")
    for member, boards_held, votes_given in ((her, 1, 0), (friend, 0, 1)):
        file = privacy.export(brand_id=brand_id, member_id=member.member_id, now=LATER)
        assert json.loads(json.dumps(file, ensure_ascii=False)) == file
        talked = file["members"][0]["conversations"]
        assert (len(talked["boards"]), len(talked["board_votes"])) == (boards_held, votes_given)
        assert str(her.member_id) not in json.dumps(talked)
        assert str(friend.member_id) not in json.dumps(talked)
    hers = privacy.export(brand_id=brand_id, member_id=her.member_id, now=LATER)["members"][0]
    (board,) = hers["conversations"]["boards"]
    assert (board["id"], board["votes"][0]["words"]) == (str(board_id), "这件")
    assert [need["text"] for need in hers["needs"]] == [f"{CANARY}，会不会显胖？"]


def test_deleting_her_takes_her_boards_and_her_votes_on_others(brand_id, products, tmp_path):
    her, friend = a_member(brand_id), a_member(brand_id)
    _board_id, link = made(brand_id, her, products)
    vote(brand_id, friend, link, products, words="她的板")
    other_id, others_link = made(brand_id, friend, products, text="显瘦吗")
    vote(brand_id, her, others_link, products)
    assert CANARY in everything(brand_id)
    for _ in range(2):
        privacy.erase(
            brand_id=brand_id,
            member_id=her.member_id,
            media=MediaStore(tmp_path / "media"),
            now=LATER,
        )
    left = everything(brand_id)
    assert CANARY not in left
    assert "她的板" not in left
    assert held(brand_id) == (1, 2, 0)
    with brand_tx(brand_id):
        assert DecisionBoard.objects.get(id=other_id).votes_taken == 0


def test_taking_body_facts_back_empties_the_question_and_closes_the_board(brand_id, products):
    her = a_member(brand_id)
    board_id, link = made(brand_id, her, products)
    privacy.withdraw_consent(
        brand_id=brand_id, member_id=her.member_id, purpose=Purpose.BODY_FACTS, now=LATER
    )
    assert CANARY not in everything(brand_id)
    with brand_tx(brand_id):
        card = talks.board(brand_id=brand_id, board_id=board_id, who=boards.who(her))
        assert (card.state, card.ended_at) == (BoardState.CLOSED, LATER)
        view = boards.view(
            brand_id=brand_id, asker=her, board_id=board_id, time_zone="Asia/Shanghai", now=LATER
        )
    assert (view.need.text, view.shown) == ("", "")
    with brand_tx(brand_id), pytest.raises(BoardLinkOver):
        boards.shared(
            brand_id=brand_id, visitor=None, link=link, time_zone="Asia/Shanghai", now=LATER
        )


def test_what_a_guest_compared_goes_after_a_month(brand_id, products):
    guest, her = Asker(guest_key=uuid4()), a_member(brand_id)
    _board_id, link = made(brand_id, guest, products)
    vote(brand_id, her, link, products)
    made(brand_id, her, products, text="显瘦吗")
    privacy.forget_guests(brand_id=brand_id, now=NOW + privacy.GUESTS_KEPT_FOR)
    assert held(brand_id)[0] == 2
    late = NOW + privacy.GUESTS_KEPT_FOR + timedelta(minutes=1)
    privacy.forget_guests(brand_id=brand_id, now=late)
    assert held(brand_id) == (1, 2, 0)
    assert CANARY not in everything(brand_id)


def test_a_guests_vote_goes_after_a_month_and_a_members_stays(brand_id, products, monkeypatch):
    monkeypatch.setattr(privacy, "PAGE", 2)
    her, friend = a_member(brand_id), a_member(brand_id)
    board_id, link = made(brand_id, her, products, text="显瘦吗")
    for _ in range(5):
        vote(brand_id, Asker(guest_key=uuid4()), link, products)
    vote(brand_id, friend, link, products, words="这件")
    before = held(brand_id)
    privacy.forget_guests(brand_id=brand_id, now=NOW + privacy.GUESTS_KEPT_FOR)
    assert held(brand_id) == before
    late = NOW + privacy.GUESTS_KEPT_FOR + timedelta(minutes=1)
    privacy.forget_guests(brand_id=brand_id, now=late)
    assert CANARY not in everything(brand_id)
    with brand_tx(brand_id):
        assert [row.member_id for row in BoardVote.objects.all()] == [friend.member_id]
        assert DecisionBoard.objects.get(id=board_id).votes_taken == 1


def test_a_merge_moves_boards_and_its_undoing_moves_them_back(brand_id, products):
    her, twin = a_member(brand_id), a_member(brand_id)
    board_id, _link = made(brand_id, twin, products)
    merge_id = merging.merge_members(
        brand_id=brand_id, survivor_id=her.member_id, absorbed_id=twin.member_id, now=LATER
    )
    for owner, count in ((her, 1), (twin, 0)):
        with brand_tx(brand_id):
            assert talks.count_boards(brand_id=brand_id, who=boards.who(owner)) == count
    merging.undo_merge(brand_id=brand_id, merge_id=merge_id, now=LATER)
    with brand_tx(brand_id):
        card = talks.board(brand_id=brand_id, board_id=board_id, who=boards.who(twin))
        assert card.product_ids == tuple(products)


def test_a_boards_question_is_not_what_is_known_of_her_next_time(brand_id, products):
    her = a_member(brand_id)
    made(brand_id, her, products)
    with brand_tx(brand_id):
        assert kept.recent_needs(brand_id=brand_id, member_id=her.member_id) == ()


def test_a_boards_question_is_not_counted_among_the_needs_and_one_that_she_hid_is(
    brand_id, products
):
    her = a_member(brand_id)
    made(brand_id, her, products)
    with brand_tx(brand_id):
        need_id = a_need(brand_id, her.member_id)
        audience.hide_need(brand_id=brand_id, need_id=need_id, member_id=her.member_id, now=NOW)
        assert Need.objects.filter(hidden_at__isnull=False).count() == 2
        assert kept.needs_asked(brand_id=brand_id, since=NOW, until=LATER) == 1
        (slots,) = kept.slots_asked(brand_id=brand_id, since=NOW, limit=10)
        assert slots == SLOTS


def test_no_board_is_made_and_no_vote_given_by_somebody_who_was_deleted(
    brand_id, products, tmp_path
):
    her, friend = a_member(brand_id), a_member(brand_id)
    board_id, link = made(brand_id, her, products, text="显瘦吗")
    privacy.erase(
        brand_id=brand_id,
        member_id=friend.member_id,
        media=MediaStore(tmp_path / "media"),
        now=LATER,
    )
    before = held(brand_id)
    with pytest.raises(MemberNotFound):
        made(brand_id, friend, products)
    with brand_tx(brand_id), pytest.raises(MemberNotFound):
        boards.delete(brand_id=brand_id, asker=friend, board_id=board_id)
    with pytest.raises(MemberNotFound):
        vote(brand_id, friend, link, products)
    assert held(brand_id) == before
    with brand_tx(brand_id):
        boards.delete(brand_id=brand_id, asker=her, board_id=board_id)
    assert held(brand_id) == (0, 0, 0)


@pytest.mark.parametrize("is_guest", [False, True])
def test_a_deleted_board_takes_its_question_along(brand_id, products, is_guest):
    her = Asker(guest_key=uuid4()) if is_guest else a_member(brand_id)
    board_id, link = made(brand_id, her, products)
    vote(brand_id, a_member(brand_id), link, products)
    with brand_tx(brand_id):
        boards.delete(brand_id=brand_id, asker=her, board_id=board_id)
        assert Need.objects.count() == 0
    assert CANARY not in everything(brand_id)
    with brand_tx(brand_id), pytest.raises(BoardNotFound):
        boards.delete(brand_id=brand_id, asker=her, board_id=board_id)


@pytest.mark.parametrize("hung", ["question", "picks"])
def test_a_question_on_which_something_hangs_outlives_its_board(brand_id, products, hung):
    her = a_member(brand_id)
    board_id, _link = made(brand_id, her, products)
    with brand_tx(brand_id):
        koc = a_koc(brand_id)
        card = talks.board(brand_id=brand_id, board_id=board_id, who=boards.who(her))
        if hung == "question":
            conversations.ask(
                brand_id=brand_id,
                need_id=card.need_id,
                asker_id=her.member_id,
                koc=koc,
                sight=a_sight(brand_id),
                words="",
                now=NOW,
            )
        else:
            matching.record_decision(
                brand_id=brand_id,
                need_id=card.need_id,
                answer=ANSWER,
                personalised=True,
                now=NOW,
            )
        boards.delete(brand_id=brand_id, asker=her, board_id=board_id)
        assert [need.id for need in Need.objects.all()] == [card.need_id]
    assert held(brand_id) == (0, 0, 0)
