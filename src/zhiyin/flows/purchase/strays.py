"""Money that fits no order: a person gives it back or says why not, once; then it is booked."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import (
    RefundNotFound,
    RefundState,
    Stray,
    StrayNotFound,
    StraySettlement,
)
from zhiyin.flows.paying import PaymentError, PaymentProvider, RefundAsked, RefundFact
from zhiyin.flows.purchase import booking
from zhiyin.flows.purchase.carriers import NO_CARRIER
from zhiyin.flows.purchase.giving_back import STANDS, Providers, settle_refund
from zhiyin.flows.purchase.sending import send_soon
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx


def settle_stray(
    *,
    brand_id: UUID,
    stray_id: UUID,
    settlement: StraySettlement,
    reason: str,
    now: datetime,
    user_id: int | None = None,
) -> Stray:
    """Give stray money back through its provider, or keep it, inside the caller's transaction.

    The same decision again changes nothing. Raises ReasonNeeded, StrayNotFound, StrayMoveRefused.
    """
    stray, is_new = orders.settle_stray(
        brand_id=brand_id,
        stray_id=stray_id,
        settlement=settlement,
        reason=reason,
        now=now,
        user_id=user_id,
    )
    if is_new and stray.is_money and stray.amount_fen:
        booking.stray_settled(brand_id=brand_id, stray=stray, at=now)
    if is_new and settlement is StraySettlement.GIVE_BACK:
        send_soon(brand_id=brand_id)
    return stray


def retry_stray(*, brand_id: UUID, stray_id: UUID, now: datetime) -> Stray:
    """Ask for a stuck one again, under the same number, inside the caller's transaction.

    Raises StrayNotFound, StrayMoveRefused.
    """
    orders.retry_stray(brand_id=brand_id, stray_id=stray_id, now=now)
    send_soon(brand_id=brand_id)
    return ordered.stray(brand_id=brand_id, stray_id=stray_id)


def send_strays(
    *,
    brand_id: UUID,
    providers: Providers,
    now: datetime,
    notify_url: str = "",
    limit: int = 100,
) -> int:
    """Ask the providers for stray money that is to go back, or where it stands. Returns how many.

    As `send_refunds` does with refunds of orders.
    """
    with brand_tx(brand_id):
        due = orders.claim_due_strays(brand_id=brand_id, now=now, limit=limit)

    def send(stray_id: UUID) -> None:
        with brand_tx(brand_id):
            stray = ordered.stray(brand_id=brand_id, stray_id=stray_id)
        assert stray.refund is not None
        try:
            provider = providers(brand_id, stray.provider, stray.merchant_id)
            fact = _asked(stray, provider, notify_url)
        except NO_CARRIER as missing:
            state, why = stray.refund, missing.code
        except PaymentError as failed:
            state, why = (RefundState.STUCK if failed.is_permanent else stray.refund), failed.code
        else:
            with brand_tx(brand_id):
                _settle(brand_id, fact, now)
            return
        with brand_tx(brand_id):
            orders.stray_answered(
                brand_id=brand_id, stray_id=stray_id, state=state, now=now, why_stuck=why
            )

    each(due, send)
    return len(due)


def settle_told(*, brand_id: UUID, fact: RefundFact, now: datetime) -> None:
    """Act on what a provider told of a refund: of an order's, or of stray money; once.

    Inside the caller's transaction. Raises RefundNotFound if it is none of ours.
    """
    try:
        settle_refund(brand_id=brand_id, fact=fact, now=now)
    except RefundNotFound:
        try:
            _settle(brand_id, fact, now)
        except (StrayNotFound, ValueError):
            raise RefundNotFound(refund_no=fact.refund_no) from None


def _asked(stray: Stray, provider: PaymentProvider, notify_url: str) -> RefundFact:
    if stray.refund is RefundState.ASKED:
        return provider.query_refund(refund_no=stray.refund_no)
    return provider.refund(
        asked=RefundAsked(
            payment_no=stray.payment_no,
            refund_no=stray.refund_no,
            amount_fen=stray.amount_fen,
            paid_fen=stray.amount_fen,
            reason=stray.reason,
            notify_url=notify_url,
            transaction_id=stray.transaction_id,
        )
    )


def _settle(brand_id: UUID, fact: RefundFact, now: datetime) -> None:
    """Raises ValueError where the number is none that we give, StrayNotFound."""
    stray = ordered.stray(brand_id=brand_id, stray_id=UUID(hex=fact.refund_no))
    state = STANDS[fact.state]
    if fact.amount_fen != stray.amount_fen:
        state = RefundState.STUCK
    arrived = orders.stray_answered(
        brand_id=brand_id,
        stray_id=stray.id,
        state=state,
        now=now,
        why_stuck="" if state is not RefundState.STUCK else fact.state.value,
    )
    if arrived:
        booking.stray_sent(brand_id=brand_id, stray=stray, at=now)
