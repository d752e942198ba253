"""What will she choose: a ranking of all garments for one stated need, learned from the past.

The score is a weighted sum of parts with plain names, so that each can be drawn as a bar. Weights
are found by walking forward inside the training rows: stand at an earlier day, count only what
was known then, and see what shoppers chose in the half year after it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.asks import Asks, Memory, NeedQuery
from zhiyin.domain.matching.learning.bodies import Bodies
from zhiyin.domain.matching.learning.choices import Choices, choices, without_repeats
from zhiyin.domain.matching.learning.counting import (
    Codes,
    Floats,
    Positions,
    Singles,
    positions,
)
from zhiyin.domain.matching.learning.demand import Demand
from zhiyin.domain.matching.learning.neighbours import Neighbours
from zhiyin.domain.matching.learning.shelf import pack, unpack
from zhiyin.domain.matching.learning.softmax import Batch, fit, spans
from zhiyin.domain.matching.learning.taste import Taste
from zhiyin.domain.matching.wearings import UNKNOWN, Wearings
from zhiyin.kit.errors import DomainError, Kind

STAND_BACK_DAYS = (183, 366, 549)
LOOK_AHEAD_DAYS = 183
CHOICES_PER_STAND = 5_000
CANDIDATES = 4_096
NEEDS_AT_ONCE = 128
FEWEST_CHOICES = 50
ONLY_RETURNING = (
    "demand_this_month",
    "demand_this_year",
    "time_on_offer",
    "worn_for_occasion",
    "worn_at_her_weight",
    "worn_in_her_size",
    "worn_by_similar_people",
)
"""Parts that get a second weight for those who were here before: her worn sizes are known, and
what everybody takes she may have had."""

PLAIN_PARTS = (*Demand.names, *Bodies.names, *Neighbours.names, *Taste.names)
SEEN_AGAIN = [PLAIN_PARTS.index(name) for name in ONLY_RETURNING]
UNTAUGHT_PARTS = ("demand_this_season", "worn_for_occasion")
BLANK_PART = "popularity"
ARRAYS, WEIGHTS = "ranker.npz", "weights.json"

Progress = Callable[[str], None]


class NothingToLearn(DomainError):
    """No row is earlier than the day that the ranker is trained for."""

    code = "nothing_to_learn"
    kind = Kind.INVALID


class UnknownGarment(DomainError):
    """A candidate was not among the rows that the ranker learned from."""

    code = "unknown_garment"
    kind = Kind.INVALID


def quiet(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Scores:
    """total: (garments,) float64, higher is better. parts: (garments, names), summing to it."""

    garments: NDArray[np.int64]
    total: Floats
    parts: Singles
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """All that was counted from rows up to a day; every part of the score is looked up here."""

    garments: NDArray[np.int64]
    demand: Demand
    bodies: Bodies
    neighbours: Neighbours
    taste: Taste

    @classmethod
    def of(cls, rows: Wearings) -> Self:
        """Count the rows, which are free of repeats."""
        codes = Codes.of(rows)
        category = _categories(rows, codes)
        return cls(
            garments=codes.garments,
            demand=Demand.of(rows, codes, category),
            bodies=Bodies.of(rows, codes),
            neighbours=Neighbours.of(rows, codes, category),
            taste=Taste.of(codes, category),
        )

    names = (*PLAIN_PARTS, *(f"{name}_again" for name in ONLY_RETURNING))

    def values(self, asks: Asks, garments: Positions) -> Singles:
        """Shape (needs, garments, parts), in the order of `names`."""
        values = np.empty((len(asks), len(garments), len(self.names)), dtype=np.float32)
        first = 0
        for group in (self.demand, self.bodies, self.neighbours, self.taste):
            last = first + len(group.names)
            values[:, :, first:last] = group.parts(asks, garments).transpose(0, 2, 1)
            first = last
        values[:, :, first:] = values[:, :, SEEN_AGAIN] * asks.is_returning[:, None, None]
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRanker:
    """Tables of one day and the weights of their parts."""

    tables: Tables
    weights: Floats

    def score(self, need: NeedQuery, candidates: NDArray[np.int64] | None = None) -> Scores:
        """Score garments by id (all that the ranker knows, ascending, if none are named).

        A need that states nothing at all is answered with recent popularity alone.
        Raises UnknownGarment if a candidate was not in the training rows.
        """
        if candidates is None:
            at = np.arange(len(self.tables.garments))
        else:
            at = _found(self.tables.garments, candidates)
        asks = Asks.of_query(need, self.tables.garments)
        names = self.score_names
        parts = np.zeros((len(at), len(names)), dtype=np.float32)
        if asks.is_blank[0]:
            total = self.tables.demand.popularity[at]
            parts[:, -1] = total
        else:
            parts[:, :-1] = self.tables.values(asks, at)[0] * self.weights.astype(np.float32)
            total = parts.sum(axis=1, dtype=np.float64)
        return Scores(self.tables.garments[at], total, parts, names)

    @property
    def score_names(self) -> tuple[str, ...]:
        """The parts of its scores, in order."""
        return (*self.tables.names, BLANK_PART)

    def rank_all(self, asks: Asks) -> Floats:
        """Totals for many needs over all garments, shape (needs, garments)."""
        everything = np.arange(len(self.tables.garments))
        totals = np.empty((len(asks), len(everything)))
        weights = self.weights.astype(np.float32)
        for part in spans(len(asks), NEEDS_AT_ONCE):
            totals[part] = self.tables.values(asks.take(part), everything) @ weights
        totals[asks.is_blank] = self.tables.demand.popularity
        return totals

    def save(self, folder: Path) -> None:
        """Write the ranker into an existing folder; the same ranker gives the same bytes."""
        np.savez(folder / ARRAYS, allow_pickle=False, **pack(self.tables))
        named = dict(zip(self.tables.names, self.weights.tolist(), strict=True))
        (folder / WEIGHTS).write_text(json.dumps(named, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            tables = unpack(Tables, dict(arrays))
        named = json.loads((folder / WEIGHTS).read_text(encoding="utf-8"))
        return cls(tables=tables, weights=np.array([named[name] for name in tables.names]))


def train(
    rows: Wearings, as_of_day: int, progress: Progress = quiet, *, candidates: int = CANDIDATES
) -> NeedRanker:
    """Learn from the rows before `as_of_day` (days since 1970-01-01), and from nothing later.

    A choice is weighed against all garments. Where there are more than `candidates`, the more
    wanted half of that number is taken in full, the rest drawn evenly and counted for as many.
    Too few past choices to learn from (a new shop) leave recent demand and the occasion's lift
    with weight 1 and everything else with none. The result depends on the rows alone.
    Raises NothingToLearn if no row is earlier.
    """
    known = without_repeats(rows.take(rows.day < as_of_day))
    if not len(known):
        raise NothingToLearn(as_of_day=as_of_day)
    days = [as_of_day - back for back in STAND_BACK_DAYS]
    stands = [stand for day in days if (stand := _stand(known, day, candidates))]
    progress(f"learning from {sum(len(stand.made) for stand in stands)} past choices")
    tables = Tables.of(known)
    if sum(len(stand.made) for stand in stands) < FEWEST_CHOICES:
        weights = np.array([float(name in UNTAUGHT_PARTS) for name in tables.names])
        return NeedRanker(tables=tables, weights=weights)
    weights = fit(_Walk(stands), len(tables.names))
    progress("weights found")
    return NeedRanker(tables=tables, weights=weights)


@dataclass(frozen=True, slots=True)
class _Stand:
    """An earlier day: what was counted then, and what was chosen after it."""

    tables: Tables
    asks: Asks
    made: Choices
    sample: Positions
    log_count: Singles


@dataclass(frozen=True, slots=True)
class _Walk:
    """The batches of all stands, the same ones on every round."""

    stands: list[_Stand]

    def __iter__(self) -> Iterator[Batch]:
        for stand in self.stands:
            for part in spans(len(stand.made), NEEDS_AT_ONCE):
                yield _batch(stand, part)


def _stand(rows: Wearings, day: int, candidates: int) -> _Stand | None:
    """What was known on a day, and the choices after it; None if there is nothing of either."""
    before = rows.take(rows.day < day)
    if not len(before):
        return None
    made = choices(before, rows.take((rows.day >= day) & (rows.day < day + LOOK_AHEAD_DAYS)))
    if not len(made):
        return None
    if len(made) > CHOICES_PER_STAND:
        made = made.take(np.linspace(0, len(made) - 1, CHOICES_PER_STAND).astype(np.intp))
    tables = Tables.of(before)
    sample, log_count = _drawn(tables.demand.popularity, candidates, day)
    return _Stand(tables, Memory.of(before).asks(made.shoppers), made, sample, log_count)


def _drawn(popularity: Floats, candidates: int, seed: int) -> tuple[Positions, Singles]:
    """Garments to weigh choices against, and the logarithm of how many each stands for."""
    garments = len(popularity)
    if garments <= candidates:
        return np.arange(garments), np.zeros(garments, dtype=np.float32)
    order = np.argsort(-popularity, kind="stable")
    head, rest = order[: candidates // 2], order[candidates // 2 :]
    drawn = candidates - len(head)
    tail = np.random.default_rng(seed).choice(rest, drawn, replace=False)
    log_count = np.repeat([0.0, np.log(len(rest) / drawn)], [len(head), drawn])
    return np.concatenate([head, tail]), log_count.astype(np.float32)


def _batch(stand: _Stand, part: Positions) -> Batch:
    """The sample and each need's own choice; the choices of others are barred to her."""
    asks, garment = stand.asks.take(part), stand.made.garment[part]
    extra = np.setdiff1d(garment, stand.sample)
    candidates = np.concatenate([stand.sample, extra])
    order = np.argsort(candidates, kind="stable")
    chosen = order[np.searchsorted(candidates, garment, sorter=order)]
    log_count = np.full((len(part), len(candidates)), -np.inf, dtype=np.float32)
    log_count[:, : len(stand.sample)] = stand.log_count
    log_count[asks.worn[:, candidates].toarray() > 0] = -np.inf
    log_count[np.arange(len(part)), chosen] = 0.0
    return Batch(stand.tables.values(asks, candidates), chosen, log_count)


def _categories(rows: Wearings, codes: Codes) -> Positions:
    """Each garment's category, one more than the last where it has none."""
    unknown = int(rows.category.max(initial=-1)) + 1
    category = np.full(len(codes.garments), unknown, dtype=np.intp)
    told = rows.category >= 0
    category[codes.garment[told]] = rows.category[told]
    return category


def _found(garments: NDArray[np.int64], candidates: NDArray[np.int64]) -> Positions:
    at = positions(garments, candidates)
    if (at == UNKNOWN).any():
        raise UnknownGarment(garment=int(candidates[at == UNKNOWN][0]))
    return at
