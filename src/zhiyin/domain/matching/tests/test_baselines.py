"""The baselines say what their definitions say, on rows small enough to count by hand."""

import numpy as np
import pytest

from zhiyin.domain.matching.evaluation.baselines import (
    ALS_CONFIDENCE,
    ALS_LAMBDA,
    EASE_LAMBDA,
    Collaborative,
    OccasionPopularity,
    Popularity,
    least_squares,
)
from zhiyin.domain.matching.learning.counting import Codes
from zhiyin.domain.matching.tests.need_town import rows_of
from zhiyin.domain.matching.wearings import FIT, SMALL

ASKS = rows_of(wearer=[1, 99], garment=[0, 0], occasion=[0, -1])


def test_popularity_counts_every_row() -> None:
    train = rows_of(wearer=[1, 2, 3], garment=[7, 7, 5], fit=[SMALL, FIT, FIT])
    assert Popularity.all_time(train).scores(ASKS).tolist() == [[1.0, 2.0]] * 2


def test_recent_popularity_halves_in_90_days_and_counts_the_satisfied() -> None:
    train = rows_of(
        wearer=[1, 2, 3, 4],
        garment=[5, 5, 7, 7],
        day=[0, 90, 90, 90],
        fit=[FIT, FIT, FIT, SMALL],
        rating=[10, 8, 6, 10],
    )
    glad = Popularity.recent(train, only_satisfied=True).scores(ASKS)
    everyone = Popularity.recent(train, only_satisfied=False).scores(ASKS)
    assert glad[0].tolist() == [1.5, 0.0]
    assert everyone[0].tolist() == [1.5, 2.0]


def test_the_stated_occasion_counts_twenty_to_one_and_no_occasion_is_plain_recency() -> None:
    train = rows_of(wearer=[1, 2, 3], garment=[5, 7, 7], occasion=[0, 1, 1])
    scores = OccasionPopularity.of(train).scores(ASKS)
    assert scores.tolist() == [[21.0, 2.0], [1.0, 2.0]]


def test_cosine_is_what_two_garments_share() -> None:
    train = rows_of(wearer=[1, 2, 2, 3], garment=[5, 5, 7, 9])
    scores = Collaborative.item_knn(train).scores(ASKS)
    assert scores[0] == pytest.approx([0.0, 1 / np.sqrt(2), 0.0])


def test_ease_solves_its_least_squares() -> None:
    """The weights of one garment are the ridge regression of it on all the others."""
    rng = np.random.default_rng(0)
    train = rows_of(wearer=rng.integers(0, 60, 300), garment=rng.integers(0, 8, 300))
    worn = Codes.of(train).histories().toarray()
    others = worn[:, 1:]
    ridge = others.T @ others + EASE_LAMBDA * np.eye(others.shape[1])
    expected = np.linalg.solve(ridge, others.T @ worn[:, 0])
    assert Collaborative.ease(train).right[1:, 0] == pytest.approx(expected)


def test_least_squares_agrees_with_the_plain_formula_for_short_and_long_rows() -> None:
    rng = np.random.default_rng(1)
    train = rows_of(wearer=rng.integers(0, 12, 90), garment=rng.integers(0, 15, 90))
    seen = Codes.of(train).histories()
    factors = rng.normal(size=(seen.shape[1], 6))
    solved = least_squares(seen, factors)
    lengths = np.diff(seen.indptr)
    assert lengths.min() < 6 <= lengths.max()
    for row, mine in enumerate(solved):
        own = factors[seen.indices[seen.indptr[row] : seen.indptr[row + 1]]]
        system = factors.T @ factors + ALS_CONFIDENCE * own.T @ own + ALS_LAMBDA * np.eye(6)
        expected = np.linalg.solve(system, (1 + ALS_CONFIDENCE) * own.sum(axis=0))
        assert mine == pytest.approx(expected)


@pytest.mark.parametrize("make", [Collaborative.item_knn, Collaborative.ease, Collaborative.als])
def test_a_newcomer_gets_recent_popularity_over_all_rows(make) -> None:  # type: ignore[no-untyped-def]
    train = rows_of(
        wearer=[1, 2, 3, 3], garment=[5, 5, 7, 5], day=[0, 90, 90, 0], fit=[FIT, 0, 0, 0]
    )
    everyone = Popularity.recent(train, only_satisfied=False).scores(ASKS)
    assert make(train).scores(ASKS)[1].tolist() == everyone[1].tolist()
