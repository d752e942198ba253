"""The matchers of this process, one a brand: loaded when their pointer changes, kept fresh."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from uuid import UUID

import numpy as np

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.conversations import queries as conversations
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.matching import artefacts
from zhiyin.domain.matching.advising import Advice, AdviceRow, merged, rows_from_json, shipped
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.matcher import Matcher
from zhiyin.domain.matching.models import AdviceVersion
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.types import NotTrained
from zhiyin.domain.matching.world import World, uuid_at

FRESH_FOR = timedelta(seconds=15)
"""How old prices, stock, KOCs and advice may be while garments are ranked.

What is picked is looked at once more, so a pick is never sold at another price.
"""

UNEDITED = 0
"""The number of the shipped advice table, before any edit."""


@dataclass(slots=True)
class Served:
    """A brand's matcher in this process; `lock` is held by whoever is replacing it.

    `loaded` is as it was trained; `matcher`, which answers, has the shelf as it was at `fresh_at`.
    """

    lock: Lock = field(default_factory=Lock)
    stamp: artefacts.Stamp | None = None
    loaded: Matcher | None = None
    matcher: Matcher | None = None
    fresh_at: datetime | None = None
    advice_version: int = UNEDITED


_served: dict[tuple[Path, UUID], Served] = {}
_door = Lock()


def matcher_for(*, brand_id: UUID, folder: Path, now: datetime) -> Matcher:
    """The brand's matcher as trained last, with the shelf as it is.

    One thread loads a new version while the others go on with the old one; only the first load
    of a process is waited for. Runs inside the caller's `brand_tx`. Raises NotTrained.
    """
    with _door:
        served = _served.setdefault((folder, brand_id), Served())
    stamp = artefacts.stamp(folder=folder, brand_id=brand_id)
    if served.stamp != stamp:
        _once(served, lambda: _load(served, brand_id, folder))
    if served.fresh_at is None or abs(now - served.fresh_at) > FRESH_FOR:
        _once(served, lambda: _freshen(served, brand_id, now))
    matcher = served.matcher
    assert matcher is not None  # the first one was waited for, or it raised
    return matcher


def _once(served: Served, act: Callable[[], None]) -> None:
    if served.lock.acquire(blocking=served.matcher is None):
        try:
            act()
        finally:
            served.lock.release()


def _load(served: Served, brand_id: UUID, folder: Path) -> None:
    version, stamp = artefacts.pointed(folder=folder, brand_id=brand_id)
    if served.stamp == stamp:
        return  # another thread loaded it while this one waited
    try:
        with artefacts.reading(folder=folder, brand_id=brand_id, version=version) as files:
            world, learned = World.load(files), Learned.load(files)
    except NotTrained:
        if artefacts.stamp(folder=folder, brand_id=brand_id) == stamp:
            raise
        _load(served, brand_id, folder)  # it was replaced, and deleted, while it was being read
        return
    # Nothing is asked of the database here: a large model is loaded for longer than a transaction
    # may be idle. It serves from the next request on, even if this one's transaction is lost.
    matcher = Matcher.build(world, shipped(), learned, version=version)
    served.loaded, served.stamp, served.fresh_at = matcher, stamp, None
    served.advice_version = UNEDITED


def _freshen(served: Served, brand_id: UUID, now: datetime) -> None:
    loaded = served.loaded
    if loaded is None or (served.fresh_at and abs(now - served.fresh_at) <= FRESH_FOR):
        return
    edit, rows = advice_rows(brand_id)
    if edit != served.advice_version:
        loaded = replace(loaded, advice=Advice.compile(rows, loaded.world))
    shelf = shelf_now(loaded, brand_id=brand_id, now=now)
    served.loaded, served.matcher = loaded, loaded.fresh(shelf)
    served.fresh_at, served.advice_version = now, edit


def shelf_now(matcher: Matcher, *, brand_id: UUID, now: datetime) -> Shelf:
    """Prices, stock and free KOCs of a matcher's world, read from the rooms. Four queries.

    A KOC is free who is not away and was asked less often this week than she can take on.
    """
    world = matcher.world
    live = catalog.for_sale(brand_id=brand_id)
    gone = (0, 0)
    found = [live.get(uuid_at(world.skus.id, row), gone) for row in range(len(world.skus))]
    away = kocs.away_ids(brand_id=brand_id, now=now)
    load = conversations.load(brand_id=brand_id, now=now)
    free = {
        koc
        for koc, capacity in kocs.capacities(brand_id=brand_id).items()
        if koc not in away and load.get(koc, 0) < capacity
    }
    people = [uuid_at(world.kocs.id, row) for row in range(len(world.kocs))]
    return Shelf.of(
        world,
        matcher.sizes,
        price_fen=np.array([price for price, _ in found], dtype=np.int64),
        on_hand=np.array([on_hand for _, on_hand in found], dtype=np.int32),
        koc_free=np.array([koc in free for koc in people], dtype=np.bool_),
    )


def advice_rows(brand_id: UUID) -> tuple[int, tuple[AdviceRow, ...]]:
    """The shipped table with the brand's edits, and the number of its last edit (or UNEDITED)."""
    edit = AdviceVersion.objects.filter(brand_id=brand_id).order_by("-version").first()
    if edit is None:
        return UNEDITED, shipped()
    return edit.version, merged(shipped(), rows_from_json(edit.rows))
