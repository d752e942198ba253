"""From a wish to candidates: the garments that pass, and the best of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.scoring import WEIGHTS, ByVariant, Terms, is_in
from zhiyin.domain.matching.shelf import NEVER, Shelf
from zhiyin.domain.matching.types import NothingToPick
from zhiyin.domain.matching.wishes import Wish

CANDIDATES = 96
OPTIONS = 12
LOOKED_AROUND = 16
"""Looks are taken from around so many of the best candidates."""

LEAST = np.float32(-1e8)
FAR_BELOW = np.float32(-1e9)
"""Added to the score of what does not pass: no score comes near it, none of it is above LEAST.

(Adding to all is ten times faster than setting some.)"""

COLUMN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """By variant: whether it may stand in a pick, and whether a pick may be about it."""

    may: NDArray[np.bool_]
    main: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The variants worth a closer look, best first, with their scores."""

    rows: NDArray[np.intp]
    score: NDArray[np.float32]


def passing(
    wish: Wish, columns: ByVariant, shelf: Shelf, fit: NDArray[np.float32] | None
) -> Passing:
    """Apply the hard wishes. What is sold out in every size that could fit her does not pass.

    A shopper who names no category came for clothes: shoes, bags and belts only go along.
    """
    # Whatever is sold out fits nobody (`Shelf.best_fit`), and costs more than anybody has.
    may = shelf.cheapest_fen < NEVER if fit is None else fit > 0
    if wish.most_fen is not None:
        may &= shelf.cheapest_fen <= wish.most_fen
    if wish.refused:
        may &= ~is_in(columns.color, wish.refused)
    if wish.barred:
        may &= ~is_in(columns.category, wish.barred)
    if wish.wanted:
        return Passing(may=may, main=may & is_in(columns.category, wish.wanted))
    return Passing(may=may, main=may & columns.is_sized)


def candidates(
    wish: Wish, terms: Terms, found: Passing, *, columns: ByVariant, shelf: Shelf, count: int
) -> Candidates:
    """The `count` best variants that a pick may be about, by the tabled score."""
    total = terms.total(columns)
    if wish.least_fen is not None:
        total += np.float32(WEIGHTS["under_budget"]) * (shelf.cheapest_fen < wish.least_fen)
    total += ~found.main * FAR_BELOW
    rows = best(count, total)
    return Candidates(rows=rows, score=total[rows])


def best(count: int, scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """The at most `count` rows with the highest scores above LEAST, best first; ties go to the
    lower row."""
    rows = (scores >= max(_reached_by(count, scores), LEAST)).nonzero()[0]
    return rows[(-scores[rows]).argsort(kind="stable")][:count]


def _reached_by(count: int, scores: NDArray[np.float32]) -> float:
    """A score that at least `count` rows reach, and not many more, if there are as many.

    The rows are cut into columns: that many columns have a row as high as the `count`-th highest
    of the columns' own highest.
    """
    width = len(scores) // COLUMN
    if width > count:
        scores = scores[: COLUMN * width].reshape(COLUMN, width).max(axis=0)
    if len(scores) <= count:
        return -np.inf
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])


def nothing(
    wish: Wish, columns: ByVariant, shelf: Shelf, fit: NDArray[np.float32] | None
) -> NothingToPick:
    """The refusal that names the wishes of which one has to give."""
    hard = wish.hard()
    left = {slot: passing(wish.without(slot), columns, shelf, fit).main for slot in hard}
    blocking = [slot for slot in hard if left[slot].any()]
    if not blocking and fit is not None and passing(wish, columns, shelf, None).main.any():
        blocking = ["weight_kg"]
    details: dict[str, object] = {"slots": blocking or list(hard)}
    if "budget_cny_max" in blocking:
        details["cheapest_fen"] = int(shelf.cheapest_fen[left["budget_cny_max"]].min())
    return NothingToPick(**details)
