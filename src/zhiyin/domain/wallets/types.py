"""The words of wallets: who is paid out, what is withheld, and what becomes of a withdrawal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind

AGREEMENT_VERSION = "2026-11"
"""Of the payout agreement that the shop shows; whoever signed another signs again."""
ADULT_YEARS = 18
APPROVERS = 2
NAME_CHARS_MAX = 30
REASON_CHARS_MAX = 200
LEAST_TRANSFER_FEN, MOST_TRANSFER_FEN = 30, 10_000_000
"""What any brand may set: WeChat transfers carry a name from 0.30 yuan on."""


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


class WithdrawalState(StrEnum):
    """Where a withdrawal stands."""

    WAITING = "waiting"  # for two people of the brand
    GRANTED = "granted"  # to be asked for at the provider
    ASKED = "asked"  # the provider has it
    PAID = "paid"
    RETURNED = "returned"  # it is hers again
    STUCK = "stuck"  # a person has to mend something, then it is tried again


class WithdrawalAct(StrEnum):
    """A line of a withdrawal's history."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    ASKED = "asked"
    PAID = "paid"
    RETURNED = "returned"
    STUCK = "stuck"
    RETRIED = "retried"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutTerms:
    """How a brand pays out, in fen. Above `approve_above_fen` two people have to approve."""

    withholding: Withholding = Withholding.PER_PAYMENT
    approve_above_fen: int = 200_000
    least_fen: int = 100
    most_fen: int = 2_000_000


@dataclass(frozen=True, slots=True)
class PayeeFacts:
    """Who she is to the tax office: her name and the number of her identity card."""

    name: str
    card_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeCard:
    """A payee as her page shows her. Name and number only as much as she needs to know it again."""

    name: str
    card_end: str
    agreement: str
    signed_at: datetime

    @property
    def is_signed(self) -> bool:
        """Has she signed the agreement that is in force?"""
        return self.agreement == AGREEMENT_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalCard:
    """A withdrawal, in fen. `page` is what a page needs to have her confirm it, while she can.

    `approvals` of `needed` accounts have approved it; `why` is a code of what it is stuck on or
    what it was returned for.
    """

    id: UUID
    member_id: UUID
    amount_fen: int
    tax_fen: int
    withholding: Withholding
    state: WithdrawalState
    needed: int
    approvals: int
    requested_at: datetime
    done_at: datetime | None
    provider: str
    merchant_id: str
    tries: int
    page: Mapping[str, str]
    why: str

    @property
    def net_fen(self) -> int:
        """What she receives."""
        return self.amount_fen - self.tax_fen

    @property
    def bill_no(self) -> str:
        """The one number under which the provider is asked."""
        return self.id.hex


@dataclass(frozen=True, slots=True)
class WithdrawalPage:
    """A page of withdrawals, newest first, and how many there are in all."""

    withdrawals: tuple[WithdrawalCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class WithdrawalMoveCard:
    """A line of a withdrawal's history: what, when, by which account ("": nobody's), in words."""

    act: WithdrawalAct
    at: datetime
    by: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A month of a payee: what she withdrew in it and what was withheld, in fen."""

    month: date
    income_fen: int
    withheld_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """A month of one payee for the tax office: who she is, what she was paid and what withheld."""

    member_id: UUID
    payee: PayeeFacts
    paid: Withheld


class NoTaxTable(DomainError):
    """No table of this kind was in force on that day. Details: `day`, `withholding`."""

    code: ClassVar[str] = "tax_table_missing"
    kind: ClassVar[Kind] = Kind.INVALID


class PayeeMissing(DomainError):
    """She has not said who she is, or has not signed the agreement in force. Do that first."""

    code: ClassVar[str] = "payee_missing"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PayeeRefused(DomainError):
    """The name or the number of the card cannot be. `field` says which."""

    code: ClassVar[str] = "payee_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class PayeeTooYoung(DomainError):
    """She is not of age: an agreement about money needs an adult. `years` is the least age."""

    code: ClassVar[str] = "payee_too_young"
    kind: ClassVar[Kind] = Kind.DENIED


class PayeeCardTaken(DomainError):
    """Another member of the brand gave this card. The shop can make the two accounts one."""

    code: ClassVar[str] = "payee_card_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PayoutTermsRefused(DomainError):
    """These terms cannot be. `field` says which."""

    code: ClassVar[str] = "payout_terms_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class WithdrawalAmountRefused(DomainError):
    """One withdrawal is between `least_fen` and `most_fen`."""

    code: ClassVar[str] = "withdrawal_amount_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class WithdrawalTooMuch(DomainError):
    """It is more than is hers. Nothing was withdrawn."""

    code: ClassVar[str] = "withdrawal_too_much"
    kind: ClassVar[Kind] = Kind.CONFLICT


class WithdrawalTaxChanged(DomainError):
    """The tax is another than she agreed to: `tax_fen`. Nothing was withdrawn; show it to her."""

    code: ClassVar[str] = "withdrawal_tax_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT


class WithdrawalNotFound(DomainError):
    """The brand, or this member, has no such withdrawal."""

    code: ClassVar[str] = "withdrawal_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class WithdrawalMoveRefused(DomainError):
    """It is not in a state for that. `state` is where it stands."""

    code: ClassVar[str] = "withdrawal_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class WithdrawalApproved(DomainError):
    """This account has approved it already: somebody else has to."""

    code: ClassVar[str] = "withdrawal_approved_already"
    kind: ClassVar[Kind] = Kind.CONFLICT


class WithdrawalOwn(DomainError):
    """Nobody approves or refuses her own withdrawal."""

    code: ClassVar[str] = "withdrawal_own"
    kind: ClassVar[Kind] = Kind.DENIED
