"""The words of wallets: so far, what is withheld from what a person is paid for her help."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from zhiyin.kit.errors import DomainError, Kind


class Withholding(StrEnum):
    """How income tax is withheld from labour remuneration (劳务报酬) of a person.

    A brand chooses one with its accountant. Companies and sole traders are paid in full: they
    invoice, and pay their own taxes.
    """

    PER_PAYMENT = "per_payment"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True)
class Bracket:
    """Of a taxable sum up to `upto_fen` (None: any), `rate_bps` less the quick deduction."""

    upto_fen: int | None
    rate_bps: int
    quick_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PerPaymentTable:
    """One payment by itself: a flat deduction from small sums, a share of the others."""

    since: date
    free_upto_fen: int
    flat_upto_fen: int
    flat_fen: int
    share_bps: int
    brackets: Sequence[Bracket]


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativeTable:
    """All payments of a tax year together: a share and a monthly sum are free."""

    since: date
    share_bps: int
    monthly_fen: int
    brackets: Sequence[Bracket]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSoFar:
    """What a person was paid in a tax year, in fen, and how many months in a row, this one too.

    `income_fen` and `withheld_fen` are of the payments before.
    """

    income_fen: int
    withheld_fen: int
    months: int


class NoTaxTable(DomainError):
    """No table of this kind was in force on that day. Details: `day`, `withholding`."""

    code: ClassVar[str] = "tax_table_missing"
    kind: ClassVar[Kind] = Kind.INVALID
