"""Of everybody who wore a garment, whose verdict should she read? Chosen without the verdicts."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from zhiyin.domain.matching.learning.counting import Codes, Floats, Positions, Singles, positions
from zhiyin.domain.matching.learning.sizes import TypicalSize, body_facts, mean_and_spread
from zhiyin.domain.matching.wearings import UNKNOWN, UNTOLD, Wearings
from zhiyin.kit.errors import DomainError, Kind

Progress = Callable[[str], None]

FACTS = (
    "size", "from_typical", "height", "weight", "age", "band", "cup", "mass", "from_habit", "habit",
)  # fmt: skip
"""Columns of `Wearers.facts`. `from_typical`: size against what bodies like hers take; `habit`:
the mean of that over her other rentals; `from_habit`: how far she departed from it."""

BOUND = 3.0
"""Standardised facts are cut off here."""

ASKERS, ASKED = 20_000, 40
"""Rows drawn to learn the weights, and how many wearers of her garment each is held against."""

LEAST_WEARERS = 20
RIDGE = 200.0
SEED = 20260102
FILE = "evidence.npz"


class EvidenceModelUnreadable(DomainError):
    """The folder holds no evidence model of this version. Details: missing or expected."""

    code: ClassVar[str] = "matching.evidence_model_unreadable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wearers:
    """What is known of people and their sizes before anybody wears anything.

    facts: (rows, len(FACTS)) in standard units, NaN where not known.
    shape: (rows,) as in `Wearings`.
    """

    facts: Singles
    shape: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.shape)

    def take(self, rows: Positions | slice) -> Self:
        """The rows selected, in that order."""
        return type(self)(facts=self.facts[rows], shape=self.shape[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceModel:
    """A distance between wearers: a weighted sum of differences, learned so that near ones agree.

    weight:       (len(FACTS),) per standard unit of difference, >= 0.
    unknown:      (len(FACTS),) what it counts that either of the two does not state a fact, >= 0.
    other_shape:  () what it counts that their body shapes differ, >= 0.
    people, habit_sum, habit_rows: each person's offsets from the typical size, summed and counted.
    """

    typical: TypicalSize
    mean: Floats
    spread: Floats
    weight: Singles
    unknown: Singles
    other_shape: Floats
    people: NDArray[np.int64]
    habit_sum: Floats
    habit_rows: Floats

    def describe(self, rows: Wearings, *, is_remembered: bool) -> Wearers:
        """What of each row may be looked at: never `fit`, `rating`, `occasion` or `day`.

        `is_remembered`: the rows are among those the model learned from, so that a row's own size
        is left out of its wearer's habit.
        """
        facts = self._facts(rows, is_remembered=is_remembered)
        standard = np.clip((facts - self.mean) / self.spread, -BOUND, BOUND)
        return Wearers(facts=standard.astype(np.float32), shape=rows.shape)

    def choose(self, candidates: Wearers, her: Wearers, k: int = 10) -> Positions:
        """Positions of the at most `k` candidates nearest to her, nearest first.

        `her` is one row: her facts and the size she thinks of. Ties go to the earlier candidate.
        """
        away = self.distance(candidates, her)
        if k <= 0:
            return np.empty(0, dtype=np.intp)
        if len(away) > k:
            near = np.flatnonzero(away <= np.partition(away, k - 1)[k - 1])
        else:
            near = np.arange(len(away))
        return near[np.argsort(away[near], kind="stable")][:k]

    def distance(self, candidates: Wearers, her: Wearers) -> Singles:
        """How unlike her each candidate is, >= 0."""
        apart = np.abs(candidates.facts - her.facts) * self.weight
        missing = np.isnan(apart)
        np.copyto(apart, np.broadcast_to(self.unknown, apart.shape), where=missing)
        other = (candidates.shape != her.shape) * np.float32(self.other_shape)
        return np.asarray(apart.sum(axis=1) + other, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder, replacing what it writes."""
        tables = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "typical"}
        typical = {f"typical.{f.name}": getattr(self.typical, f.name) for f in fields(TypicalSize)}
        np.savez(folder / FILE, **tables, **typical)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model that `save` wrote. Raises EvidenceModelUnreadable."""
        if not (folder / FILE).is_file():
            raise EvidenceModelUnreadable(missing=FILE)
        with np.load(folder / FILE) as file:
            tables = {name: file[name] for name in file.files}
        typical = TypicalSize(mean=tables.pop("typical.mean"), slope=tables.pop("typical.slope"))
        if tables["weight"].shape != (len(FACTS),):
            raise EvidenceModelUnreadable(expected="the facts of this version")
        return cls(typical=typical, **tables)

    def _facts(self, rows: Wearings, *, is_remembered: bool) -> Floats:
        offset = rows.size - self.typical.of(rows)
        person = positions(self.people, rows.wearer)
        known = person != UNKNOWN
        total = np.where(known, self.habit_sum[person], 0.0)
        count = np.where(known, self.habit_rows[person], 0.0)
        if is_remembered:
            total, count = total - np.where(known, offset, 0.0), count - known
        habit = total / np.where(count > 0, count, np.nan)
        return np.column_stack([rows.size, offset, body_facts(rows), offset - habit, habit])


def train(wearings: Wearings, progress: Progress) -> EvidenceModel:
    """Learn the distance. The same rows in the same order give the same model.

    Usual sizes are learned from all rows, the weights from those whose fit was told: pairs of
    wearers of one garment are drawn; the product of their outcomes' surprises is regressed on how
    they differ, within each asking row, with weights that may not be negative (whoever is more
    alike is never further away). Without such pairs every fact counts alike.
    """
    rows = wearings.take(np.flatnonzero(~np.isnan(wearings.size)))
    progress(f"evidence: sizes that {len(rows)} wearers take")
    model = _without_weights(rows)
    progress("evidence: who agrees with whom")
    told = np.flatnonzero(rows.fit != UNTOLD)
    if not len(told):
        return model
    wearers = model.describe(rows, is_remembered=True)
    weights = _non_negative(*_moments(rows.take(told), wearers.take(told)))
    if not weights.any():
        return model
    facts = len(FACTS)
    return EvidenceModel(
        **{f.name: getattr(model, f.name) for f in fields(model) if f.name not in WEIGHTS},
        weight=weights[:facts].astype(np.float32),
        unknown=weights[facts : 2 * facts].astype(np.float32),
        other_shape=weights[2 * facts],
    )


WEIGHTS = ("weight", "unknown", "other_shape")


def _without_weights(rows: Wearings) -> EvidenceModel:
    """The model before it has learned which differences matter."""
    typical = TypicalSize.learn(rows)
    people = np.unique(rows.wearer[rows.wearer != UNKNOWN])
    person = np.searchsorted(people, rows.wearer[rows.wearer != UNKNOWN])
    offset = (rows.size - typical.of(rows))[rows.wearer != UNKNOWN]
    plain = EvidenceModel(
        typical=typical,
        mean=np.zeros(len(FACTS)),
        spread=np.ones(len(FACTS)),
        weight=np.ones(len(FACTS), dtype=np.float32),
        unknown=np.ones(len(FACTS), dtype=np.float32),
        other_shape=np.ones(()),
        people=np.append(people, np.iinfo(np.int64).max),
        habit_sum=np.append(np.bincount(person, offset, minlength=len(people)), 0.0),
        habit_rows=np.append(np.bincount(person, minlength=len(people)), 0.0),
    )
    mean, spread = mean_and_spread(plain._facts(rows, is_remembered=True))
    kept = {f.name: getattr(plain, f.name) for f in fields(plain)}
    return EvidenceModel(**{**kept, "mean": mean, "spread": spread})


def _moments(rows: Wearings, wearers: Wearers) -> tuple[Floats, Floats]:
    """Second moments of differences, and of differences with agreement, over drawn pairs."""
    rng = np.random.default_rng(SEED)
    surprise = _surprise(rows)
    garment = Codes.of(rows).garment
    order = np.argsort(garment, kind="stable")
    worn = np.bincount(garment)
    start = np.cumsum(worn) - worn
    pool = np.flatnonzero(worn[garment] >= LEAST_WEARERS)
    width = 2 * len(FACTS) + 1
    gram, pull = np.zeros((width, width)), np.zeros(width)
    for asker in rng.choice(pool, min(ASKERS, len(pool)), replace=False):
        first, count = start[garment[asker]], worn[garment[asker]]
        others = order[first : first + count]
        others = others[rows.wearer[others] != rows.wearer[asker]]
        if len(others) > ASKED:
            others = rng.choice(others, ASKED, replace=False)
        if not len(others):
            continue
        apart = _differences(wearers.take(others), wearers.take(slice(asker, asker + 1)))
        agreement = surprise[others] @ surprise[asker]
        apart -= apart.mean(axis=0)
        gram += apart.T @ apart
        pull += apart.T @ (agreement - agreement.mean())
    return gram, pull


def _surprise(rows: Wearings) -> Floats:
    """How far each outcome is from the usual, in standard deviations of that outcome."""
    outcome = np.eye(3)[rows.fit]
    usual = outcome.mean(axis=0)
    return np.asarray((outcome - usual) / np.sqrt(np.maximum(usual * (1 - usual), 1e-6)))


def _differences(candidates: Wearers, her: Wearers) -> Floats:
    apart = np.abs(candidates.facts.astype(np.float64) - her.facts)
    missing = np.isnan(apart)
    other = candidates.shape != her.shape
    return np.column_stack([np.where(missing, 0.0, apart), missing, other])


def _non_negative(gram: Floats, pull: Floats) -> Floats:
    """Weights >= 0 such that minus the weighted differences come nearest to the agreement."""
    root = np.linalg.cholesky(gram + RIDGE * np.eye(len(gram)))
    weights, _ = optimize.nnls(root.T, np.linalg.solve(root, -pull))
    return np.asarray(weights)
