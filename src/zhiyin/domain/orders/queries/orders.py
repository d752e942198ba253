"""Orders and their history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from zhiyin.domain.orders.models import FreightTerms, Order, OrderLine, OrderStep, Refund
from zhiyin.domain.orders.types import (
    Delivery,
    OrderCard,
    OrderFilters,
    OrderMove,
    OrderNotFound,
    OrderPage,
    OrderState,
    OrderSums,
    Step,
)
from zhiyin.domain.orders.types import OrderLine as Line
from zhiyin.storage.fields import unseal_json
from zhiyin.storage.sql import one, packed

SUMS_OF = """
    WITH asked AS (SELECT unnest(string_to_array(%(order_ids)s, ','))::uuid AS id)
    SELECT count(*) FILTER (WHERE placed.state = 'unpaid'),
           count(*) FILTER (WHERE placed.state NOT IN ('unpaid', 'closed')),
           coalesce(sum(placed.payable_fen)
                    FILTER (WHERE placed.state NOT IN ('unpaid', 'closed')), 0)::bigint,
           (SELECT coalesce(sum(back.amount_fen), 0)::bigint
            FROM orders_refund back JOIN asked ON asked.id = back.order_id
            JOIN orders_order its ON its.brand_id = %(brand_id)s AND its.id = back.order_id
              AND its.state NOT IN ('unpaid', 'closed')
            WHERE back.brand_id = %(brand_id)s)
    FROM asked JOIN orders_order placed
      ON placed.brand_id = %(brand_id)s AND placed.id = asked.id
"""
HAS_BOUGHT = """
    SELECT 1 FROM orders_order
    WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s AND paid_at IS NOT NULL LIMIT 1
"""


def order(*, brand_id: UUID, order_id: UUID, member_id: UUID | None = None) -> OrderCard:
    """One order, of whoever or of this member alone. Three queries. Raises OrderNotFound."""
    rows = Order.objects.filter(brand_id=brand_id, id=order_id)
    if member_id is not None:
        rows = rows.filter(member_id=member_id)
    return _only(brand_id, rows)


def order_by_number(*, brand_id: UUID, number: str) -> OrderCard:
    """The order that people call by this number. Three queries. Raises OrderNotFound."""
    return _only(brand_id, Order.objects.filter(brand_id=brand_id, number=number))


def orders_of_member(
    *,
    brand_id: UUID,
    member_ids: Sequence[UUID],
    states: Sequence[OrderState] = (),
    offset: int = 0,
    limit: int = 20,
) -> OrderPage:
    """A page of somebody's orders, newest first. Four queries."""
    rows = Order.objects.filter(brand_id=brand_id, member_id__in=list(member_ids))
    return _page(brand_id, rows, states, offset, limit)


def orders_of_store(
    *,
    brand_id: UUID,
    store_ids: Sequence[UUID] | None,
    states: Sequence[OrderState] = (),
    delivery: Delivery | None = None,
    number: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    offset: int = 0,
    limit: int = 50,
) -> OrderPage:
    """A page of the orders of some stores (None: of all), newest first. Four queries."""
    filters = OrderFilters(
        store_ids=None if store_ids is None else tuple(store_ids),
        delivery=delivery,
        number=number,
        since=since,
        until=until,
    )
    return _page(brand_id, filtered(brand_id, filters), states, offset, limit)


def filtered(brand_id: UUID, filters: OrderFilters) -> QuerySet[Order]:
    """The rows that a filter lets through, in no order yet."""
    rows = Order.objects.filter(brand_id=brand_id)
    if filters.store_ids is not None:
        rows = rows.filter(store_id__in=filters.store_ids)
    if filters.states:
        rows = rows.filter(state__in=filters.states)
    if filters.delivery is not None:
        rows = rows.filter(delivery=filters.delivery)
    if filters.number:
        rows = rows.filter(number__startswith=filters.number)
    if filters.since is not None:
        rows = rows.filter(placed_at__gte=filters.since)
    if filters.until is not None:
        rows = rows.filter(placed_at__lt=filters.until)
    return rows


def numbers_of(*, brand_id: UUID, order_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Order -> what people call it, for those of `order_ids` that exist. One query."""
    rows = Order.objects.filter(brand_id=brand_id, id__in=list(order_ids))
    return dict(rows.values_list("id", "number"))


def lines_by_id(*, brand_id: UUID, line_ids: Sequence[UUID]) -> dict[UUID, Line]:
    """Lines of any orders. One query."""
    rows = OrderLine.objects.filter(brand_id=brand_id, id__in=list(line_ids))
    return {row.id: _line(row) for row in rows.order_by("id")}


def sums_of(*, brand_id: UUID, order_ids: Sequence[UUID]) -> OrderSums:
    """What some orders come to together: how many wait, how many were paid, and how much. One
    query.
    """
    row = one(SUMS_OF, brand_id=brand_id, order_ids=packed(order_ids))
    return OrderSums(*(row or (0, 0, 0, 0)))


def order_of_line(*, brand_id: UUID, line_id: UUID) -> UUID:
    """The order that a line is of. One query. Raises OrderNotFound."""
    rows = OrderLine.objects.filter(brand_id=brand_id, id=line_id)
    order_id = rows.values_list("order_id", flat=True).first()
    if order_id is None:
        raise OrderNotFound()
    return UUID(str(order_id))


def orders_of_group(*, brand_id: UUID, group_id: UUID) -> tuple[UUID, ...]:
    """All orders of a group-buy's team, in the order in which they were placed. One query."""
    rows = Order.objects.filter(brand_id=brand_id, group_id=group_id).order_by("placed_at", "id")
    return tuple(rows.values_list("id", flat=True))


def group_of(*, brand_id: UUID, order_id: UUID) -> UUID | None:
    """The group-buy's team that an order has its seat in, if any. One query."""
    return (
        Order.objects.filter(brand_id=brand_id, id=order_id)
        .values_list("group_id", flat=True)
        .first()
    )


def overdue(*, brand_id: UUID, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Unpaid orders whose time to pay is over, the oldest first. One query."""
    rows = (
        Order.objects.filter(brand_id=brand_id, state=OrderState.UNPAID, pay_by__lte=now)
        .order_by("pay_by", "id")
        .values_list("id", flat=True)[:limit]
    )
    return tuple(rows)


def waits(*, brand_id: UUID, order_id: UUID) -> bool:
    """Does an order still wait to be paid? One query."""
    return Order.objects.filter(brand_id=brand_id, id=order_id, state=OrderState.UNPAID).exists()


def has_bought(*, brand_id: UUID, member_id: UUID) -> bool:
    """Has she ever paid for an order here? One query."""
    return one(HAS_BOUGHT, brand_id=brand_id, member_id=member_id) is not None


def freight_fen(*, brand_id: UUID, delivery: Delivery, goods_fen: int) -> int:
    """What bringing the goods to her costs. Collecting costs nothing, and no query."""
    if delivery is Delivery.PICKUP:
        return 0
    terms = (
        FreightTerms.objects.filter(brand_id=brand_id)
        .values_list("flat_fen", "free_from_fen")
        .first()
    )
    if terms is None:
        return 0
    flat_fen, free_from_fen = terms
    return 0 if free_from_fen is not None and goods_fen >= free_from_fen else flat_fen


def steps(*, brand_id: UUID, order_id: UUID) -> tuple[Step, ...]:
    """What happened to an order, in order. One query."""
    rows = (
        OrderStep.objects.filter(brand_id=brand_id, order_id=order_id)
        .order_by("id")
        .values_list("id", "move", "state", "at", "member_id", "user_id", "reason")
    )
    return tuple(
        Step(
            id=step_id,
            move=OrderMove(move),
            state=OrderState(state),
            at=at,
            member_id=member_id,
            user_id=user_id,
            reason=reason,
        )
        for step_id, move, state, at, member_id, user_id, reason in rows
    )


def address_of(*, brand_id: UUID, order_id: UUID) -> Mapping[str, str]:
    """Where a parcel goes: personal, for who packs it and for herself. Empty if there is none."""
    sealed = (
        Order.objects.filter(brand_id=brand_id, id=order_id)
        .values_list("address_sealed", flat=True)
        .first()
    )
    if sealed is None:
        return {}
    return unseal_json(
        brand_id=brand_id, model=Order, field="address_sealed", row_id=order_id, sealed=sealed
    )


def _only(brand_id: UUID, rows: QuerySet[Order]) -> OrderCard:
    found = cards_of(brand_id, rows.order_by("id")[:1])
    if not found:
        raise OrderNotFound()
    return found[0]


def _page(
    brand_id: UUID, rows: QuerySet[Order], states: Sequence[OrderState], offset: int, limit: int
) -> OrderPage:
    if states:
        rows = rows.filter(state__in=list(states))
    page = rows.order_by("-placed_at", "-id")[offset : offset + limit]
    return OrderPage(cards_of(brand_id, page), rows.count())


def cards_of(brand_id: UUID, rows: Iterable[Order]) -> tuple[OrderCard, ...]:
    """Rows with their lines and refunds as values. Three queries."""
    found = list(rows)
    ids = [row.id for row in found]
    lines: dict[UUID, list[Line]] = {order_id: [] for order_id in ids}
    for line in OrderLine.objects.filter(brand_id=brand_id, order_id__in=ids).order_by("id"):
        lines[line.order_id].append(_line(line))
    refunded = dict(
        Refund.objects.filter(brand_id=brand_id, order_id__in=ids)
        .order_by()
        .values_list("order_id")
        .annotate(fen=Sum("amount_fen"))
    )
    return tuple(_card(row, tuple(lines[row.id]), int(refunded.get(row.id, 0))) for row in found)


def _card(row: Order, lines: tuple[Line, ...], refunded_fen: int) -> OrderCard:
    return OrderCard(
        id=row.id,
        number=row.number,
        member_id=row.member_id,
        store_id=row.store_id,
        delivery=Delivery(row.delivery),
        state=OrderState(row.state),
        group_id=row.group_id,
        list_goods_fen=row.list_goods_fen,
        goods_fen=row.goods_fen,
        freight_fen=row.freight_fen,
        payable_fen=row.payable_fen,
        refunded_fen=refunded_fen,
        placed_at=row.placed_at,
        pay_by=row.pay_by,
        paid_at=row.paid_at,
        done_at=row.done_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        explained=row.explained,
        lines=lines,
    )


def _line(row: OrderLine) -> Line:
    return Line(
        id=row.id,
        key=row.key,
        sku_id=row.sku_id,
        product_id=row.product_id,
        look_id=row.look_id,
        koc_id=row.koc_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        color=row.color,
        size_label=row.size_label,
        list_fen=row.list_fen,
        unit_fen=tuple(row.units),
        refunded=row.refunded,
        sent=row.sent,
        withdrawn=row.withdrawn,
        claimed=row.claimed,
    )
