"""Money goes back: granted with the goods accounted for, asked for outside, settled once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import HoldLine, ReleaseReason
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import OrderCard, OrderState, RefundCard, RefundState
from zhiyin.domain.promotions import operations as promotions
from zhiyin.flows.paying import (
    PaymentError,
    PaymentProvider,
    RefundAsked,
    RefundFact,
)
from zhiyin.flows.paying import RefundState as AtProvider
from zhiyin.flows.purchase import booking
from zhiyin.flows.purchase.carriers import NO_CARRIER
from zhiyin.flows.purchase.placing import cause_of
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx

STANDS = {
    AtProvider.PROCESSING: RefundState.ASKED,
    AtProvider.SUCCEEDED: RefundState.DONE,
    AtProvider.CLOSED: RefundState.STUCK,
    AtProvider.STUCK: RefundState.STUCK,
}
"""What the provider says of a refund -> where it stands with us."""

Providers = Callable[[UUID, str, str], PaymentProvider]
"""(brand, provider's name, merchant number) -> who carries the money of that account."""


def give_back(
    *,
    brand_id: UUID,
    order_id: UUID,
    cause: str,
    reason: str,
    now: datetime,
    pieces: Mapping[str, int] | None = None,
    with_freight: bool = True,
    user_id: int | None = None,
    member_id: UUID | None = None,
    goods_are_back: bool = True,
) -> RefundCard:
    """Promise money back for some pieces of a paid order, or for all that is left.

    What was not handed over yet is for sale again; what was goes back on its store's shelf if
    `goods_are_back`. The same cause gives back once. One transaction.
    Raises ReasonNeeded, OrderNotFound, OrderMoveRefused, PiecesRefused, PiecesClaimed,
    NothingToGiveBack.
    """
    with brand_tx(brand_id):
        return grant(
            brand_id=brand_id,
            order_id=order_id,
            cause=cause,
            reason=reason,
            now=now,
            pieces=pieces,
            with_freight=with_freight,
            user_id=user_id,
            member_id=member_id,
            goods_are_back=goods_are_back,
        )


def grant(
    *,
    brand_id: UUID,
    order_id: UUID,
    cause: str,
    reason: str,
    now: datetime,
    pieces: Mapping[str, int] | None = None,
    with_freight: bool = True,
    user_id: int | None = None,
    member_id: UUID | None = None,
    goods_are_back: bool = True,
    of_sent: bool = False,
    into_store_id: UUID | None = None,
) -> RefundCard:
    """`give_back` inside the caller's transaction.

    `of_sent`: it is for goods that were sent and came back, also if others of the line still wait.
    `into_store_id`: the store they came back to, if not the one they left. Who gets her money
    while her group is not complete leaves it: nobody wins with a seat that is paid for no more.
    Raises GroupClosed where the group was completed this moment.
    """
    if orders.lock(brand_id=brand_id, order_id=order_id) is OrderState.GROUPING:
        promotions.return_seat(brand_id=brand_id, order_id=order_id, now=now)
    refund, is_new = orders.give_back(
        brand_id=brand_id,
        order_id=order_id,
        cause=cause,
        reason=reason,
        now=now,
        pieces=pieces,
        with_freight=with_freight,
        user_id=user_id,
        member_id=member_id,
        of_sent=of_sent,
    )
    if is_new and refund.pieces:
        orders.finish_sending(brand_id=brand_id, order_id=order_id, now=now)
        order = ordered.order(brand_id=brand_id, order_id=order_id)
        _free(
            brand_id,
            order,
            refund,
            now,
            goods_are_back=goods_are_back,
            into_store_id=into_store_id,
        )
        booking.granted(brand_id=brand_id, order=order, refund=refund, at=now)
        if order.state is OrderState.REFUNDED:
            orders.free_slot(brand_id=brand_id, order_id=order_id, now=now)
    return refund


def send_refunds(
    *,
    brand_id: UUID,
    providers: Providers,
    now: datetime,
    notify_url: str = "",
    limit: int = 100,
) -> int:
    """Ask the providers for refunds that are due, or where they stand. Returns how many.

    `notify_url` is where they may tell that one has arrived; it is asked about all the same.

    Each is claimed and committed first, asked for outside of any transaction under a number that
    never changes, and its answer noted. Several may run at once; a killed one loses nothing.
    """
    with brand_tx(brand_id):
        due = orders.claim_due(brand_id=brand_id, now=now, limit=limit)

    def send(refund_id: UUID) -> None:
        with brand_tx(brand_id):
            refund = ordered.refund(brand_id=brand_id, refund_id=refund_id)
        try:
            provider = providers(brand_id, refund.provider, refund.merchant_id)
        except NO_CARRIER as missing:
            with brand_tx(brand_id):
                orders.refund_answered(
                    brand_id=brand_id,
                    refund_id=refund_id,
                    state=refund.state,
                    now=now,
                    why_stuck=missing.code,
                )
        else:
            _send(brand_id, refund, provider, notify_url, now)

    each(due, send)
    return len(due)


def settle_refund(*, brand_id: UUID, fact: RefundFact, now: datetime) -> None:
    """Act on what the provider says of a refund, inside the caller's transaction; once.

    Raises RefundNotFound if it is none of ours.
    """
    refund = ordered.refund(brand_id=brand_id, refund_id=_id(fact.refund_no))
    state = STANDS[fact.state]
    if fact.amount_fen != refund.amount_fen:
        state = RefundState.STUCK
    arrived = orders.refund_answered(
        brand_id=brand_id,
        refund_id=refund.id,
        state=state,
        now=now,
        provider_refund_id=fact.provider_refund_id,
        why_stuck="" if state is not RefundState.STUCK else fact.state.value,
    )
    if arrived:
        booking.sent(brand_id=brand_id, refund=refund, at=now)


def _id(refund_no: str) -> UUID:
    try:
        return UUID(hex=refund_no)
    except ValueError:
        return UUID(int=0)


def _send(
    brand_id: UUID,
    refund: RefundCard,
    provider: PaymentProvider,
    notify_url: str,
    now: datetime,
) -> None:
    """Ask for one refund, or about it, and note the answer. What failed is tried again later."""
    try:
        if refund.state is RefundState.ASKED:
            fact = provider.query_refund(refund_no=refund.refund_no)
        else:
            fact = provider.refund(
                asked=RefundAsked(
                    payment_no=refund.payment_id.hex,
                    refund_no=refund.refund_no,
                    amount_fen=refund.amount_fen,
                    paid_fen=refund.paid_fen,
                    reason=refund.reason,
                    notify_url=notify_url,
                )
            )
    except PaymentError as failed:
        state = RefundState.STUCK if failed.is_permanent else refund.state
        with brand_tx(brand_id):
            orders.refund_answered(
                brand_id=brand_id, refund_id=refund.id, state=state, now=now, why_stuck=failed.code
            )
        return
    with brand_tx(brand_id):
        settle_refund(brand_id=brand_id, fact=fact, now=now)


def _free(
    brand_id: UUID,
    order: OrderCard,
    refund: RefundCard,
    now: datetime,
    *,
    goods_are_back: bool,
    into_store_id: UUID | None,
) -> None:
    """Pieces that never left are for sale again; those that came back lie on their shelf.

    `order` as it stands after the refund: what is held beyond what its lines wait for is free.
    """
    wanted: dict[UUID, int] = {}
    waiting: dict[UUID, int] = {}
    for line in order.lines:
        wanted[line.sku_id] = wanted.get(line.sku_id, 0) + refund.pieces.get(line.key, 0)
        waits = line.quantity - line.sent - line.withdrawn
        waiting[line.sku_id] = waiting.get(line.sku_id, 0) + waits
    staying, gone = [], []
    for card in catalog.held_for(brand_id=brand_id, cause=cause_of(order.id)):
        here = max(0, card.outstanding - waiting.get(card.sku_id, 0))
        there = min(wanted.get(card.sku_id, 0) - here, card.handed_over - card.taken_back)
        if here:
            staying.append(HoldLine(card.sku_id, card.store_id, here))
        if there:
            gone.append(HoldLine(card.sku_id, card.store_id, there))
    if staying:
        stock.release_part(
            brand_id=brand_id,
            cause=cause_of(order.id),
            lines=staying,
            key=f"refund:{refund.id}",
            reason=ReleaseReason.REFUNDED,
            now=now,
        )
    if gone and goods_are_back:
        stock.take_back(
            brand_id=brand_id,
            cause=cause_of(order.id),
            lines=gone,
            key=f"refund:{refund.id}",
            reason=refund.reason,
            now=now,
            into_store_id=into_store_id,
        )
