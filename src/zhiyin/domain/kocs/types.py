"""The words of KOCs: how one applies, who she is, and when she can be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind


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
