"""Protocol "evidence": she will read ten verdicts on a garment. Whose?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.evaluation.auc import CLASSES, auc_of_classes
from zhiyin.domain.matching.learning import evidence
from zhiyin.domain.matching.learning.counting import Positions, positions
from zhiyin.domain.matching.learning.evidence import Progress
from zhiyin.domain.matching.learning.sizes import body_facts, mean_and_spread
from zhiyin.domain.matching.wearings import UNKNOWN, UNTOLD, Wearings

READ = 10
LEAST_WEARERS = 20
PRIOR_WEARERS = 3.0
SEED = 20260103

Chooser = Callable[[int, Positions], Positions]
"""(test row, its garment's training rows) -> the training rows whose verdict she reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Test rows whose garment has at least LEAST_WEARERS training rows, and those rows."""

    asked: Wearings
    garment: Positions
    order: Positions
    start: Positions

    @classmethod
    def of(cls, train: Wearings, test: Wearings) -> "Questions":
        """Both hold told rows only."""
        garments, codes = np.unique(train.garment, return_inverse=True)
        worn = np.bincount(codes, minlength=len(garments))
        garment = positions(garments, test.garment)
        rows = np.flatnonzero((garment != UNKNOWN) & (worn[garment] >= LEAST_WEARERS))
        return cls(
            asked=test.take(rows),
            garment=garment[rows],
            order=np.argsort(codes, kind="stable"),
            start=np.concatenate([[0], np.cumsum(worn)]),
        )

    def __iter__(self) -> Iterator[tuple[int, Positions]]:
        for row, garment in enumerate(self.garment):
            yield row, self.order[self.start[garment] : self.start[garment + 1]]


def evaluate_evidence(train: Wearings, test: Wearings, progress: Progress) -> dict[str, object]:
    """{"rows", "auc": {METHOD: {small, fit, large, mean}}}; every choice is blind to verdicts."""
    known = train.take(np.flatnonzero(train.fit != UNTOLD))
    questions = Questions.of(known, test.take(np.flatnonzero(test.fit != UNTOLD)))
    found: dict[str, dict[str, float]] = {}
    for name, choose in choosers(known, questions.asked, progress):
        progress(f"evidence: {name}, {len(questions.asked)} rows")
        scores = read(questions, known, choose)
        found[name] = auc_of_classes(questions.asked.fit, scores)
    return {"rows": len(questions.asked), "auc": found}


def read(questions: Questions, train: Wearings, choose: Chooser) -> NDArray[np.float64]:
    """Score of each class after reading the chosen verdicts, shape (questions, 3)."""
    outcome = np.eye(len(CLASSES))[train.fit]
    usual = PRIOR_WEARERS * outcome.mean(axis=0)
    scores = np.empty((len(questions.asked), len(CLASSES)))
    for row, candidates in questions:
        chosen = choose(row, candidates)
        scores[row] = (outcome[chosen].sum(axis=0) + usual) / (len(chosen) + PRIOR_WEARERS)
    return scores


def choosers(train: Wearings, asked: Wearings, progress: Progress) -> Iterator[tuple[str, Chooser]]:
    """The ways of choosing that are compared, by name."""
    rng = np.random.default_rng(SEED)
    yield "random10", lambda _, rows: rng.permutation(rows)[:READ]
    yield "same_body10", _nearest(_body(train), _body(asked))
    yield "body_and_size10", _nearest(_body_and_size(train), _body_and_size(asked))
    yield "all", lambda _, rows: rows
    model = evidence.train(train, progress)
    worn = model.describe(train, is_remembered=True)
    hers = model.describe(asked, is_remembered=False)

    def likest(row: int, rows: Positions) -> Positions:
        return rows[model.choose(worn.take(rows), hers.take(slice(row, row + 1)), READ)]

    yield "zhiyin10", likest


def _body(rows: Wearings) -> NDArray[np.float64]:
    """Height and weight: with age, band and cup as well the neighbours were worse, not better."""
    return body_facts(rows)[:, :2]


def _body_and_size(rows: Wearings) -> NDArray[np.float64]:
    return np.column_stack([_body(rows), rows.size])


def _nearest(worn: NDArray[np.float64], asked: NDArray[np.float64]) -> Chooser:
    """Plain Euclidean neighbours over standardised facts; what is not stated is the mean."""
    mean, spread = mean_and_spread(worn)
    worn = np.nan_to_num((worn - mean) / spread, nan=0.0)
    asked = np.nan_to_num((asked - mean) / spread, nan=0.0)

    def choose(row: int, rows: Positions) -> Positions:
        away = ((worn[rows] - asked[row]) ** 2).sum(axis=1)
        return rows[np.argsort(away, kind="stable")[:READ]]

    return choose
