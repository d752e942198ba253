"""Holding pieces for an order, and keeping them once it is paid: the hot acts, a statement each."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog.models import StockHold
from zhiyin.domain.catalog.operations.shelf import Place
from zhiyin.domain.catalog.queries.stock import counts
from zhiyin.domain.catalog.rules import MOVES, after, summed
from zhiyin.domain.catalog.types import (
    CauseReused,
    HoldExpired,
    HoldLine,
    HoldMove,
    HoldMoveRefused,
    HoldNotFound,
    HoldState,
    ReleaseReason,
    SoldOut,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one

HOLD = """
    WITH asked AS (
        SELECT * FROM unnest(
            %(hold_ids)s::uuid[], %(sku_ids)s::uuid[], %(store_ids)s::uuid[], %(pieces)s::int[]
        ) WITH ORDINALITY AS line (hold_id, sku_id, store_id, pieces, n)
    ), counted AS MATERIALIZED (
        SELECT asked.n, asked.pieces, stock.id, stock.held
        FROM asked JOIN catalog_stock stock ON stock.brand_id = %(brand_id)s
          AND stock.sku_id = asked.sku_id AND stock.store_id = asked.store_id
        WHERE stock.by_unit_since IS NULL AND stock.held + asked.pieces <= stock.on_hand
        ORDER BY stock.sku_id, stock.store_id
        FOR NO KEY UPDATE OF stock
    ), by_unit AS (
        SELECT asked.n, asked.pieces, asked.hold_id, asked.sku_id, asked.store_id
        FROM asked JOIN catalog_stock stock ON stock.brand_id = %(brand_id)s
          AND stock.sku_id = asked.sku_id AND stock.store_id = asked.store_id
        WHERE stock.by_unit_since IS NOT NULL AND (SELECT count(*) FROM counted) >= 0
    ), free AS MATERIALIZED (
        SELECT by_unit.n, by_unit.hold_id, unit.id
        FROM by_unit CROSS JOIN LATERAL (
            SELECT id FROM catalog_stockunit
            WHERE brand_id = %(brand_id)s AND sku_id = by_unit.sku_id
              AND store_id = by_unit.store_id AND hold_id IS NULL
            ORDER BY id LIMIT by_unit.pieces
            FOR NO KEY UPDATE SKIP LOCKED
        ) unit
    ), enough AS (
        SELECT n FROM counted
        UNION ALL
        SELECT n FROM by_unit WHERE pieces = (SELECT count(*) FROM free WHERE free.n = by_unit.n)
    ), all_there AS (
        SELECT WHERE (SELECT count(*) FROM enough) = (SELECT count(*) FROM asked)
    ), first AS (
        INSERT INTO catalog_stockhold (id, brand_id, sku_id, store_id, cause, line, quantity,
            handed_over, taken_back, released, state, release_reason, expires_at, held_at)
        SELECT hold_id, %(brand_id)s, sku_id, store_id, %(cause)s, n, pieces,
            0, 0, 0, %(held)s, '', %(until)s, %(now)s
        FROM asked WHERE n = 1 AND NOT %(anew)s AND EXISTS (SELECT FROM all_there)
        ON CONFLICT DO NOTHING
        RETURNING id
    ), let_in AS (
        SELECT FROM first
        UNION ALL
        SELECT FROM all_there WHERE %(anew)s
    ), others AS (
        INSERT INTO catalog_stockhold (id, brand_id, sku_id, store_id, cause, line, quantity,
            handed_over, taken_back, released, state, release_reason, expires_at, held_at)
        SELECT hold_id, %(brand_id)s, sku_id, store_id, %(cause)s, n, pieces,
            0, 0, 0, %(held)s, '', %(until)s, %(now)s
        FROM asked WHERE n > 1 AND EXISTS (SELECT FROM first)
    ), renewed AS (
        UPDATE catalog_stockhold hold
        SET state = %(held)s, release_reason = '', released_at = NULL,
            expires_at = %(until)s, held_at = %(now)s
        FROM asked
        WHERE %(anew)s AND hold.brand_id = %(brand_id)s AND hold.id = asked.hold_id
          AND EXISTS (SELECT FROM let_in)
    ), taken AS (
        UPDATE catalog_stock stock SET held = stock.held + counted.pieces
        FROM counted
        WHERE stock.brand_id = %(brand_id)s AND stock.id = counted.id
          AND EXISTS (SELECT FROM let_in)
    ), units AS (
        UPDATE catalog_stockunit unit SET hold_id = free.hold_id
        FROM free
        WHERE unit.brand_id = %(brand_id)s AND unit.id = free.id AND EXISTS (SELECT FROM let_in)
    )
    SELECT count(*) FROM let_in
"""
"""Hold every line or none.

`counted`: counters with enough left are locked in the order of (SKU, store), so that baskets do not
block one another for ever; once locked, PostgreSQL asks again whether enough is left. What is
plainly short is not waited for. `free`: pieces kept one row each are taken past those that others
are taking, and only after the counters, because whoever locks a counter may go on to its units.
`first`: line 1 lets a cause in once. `anew`: pieces are taken again for rows that expired.
"""

KEEP = """
    WITH line AS MATERIALIZED (
        SELECT id, state, release_reason, expires_at FROM catalog_stockhold
        WHERE brand_id = %(brand_id)s AND cause = %(cause)s
        ORDER BY line
        FOR NO KEY UPDATE
    ), late AS (
        SELECT FROM line
        WHERE (state = %(held)s AND expires_at <= %(now)s)
           OR (state = %(released)s AND release_reason = %(expired)s)
    ), kept AS (
        UPDATE catalog_stockhold hold SET state = %(kept)s, kept_at = %(now)s
        FROM line
        WHERE hold.brand_id = %(brand_id)s AND hold.id = line.id AND line.state = ANY(%(may)s)
          AND NOT EXISTS (SELECT FROM late)
        RETURNING hold.id
    )
    SELECT (SELECT count(*) FROM line), (SELECT count(*) FROM late), (SELECT count(*) FROM kept),
           (SELECT count(*) FROM line WHERE state <> %(released)s)
"""
TRIES = 8
"""A place that changes between the two ways of keeping stock is asked again."""


def hold(
    *, brand_id: UUID, lines: Iterable[HoldLine], cause: str, until: datetime, now: datetime
) -> bool:
    """Hold pieces for a cause until a time, all lines or none. True if they are held by this call.

    Lines of one SKU in one store are summed. A retry with the same lines changes nothing (False);
    if its time is over, the same pieces are held anew, if they are still there (True). Runs inside
    the caller's `brand_tx`; one statement where all goes well.
    Raises QuantityRefused, SoldOut (nothing is held then), CauseReused, HoldMoveRefused (it was
    released on purpose).
    """
    pieces = summed(lines)
    if until <= now:
        raise HoldExpired(cause=cause, until=until)
    wanted = {place: (uuid7(), count) for place, count in pieces.items()}
    for _ in range(TRIES):
        if _take(brand_id, wanted, cause, until, now, anew=False):
            return True
        rows = list(
            StockHold.objects.select_for_update(no_key=True)
            .filter(brand_id=brand_id, cause=cause)
            .order_by("line")
        )
        if rows:
            return _again(rows, pieces, until, now)
        _refuse_short(brand_id, pieces)
    raise SoldOut(short=_named(dict.fromkeys(pieces, 0)))


def keep(*, brand_id: UUID, cause: str, now: datetime) -> int:
    """Keep what is held for a cause, now that it is paid. Returns how many lines; 0 for a retry.

    Lines released on purpose stay released. All others are kept, or none. One statement.
    Raises HoldNotFound, HoldExpired (hold anew first), HoldMoveRefused (all was released).
    """
    row = one(
        KEEP,
        brand_id=brand_id,
        cause=cause,
        now=now,
        kept=HoldState.KEPT,
        held=HoldState.HELD,
        released=HoldState.RELEASED,
        expired=ReleaseReason.EXPIRED,
        may=[state for state, move in MOVES if move is HoldMove.KEEP],
    )
    lines, late, kept, alive = row if row else (0, 0, 0, 0)
    if not lines:
        raise HoldNotFound(cause=cause)
    if late:
        raise HoldExpired(cause=cause)
    if not alive:
        raise HoldMoveRefused(state=HoldState.RELEASED.value, move=HoldMove.KEEP.value)
    return int(kept)


def _again(
    rows: list[StockHold], pieces: Mapping[Place, int], until: datetime, now: datetime
) -> bool:
    """Answer a call whose cause has rows already: a retry, or holding anew after the time."""
    brand_id, cause = rows[0].brand_id, rows[0].cause
    if {(row.sku_id, row.store_id): row.quantity for row in rows} != pieces:
        raise CauseReused(cause=cause)
    gone = [row for row in rows if row.release_reason == ReleaseReason.EXPIRED]
    late = [row for row in rows if row.state == HoldState.HELD and row.expires_at <= now]
    if not gone and not late:
        if all(row.state == HoldState.RELEASED for row in rows):
            raise HoldMoveRefused(state=HoldState.RELEASED.value, move=HoldMove.HOLD_ANEW.value)
        return False
    wanted = {(row.sku_id, row.store_id): (row.id, row.quantity - row.released) for row in gone}
    if wanted and not any(
        _take(brand_id, wanted, cause, until, now, anew=True) for _ in range(TRIES)
    ):
        asked = {place: count for place, (_, count) in wanted.items()}
        _refuse_short(brand_id, asked)
        raise SoldOut(short=_named(dict.fromkeys(asked, 0)))
    for row in (*gone, *late):
        after(HoldState(row.state), HoldMove.HOLD_ANEW)
    StockHold.objects.filter(brand_id=brand_id, cause=cause, state=HoldState.HELD).update(
        expires_at=until, held_at=now
    )
    return True


def _take(
    brand_id: UUID,
    wanted: Mapping[Place, tuple[UUID, int]],
    cause: str,
    until: datetime,
    now: datetime,
    *,
    anew: bool,
) -> bool:
    row = one(
        HOLD,
        brand_id=brand_id,
        hold_ids=[hold_id for hold_id, _ in wanted.values()],
        sku_ids=[sku for sku, _ in wanted],
        store_ids=[store for _, store in wanted],
        pieces=[count for _, count in wanted.values()],
        cause=cause,
        held=HoldState.HELD,
        until=until,
        now=now,
        anew=anew,
    )
    return row is not None and row[0] > 0


def _refuse_short(brand_id: UUID, pieces: Mapping[Place, int]) -> None:
    """Name the lines that are short. Nothing is raised if by now all of them are there."""
    found = counts(brand_id=brand_id, places=list(pieces))
    left = {place: found[place].for_sale if place in found else 0 for place in pieces}
    short = {place: left[place] for place, count in pieces.items() if left[place] < count}
    if short:
        raise SoldOut(short=_named(short))


def _named(short: Mapping[Place, int]) -> list[dict[str, object]]:
    return [
        {"sku_id": str(sku), "store_id": str(store), "left": pieces}
        for (sku, store), pieces in short.items()
    ]
