"""Which buyer shows stand behind a pick, and what their numbers are."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.bodies import Body, alike_rows
from zhiyin.domain.matching.wearings import FIT, UNTOLD
from zhiyin.domain.matching.world import World, uuid_at

SHOWS = 10
MOST_COUNTED = 200
"""At most so many shows are counted for one reason, the newest ones; all of them can be opened."""


@dataclass(frozen=True, slots=True)
class Count:
    """Rows that were counted, and how many of them said what was asked."""

    rows: NDArray[np.intp]
    yes: int

    @property
    def all(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def show_ids(self, world: World) -> tuple[UUID, ...]:
        """The shows behind the number."""
        return tuple(uuid_at(world.shows.id, int(row)) for row in self.rows)


def worn_by_similar(body: Body, world: World, garment: int) -> Count:
    """Who with a body like hers wore a garment, and whom it fitted.

    Where her body is not known, everybody counts. Authored shows never do, and neither do
    wearers who did not say how it fitted.
    """
    rows = _rows(world, garment)
    told = world.shows.counted[rows] & (world.shows.worn.fit[rows] != UNTOLD)
    if body.is_comparable:
        told &= alike_rows(body, world.shows.worn, rows)
    kept = _newest(world, rows.start + np.flatnonzero(told))
    return Count(kept, int((world.shows.worn.fit[kept] == FIT).sum()))


def chosen_for(occasion: int, world: World, garment: int) -> Count:
    """Who chose a garment for an occasion, and whom it fitted."""
    rows = _rows(world, garment)
    there = world.shows.counted[rows] & (world.shows.worn.occasion[rows] == occasion)
    kept = _newest(world, rows.start + np.flatnonzero(there))
    return Count(kept, int((world.shows.worn.fit[kept] == FIT).sum()))


def to_read(body: Body, size: int, world: World, garment: int) -> tuple[UUID, ...]:
    """The shows she should read: nearest in body and size, newest first among equals.

    Neither verdict nor rating is looked at. Authored shows come after all others.
    """
    rows = _rows(world, garment)
    worn = world.shows.worn
    far = np.where(world.shows.counted[rows], 0.0, 100.0)
    for stated, theirs, scale in (
        (body.height_cm, worn.height_cm[rows], 5.0),
        (body.weight_kg, worn.weight_kg[rows], 5.0),
        (body.age, worn.age[rows], 15.0),
        (float(size), worn.size[rows], 4.0),
    ):
        if not np.isnan(stated):
            far += np.nan_to_num(np.abs(theirs - stated) / scale, nan=3.0)
    if body.shape >= 0:
        far += worn.shape[rows] != body.shape
    order = np.lexsort((-worn.day[rows], far))[:SHOWS]
    return tuple(uuid_at(world.shows.id, rows.start + int(at)) for at in order)


def own_words(koc: int, world: World, garment: int) -> UUID | None:
    """The newest show of a garment by a KOC herself, whatever it says."""
    rows = _rows(world, garment)
    hers = rows.start + np.flatnonzero(world.shows.koc[rows] == koc)
    return uuid_at(world.shows.id, int(_newest(world, hers)[0])) if len(hers) else None


def _rows(world: World, garment: int) -> slice:
    return slice(int(world.shows.first[garment]), int(world.shows.first[garment + 1]))


def _newest(world: World, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    order = np.argsort(-world.shows.worn.day[rows], kind="stable")
    return rows[order[:MOST_COUNTED]]
