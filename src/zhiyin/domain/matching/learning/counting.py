"""Rows as positions and weights: what every learner of this room starts from."""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhiyin.domain.matching.wearings import FIT, UNKNOWN, Wearings

SATISFIED_RATING = 8.0

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Positions = NDArray[np.intp]
Reals = TypeVar("Reals", Floats, Singles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The garments and wearers of some rows by position, and the rows in those positions."""

    garments: NDArray[np.int64]
    wearers: NDArray[np.int64]
    garment: Positions
    wearer: Positions

    @classmethod
    def of(cls, rows: Wearings) -> Self:
        """Positions are ranks of the ids, so they do not depend on the order of rows."""
        garments, garment = np.unique(rows.garment, return_inverse=True)
        wearers, wearer = np.unique(rows.wearer, return_inverse=True)
        return cls(garments=garments, wearers=wearers, garment=garment, wearer=wearer)

    def histories(self) -> sparse.csr_matrix:
        """Wearers x garments, 1 where she wore it."""
        ones = np.ones(len(self.wearer), dtype=np.float64)
        shape = (len(self.wearers), len(self.garments))
        matrix = sparse.coo_matrix((ones, (self.wearer, self.garment)), shape=shape).tocsr()
        matrix.data[:] = 1.0
        return matrix


def positions(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> Positions:
    """Where each wanted id stands in the ascending `ids`; UNKNOWN where it does not."""
    if not len(ids):
        return np.full(len(wanted), UNKNOWN, dtype=np.intp)
    at = np.minimum(ids.searchsorted(wanted), len(ids) - 1)
    return np.where(ids[at] == wanted, at, UNKNOWN)


def row_by_row(rows: Reals, by: Reals) -> Reals:
    """`rows @ by`, in which equal rows come to equal sums.

    A product of matrices rounds a row by where it stands, and differently on each processor: ties
    would go to whoever stood well.
    """
    found: Reals = np.einsum("ij,j...->i...", rows, by)
    return found


def satisfied(rows: Wearings) -> NDArray[np.bool_]:
    """Rows that fitted and were rated at least SATISFIED_RATING."""
    return np.asarray((rows.fit == FIT) & (rows.rating >= SATISFIED_RATING))


def age_days(rows: Wearings) -> Floats:
    """Days from each row to the last day of the rows."""
    return np.asarray(int(rows.day.max(initial=0)) - rows.day, dtype=np.float64)


def recency(rows: Wearings, half_life_days: float) -> Floats:
    """Weight of each row: 1 on the last day of the rows, halved every `half_life_days`."""
    return np.asarray(0.5 ** (age_days(rows) / half_life_days), dtype=np.float64)


def weigh(key: Positions, keys: int, weight: NDArray[Any]) -> Floats:
    """Weight by key, shape (keys,)."""
    return np.bincount(key, weight, minlength=keys).astype(np.float64)


def tally(key: Positions, keys: int, garment: Positions, garments: int, weight: Floats) -> Floats:
    """Weight by (key, garment), shape (keys, garments)."""
    return weigh(key * garments + garment, keys * garments, weight).reshape(keys, garments)


def log_lift(weight: Floats, prior: float) -> Singles:
    """How much likelier each key is for a garment than for all of them, as a logarithm.

    `weight` has shape (keys, garments). A garment's share of a key is shrunk to everybody's by
    `prior` imagined rows. A key that nobody has lifts nothing.
    """
    everybody = weight.sum(axis=1, keepdims=True) / max(float(weight.sum()), 1e-9)
    share = (weight + prior * everybody) / (weight.sum(axis=0) + prior)
    lift = np.log(np.maximum(share, 1e-9) / np.maximum(everybody, 1e-9))
    return np.where(everybody > 0, lift, 0.0).astype(np.float32)
