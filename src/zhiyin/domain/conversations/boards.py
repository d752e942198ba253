"""The words of decision boards: the second half of this room's types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.events import DomainEvent
from zhiyin.kit.text import clean_line

ITEMS_MIN, ITEMS_MAX = 2, 3
QUESTION_CHARS_MAX = 120
VOTE_CHARS_MAX = 100
VOTES_MAX = 200
VOTES_PER_CLIENT = 20
"""Votes of guests from one network on one board; a member votes once wherever she is."""
BOARDS_PER_DAY = 10
LINK_DAYS = 14
THIN_BELOW = 3
"""Fewer people than this who said yes or no are thin evidence, and it is said so."""


class BoardState(StrEnum):
    """Where a board stands. Friends vote while it is open and its link has not ended."""

    OPEN = "open"
    CLOSED = "closed"  # friends vote no more; she may still decide
    DECIDED = "decided"


class BoardMove(StrEnum):
    """What she does with a board."""

    CLOSE = "close"
    DECIDE = "decide"


class TopicKind(StrEnum):
    """What a key question asks about, which is what the words of a show are looked through for."""

    EFFECT = "effect"  # 显瘦, 显脖子短: a wished effect of the taxonomy, or its opposite
    FIT = "fit"  # how it fits: a verdict that each wearer gives
    OCCASION = "occasion"  # what it was worn for
    BODY = "body"  # a part of the body, without an effect: 手臂粗能穿吗
    WORD = "word"  # a word of hers that no taxonomy knows: 起球
    NONE = "none"  # nothing that a text could be looked through for: 哪个好


class Told(StrEnum):
    """What one show says to a key question."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"  # speaks of it, and says neither


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody who makes a board or votes on one: a member, or a guest by the key of her browser.

    Exactly one is given.
    """

    member_id: UUID | None = None
    guest_key: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a key question asks about.

    `value` is a value of the taxonomy's `slot`, a verdict of fit, or a word of hers. `adverse`: it
    asks whether the bad side holds (会不会显胖). `only_named`: no yes or no can be read for it.
    """

    kind: TopicKind
    slot: str = ""
    value: str = ""
    adverse: bool = False
    only_named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one wearer's show says, as far as a key question may be answered by it."""

    show_id: UUID
    texts: tuple[str, ...]
    fit: str
    occasion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How some wearers of one product answer a key question, show by show, the likest first.

    `asked` are the wearers looked at; `heard` those of them who said anything of the kind that the
    topic needs: words, a verdict of fit, an occasion; `read` the likest of those, whose sayings
    were looked through. `fits` counts the verdicts of those who answer (of all who are heard for a
    question of fit).
    """

    topic: Topic
    asked: int
    heard: int
    read: int
    told: Mapping[UUID, Told] = field(default_factory=dict)
    fits: Mapping[str, int] = field(default_factory=dict)

    def count(self, told: Told) -> int:
        """How many say this."""
        return sum(one is told for one in self.told.values())

    @property
    def is_thin(self) -> bool:
        """Whether fewer than `THIN_BELOW` people say yes or no."""
        return self.count(Told.YES) + self.count(Told.NO) < THIN_BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCard:
    """A board as its owner sees it. `votes` counts those that stand, by product; a product
    without any is in it with 0. Its question is the words of the need.
    """

    id: UUID
    need_id: UUID
    product_ids: tuple[UUID, ...]
    state: BoardState
    made_at: datetime
    link: str
    link_until: datetime
    ended_at: datetime | None
    chosen_id: UUID | None
    votes: Mapping[UUID, int]

    def takes_votes(self, now: datetime) -> bool:
        """Whether a friend may vote, or change her vote."""
        return self.state is BoardState.OPEN and now < self.link_until


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCard:
    """A vote that stands. Who gave it is told to nobody."""

    id: UUID
    product_id: UUID
    words: str
    voted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardDecided(DomainEvent):
    """She decided for one product of her board."""

    name: ClassVar[str] = "conversations.board_decided"
    board_id: UUID
    product_id: UUID


class BoardNotFound(DomainError):
    """There is no such board for this person, or nothing behind this link."""

    code: ClassVar[str] = "board_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class BoardItemsWrong(DomainError):
    """A board compares two or three products."""

    code: ClassVar[str] = "board_items_two_or_three"
    kind: ClassVar[Kind] = Kind.INVALID


class BoardItemTwice(DomainError):
    """The same product stands on the board twice."""

    code: ClassVar[str] = "board_item_twice"
    kind: ClassVar[Kind] = Kind.INVALID


class BoardItemNotFound(DomainError):
    """This product is not on the board."""

    code: ClassVar[str] = "board_item_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class KeyQuestionEmpty(DomainError):
    """A board needs its one question."""

    code: ClassVar[str] = "key_question_empty"
    kind: ClassVar[Kind] = Kind.INVALID


class TooManyBoards(DomainError):
    """She made as many boards as a day allows."""

    code: ClassVar[str] = "too_many_boards"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class BoardMoveRefused(DomainError):
    """The board's state does not allow this: it is closed, or decided."""

    code: ClassVar[str] = "board_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class BoardLinkOver(DomainError):
    """Friends vote no more: the board is closed or decided, or its link has ended."""

    code: ClassVar[str] = "board_link_over"
    kind: ClassVar[Kind] = Kind.CONFLICT


class BoardFull(DomainError):
    """The board has as many votes as it takes."""

    code: ClassVar[str] = "board_votes_full"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class BoardVotesFromHere(DomainError):
    """Many guests of one network voted on this board. Sign in to vote."""

    code: ClassVar[str] = "board_votes_from_here"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class BoardVoteOwn(DomainError):
    """The board is her own: she decides, and does not vote."""

    code: ClassVar[str] = "board_vote_own"
    kind: ClassVar[Kind] = Kind.DENIED


class BoardVoterUnknown(DomainError):
    """A vote is a member's or a guest's: name exactly one."""

    code: ClassVar[str] = "board_voter_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class BoardVoteRemoved(DomainError):
    """The board's owner took this friend's vote off; it cannot be given again."""

    code: ClassVar[str] = "board_vote_removed"
    kind: ClassVar[Kind] = Kind.DENIED


class BoardVoteNotFound(DomainError):
    """There is no such vote on this board."""

    code: ClassVar[str] = "board_vote_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


def checked_question(text: str) -> str:
    """A key question as it is kept, on one line.

    Raises KeyQuestionEmpty, TextTooLong, TextHasNul.
    """
    cleaned = clean_line(text, QUESTION_CHARS_MAX)
    if not cleaned:
        raise KeyQuestionEmpty()
    return cleaned


def checked_items(product_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """The products of a board in her order. Raises BoardItemsWrong, BoardItemTwice."""
    if not ITEMS_MIN <= len(product_ids) <= ITEMS_MAX:
        raise BoardItemsWrong(got=len(product_ids), least=ITEMS_MIN, most=ITEMS_MAX)
    if len(set(product_ids)) < len(product_ids):
        raise BoardItemTwice()
    return tuple(product_ids)


def checked_vote_words(words: str) -> str:
    """A friend's word as it is kept, on one line; it may be empty.

    Raises TextTooLong, TextHasNul.
    """
    return clean_line(words, VOTE_CHARS_MAX)
