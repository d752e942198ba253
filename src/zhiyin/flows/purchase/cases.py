"""After-sales: she asks, the brand answers in time or it is a yes, goods and money go back."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid5

from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import CaseAsked, CaseCard, CaseKind, CaseMoveRefused, CaseState
from zhiyin.domain.orders.types import RefundArrived
from zhiyin.flows.purchase.approving import check_limit
from zhiyin.flows.purchase.giving_back import grant
from zhiyin.kit.turns import each
from zhiyin.storage.media import CleanImage, MediaRef, MediaStore
from zhiyin.storage.tenancy import brand_tx


def ask(
    *,
    brand_id: UUID,
    member_id: UUID,
    order_id: UUID,
    request_key: UUID,
    asked: CaseAsked,
    now: datetime,
    photos: Sequence[CleanImage] = (),
    media: MediaStore | None = None,
) -> CaseCard:
    """Ask for money back for pieces of a paid order. Sent again, it answers with the same case.

    Up to three `photos` of hers lie in the case's own drawer of `media`; a case that is not opened
    leaves none there.

    Of an order of which nothing has left, outside of a group-buy, the money is granted at once.
    One transaction. Raises OrderNotFound, OrderMoveRefused, CaseTooLate, CaseRefused,
    PiecesClaimed, PiecesRefused, NothingToGiveBack, RequestReused.
    """
    case_id = uuid5(member_id, request_key.hex)
    drawer = media.of(case_id) if media is not None and photos else None
    is_new = False
    try:
        with brand_tx(brand_id):
            if drawer is not None:
                # Before the order is locked, as in an erasure: nothing of hers is added meanwhile.
                members.keep_member(brand_id=brand_id, member_id=member_id)
            case, is_new = _open(brand_id, case_id, order_id, member_id, asked, now)
            if is_new and drawer is not None:
                refs = [str(drawer.save(brand_id, photo)) for photo in photos]
                orders.add_case_photos(brand_id=brand_id, case_id=case_id, refs=refs)
            return _granted_at_once(brand_id, case, asked, now) if is_new else case
    except Exception:
        if drawer is not None and is_new:
            for photo in photos:
                drawer.delete(brand_id, MediaRef.of(photo))
        raise


def ask_case(
    *,
    brand_id: UUID,
    member_id: UUID,
    order_id: UUID,
    request_key: UUID,
    asked: CaseAsked,
    now: datetime,
) -> CaseCard:
    """`ask`, without photos, inside the caller's transaction."""
    case_id = uuid5(member_id, request_key.hex)
    case, is_new = _open(brand_id, case_id, order_id, member_id, asked, now)
    return _granted_at_once(brand_id, case, asked, now) if is_new else case


def approve(
    *,
    brand_id: UUID,
    case_id: UUID,
    now: datetime,
    user_id: int | None = None,
    roles: Collection[Role] | None = None,
) -> CaseCard:
    """Say yes: the money is granted, or the goods are waited for. One transaction.

    `roles` are those of the staff who says it; None where nobody does: no limit holds.
    Raises CaseNotFound, CaseMoveRefused, RefundAboveLimit.
    """
    with brand_tx(brand_id):
        return approve_case(
            brand_id=brand_id, case_id=case_id, now=now, user_id=user_id, roles=roles
        )


def refuse(
    *, brand_id: UUID, case_id: UUID, answer: str, now: datetime, user_id: int | None
) -> CaseCard:
    """Say no, and why. Raises ReasonNeeded, CaseNotFound, CaseMoveRefused."""
    with brand_tx(brand_id):
        return orders.refuse_case(
            brand_id=brand_id, case_id=case_id, answer=answer, now=now, user_id=user_id
        )


def goods_are_back(
    *,
    brand_id: UUID,
    case_id: UUID,
    restock: bool,
    now: datetime,
    user_id: int | None = None,
    store_id: UUID | None = None,
) -> CaseCard:
    """The goods came back, by parcel or over a counter: the money is granted. One transaction.

    With `restock` they lie on the shelf of `store_id`, or of the store they came from.
    Raises CaseNotFound, CaseMoveRefused.
    """
    with brand_tx(brand_id):
        return take_goods(
            brand_id=brand_id,
            case_id=case_id,
            restock=restock,
            now=now,
            user_id=user_id,
            store_id=store_id,
        )


def take_goods(
    *,
    brand_id: UUID,
    case_id: UUID,
    restock: bool,
    now: datetime,
    user_id: int | None = None,
    store_id: UUID | None = None,
) -> CaseCard:
    """`goods_are_back` inside the caller's transaction."""
    orders.take_goods(brand_id=brand_id, case_id=case_id, now=now, user_id=user_id)
    return _grant(brand_id, case_id, now, user_id, restock=restock, store_id=store_id)


def advance_overdue(*, brand_id: UUID, now: datetime, limit: int) -> int:
    """Act for whoever did not in time, each case by itself. Returns how many were due.

    A brand's silence is a yes; goods that were sent and not looked at count as back, without
    being put on a shelf; a shopper who did not send them keeps them. Safe to run twice at once.
    """
    with brand_tx(brand_id):
        due = ordered.overdue_cases(brand_id=brand_id, now=now, limit=limit)

    def act(case_id: UUID) -> None:
        # CaseMoveRefused: somebody acted in the same moment
        with suppress(CaseMoveRefused), brand_tx(brand_id):
            _advance(brand_id, case_id, now)

    each(due, act)
    return len(due)


def note_arrived(event: RefundArrived) -> None:
    """The reaction to money that has gone back: its case is done. Safe to repeat."""
    with brand_tx(event.brand_id):
        orders.note_arrived(brand_id=event.brand_id, refund_id=event.refund_id, now=event.at)


def _open(
    brand_id: UUID,
    case_id: UUID,
    order_id: UUID,
    member_id: UUID,
    asked: CaseAsked,
    now: datetime,
) -> tuple[CaseCard, bool]:
    return orders.open_case(
        brand_id=brand_id,
        case_id=case_id,
        order_id=order_id,
        member_id=member_id,
        asked=asked,
        now=now,
    )


def _granted_at_once(brand_id: UUID, case: CaseCard, asked: CaseAsked, now: datetime) -> CaseCard:
    """The case, said yes to if nothing has left yet."""
    order = ordered.order(brand_id=brand_id, order_id=case.order_id)
    if orders.is_granted_at_once(order, asked):
        return approve_case(brand_id=brand_id, case_id=case.id, now=now)
    return case


def _advance(brand_id: UUID, case_id: UUID, now: datetime) -> None:
    state = ordered.read_case(brand_id=brand_id, case_id=case_id).state
    if state in (CaseState.ASKED, CaseState.ESCALATED):
        approve_case(brand_id=brand_id, case_id=case_id, now=now)
    elif state is CaseState.GOODS_SENT:
        orders.take_goods(brand_id=brand_id, case_id=case_id, now=now)
        _grant(brand_id, case_id, now, None, restock=False)
    elif state is CaseState.WAITING_GOODS:
        orders.lapse_case(brand_id=brand_id, case_id=case_id, now=now)


def approve_case(
    *,
    brand_id: UUID,
    case_id: UUID,
    now: datetime,
    user_id: int | None = None,
    roles: Collection[Role] | None = None,
) -> CaseCard:
    """`approve` inside the caller's transaction."""
    case = orders.approve_case(brand_id=brand_id, case_id=case_id, now=now, user_id=user_id)
    if roles is not None:
        check_limit(brand_id=brand_id, order_id=case.order_id, roles=roles)
    if case.state is not CaseState.APPROVED:
        return case
    return _grant(brand_id, case_id, now, user_id, restock=False)


def _grant(
    brand_id: UUID,
    case_id: UUID,
    now: datetime,
    user_id: int | None,
    *,
    restock: bool,
    store_id: UUID | None = None,
) -> CaseCard:
    case = ordered.read_case(brand_id=brand_id, case_id=case_id)
    orders.free_for_refund(brand_id=brand_id, case_id=case_id)
    refund = grant(
        brand_id=brand_id,
        order_id=case.order_id,
        cause=f"case:{case_id}",
        reason=case.reason.value,
        now=now,
        pieces=case.pieces,
        user_id=user_id,
        goods_are_back=restock,
        of_sent=case.kind is CaseKind.RETURN,
        into_store_id=store_id,
    )
    return orders.note_granted(
        brand_id=brand_id, case_id=case_id, refund_id=refund.id, now=now, user_id=user_id
    )
