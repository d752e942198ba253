"""The words of a conversation between a shopper who asks and a KOC who answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.events import DomainEvent

WAIT_HOURS = 24
LOAD_DAYS = 7
ASKS_PER_DAY = 10
PICKS_MAX = 3
ANSWER_CHARS_MAX = 1_000
WORDS_CHARS_MAX = 500
REPORT_CHARS_MAX = 300


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


class DeclineReason(StrEnum):
    """Why a KOC would rather not answer. A word of ours, so that nothing personal is in it."""

    NOT_LIKE_ME = "not_like_me"
    NOT_MY_FIELD = "not_my_field"
    NO_TIME = "no_time"
    UNCOMFORTABLE = "uncomfortable"


class Side(StrEnum):
    """Which of the two a person is in a question."""

    ASKER = "asker"
    KOC = "koc"


class Passing(StrEnum):
    """What becomes of a question that got no answer."""

    OPEN = "open"  # somebody else may still be asked
    PASSED_ON = "passed_on"  # another question took its place
    NOBODY_LEFT = "nobody_left"  # nobody else could be asked


@dataclass(frozen=True, slots=True)
class ChipShown:
    """A chip as a KOC sees it: worded, and never an exact weight or girth.

    `is_body`: it was shared under a consent, and goes when that is taken back.
    """

    slot: str
    zh: str
    en: str
    is_body: bool


class Wording(Protocol):
    """How slots and values are called, and which are body facts: the brand's taxonomy."""

    def slot_label(self, slot: str, language: str) -> str:
        """The name of a slot."""

    def value_label(self, slot: str, value: str, language: str) -> str:
        """A value as a chip shows it."""

    def is_sensitive(self, slot: str, value: str | None = None) -> bool:
        """Whether a slot, or one value of it, is a body fact."""


Said = Mapping[str, float | str | tuple[str, ...]]
"""What a need says, slot by slot: `NeedSlots.said()`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a question could show of its asker, and what she allows.

    `shares_body`: her consent to share body facts with a KOC holds. `hidden_names` are taken out
    of her words.
    """

    said: Said
    wording: Wording
    shares_body: bool
    hidden_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A KOC who could be asked. `load` is the questions she has this week."""

    koc_id: UUID
    good_at: Mapping[str, Sequence[str]]
    facts: Mapping[str, object]
    load: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate in her place, with why she stands there.

    `good_at` are the (slot, value) chips of the need that she is good at; `alike` the slots of
    body facts in which she is like the asker.
    """

    koc_id: UUID
    good_at: tuple[tuple[str, str], ...]
    alike: tuple[str, ...]
    load: int


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """What the KOC answered, and the products she picked, in her order.

    `is_ad`: she could earn from her picks when she answered, so they carry the ad label.
    """

    text: str
    product_ids: tuple[UUID, ...]
    answered_at: datetime
    is_ad: bool


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question as its asker sees it. `answer` is None in a state other than answered, and when
    the KOC has deleted herself since. `passing` is None unless it was declined or expired.
    `is_new` says that it is answered and the asker has not opened it since.
    """

    id: UUID
    need_id: UUID
    koc_id: UUID
    chips: tuple[ChipShown, ...]
    words: str
    state: QuestionState
    asked_at: datetime
    waits_until: datetime
    closed_at: datetime | None
    decline_reason: DeclineReason | None
    instead_of_id: UUID | None
    passing: Passing | None
    answer: AnswerCard | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class InboxCard:
    """A question as the KOC sees it: chips and words; nothing that says who asks."""

    id: UUID
    chips: tuple[ChipShown, ...]
    words: str
    state: QuestionState
    asked_at: datetime
    waits_until: datetime
    answer: AnswerCard | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a KOC's inbox; `waiting` and `total` count all of it."""

    questions: tuple[InboxCard, ...]
    waiting: int
    total: int


@dataclass(frozen=True, slots=True)
class Handover:
    """What is needed to put an unanswered question to somebody else."""

    question_id: UUID
    need_id: UUID
    asker_id: UUID
    words: str
    asked_koc_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class KocService:
    """How a KOC has dealt with her questions: the ids answered, and those let go."""

    answered: tuple[UUID, ...]
    declined: tuple[UUID, ...]
    expired: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class BlockCard:
    """Somebody a member does not want to hear from. `koc_id` names her, if she is shown as one."""

    id: UUID
    blocked_id: UUID
    koc_id: UUID | None
    blocked_at: datetime


@dataclass(frozen=True, slots=True)
class ReportCard:
    """Something a person should look at, as the console lists it: the whole conversation."""

    id: UUID
    question_id: UUID
    reporter: Side
    reason: str
    reported_at: datetime
    resolved_at: datetime | None
    resolution: str
    koc_id: UUID
    words: str
    answer: AnswerCard | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One page of reports; `total` counts those of the same kind (open or resolved)."""

    reports: tuple[ReportCard, ...]
    total: int


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


class NotHerself(DomainError):
    """A KOC cannot ask, and nobody can block, herself."""

    code: ClassVar[str] = "conversation_with_oneself"
    kind: ClassVar[Kind] = Kind.INVALID


class AskedBefore(DomainError):
    """This KOC was asked about this need already: ask somebody else."""

    code: ClassVar[str] = "question_koc_asked_before"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TooManyQuestions(DomainError):
    """She asked as many questions as a day allows."""

    code: ClassVar[str] = "too_many_questions"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class AnswerEmpty(DomainError):
    """An answer needs words."""

    code: ClassVar[str] = "answer_empty"
    kind: ClassVar[Kind] = Kind.INVALID


class ReportEmpty(DomainError):
    """A report says what is wrong."""

    code: ClassVar[str] = "report_empty"
    kind: ClassVar[Kind] = Kind.INVALID


class ReportNotFound(DomainError):
    """There is no such report that is still open."""

    code: ClassVar[str] = "report_not_found"
    kind: ClassVar[Kind] = Kind.MISSING
