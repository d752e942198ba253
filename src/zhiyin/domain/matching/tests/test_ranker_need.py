"""The need ranker as a value: its parts, its file, and what it says to someone unknown."""

from pathlib import Path

import numpy as np
import pytest

from zhiyin.domain.matching.evaluation.baselines import Popularity
from zhiyin.domain.matching.learning.asks import Memory, NeedQuery
from zhiyin.domain.matching.learning.choices import without_repeats
from zhiyin.domain.matching.learning.ranker import (
    NeedRanker,
    NothingToLearn,
    UnknownGarment,
    train,
)
from zhiyin.domain.matching.learning.softmax import Batch, fit
from zhiyin.domain.matching.tests.need_town import CUT, DAYS, FIRST_ID, rows_of, town

BRIDE = NeedQuery(
    height_cm=160, weight_kg=50, age=28, shape=0, occasion=0, worn=(1_003, 1_007), worn_sizes=(8.0,)
)


@pytest.fixture(scope="module")
def ranker() -> NeedRanker:
    return train(town(bodies=True), DAYS)


def test_parts_add_up_to_the_total(ranker: NeedRanker) -> None:
    scores = ranker.score(BRIDE)
    assert scores.parts.shape == (len(scores.garments), len(scores.names))
    assert scores.parts.sum(axis=1) == pytest.approx(scores.total, abs=1e-4)
    assert len(set(scores.names)) == len(scores.names)


def test_one_need_scores_as_it_does_among_many(ranker: NeedRanker) -> None:
    rows = town(bodies=True)
    asks = Memory.of(rows).asks(rows.take(np.arange(40)))
    her = rows.wearer[7]
    hers = rows.take(rows.wearer == her)
    stated = {name: float(getattr(rows, name)[7]) for name in ("height_cm", "weight_kg", "age")}
    query = NeedQuery(
        **stated,
        band_cm=float(rows.band_cm[7]),
        cup=float(rows.cup[7]),
        shape=int(rows.shape[7]),
        occasion=int(rows.occasion[7]),
        worn=tuple(hers.garment.tolist()),
        worn_sizes=tuple(hers.size.tolist()),
    )
    assert ranker.score(query).total == pytest.approx(ranker.rank_all(asks)[7], abs=1e-4)


def test_candidates_are_scored_in_the_order_given(ranker: NeedRanker) -> None:
    everything = ranker.score(BRIDE)
    chosen = np.array([everything.garments[9], everything.garments[2]])
    few = ranker.score(BRIDE, chosen)
    assert few.garments.tolist() == chosen.tolist()
    assert few.total == pytest.approx(everything.total[[9, 2]], abs=1e-5)
    with pytest.raises(UnknownGarment):
        ranker.score(BRIDE, np.array([FIRST_ID - 1]))


def test_who_states_nothing_gets_exactly_recent_popularity(ranker: NeedRanker) -> None:
    rows = town(bodies=True)
    popular = Popularity.recent(without_repeats(rows), only_satisfied=True).demand
    scores = ranker.score(NeedQuery())
    assert np.argsort(-scores.total, kind="stable").tolist() == (
        np.argsort(-popular, kind="stable").tolist()
    )
    assert scores.parts[:, -1] == pytest.approx(scores.total)
    assert not scores.parts[:, :-1].any()


@pytest.mark.parametrize(
    "need",
    [
        NeedQuery(occasion=90, shape=90, worn=(-5,)),
        NeedQuery(height_cm=1_600, weight_kg=0, age=-3, band_cm=1e6, cup=400),
        NeedQuery(worn_sizes=(1e9,)),
        NeedQuery(occasion=-1, shape=-1),
    ],
)
def test_strange_facts_score_finitely(ranker: NeedRanker, need: NeedQuery) -> None:
    assert np.isfinite(ranker.score(need).total).all()


def test_facts_move_the_score_only_if_stated(ranker: NeedRanker) -> None:
    short, tall = (ranker.score(NeedQuery(occasion=0, height_cm=cm)) for cm in (156, 178))
    unsaid = ranker.score(NeedQuery(occasion=0))
    at = short.names.index("worn_at_her_height")
    assert not unsaid.parts[:, at].any()
    assert np.corrcoef(short.parts[:, at], tall.parts[:, at])[0, 1] < -0.5


def test_a_saved_ranker_answers_alike(ranker: NeedRanker, tmp_path: Path) -> None:
    ranker.save(tmp_path)
    again = NeedRanker.load(tmp_path)
    mine, theirs = ranker.score(BRIDE), again.score(BRIDE)
    assert theirs.names == mine.names
    assert theirs.total.tolist() == mine.total.tolist()
    assert again.score(NeedQuery()).total.tolist() == ranker.score(NeedQuery()).total.tolist()


def test_training_depends_on_the_rows_alone() -> None:
    rows = town(rows=3_000)
    one, other = train(rows, DAYS), train(rows, DAYS)
    assert one.weights.tolist() == other.weights.tolist()
    assert one.score(BRIDE).total.tolist() == other.score(BRIDE).total.tolist()


def test_candidates_drawn_evenly_teach_what_all_of_them_teach() -> None:
    """Were others' choices left in as candidates, the ranker would learn to dislike demand."""
    rows = town()
    whole, drawn = train(rows, DAYS), train(rows, DAYS, candidates=60)
    wearers = Memory.of(rows).asks(rows.take(np.arange(0, len(rows), 300)))
    mine, theirs = whole.rank_all(wearers), drawn.rank_all(wearers)
    slopes = [np.polyfit(one, other, 1)[0] for one, other in zip(mine, theirs, strict=True)]
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.1)


def test_rows_after_the_day_are_not_learned_from() -> None:
    rows = town(rows=3_000)
    past = rows.take(rows.day < CUT)
    assert train(rows, CUT).weights.tolist() == train(past, CUT).weights.tolist()
    with pytest.raises(NothingToLearn):
        train(rows, 0)


def test_a_new_shop_ranks_by_demand_and_occasion() -> None:
    rows = rows_of(
        wearer=np.arange(40),
        garment=[5] * 30 + [7] * 10,
        occasion=[0] * 30 + [1] * 10,
        day=[9] * 40,
    )
    scores = train(rows, 10).score(NeedQuery(occasion=1))
    assert scores.garments[scores.total.argmax()] == 7
    assert train(rows, 10).score(NeedQuery(height_cm=170)).garments.tolist() == [5, 7]


def test_newton_finds_the_weights_that_made_the_choices() -> None:
    rng = np.random.default_rng(3)
    true = np.array([1.0, -0.5, 2.0])
    values = rng.normal(size=(6_000, 30, 3)).astype(np.float32)
    chance = values @ true + rng.gumbel(size=(6_000, 30))
    batch = Batch(values, chance.argmax(axis=1), np.zeros((6_000, 30), dtype=np.float32))
    assert fit([batch], 3) == pytest.approx(true, abs=0.1)


def test_a_part_that_hardly_differs_and_lies_far_from_zero_does_no_harm() -> None:
    """A curvature taken as a difference of large squares would send the weights anywhere."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(6_000, 30, 3)).astype(np.float32)
    values[:, :, 2] = values[:, :, 0] * np.float32(0.01) - np.float32(200)
    chance = values[:, :, :2] @ np.array([1.0, -0.5]) + rng.gumbel(size=(6_000, 30))
    batch = Batch(values, chance.argmax(axis=1), np.zeros((6_000, 30), dtype=np.float32))
    assert fit([batch], 3) == pytest.approx([1.0, -0.5, 0.0], abs=0.1)


def test_a_step_too_far_is_halved() -> None:
    """Half of all choose the one garment in fifty that has a part: a whole step overshoots."""
    values = np.zeros((2_000, 50, 1), dtype=np.float32)
    values[:, 0] = 10.0
    chosen = np.where(np.arange(2_000) % 2, 0, 1 + np.arange(2_000) % 49)
    batch = Batch(values, chosen, np.zeros((2_000, 50), dtype=np.float32))
    assert fit([batch], 1) == pytest.approx([np.log(49) / 10], rel=0.01)
