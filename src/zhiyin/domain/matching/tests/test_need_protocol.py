"""The protocol "need": which rows are events, how ties count, and that nothing leaks."""

from dataclasses import fields, replace

import numpy as np
import pytest

from zhiyin.domain.matching.evaluation.baselines import Popularity
from zhiyin.domain.matching.evaluation.need import (
    Ratio,
    Trial,
    evaluate_need,
    measures,
    pooled,
    rank,
    trial,
)
from zhiyin.domain.matching.learning.choices import choices, stated, without_repeats
from zhiyin.domain.matching.learning.counting import Codes
from zhiyin.domain.matching.tests.need_town import CUT, rows_of, town
from zhiyin.domain.matching.wearings import FIT, SMALL, Wearings

STATED = ["wearer", "height_cm", "weight_kg", "age", "band_cm", "cup", "shape", "occasion"]
METHODS = [
    "popularity",
    "recent_popularity",
    "occasion_popularity",
    "item_knn",
    "ease",
    "als",
    "zhiyin",
]


def quiet(_: str) -> None:
    """Nobody watches the tests."""


def halves(rows: Wearings) -> tuple[Wearings, Wearings]:
    return rows.take(rows.day < CUT), rows.take(rows.day >= CUT)


def recall(found: Trial, method: str) -> float:
    return measures(found.ranks[method])["recall@20"]


def test_an_event_is_the_first_satisfied_row_on_a_known_garment_that_is_new_to_her() -> None:
    train = rows_of(wearer=[1, 1, 2], garment=[5, 6, 7], day=[0, 0, 0])
    test = rows_of(
        wearer=[1, 1, 1, 1, 1, 1, 3],
        garment=[5, 8, 7, 7, 7, 6, 6],
        day=[10, 11, 12, 13, 14, 9, 20],
        fit=[FIT, FIT, SMALL, FIT, FIT, FIT, FIT],
        rating=[10, 10, 10, 6, 8, 10, 7],
    )
    assert len(choices(train, without_repeats(test))) == 0
    clean = test.take(np.array([0, 1, 4, 5, 6]))
    made = choices(train, without_repeats(clean))
    assert made.shoppers.wearer.tolist() == [1]
    assert made.garment.tolist() == [2]
    assert made.rentals.tolist() == [2]


def test_repeated_pairs_keep_the_earliest_row() -> None:
    rows = rows_of(wearer=[1, 1, 2], garment=[5, 5, 5], day=[9, 3, 4], rating=[1, 2, 3])
    kept = without_repeats(rows)
    assert kept.day.tolist() == [3, 4]
    assert kept.rating.tolist() == [2, 3]


def test_ties_count_half_and_what_she_wore_is_left_out() -> None:
    train = rows_of(wearer=[1, 1, 2, 3, 4], garment=[5, 6, 6, 7, 8])
    test = rows_of(wearer=[1, 9], garment=[7, 7], day=[1, 1])
    made = choices(train, test)
    # Garments 5, 7 and 8 have one row each, 6 has two; she of two rentals wore 5 and 6.
    assert rank(Popularity.all_time(train), made, Codes.of(train)).tolist() == [0.5, 2.0]


def test_measures_by_hand() -> None:
    found = measures(np.array([0.0, 9.5, 10.0, 19.0, 20.0]))
    assert found["recall@10"] == pytest.approx(2 / 5)
    assert found["recall@20"] == pytest.approx(4 / 5)
    gains = [1.0, 1 / np.log2(11.5), 1 / np.log2(12), 1 / np.log2(21), 0.0]
    assert found["ndcg@20"] == pytest.approx(np.mean(gains))


def test_the_json_has_every_method_and_stratum() -> None:
    answer = evaluate_need(*halves(town(rows=2_500)), quiet)
    rows, methods = answer["rows"], answer["methods"]
    assert isinstance(rows, dict)
    assert isinstance(methods, dict)
    assert list(rows) == ["0", "1", "2-4", "5+", "all"]
    assert rows["all"] == sum(rows[name] for name in ("0", "1", "2-4", "5+"))
    assert list(methods) == METHODS
    for strata in methods.values():
        assert list(strata) == list(rows)
        for found in strata.values():
            assert list(found) == ["recall@10", "recall@20", "ndcg@20"]
            assert 0 <= found["ndcg@20"] <= found["recall@20"] <= 1


def test_ours_learns_the_occasion_and_the_body() -> None:
    found = trial(*halves(town(bodies=True)), quiet)
    against = Ratio.of(found.ranks["zhiyin"], found.ranks["occasion_popularity"])
    assert against.ratio - 3 * against.error > 1


def test_with_occasions_shuffled_ours_falls_to_recent_popularity() -> None:
    """No body and no fashion in this town: without true occasions there is nothing to know."""
    train, test = halves(town(fashion=False))
    rng = np.random.default_rng(5)
    honest = trial(train, test, quiet)
    blind = trial(
        replace(train, occasion=rng.permutation(train.occasion)),
        replace(test, occasion=rng.permutation(test.occasion)),
        quiet,
    )
    against = Ratio.of(blind.ranks["zhiyin"], blind.ranks["recent_popularity"])
    assert abs(against.ratio - 1) < 3 * against.error
    assert recall(honest, "zhiyin") > 1.3 * recall(blind, "zhiyin")


def test_of_a_test_row_only_what_she_states_is_handed_on() -> None:
    rows = town(rows=50)
    handed = stated(rows)
    for name in STATED:
        assert np.array_equal(getattr(handed, name), getattr(rows, name), equal_nan=True)
    for name in {field.name for field in fields(Wearings)} - set(STATED):
        assert len(np.unique(getattr(handed, name))) == 1
        assert not np.array_equal(getattr(handed, name), getattr(rows, name), equal_nan=True)


def test_what_the_test_file_holds_beyond_the_stated_does_not_move_a_rank() -> None:
    """Another category, size, or day inside the window changes no answer."""
    train, test = halves(town(rows=2_500))
    other = replace(
        test,
        category=np.zeros_like(test.category),
        size=np.full_like(test.size, 40.0),
        day=test.day + 30,
    )
    mine, theirs = trial(train, test, quiet), trial(train, other, quiet)
    assert mine.ranks["zhiyin"].tolist() == theirs.ranks["zhiyin"].tolist()


def test_the_same_files_give_the_same_figures() -> None:
    train, test = halves(town(rows=2_500))
    assert evaluate_need(train, test, quiet) == evaluate_need(train, test, quiet)


def test_a_test_file_without_one_event_measures_nothing() -> None:
    train, _ = halves(town(rows=1_000))
    answer = evaluate_need(train, train, quiet)
    assert answer["rows"] == {"0": 0, "1": 0, "2-4": 0, "5+": 0, "all": 0}


def test_the_error_of_a_ratio_is_that_of_resampled_events() -> None:
    rng = np.random.default_rng(2)
    ours, other = np.where(rng.random((2, 4_000)) < [[0.3], [0.25]], 0.0, 99.0)
    told = Ratio.of(ours, other)
    drawn = [Ratio.of(ours[at], other[at]).ratio for at in rng.integers(0, 4_000, (400, 4_000))]
    assert told.error == pytest.approx(np.std(drawn), rel=0.15)


def test_equal_answers_have_ratio_one_and_no_error() -> None:
    ranks = np.array([0.0, 30.0, 5.0])
    assert Ratio.of(ranks, ranks) == Ratio(1.0, 0.0)


def test_pooling_weighs_every_event_alike() -> None:
    few = Trial(rentals=np.array([0]), ranks={"zhiyin": np.array([0.0])})
    many = Trial(rentals=np.array([1, 5, 2]), ranks={"zhiyin": np.array([50.0, 50.0, 50.0])})
    both = pooled([few, many])
    assert recall(both, "zhiyin") == 0.25
    assert both.stratum("2-4").tolist() == [False, False, False, True]
