"""The words of bills: a provider's list of a day, and in what it differs from our own rows."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind

REASON_CHARS_MAX = 200


class BillKind(StrEnum):
    """What a line of a bill tells."""

    PAYMENT = "payment"
    REFUND = "refund"


class Difference(StrEnum):
    """In what a bill and our rows differ."""

    NOT_OURS = "not_ours"  # the bill has it, we do not
    NOT_BILLED = "not_billed"  # we have it, the bill does not
    CHANGED = "changed"  # both have it, with another sum or transaction
    BILLED_TWICE = "billed_twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """A line of a bill. `number` is ours; the sum is positive for payments and refunds."""

    kind: BillKind
    number: str
    transaction_id: str
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFacts:
    """A difference as it was found; a sum is None on the side that has no such row."""

    difference: Difference
    kind: BillKind
    number: str
    transaction_id: str
    billed_fen: int | None
    ours_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceCard:
    """A difference, and what came of it once a person has written that down."""

    id: UUID
    facts: DifferenceFacts
    reason: str
    settled_at: datetime | None
    settled_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDayCard:
    """A bill that was imported: how many lines, what was paid and given back by it, in fen."""

    id: UUID
    day: date
    provider: str
    merchant_id: str
    imported_at: datetime
    lines: int
    paid_fen: int
    refunded_fen: int
    differences: int
    open: int


@dataclass(frozen=True, slots=True)
class BillDayPage:
    """A page of bills, the latest day first, and how many there are in all."""

    days: tuple[BillDayCard, ...]
    total: int


class BillDayNotFound(DomainError):
    """The brand has no such bill."""

    code: ClassVar[str] = "bill_day_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class DifferenceNotFound(DomainError):
    """The brand has no such difference."""

    code: ClassVar[str] = "bill_difference_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class DifferenceSettled(DomainError):
    """Somebody has written down what came of it. Nothing changed."""

    code: ClassVar[str] = "bill_difference_settled"
    kind: ClassVar[Kind] = Kind.CONFLICT


class DifferenceReasonNeeded(DomainError):
    """Say what came of it, in up to 200 characters."""

    code: ClassVar[str] = "bill_difference_reason_needed"
    kind: ClassVar[Kind] = Kind.INVALID
