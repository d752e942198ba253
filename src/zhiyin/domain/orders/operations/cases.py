"""After-sales cases: asked, answered or overdue, the goods back, the money granted and arrived.

Every act locks the order first, then its case.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from zhiyin.domain.orders.care import (
    Carrier,
    CaseAsked,
    CaseCard,
    CaseKind,
    CaseMove,
    CaseMoved,
    CaseMoveRefused,
    CaseNotFound,
    CaseRefused,
    CaseState,
    CaseTooLate,
    PiecesClaimed,
    Turn,
)
from zhiyin.domain.orders.care_rules import (
    CLAIMING,
    TURNS,
    after_case,
    check_asked,
    check_terms,
    checked_tracking,
    deadline_of,
    hers,
)
from zhiyin.domain.orders.models import (
    AfterSaleCase,
    AfterSaleTerms,
    CasePiece,
    CaseStep,
    OrderLine,
)
from zhiyin.domain.orders.operations.parcels import lock_order
from zhiyin.domain.orders.queries.cases import case_terms, read_case
from zhiyin.domain.orders.queries.orders import order as read_order
from zhiyin.domain.orders.rules import checked_reason, quote_of
from zhiyin.domain.orders.types import NothingToGiveBack, OrderCard, OrderNotFound, RequestReused
from zhiyin.domain.pricing import rules as pricing
from zhiyin.events import operations as diary
from zhiyin.storage.fields import seal_text
from zhiyin.storage.sql import run

CLAIM = """
    UPDATE orders_orderline SET claimed = claimed + %(pieces)s
    WHERE brand_id = %(brand_id)s AND order_id = %(order_id)s AND key = %(key)s
      AND refunded + claimed + %(pieces)s <= quantity
"""
"""No piece stands in two open cases, nor in a case and a refund: a CHECK keeps it as well."""


def open_case(
    *,
    brand_id: UUID,
    case_id: UUID,
    order_id: UUID,
    member_id: UUID,
    asked: CaseAsked,
    now: datetime,
) -> tuple[CaseCard, bool]:
    """Ask for money back for some pieces. Returns the case and whether it is new.

    The same `case_id` is the same case, however often it is sent. Raises OrderNotFound,
    OrderMoveRefused, CaseTooLate, CaseRefused, PiecesClaimed, PiecesRefused, NothingToGiveBack,
    RequestReused.
    """
    row = lock_order(brand_id, order_id)
    if row.member_id != member_id:
        raise OrderNotFound(order_id=order_id)
    before = AfterSaleCase.objects.filter(brand_id=brand_id, id=case_id).first()
    if before is not None:
        if before.order_id != order_id:
            raise RequestReused(case_id=case_id)
        return read_case(brand_id=brand_id, case_id=case_id), False
    order = read_order(brand_id=brand_id, order_id=order_id)
    words = check_asked(order, asked, case_terms(brand_id=brand_id), now)
    lines = {line.key: line for line in order.lines}
    _claim(brand_id, order_id, asked.pieces)
    if asked.kind is CaseKind.RETURN:
        _check_sent(brand_id, order, asked.pieces)
    amount_fen = sum(would_come_back(order, asked.pieces))
    if amount_fen == 0:
        raise NothingToGiveBack()
    case = AfterSaleCase.objects.create(
        brand_id=brand_id,
        id=case_id,
        order_id=order_id,
        member_id=member_id,
        kind=asked.kind,
        reason=asked.reason,
        going_back=asked.going_back,
        words_sealed=_sealed(brand_id, case_id, words),
        state=CaseState.ASKED,
        turn=TURNS[CaseState.ASKED][0],
        deadline_at=deadline_of(CaseState.ASKED, now),
        amount_fen=amount_fen,
        opened_at=now,
    )
    for key, count in asked.pieces.items():
        CasePiece.objects.create(
            brand_id=brand_id, case_id=case_id, line_id=lines[key].id, quantity=count
        )
    _note(case, CaseMove.ASK, now, by_member=True)
    return read_case(brand_id=brand_id, case_id=case_id), True


def approve_case(
    *, brand_id: UUID, case_id: UUID, now: datetime, user_id: int | None = None
) -> CaseCard:
    """Say yes (nobody: the time to answer is over). Goods that must go back are waited for.

    If the card stands at `approved`, the caller grants the refund in this transaction.
    Raises CaseNotFound, CaseMoveRefused.
    """
    case = _locked(brand_id, case_id)
    _move(case, CaseMove.APPROVE, now, user_id=user_id)
    if case.kind == CaseKind.RETURN and not case.goods_with_brand:
        _move(case, CaseMove.AWAIT_GOODS, now, user_id=user_id)
    return read_case(brand_id=brand_id, case_id=case_id)


def refuse_case(
    *, brand_id: UUID, case_id: UUID, answer: str, now: datetime, user_id: int | None
) -> CaseCard:
    """Say no, and why; she may take it to an admin once. The pieces are free again.

    Raises ReasonNeeded, CaseNotFound, CaseMoveRefused.
    """
    said = checked_reason(answer)
    case = _locked(brand_id, case_id)
    case.goods_with_brand = case.goods_with_brand or case.state == CaseState.GOODS_SENT
    case.answer = said
    _move(case, CaseMove.REFUSE, now, user_id=user_id)
    if case.escalated_at is not None:
        case.turn, case.deadline_at = Turn.NOBODY, None
    case.save(update_fields=["answer", "goods_with_brand", "turn", "deadline_at"])
    _release(case)
    return read_case(brand_id=brand_id, case_id=case_id)


def escalate_case(*, brand_id: UUID, case_id: UUID, member_id: UUID, now: datetime) -> CaseCard:
    """Take a refusal to an admin, once, within seven days; its pieces are claimed anew.

    Raises CaseNotFound, CaseMoveRefused (also the second time), CaseTooLate, PiecesClaimed.
    """
    case = _locked(brand_id, case_id, member_id)
    if case.escalated_at is not None:
        raise CaseMoveRefused(state=case.state, move=CaseMove.ESCALATE.value)
    until = case.deadline_at
    after_case(CaseState(case.state), CaseMove.ESCALATE)
    if until is not None and now > until:
        raise CaseTooLate(until=until.isoformat())
    _claim(brand_id, case.order_id, _pieces(case))
    case.escalated_at = now
    case.save(update_fields=["escalated_at"])
    _move(case, CaseMove.ESCALATE, now, by_member=True)
    return read_case(brand_id=brand_id, case_id=case_id)


def withdraw_case(*, brand_id: UUID, case_id: UUID, member_id: UUID, now: datetime) -> CaseCard:
    """She keeps the goods after all. Raises CaseNotFound, CaseMoveRefused."""
    case = _locked(brand_id, case_id, member_id)
    _move(case, CaseMove.WITHDRAW, now, by_member=True)
    _release(case)
    return read_case(brand_id=brand_id, case_id=case_id)


def lapse_case(*, brand_id: UUID, case_id: UUID, now: datetime) -> CaseCard:
    """The goods were not sent back in time. Raises CaseNotFound, CaseMoveRefused."""
    case = _locked(brand_id, case_id)
    _move(case, CaseMove.LAPSE, now)
    _release(case)
    return read_case(brand_id=brand_id, case_id=case_id)


def send_goods_back(
    *,
    brand_id: UUID,
    case_id: UUID,
    member_id: UUID,
    carrier: Carrier,
    tracking_no: str,
    now: datetime,
) -> CaseCard:
    """She has sent the goods back. Raises TrackingRefused, CaseNotFound, CaseMoveRefused."""
    number = checked_tracking(tracking_no)
    case = _locked(brand_id, case_id, member_id)
    _move(case, CaseMove.SEND_GOODS, now, by_member=True)
    case.carrier, case.tracking_no = carrier, number
    case.save(update_fields=["carrier", "tracking_no"])
    return read_case(brand_id=brand_id, case_id=case_id)


def take_goods(
    *, brand_id: UUID, case_id: UUID, now: datetime, user_id: int | None = None
) -> CaseCard:
    """The goods are back, in a parcel or over the counter; the caller grants the refund.

    Nobody: they were sent, and nobody looked in time. Raises CaseNotFound, CaseMoveRefused.
    """
    case = _locked(brand_id, case_id)
    _move(case, CaseMove.TAKE_GOODS, now, user_id=user_id)
    case.goods_with_brand = True
    case.save(update_fields=["goods_with_brand"])
    return read_case(brand_id=brand_id, case_id=case_id)


def free_for_refund(*, brand_id: UUID, case_id: UUID) -> None:
    """Let go of a case's pieces, for the refund that the caller grants next.

    Raises CaseNotFound, CaseMoveRefused (nobody has said yes).
    """
    case = _locked(brand_id, case_id)
    after_case(CaseState(case.state), CaseMove.GRANT)
    _release(case)


def note_granted(
    *, brand_id: UUID, case_id: UUID, refund_id: UUID, now: datetime, user_id: int | None
) -> CaseCard:
    """The case's refund is granted. Raises CaseNotFound, CaseMoveRefused."""
    case = _locked(brand_id, case_id)
    case.refund_id = refund_id
    case.save(update_fields=["refund"])
    _move(case, CaseMove.GRANT, now, user_id=user_id)
    return read_case(brand_id=brand_id, case_id=case_id)


def note_arrived(*, brand_id: UUID, refund_id: UUID, now: datetime) -> bool:
    """A refund has arrived: its case, if it has one, is done. Safe to repeat."""
    case_id = (
        AfterSaleCase.objects.filter(brand_id=brand_id, refund_id=refund_id)
        .values_list("id", flat=True)
        .first()
    )
    if case_id is None:
        return False
    case = _locked(brand_id, case_id)
    if case.state != CaseState.REFUNDING:
        return False
    _move(case, CaseMove.ARRIVE, now)
    return True


def would_come_back(order: OrderCard, pieces: Mapping[str, int]) -> tuple[int, int]:
    """What would go back for these pieces now: goods and freight, in fen.

    Raises PiecesRefused.
    """
    sums = pricing.refundable(
        quote_of(order),
        pieces=pieces,
        returned={line.key: line.refunded for line in order.lines},
    )
    return sum(sums.lines_fen.values()), sums.freight_fen


def set_case_terms(*, brand_id: UUID, within_days: int) -> None:
    """For how many days after the goods were hers she may ask. Raises TermsRefused."""
    check_terms(within_days)
    AfterSaleTerms.objects.update_or_create(
        brand_id=brand_id, defaults={"within_days": within_days}
    )


def forget_words(*, brand_id: UUID, member_id: UUID) -> int:
    """Her words in her cases go; what was asked, answered and paid stays without her."""
    return AfterSaleCase.objects.filter(
        brand_id=brand_id, member_id=member_id, words_sealed__isnull=False
    ).update(words_sealed=None)


def _locked(brand_id: UUID, case_id: UUID, member_id: UUID | None = None) -> AfterSaleCase:
    found = AfterSaleCase.objects.filter(brand_id=brand_id, id=case_id)
    if member_id is not None:
        found = found.filter(member_id=member_id)
    order_id = found.values_list("order_id", flat=True).first()
    if order_id is None:
        raise CaseNotFound(case_id=case_id)
    lock_order(brand_id, order_id)
    return found.select_for_update(no_key=True).get()


def _move(
    case: AfterSaleCase,
    move: CaseMove,
    now: datetime,
    *,
    by_member: bool = False,
    user_id: int | None = None,
) -> None:
    state = after_case(CaseState(case.state), move)
    case.state, case.turn = state, TURNS[state][0]
    case.deadline_at = deadline_of(state, now)
    is_open = state in CLAIMING or state is CaseState.REFUNDING
    case.closed_at = None if is_open else now
    case.save(update_fields=["state", "turn", "deadline_at", "closed_at"])
    _note(case, move, now, by_member=by_member, user_id=user_id)


def _note(
    case: AfterSaleCase,
    move: CaseMove,
    now: datetime,
    *,
    by_member: bool = False,
    user_id: int | None = None,
) -> None:
    CaseStep.objects.create(
        brand_id=case.brand_id,
        case_id=case.id,
        move=move,
        state=case.state,
        at=now,
        deadline_at=case.deadline_at,
        by_member=by_member,
        user_id=user_id,
    )
    diary.record(
        CaseMoved(
            brand_id=case.brand_id,
            at=now,
            order_id=case.order_id,
            case_id=case.id,
            state=CaseState(case.state),
        )
    )


def _check_sent(brand_id: UUID, order: OrderCard, pieces: Mapping[str, int]) -> None:
    """What she wants to return must not be promised back by another case: of two pieces one may
    wait here still. Raises CaseRefused.
    """
    returning = CasePiece.objects.filter(
        brand_id=brand_id,
        case__order_id=order.id,
        case__kind=CaseKind.RETURN,
        case__state__in=sorted(CLAIMING),
    )
    promised = dict(returning.values_list("line__key").annotate(pieces=Sum("quantity")))
    for line in order.lines:
        if line.key in pieces and pieces[line.key] + promised.get(line.key, 0) > hers(order, line):
            raise CaseRefused(field="kind", line=line.key)


def _claim(brand_id: UUID, order_id: UUID, pieces: Mapping[str, int]) -> None:
    for key, count in sorted(pieces.items()):
        if not run(CLAIM, brand_id=brand_id, order_id=order_id, key=key, pieces=count):
            raise PiecesClaimed(line=key)


def _release(case: AfterSaleCase) -> None:
    for line_id, count in CasePiece.objects.filter(
        brand_id=case.brand_id, case_id=case.id
    ).values_list("line_id", "quantity"):
        OrderLine.objects.filter(brand_id=case.brand_id, id=line_id).update(
            claimed=F("claimed") - count
        )


def _pieces(case: AfterSaleCase) -> dict[str, int]:
    return dict(
        CasePiece.objects.filter(brand_id=case.brand_id, case_id=case.id).values_list(
            "line__key", "quantity"
        )
    )


def _sealed(brand_id: UUID, case_id: UUID, words: str) -> bytes | None:
    if not words:
        return None
    return seal_text(
        brand_id=brand_id, model=AfterSaleCase, field="words_sealed", row_id=case_id, text=words
    )
