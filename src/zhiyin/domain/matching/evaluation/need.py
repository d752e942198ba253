"""Protocol "need": what will she choose? Full ranking, one event a shopper, by strata."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.evaluation import rentals
from zhiyin.domain.matching.evaluation.baselines import (
    Collaborative,
    OccasionPopularity,
    Popularity,
    Ranker,
)
from zhiyin.domain.matching.learning import ranker as learned
from zhiyin.domain.matching.learning.asks import Memory
from zhiyin.domain.matching.learning.choices import Choices, choices, without_repeats
from zhiyin.domain.matching.learning.counting import Codes, positions
from zhiyin.domain.matching.learning.softmax import spans
from zhiyin.domain.matching.wearings import UNKNOWN, Wearings

CUTOFFS = (10, 20)
STRATA = {"0": (0, 0), "1": (1, 1), "2-4": (2, 4), "5+": (5, None), "all": (0, None)}
NEEDS_AT_ONCE = 512
OURS = "zhiyin"
COLLABORATIVE = ("item_knn", "ease", "als")
MONTHS_AHEAD = 6

Ranks = NDArray[np.float64]
Progress = Callable[[str], None]
Measures = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One split, ranked: how many garments each method put before each shopper's choice."""

    rentals: NDArray[np.int64]
    ranks: dict[str, Ranks]

    def stratum(self, name: str) -> NDArray[np.bool_]:
        """Which events belong to a stratum of STRATA."""
        low, high = STRATA[name]
        inside = self.rentals >= low
        return inside if high is None else inside & (self.rentals <= high)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours over another's recall@20 on the same events, and the standard error of that ratio.

    The error is of the linearised ratio, event by event, so what both find or miss cancels.
    NaN where the other finds nothing.
    """

    ratio: float
    error: float

    @classmethod
    def of(cls, ours: Ranks, other: Ranks) -> "Ratio":
        """Both ranked the same events in the same order."""
        hit, held = ours < CUTOFFS[-1], other < CUTOFFS[-1]
        if not held.any():
            return cls(float("nan"), float("nan"))
        ratio = float(hit.mean() / held.mean())
        apart = hit - ratio * held
        return cls(ratio, float(apart.std() / np.sqrt(len(apart)) / held.mean()))


def evaluate_need(train: Wearings, test: Wearings, progress: Progress) -> dict[str, object]:
    """The protocol's JSON: events by stratum, and each method's measures by stratum.

    Everything is learned from `train` alone; of `test` a method sees what a shopper states.
    """
    found = trial(train, test, progress)
    return {
        "rows": {name: int(found.stratum(name).sum()) for name in STRATA},
        "methods": {
            method: {name: measures(ranks[found.stratum(name)]) for name in STRATA}
            for method, ranks in found.ranks.items()
        },
    }


def trial(train: Wearings, test: Wearings, progress: Progress) -> Trial:
    """Rank every test event by every method."""
    train, test = without_repeats(train), without_repeats(test)
    events, codes = choices(train, test), Codes.of(train)
    found: dict[str, Ranks] = {}
    for name, method in methods(train, progress):
        found[name] = rank(method, events, codes)
        progress(f"{name} ranked {len(events)} choices among {len(codes.garments)} garments")
    return Trial(rentals=events.rentals, ranks=found)


def rank(method: Ranker, events: Choices, codes: Codes) -> Ranks:
    """How many garments stand before her choice, ties counting half; what she wore is left out."""
    histories = codes.histories()
    found = np.empty(len(events))
    for part in spans(len(events), NEEDS_AT_ONCE):
        shoppers = events.shoppers.take(part)
        scores = method.scores(shoppers)
        wearer = positions(codes.wearers, shoppers.wearer)
        known = np.flatnonzero(wearer != UNKNOWN)
        her, worn = histories[wearer[known]].nonzero()
        scores[known[her], worn] = -np.inf
        chosen = scores[np.arange(len(part)), events.garment[part]][:, None]
        level = (scores == chosen).sum(axis=1) - 1
        found[part] = (scores > chosen).sum(axis=1) + 0.5 * level
    return found


def measures(ranks: Ranks) -> Measures:
    """Recall and NDCG with one right answer an event; an empty stratum measures 0."""
    last = CUTOFFS[-1]
    gain = np.where(ranks < last, 1.0 / np.log2(ranks + 2.0), 0.0)
    values = {f"recall@{cutoff}": ranks < cutoff for cutoff in CUTOFFS} | {f"ndcg@{last}": gain}
    return {name: float(value.mean()) if len(ranks) else 0.0 for name, value in values.items()}


def methods(train: Wearings, progress: Progress) -> Iterator[tuple[str, Ranker]]:
    """Every method of the protocol, made one at a time."""
    yield "popularity", Popularity.all_time(train)
    yield "recent_popularity", Popularity.recent(train, only_satisfied=True)
    yield "occasion_popularity", OccasionPopularity.of(train)
    yield "item_knn", Collaborative.item_knn(train)
    yield "ease", Collaborative.ease(train)
    yield "als", Collaborative.als(train)
    yield OURS, Zhiyin.of(train, progress)


@dataclass(frozen=True, slots=True)
class Zhiyin:
    """Our ranker behind the protocol's door."""

    ranker: learned.NeedRanker
    memory: Memory

    @classmethod
    def of(cls, train: Wearings, progress: Progress) -> "Zhiyin":
        """Train on all rows of the training file."""
        after = int(train.day.max(initial=0)) + 1
        return cls(learned.train(train, after, progress), Memory.of(train))

    def scores(self, shoppers: Wearings) -> NDArray[np.float64]:
        """Shape (shoppers, garments)."""
        return self.ranker.rank_all(self.memory.asks(shoppers))


def pooled_report(path: Path, cuts: Sequence[date], progress: Progress) -> dict[str, object]:
    """Train before each cut, test the six months after, and pool all events.

    Ratios of recall@20 with their paired standard errors: ours over each method, for each cut,
    for all cuts together, and by stratum over the best collaborative method of that stratum.
    """
    codes = rentals.category_codes(path)
    rows = rentals.read(path, codes)
    trials: dict[str, Trial] = {}
    for cut in cuts:
        first, end = np.datetime64(cut, "D"), np.datetime64(cut, "M") + MONTHS_AHEAD
        start_day, end_day = first.astype(int), end.astype("datetime64[D]").astype(int)
        ahead = (rows.day >= start_day) & (rows.day < end_day)
        trials[cut.isoformat()] = trial(rows.take(rows.day < start_day), rows.take(ahead), progress)
    whole = pooled(list(trials.values()))
    return {
        "cuts": {name: _ratios(each, "all") for name, each in trials.items()},
        "pooled": {name: _ratios(whole, name) for name in STRATA},
        "recall@20": {
            method: {name: measures(ranks[whole.stratum(name)])["recall@20"] for name in STRATA}
            for method, ranks in whole.ranks.items()
        },
    }


def pooled(trials: Sequence[Trial]) -> Trial:
    """All events of some trials as one."""
    names = trials[0].ranks
    return Trial(
        rentals=np.concatenate([each.rentals for each in trials]),
        ranks={name: np.concatenate([each.ranks[name] for each in trials]) for name in names},
    )


def _ratios(found: Trial, stratum: str) -> Mapping[str, object]:
    inside = found.stratum(stratum)
    ranks = {method: each[inside] for method, each in found.ranks.items()}
    best = max(COLLABORATIVE, key=lambda method: measures(ranks[method])["recall@20"])
    ours = ranks.pop(OURS)
    ratios = {method: Ratio.of(ours, other) for method, other in ranks.items()}
    told = {method: {"ratio": each.ratio, "error": each.error} for method, each in ratios.items()}
    return {"events": int(inside.sum()), "best_collaborative": best, "ours_over": told}
