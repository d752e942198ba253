"""What a brand is told of its own model: the error counts, the period ahead stays unseen."""

from dataclasses import replace

import numpy as np
import pytest

from zhiyin.domain.matching.evaluation.own import Measured, measure_own
from zhiyin.domain.matching.tests.need_town import rows_of, town


def quiet(_: str) -> None:
    """Nobody watches the tests."""


def test_a_difference_and_its_error_by_hand() -> None:
    ours, other = np.array([0.0, 2.0, 5.0, 2.5]), np.array([0.0, 4.0, 1.0, 9.0])
    found = Measured.of(ours, other, 3)
    # Found by the other: 1, 0, 1, 0. Ours more: 0, 1, -1, 1.
    assert (found.recall, found.ours_more) == (0.5, 0.25)
    assert found.error == pytest.approx(0.25)
    assert found.ours_more_error == pytest.approx(np.sqrt(3 / 4 - 1 / 16) / 2)
    assert Measured.of(ours, ours, 3).ours_more_error == 0.0


def test_what_follows_known_rules_is_foreseen_better_than_by_popularity() -> None:
    rows = town(bodies=True, rows=2_500)
    found = measure_own(rows, quiet)
    methods = found["methods"]
    assert set(methods) == {
        "popularity",
        "recent_popularity",
        "occasion_popularity",
        "item_knn",
        "ease",
        "zhiyin",
    }
    assert 1_900 < found["rows"] <= 2_000
    assert found["choices"] > 200
    versus = methods["recent_popularity"]["20"]
    assert versus["ours_more"] > 4 * versus["ours_more_error"] > 0
    assert methods["zhiyin"]["20"]["ours_more"] == 0


def test_whoever_comes_only_in_the_period_ahead_is_nobody_that_a_method_knows() -> None:
    rows = town(rows=1_200)
    cut = measure_own(rows, quiet)["from_day"]
    strangers = replace(rows, wearer=rows.wearer + 1_000_000 * (rows.day >= cut))
    methods = measure_own(strangers, quiet)["methods"]
    assert methods["item_knn"] == methods["ease"]
    assert methods["item_knn"] != measure_own(rows, quiet)["methods"]["item_knn"]


@pytest.mark.parametrize("rows", [0, 1, 60])
def test_too_few_rows_are_said_to_be_too_few(rows: int) -> None:
    wearer = np.arange(rows)
    found = measure_own(rows_of(wearer=wearer, garment=wearer % 5, day=wearer), quiet)
    assert found["methods"] == {}
    assert found["choices"] < 100
