"""A decision board from its making to its end, in PostgreSQL."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW, enter
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience.kept import NeedPurpose
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.conversations import operations, queries
from zhiyin.domain.conversations.boards import (
    BOARDS_PER_DAY,
    LINK_DAYS,
    VOTE_CHARS_MAX,
    VOTES_MAX,
    BoardFull,
    BoardItemNotFound,
    BoardItemsWrong,
    BoardItemTwice,
    BoardLinkOver,
    BoardMoveRefused,
    BoardNotFound,
    BoardState,
    BoardVoteNotFound,
    BoardVoteOwn,
    BoardVoteRemoved,
    BoardVoterUnknown,
    TooManyBoards,
    Who,
)
from zhiyin.domain.conversations.models import BoardItem, BoardVote, DecisionBoard
from zhiyin.domain.conversations.tests.people import a_member, some_products
from zhiyin.events.models import Event
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import TextHasNul, TextTooLong

LATER = NOW + timedelta(hours=1)


def a_guest() -> Who:
    return Who(guest_key=uuid4())


def a_board(brand_id: UUID, who: Who, product_ids, now=NOW) -> UUID:
    need_id = audience.save_need(
        brand_id=brand_id,
        text="会不会显脖子短？",
        slots=NeedSlots(goals=("longer_neck",)),
        taxonomy_version=0,
        member_id=who.member_id,
        guest_key=who.guest_key,
        purpose=NeedPurpose.BOARD,
        now=now,
    )
    board_id = uuid7()
    operations.make_board(
        brand_id=brand_id,
        board_id=board_id,
        need_id=need_id,
        who=who,
        product_ids=product_ids,
        now=now,
    )
    return board_id


def rows() -> list[list[dict[str, object]]]:
    """Everything the room holds of boards."""
    return [
        list(model.objects.order_by("id").values())
        for model in (DecisionBoard, BoardItem, BoardVote)
    ]


@pytest.fixture
def products(brand):
    return some_products(brand.id, 4)


@pytest.fixture
def her(brand) -> Who:
    return Who(member_id=a_member(brand.id))


@pytest.fixture
def board_id(brand, her, products) -> UUID:
    return a_board(brand.id, her, products[:3])


@pytest.fixture
def vote(brand, board_id, products):
    """Give a vote on the board; a new guest's unless somebody is named."""

    def give(who: Who | None = None, at: int = 0, words: str = "", now=NOW) -> UUID:
        return operations.vote(
            brand_id=brand.id,
            board_id=board_id,
            who=who or a_guest(),
            product_id=products[at],
            words=words,
            now=now,
        )

    return give


def test_a_board_holds_its_items_in_her_order_and_a_link_that_nobody_guesses(
    brand, her, products, board_id
):
    card = queries.board(brand_id=brand.id, board_id=board_id, who=her)
    assert card.product_ids == tuple(products[:3])
    assert (card.state, card.chosen_id, card.ended_at) == (BoardState.OPEN, None, None)
    assert card.votes == dict.fromkeys(products[:3], 0)
    assert card.link_until == NOW + timedelta(days=LINK_DAYS)
    assert len(card.link) >= 32
    held = bytes(DecisionBoard.objects.get().link_index)
    assert card.link.encode() not in held
    assert queries.shared_board(brand_id=brand.id, link=card.link) == card
    for link in ("", card.link[:-1], card.link.swapcase(), "x" * 5_000, "\0"):
        with pytest.raises(BoardNotFound):
            queries.shared_board(brand_id=brand.id, link=link)


@pytest.mark.parametrize(
    ("picked", "refused"),
    [((), BoardItemsWrong), ((0,), BoardItemsWrong), ((0, 1, 2, 3), BoardItemsWrong),
     ((0, 1, 0), BoardItemTwice)],
)  # fmt: skip
def test_a_board_has_two_or_three_different_items(brand, her, products, picked, refused):
    with pytest.raises(refused):
        a_board(brand.id, her, [products[n] for n in picked])
    assert rows() == [[], [], []]


def test_a_board_is_its_owners_alone(brand, her, board_id, products):
    before = rows()
    for who in (a_guest(), Who(member_id=a_member(brand.id))):
        own = {"brand_id": brand.id, "board_id": board_id, "who": who}
        for act in (
            lambda own=own: queries.board(**own),
            lambda own=own: operations.decide_board(product_id=products[0], now=NOW, **own),
            lambda own=own: operations.close_board(now=NOW, **own),
            lambda own=own: operations.delete_board(**own),
            lambda own=own: operations.remove_vote(vote_id=uuid4(), now=NOW, **own),
        ):
            with pytest.raises(BoardNotFound):
                act()
        assert queries.boards_of(brand_id=brand.id, who=who) == ()
    assert rows() == before


def test_a_day_allows_so_many_boards(brand, her, products):
    for _ in range(BOARDS_PER_DAY):
        a_board(brand.id, her, products[:2])
    with pytest.raises(TooManyBoards):
        a_board(brand.id, her, products[:2], now=LATER)
    a_board(brand.id, a_guest(), products[:2], now=LATER)
    a_board(brand.id, her, products[:2], now=NOW + timedelta(days=1))
    assert queries.count_boards(brand_id=brand.id, who=her) == BOARDS_PER_DAY + 1


def test_she_decides_once_and_an_event_says_for_what(brand, her, board_id, products):
    own = {"brand_id": brand.id, "board_id": board_id, "who": her}
    with pytest.raises(BoardItemNotFound):
        operations.decide_board(product_id=products[3], now=LATER, **own)
    assert queries.board(**own).state is BoardState.OPEN
    operations.decide_board(product_id=products[1], now=LATER, **own)
    card = queries.board(**own)
    assert (card.state, card.chosen_id, card.ended_at) == (
        BoardState.DECIDED, products[1], LATER,
    )  # fmt: skip
    event = Event.objects.get(name="conversations.board_decided")
    assert event.payload == {"board_id": str(board_id), "product_id": str(products[1])}
    before = rows()
    with pytest.raises(BoardMoveRefused):
        operations.decide_board(product_id=products[0], now=LATER, **own)
    with pytest.raises(BoardMoveRefused):
        operations.close_board(now=LATER, **own)
    assert rows() == before


def test_a_closed_board_may_still_be_decided(brand, her, board_id, products):
    own = {"brand_id": brand.id, "board_id": board_id, "who": her}
    operations.close_board(now=NOW, **own)
    with pytest.raises(BoardMoveRefused):
        operations.close_board(now=LATER, **own)
    operations.decide_board(product_id=products[2], now=LATER, **own)
    assert queries.board(**own).chosen_id == products[2]


def test_a_friend_has_one_vote_which_she_may_change(brand, her, board_id, products, vote):
    member = Who(member_id=a_member(brand.id))
    for friend in (a_guest(), member):
        first = vote(friend, at=0, words="  这件  好 ")
        assert vote(friend, at=1, words="还是这件", now=LATER) == first
        given = queries.vote_given(brand_id=brand.id, board_id=board_id, who=friend)
        assert (given.product_id, given.words) == (products[1], "还是这件")
    card = queries.board(brand_id=brand.id, board_id=board_id, who=her)
    assert card.votes == {products[0]: 0, products[1]: 2, products[2]: 0}
    assert DecisionBoard.objects.get().votes_taken == 2
    assert b"\xe8\xbf\x98\xe6\x98\xaf" not in bytes(BoardVote.objects.first().words_sealed)


def test_votes_that_are_refused_change_nothing(brand, her, board_id, products, vote):
    before = rows()
    with pytest.raises(BoardVoteOwn):
        vote(her)
    with pytest.raises(BoardItemNotFound):
        vote(at=3)
    with pytest.raises(TextTooLong):
        vote(words="长" * (VOTE_CHARS_MAX + 1))
    with pytest.raises(TextHasNul):
        vote(words="a\0b")
    with pytest.raises(BoardVoterUnknown):
        vote(Who())
    with pytest.raises(BoardVoterUnknown):
        vote(Who(member_id=her.member_id, guest_key=uuid4()))
    with pytest.raises(BoardLinkOver):
        vote(now=NOW + timedelta(days=LINK_DAYS))
    assert rows() == before
    operations.close_board(brand_id=brand.id, board_id=board_id, who=her, now=NOW)
    with pytest.raises(BoardLinkOver):
        vote()
    assert rows()[2] == []


def test_a_vote_that_she_takes_off_is_not_given_again(brand, her, board_id, vote):
    friend, own = a_guest(), {"brand_id": brand.id, "board_id": board_id, "who": her}
    vote_id = vote(friend, words="难看")
    operations.remove_vote(vote_id=vote_id, now=NOW, **own)
    assert queries.votes_of_board(brand_id=brand.id, board_id=board_id) == ()
    assert sum(queries.board(**own).votes.values()) == 0
    before = rows()
    with pytest.raises(BoardVoteRemoved):
        vote(friend)
    for gone in (vote_id, uuid4()):
        with pytest.raises(BoardVoteNotFound):
            operations.remove_vote(vote_id=gone, now=NOW, **own)
    assert rows() == before


def test_a_full_board_takes_no_more_and_the_table_says_so_too(brand, board_id, vote):
    DecisionBoard.objects.update(votes_taken=VOTES_MAX - 1)
    friend = a_guest()
    vote(friend)
    with pytest.raises(BoardFull):
        vote()
    vote(friend, at=1)
    assert BoardVote.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionBoard.objects.update(votes_taken=VOTES_MAX + 1)


def test_a_guests_votes_become_hers_and_a_second_one_goes(brand, board_id, products, vote):
    guest, friend = a_guest(), Who(member_id=a_member(brand.id))
    vote(guest, at=1)
    other = a_board(brand.id, guest, products[:2])  # her own, made as a guest
    operations.claim_votes(brand_id=brand.id, guest_key=guest.guest_key, member_id=friend.member_id)
    given = queries.vote_given(brand_id=brand.id, board_id=board_id, who=friend)
    assert given.product_id == products[1]
    again = a_guest()
    vote(again, at=2)
    operations.claim_votes(brand_id=brand.id, guest_key=again.guest_key, member_id=friend.member_id)
    assert [card.product_id for card in queries.votes_of_board(
        brand_id=brand.id, board_id=board_id
    )] == [products[1]]  # fmt: skip
    assert DecisionBoard.objects.get(id=board_id).votes_taken == 1
    assert queries.board(brand_id=brand.id, board_id=other, who=guest).votes[products[0]] == 0


def test_however_many_votes_and_boards_the_statements_stay_as_many(brand, products):
    """A download, a sign-in and a deletion: as many statements for three boards as for one."""
    costs = []
    for count in (1, 3):
        her, guest, friend = (Who(member_id=a_member(brand.id)), a_guest(),
                              Who(member_id=a_member(brand.id)))  # fmt: skip
        for _ in range(count):
            board_id = a_board(brand.id, her, products[:2])
            for who in (guest, friend):
                operations.vote(brand_id=brand.id, board_id=board_id, who=who,
                                product_id=products[0], words="", now=NOW)  # fmt: skip
        acts = (
            lambda her=her: queries.boards_for_export(brand_id=brand.id, member_id=her.member_id),
            lambda guest=guest, friend=friend: operations.claim_votes(
                brand_id=brand.id, guest_key=guest.guest_key, member_id=friend.member_id
            ),
            lambda friend=friend: operations.erase_member(
                brand_id=brand.id, member_id=friend.member_id
            ),
        )
        for act in acts:
            with CaptureQueriesContext(connection) as counted:
                act()
            costs.append(len(counted))
        assert {board.votes_taken for board in DecisionBoard.objects.all()} == {0}
    assert costs[:3] == costs[3:]
    assert costs[0] == 5


def test_two_brands_see_nothing_of_each_others_boards(two_brands):
    here, there = two_brands
    enter(there.id)
    theirs = Who(member_id=a_member(there.id))
    products = some_products(there.id, 2)
    board_id = a_board(there.id, theirs, products)
    card = queries.board(brand_id=there.id, board_id=board_id, who=theirs)
    enter(here.id)
    for act in (
        lambda: queries.board(brand_id=here.id, board_id=board_id, who=theirs),
        lambda: queries.shared_board(brand_id=here.id, link=card.link),
        lambda: operations.vote(
            brand_id=here.id, board_id=board_id, who=a_guest(), product_id=products[0],
            words="", now=NOW,
        ),
    ):  # fmt: skip
        with pytest.raises(BoardNotFound):
            act()
    assert rows() == [[], [], []]


def test_a_board_is_deleted_with_its_votes_and_reading_costs_three_queries(
    brand, her, board_id, vote
):
    vote()
    own = {"brand_id": brand.id, "board_id": board_id, "who": her}
    with CaptureQueriesContext(
        connection,
    ) as counted:
        queries.board(**own)
    assert len(counted) == 3
    operations.delete_board(**own)
    assert rows() == [[], [], []]
    with pytest.raises(BoardNotFound):
        queries.board(**own)
