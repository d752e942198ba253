"""How a brand's own model does against behaviour alone, measured on the brand's own rows."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.evaluation.baselines import (
    Collaborative,
    OccasionPopularity,
    Popularity,
    Ranker,
)
from zhiyin.domain.matching.evaluation.need import OURS, Ranks, Zhiyin, rank
from zhiyin.domain.matching.learned import LARGE, WEIGHTS_FROM_ROWS, drawn_evenly, train_ranker
from zhiyin.domain.matching.learning.asks import Memory
from zhiyin.domain.matching.learning.choices import choices, without_repeats
from zhiyin.domain.matching.learning.counting import Codes
from zhiyin.domain.matching.types import PICKS
from zhiyin.domain.matching.wearings import Wearings

LAST_SHARE = 0.2
"""About this share of the rows, the latest, is what the methods are asked to foresee."""

FEWEST_CHOICES = 100
"""Of fewer choices than this a share has an error too large to say anything."""

FIRST = (PICKS, 20)
"""How many garments of a list count as found: an answer's picks, and the protocol's twenty."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One method among the first garments of its list.

    `recall` is the share of choices found, its standard error beside it; `ours_more` is our share
    less this one, with the standard error of that difference, choice by choice, so that what both
    find or miss cancels. All are shares of one.
    """

    recall: float
    error: float
    ours_more: float
    ours_more_error: float

    @classmethod
    def of(cls, ours: Ranks, ranks: Ranks, first: int) -> "Measured":
        """Both ranked the same choices in the same order."""
        held = (ranks < first).astype(np.float64)
        more = (ours < first) - held
        root = np.sqrt(len(held))
        return cls(
            recall=float(held.mean()),
            error=float(held.std() / root),
            ours_more=float(more.mean()),
            ours_more_error=float(more.std() / root),
        )


def measure_own(worn: Wearings, progress: Progress) -> dict[str, object]:
    """The protocol "need" on the rows of one brand, as plain values.

    `from_day` is the first day (since 1970-01-01) of the period that is foreseen; every method
    learns from the days before it alone. `garments` are those it chooses from, `choices` how many
    shoppers chose one. `methods` holds Measured by method and by `FIRST`, as text; it is empty,
    and nothing is learned, where there are fewer than `FEWEST_CHOICES`. A large shop is measured
    on all rows of some garments, drawn evenly, which `is_sample` says.
    """
    rows = without_repeats(
        drawn_evenly(worn, worn.garment, WEIGHTS_FROM_ROWS) if len(worn) > LARGE else worn
    )
    from_day = _cut(rows.day)
    before, after = rows.take(rows.day < from_day), rows.take(rows.day >= from_day)
    made, codes = choices(before, after), Codes.of(before)
    found: dict[str, object] = {
        "from_day": from_day,
        "garments": len(codes.garments),
        "rows": len(before),
        "choices": len(made),
        "is_sample": len(worn) > LARGE,
        "methods": {},
    }
    if len(made) < FEWEST_CHOICES:
        return found
    ranks = {name: rank(method, made, codes) for name, method in _methods(before, progress)}
    found["methods"] = {
        name: {str(first): asdict(Measured.of(ranks[OURS], each, first)) for first in FIRST}
        for name, each in ranks.items()
    }
    return found


def _cut(day: NDArray[np.int32]) -> int:
    if not len(day):
        return 0
    return int(np.sort(day)[int(len(day) * (1 - LAST_SHARE))])


def _methods(before: Wearings, progress: Progress) -> Iterator[tuple[str, Ranker]]:
    """Ours as it is trained to serve, and those that know only what was taken by whom."""
    yield "popularity", Popularity.all_time(before)
    yield "recent_popularity", Popularity.recent(before, only_satisfied=True)
    yield "occasion_popularity", OccasionPopularity.of(before)
    yield "item_knn", Collaborative.item_knn(before)
    yield "ease", Collaborative.ease(before)
    yield OURS, Zhiyin(train_ranker(before, progress), Memory.of(before))
