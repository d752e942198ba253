"""From a wish to options: the garments that pass, the best of them, and the looks they stand in."""

from dataclasses import dataclass, replace
from itertools import compress
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.scoring import WEIGHTS, Terms
from zhiyin.domain.matching.shelf import NEVER, Shelf
from zhiyin.domain.matching.types import NothingToPick
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World, starts

SIZELESS = frozenset(words.code(one, words.CATEGORIES) for one in words.SIZELESS)
CANDIDATES = 96
OPTIONS = 12
LOOKED_AROUND = 16
"""Looks are taken from around so many of the best candidates."""


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


@dataclass(frozen=True, slots=True)
class Option:
    """A look, or one garment alone (`look` is -1). `items` are variants, the main one first.

    `score` is the sum without a KOC; `answered` counts the chips that the look's author names.
    """

    look: int
    items: tuple[int, ...]
    score: float
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookIndex:
    """The looks that each variant stands in: `look[first[v]:first[v + 1]]`."""

    first: NDArray[np.int64]
    look: NDArray[np.int32]

    @classmethod
    def of(cls, world: World) -> Self:
        """Turn the looks' items around."""
        owner = np.repeat(np.arange(len(world.looks)), np.diff(world.looks.first))
        order = np.argsort(world.looks.item, kind="stable")
        items = world.looks.item[order]
        return cls(first=starts(items, len(world.variants)), look=owner[order].astype(np.int32))


def gathered(
    values: NDArray[np.int32], first: NDArray[np.integer], groups: NDArray[np.integer]
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """The values of some groups, group after group, and where each group's begin."""
    length = first[groups + 1] - first[groups]
    begin = np.cumsum(length) - length
    at = np.arange(int(length.sum())) + np.repeat(first[groups] - begin, length)
    return values[at], begin.astype(np.intp)


def passing(wish: Wish, world: World, shelf: Shelf, fit: NDArray[np.float32] | None) -> Passing:
    """Apply the hard wishes. What is sold out in every size that could fit her does not pass.

    A shopper who names no category came for clothes: shoes, bags and belts only go along.
    """
    may = shelf.cheapest_fen < NEVER
    if fit is not None:
        may &= fit > 0
    if wish.most_fen is not None:
        may &= shelf.cheapest_fen <= wish.most_fen
    if wish.refused:
        may &= ~_is_in(world.variants.color, wish.refused)
    garment, category = world.variants.garment, world.garments.category
    if wish.barred:
        may &= ~_is_in(category, wish.barred)[garment]
    wanted = _is_in(category, wish.wanted) if wish.wanted else ~_is_in(category, SIZELESS)
    return Passing(may=may, main=may & wanted[garment])


def _is_in(codes: NDArray[np.int8], chosen: frozenset[int]) -> NDArray[np.bool_]:
    """Comparing a column with each of a few codes is many times faster than looking them up."""
    found = np.zeros(len(codes), dtype=np.bool_)
    for code in chosen:
        found |= codes == code
    return found


def candidates(
    wish: Wish, terms: Terms, found: Passing, *, world: World, shelf: Shelf, count: int
) -> Candidates:
    """The `count` best variants that a pick may be about, by the tabled score."""
    total = terms.total(world)
    if wish.least_fen is not None:
        total += np.float32(WEIGHTS["under_budget"]) * (shelf.cheapest_fen < wish.least_fen)
    rows = best(count, total, np.flatnonzero(found.main))
    return Candidates(rows=rows, score=total[rows])


def best(count: int, scores: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """The `count` rows with the highest scores, best first; ties go to the lower row."""
    if len(rows) > count:
        least = np.partition(scores[rows], len(rows) - count)[len(rows) - count]
        rows = rows[scores[rows] >= least]
    return rows[np.lexsort((rows, -scores[rows]))][:count]


def options(
    wish: Wish,
    near: Candidates,
    found: Passing,
    *,
    world: World,
    shelf: Shelf,
    looks: LookIndex,
    worth: NDArray[np.float32],
) -> list[Option]:
    """The best garments alone and the best looks, at most OPTIONS of each.

    `worth` is what each KOC adds beside a look; of a look, its author's counts.
    """
    alone = [
        Option(-1, (int(row),), float(score), 0)
        for row, score in zip(near.rows[:OPTIONS], near.score[:OPTIONS], strict=True)
    ]
    composed = _looks(wish, near, found, world=world, shelf=shelf, looks=looks, worth=worth)
    return alone + composed


def _looks(
    wish: Wish,
    near: Candidates,
    found: Passing,
    *,
    world: World,
    shelf: Shelf,
    looks: LookIndex,
    worth: NDArray[np.float32],
) -> list[Option]:
    """The looks about one of the best candidates, all of whose items pass and fit her budget."""
    variants = near.rows[:LOOKED_AROUND]
    look, begin = gathered(looks.look, looks.first, variants)
    if not len(look):
        return []
    place = np.repeat(np.arange(len(variants)), np.diff(np.append(begin, len(look))))
    answered = answered_chips(wish, world, look)
    score = near.score[place] + np.float32(WEIGHTS["look"]) * answered
    author = world.looks.koc[look]
    beside = score + np.where(author >= 0, worth[author], np.float32(0.0))
    beside[shelf.look_fen[look] > (NEVER - 1 if wish.most_fen is None else wish.most_fen)] = -np.inf
    top = best(3 * OPTIONS, beside, np.flatnonzero(beside > -np.inf))
    if not len(top):
        return []
    item, begin = gathered(world.looks.item, world.looks.first, look[top])
    may = np.logical_and.reduceat(found.may[item], begin)
    items, ends = item.tolist(), [*begin[1:].tolist(), len(item)]
    chosen: dict[int, Option] = {}
    for at, first, last in zip(top[may], begin[may].tolist(), compress(ends, may), strict=True):
        one, lead = int(look[at]), int(variants[place[at]])
        if one not in chosen and len(chosen) < OPTIONS:
            rest = tuple(row for row in items[first:last] if row != lead)
            chosen[one] = Option(one, (lead, *rest), float(score[at]), int(answered[at]))
    return list(chosen.values())


def answered_chips(wish: Wish, world: World, look: NDArray[np.integer]) -> NDArray[np.intp]:
    """How many of her chips the author of each look names."""
    count = np.zeros(len(look), dtype=np.intp)
    for column, chosen, known in (
        (world.looks.concerns, wish.slots.concerns, words.CONCERNS),
        (world.looks.goals, wish.slots.goals, words.GOALS),
        (world.looks.styles, wish.slots.styles, words.STYLES),
        (world.looks.occasions, (wish.slots.occasion,), words.OCCASIONS),
    ):
        bits = np.uint32(words.mask(chosen, known))
        if bits:
            count += np.bitwise_count(column[look] & bits)
    return count


def nothing(
    wish: Wish, world: World, shelf: Shelf, fit: NDArray[np.float32] | None
) -> NothingToPick:
    """The refusal that names the wishes of which one has to give."""
    hard = wish.hard()
    left = {slot: passing(wish.without(slot), world, shelf, fit).main for slot in hard}
    blocking = [slot for slot in hard if left[slot].any()]
    if not blocking and fit is not None and passing(wish, world, shelf, None).main.any():
        blocking = ["weight_kg"]
    details: dict[str, object] = {"slots": blocking or list(hard)}
    if "budget_cny_max" in blocking:
        details["cheapest_fen"] = int(shelf.cheapest_fen[left["budget_cny_max"]].min())
    return NothingToPick(**details)


def with_scores(near: Candidates, score: NDArray[np.float32]) -> Candidates:
    """The same candidates in the order of other scores."""
    order = np.lexsort((near.rows, -score))
    return replace(near, rows=near.rows[order], score=score[order])
