"""Groups and their seats: who pays together, and what becomes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.events import DomainEvent


class GroupState(StrEnum):
    """Where a group stands."""

    OPEN = "open"
    WON = "won"  # as many paid as it has seats
    LOST = "lost"  # its time was over before


class GroupMove(StrEnum):
    """What happens to a group."""

    FILL = "fill"
    EXPIRE = "expire"


class SeatState(StrEnum):
    """Where a seat stands."""

    TAKEN = "taken"  # her order waits for its payment
    PAID = "paid"
    LEFT = "left"  # nobody sits there; with a payment, that is to be refunded


class SeatMove(StrEnum):
    """What happens to a seat."""

    PAY = "pay"
    PAY_LATE = "pay_late"
    LEAVE = "leave"
    RETURN = "return"
    LOSE = "lose"


class LeftAs(StrEnum):
    """Why nobody sits on a seat any more."""

    UNPAID = "unpaid"  # her order was closed before it was paid
    RETURNED = "returned"  # she paid, and wanted her money back before the group was won
    LOST = "lost"  # the group's time was over
    LATE = "late"  # the money came when the seat or the group was gone


class SeatOutcome(StrEnum):
    """What a payment did to a seat."""

    PAID = "paid"
    WON = "won"  # it was the last one: the group is won
    LATE = "late"  # the caller owes a refund


@dataclass(frozen=True, slots=True)
class Seated:
    """A seat that somebody has."""

    group_id: UUID
    seat_id: UUID
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class LostGroup:
    """A group whose time is over: whom to refund, and whose unpaid order to close."""

    group_id: UUID
    paid_order_ids: tuple[UUID, ...]
    unpaid_order_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group to join. `seats_left` counts neither those who paid nor those who are paying."""

    id: UUID
    group_buy_id: UUID
    opened_by: UUID
    price_fen: int
    seats: int
    seats_paid: int
    seats_left: int
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who paid for her seat."""

    member_id: UUID
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class GroupPage:
    """One group: who really joined, in order of payment, and how long is left."""

    card: GroupCard
    state: GroupState
    opened_at: datetime
    seconds_left: int
    joined: tuple[Joined, ...] = ()
    sku_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatCard:
    """The seat of an order."""

    order_id: UUID
    group_id: UUID
    member_id: UUID
    state: SeatState
    left_as: LeftAs | None
    paid_at: datetime | None
    closes_at: datetime
    group_state: GroupState


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWon(DomainEvent):
    """As many have paid as the group has seats: their orders may be handed over."""

    name: ClassVar[str] = "promotions.group_won"
    group_id: UUID
    order_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLost(DomainEvent):
    """The group's time is over. `order_ids` were paid, and are to be refunded."""

    name: ClassVar[str] = "promotions.group_lost"
    group_id: UUID
    order_ids: tuple[UUID, ...] = field(default=())
