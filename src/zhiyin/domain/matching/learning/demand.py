"""How much each garment is wanted: lately and long since, at all and for an occasion."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from zhiyin.domain.matching.learning.asks import Asks
from zhiyin.domain.matching.learning.counting import (
    Codes,
    Floats,
    Positions,
    Singles,
    age_days,
    recency,
    satisfied,
    tally,
    weigh,
)
from zhiyin.domain.matching.wearings import Wearings

POPULARITY_HALF_LIFE_DAYS = 90.0
HALF_LIVES_DAYS = {"demand_this_month": 30.0, "demand_this_season": 90.0, "demand_this_year": 365.0}
ALWAYS = (*HALF_LIVES_DAYS, "time_on_offer")
BY_OCCASION = (
    "worn_for_occasion_lately",
    "worn_for_occasion",
    "kind_worn_for_occasion_lately",
    "kind_worn_for_occasion",
)
IMAGINED_ROWS = 0.5
YOUNGEST_DAYS = 7.0
OCCASION_RECENT_DAYS, OCCASION_RECENT_PRIOR = 90.0, 2.0
OCCASION_LONG_DAYS, OCCASION_LONG_PRIOR = 365.0, 15.0
CATEGORY_PRIOR = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Log-demand of garments.

    always:    (ALWAYS, garments), the same for every need.
    by_occasion: (BY_OCCASION, occasions + 1, garments); the last occasion, all 0, is for whoever
               states none.
    popularity: (garments,) log of recent satisfied demand: the whole answer for whoever states
               nothing.
    """

    always: Singles
    by_occasion: Singles
    popularity: Floats

    names = (*ALWAYS, *BY_OCCASION)

    @classmethod
    def of(cls, rows: Wearings, codes: Codes, category: Positions) -> Self:
        """Count the rows. `category` is each garment's."""
        garments = len(codes.garments)
        glad = satisfied(rows)
        always = [
            np.log(weigh(codes.garment, garments, recency(rows, days) * glad) + IMAGINED_ROWS)
            for days in HALF_LIVES_DAYS.values()
        ]
        oldest = np.zeros(garments)
        np.maximum.at(oldest, codes.garment, age_days(rows) + 1)
        always.append(np.log(oldest + YOUNGEST_DAYS))
        recent = recency(rows, POPULARITY_HALF_LIFE_DAYS) * glad
        popularity = weigh(codes.garment, garments, recent)
        return cls(
            always=np.stack(always).astype(np.float32),
            by_occasion=_by_occasion(rows, codes, category),
            popularity=np.log(popularity + IMAGINED_ROWS),
        )

    def row(self, asks: Asks) -> Positions:
        """The row of `by_occasion` for each need."""
        none = self.by_occasion.shape[1] - 1
        stated = (asks.occasion >= 0) & (asks.occasion < none)
        return np.where(stated, asks.occasion, none)

    def parts(self, asks: Asks, garments: Positions) -> Singles:
        """Shape (needs, names, garments)."""
        occasion = self.row(asks)
        found = np.empty((len(asks), len(self.names), len(garments)), dtype=np.float32)
        found[:, : len(ALWAYS)] = self.always[:, garments]
        lifts = self.by_occasion[:, occasion[:, None], garments]
        found[:, len(ALWAYS) :] = lifts.transpose(1, 0, 2)
        return found


def _by_occasion(rows: Wearings, codes: Codes, category: Positions) -> Singles:
    glad = satisfied(rows)
    recent = recency(rows, OCCASION_RECENT_DAYS) * glad
    long = recency(rows, OCCASION_LONG_DAYS)
    garment_recent, category_recent = _lifts(rows, codes, category, recent, OCCASION_RECENT_PRIOR)
    garment_long, category_long = _lifts(rows, codes, category, long, OCCASION_LONG_PRIOR)
    return np.stack([garment_recent, garment_long, category_recent, category_long])


def _lifts(
    rows: Wearings, codes: Codes, category: Positions, weight: Floats, prior: float
) -> tuple[Singles, Singles]:
    """Log-lift of the occasion for each garment, and for each garment's category.

    A garment's share is shrunk to its category's by `prior` rows, a category's to everybody's by
    CATEGORY_PRIOR rows.
    """
    occasions = int(rows.occasion.max(initial=-1)) + 1
    none = np.where(rows.occasion < 0, occasions, rows.occasion).astype(np.intp)
    by_garment = tally(none, occasions + 1, codes.garment, len(codes.garments), weight)
    kinds = int(category.max(initial=0)) + 1
    by_kind = tally(none, occasions + 1, category[codes.garment], kinds, weight)
    everybody = by_garment.sum(axis=1, keepdims=True) / max(float(by_garment.sum()), 1e-9)
    kind_share = (by_kind + CATEGORY_PRIOR * everybody) / (by_kind.sum(axis=0) + CATEGORY_PRIOR)
    own_kind = kind_share[:, category]
    share = (by_garment + prior * own_kind) / (by_garment.sum(axis=0) + prior)
    return _log_ratio(share, everybody), _log_ratio(own_kind, everybody)


def _log_ratio(share: Floats, everybody: Floats) -> Singles:
    lift = np.log(np.maximum(share, 1e-9) / np.maximum(everybody, 1e-9))
    lift = np.where(everybody > 0, lift, 0.0)
    lift[-1] = 0.0
    return lift.astype(np.float32)
