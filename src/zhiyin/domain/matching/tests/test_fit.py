"""The fit model on a small world whose truth we made: sizes, garments that run small, habits."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zhiyin.domain.matching.evaluation.fit import evaluate_fit
from zhiyin.domain.matching.learning import fit
from zhiyin.domain.matching.learning.effects import Effects, Groups
from zhiyin.domain.matching.learning.fit import FitModel, FitModelUnreadable, TooLittleWorn
from zhiyin.domain.matching.learning.rates import FEATURES, FitMemory
from zhiyin.domain.matching.wearings import FIT, LARGE, SMALL, UNKNOWN, UNTOLD, Wearings

RUNS_SMALL, RUNS_LARGE = 0, 1


def world(rows: int = 3000, seed: int = 1) -> Wearings:
    """Bodies of one true size; garment 0 runs two sizes small, garment 1 two sizes large."""
    rng = np.random.default_rng(seed)
    wearers = rows // 3
    wearer = rng.integers(0, wearers, rows)
    garment = rng.integers(0, 12, rows)
    height = rng.normal(165, 6, wearers)[wearer]
    weight = rng.normal(60, 8, wearers)[wearer]
    true = 8 + (weight - 60) / 2.5
    size = np.clip(np.rint((true + rng.normal(0, 4, rows)) / 4) * 4, 0, 24)
    runs = np.where(garment == RUNS_SMALL, -4, np.where(garment == RUNS_LARGE, 4, 0))
    gap = size + runs - true + rng.normal(0, 2, rows)
    outcome = np.where(gap < -4, SMALL, np.where(gap > 4, LARGE, FIT))
    return Wearings(
        wearer=wearer.astype(np.int64),
        garment=garment.astype(np.int64),
        category=(garment % 3).astype(np.int16),
        size=size.astype(np.float32),
        height_cm=height.astype(np.float32),
        weight_kg=weight.astype(np.float32),
        age=np.full(rows, np.nan, dtype=np.float32),
        band_cm=np.where(rng.random(rows) < 0.2, np.nan, 80).astype(np.float32),
        cup=np.full(rows, 2, dtype=np.float32),
        shape=rng.integers(-1, 4, rows).astype(np.int8),
        occasion=np.full(rows, UNKNOWN, dtype=np.int8),
        fit=outcome.astype(np.int8),
        rating=np.where(outcome == FIT, 10, 6).astype(np.float32),
        day=np.arange(rows, dtype=np.int32) // 10,
    )


def silent(_: str) -> None:
    """Report progress to nobody."""


@pytest.fixture(scope="module")
def rows() -> Wearings:
    return world()


@pytest.fixture(scope="module")
def model(rows: Wearings) -> FitModel:
    return fit.train(rows, silent)


def asked(rows: Wearings, **changes: float) -> Wearings:
    """One average woman, 60 kg, asking for size 8 of an ordinary garment."""
    one = rows.take(np.array([0]))
    plain: dict[str, float] = {
        "wearer": UNKNOWN, "garment": 5, "category": 2, "size": 8, "height_cm": 165,
        "weight_kg": 60, "band_cm": 80, "cup": 2, "shape": 1, **changes,
    }  # fmt: skip
    return replace(one, **{k: np.array([v], dtype=getattr(one, k).dtype) for k, v in plain.items()})


def test_chances_sum_to_one_and_tell_rows_it_never_saw(rows: Wearings) -> None:
    found = evaluate_fit(rows, world(seed=2), silent)
    auc = found["auc"]
    assert isinstance(auc, dict)
    assert found["rows"] == 3000
    assert list(auc) == ["small", "fit", "large", "mean"]
    assert auc["mean"] > 0.8
    assert auc["mean"] == pytest.approx((auc["small"] + auc["fit"] + auc["large"]) / 3)


def test_chances_are_probabilities_near_the_true_rates(model: FitModel) -> None:
    fresh = world(seed=3)
    chances = model.chances(fresh)
    assert chances.dtype == np.float32
    assert chances.shape == (3000, 3)
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-5)
    for outcome in (SMALL, FIT, LARGE):
        sure = chances[:, outcome] > 0.7
        assert (fresh.fit[sure] == outcome).mean() == pytest.approx(
            chances[sure, outcome].mean(), abs=0.12
        )


def test_a_garment_that_runs_small_is_said_to_be_small(rows: Wearings, model: FitModel) -> None:
    small = model.chances(asked(rows, garment=RUNS_SMALL, category=0))[0]
    plain = model.chances(asked(rows))[0]
    large = model.chances(asked(rows, garment=RUNS_LARGE, category=1))[0]
    assert small[SMALL] > plain[SMALL] + 0.2
    assert large[LARGE] > plain[LARGE] + 0.2


def test_best_size_follows_the_body_and_stays_in_stock(rows: Wearings, model: FitModel) -> None:
    sizes = np.array([0, 4, 8, 12, 16, 20], dtype=np.float32)
    picks = [model.best_size(asked(rows, weight_kg=weight), 5, sizes)[0] for weight in (48, 60, 72)]
    assert picks == [4, 8, 12]
    size, chances = model.best_size(asked(rows), 5, np.array([16.0]))
    assert size == 16
    assert chances.shape == (1, 3)
    with pytest.raises(ValueError, match="no size"):
        model.best_size(asked(rows), 5, np.array([]))


def test_where_chances_say_nothing_the_size_is_what_bodies_like_hers_take(rows: Wearings) -> None:
    by_chance = np.random.default_rng(8).integers(0, 3, len(rows)).astype(np.int8)
    model = fit.train(replace(rows, fit=by_chance), silent)
    sizes = np.array([0, 4, 8, 12, 16, 20], dtype=np.float32)
    picks = [model.best_size(asked(rows, weight_kg=weight), 5, sizes)[0] for weight in (48, 60, 72)]
    assert picks == [4, 8, 12]


@pytest.mark.parametrize(
    "changes",
    [
        {"garment": 10**9, "category": UNKNOWN},
        {"garment": UNKNOWN, "category": 999},
        {"height_cm": np.nan, "weight_kg": np.nan, "band_cm": np.nan, "cup": np.nan, "shape": -1},
        {"weight_kg": 900, "height_cm": 1600},
        {"size": 60_000},
        {"size": np.nan},
        {"shape": 127},
    ],
)
def test_the_unknown_and_the_absurd_are_answered(
    rows: Wearings, model: FitModel, changes: dict[str, float]
) -> None:
    chances = model.chances(asked(rows, **changes))
    assert np.isfinite(chances).all()
    assert chances.sum() == pytest.approx(1, abs=1e-5)


def test_a_known_garment_needs_no_category(rows: Wearings, model: FitModel) -> None:
    told, untold = asked(rows), asked(rows, category=UNKNOWN)
    np.testing.assert_array_equal(model.chances(told), model.chances(untold))


def test_nothing_is_asked_of_no_rows(rows: Wearings, model: FitModel) -> None:
    assert model.chances(rows.take(np.array([], dtype=np.intp))).shape == (0, 3)


def test_the_outcome_of_the_asked_row_is_never_read(rows: Wearings, model: FitModel) -> None:
    told = rows.take(np.arange(50))
    untold = replace(
        told,
        fit=np.full(50, UNTOLD, dtype=np.int8),
        rating=np.full(50, np.nan, dtype=np.float32),
        day=np.zeros(50, dtype=np.int32),
        occasion=np.full(50, 3, dtype=np.int8),
    )
    np.testing.assert_array_equal(model.chances(told), model.chances(untold))


def test_training_features_never_come_from_the_row_itself(rows: Wearings) -> None:
    small = rows.take(np.arange(400))
    before = fit.out_of_fold(small, silent)
    flipped = small.fit.copy()
    flipped[7] = LARGE if flipped[7] != LARGE else SMALL
    after = fit.out_of_fold(replace(small, fit=flipped), silent)
    np.testing.assert_array_equal(before[7], after[7])
    assert (before != after).any()


def test_the_same_rows_give_the_same_model(rows: Wearings, model: FitModel) -> None:
    again = fit.train(rows, silent)
    np.testing.assert_array_equal(model.chances(rows), again.chances(rows))


def test_a_saved_model_answers_the_same(rows: Wearings, model: FitModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = FitModel.load(tmp_path)
    np.testing.assert_array_equal(model.chances(rows), loaded.chances(rows))


def test_a_folder_without_a_model_is_refused(model: FitModel, tmp_path: Path) -> None:
    with pytest.raises(FitModelUnreadable):
        FitModel.load(tmp_path)
    model.save(tmp_path)
    (tmp_path / fit.NAMES_FILE).write_text('["other"]', encoding="utf-8")
    with pytest.raises(FitModelUnreadable):
        FitModel.load(tmp_path)


def test_too_few_told_rows_are_refused(rows: Wearings) -> None:
    untold = np.full(len(rows), UNTOLD, dtype=np.int8)
    untold[: fit.LEAST_ROWS - 1] = FIT
    with pytest.raises(TooLittleWorn) as refused:
        fit.train(replace(rows, fit=untold), silent)
    assert refused.value.details == {"rows": fit.LEAST_ROWS - 1, "needed": fit.LEAST_ROWS}


def test_progress_is_told(rows: Wearings) -> None:
    told: list[str] = []
    say: Callable[[str], None] = told.append
    fit.train(rows.take(np.arange(300)), say)
    assert len(told) == fit.FOLDS + 2


def test_every_feature_has_a_name(rows: Wearings) -> None:
    memory = FitMemory.learn(rows)
    features = memory.features(rows.take(np.arange(5)))
    assert features.shape == (5, len(FEATURES))
    np.testing.assert_array_equal(features[:, FEATURES.index("weight")], rows.weight_kg[:5])
    np.testing.assert_array_equal(features[:, FEATURES.index("size")], rows.size[:5])


def test_effects_find_the_log_odds_of_groups() -> None:
    rng = np.random.default_rng(5)
    count = 6000
    garment = rng.integers(0, 2, count)
    none = np.full(count, -1, dtype=np.intp)
    groups = Groups(category=none, garment=garment, garment_size=none, wearer=none)
    odds = np.where(garment == 0, -1.5, 0.5)
    small = rng.random(count) < 1 / (1 + np.exp(-odds))
    outcomes = np.stack([small, ~small], axis=1)
    effects = Effects.learn(np.zeros((count, 1)), groups, outcomes, (1, 2, 1, 1))
    found = effects.parts(np.zeros((count, 1)), groups)[:, :2]
    assert found[garment == 0, 0].mean() == pytest.approx(-1.5, abs=0.15)
    assert found[garment == 1, 0].mean() == pytest.approx(0.5, abs=0.15)
    np.testing.assert_allclose(found[:, 0], -found[:, 1], atol=0.02)
