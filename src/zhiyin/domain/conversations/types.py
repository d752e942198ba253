"""The words of a conversation between a shopper who asks and a KOC who answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.events import DomainEvent

WAIT_HOURS = 24
PICKS_MAX = 3
ANSWER_CHARS_MAX = 1_000


class QuestionState(StrEnum):
    """Where a question stands. A passed question goes on as another one with the next KOC."""

    WAITING = "waiting"
    ANSWERED = "answered"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class QuestionMove(StrEnum):
    """What can happen to a question."""

    ANSWER = "answer"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question as either side sees it: chips only, never a phone or a name."""

    id: UUID
    need_id: UUID
    asker_id: UUID
    koc_id: UUID
    chips: tuple[dict[str, object], ...]
    words: str
    state: QuestionState
    asked_at: datetime
    waits_until: datetime
    answer: "AnswerCard | None"


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """What the KOC answered, and the products she picked."""

    text: str
    product_ids: tuple[UUID, ...]
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(DomainEvent):
    """A shopper asked a KOC."""

    name: ClassVar[str] = "conversations.question_asked"
    question_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(DomainEvent):
    """A KOC answered."""

    name: ClassVar[str] = "conversations.question_answered"
    question_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionUnanswered(DomainEvent):
    """A KOC declined, or let the time pass: somebody else should be asked."""

    name: ClassVar[str] = "conversations.question_unanswered"
    question_id: UUID


class QuestionNotFound(DomainError):
    """There is no such question for this person."""

    code: ClassVar[str] = "question_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class QuestionMoveRefused(DomainError):
    """The question's state does not allow this."""

    code: ClassVar[str] = "question_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class AlreadyAsked(DomainError):
    """This need waits for an answer already."""

    code: ClassVar[str] = "question_already_waiting"
    kind: ClassVar[Kind] = Kind.CONFLICT


class Blocked(DomainError):
    """One of the two has blocked the other."""

    code: ClassVar[str] = "conversation_blocked"
    kind: ClassVar[Kind] = Kind.DENIED


class TooManyPicks(DomainError):
    """An answer holds at most three picks."""

    code: ClassVar[str] = "answer_too_many_picks"
    kind: ClassVar[Kind] = Kind.INVALID
