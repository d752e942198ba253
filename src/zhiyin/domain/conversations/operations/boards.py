"""A decision board from its making to its end, and the votes of friends."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from zhiyin.domain.conversations.boards import (
    BOARDS_PER_DAY,
    LINK_DAYS,
    VOTES_MAX,
    VOTES_PER_CLIENT,
    BoardDecided,
    BoardFull,
    BoardItemNotFound,
    BoardLinkOver,
    BoardMove,
    BoardNotFound,
    BoardState,
    BoardVoteNotFound,
    BoardVoteOwn,
    BoardVoteRemoved,
    BoardVoterUnknown,
    BoardVotesFromHere,
    TooManyBoards,
    Who,
    checked_items,
    checked_vote_words,
)
from zhiyin.domain.conversations.models import BoardItem, BoardVote, DecisionBoard
from zhiyin.domain.conversations.rules import board_after
from zhiyin.domain.conversations.sealing import client_index, link_index, sealed_link, sealed_vote
from zhiyin.domain.members import operations as members
from zhiyin.events.operations import record
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many, one, run

LINK_BYTES = 24

# A guest has no row that could be held: she queues by her key, and so does a member by her id.
MAKER_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%(queue)s, 0))"

# The cap is in the statement, and in a check of the table: however many friends come at once,
# place VOTES_MAX + 1 is given to nobody.
TAKE_PLACE = """
    UPDATE conversations_decisionboard SET votes_taken = votes_taken + 1
    WHERE brand_id = %(brand_id)s AND id = %(board_id)s AND votes_taken < %(most)s
    RETURNING votes_taken
"""

# Held before its votes are read or written, by friends and by its owner alike.
HOLD_BOARD = """
    SELECT state, link_until FROM conversations_decisionboard
    WHERE brand_id = %(brand_id)s AND id = %(board_id)s
    FOR NO KEY UPDATE
"""

# Several boards are held in one order, before anything of theirs is written: so two members who
# go at once, each with a vote on the other's board, take turns instead of waiting for ever.
HOLD_BOARDS = """
    SELECT id FROM conversations_decisionboard
    WHERE brand_id = %(brand_id)s AND id = ANY(%(board_ids)s)
    ORDER BY id
    FOR NO KEY UPDATE
"""

# The boards of the votes are held.
DELETE_VOTES = """
    WITH gone AS (
        DELETE FROM conversations_boardvote
        WHERE brand_id = %(brand_id)s AND id = ANY(%(vote_ids)s)
        RETURNING board_id
    ), freed AS (
        SELECT board_id, count(*) AS places FROM gone GROUP BY board_id
    )
    UPDATE conversations_decisionboard AS board SET votes_taken = board.votes_taken - freed.places
    FROM freed WHERE board.brand_id = %(brand_id)s AND board.id = freed.board_id
"""


def await_turn(*, who: Who) -> None:
    """Wait until no other window of hers makes a board; then it is hers to make one."""
    many(MAKER_IN_TURN, queue=f"board:{who.member_id or who.guest_key}")


def make_board(
    *,
    brand_id: UUID,
    board_id: UUID,
    need_id: UUID,
    who: Who,
    product_ids: Sequence[UUID],
    now: datetime,
) -> None:
    """Put two or three products on a board under a need of hers, whose words are its question.

    The caller has made sure that the need is hers and the products are on the shop. At most
    `BOARDS_PER_DAY` in 24 hours, which two windows cannot pass together.
    Raises BoardItemsWrong, BoardItemTwice, TooManyBoards.
    """
    items = checked_items(product_ids)
    await_turn(who=who)
    a_day_ago = now - timedelta(days=1)
    if _of(brand_id, who).filter(made_at__gt=a_day_ago).count() >= BOARDS_PER_DAY:
        raise TooManyBoards(most=BOARDS_PER_DAY)
    link = secrets.token_urlsafe(LINK_BYTES)
    DecisionBoard.objects.create(
        id=board_id,
        brand_id=brand_id,
        need_id=need_id,
        state=BoardState.OPEN,
        made_at=now,
        link_sealed=sealed_link(brand_id=brand_id, board_id=board_id, link=link),
        link_index=link_index(brand_id=brand_id, link=link),
        link_until=now + timedelta(days=LINK_DAYS),
    )
    BoardItem.objects.bulk_create(
        BoardItem(brand_id=brand_id, board_id=board_id, product_id=product_id, position=place)
        for place, product_id in enumerate(items)
    )


def decide_board(
    *, brand_id: UUID, board_id: UUID, who: Who, product_id: UUID, now: datetime
) -> None:
    """She decides for one product of her board; friends vote no more.

    Raises BoardNotFound, BoardItemNotFound, BoardMoveRefused.
    """
    state = _hold_hers(brand_id, board_id, who)
    item_id = _item_id(brand_id, board_id, product_id)
    _move(brand_id, board_id, state, BoardMove.DECIDE, now)
    BoardItem.objects.filter(brand_id=brand_id, id=item_id).update(chosen_at=now)
    record(BoardDecided(brand_id=brand_id, at=now, board_id=board_id, product_id=product_id))


def close_board(*, brand_id: UUID, board_id: UUID, who: Who, now: datetime) -> None:
    """Friends vote no more, and the link shows them nothing; she may still decide.

    Raises BoardNotFound, BoardMoveRefused.
    """
    _move(brand_id, board_id, _hold_hers(brand_id, board_id, who), BoardMove.CLOSE, now)


def delete_board(*, brand_id: UUID, board_id: UUID, who: Who) -> None:
    """Delete a board with its votes, for good; its need is the caller's. Raises BoardNotFound."""
    _hold_hers(brand_id, board_id, who)
    _delete(brand_id, DecisionBoard.objects.filter(brand_id=brand_id, id=board_id))


def vote(
    *,
    brand_id: UUID,
    board_id: UUID,
    who: Who,
    product_id: UUID,
    words: str,
    now: datetime,
    client: str | None = None,
) -> UUID:
    """Give a friend's vote, or change the one she gave. Returns the vote's id.

    The caller found the board behind its link. One vote per friend is a unique key; the board is
    held, so that its closing and her vote take turns. `client` is the address a guest votes from,
    of whose network only an index is kept.
    Raises BoardVoterUnknown, BoardNotFound, BoardLinkOver, BoardItemNotFound, BoardVoteOwn,
    BoardVoteRemoved, BoardVotesFromHere, BoardFull, TextTooLong, TextHasNul, MemberNotFound.
    """
    if (who.member_id is None) is (who.guest_key is None):
        raise BoardVoterUnknown()
    kept = checked_vote_words(words)
    if who.member_id is not None:
        members.keep_member(brand_id=brand_id, member_id=who.member_id)
    held = one(HOLD_BOARD, brand_id=brand_id, board_id=board_id)
    if held is None:
        raise BoardNotFound(board_id=board_id)
    if _of(brand_id, who).filter(id=board_id).exists():
        raise BoardVoteOwn()
    if held[0] != BoardState.OPEN or held[1] <= now:
        raise BoardLinkOver()
    item_id = _item_id(brand_id, board_id, product_id)
    given = _votes_of(brand_id, who).filter(board_id=board_id).first()
    if given is not None:
        if given.removed_at is not None:
            raise BoardVoteRemoved()
        BoardVote.objects.filter(brand_id=brand_id, id=given.id).update(
            item_id=item_id,
            words_sealed=sealed_vote(brand_id=brand_id, vote_id=given.id, words=kept),
            voted_at=now,
        )
        return given.id
    network = None
    if client is not None and who.guest_key is not None:
        network = client_index(brand_id=brand_id, client=client)
        here = BoardVote.objects.filter(brand_id=brand_id, board_id=board_id, client_index=network)
        if here.count() >= VOTES_PER_CLIENT:
            raise BoardVotesFromHere(most=VOTES_PER_CLIENT)
    if one(TAKE_PLACE, brand_id=brand_id, board_id=board_id, most=VOTES_MAX) is None:
        raise BoardFull(most=VOTES_MAX)
    vote_id = uuid7()
    BoardVote.objects.create(
        id=vote_id,
        brand_id=brand_id,
        board_id=board_id,
        item_id=item_id,
        member_id=who.member_id,
        guest_key=who.guest_key,
        client_index=network,
        words_sealed=sealed_vote(brand_id=brand_id, vote_id=vote_id, words=kept),
        voted_at=now,
    )
    return vote_id


def remove_vote(*, brand_id: UUID, board_id: UUID, who: Who, vote_id: UUID, now: datetime) -> None:
    """She takes a friend's vote off her board, and its word with it; it is not given again.

    Raises BoardNotFound, BoardVoteNotFound.
    """
    _hold_hers(brand_id, board_id, who)
    standing = BoardVote.objects.filter(
        brand_id=brand_id, board_id=board_id, id=vote_id, removed_at__isnull=True
    )
    sealed = sealed_vote(brand_id=brand_id, vote_id=vote_id, words="")
    if not standing.update(removed_at=now, words_sealed=sealed):
        raise BoardVoteNotFound(vote_id=vote_id)


def claim_votes(*, brand_id: UUID, guest_key: UUID, member_id: UUID) -> None:
    """Make a guest's votes a member's, so that they go with her and she votes once.

    On a board where she voted as a member, or which is her own, the guest's goes: a second one.
    The caller holds the member.
    """
    given = BoardVote.objects.filter(brand_id=brand_id, guest_key=guest_key)
    boards = _hold(brand_id, given.values_list("board_id", flat=True))
    given = given.filter(board_id__in=boards)
    as_member = BoardVote.objects.filter(
        brand_id=brand_id, member_id=member_id, board_id__in=boards
    ).values("board_id")
    own = _of(brand_id, Who(member_id=member_id)).filter(id__in=boards).values("id")
    _delete_votes(brand_id, given.filter(Q(board_id__in=as_member) | Q(board_id__in=own)))
    given.update(member_id=member_id, guest_key=None, client_index=None)


def close_boards_of(*, brand_id: UUID, member_id: UUID, now: datetime) -> int:
    """Close the open boards of a member whose words are taken back. Returns how many."""
    hers = _of(brand_id, Who(member_id=member_id)).filter(state=BoardState.OPEN)
    ids = _hold(brand_id, hers.values_list("id", flat=True))
    still_open = DecisionBoard.objects.filter(brand_id=brand_id, id__in=ids, state=BoardState.OPEN)
    return still_open.update(state=board_after(BoardState.OPEN, BoardMove.CLOSE), ended_at=now)


def erase_boards_of_needs(*, brand_id: UUID, need_ids: Sequence[UUID]) -> None:
    """Delete the boards under some needs, with their votes: before the needs go."""
    _delete(brand_id, DecisionBoard.objects.filter(brand_id=brand_id, need_id__in=list(need_ids)))


def hold_boards_of(*, brand_id: UUID, member_ids: Sequence[UUID]) -> None:
    """Hold the boards of some members and those on which they voted, until the transaction ends.

    For whoever deletes one person who is several members: all of hers at once, in one order. The
    caller holds the members, so that none is added.
    """
    own = DecisionBoard.objects.filter(brand_id=brand_id, need__member_id__in=list(member_ids))
    given = BoardVote.objects.filter(brand_id=brand_id, member_id__in=list(member_ids))
    _hold(
        brand_id,
        [*own.values_list("id", flat=True), *given.values_list("board_id", flat=True)],
    )


def erase_boards_of_member(*, brand_id: UUID, member_id: UUID) -> None:
    """Delete a member's boards with their votes, and her own votes on others'. May be repeated."""
    hold_boards_of(brand_id=brand_id, member_ids=[member_id])
    _delete(brand_id, _of(brand_id, Who(member_id=member_id)))
    _delete_votes(brand_id, BoardVote.objects.filter(brand_id=brand_id, member_id=member_id))


def _delete(brand_id: UUID, boards: QuerySet[DecisionBoard]) -> None:
    # Held first: no friend's vote may slip in between the votes and the board.
    ids = _hold(brand_id, boards.values_list("id", flat=True))
    BoardVote.objects.filter(brand_id=brand_id, board_id__in=ids).delete()
    BoardItem.objects.filter(brand_id=brand_id, board_id__in=ids).delete()
    DecisionBoard.objects.filter(brand_id=brand_id, id__in=ids).delete()


def forget_guest_votes(*, brand_id: UUID, before: datetime, limit: int) -> int:
    """Delete votes that guests gave before a moment, the oldest first. Returns how many."""
    given = BoardVote.objects.filter(
        brand_id=brand_id, guest_key__isnull=False, voted_at__lt=before
    ).order_by("voted_at", "id")
    oldest = dict(given.values_list("id", "board_id")[:limit])
    _hold(brand_id, oldest.values())
    _delete_votes(brand_id, given.filter(id__in=list(oldest)))
    return len(oldest)


def _hold(brand_id: UUID, board_ids: Iterable[UUID]) -> list[UUID]:
    """Hold some boards, in one order. Returns the ids of those that are still there."""
    rows = many(HOLD_BOARDS, brand_id=brand_id, board_ids=list(board_ids))
    return [board_id for (board_id,) in rows]


def _delete_votes(brand_id: UUID, votes: QuerySet[BoardVote]) -> None:
    """Delete votes on boards that are held, and give their places back."""
    ids = list(votes.values_list("id", flat=True))
    run(DELETE_VOTES, brand_id=brand_id, vote_ids=ids)


def _of(brand_id: UUID, who: Who) -> QuerySet[DecisionBoard]:
    return DecisionBoard.objects.filter(
        brand_id=brand_id, need__member_id=who.member_id, need__guest_key=who.guest_key
    )


def _votes_of(brand_id: UUID, who: Who) -> QuerySet[BoardVote]:
    return BoardVote.objects.filter(
        brand_id=brand_id, member_id=who.member_id, guest_key=who.guest_key
    )


def _hold_hers(brand_id: UUID, board_id: UUID, who: Who) -> BoardState:
    """Hold a board of hers and say where it stands. Raises BoardNotFound."""
    if not _of(brand_id, who).filter(id=board_id).exists():
        raise BoardNotFound(board_id=board_id)
    held = one(HOLD_BOARD, brand_id=brand_id, board_id=board_id)
    if held is None:
        raise BoardNotFound(board_id=board_id)
    return BoardState(held[0])


def _move(
    brand_id: UUID, board_id: UUID, state: BoardState, move: BoardMove, now: datetime
) -> None:
    DecisionBoard.objects.filter(brand_id=brand_id, id=board_id).update(
        state=board_after(state, move), ended_at=now
    )


def _item_id(brand_id: UUID, board_id: UUID, product_id: UUID) -> UUID:
    item_id = (
        BoardItem.objects.filter(brand_id=brand_id, board_id=board_id, product_id=product_id)
        .values_list("id", flat=True)
        .first()
    )
    if item_id is None:
        raise BoardItemNotFound(product_id=product_id)
    return item_id
