"""The words of KOCs: how one applies, who she is, and when she can be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind

NAME_CHARS_MAX = 40
STATEMENT_CHARS_MAX = 500
PERSONA_CHARS_MAX = 600
REASON_CHARS_MAX = 300
TOPIC_CHARS_MAX = 30
TOPICS_MAX = 8
GOOD_AT_MAX = 20
APPLICATION_SHOWS_MAX = 10
WEEKLY_CAPACITY_MAX = 50
AGE_MIN = 14
"""PIPL 28 and 31: below this age nobody becomes a KOC."""

GOOD_AT_SLOTS = (
    "body_shape",
    "skin_tone",
    "concerns",
    "goals",
    "occasion",
    "categories",
    "styles",
)
"""The need slots in which somebody can be good at something."""

Vocabulary = Mapping[str, frozenset[str]]
"""Slot -> the words it may hold: the brand's taxonomy."""


class ApplicationState(StrEnum):
    """Where an application stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Unavailable(StrEnum):
    """Why a KOC cannot be asked now."""

    AWAY = "away"
    FULL = "full"


class FollowFor(StrEnum):
    """What she follows a KOC for: fit and taste are separate things."""

    BODY = "body"
    STYLE = "style"


@dataclass(frozen=True, slots=True)
class KocCard:
    """A KOC as shoppers see her.

    `good_at` maps a need slot to values; `facts` are the body facts she agreed to show as
    likeness ("same shape"), never printed raw.
    """

    id: UUID
    member_id: UUID
    handle: str
    name_zh: str
    name_en: str
    city: str
    persona_zh: str
    persona_en: str
    good_at: dict[str, list[str]]
    topics: tuple[str, ...]
    facts: dict[str, object]
    weekly_capacity: int
    can_earn: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KocFacts:
    """What is said of a KOC when her profile opens. `facts` are body facts in need slots."""

    handle: str
    name_zh: str
    name_en: str
    facts: Mapping[str, object]
    city: str = ""
    persona_zh: str = ""
    persona_en: str = ""
    good_at: Mapping[str, Sequence[str]] = field(default_factory=dict)
    topics: Sequence[str] = ()
    weekly_capacity: int = 5
    can_earn: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What a KOC says on her page; all of it is replaced."""

    name_zh: str
    name_en: str
    city: str = ""
    persona_zh: str = ""
    persona_en: str = ""
    good_at: Mapping[str, Sequence[str]] = field(default_factory=dict)
    topics: Sequence[str] = ()
    weekly_capacity: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """What an applicant says. `name` is what shoppers will call her."""

    name: str
    statement: str
    good_at: Mapping[str, Sequence[str]]
    show_ids: Sequence[UUID] = ()
    weekly_capacity: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """The rows that a score is made of, as of one moment.

    `purchase_ids`: of the last two years. `useful_votes`: published show -> votes; `answered` and
    `let_go`: questions put to her. `away_days`: of the next 28.
    """

    purchase_ids: Sequence[UUID] = ()
    months_a_member: int = 0
    useful_votes: Mapping[UUID, int] = field(default_factory=dict)
    answered: Sequence[UUID] = ()
    let_go: Sequence[UUID] = ()
    weekly_capacity: int = 0
    away_days: int = 0


class ScoreKey(StrEnum):
    """What a line of a score counts; its sentence is chosen above by this."""

    PURCHASES = "purchases"
    MONTHS = "months"
    SHOWS = "shows"
    USEFUL_VOTES = "useful_votes"
    ANSWERS = "answers"
    CAPACITY = "capacity"
    ANSWERED_SHARE = "answered_share"
    DAYS_PRESENT = "days_present"


class ScoreName(StrEnum):
    """The three parts of a score."""

    LOYALTY = "loyalty"
    HELPFULNESS = "helpfulness"
    WILLINGNESS = "willingness"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One count: `count` of `full_at` gives `bps` of `most_bps`; `row_ids` are what was counted."""

    key: ScoreKey
    count: int
    full_at: int
    bps: int
    most_bps: int
    row_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One of the three numbers: what its lines reach of what they could, of 10,000."""

    name: ScoreName
    bps: int
    weight_bps: int
    lines: tuple[ScoreLine, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How well a member would do as a KOC, of 10,000: the weighted mean of its parts."""

    total_bps: int
    parts: tuple[ScorePart, ...]


@dataclass(frozen=True, slots=True)
class ApplicationCard:
    """An application, as she and the operator see it. `score` is the one it was decided on."""

    id: UUID
    member_id: UUID
    name: str
    statement: str
    good_at: dict[str, list[str]]
    show_ids: tuple[UUID, ...]
    weekly_capacity: int
    state: ApplicationState
    applied_at: datetime
    reason: str
    decided_at: datetime | None
    score: Score | None


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """One page of applications, and how many are in this state in all."""

    applications: tuple[ApplicationCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AwayCard:
    """A time in which a KOC is not asked."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FollowCard:
    """A KOC that a member follows, and for what."""

    koc_id: UUID
    follow_for: FollowFor
    since: datetime


class KocNotFound(DomainError):
    """The brand has no such KOC, or she is a KOC no more."""

    code: ClassVar[str] = "koc_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class KocUnavailable(DomainError):
    """She is away, or has all the questions she takes in a week: ask somebody else. Details:
    `reason`."""

    code: ClassVar[str] = "koc_unavailable"
    kind: ClassVar[Kind] = Kind.CONFLICT


class ApplicationNotFound(DomainError):
    """There is no such application."""

    code: ClassVar[str] = "koc_application_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class ApplicationClosed(DomainError):
    """This application was decided or withdrawn already."""

    code: ClassVar[str] = "koc_application_closed"
    kind: ClassVar[Kind] = Kind.CONFLICT


class AlreadyApplied(DomainError):
    """She has an open application, or is a KOC already."""

    code: ClassVar[str] = "koc_already_applied"
    kind: ClassVar[Kind] = Kind.CONFLICT


class AwayRefused(DomainError):
    """An away period must end after it begins, and not in the past."""

    code: ClassVar[str] = "koc_away_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class FollowHerself(DomainError):
    """Nobody follows herself."""

    code: ClassVar[str] = "koc_follow_herself"
    kind: ClassVar[Kind] = Kind.INVALID


class AgeNeeded(DomainError):
    """A KOC states her age among her body facts."""

    code: ClassVar[str] = "koc_age_needed"
    kind: ClassVar[Kind] = Kind.INVALID


class TooYoung(DomainError):
    """Nobody under `AGE_MIN` becomes a KOC."""

    code: ClassVar[str] = "koc_too_young"
    kind: ClassVar[Kind] = Kind.DENIED


class WordsMissing(DomainError):
    """A field that needs words has none. Details: `field`."""

    code: ClassVar[str] = "koc_words_missing"
    kind: ClassVar[Kind] = Kind.INVALID


class GoodAtRefused(DomainError):
    """She can be good only at what a need can say. Details: the slot, and the value if it is that
    which is unknown; or how many values are the most.
    """

    code: ClassVar[str] = "koc_good_at_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class TopicsRefused(DomainError):
    """A page has at most `TOPICS_MAX` topics."""

    code: ClassVar[str] = "koc_topics_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class CapacityRefused(DomainError):
    """A KOC takes 0 to `WEEKLY_CAPACITY_MAX` questions a week."""

    code: ClassVar[str] = "koc_capacity_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class ShowNotHers(DomainError):
    """An application names published shows of the applicant's own, at most ten."""

    code: ClassVar[str] = "koc_show_not_hers"
    kind: ClassVar[Kind] = Kind.INVALID
