"""Money comes in: asked for, heard of, settled once; what fits nothing is kept apart."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import HoldExpired, HoldLine, SoldOut
from zhiyin.domain.ledger.types import AccountKind
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import (
    CloseReason,
    OrderMove,
    OrderMoveRefused,
    OrderState,
    PaymentState,
    PaymentUnknown,
    ToSettle,
)
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions.types import SeatOutcome
from zhiyin.flows.paying import (
    PaymentAsked,
    PaymentFact,
    PaymentNotFound,
    PaymentOpened,
    PaymentProvider,
    RefundFact,
    disagreement,
)
from zhiyin.flows.paying import PaymentState as AtProvider
from zhiyin.flows.purchase import booking
from zhiyin.flows.purchase.closing import close_order
from zhiyin.flows.purchase.giving_back import grant
from zhiyin.flows.purchase.placing import GRACE, cause_of
from zhiyin.flows.purchase.strays import settle_told
from zhiyin.storage.tenancy import brand_tx

RECEIVED = frozenset({AtProvider.PAID, AtProvider.REFUNDED})


def open_payment(
    *,
    brand: BrandCard,
    order_id: UUID,
    member_id: UUID,
    provider: PaymentProvider,
    payer: str,
    notify_url: str,
    now: datetime,
) -> PaymentOpened:
    """Have an order's payment ready at the provider, for the page to hand on.

    Reaches out, after the order was committed; safe to repeat.
    Raises OrderNotFound, OrderMoveRefused (it does not wait to be paid), and what the provider's
    `open_payment` raises.
    """
    with brand_tx(brand.id):
        order = ordered.order(brand_id=brand.id, order_id=order_id, member_id=member_id)
        payment = ordered.payment_of(brand_id=brand.id, order_id=order_id)
    if order.state is not OrderState.UNPAID or order.pay_by <= now:
        raise OrderMoveRefused(state=order.state.value, move=OrderMove.PAY.value)
    return provider.open_payment(
        asked=PaymentAsked(
            payment_no=payment.payment_no,
            amount_fen=payment.amount_fen,
            subject=f"{brand.name_zh} {order.number}",
            payer=payer,
            notify_url=notify_url,
            expires_at=order.pay_by,
        )
    )


def hear(
    *,
    brand_id: UUID,
    provider: str,
    notification_id: str,
    about: PaymentFact | RefundFact,
    now: datetime,
) -> None:
    """Act on a proven notification, once, however often and in whatever order they come.

    All of it commits together with the note that it was heard. Raises what `settle` raises; then
    nothing is noted, and the provider sends it again.
    """
    with brand_tx(brand_id):
        if not orders.hear_once(
            brand_id=brand_id, provider=provider, notification_id=notification_id, now=now
        ):
            return
        if isinstance(about, PaymentFact):
            _settle(brand_id, provider, about, now)
        else:
            settle_told(brand_id=brand_id, fact=about, now=now)


def settle(*, brand_id: UUID, provider: str, fact: PaymentFact, now: datetime) -> None:
    """Act on what the provider says of a payment when asked. Safe to repeat."""
    with brand_tx(brand_id):
        _settle(brand_id, provider, fact, now)


def ask_provider(
    *, brand_id: UUID, payment_id: UUID, provider: PaymentProvider, name: str, now: datetime
) -> PaymentState:
    """Ask where a payment stands and act on it: her browser is back, or nobody told us.

    Returns where it stands with us then. Raises PaymentUnknown, and what the provider raises.
    """
    with brand_tx(brand_id):
        orders.note_asked(brand_id=brand_id, payment_id=payment_id, now=now)
    try:
        fact = provider.query_payment(payment_no=payment_id.hex)
    except PaymentNotFound:
        return PaymentState.OPEN
    settle(brand_id=brand_id, provider=name, fact=fact, now=now)
    with brand_tx(brand_id):
        return orders.for_payment(brand_id=brand_id, payment_id=payment_id).payment.state


def _settle(brand_id: UUID, provider: str, fact: PaymentFact, now: datetime) -> None:
    if fact.state not in RECEIVED:
        return  # what did not happen needs nothing: the poller and the reaper see to the order
    settled = _ours(brand_id, provider, fact)
    if settled is None:
        _keep_apart(brand_id, provider, fact, "payment_no", now)
        return
    wrong = disagreement(
        fact, payment_no=settled.payment.payment_no, amount_fen=settled.payment.amount_fen
    )
    if wrong is not None or _paid_by_another(settled, fact):
        why = wrong or "transaction_id"
        _keep_apart(brand_id, provider, fact, why, now, is_money=not settled.is_spent)
        return
    if settled.payment.state in (PaymentState.PAID, PaymentState.LATE):
        return
    late = _why_late(brand_id, settled, now)
    if late is None:
        _pay(brand_id, settled, fact, now)
    else:
        _pay_late(brand_id, settled, fact, late, now)


def _ours(brand_id: UUID, provider: str, fact: PaymentFact) -> ToSettle | None:
    """The payment that this money is for, its order locked; None if we opened none such."""
    try:
        settled = orders.for_payment(
            brand_id=brand_id,
            payment_id=UUID(hex=fact.payment_no),
            transaction_id=fact.transaction_id,
        )
    except (ValueError, PaymentUnknown):
        return None
    return settled if settled.payment.provider == provider else None


def _paid_by_another(settled: ToSettle, fact: PaymentFact) -> bool:
    """Two transactions under one number, or one for two payments: kept apart, never credited."""
    return settled.is_spent or settled.payment.transaction_id not in ("", fact.transaction_id)


def _why_late(brand_id: UUID, settled: ToSettle, now: datetime) -> CloseReason | None:
    """Why this money cannot buy what it was for; None if it can: pieces and seat are hers then.

    Pieces whose time is over are held anew, if they are still there.
    """
    if settled.state is not OrderState.UNPAID:
        return CloseReason.PAID_LATE
    cause = cause_of(settled.order_id)
    try:
        stock.keep(brand_id=brand_id, cause=cause, now=now)
    except HoldExpired:
        if settled.group_id is not None:  # before stock, as whoever joins it now locks them
            promotions.lock_group(brand_id=brand_id, order_id=settled.order_id)
        lines = [
            HoldLine(sku_id=card.sku_id, store_id=card.store_id, quantity=card.quantity)
            for card in catalog.held_for(brand_id=brand_id, cause=cause)
        ]
        try:
            stock.hold(brand_id=brand_id, lines=lines, cause=cause, until=now + GRACE, now=now)
        except SoldOut:
            return CloseReason.SOLD_OUT
        stock.keep(brand_id=brand_id, cause=cause, now=now)
    if settled.group_id is None:
        return None
    seat = promotions.seat_paid(brand_id=brand_id, order_id=settled.order_id, now=now)
    return CloseReason.GROUP_LOST if seat is SeatOutcome.LATE else None


def _pay(brand_id: UUID, settled: ToSettle, fact: PaymentFact, now: datetime) -> None:
    orders.pay(
        brand_id=brand_id,
        settled=settled,
        transaction_id=fact.transaction_id,
        merchant_id=fact.merchant_id,
        paid_at=fact.paid_at or now,
        now=now,
    )
    booking.received(
        brand_id=brand_id,
        payment=settled.payment,
        owed=AccountKind.PREPAYMENTS,
        at=fact.paid_at or now,
    )


def _pay_late(
    brand_id: UUID, settled: ToSettle, fact: PaymentFact, why: CloseReason, now: datetime
) -> None:
    """Take the money and promise it back in the same commit (P4)."""
    if settled.state is OrderState.UNPAID:
        close_order(brand_id=brand_id, order_id=settled.order_id, reason=why, now=now)
    orders.pay_late(
        brand_id=brand_id,
        settled=settled,
        transaction_id=fact.transaction_id,
        merchant_id=fact.merchant_id,
        paid_at=fact.paid_at or now,
        now=now,
    )
    grant(
        brand_id=brand_id,
        order_id=settled.order_id,
        cause=f"late:{settled.payment.id}",
        reason=why.value,
        now=now,
    )
    booking.received(
        brand_id=brand_id,
        payment=settled.payment,
        owed=AccountKind.REFUNDS_PAYABLE,
        at=fact.paid_at or now,
    )


def _keep_apart(
    brand_id: UUID,
    provider: str,
    fact: PaymentFact,
    why: str,
    now: datetime,
    *,
    is_money: bool = True,
) -> None:
    """Money that fits nothing is booked apart, and a person looks at it. Never "paid" (P1).

    What was booked under this transaction before is no money (`is_money`): it is only noted.
    """
    amount_fen = fact.amount_fen or 0
    is_new = orders.note_stray(
        brand_id=brand_id,
        provider=provider,
        merchant_id=fact.merchant_id,
        payment_no=fact.payment_no,
        transaction_id=fact.transaction_id,
        amount_fen=amount_fen,
        why=why,
        is_money=is_money,
        now=now,
    )
    if is_new and is_money and amount_fen > 0:
        booking.stray(
            brand_id=brand_id,
            provider=provider,
            transaction_id=fact.transaction_id,
            amount_fen=amount_fen,
            at=now,
        )
