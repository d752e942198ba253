"""Choices: what a shopper took next and was glad of. To learn from, and to be judged by."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.counting import Codes, Positions, positions, satisfied
from zhiyin.domain.matching.wearings import UNKNOWN, UNTOLD, Wearings


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """One choice a shopper, made after the rows `before` it.

    `shoppers` holds what she states (wearer, body facts, occasion) and nothing else of her row;
    `garment` is her choice's position among the earlier garments; `rentals` counts her earlier
    rows.
    """

    shoppers: Wearings
    garment: Positions
    rentals: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.garment)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Choices":
        """The choices selected by index or mask, in that order."""
        return Choices(
            shoppers=self.shoppers.take(rows),
            garment=self.garment[rows],
            rentals=self.rentals[rows],
        )


def without_repeats(rows: Wearings) -> Wearings:
    """The earliest row of every (wearer, garment), earliest first; their order breaks ties."""
    order = np.argsort(rows.day, kind="stable")
    pairs = np.stack([rows.wearer[order], rows.garment[order]])
    _, first = np.unique(pairs, axis=1, return_index=True)
    return rows.take(order[np.sort(first)])


def choices(before: Wearings, after: Wearings) -> Choices:
    """Each shopper's first satisfied row in `after` on a garment that `before` has and she has not.

    Both arguments are free of repeats, earliest first.
    """
    codes = Codes.of(before)
    garment = positions(codes.garments, after.garment)
    wearer = positions(codes.wearers, after.wearer)
    width = len(codes.garments)
    worn = np.unique(codes.wearer * width + codes.garment)
    again = np.isin(wearer * width + garment, worn) & (wearer != UNKNOWN)
    rows = np.flatnonzero(satisfied(after) & (garment != UNKNOWN) & ~again)
    _, first = np.unique(after.wearer[rows], return_index=True)
    rows = rows[np.sort(first)]
    counts = np.append(np.bincount(codes.wearer, minlength=len(codes.wearers)), 0)
    return Choices(
        shoppers=stated(after.take(rows)), garment=garment[rows], rentals=counts[wearer[rows]]
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
