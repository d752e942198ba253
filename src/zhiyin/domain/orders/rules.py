"""How an order, a payment and a refund may move, and what is left of an order to give back."""

from collections.abc import Sequence
from datetime import timedelta

from zhiyin.domain.brands.types import Role
from zhiyin.domain.orders.types import (
    OrderCard,
    OrderEmpty,
    OrderLine,
    OrderMove,
    OrderMoveRefused,
    OrderState,
    PaymentState,
    PurchaseFacts,
    PurchaseRefused,
    ReasonNeeded,
    RefundState,
    SumRefused,
)
from zhiyin.domain.pricing.types import Line, Quote, QuotedLine

MOVES: dict[tuple[OrderState, OrderMove], OrderState] = {
    (OrderState.UNPAID, OrderMove.PAY): OrderState.PAID,
    (OrderState.UNPAID, OrderMove.PAY_IN_GROUP): OrderState.GROUPING,
    (OrderState.UNPAID, OrderMove.CLOSE): OrderState.CLOSED,
    (OrderState.GROUPING, OrderMove.WIN): OrderState.PAID,
    (OrderState.PAID, OrderMove.COLLECT): OrderState.DONE,
    (OrderState.DONE, OrderMove.UNDO_COLLECT): OrderState.PAID,
    (OrderState.PAID, OrderMove.SEND_PART): OrderState.PART_SENT,
    (OrderState.PART_SENT, OrderMove.SEND_PART): OrderState.PART_SENT,
    (OrderState.PAID, OrderMove.SEND): OrderState.SENT,
    (OrderState.PART_SENT, OrderMove.SEND): OrderState.SENT,
    (OrderState.SENT, OrderMove.RECEIVE): OrderState.DONE,
    **{
        (state, OrderMove.REFUND_ALL): OrderState.REFUNDED
        for state in (
            OrderState.GROUPING,
            OrderState.PAID,
            OrderState.PART_SENT,
            OrderState.SENT,
            OrderState.DONE,
        )
    },
    **{
        (state, OrderMove.REFUND): state
        for state in (OrderState.PAID, OrderState.PART_SENT, OrderState.SENT, OrderState.DONE)
    },
}
PAYMENT_MOVES: frozenset[tuple[PaymentState, PaymentState]] = frozenset(
    {
        (PaymentState.OPEN, PaymentState.PAID),
        (PaymentState.OPEN, PaymentState.LATE),
        (PaymentState.OPEN, PaymentState.CLOSED),
        (PaymentState.CLOSED, PaymentState.LATE),
    }
)
REFUND_MOVES: frozenset[tuple[RefundState, RefundState]] = frozenset(
    {
        (RefundState.GRANTED, RefundState.ASKED),
        (RefundState.GRANTED, RefundState.DONE),
        (RefundState.GRANTED, RefundState.STUCK),
        (RefundState.ASKED, RefundState.DONE),
        (RefundState.ASKED, RefundState.STUCK),
        (RefundState.STUCK, RefundState.GRANTED),
        (RefundState.STUCK, RefundState.DONE),
    }
)
REFUND_LIMITS: dict[Role, int | None] = {Role.ADMIN: None, Role.OPERATOR: 50_000}
"""How much of one order each role may give back alone, in fen, until the brand says otherwise."""
MOST_FEN = 100_000_000_000
"""No sum that a person types is above this: a billion yuan."""
PATIENCE = (1, 2, 5, 10, 30, 60, 180, 360)
"""Minutes between tries to have a refund accepted; then every six hours, until somebody looks."""


def after(state: OrderState, move: OrderMove) -> OrderState:
    """The state that `move` leads to. What the table does not allow is refused by name."""
    try:
        return MOVES[state, move]
    except KeyError:
        raise OrderMoveRefused(state=state.value, move=move.value) from None


def states_before(move: OrderMove) -> list[OrderState]:
    """Where an order may stand for `move` to happen."""
    return [state for state, one in MOVES if one is move]


def next_try_in(tries: int) -> timedelta:
    """How long to wait after a refund was tried `tries` times, from 1."""
    return timedelta(minutes=PATIENCE[min(tries, len(PATIENCE)) - 1])


def checked_reason(reason: str) -> str:
    """A reason somebody gave. Raises ReasonNeeded."""
    said = reason.strip()
    if not 1 <= len(said) <= 200 or "\0" in said:
        raise ReasonNeeded()
    return said


def quote_of(order: OrderCard) -> Quote:
    """An order's quote as far as giving back needs it: its pieces' prices and the freight."""
    return Quote(
        lines=tuple(QuotedLine(_priced(line), line.unit_fen) for line in order.lines),
        applied=(),
        refused=(),
        list_freight_fen=order.freight_fen,
        freight_fen=order.freight_fen,
    )


def left_of(lines: Sequence[OrderLine]) -> dict[str, int]:
    """Line key -> pieces that were not given back yet."""
    return {
        line.key: line.quantity - line.refunded for line in lines if line.quantity > line.refunded
    }


def check_quantity(quantity: int, most: int) -> None:
    """Raises OrderEmpty unless it is a whole number from one to `most`."""
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= most:
        raise OrderEmpty(quantity=str(quantity), most=most)


def check_fen(fen: int, field: str) -> None:
    """Raises SumRefused unless it is a whole number of fen, none or more, that a brand may mean."""
    if isinstance(fen, bool) or not isinstance(fen, int) or not 0 <= fen <= MOST_FEN:
        raise SumRefused(field=field)


def _priced(line: OrderLine) -> Line:
    return Line(
        key=line.key,
        sku_id=line.sku_id,
        product_id=line.product_id,
        quantity=line.quantity,
        list_fen=line.list_fen,
        look_id=line.look_id,
    )


def check_purchase(purchase: PurchaseFacts) -> None:
    """Refuse a purchase without a number, or one below zero. Raises PurchaseRefused."""
    if not purchase.external_ref:
        raise PurchaseRefused(field="external_ref")
    if purchase.paid_fen is not None and purchase.paid_fen < 0:
        raise PurchaseRefused(field="paid_fen")
