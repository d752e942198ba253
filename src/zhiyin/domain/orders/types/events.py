"""What happens to orders, for whoever reacts to it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.orders.types.words import CloseReason
from zhiyin.kit.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(DomainEvent):
    """An order was paid, by exactly what it costs."""

    name: ClassVar[str] = "orders.paid"
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderClosed(DomainEvent):
    """An order ended without having been paid in time."""

    name: ClassVar[str] = "orders.closed"
    order_id: UUID
    reason: CloseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDone(DomainEvent):
    """The goods were collected, or received."""

    name: ClassVar[str] = "orders.done"
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReopened(DomainEvent):
    """The goods were marked as collected by mistake; they wait again."""

    name: ClassVar[str] = "orders.reopened"
    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundGranted(DomainEvent):
    """Money is to go back; the reaction asks the provider."""

    name: ClassVar[str] = "orders.refund_granted"
    order_id: UUID
    refund_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundArrived(DomainEvent):
    """Money has gone back."""

    name: ClassVar[str] = "orders.refund_arrived"
    order_id: UUID
    refund_id: UUID
