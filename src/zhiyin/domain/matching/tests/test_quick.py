"""What is laid out to be answered quickly says the same as what it was laid out from."""

import numpy as np
import pytest

from zhiyin.domain.matching.bodies import Body, imagined
from zhiyin.domain.matching.learning import evidence, fit
from zhiyin.domain.matching.learning.asks import Asks, NeedQuery
from zhiyin.domain.matching.learning.evidence import SHARED_RISK
from zhiyin.domain.matching.learning.forest import ROWS_AT_ONCE
from zhiyin.domain.matching.learning.grouped import GROUPS, GroupedRanker
from zhiyin.domain.matching.learning.ranker import NeedRanker, train
from zhiyin.domain.matching.options import best
from zhiyin.domain.matching.tests import test_evidence, test_fit
from zhiyin.domain.matching.tests.need_town import DAYS, town


@pytest.fixture(scope="module")
def ranker() -> NeedRanker:
    return train(town(bodies=True), DAYS)


def test_the_trees_say_what_the_library_says() -> None:
    trees = fit.train(test_fit.world(), test_fit.silent).trees
    rng = np.random.default_rng(3)
    features = rng.normal(0, 6, (ROWS_AT_ONCE + 9, trees.booster.num_feature()))
    features[rng.random(features.shape) < 0.2] = np.nan
    np.testing.assert_allclose(trees.chances(features), trees.booster.predict(features), atol=1e-12)


@pytest.mark.parametrize(
    "query",
    [
        NeedQuery(),
        NeedQuery(occasion=2),
        NeedQuery(height_cm=157.0, shape=1),
        NeedQuery(worn_sizes=(12.0,)),
        NeedQuery(height_cm=160, weight_kg=50, age=28, occasion=0, worn=(1_003,), worn_sizes=(8,)),
        NeedQuery(worn=(1_003, 1_007)),
    ],
)
def test_groups_of_parts_sum_to_the_rankers_score(ranker: NeedRanker, query: NeedQuery) -> None:
    at = np.array([5, 80, 5, 33])
    ask = Asks.of_query(query, ranker.tables.garments)
    groups = GroupedRanker.of(ranker).parts(ask, at)
    assert groups.shape == (len(at), len(GROUPS))
    scores = ranker.score(query, ranker.tables.garments[at])
    assert groups.sum(axis=1) == pytest.approx(scores.total, abs=1e-4)
    taste = [scores.names.index(name) for name in ranker.tables.taste.names]
    assert groups[:, 2] == pytest.approx(scores.parts[:, taste].sum(axis=1), abs=1e-4)


def test_agreement_is_the_shared_risk_less_what_differs_and_what_is_not_known() -> None:
    rows = test_evidence.world()
    model = evidence.train(rows, test_evidence.silent)
    worn = model.describe(rows, is_remembered=True)
    for row in range(20):
        her = worn.take(slice(row, row + 1))
        apart = np.abs(worn.facts - her.facts)
        unlike = np.where(np.isnan(apart), model.unknown, model.weight * apart).sum(axis=1)
        other = (worn.shape != her.shape) * model.other_shape
        plain = SHARED_RISK * worn.risk @ her.risk[0] - unlike - other
        found = model.agreement(worn, her)
        # What she does not state herself counts against all alike, so it is left out.
        assert found - found[0] == pytest.approx(plain - plain[0], abs=1e-4)


@pytest.mark.parametrize(
    "body",
    [
        Body(),
        Body(height_cm=163.3, shape=2),
        Body(height_cm=158.0, weight_kg=51.7, age=29.0, band_cm=75.0, cup=2.0, shape=1),
        Body(weight_kg=140.0, band_cm=90.0, cup=5.0, shape=40),
    ],
)
def test_one_newcomer_is_described_as_many_wearers_are(body: Body) -> None:
    model = evidence.train(test_evidence.world(), test_evidence.silent)
    sizes = np.array([4.0, 12.0, 20.0])
    many = model.describe(imagined(body, sizes), is_remembered=False)
    one = model.describe_newcomer(body.facts, body.shape, sizes.tolist())
    np.testing.assert_allclose(one.facts, many.facts, atol=1e-6)
    np.testing.assert_allclose(one.risk, many.risk, atol=1e-6)
    assert (one.shape == many.shape).all()


@pytest.mark.parametrize("rows", [3, 40, 5_000, 40_077])
def test_the_best_are_those_a_full_sort_puts_first(rows: int) -> None:
    rng = np.random.default_rng(rows)
    scores = np.round(rng.normal(0, 1, rows), 2).astype(np.float32)
    scores[rng.random(rows) < 0.5] = -np.inf
    order = [row for row in np.lexsort((np.arange(rows), -scores)) if scores[row] > -np.inf]
    for count in (1, 12, 96, rows):
        assert best(count, scores).tolist() == order[:count]
