"""Money that staff gives back of its own accord: within what the brand lets a role give."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.brands.types import Role
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import CaseState
from zhiyin.domain.orders.types import RefundCard
from zhiyin.flows.purchase.giving_back import grant
from zhiyin.kit.errors import DomainError, Kind

AGREED = frozenset({CaseState.APPROVED, CaseState.WAITING_GOODS, CaseState.GOODS_SENT})
"""Money that is promised and not granted yet."""


class RefundAboveLimit(DomainError):
    """This is more than you may give back of one order: `most_fen`. Ask an admin to do it."""

    code: ClassVar[str] = "refund_above_limit"
    kind: ClassVar[Kind] = Kind.DENIED


def give_back_within(
    *,
    brand_id: UUID,
    order_id: UUID,
    key: str,
    roles: Iterable[Role],
    reason: str,
    now: datetime,
    pieces: Mapping[str, int] | None = None,
    with_freight: bool = True,
    user_id: int | None = None,
    goods_are_back: bool = True,
) -> RefundCard:
    """`give_back` by staff, inside the caller's transaction: refused above the limit of her roles.

    What went back of the order before counts as well, so that a sum cannot be split into parts
    that each stay below. The same `key` gives back once for an order, whoever sends it again.
    Raises RefundAboveLimit, and then changed nothing once the caller's transaction has ended with
    it; and what `give_back` raises.
    """
    cause = f"staff:{order_id.hex}:{key}"
    before = ordered.refunds_of(brand_id=brand_id, order_id=order_id)
    refund = grant(
        brand_id=brand_id,
        order_id=order_id,
        cause=cause,
        reason=reason,
        now=now,
        pieces=pieces,
        with_freight=with_freight,
        user_id=user_id,
        goods_are_back=goods_are_back,
    )
    if all(one.cause != cause for one in before):
        check_limit(brand_id=brand_id, order_id=order_id, roles=roles)
    return refund


def check_limit(*, brand_id: UUID, order_id: UUID, roles: Iterable[Role]) -> None:
    """Whether all that goes back of an order is within what these roles may give back of it.

    Cases that were agreed to and still wait for goods count as well: otherwise two yeses, each
    below the limit, would be more than it together. The caller holds the order, so nobody gives
    back beside it. Four queries at most. Raises RefundAboveLimit.
    """
    limits = ordered.refund_limits(brand_id=brand_id)
    hers = [limits[role] for role in roles if role in limits]
    if None in hers:
        return
    most_fen = max((most for most in hers if most is not None), default=0)
    given = ordered.refunds_of(brand_id=brand_id, order_id=order_id)
    agreed = [
        case
        for case in ordered.cases_of_order(brand_id=brand_id, order_id=order_id)
        if case.state in AGREED
    ]
    if sum(one.amount_fen for one in (*given, *agreed)) > most_fen:
        raise RefundAboveLimit(most_fen=most_fen)
