"""The choice of evidence in a small world where outcomes hang on size against body alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zhiyin.domain.matching.evaluation.evidence import evaluate_evidence
from zhiyin.domain.matching.learning import evidence
from zhiyin.domain.matching.learning.evidence import (
    FACTS,
    EvidenceModel,
    EvidenceModelUnreadable,
    Wearers,
)
from zhiyin.domain.matching.wearings import FIT, LARGE, SMALL, UNKNOWN, UNTOLD, Wearings

BODY = ("size", "height_cm", "weight_kg", "age", "band_cm", "cup", "shape")


def world(rows: int = 4000, seed: int = 1) -> Wearings:
    """Whoever takes less than her body's size finds it small; age, band and cup are noise."""
    rng = np.random.default_rng(seed)
    weight = rng.normal(60, 8, rows)
    true = 8 + (weight - 60) / 2.5
    size = np.clip(np.rint((true + rng.normal(0, 4, rows)) / 4) * 4, 0, 24)
    gap = size - true + rng.normal(0, 1, rows)
    outcome = np.where(gap < -3, SMALL, np.where(gap > 3, LARGE, FIT))
    return Wearings(
        wearer=rng.integers(0, rows, rows).astype(np.int64),
        garment=rng.integers(0, 20, rows).astype(np.int64),
        category=np.zeros(rows, dtype=np.int16),
        size=size.astype(np.float32),
        height_cm=rng.normal(165, 6, rows).astype(np.float32),
        weight_kg=np.where(rng.random(rows) < 0.1, np.nan, weight).astype(np.float32),
        age=rng.normal(33, 8, rows).astype(np.float32),
        band_cm=rng.normal(80, 5, rows).astype(np.float32),
        cup=rng.integers(1, 6, rows).astype(np.float32),
        shape=rng.integers(-1, 4, rows).astype(np.int8),
        occasion=np.full(rows, UNKNOWN, dtype=np.int8),
        fit=outcome.astype(np.int8),
        rating=np.full(rows, 10, dtype=np.float32),
        day=np.arange(rows, dtype=np.int32),
    )


def silent(_: str) -> None:
    """Report progress to nobody."""


@pytest.fixture(scope="module")
def rows() -> Wearings:
    return world()


@pytest.fixture(scope="module")
def model(rows: Wearings) -> EvidenceModel:
    return evidence.train(rows, silent)


def means(train: Wearings, test: Wearings) -> dict[str, float]:
    found = evaluate_evidence(train, test, silent)["auc"]
    assert isinstance(found, dict)
    return {name: auc["mean"] for name, auc in found.items()}


def test_ten_chosen_wearers_tell_more_than_any_other_ten(rows: Wearings) -> None:
    found = means(rows, world(seed=2))
    assert list(found) == ["random10", "same_body10", "body_and_size10", "all", "zhiyin10"]
    assert found["zhiyin10"] > found["body_and_size10"] + 0.02
    assert found["zhiyin10"] > found["random10"] + 0.2


def test_with_bodies_shuffled_between_people_the_choice_is_worth_no_more_than_chance(
    rows: Wearings,
) -> None:
    rng = np.random.default_rng(4)

    def shuffled(some: Wearings) -> Wearings:
        other = rng.permutation(len(some))
        return replace(some, **{name: getattr(some, name)[other] for name in BODY})

    found = means(shuffled(rows), shuffled(world(seed=2)))
    assert found["zhiyin10"] == pytest.approx(found["random10"], abs=0.03)


def test_the_same_rows_are_chosen_when_every_verdict_is_flipped(
    rows: Wearings, model: EvidenceModel
) -> None:
    rng = np.random.default_rng(6)
    flipped = replace(
        rows,
        fit=((rows.fit + 1) % 3).astype(np.int8),
        rating=np.full(len(rows), 2, dtype=np.float32),
        day=rng.permutation(rows.day),
    )
    told = model.describe(rows, is_remembered=True)
    other = model.describe(flipped, is_remembered=True)
    for row in range(50):
        her = told.take(slice(row, row + 1))
        np.testing.assert_array_equal(model.choose(told, her), model.choose(other, her))


def test_learning_sees_no_difference_between_small_and_large(
    rows: Wearings, model: EvidenceModel
) -> None:
    mirrored = evidence.train(replace(rows, fit=(2 - rows.fit).astype(np.int8)), silent)
    np.testing.assert_allclose(mirrored.weight, model.weight, atol=1e-6)


def test_the_weights_are_on_what_matters(model: EvidenceModel) -> None:
    weight = dict(zip(FACTS, model.weight.tolist(), strict=True))
    assert (model.weight >= 0).all()
    assert weight["from_typical"] == max(weight.values())
    assert weight["from_typical"] > 5 * max(weight["age"], weight["band"], weight["cup"])


def test_of_two_as_unlike_her_the_one_who_took_the_same_risk_tells_more(
    rows: Wearings, model: EvidenceModel
) -> None:
    body = replace(
        rows.take(np.zeros(5, dtype=np.intp)),
        wearer=np.full(5, UNKNOWN, dtype=np.int64),
        weight_kg=np.full(5, 60, dtype=np.float32),
        size=np.array([0, 4, 8, 12, 16], dtype=np.float32),
    )
    wearers = model.describe(body, is_remembered=False)
    least, less, usual, more, most = (wearers.take(slice(row, row + 1)) for row in range(5))

    def tells(candidate: Wearers, her: Wearers, model: EvidenceModel = model) -> float:
        return float(model.agreement(candidate, her)[0])

    assert tells(least, less) > tells(usual, less) + 0.1
    assert tells(most, more) > tells(usual, more) + 0.1
    likeness = replace(model, risk=np.zeros_like(model.risk))
    wearers = likeness.describe(body, is_remembered=False)
    least, less, usual = (wearers.take(slice(row, row + 1)) for row in range(3))
    assert tells(least, less, likeness) == pytest.approx(tells(usual, less, likeness), abs=1e-4)


def test_the_most_telling_come_first_and_at_most_k(rows: Wearings, model: EvidenceModel) -> None:
    worn = model.describe(rows, is_remembered=True)
    her = worn.take(slice(5, 6))
    agrees = model.agreement(worn, her)
    chosen = model.choose(worn, her, 10)
    assert len(chosen) == 10
    assert (np.diff(agrees[chosen]) <= 0).all()
    assert agrees[chosen].min() >= np.delete(agrees, chosen).max()
    np.testing.assert_array_equal(model.choose(worn, her, 3), chosen[:3])
    assert len(model.choose(worn.take(slice(0, 4)), her, 10)) == 4
    assert len(model.choose(worn.take(slice(0, 0)), her, 10)) == 0
    assert len(model.choose(worn, her, 0)) == 0


def test_ties_go_to_the_earlier_candidate(rows: Wearings, model: EvidenceModel) -> None:
    same = rows.take(np.zeros(30, dtype=np.intp))
    worn = model.describe(same, is_remembered=False)
    assert model.choose(worn, worn.take(slice(0, 1)), 10).tolist() == list(range(10))


def test_her_own_row_is_no_part_of_her_habit(rows: Wearings, model: EvidenceModel) -> None:
    _, first, count = np.unique(rows.wearer, return_index=True, return_counts=True)
    habit = FACTS.index("habit")
    once = model.describe(rows.take(first[count == 1]), is_remembered=True)
    assert np.isnan(once.facts[:, habit]).all()
    often = model.describe(rows.take(first[count > 1]), is_remembered=True)
    assert np.isfinite(often.facts[:, habit]).mean() > 0.8


def test_a_stranger_of_whom_nothing_is_known_is_answered(
    rows: Wearings, model: EvidenceModel
) -> None:
    worn = model.describe(rows, is_remembered=True)
    facts = np.full((1, len(FACTS)), np.nan, dtype=np.float32)
    her = Wearers(
        facts=facts, risk=np.zeros((1, 3), dtype=np.float32), shape=np.array([-1], dtype=np.int8)
    )
    assert len(model.choose(worn, her, 10)) == 10


def test_without_verdicts_every_fact_counts_alike(rows: Wearings) -> None:
    none = np.full(len(rows), UNTOLD, dtype=np.int8)
    model = evidence.train(replace(rows, fit=none), silent)
    assert model.weight.tolist() == [1.0] * len(FACTS)
    assert len(model.choose(model.describe(rows, is_remembered=False), her_of(model, rows))) == 10


def her_of(model: EvidenceModel, rows: Wearings) -> Wearers:
    return model.describe(rows.take(np.array([0])), is_remembered=False)


def test_the_same_rows_give_the_same_model(rows: Wearings, model: EvidenceModel) -> None:
    again = evidence.train(rows, silent)
    np.testing.assert_array_equal(again.weight, model.weight)
    np.testing.assert_array_equal(again.unknown, model.unknown)


def test_a_saved_model_chooses_the_same(
    rows: Wearings, model: EvidenceModel, tmp_path: Path
) -> None:
    model.save(tmp_path)
    loaded = EvidenceModel.load(tmp_path)
    worn, again = (m.describe(rows, is_remembered=True) for m in (model, loaded))
    for row in range(20):
        her = slice(row, row + 1)
        np.testing.assert_array_equal(
            model.choose(worn, worn.take(her)), loaded.choose(again, again.take(her))
        )


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceModelUnreadable) as refused:
        EvidenceModel.load(tmp_path)
    assert refused.value.details == {"missing": evidence.FILE}
