"""The only readers of decision boards."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, QuerySet

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import Reading
from zhiyin.domain.conversations import key_question
from zhiyin.domain.conversations.boards import (
    BoardCard,
    BoardNotFound,
    BoardState,
    Tally,
    Topic,
    Voice,
    VoteCard,
    Who,
)
from zhiyin.domain.conversations.models import BoardItem, BoardVote, DecisionBoard
from zhiyin.domain.conversations.sealing import link_index, opened_link, opened_vote

LINK_CHARS_MAX = 64


def board(*, brand_id: UUID, board_id: UUID, who: Who) -> BoardCard:
    """A board, for whose it is. Three queries. Raises BoardNotFound, also for somebody else's."""
    found = _cards(brand_id, _of(brand_id, who).filter(id=board_id))
    if not found:
        raise BoardNotFound(board_id=board_id)
    return found[0]


def is_board_of(*, brand_id: UUID, board_id: UUID, who: Who) -> bool:
    """Whether somebody has this board. One query."""
    return _of(brand_id, who).filter(id=board_id).exists()


def boards_of(
    *, brand_id: UUID, who: Who, offset: int = 0, limit: int = 20
) -> tuple[BoardCard, ...]:
    """Somebody's boards, last first. Three queries."""
    rows = _of(brand_id, who).order_by("-made_at", "-id")
    return _cards(brand_id, rows[offset : offset + limit])


def count_boards(*, brand_id: UUID, who: Who) -> int:
    """How many boards somebody has. One query."""
    return _of(brand_id, who).count()


def shared_board(*, brand_id: UUID, link: str) -> BoardCard:
    """The board behind a link, whatever its state. Three queries. Raises BoardNotFound."""
    rows = DecisionBoard.objects.none()
    if 0 < len(link) <= LINK_CHARS_MAX:
        rows = DecisionBoard.objects.filter(
            brand_id=brand_id, link_index=link_index(brand_id=brand_id, link=link)
        )
    found = _cards(brand_id, rows)
    if not found:
        raise BoardNotFound()
    return found[0]


def owner_of_board(*, brand_id: UUID, board_id: UUID) -> Who:
    """Whose a board is: for flows, never for a friend's page. One query. Raises BoardNotFound."""
    row = (
        DecisionBoard.objects.filter(brand_id=brand_id, id=board_id)
        .values_list("need__member_id", "need__guest_key")
        .first()
    )
    if row is None:
        raise BoardNotFound(board_id=board_id)
    return Who(member_id=row[0], guest_key=row[1])


def votes_of_board(*, brand_id: UUID, board_id: UUID, limit: int = 200) -> tuple[VoteCard, ...]:
    """The votes that stand, last first, opened. One query. The caller knows that it is hers."""
    return tuple(_vote_card(row) for row in _standing(brand_id, [board_id])[:limit])


def vote_given(*, brand_id: UUID, board_id: UUID, who: Who) -> VoteCard | None:
    """A friend's own vote, to be changed; None for none, or one that was taken off. One query."""
    row = (
        BoardVote.objects.filter(
            brand_id=brand_id,
            board_id=board_id,
            member_id=who.member_id,
            guest_key=who.guest_key,
            removed_at__isnull=True,
        )
        .select_related("item")
        .first()
    )
    return _vote_card(row) if row else None


def topic_of(*, question: str, reading: Reading, taxonomy: Taxonomy) -> Topic:
    """What a key question asks about. No query."""
    return key_question.topic_of(question, reading, taxonomy)


def tallied(*, topic: Topic, voices: Sequence[Voice], taxonomy: Taxonomy, texts_max: int) -> Tally:
    """How some wearers, the likest first, answer a key question; the words of the first
    `texts_max` who left any are read. No query.
    """
    return key_question.tallied(topic, voices, taxonomy, texts_max)


def for_friends(
    *, question: str, reading: Reading, taxonomy: Taxonomy, hidden_names: Sequence[str] = ()
) -> str:
    """A key question as friends may read it; empty where nothing of it may be shown. No query."""
    return key_question.for_friends(question, reading, taxonomy, hidden_names)


def boards_for_export(
    *, brand_id: UUID, member_id: UUID, limit: int = 100_000
) -> dict[str, list[object]]:
    """A member's boards with the votes on them, and the votes she gave, for her download.

    Five queries.
    """
    cards = boards_of(brand_id=brand_id, who=Who(member_id=member_id), limit=limit)
    votes: defaultdict[UUID, list[VoteCard]] = defaultdict(list)
    for row in _standing(brand_id, [card.id for card in cards]):
        votes[row.board_id].append(_vote_card(row))
    given = (
        BoardVote.objects.filter(brand_id=brand_id, member_id=member_id)
        .select_related("item")
        .order_by("voted_at", "id")
    )
    return {
        "boards": [
            {
                "id": card.id,
                "need_id": card.need_id,
                "product_ids": card.product_ids,
                "state": card.state,
                "made_at": card.made_at,
                "ended_at": card.ended_at,
                "chosen_id": card.chosen_id,
                "votes": votes[card.id],
            }
            for card in cards
        ],
        "board_votes": [_vote_card(row) for row in given[:limit]],
    }


def _of(brand_id: UUID, who: Who) -> QuerySet[DecisionBoard]:
    return DecisionBoard.objects.filter(
        brand_id=brand_id, need__member_id=who.member_id, need__guest_key=who.guest_key
    )


def _standing(brand_id: UUID, board_ids: Sequence[UUID]) -> QuerySet[BoardVote]:
    """The votes on some boards that stand, last first: at most `VOTES_MAX` a board."""
    rows = BoardVote.objects.filter(
        brand_id=brand_id, board_id__in=list(board_ids), removed_at__isnull=True
    )
    return rows.select_related("item").order_by("-voted_at", "-id")


def _vote_card(row: BoardVote) -> VoteCard:
    return VoteCard(
        id=row.id, product_id=row.item.product_id, words=opened_vote(row), voted_at=row.voted_at
    )


def _cards(brand_id: UUID, rows: Iterable[DecisionBoard]) -> tuple[BoardCard, ...]:
    found = list(rows)
    ids = [row.id for row in found]
    items: defaultdict[UUID, list[BoardItem]] = defaultdict(list)
    if found:
        for item in BoardItem.objects.filter(brand_id=brand_id, board_id__in=ids).order_by(
            "board_id", "position"
        ):
            items[item.board_id].append(item)
    counts: dict[UUID, int] = {}
    if found:
        counts = dict(
            BoardVote.objects.filter(brand_id=brand_id, board_id__in=ids, removed_at__isnull=True)
            .values_list("item_id")
            .annotate(Count("id"))
        )
    return tuple(
        BoardCard(
            id=row.id,
            need_id=row.need_id,
            product_ids=tuple(item.product_id for item in items[row.id]),
            state=BoardState(row.state),
            made_at=row.made_at,
            link=opened_link(row),
            link_until=row.link_until,
            ended_at=row.ended_at,
            chosen_id=next((i.product_id for i in items[row.id] if i.chosen_at), None),
            votes={item.product_id: counts.get(item.id, 0) for item in items[row.id]},
        )
        for row in found
    )
