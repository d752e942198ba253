"""What the clock does to orders: those never paid are closed, and nobody's money is overlooked."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import CloseReason, OrderMoveRefused, PaymentState
from zhiyin.flows.paying import (
    PaymentAlreadyPaid,
    PaymentError,
    PaymentNotFound,
    PaymentProvider,
)
from zhiyin.flows.purchase.carriers import NO_CARRIER
from zhiyin.flows.purchase.closing import close_order
from zhiyin.flows.purchase.giving_back import Providers
from zhiyin.flows.purchase.paying import ask_provider
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx

UNHEARD = timedelta(seconds=30)
"""So long after it was opened is a payment asked about: most notifications have come by then."""


def cancel(*, brand_id: UUID, order_id: UUID, member_id: UUID, now: datetime) -> None:
    """She does not want it after all, and has not paid. Safe to repeat.

    Raises OrderNotFound, OrderMoveRefused.
    """
    with brand_tx(brand_id):
        cancel_order(brand_id=brand_id, order_id=order_id, member_id=member_id, now=now)


def cancel_order(*, brand_id: UUID, order_id: UUID, member_id: UUID, now: datetime) -> None:
    """`cancel` inside the caller's transaction."""
    ordered.order(brand_id=brand_id, order_id=order_id, member_id=member_id)
    close_order(
        brand_id=brand_id,
        order_id=order_id,
        reason=CloseReason.CANCELLED,
        now=now,
        member_id=member_id,
    )


def close_overdue(*, brand_id: UUID, now: datetime, limit: int) -> int:
    """Close the orders that were not paid in time, each by itself. Returns how many were due.

    Their pieces are for sale again. Money that is on its way comes late, and goes back.
    """
    with brand_tx(brand_id):
        due = ordered.overdue(brand_id=brand_id, now=now, limit=limit)

    def close(order_id: UUID) -> None:
        # OrderMoveRefused: its money came in just now
        with suppress(OrderMoveRefused), brand_tx(brand_id):
            close_order(brand_id=brand_id, order_id=order_id, reason=CloseReason.EXPIRED, now=now)

    each(due, close)
    return len(due)


def poll_payments(*, brand_id: UUID, providers: Providers, now: datetime, limit: int) -> int:
    """Ask about payments that nobody told us of, and close those whose order is closed.

    Returns how many were asked about. A provider that cannot be reached is asked again later.
    """
    with brand_tx(brand_id):
        unheard = ordered.open_payments(brand_id=brand_id, before=now - UNHEARD, limit=limit)
    for payment in unheard:
        try:
            provider = providers(brand_id, payment.provider, payment.merchant_id)
        except NO_CARRIER:
            with brand_tx(brand_id):
                orders.note_asked(brand_id=brand_id, payment_id=payment.id, now=now)
            continue
        try:
            state = ask_provider(
                brand_id=brand_id,
                payment_id=payment.id,
                provider=provider,
                name=payment.provider,
                now=now,
            )
            with brand_tx(brand_id):
                waits = ordered.waits(brand_id=brand_id, order_id=payment.order_id)
            if state is PaymentState.OPEN and not waits:
                _close_at_provider(brand_id, payment.id, provider)
        except PaymentError:
            continue  # noted as asked: others come first, then it is this one's turn again
    return len(unheard)


def _close_at_provider(brand_id: UUID, payment_id: UUID, provider: PaymentProvider) -> None:
    """Let nobody pay a closed order. If somebody just did, the next round hears of it."""
    try:
        provider.close_payment(payment_no=payment_id.hex)
    except PaymentNotFound:
        pass  # it was never opened there: there is nothing to pay
    except PaymentAlreadyPaid:
        return
    with brand_tx(brand_id):
        orders.close_payment(brand_id=brand_id, payment_id=payment_id)
