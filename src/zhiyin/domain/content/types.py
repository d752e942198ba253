"""The words of content: buyer shows and looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind

REPORT_CHARS_MAX = 300


class ShowSource(StrEnum):
    """How we know that she wore it. Authored shows are demo content and are never counted."""

    PURCHASE = "purchase"
    IMPORT = "import"
    AUTHORED = "authored"


class ShowState(StrEnum):
    """Whether a show may be seen."""

    PENDING = "pending"
    PUBLISHED = "published"
    REFUSED = "refused"


class FitVerdict(StrEnum):
    """How it fitted, in the wearer's words."""

    SMALL = "small"
    FIT = "fit"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class ShowCard:
    """A buyer show as a page lists it. `facts` is the wearer's trait snapshot."""

    id: UUID
    product_id: UUID
    koc_id: UUID | None
    author_id: UUID | None
    color: str
    size_code: int
    fit: FitVerdict | None
    rating: int | None
    text_zh: str
    text_en: str
    occasion: str
    worn_at: datetime
    source: ShowSource
    facts: dict[str, object]
    useful_votes: int
    state: ShowState
    media_refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShowRecord:
    """What stands behind a show, for whoever moderates it: its proof, its rights, the last word."""

    purchase_id: UUID | None
    external_ref: str | None
    rights_granted_at: datetime | None
    state_reason: str
    moderated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShowReportCard:
    """A show that somebody asks a person to look at. Who reported it is not told."""

    id: UUID
    show: ShowCard
    reason: str
    reported_at: datetime
    resolved_at: datetime | None
    resolution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFacts:
    """What is known of a wearing before it becomes a show.

    `rating` is of ten; `facts` are body facts in need slots (cm, kg, years).
    """

    product_id: UUID
    size_code: int
    worn_at: datetime
    source: ShowSource
    facts: Mapping[str, object]
    author_id: UUID | None = None
    koc_id: UUID | None = None
    color: str = ""
    fit: FitVerdict | None = None
    rating: int | None = None
    text_zh: str = ""
    text_en: str = ""
    occasion: str = ""
    external_ref: str | None = None
    purchase_id: UUID | None = None
    media_refs: Sequence[str] = ()
    rights_granted: bool = False


@dataclass(frozen=True, slots=True)
class LookItemCard:
    """One part of a look."""

    product_id: UUID
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookFacts:
    """What an author says of a look. `answers` maps need slots to the values it answers."""

    code: str
    name_zh: str
    name_en: str
    items: Sequence[LookItemCard]
    koc_id: UUID | None = None
    why_zh: str = ""
    why_en: str = ""
    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LookCard:
    """A look: what goes together, by whom, and which needs it answers."""

    id: UUID
    code: str
    koc_id: UUID | None
    name_zh: str
    name_en: str
    why_zh: str
    why_en: str
    answers: dict[str, list[str]]
    items: tuple[LookItemCard, ...]


class ShowNotFound(DomainError):
    """There is no such buyer show."""

    code: ClassVar[str] = "show_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class ShowReportEmpty(DomainError):
    """A report of a show says what is wrong, and its resolution what was done."""

    code: ClassVar[str] = "show_report_empty"
    kind: ClassVar[Kind] = Kind.INVALID


class ShowReportNotFound(DomainError):
    """There is no such report of a show that is still open."""

    code: ClassVar[str] = "show_report_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class ShowNotVerified(DomainError):
    """A show needs a delivered purchase or an import source behind it."""

    code: ClassVar[str] = "show_not_verified"
    kind: ClassVar[Kind] = Kind.DENIED


class ShowWritten(DomainError):
    """This purchase has its show already."""

    code: ClassVar[str] = "show_written"
    kind: ClassVar[Kind] = Kind.CONFLICT


class ShowRightsMissing(DomainError):
    """Its author has not agreed that it is shown. Details: `show_ids`, those that wait for her."""

    code: ClassVar[str] = "show_rights_missing"
    kind: ClassVar[Kind] = Kind.CONFLICT


class ShowReasonMissing(DomainError):
    """A show is refused with a reason."""

    code: ClassVar[str] = "show_reason_missing"
    kind: ClassVar[Kind] = Kind.INVALID


class LookNotFound(DomainError):
    """There is no such look."""

    code: ClassVar[str] = "look_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class LookCodeTaken(DomainError):
    """Another look of the brand has this code already."""

    code: ClassVar[str] = "look_code_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class LookEmpty(DomainError):
    """A look has one to five items."""

    code: ClassVar[str] = "look_empty"
    kind: ClassVar[Kind] = Kind.INVALID
