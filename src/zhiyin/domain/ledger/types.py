"""The words of the ledger: accounts, legs, entries, and why a posting is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import ClassVar, Self
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.ids import NO_ID

MOST_LEGS = 1_000
"""So many transfers at most are one entry."""


class Side(Enum):
    """The side on which an account grows: what the brand has or spends, what it owes or earns."""

    DEBIT = 1
    CREDIT = -1


class Owner(StrEnum):
    """What the id in an account's name is the id of."""

    NOBODY = "nobody"
    MEMBER = "member"
    PROMOTION = "promotion"


class Keeping(Enum):
    """How a balance is known: summed on reading, or kept on a row that may not go below zero."""

    SUMMED = "summed"
    GUARDED = "guarded"


class AccountKind(StrEnum):
    """The chart of accounts, a line each: code, side, whose, and how its balance is kept.

    A guarded kind grows by credit, and the database knows it by name (`ledger_guarded` in the
    migrations; a test compares the two). A hot house account must be summed: were its balance
    kept on a row, every payment of the brand would wait for that row.
    """

    side: Side
    owner: Owner
    keeping: Keeping

    def __new__(
        cls,
        code: str,
        side: Side,
        owner: Owner = Owner.NOBODY,
        keeping: Keeping = Keeping.SUMMED,
    ) -> Self:
        kind = str.__new__(cls, code)
        kind._value_ = code
        kind.side, kind.owner, kind.keeping = side, owner, keeping
        return kind

    # What a payment provider holds for the brand until it pays out.
    WXPAY_CLEARING = "wxpay_clearing", Side.DEBIT
    SANDBOX_CLEARING = "sandbox_clearing", Side.DEBIT
    # The provider's charge.
    PROVIDER_FEES = "provider_fees", Side.DEBIT
    # Paid for and not yet handed over: the brand owes goods, or the money.
    PREPAYMENTS = "prepayments", Side.CREDIT
    # Received and not understood: no such order, another sum, another merchant.
    UNMATCHED_RECEIPTS = "unmatched_receipts", Side.CREDIT
    # Received for no order and kept: a person said why.
    OTHER_RECEIPTS = "other_receipts", Side.CREDIT
    # Promised back to a shopper; empty again when the provider has sent it.
    REFUNDS_PAYABLE = "refunds_payable", Side.CREDIT
    # Earned by handing over.
    SALES = "sales", Side.CREDIT
    FREIGHT = "freight", Side.CREDIT
    # Given back after it was earned.
    SALES_REFUNDED = "sales_refunded", Side.DEBIT
    FREIGHT_REFUNDED = "freight_refunded", Side.DEBIT
    # What promoters cost, what is not theirs yet, what is theirs, and what they owe back because
    # goods went back after they had withdrawn.
    COMMISSION_EXPENSE = "commission_expense", Side.DEBIT
    COMMISSION_PENDING = "commission_pending", Side.CREDIT, Owner.MEMBER
    COMMISSION_PAYABLE = "commission_payable", Side.CREDIT, Owner.MEMBER, Keeping.GUARDED
    COMMISSION_DEBT = "commission_debt", Side.DEBIT, Owner.MEMBER
    # Left hers and not arrived yet; and what the brand withheld of it for the tax office.
    WITHDRAWALS_HELD = "withdrawals_held", Side.CREDIT, Owner.MEMBER
    TAX_WITHHELD = "tax_withheld", Side.CREDIT
    # What a promotion may still give away, and where the brand set that aside.
    PROMOTION_ALLOTMENTS = "promotion_allotments", Side.DEBIT
    VOUCHER_BUDGET = "voucher_budget", Side.CREDIT, Owner.PROMOTION, Keeping.GUARDED
    # What a member has to spend.
    WALLET = "wallet", Side.CREDIT, Owner.MEMBER, Keeping.GUARDED

    @property
    def is_guarded(self) -> bool:
        """Does the database refuse a balance below zero?"""
        return self.keeping is Keeping.GUARDED


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account of a brand: its kind and, where the kind has owners, whose.

    Raises AccountRefused when an owner is missing or out of place.
    """

    kind: AccountKind
    owner_id: UUID = NO_ID

    def __post_init__(self) -> None:
        if (self.owner_id != NO_ID) != (self.kind.owner is not Owner.NOBODY):
            raise AccountRefused(kind=self.kind.value, owner=self.kind.owner.value)

    def __str__(self) -> str:
        return self.kind.value if self.owner_id == NO_ID else f"{self.kind.value}:{self.owner_id}"


@dataclass(frozen=True, slots=True)
class Leg:
    """A transfer to be posted: from the credited account to the debited one, above zero, in fen."""

    debit: Account
    credit: Account
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """An entry to be posted. `cause` names the one event it records, as `order:<id>:paid`."""

    cause: str
    legs: tuple[Leg, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class EntryCard:
    """An entry as it was posted; `legs` in their order."""

    id: UUID
    cause: str
    at: datetime
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a page of a statement ended: give it back to read on."""

    at: datetime
    transfer_id: UUID


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as an account sees it.

    `amount_fen` is above zero where the account grew; `balance_fen` is what it held afterwards;
    `other` is the account on the other side.
    """

    place: Place
    cause: str
    other: Account
    amount_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One page of an account, oldest first. `next` is where to read on, None on the last page."""

    account: Account
    opening_fen: int
    lines: tuple[StatementLine, ...]
    next: Place | None

    @property
    def closing_fen(self) -> int:
        """The balance after the last line of the page."""
        return self.lines[-1].balance_fen if self.lines else self.opening_fen


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every kind of account and its balance in fen, each positive on the side where it grows."""

    balances_fen: Mapping[AccountKind, int]

    @property
    def debit_fen(self) -> int:
        """What stands on the debit side; the same as `credit_fen` while the books are whole."""
        return sum(fen for kind, fen in self.balances_fen.items() if kind.side is Side.DEBIT)

    @property
    def credit_fen(self) -> int:
        """What stands on the credit side."""
        return sum(fen for kind, fen in self.balances_fen.items() if kind.side is Side.CREDIT)


@dataclass(frozen=True, slots=True)
class SealCard:
    """The last link of the chain. `digest` in hexadecimal: write it down elsewhere."""

    number: int
    entries: int
    digest: str
    at: datetime


class AccountRefused(DomainError):
    """An account of this kind needs an owner, or has none. `owner` says what its id names."""

    code: ClassVar[str] = "ledger_account_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class LegRefused(DomainError):
    """A transfer is a whole number of fen above zero between two different accounts."""

    code: ClassVar[str] = "ledger_leg_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class CauseRefused(DomainError):
    """A cause is words apart by colons, such as `order:7:paid`, 160 characters at most."""

    code: ClassVar[str] = "ledger_cause_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class EmptyEntry(DomainError):
    """An entry has at least one transfer, and 1,000 at most."""

    code: ClassVar[str] = "ledger_entry_empty"
    kind: ClassVar[Kind] = Kind.INVALID


class CauseReused(DomainError):
    """Something else was posted for this cause already. What is posted is never changed."""

    code: ClassVar[str] = "ledger_cause_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class BalanceTooLow(DomainError):
    """An account that may not go below zero would have. Nothing was posted."""

    code: ClassVar[str] = "ledger_balance_too_low"
    kind: ClassVar[Kind] = Kind.CONFLICT


class EntryNotFound(DomainError):
    """Nothing was posted for this cause."""

    code: ClassVar[str] = "ledger_entry_not_found"
    kind: ClassVar[Kind] = Kind.MISSING
