"""What the rows say before anybody asks: demand, the fit of similar bodies, content KOCs."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import cells, kernel
from zhiyin.domain.matching.wearings import FIT, UNTOLD
from zhiyin.domain.matching.world import Shows, World, starts

HALF_LIFE_DAYS = 90.0
OCCASION_WEIGHT = 20.0
SATISFIED_RATING = 8.0
PRIOR_WEARERS = 8.0
"""A garment's own rate counts as much as this many wearers when few similar ones wore it."""

KOC_BITS = 32
ANY_OCCASION = len(words.OCCASIONS)
ANY_SHAPE = len(words.SHAPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Columns over garments, made once from the counted shows.

    demand:    (occasions + 1, garments) float32, 0 to 1: log of recent satisfied demand.
    by_cell:   (CELLS, garments) float16: share of similar bodies whom it fitted, less the share
               of all wearers of all garments; shrunk to the garment's own.
    by_shape:  (shapes + 1, garments) float16: the same by body shape.
    koc_first, koc: the KOCs who wore each garment and were satisfied, garment by garment.
    unhappy:   sorted `pair(garment, koc)` of those who wore it and were not.
    """

    demand: NDArray[np.float32]
    by_cell: NDArray[np.float16]
    by_shape: NDArray[np.float16]
    koc_first: NDArray[np.int64]
    koc: NDArray[np.int32]
    unhappy: NDArray[np.int64]

    @classmethod
    def of(cls, world: World) -> Self:
        """Count the world's shows. Authored ones are left out, save for what a KOC says herself."""
        shows, garments = world.shows, len(world.garments)
        content, unhappy = _koc_verdicts(shows)
        shape = np.where(shows.worn.shape < 0, ANY_SHAPE, shows.worn.shape)
        everyone = np.eye(ANY_SHAPE + 1, dtype=np.float32)
        everyone[ANY_SHAPE] = 1.0
        cell = cells(shows.worn.height_cm, shows.worn.weight_kg)
        return cls(
            demand=_demand(shows, garments),
            by_cell=_fit_share(shows, cell, kernel(), garments),
            by_shape=_fit_share(shows, shape, everyone, garments),
            koc_first=starts(content >> KOC_BITS, garments),
            koc=(content & ((1 << KOC_BITS) - 1)).astype(np.int32),
            unhappy=unhappy,
        )

    def is_unhappy(self, garment: int, koc: int) -> bool:
        """Whether a KOC wore a garment and it did not fit or please her."""
        wanted = pair(garment, koc)
        at = int(np.searchsorted(self.unhappy, wanted))
        return at < len(self.unhappy) and int(self.unhappy[at]) == wanted


def pair(garment: int, koc: int) -> int:
    """A garment and a KOC as one number that sorts by garment."""
    return (garment << KOC_BITS) | koc


def _demand(shows: Shows, garments: int) -> NDArray[np.float32]:
    worn = shows.worn
    content = shows.counted & (worn.fit == FIT) & (worn.rating >= SATISFIED_RATING)
    last = int(worn.day[shows.counted].max(initial=0))
    weight = np.where(content, 0.5 ** ((last - worn.day) / HALF_LIFE_DAYS), 0.0)
    everywhere = np.bincount(worn.garment, weight, minlength=garments)
    rows = np.tile(everywhere, (ANY_OCCASION + 1, 1))
    for occasion in range(ANY_OCCASION):
        here = np.where(worn.occasion == occasion, weight, 0.0)
        rows[occasion] += OCCASION_WEIGHT * np.bincount(worn.garment, here, minlength=garments)
    top = rows.max(axis=1, keepdims=True)
    # Relative to the most wanted, on a log scale over three decades: 1 for the top, 0 below 0.1 %.
    share = np.divide(rows, top, out=np.zeros_like(rows), where=top > 0)
    return np.asarray(np.log1p(share * 999.0) / np.log(1000.0), dtype=np.float32)


def _fit_share(
    shows: Shows, group: NDArray[np.integer], speaks_to: NDArray[np.float32], garments: int
) -> NDArray[np.float16]:
    told = shows.counted & (shows.worn.fit != UNTOLD)
    shape = (len(speaks_to), garments)
    at = (group[told], shows.worn.garment[told])
    ones = np.ones(int(told.sum()), dtype=np.float32)
    fitted = (shows.worn.fit[told] == FIT).astype(np.float32)
    speaks = sparse.csr_matrix(speaks_to)
    wore = (speaks @ sparse.coo_matrix((ones, at), shape=shape).tocsr()).toarray()
    fits = (speaks @ sparse.coo_matrix((fitted, at), shape=shape).tocsr()).toarray()
    overall = float(fitted.mean()) if len(fitted) else 0.0
    all_wore = np.bincount(at[1], minlength=garments)
    all_fits = np.bincount(at[1], fitted, minlength=garments)
    own = (all_fits + PRIOR_WEARERS * overall) / (all_wore + PRIOR_WEARERS)
    share = (fits + PRIOR_WEARERS * own) / (wore + PRIOR_WEARERS)
    return np.asarray(share - overall, dtype=np.float16)


def _koc_verdicts(shows: Shows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    worn = shows.worn
    spoke = shows.koc >= 0
    pleased = np.isnan(worn.rating) | (worn.rating >= SATISFIED_RATING)
    content = (worn.fit == FIT) & pleased
    pairs = (worn.garment << KOC_BITS) | shows.koc
    return np.unique(pairs[spoke & content]), np.unique(pairs[spoke & ~content])
