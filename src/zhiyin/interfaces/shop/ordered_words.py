"""An order in words: where it stands, what happened to it, and where its money is."""

from django.utils.translation import gettext as _

from zhiyin.domain.orders.types import (
    CloseReason,
    Delivery,
    OrderCard,
    OrderMove,
    OrderState,
    RefundCard,
    RefundState,
    Step,
)

BADGES = {
    OrderState.UNPAID: "act",
    OrderState.GROUPING: "thin",
    OrderState.PAID: "good",
    OrderState.PART_SENT: "good",
    OrderState.SENT: "good",
}


def badge(state: OrderState) -> str:
    """How loud a state is."""
    return BADGES.get(state, "")


def state_words(state: OrderState, delivery: Delivery) -> str:
    """Where an order stands, in two words."""
    if state is OrderState.PAID:
        return _("ready to collect") if delivery is Delivery.PICKUP else _("to be sent")
    return {
        OrderState.UNPAID: _("to pay"),
        OrderState.GROUPING: _("waiting for the group"),
        OrderState.PART_SENT: _("a part is on its way"),
        OrderState.SENT: _("on its way"),
        OrderState.DONE: _("collected") if delivery is Delivery.PICKUP else _("received"),
        OrderState.CLOSED: _("closed"),
        OrderState.REFUNDED: _("refunded"),
    }[state]


def closed_words(order: OrderCard) -> str:
    """Why an order was closed, and what that means for her; "" if it was not."""
    return {
        CloseReason.CANCELLED: _("You cancelled it. Nothing was paid."),
        CloseReason.EXPIRED: _("It was not paid in time. The pieces are free again."),
        CloseReason.GROUP_LOST: _("The group did not come together. What was paid goes back."),
        CloseReason.SOLD_OUT: _("Paid too late, and it was sold out by then. The money goes back."),
        CloseReason.PAID_LATE: _("Paid after it was closed. The money goes back."),
    }.get(order.close_reason, "")  # type: ignore[call-overload]


def step_words(step: Step) -> str:
    """What happened, as a line of the history."""
    if step.move is OrderMove.CLOSE:
        return {
            CloseReason.CANCELLED: _("Cancelled by you"),
            CloseReason.EXPIRED: _("Closed: not paid in time"),
            CloseReason.GROUP_LOST: _("Closed: the group did not come together"),
            CloseReason.SOLD_OUT: _("Closed: sold out when the money came"),
        }.get(step.reason) or _("Closed")  # type: ignore[call-overload]
    return {
        OrderMove.PLACE: _("Ordered; the pieces are held for you"),
        OrderMove.PAY: _("Paid"),
        OrderMove.PAY_IN_GROUP: _("Paid; waiting for the group"),
        OrderMove.WIN: _("The group is complete"),
        OrderMove.SEND_PART: _("A part was sent"),
        OrderMove.SEND: _("Sent"),
        OrderMove.RECEIVE: _("Received"),
        OrderMove.COLLECT: _("Collected in the store"),
        OrderMove.UNDO_COLLECT: _("The hand-over was taken back"),
        OrderMove.REFUND: _("A part is refunded"),
        OrderMove.REFUND_ALL: _("All of it is refunded"),
    }.get(step.move, step.move.value)


def refund_words(refund: RefundCard) -> str:
    """Where money that goes back stands."""
    return {
        RefundState.GRANTED: _("Promised: we are asking the payment service to send it"),
        RefundState.ASKED: _("The payment service has it: as a rule it arrives within three days"),
        RefundState.DONE: _("It has arrived where you paid from"),
        RefundState.STUCK: _("It could not arrive by itself. A person of the brand sees to it."),
    }[refund.state]
