"""Which buyer shows stand behind a pick, and what their numbers are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.bodies import Body, alike_rows
from zhiyin.domain.matching.learning.evidence import EvidenceModel, foremost
from zhiyin.domain.matching.learning.witnesses import Wearers, Witnesses
from zhiyin.domain.matching.types import MOST_COUNTED
from zhiyin.domain.matching.wearings import FIT, UNTOLD
from zhiyin.domain.matching.world import World, uuid_at
from zhiyin.kit.ids import PackedIds

SHOWS = 10
LOOKED_AT = 500
"""Of a garment with more shows, the newest so many are looked at."""


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of the shows that were counted, and how many of them said what was asked."""

    rows: NDArray[np.intp]
    yes: int

    @property
    def all(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def show_ids(self, world: World) -> PackedIds:
        """The shows behind the number."""
        return ids_of(world, self.rows)


def worn_by_similar(body: Body, world: World, garment: int) -> Count:
    """Who with a body like hers wore a garment, and whom it fitted.

    Where her body is not known, everybody counts. Authored shows never do, and neither do
    wearers who did not say how it fitted.
    """
    rows = rows_of(world, garment)
    told = world.shows.counted[rows] & (world.shows.worn.fit[rows] != UNTOLD)
    if body.is_comparable:
        told &= alike_rows(body, world.shows.worn, rows)
    return _count(world, rows, told)


def chosen_for(occasion: int, world: World, garment: int) -> Count:
    """Who chose a garment for an occasion, and whom it fitted."""
    rows = rows_of(world, garment)
    there = world.shows.counted[rows] & (world.shows.worn.occasion[rows] == occasion)
    return _count(world, rows, there)


def _count(world: World, rows: slice, told: NDArray[np.bool_]) -> Count:
    kept = rows.start + told.nonzero()[0][:MOST_COUNTED]
    return Count(kept, int(np.count_nonzero(world.shows.worn.fit[kept] == FIT)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Whose shows a shopper should read. `witnesses` are all wearers by what was known before
    anything was worn; where too little was worn to learn a distance, both are None and the newest
    shows are read.
    """

    model: EvidenceModel | None
    witnesses: Witnesses | None

    @classmethod
    def of(cls, model: EvidenceModel | None, world: World) -> Self:
        """Describe the world's shows."""
        if model is None:
            return cls(model=None, witnesses=None)
        wearers = model.describe(world.shows.worn, is_remembered=True)
        return cls(model=model, witnesses=Witnesses.of(wearers))

    def choose(self, body: Body, asked: Sequence[tuple[int, int]], world: World) -> list[PackedIds]:
        """For each (garment, size): at most SHOWS shows, nearest to her first.

        Authored ones only fill what is left. Neither verdict nor rating is looked at.
        """
        her = None
        if self.model is not None and body.is_comparable and asked:
            sizes = [size for _, size in asked]
            her = self.model.describe_newcomer(body.facts, body.shape, sizes)
        return [
            self._nearest(her.take(slice(place, place + 1)) if her else None, world, garment)
            for place, (garment, _) in enumerate(asked)
        ]

    def _nearest(self, her: Wearers | None, world: World, garment: int) -> PackedIds:
        rows = rows_of(world, garment)
        counted = world.shows.counted[rows]
        readable = min(SHOWS, int(np.count_nonzero(counted)))
        if self.model is None or self.witnesses is None or her is None:
            near = counted.nonzero()[0][:SHOWS]
        else:
            telling = self.model.agreement(self.witnesses.take(rows), her)
            if not counted.all():
                telling[~counted] = -np.inf
            near = foremost(telling, readable)
        if readable < SHOWS:
            near = np.concatenate([near, np.flatnonzero(~counted)])[:SHOWS]
        return ids_of(world, rows.start + near)


def own_words(koc: int, world: World, garment: int) -> UUID | None:
    """The newest show of a garment by a KOC herself, whatever it says."""
    rows = rows_of(world, garment)
    hers = (world.shows.koc[rows] == koc).nonzero()[0]
    return uuid_at(world.shows.id, rows.start + int(hers[0])) if len(hers) else None


def own_size(koc: int, world: World, garment: int) -> int | None:
    """The size in which a garment fitted a KOC, by her newest show that says so."""
    rows = rows_of(world, garment)
    worn = world.shows.worn
    for at in (world.shows.koc[rows] == koc).nonzero()[0].tolist():
        if worn.fit[rows.start + at] == FIT:
            size = float(worn.size[rows.start + at])
            return None if isnan(size) else int(size)
    return None


def rows_of(world: World, garment: int) -> slice:
    """The rows of a garment's shows, newest first, at most LOOKED_AT of them."""
    first, last = int(world.shows.first[garment]), int(world.shows.first[garment + 1])
    return slice(first, min(last, first + LOOKED_AT))


def ids_of(world: World, rows: NDArray[np.intp]) -> PackedIds:
    """The ids of some shows."""
    return PackedIds(world.shows.id.take(rows, axis=0).tobytes())
