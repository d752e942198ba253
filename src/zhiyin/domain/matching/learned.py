"""What was learned from the wearings: what she will choose, what fits her, whose word to read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.learning import evidence, fit, ranker
from zhiyin.domain.matching.learning.bodies import Bodies
from zhiyin.domain.matching.learning.counting import Codes
from zhiyin.domain.matching.learning.demand import Demand
from zhiyin.domain.matching.learning.evidence import EvidenceModel
from zhiyin.domain.matching.learning.fit import FitModel
from zhiyin.domain.matching.learning.neighbours import Neighbours
from zhiyin.domain.matching.learning.ranker import NeedRanker, Tables
from zhiyin.domain.matching.learning.rates import FitMemory
from zhiyin.domain.matching.learning.taste import Taste
from zhiyin.domain.matching.wearings import UNTOLD, Wearings
from zhiyin.domain.matching.world import World

Progress = Callable[[str], None]

WEIGHTS_FROM_ROWS = 60_000
"""Weights and trees are learned from at most about this many rows of a large shop."""

REMEMBERED_ROWS = 300_000
"""What takes long to learn about each garment is learned from at most about so many rows, the
newest of every garment. What is merely counted (demand, lifts, whom it fitted) has all rows."""

WEIGHTS_FROM_GARMENTS = 1_500
"""Which parts of a ranking matter is learned among about so many garments."""

LARGE = 200_000
"""A shop with more rows than this is large; a smaller one is learned from whole."""

SEED = 20_261_122
FIT, EVIDENCE, RANKER = "fit", "evidence", "ranker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The three models of a brand. None where too little was worn to learn one."""

    ranker: NeedRanker | None
    fit: FitModel | None
    evidence: EvidenceModel | None

    @classmethod
    def train(cls, world: World, progress: Progress) -> Self:
        """Learn from the counted shows; authored ones teach nothing."""
        worn = world.shows.worn.take(np.flatnonzero(world.shows.counted))
        sizeless = [words.code(category, words.CATEGORIES) for category in words.SIZELESS]
        sized = ~np.isin(worn.category, sizeless) & (worn.fit != UNTOLD) & ~np.isnan(worn.size)
        told = worn.take(np.flatnonzero(sized))
        enough = len(told) >= fit.LEAST_ROWS
        return cls(
            ranker=train_ranker(worn, progress) if len(worn) else None,
            fit=train_fit(told, progress) if enough else None,
            evidence=train_evidence(told, progress) if enough else None,
        )

    def save(self, folder: Path) -> None:
        """Write the models into folders below an existing one."""
        for name, model in ((RANKER, self.ranker), (FIT, self.fit), (EVIDENCE, self.evidence)):
            if model is not None:
                (folder / name).mkdir()
                model.save(folder / name)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        return cls(
            ranker=NeedRanker.load(folder / RANKER) if (folder / RANKER).is_dir() else None,
            fit=FitModel.load(folder / FIT) if (folder / FIT).is_dir() else None,
            evidence=EvidenceModel.load(folder / EVIDENCE)
            if (folder / EVIDENCE).is_dir()
            else None,
        )


def train_ranker(worn: Wearings, progress: Progress) -> NeedRanker:
    """The ranker: weights from some garments and people, tables from all of them.

    A garment's mean wearer is found from its newest rows only, where there are very many.
    """
    day = int(worn.day.max()) + 1
    if len(worn) <= LARGE:
        return ranker.train(worn, day, progress)
    share = WEIGHTS_FROM_GARMENTS / len(np.unique(worn.garment))
    some = drawn_evenly(worn, worn.garment, round(min(share, 1.0) * len(worn)))
    some = drawn_evenly(some, some.wearer, WEIGHTS_FROM_ROWS)
    weights = ranker.train(some, day, progress).weights
    progress("counting every wearing")
    rows = first_wearings(worn)
    codes = Codes.of(rows)
    category = np.zeros(len(codes.garments), dtype=np.intp)
    category[codes.garment] = rows.category
    newest = newest_of_each(codes.garment, rows.day, REMEMBERED_ROWS)
    recent = rows.take(newest)
    tables = Tables(
        garments=codes.garments,
        demand=Demand.of(rows, codes, category),
        bodies=Bodies.of(rows, codes),
        neighbours=Neighbours.of(recent, Codes.of(recent), category),
        taste=Taste.of(codes, category),
    )
    return NeedRanker(tables=tables, weights=weights)


def train_fit(told: Wearings, progress: Progress) -> FitModel:
    """The fit model: trees from all rows of some garments, memory of all garments."""
    if len(told) <= LARGE:
        return fit.train(told, progress)
    trees = fit.train(drawn_evenly(told, told.garment, WEIGHTS_FROM_ROWS), progress).trees
    progress("fit: remembering the newest wearings of every garment")
    newest = newest_of_each(told.garment, told.day, REMEMBERED_ROWS)
    return FitModel(memory=FitMemory.learn(told.take(newest)), trees=trees)


def train_evidence(told: Wearings, progress: Progress) -> EvidenceModel:
    """Whose word to read: which differences matter is learned from all rows of some garments.

    Habits of people whom it did not learn from are not known to it; their facts are.
    """
    some = told if len(told) <= LARGE else drawn_evenly(told, told.garment, WEIGHTS_FROM_ROWS)
    return evidence.train(some, progress)


def newest_of_each(
    garment: NDArray[np.integer], day: NDArray[np.integer], most: int
) -> NDArray[np.intp]:
    """At most about `most` rows, evenly from all garments, each garment's newest; ascending."""
    if len(garment) <= most:
        return np.arange(len(garment))
    order = np.lexsort((-day, garment))
    at = garment[order]
    place = np.arange(len(at)) - np.searchsorted(at, at)
    low, high = 1, len(at)
    while low < high:
        middle = (low + high + 1) // 2
        if int((place < middle).sum()) <= most:
            low = middle
        else:
            high = middle - 1
    return np.sort(order[place < low])


def first_wearings(rows: Wearings) -> Wearings:
    """As `without_repeats`, by whole numbers, which is many times faster for many rows."""
    order = np.argsort(rows.day, kind="stable")
    width = int(rows.garment.max(initial=0)) + 1
    _, first = np.unique(rows.wearer[order] * width + rows.garment[order], return_index=True)
    return rows.take(order[np.sort(first)])


def drawn_evenly(rows: Wearings, key: NDArray[np.int64], about: int) -> Wearings:
    """All rows of keys drawn evenly, until there are about so many rows."""
    keys, at = np.unique(key, return_inverse=True)
    drawn = np.random.default_rng(SEED).random(len(keys)) < about / len(rows)
    return rows.take(np.flatnonzero(drawn[at]))


def blank_rows(count: int) -> Wearings:
    """Rows that state nothing, to be filled with what is asked."""
    unknown = np.full(count, words.UNKNOWN)
    nothing = np.full(count, np.nan, dtype=np.float32)
    return Wearings(
        wearer=unknown.astype(np.int64),
        garment=unknown.astype(np.int64),
        category=unknown.astype(np.int16),
        size=nothing,
        height_cm=nothing,
        weight_kg=nothing,
        age=nothing,
        band_cm=nothing,
        cup=nothing,
        shape=unknown.astype(np.int8),
        occasion=unknown.astype(np.int8),
        fit=np.full(count, UNTOLD, dtype=np.int8),
        rating=nothing,
        day=np.zeros(count, dtype=np.int32),
    )
