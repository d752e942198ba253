"""Money that fits no order, and what a person decided of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from zhiyin.domain.orders.types.words import RefundState


class StraySettlement(StrEnum):
    """What a person decided of money that fits no order."""

    GIVE_BACK = "give_back"
    KEEP = "keep"  # it is the brand's, or was seen to elsewhere: her reason says which


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """Money that fits no order, or not by its sum. `why` is a word.

    `is_money`: False if its transaction was booked for something else, and is only told again.
    What a person decided: `settlement`, why (`reason`) and when; `refund` is where the money
    stands that she gives back.
    """

    id: UUID
    provider: str
    merchant_id: str
    payment_no: str
    transaction_id: str
    amount_fen: int
    why: str
    is_money: bool
    at: datetime
    settlement: StraySettlement | None
    reason: str
    settled_at: datetime | None
    refund: RefundState | None
    why_stuck: str

    @property
    def refund_no(self) -> str:
        """The number under which it is given back at its provider."""
        return self.id.hex


@dataclass(frozen=True, slots=True)
class MoneyMoved:
    """Money that moved at a provider: a payment (also one that fits no order) or a refund.

    `kind` is "payment" or "refund"; `number` is ours; `at` is None while a refund is under way.
    """

    kind: str
    payment_no: str
    number: str
    transaction_id: str
    amount_fen: int
    at: datetime | None
