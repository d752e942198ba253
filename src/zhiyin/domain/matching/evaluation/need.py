"""Protocol "need": what will she choose? Full ranking, one event a shopper, by strata."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.evaluation.baselines import (
    Codes,
    Collaborative,
    OccasionPopularity,
    Popularity,
    Ranker,
    positions,
    satisfied,
)
from zhiyin.domain.matching.wearings import UNKNOWN, UNTOLD, Wearings

CUTOFFS = (10, 20)
STRATA = ("0", "1", "2-4", "5+", "all")
BATCH = 1024

Ranks = NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """One test event a shopper.

    `shoppers` holds what she states (wearer, body facts, occasion) and nothing else of the test
    file; `garment` is the position of her choice among the training garments; `rentals` counts
    her training rows.
    """

    shoppers: Wearings
    garment: NDArray[np.intp]
    rentals: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.garment)

    def stratum(self, name: str) -> NDArray[np.bool_]:
        """Which events belong to the stratum; `all` holds every one."""
        low, high = {"0": (0, 0), "1": (1, 1), "2-4": (2, 4)}.get(name, (5, np.inf))
        if name == "all":
            return np.ones(len(self), dtype=np.bool_)
        return (self.rentals >= low) & (self.rentals <= high)


def without_repeats(wearings: Wearings) -> Wearings:
    """The earliest row of every (wearer, garment), earliest first; the file's order breaks ties."""
    order = np.argsort(wearings.day, kind="stable")
    pairs = np.stack([wearings.wearer[order], wearings.garment[order]])
    _, first = np.unique(pairs, axis=1, return_index=True)
    return wearings.take(order[np.sort(first)])


def events(train: Wearings, test: Wearings) -> Events:
    """The test events of the protocol. Both arguments are free of repeats, earliest first."""
    codes = Codes.of(train)
    garment = positions(codes.garments, test.garment)
    wearer = codes.find(test.wearer)
    width = len(codes.garments)
    worn = np.unique(codes.wearer * width + codes.garment)
    again = np.isin(wearer * width + garment, worn) & (wearer != UNKNOWN)
    rows = np.flatnonzero(satisfied(test) & (garment != UNKNOWN) & ~again)
    _, first = np.unique(test.wearer[rows], return_index=True)
    rows = rows[np.sort(first)]
    counts = np.append(np.bincount(codes.wearer, minlength=len(codes.wearers)), 0)
    return Events(
        shoppers=stated(test.take(rows)), garment=garment[rows], rentals=counts[wearer[rows]]
    )


def stated(rows: Wearings) -> Wearings:
    """The rows with all that a shopper does not state before she chooses blanked out."""
    nothing = np.full(len(rows), np.nan, dtype=np.float32)
    return replace(
        rows,
        garment=np.full_like(rows.garment, UNKNOWN),
        category=np.full_like(rows.category, UNKNOWN),
        fit=np.full_like(rows.fit, UNTOLD),
        day=np.zeros_like(rows.day),
        size=nothing,
        rating=nothing,
    )


def ranks(ranker: Ranker, asked: Events, codes: Codes) -> Ranks:
    """How many garments stand before her choice, ties counting half; what she wore is left out."""
    histories = codes.histories()
    found = np.empty(len(asked))
    for part in _batches(len(asked)):
        shoppers = asked.shoppers.take(part)
        scores = ranker.scores(shoppers).astype(np.float32)
        wearer = codes.find(shoppers.wearer)
        known = np.flatnonzero(wearer != UNKNOWN)
        her, worn = histories[wearer[known]].nonzero()
        scores[known[her], worn] = -np.inf
        chosen = scores[np.arange(len(part)), asked.garment[part]][:, None]
        found[part] = (scores > chosen).sum(axis=1) + 0.5 * ((scores == chosen).sum(axis=1) - 1)
    return found


def measures(found: Ranks) -> dict[str, float]:
    """Recall and NDCG of one relevant garment an event; an empty stratum measures 0."""
    if not len(found):
        return {"recall@10": 0.0, "recall@20": 0.0, "ndcg@20": 0.0}
    recalls = {f"recall@{k}": float((found < k).mean()) for k in CUTOFFS}
    gain = np.where(found < CUTOFFS[-1], 1.0 / np.log2(found + 2.0), 0.0)
    return {**recalls, f"ndcg@{CUTOFFS[-1]}": float(gain.mean())}


def baselines(train: Wearings) -> Iterator[tuple[str, Ranker]]:
    """The rankers that ours is held against, made one at a time."""
    yield "popularity", Popularity.all_time(train)
    yield "recent_popularity", Popularity.recent(train, only_satisfied=True)
    yield "occasion_popularity", OccasionPopularity.of(train)
    yield "item_knn", Collaborative.item_knn(train)
    yield "ease", Collaborative.ease(train)
    yield "als", Collaborative.als(train)


def _batches(count: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, count, BATCH):
        yield np.arange(start, min(start + BATCH, count))
