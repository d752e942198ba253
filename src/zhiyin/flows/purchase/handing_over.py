"""The goods reach her: collected with a code, once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import CodeTrier, OrderCard, PickupCard, PickupElsewhere
from zhiyin.flows.purchase import booking
from zhiyin.flows.purchase.placing import cause_of
from zhiyin.storage.tenancy import brand_tx


@dataclass(frozen=True, slots=True)
class ToHandOver:
    """What a clerk sees when she has scanned a code."""

    pickup: PickupCard
    order: OrderCard


def preview_pickup(
    *, brand_id: UUID, code: str, store_id: UUID, by: CodeTrier, now: datetime
) -> ToHandOver:
    """What a code stands for, before anything is handed over. A wrong one is counted.

    Raises TooManyWrongCodes, PickupNotFound, PickupElsewhere.
    """
    pickup = find_pickup(brand_id=brand_id, code=code, by=by, now=now)
    if pickup.store_id != store_id:
        raise PickupElsewhere(store_id=pickup.store_id)
    with brand_tx(brand_id):
        return ToHandOver(pickup, ordered.order(brand_id=brand_id, order_id=pickup.order_id))


def collect(*, brand_id: UUID, code: str, store_id: UUID, user_id: int, now: datetime) -> OrderCard:
    """Hand over what a code stands for, once. Safe to repeat: a second time says when and by whom.

    Raises TooManyWrongCodes, PickupNotFound, PickupElsewhere, AlreadyCollected, OrderMoveRefused.
    """
    pickup = find_pickup(brand_id=brand_id, code=code, by=CodeTrier(user_id=user_id), now=now)
    with brand_tx(brand_id):
        return hand_over(
            brand_id=brand_id, pickup=pickup, store_id=store_id, user_id=user_id, now=now
        )


def find_pickup(*, brand_id: UUID, code: str, by: CodeTrier, now: datetime) -> PickupCard:
    """The pickup of a code. It is counted as wrong first, so that guesses at once are counted.

    Two transactions of its own. Raises TooManyWrongCodes, PickupNotFound.
    """
    with brand_tx(brand_id):
        orders.count_wrong_code(brand_id=brand_id, by=by, now=now)
    with brand_tx(brand_id):
        pickup = ordered.pickup_by_code(brand_id=brand_id, code=code)
        orders.forgive_wrong_code(brand_id=brand_id, by=by, now=now)
        return pickup


def hand_over(
    *, brand_id: UUID, pickup: PickupCard, store_id: UUID, user_id: int, now: datetime
) -> OrderCard:
    """`collect` inside the caller's transaction, for a pickup whose code was shown.

    Raises PickupElsewhere, AlreadyCollected, OrderMoveRefused.
    """
    step_id = orders.collect(
        brand_id=brand_id, pickup=pickup, store_id=store_id, user_id=user_id, now=now
    )
    stock.hand_over(
        brand_id=brand_id,
        cause=cause_of(pickup.order_id),
        key=f"step:{step_id}",
        now=now,
        user_id=user_id,
    )
    order = ordered.order(brand_id=brand_id, order_id=pickup.order_id)
    refunds = ordered.refunds_of(brand_id=brand_id, order_id=pickup.order_id)
    booking.earned(brand_id=brand_id, order=order, refunds=refunds, step_id=step_id, at=now)
    return order


def undo_collect(
    *, brand_id: UUID, order_id: UUID, user_id: int | None, reason: str, now: datetime
) -> None:
    """Take back a hand-over that was a mistake, within half an hour; the code works again.

    Raises ReasonNeeded, PickupNotFound, UndoTooLate, UndoAfterRefund, OrderMoveRefused.
    """
    with brand_tx(brand_id):
        undo_hand_over(
            brand_id=brand_id, order_id=order_id, user_id=user_id, reason=reason, now=now
        )


def undo_hand_over(
    *, brand_id: UUID, order_id: UUID, user_id: int | None, reason: str, now: datetime
) -> None:
    """`undo_collect` inside the caller's transaction."""
    step_id = orders.undo_collect(
        brand_id=brand_id, order_id=order_id, user_id=user_id, reason=reason, now=now
    )
    stock.undo_hand_over(
        brand_id=brand_id,
        cause=cause_of(order_id),
        key=f"step:{step_id}",
        reason=reason,
        now=now,
        user_id=user_id,
    )
    booking.unearned(brand_id=brand_id, step_id=step_id, at=now)
