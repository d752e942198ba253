"""How a case moves, whose turn it is and until when; what may be sent, asked and written down."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from zhiyin.domain.orders.care import (
    TRACKING_CHARS_MAX,
    WORDS_CHARS_MAX,
    AddressFacts,
    AddressRefused,
    CaseAsked,
    CaseKind,
    CaseMove,
    CaseMoveRefused,
    CaseRefused,
    CaseState,
    CaseTerms,
    CaseTooLate,
    GoingBack,
    InvoiceFacts,
    InvoiceMoveRefused,
    InvoiceRefused,
    InvoiceState,
    NothingToSend,
    TermsRefused,
    TitleKind,
    TrackingRefused,
    Turn,
)
from zhiyin.domain.orders.types import OrderCard, OrderLine, OrderMove, OrderMoveRefused, OrderState
from zhiyin.kit.text import TextHasNul, TextTooLong, clean_block, clean_line

CASE_MOVES: dict[tuple[CaseState, CaseMove], CaseState] = {
    (CaseState.ASKED, CaseMove.APPROVE): CaseState.APPROVED,
    (CaseState.ASKED, CaseMove.REFUSE): CaseState.REFUSED,
    (CaseState.ASKED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.APPROVED, CaseMove.AWAIT_GOODS): CaseState.WAITING_GOODS,
    (CaseState.APPROVED, CaseMove.GRANT): CaseState.REFUNDING,
    (CaseState.WAITING_GOODS, CaseMove.SEND_GOODS): CaseState.GOODS_SENT,
    (CaseState.WAITING_GOODS, CaseMove.TAKE_GOODS): CaseState.GOODS_BACK,
    (CaseState.WAITING_GOODS, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.WAITING_GOODS, CaseMove.LAPSE): CaseState.LAPSED,
    (CaseState.GOODS_SENT, CaseMove.TAKE_GOODS): CaseState.GOODS_BACK,
    (CaseState.GOODS_SENT, CaseMove.REFUSE): CaseState.REFUSED,
    (CaseState.GOODS_BACK, CaseMove.GRANT): CaseState.REFUNDING,
    (CaseState.REFUNDING, CaseMove.ARRIVE): CaseState.REFUNDED,
    (CaseState.REFUSED, CaseMove.ESCALATE): CaseState.ESCALATED,
    (CaseState.ESCALATED, CaseMove.APPROVE): CaseState.APPROVED,
    (CaseState.ESCALATED, CaseMove.REFUSE): CaseState.REFUSED,
    (CaseState.ESCALATED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
}
INVOICE_MOVES: frozenset[tuple[InvoiceState, InvoiceState]] = frozenset(
    {
        (InvoiceState.ASKED, InvoiceState.ISSUED),
        (InvoiceState.ASKED, InvoiceState.REFUSED),
        (InvoiceState.REFUSED, InvoiceState.ASKED),
    }
)
CLAIMING: frozenset[CaseState] = frozenset(
    {
        CaseState.ASKED,
        CaseState.APPROVED,
        CaseState.WAITING_GOODS,
        CaseState.GOODS_SENT,
        CaseState.GOODS_BACK,
        CaseState.ESCALATED,
    }
)
"""A case in these states keeps its pieces from any other case, refund or parcel."""

TURNS: Mapping[CaseState, tuple[Turn, timedelta | None]] = {
    CaseState.ASKED: (Turn.BRAND, timedelta(hours=48)),
    CaseState.APPROVED: (Turn.NOBODY, None),
    CaseState.WAITING_GOODS: (Turn.SHOPPER, timedelta(days=7)),
    CaseState.GOODS_SENT: (Turn.BRAND, timedelta(days=10)),
    CaseState.GOODS_BACK: (Turn.NOBODY, None),
    CaseState.REFUNDING: (Turn.PROVIDER, None),
    CaseState.REFUNDED: (Turn.NOBODY, None),
    CaseState.REFUSED: (Turn.SHOPPER, timedelta(days=7)),
    CaseState.ESCALATED: (Turn.ADMIN, timedelta(hours=72)),
    CaseState.WITHDRAWN: (Turn.NOBODY, None),
    CaseState.LAPSED: (Turn.NOBODY, None),
}
"""Who has to act in each state, and for how long; a refusal may be escalated for so long."""
RAN_OUT: Mapping[CaseState, CaseMove] = {
    CaseState.ASKED: CaseMove.APPROVE,
    CaseState.ESCALATED: CaseMove.APPROVE,
    CaseState.WAITING_GOODS: CaseMove.LAPSE,
    CaseState.GOODS_SENT: CaseMove.TAKE_GOODS,
}
"""What happens when nobody acts in time: silence of the brand is a yes, hers gives it up."""
TAKEN_AS_RECEIVED = timedelta(days=10)
"""So long after its last parcel was sent is an order taken as received."""
WITHIN_DAYS = (7, 90)
ASKABLE = (OrderState.PAID, OrderState.PART_SENT, OrderState.SENT, OrderState.DONE)

_TRACKING = re.compile(rf"[A-Za-z0-9-]{{4,{TRACKING_CHARS_MAX}}}")
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_TAX = re.compile(r"[0-9A-Z]{15,20}")
ADDRESS_CHARS = {"name": (1, 30), "region": (2, 60), "street": (2, 120)}
TITLE_CHARS_MAX = 100


def after_case(state: CaseState, move: CaseMove) -> CaseState:
    """The state that `move` leads to. Raises CaseMoveRefused."""
    try:
        return CASE_MOVES[state, move]
    except KeyError:
        raise CaseMoveRefused(state=state.value, move=move.value) from None


def deadline_of(state: CaseState, now: datetime) -> datetime | None:
    """Until when whoever's turn it is may act."""
    lasts = TURNS[state][1]
    return None if lasts is None else now + lasts


def check_invoice_move(was: InvoiceState, to: InvoiceState) -> None:
    """Raises InvoiceMoveRefused unless the table allows it."""
    if (was, to) not in INVOICE_MOVES:
        raise InvoiceMoveRefused(state=was.value)


def unsent(line: OrderLine) -> int:
    """Pieces of a line that are still to leave: not sent, and not given back before."""
    return line.quantity - line.sent - line.withdrawn


def sendable(order: OrderCard, held_back: Mapping[str, int]) -> dict[str, int]:
    """Line key -> pieces that may be sent now. `held_back`: asked back, not decided yet."""
    left = {
        line.key: unsent(line) - min(held_back.get(line.key, 0), unsent(line))
        for line in order.lines
    }
    return {key: count for key, count in left.items() if count}


def to_send(may: Mapping[str, int], pieces: Mapping[str, int] | None) -> dict[str, int]:
    """The pieces of a parcel: these, or all that may be sent. Raises NothingToSend."""
    wanted = {key: n for key, n in (may if pieces is None else pieces).items() if n != 0}
    if not wanted:
        raise NothingToSend()
    for key, count in wanted.items():
        if type(count) is not int or not 1 <= count <= may.get(key, 0):
            raise NothingToSend(line=key, left=may.get(key, 0))
    return wanted


def checked_tracking(tracking_no: str) -> str:
    """A tracking number as it is kept. Raises TrackingRefused."""
    typed = tracking_no.strip()
    if not _TRACKING.fullmatch(typed):
        raise TrackingRefused()
    return typed


def check_asked(order: OrderCard, asked: CaseAsked, terms: CaseTerms, now: datetime) -> str:
    """Whether she may ask for this now; her words, cleaned.

    Raises OrderMoveRefused (not paid, in a group-buy that is not complete, given back),
    CaseTooLate, CaseRefused.
    """
    if order.state not in ASKABLE:
        raise OrderMoveRefused(state=order.state.value, move=OrderMove.REFUND.value)
    if order.done_at is not None:
        until = order.done_at + timedelta(days=terms.within_days)
        if now > until:
            raise CaseTooLate(until=until.isoformat())
    if (asked.kind is CaseKind.RETURN) == (asked.going_back is GoingBack.NONE):
        raise CaseRefused(field="going_back")
    lines = {line.key: line for line in order.lines}
    if not asked.pieces or not set(asked.pieces) <= set(lines):
        raise CaseRefused(field="pieces")
    for key, count in asked.pieces.items():
        if type(count) is not int or not 1 <= count <= lines[key].quantity:
            raise CaseRefused(field="pieces", line=key)
    try:
        return clean_block(asked.words, WORDS_CHARS_MAX)
    except (TextHasNul, TextTooLong):
        raise CaseRefused(field="words") from None


def hers(order: OrderCard, line: OrderLine) -> int:
    """Pieces of a line that have reached her or are on their way, and were not given back."""
    gone = line.sent if order.delivery == "parcel" else line.quantity - line.withdrawn
    if order.delivery != "parcel" and order.state is not OrderState.DONE:
        return 0
    return gone - (line.refunded - line.withdrawn)


def is_granted_at_once(order: OrderCard, asked: CaseAsked) -> bool:
    """A paid order of which nothing has left, outside of a group-buy: nobody need be asked."""
    return (
        asked.kind is CaseKind.REFUND_ONLY
        and order.state is OrderState.PAID
        and order.group_id is None
    )


def check_terms(within_days: int) -> None:
    """Raises TermsRefused."""
    least, most = WITHIN_DAYS
    if type(within_days) is not int or not least <= within_days <= most:
        raise TermsRefused(within_days=str(within_days))


def checked_address(facts: AddressFacts) -> AddressFacts:
    """An address, cleaned. Raises AddressRefused with the field's name."""
    words = {}
    for field, (least, most) in ADDRESS_CHARS.items():
        try:
            words[field] = clean_line(getattr(facts, field), most)
        except (TextHasNul, TextTooLong):
            raise AddressRefused(field=field) from None
        if len(words[field]) < least:
            raise AddressRefused(field=field)
    phone = re.sub(r"[\s-]", "", facts.phone).removeprefix("+86")
    if not _PHONE.fullmatch(phone):
        raise AddressRefused(field="phone")
    return AddressFacts(phone=phone, **words)


def checked_invoice(facts: InvoiceFacts) -> InvoiceFacts:
    """A title, cleaned. Raises InvoiceRefused with the field's name."""
    try:
        title = clean_line(facts.title, TITLE_CHARS_MAX)
    except (TextHasNul, TextTooLong):
        raise InvoiceRefused(field="title") from None
    if not title:
        raise InvoiceRefused(field="title")
    tax_no = re.sub(r"\s", "", facts.tax_no).upper()
    if facts.kind is TitleKind.COMPANY and not _TAX.fullmatch(tax_no):
        raise InvoiceRefused(field="tax_no")
    return InvoiceFacts(
        kind=facts.kind, title=title, tax_no=tax_no if facts.kind is TitleKind.COMPANY else ""
    )
