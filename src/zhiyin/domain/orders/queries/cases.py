"""After-sales cases: one, a page of them by whose turn it is, those whose time is over."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from zhiyin.domain.orders.care import (
    CaseCard,
    CaseKind,
    CaseMove,
    CaseNotFound,
    CasePage,
    CaseReason,
    CaseState,
    CaseStepCard,
    CaseTerms,
    GoingBack,
    Turn,
)
from zhiyin.domain.orders.care_rules import CLAIMING, RAN_OUT
from zhiyin.domain.orders.models import (
    AfterSaleCase,
    AfterSaleTerms,
    CasePhoto,
    CasePiece,
    CaseStep,
)
from zhiyin.storage.fields import unseal_text


def read_case(*, brand_id: UUID, case_id: UUID, member_id: UUID | None = None) -> CaseCard:
    """One case, of whoever or of this member alone. Two queries. Raises CaseNotFound."""
    rows = AfterSaleCase.objects.filter(brand_id=brand_id, id=case_id)
    if member_id is not None:
        rows = rows.filter(member_id=member_id)
    found = _cards(brand_id, rows.select_related("order"))
    if not found:
        raise CaseNotFound(case_id=case_id)
    return found[0]


def cases_of_member(
    *, brand_id: UUID, member_id: UUID, offset: int = 0, limit: int = 50
) -> CasePage:
    """Her cases, the newest first. Three queries."""
    rows = AfterSaleCase.objects.filter(brand_id=brand_id, member_id=member_id)
    newest = rows.select_related("order").order_by("-opened_at", "-id")
    return CasePage(_cards(brand_id, newest[offset : offset + limit]), rows.count())


def cases_of_order(*, brand_id: UUID, order_id: UUID) -> tuple[CaseCard, ...]:
    """The cases of an order, the first first. Two queries."""
    rows = AfterSaleCase.objects.filter(brand_id=brand_id, order_id=order_id)
    return _cards(brand_id, rows.select_related("order").order_by("opened_at", "id"))


def cases(
    *,
    brand_id: UUID,
    store_ids: Sequence[UUID] | None,
    turns: Sequence[Turn] = (),
    is_open: bool | None = None,
    offset: int = 0,
    limit: int = 50,
) -> CasePage:
    """Cases of some stores (None: of all): what runs out first, first; then the newest.

    Goods that are to be handed in at any store stand in every store's list. Three queries.
    """
    rows = AfterSaleCase.objects.filter(brand_id=brand_id)
    if store_ids is not None:
        rows = rows.filter(
            Q(order__store_id__in=list(store_ids))
            | Q(going_back=GoingBack.STORE, state=CaseState.WAITING_GOODS)
        )
    if turns:
        rows = rows.filter(turn__in=list(turns))
    if is_open is not None:
        rows = rows.filter(closed_at__isnull=is_open)
    page = rows.select_related("order").order_by(
        F("deadline_at").asc(nulls_last=True), "-opened_at", "-id"
    )
    return CasePage(_cards(brand_id, page[offset : offset + limit]), rows.count())


def overdue_cases(*, brand_id: UUID, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Cases whose time to act is over, the longest first. One query."""
    rows = AfterSaleCase.objects.filter(
        brand_id=brand_id, state__in=list(RAN_OUT), deadline_at__lte=now
    )
    return tuple(rows.order_by("deadline_at", "id").values_list("id", flat=True)[:limit])


def case_steps(*, brand_id: UUID, case_id: UUID) -> tuple[CaseStepCard, ...]:
    """What happened to a case, in order. One query."""
    rows = CaseStep.objects.filter(brand_id=brand_id, case_id=case_id).order_by("id")
    return tuple(
        CaseStepCard(
            id=row.id,
            move=CaseMove(row.move),
            state=CaseState(row.state),
            at=row.at,
            deadline_at=row.deadline_at,
            by_member=row.by_member,
            user_id=row.user_id,
        )
        for row in rows
    )


def case_words(*, brand_id: UUID, case_id: UUID) -> str:
    """What she wrote, opened: personal. One query."""
    sealed = (
        AfterSaleCase.objects.filter(brand_id=brand_id, id=case_id)
        .values_list("words_sealed", flat=True)
        .first()
    )
    if sealed is None:
        return ""
    return unseal_text(
        brand_id=brand_id,
        model=AfterSaleCase,
        field="words_sealed",
        row_id=case_id,
        sealed=sealed,
    )


def case_photos(*, brand_id: UUID, case_id: UUID) -> tuple[str, ...]:
    """The references of a case's photos, in order: personal. One query."""
    rows = CasePhoto.objects.filter(brand_id=brand_id, case_id=case_id)
    return tuple(rows.order_by("place").values_list("ref", flat=True))


def case_photos_of(*, brand_id: UUID, member_id: UUID) -> tuple[tuple[UUID, str], ...]:
    """Case and reference of every photo in somebody's cases. One query."""
    rows = CasePhoto.objects.filter(brand_id=brand_id, case__member_id=member_id)
    return tuple(rows.order_by("case_id", "place").values_list("case_id", "ref"))


def case_terms(*, brand_id: UUID) -> CaseTerms:
    """The brand's terms, or the law's. One query."""
    days = (
        AfterSaleTerms.objects.filter(brand_id=brand_id)
        .values_list("within_days", flat=True)
        .first()
    )
    return CaseTerms() if days is None else CaseTerms(within_days=days)


def held_back(*, brand_id: UUID, order_id: UUID) -> dict[str, int]:
    """Line key -> pieces asked back without goods and not decided yet: not to be sent.

    One query.
    """
    found: dict[str, int] = {}
    for key, count in (
        CasePiece.objects.filter(
            Q(case__kind=CaseKind.REFUND_ONLY, case__state__in=list(CLAIMING)),
            brand_id=brand_id,
            case__order_id=order_id,
        )
        .order_by("id")
        .values_list("line__key", "quantity")
    ):
        found[key] = found.get(key, 0) + count
    return found


def _cards(brand_id: UUID, rows: Iterable[AfterSaleCase]) -> tuple[CaseCard, ...]:
    found = list(rows)
    pieces: dict[UUID, dict[str, int]] = {row.id: {} for row in found}
    for case_id, key, count in (
        CasePiece.objects.filter(brand_id=brand_id, case_id__in=list(pieces))
        .order_by("id")
        .values_list("case_id", "line__key", "quantity")
    ):
        pieces[case_id][key] = count
    return tuple(
        CaseCard(
            id=row.id,
            order_id=row.order_id,
            order_number=row.order.number,
            store_id=row.order.store_id,
            member_id=row.member_id,
            kind=CaseKind(row.kind),
            reason=CaseReason(row.reason),
            going_back=GoingBack(row.going_back),
            pieces=pieces[row.id],
            state=CaseState(row.state),
            turn=Turn(row.turn),
            deadline_at=row.deadline_at,
            amount_fen=row.amount_fen,
            answer=row.answer,
            carrier=row.carrier,
            tracking_no=row.tracking_no,
            refund_id=row.refund_id,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            escalated_at=row.escalated_at,
        )
        for row in found
    )
