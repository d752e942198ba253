"""How held pieces end: handed over, released, expired; and how goods come back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog.models import LIVE, StockHold, StockMove
from zhiyin.domain.catalog.operations.shelf import Place, Shift, make_places, shift
from zhiyin.domain.catalog.rules import (
    after,
    checked_reason,
    handed_over_as,
    released_as,
    summed,
)
from zhiyin.domain.catalog.types import (
    HoldLine,
    HoldMove,
    HoldNotFound,
    HoldState,
    ReleaseReason,
    StockKeyReused,
    StockMoveKind,
    TooManyPieces,
)
from zhiyin.storage.sql import many

EXPIRE = """
    WITH due AS MATERIALIZED (
        SELECT id FROM catalog_stockhold
        WHERE brand_id = %(brand_id)s AND state = 'held' AND expires_at <= %(now)s
        ORDER BY expires_at, id
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE catalog_stockhold hold
    SET state = %(released)s, release_reason = %(expired)s, released_at = %(now)s
    FROM due
    WHERE hold.brand_id = %(brand_id)s AND hold.id = due.id
    RETURNING hold.id, hold.sku_id, hold.store_id,
              hold.quantity - hold.handed_over - hold.released
"""
"""What somebody is paying for or releasing at this moment is left for the next round."""


@dataclass(frozen=True, slots=True)
class _Part:
    """So many pieces of a line of a hold."""

    row: StockHold
    pieces: int

    @property
    def is_whole(self) -> bool:
        return self.pieces == _outstanding(self.row)


def release_expired(*, brand_id: UUID, now: datetime, limit: int) -> int:
    """Put the pieces of holds whose time is over on sale again. Returns how many lines.

    At most `limit`, the oldest first; call it again until it returns less. Several may run at once.
    """
    rows = many(
        EXPIRE,
        brand_id=brand_id,
        now=now,
        limit=limit,
        released=after(HoldState.HELD, HoldMove.EXPIRE),
        expired=ReleaseReason.EXPIRED,
    )
    shift(
        brand_id=brand_id,
        shifts=[
            Shift(sku_id=sku, store_id=store, hold_id=hold_id, held=-pieces)
            for hold_id, sku, store, pieces in rows
        ],
    )
    return len(rows)


def release(*, brand_id: UUID, cause: str, reason: ReleaseReason, now: datetime) -> int:
    """Put all that a cause still holds, paid for or not, on sale again. Returns how many pieces.

    0 if nothing was held any more: a retry changes nothing. Raises HoldNotFound.
    """
    rows = _locked(brand_id, cause)
    parts = [_Part(row, _outstanding(row)) for row in rows if row.state in LIVE]
    _release(brand_id, parts, reason, now)
    return sum(part.pieces for part in parts)


def release_part(
    *,
    brand_id: UUID,
    cause: str,
    lines: Iterable[HoldLine],
    key: str,
    reason: ReleaseReason,
    now: datetime,
) -> int:
    """Put some held pieces on sale again: one part of a look is cancelled. Returns how many.

    `key` names what caused it (a refund's id): the same key with the same lines changes nothing
    and returns 0. Raises HoldNotFound, TooManyPieces, HoldMoveRefused, StockKeyReused.
    """
    wanted = summed(lines)
    rows = _locked(brand_id, cause)
    if _is_repeated(brand_id, cause, StockMoveKind.RELEASED, key, wanted):
        return 0
    parts = _parts(rows, wanted)
    on_hand = _release(brand_id, parts, reason, now)
    StockMove.objects.bulk_create(
        StockMove(
            brand_id=brand_id,
            sku_id=part.row.sku_id,
            store_id=part.row.store_id,
            kind=StockMoveKind.RELEASED,
            change=0,
            released=part.pieces,
            on_hand=on_hand[part.row.sku_id, part.row.store_id],
            cause=cause,
            key=key,
            reason=reason,
            at=now,
        )
        for part in parts
    )
    return sum(part.pieces for part in parts)


def hand_over(
    *,
    brand_id: UUID,
    cause: str,
    key: str,
    now: datetime,
    lines: Iterable[HoldLine] | None = None,
    user_id: int | None = None,
) -> int:
    """Let kept pieces leave the store: what lies there and what is held fall together.

    All that is outstanding, or the given lines (a parcel with a part of the order). `key` names the
    parcel or the pickup: the same key with the same lines changes nothing and returns 0.
    Returns how many pieces. Raises HoldNotFound, TooManyPieces, HoldMoveRefused (not paid, or
    released), StockKeyReused.
    """
    wanted = None if lines is None else summed(lines)
    rows = _locked(brand_id, cause)
    if _is_repeated(brand_id, cause, StockMoveKind.HANDED_OVER, key, wanted):
        return 0
    if wanted is None:
        parts = [_Part(row, _outstanding(row)) for row in rows if row.state in LIVE]
    else:
        parts = _parts(rows, wanted)
    for part in parts:
        move = handed_over_as(is_whole=part.is_whole)
        part.row.state = after(HoldState(part.row.state), move)
        part.row.handed_over += part.pieces
        part.row.handed_over_at = now
    StockHold.objects.bulk_update(
        [part.row for part in parts], ["state", "handed_over", "handed_over_at"]
    )
    on_hand = shift(
        brand_id=brand_id,
        shifts=[_shift(part.row, on_hand=-part.pieces, held=-part.pieces) for part in parts],
    )
    StockMove.objects.bulk_create(
        StockMove(
            brand_id=brand_id,
            sku_id=part.row.sku_id,
            store_id=part.row.store_id,
            kind=StockMoveKind.HANDED_OVER,
            change=-part.pieces,
            on_hand=on_hand[part.row.sku_id, part.row.store_id],
            cause=cause,
            key=key,
            user_id=user_id,
            at=now,
        )
        for part in parts
    )
    return sum(part.pieces for part in parts)


def take_back(
    *,
    brand_id: UUID,
    cause: str,
    lines: Iterable[HoldLine],
    key: str,
    reason: str,
    now: datetime,
    user_id: int | None = None,
    into_store_id: UUID | None = None,
) -> int:
    """Put goods that were handed over back on the shelf, of their store or of another.

    `key` names the return: the same key with the same lines changes nothing and returns 0.
    Returns how many pieces. Raises StockReasonNeeded, HoldNotFound, TooManyPieces,
    HoldMoveRefused, StockKeyReused.
    """
    said = checked_reason(reason)
    wanted = summed(lines)
    rows = {(row.sku_id, row.store_id): row for row in _locked(brand_id, cause)}
    back = {(sku, into_store_id or store): 0 for sku, store in wanted}
    for (sku, store), pieces in wanted.items():
        back[sku, into_store_id or store] += pieces
    if _is_repeated(brand_id, cause, StockMoveKind.TAKEN_BACK, key, back):
        return 0
    for place, pieces in wanted.items():
        row = _line(rows, place)
        after(HoldState(row.state), HoldMove.TAKE_BACK)
        if pieces > row.handed_over - row.taken_back:
            raise TooManyPieces(sku_id=place[0], left=row.handed_over - row.taken_back)
        row.taken_back += pieces
    StockHold.objects.bulk_update([rows[place] for place in wanted], ["taken_back"])
    make_places(brand_id=brand_id, places=sorted(back))
    on_hand = shift(
        brand_id=brand_id,
        shifts=[
            Shift(sku_id=sku, store_id=store, on_hand=pieces)
            for (sku, store), pieces in back.items()
        ],
    )
    StockMove.objects.bulk_create(
        StockMove(
            brand_id=brand_id,
            sku_id=sku,
            store_id=store,
            kind=StockMoveKind.TAKEN_BACK,
            change=pieces,
            on_hand=on_hand[sku, store],
            cause=cause,
            key=key,
            reason=said,
            user_id=user_id,
            at=now,
        )
        for (sku, store), pieces in back.items()
    )
    return sum(back.values())


def _release(
    brand_id: UUID, parts: Sequence[_Part], reason: ReleaseReason, now: datetime
) -> dict[Place, int]:
    """Make these pieces free; (SKU, store) -> what lies there."""
    for part in parts:
        move = released_as(is_whole=part.is_whole, handed_over=part.row.handed_over)
        part.row.state = after(HoldState(part.row.state), move)
        part.row.released += part.pieces
        part.row.release_reason = reason
        part.row.released_at = now
    StockHold.objects.bulk_update(
        [part.row for part in parts], ["state", "released", "release_reason", "released_at"]
    )
    return shift(brand_id=brand_id, shifts=[_shift(part.row, held=-part.pieces) for part in parts])


def _locked(brand_id: UUID, cause: str) -> list[StockHold]:
    """The lines of a cause, locked in the order of everybody. Raises HoldNotFound."""
    rows = list(
        StockHold.objects.select_for_update(no_key=True)
        .filter(brand_id=brand_id, cause=cause)
        .order_by("line")
    )
    if not rows:
        raise HoldNotFound(cause=cause)
    return rows


def _is_repeated(
    brand_id: UUID,
    cause: str,
    kind: StockMoveKind,
    key: str,
    wanted: Mapping[Place, int] | None,
) -> bool:
    """Whether this key has done this already. Raises StockKeyReused if it did something else."""
    if not key:
        raise StockKeyReused(key=key)
    done = {
        (sku, store): abs(change) + released
        for sku, store, change, released in StockMove.objects.filter(
            brand_id=brand_id, cause=cause, kind=kind, key=key
        ).values_list("sku_id", "store_id", "change", "released")
    }
    if done and wanted is not None and done != wanted:
        raise StockKeyReused(key=key)
    return bool(done)


def _parts(rows: Sequence[StockHold], wanted: Mapping[Place, int]) -> list[_Part]:
    by_place = {(row.sku_id, row.store_id): row for row in rows}
    parts = [_Part(_line(by_place, place), pieces) for place, pieces in wanted.items()]
    for part in parts:
        there = _outstanding(part.row)
        if part.row.state in LIVE and part.pieces > there:
            raise TooManyPieces(sku_id=part.row.sku_id, left=there)
    return parts


def _line(rows: Mapping[Place, StockHold], place: Place) -> StockHold:
    if place not in rows:
        raise HoldNotFound(sku_id=place[0], store_id=place[1])
    return rows[place]


def _outstanding(row: StockHold) -> int:
    return row.quantity - row.handed_over - row.released


def _shift(row: StockHold, *, on_hand: int = 0, held: int = 0) -> Shift:
    return Shift(
        sku_id=row.sku_id, store_id=row.store_id, hold_id=row.id, on_hand=on_hand, held=held
    )
