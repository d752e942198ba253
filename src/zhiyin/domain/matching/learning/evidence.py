"""Of everybody who wore a garment, whose verdict should she read? Chosen without the verdicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from zhiyin.domain.matching.learning.counting import (
    Codes,
    Floats,
    Positions,
    Singles,
    positions,
    row_by_row,
)
from zhiyin.domain.matching.learning.sizes import TypicalSize, body_facts, mean_and_spread
from zhiyin.domain.matching.learning.witnesses import FACTS, LACKING, Wearers, Witnesses
from zhiyin.domain.matching.wearings import UNKNOWN, UNTOLD, Wearings
from zhiyin.kit.errors import DomainError, Kind

Progress = Callable[[str], None]

BOUND = 3.0
"""Standardised facts are cut off here."""

STEP = 0.6
KNOTS = np.arange(-BOUND, BOUND + STEP / 2, STEP, dtype=np.float32)
"""Where on each fact the risk is learned; between two of them it is a straight line."""

SHARED_RISK = 0.5
"""What a shared risk counts against differences. By covariance alone it would be 1; whoever is
chosen for a risk also brings more noise. Chosen on windows and folds of training data, where 0.35
to 1 hardly differ."""

ASKERS, ASKED = 60_000, 40
"""Rows drawn to learn the weights, and how many wearers of her garment each is held against."""

LEAST_WEARERS = 20
RIDGE, RISK_RIDGE = 200.0, 100.0
AT_ONCE, ASKERS_AT_ONCE = 50_000, 2_000
"""Rows worked out at once, so that millions need little memory."""

OUTCOMES = 3
SEED = 20260102
FILE = "evidence.npz"


class EvidenceModelUnreadable(DomainError):
    """The folder holds no evidence model of this version. Details: missing or expected."""

    code: ClassVar[str] = "evidence_model_unreadable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceModel:
    """How much one wearer's outcome tells of another's in the same garment, before either is known.

    Two things make a verdict worth reading: that she who gave it is like her, and that she took
    the same risk. Likeness is a weighted sum of differences, learned so that near ones agree. Risk
    is what body and size foretell in any garment: for her who takes a size small for her body,
    wearers who did likewise, or rather more so, tell most; if it fitted them, it will fit her.
    For her whose risk is the usual one, only likeness counts.

    risk:         (len(FACTS) * (len(KNOTS) + 1), 3) for each fact a line through KNOTS and a value
                  for not knowing it; they add up to `Wearers.risk`.
    weight:       (len(FACTS),) per standard unit of difference, >= 0.
    unknown:      (len(FACTS),) what it counts that either of the two does not state a fact, >= 0.
    other_shape:  () what it counts that their body shapes differ, >= 0.
    people, habit_sum, habit_rows: each person's offsets from the typical size, summed and counted.
    """

    typical: TypicalSize
    mean: Floats
    spread: Floats
    risk: Singles
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
        standard = ((facts - self.mean) / self.spread).clip(-BOUND, BOUND).astype(np.float32)
        return Wearers(facts=standard, risk=_risk_of(standard, self.risk), shape=rows.shape)

    def describe_newcomer(
        self, facts: Sequence[float], shape: int, sizes: Sequence[float]
    ) -> Wearers:
        """The same for one who wore nothing yet, in some sizes; `facts` by `facts_of_one`."""
        usual = self.typical.of_one(facts, shape)
        rows = np.array([[size, size - usual, *facts, np.nan, np.nan] for size in sizes])
        standard = ((rows - self.mean) / self.spread).clip(-BOUND, BOUND).astype(np.float32)
        shapes = np.full(len(sizes), shape, dtype=np.int8)
        return Wearers(
            facts=standard, risk=row_by_row(_on_knots(standard), self.risk), shape=shapes
        )

    def choose(self, candidates: Wearers, her: Wearers, k: int = 10) -> Positions:
        """Positions of the at most `k` candidates who tell most of her, the most telling first.

        `her` is one row: her facts and the size she thinks of. Ties go to the earlier candidate.
        """
        return foremost(self.agreement(candidates, her), k)

    def agreement(self, candidates: Wearers | Witnesses, her: Wearers) -> Singles:
        """How much each candidate's outcome should tell of hers: the risk they share less how
        unlike they are. Only the order matters."""
        others = Witnesses.of(candidates) if isinstance(candidates, Wearers) else candidates
        stated = ~np.isnan(her.facts[0])
        hers = np.where(stated, her.facts[0], np.float32(0))
        weight = self.weight * stated
        apart = others.facts - hers
        np.abs(apart, out=apart)
        # Where a candidate lacks a fact her 0 was weighed: what not knowing counts, in its place.
        lacking = LACKING @ ((self.unknown - self.weight * np.abs(hers)) * stated)
        other = (others.shape != her.shape) * np.float32(self.other_shape)
        shared = row_by_row(others.risk, her.risk[0] * np.float32(SHARED_RISK))
        return np.asarray(shared - row_by_row(apart, weight) - lacking[others.lacks] - other)

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
        if tables["weight"].shape != (len(FACTS),) or "risk" not in tables:
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


def foremost(telling: Singles, k: int) -> Positions:
    """Positions of the at most `k` highest values, the highest first; ties go to the earlier."""
    if k <= 0:
        return np.empty(0, dtype=np.intp)
    less = -telling
    if len(less) > k:
        first = (less <= np.partition(less, k - 1)[k - 1]).nonzero()[0]
    else:
        first = np.arange(len(less))
    return np.asarray(first[less[first].argsort(kind="stable")][:k])


def train(wearings: Wearings, progress: Progress) -> EvidenceModel:
    """Learn whose outcomes agree. The same rows in the same order give the same model.

    Usual sizes are learned from all rows, the rest from those whose fit was told. Risk: their
    outcomes' surprises on their facts, by ridge regression. Differences: pairs of wearers of one
    garment are drawn; the product of their surprises is regressed on how they differ, within each
    asking row, with weights that may not be negative (whoever is more alike is never further
    away). Without such pairs every fact counts alike.
    """
    rows = wearings.take(np.flatnonzero(~np.isnan(wearings.size)))
    progress(f"evidence: sizes that {len(rows)} wearers take")
    model = _without_weights(rows)
    told = np.flatnonzero(rows.fit != UNTOLD)
    if not len(told):
        return model
    progress("evidence: who agrees with whom")
    wearers = model.describe(rows, is_remembered=True).take(told)
    rows = rows.take(told)
    surprise = _surprise(rows)
    weights = _non_negative(*_moments(rows, wearers, surprise))
    if not weights.any():
        return model
    facts = len(FACTS)
    return replace(
        model,
        risk=_learn_risk(wearers.facts, surprise),
        weight=weights[:facts].astype(np.float32),
        unknown=weights[facts : 2 * facts].astype(np.float32),
        other_shape=weights[2 * facts],
    )


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
        risk=np.zeros((len(FACTS) * (len(KNOTS) + 1), OUTCOMES), dtype=np.float32),
        weight=np.ones(len(FACTS), dtype=np.float32),
        unknown=np.ones(len(FACTS), dtype=np.float32),
        other_shape=np.ones(()),
        people=np.append(people, np.iinfo(np.int64).max),
        habit_sum=np.append(np.bincount(person, offset, minlength=len(people)), 0.0),
        habit_rows=np.append(np.bincount(person, minlength=len(people)), 0.0),
    )
    mean, spread = mean_and_spread(plain._facts(rows, is_remembered=True))
    return replace(plain, mean=mean, spread=spread)


def _learn_risk(facts: Singles, surprise: Floats) -> Singles:
    """What each fact adds to the surprises, `EvidenceModel.risk`."""
    width = len(FACTS) * (len(KNOTS) + 1)
    gram, pull = RISK_RIDGE * np.eye(width), np.zeros((width, OUTCOMES))
    for part in _parts(len(facts)):
        near = _on_knots(facts[part]).astype(np.float64)
        gram += near.T @ near
        pull += near.T @ surprise[part]
    return np.linalg.solve(gram, pull).astype(np.float32)


def _risk_of(facts: Singles, risk: Singles) -> Singles:
    found = np.empty((len(facts), OUTCOMES), dtype=np.float32)
    for part in _parts(len(facts)):
        found[part] = row_by_row(_on_knots(facts[part]), risk)
    return found


def _on_knots(facts: Singles) -> Singles:
    """Each fact as shares of its two nearest KNOTS, then 1 where it is not known; side by side."""
    missing = np.isnan(facts)[:, :, None]
    shares = np.maximum(1 - np.abs(facts[:, :, None] - KNOTS) / np.float32(STEP), 0)
    return np.concatenate([np.where(missing, 0, shares), missing], axis=2).reshape(len(facts), -1)


def _parts(rows: int) -> list[slice]:
    return [slice(first, first + AT_ONCE) for first in range(0, rows, AT_ONCE)]


def _moments(rows: Wearings, wearers: Wearers, surprise: Floats) -> tuple[Floats, Floats]:
    """Second moments of differences, and of differences with agreement, over drawn pairs."""
    rng = np.random.default_rng(SEED)
    garment = Codes.of(rows).garment
    order = np.argsort(garment, kind="stable")
    worn = np.bincount(garment)
    start = np.cumsum(worn) - worn
    pool = np.flatnonzero(worn[garment] >= LEAST_WEARERS)
    askers = rng.choice(pool, min(ASKERS, len(pool)), replace=False)
    width = 2 * len(FACTS) + 1
    gram, pull = np.zeros((width, width)), np.zeros(width)
    for asker in np.array_split(askers, len(askers) // ASKERS_AT_ONCE + 1):
        drawn = rng.random((len(asker), ASKED)) * worn[garment[asker], None]
        others = order[start[garment[asker], None] + drawn.astype(np.intp)]
        strangers = rows.wearer[others] != rows.wearer[asker, None]
        apart = _within(_differences(wearers, others, asker), strangers)
        agreement = (surprise[others] * surprise[asker, None]).sum(axis=2, keepdims=True)
        gram += apart.T @ apart
        pull += apart.T @ _within(agreement, strangers)[:, 0]
    return gram, pull


def _differences(wearers: Wearers, others: Positions, askers: Positions) -> Floats:
    """How each asker and her others differ, shape (askers, others, 2 len(FACTS) + 1)."""
    apart = np.abs(wearers.facts[others].astype(np.float64) - wearers.facts[askers, None])
    missing = np.isnan(apart)
    other = (wearers.shape[others] != wearers.shape[askers, None])[:, :, None]
    return np.concatenate([np.where(missing, 0.0, apart), missing, other], axis=2)


def _within(values: Floats, counted: NDArray[np.bool_]) -> Floats:
    """Values less their asker's mean, 0 where not counted; askers below one another."""
    counts = np.maximum(counted.sum(axis=1), 1)[:, None]
    mean = np.where(counted[:, :, None], values, 0.0).sum(axis=1) / counts
    left = np.where(counted[:, :, None], values - mean[:, None], 0.0)
    return np.asarray(left.reshape(-1, values.shape[2]))


def _surprise(rows: Wearings) -> Floats:
    """How far each outcome is from the usual, in standard deviations of that outcome."""
    outcome = np.eye(OUTCOMES)[rows.fit]
    usual = outcome.mean(axis=0)
    return np.asarray((outcome - usual) / np.sqrt(np.maximum(usual * (1 - usual), 1e-6)))


def _non_negative(gram: Floats, pull: Floats) -> Floats:
    """Weights >= 0 such that minus the weighted differences come nearest to the agreement."""
    root = np.linalg.cholesky(gram + RIDGE * np.eye(len(gram)))
    weights, _ = optimize.nnls(root.T, np.linalg.solve(root, -pull))
    return np.asarray(weights)
