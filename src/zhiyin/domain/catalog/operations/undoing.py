"""Taking back a hand-over that was a mistake: the goods never left, and are held as before."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog.models import StockHold, StockMove
from zhiyin.domain.catalog.operations.shelf import Shift, shift
from zhiyin.domain.catalog.rules import after, checked_reason
from zhiyin.domain.catalog.types import (
    HoldMove,
    HoldNotFound,
    HoldState,
    StockMoveKind,
    TooManyPieces,
)


def undo_hand_over(
    *,
    brand_id: UUID,
    cause: str,
    key: str,
    reason: str,
    now: datetime,
    user_id: int | None = None,
) -> int:
    """Hold again what was handed over under a key. Returns how many pieces; 0 for a retry.

    Raises StockReasonNeeded, HoldNotFound (nothing was handed over under this key), TooManyPieces
    (some came back to the shelf already), HoldMoveRefused.
    """
    said = checked_reason(reason)
    rows = {
        (row.sku_id, row.store_id): row
        for row in StockHold.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, cause=cause)
        .order_by("line")
    }
    moves = StockMove.objects.filter(brand_id=brand_id, cause=cause, key=key)
    if moves.filter(kind=StockMoveKind.UNDONE).exists():
        return 0
    left = {
        (sku, store): -change
        for sku, store, change in moves.filter(kind=StockMoveKind.HANDED_OVER).values_list(
            "sku_id", "store_id", "change"
        )
    }
    if not left:
        raise HoldNotFound(cause=cause)
    for place, pieces in left.items():
        row = rows[place]
        row.state = after(HoldState(row.state), HoldMove.UNDO_HAND_OVER)
        if pieces > row.handed_over - row.taken_back:
            raise TooManyPieces(sku_id=place[0], left=row.handed_over - row.taken_back)
        row.handed_over -= pieces
    StockHold.objects.bulk_update([rows[place] for place in left], ["state", "handed_over"])
    on_hand = shift(
        brand_id=brand_id,
        shifts=[
            Shift(
                sku_id=sku,
                store_id=store,
                hold_id=rows[sku, store].id,
                on_hand=pieces,
                held=pieces,
            )
            for (sku, store), pieces in left.items()
        ],
    )
    StockMove.objects.bulk_create(
        StockMove(
            brand_id=brand_id,
            sku_id=sku,
            store_id=store,
            kind=StockMoveKind.UNDONE,
            change=pieces,
            on_hand=on_hand[sku, store],
            cause=cause,
            key=key,
            reason=said,
            user_id=user_id,
            at=now,
        )
        for (sku, store), pieces in left.items()
    )
    return sum(left.values())
