"""From a wish to options: the garments that pass, the best of them, and the looks they stand in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.scoring import WEIGHTS, Terms
from zhiyin.domain.matching.shelf import NEVER, Shelf
from zhiyin.domain.matching.sizing import SizeTable
from zhiyin.domain.matching.types import NothingToPick
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World, starts

CANDIDATES = 256
OPTIONS = 48


@dataclass(frozen=True, slots=True)
class Option:
    """A look, or one garment alone (`look` is -1). `items` are variants, the main one first.

    `score` is the sum without a KOC; `answered` are the chips that the look's author names.
    """

    look: int
    items: tuple[int, ...]
    score: float
    fit: float
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookIndex:
    """The looks that each variant stands in: `look[first[v]:first[v + 1]]`."""

    first: NDArray[np.int64]
    look: NDArray[np.int32]

    @classmethod
    def of(cls, world: World) -> "LookIndex":
        """Turn the looks' items around."""
        owner = np.repeat(np.arange(len(world.looks)), np.diff(world.looks.first))
        order = np.argsort(world.looks.item, kind="stable")
        items = world.looks.item[order]
        return cls(first=starts(items, len(world.variants)), look=owner[order].astype(np.int32))


def passing(wish: Wish, world: World, shelf: Shelf) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which variants may stand in a pick, and which of them may be what a pick is about.

    A shopper who names no category came for clothes: shoes, bags and belts only go along.
    """
    category = world.garments.category[world.variants.garment]
    may = shelf.cheapest_fen < NEVER
    if wish.most_fen is not None:
        may &= shelf.cheapest_fen <= wish.most_fen
    if wish.refused:
        may &= ~np.isin(world.variants.color, list(wish.refused))
    if wish.barred:
        may &= ~np.isin(category, list(wish.barred))
    if wish.wanted:
        return may, may & np.isin(category, list(wish.wanted))
    clothes = ~np.isin(category, [words.code(c, words.CATEGORIES) for c in words.SIZELESS])
    return may, may & clothes if clothes.any() else may


def best_fit(
    wish: Wish, world: World, shelf: Shelf, sizes: SizeTable
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """By SKU (0 when sold out) and by variant: the chance that the size, or the best one, fits.

    None where her measures are not known.
    """
    garment = world.variants.garment[world.skus.variant]
    chance = sizes.chance(wish.body, garment, world.skus.size)
    if chance is None:
        return None
    chance[shelf.on_hand <= 0] = 0.0
    best = np.zeros(len(world.variants), dtype=np.float32)
    filled = np.flatnonzero(np.diff(world.variants.first_sku))
    if len(filled):
        best[filled] = np.maximum.reduceat(chance, world.variants.first_sku[filled])
    return chance, best


def best(count: int, scores: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """The `count` rows with the highest scores, best first; ties go to the lower row."""
    if len(rows) > count:
        kept = np.argpartition(-scores[rows], count - 1)[:count]
        # All that tie with the last one stay, so the cut does not depend on the order of rows.
        rows = rows[scores[rows] >= scores[rows[kept]].min()]
    return rows[np.lexsort((rows, -scores[rows]))][:count]


def options(
    wish: Wish,
    terms: Terms,
    *,
    world: World,
    shelf: Shelf,
    sizes: SizeTable,
    looks: LookIndex,
) -> tuple[list[Option], int]:
    """The best options, best first, and how many variants passed. Raises NothingToPick."""
    may, main = passing(wish, world, shelf)
    fit = best_fit(wish, world, shelf, sizes)
    total = terms.total(world)
    if fit is not None:
        main &= fit[1] > 0.0
        may &= fit[1] > 0.0
        total += np.float32(terms.fit_weight) * fit[1]
    if wish.least_fen is not None:
        total += np.float32(WEIGHTS["under_budget"]) * (shelf.cheapest_fen < wish.least_fen)
    rows = np.flatnonzero(main)
    if not len(rows):
        raise nothing(wish, world, shelf, sizes)
    chosen = best(CANDIDATES, total, rows)
    chance = fit[1] if fit is not None else None
    found = [
        Option(-1, (int(v),), float(total[v]), 0.0 if chance is None else float(chance[v]), 0)
        for v in chosen[:OPTIONS]
    ]
    found += _looks(wish, chosen, total, may, main, chance, world=world, shelf=shelf, looks=looks)
    found.sort(key=lambda option: (-option.score, option.look, option.items))
    return found[:OPTIONS], len(rows)


def _looks(
    wish: Wish,
    chosen: NDArray[np.intp],
    total: NDArray[np.float32],
    may: NDArray[np.bool_],
    main: NDArray[np.bool_],
    chance: NDArray[np.float32] | None,
    *,
    world: World,
    shelf: Shelf,
    looks: LookIndex,
) -> list[Option]:
    spans = [looks.look[looks.first[v] : looks.first[v + 1]] for v in chosen]
    near = np.unique(np.concatenate(spans)) if spans else np.empty(0, dtype=np.int32)
    limit = NEVER if wish.most_fen is None else wish.most_fen + 1
    near = near[shelf.look_fen[near] < limit]
    answered = answered_chips(wish, world, near)
    found = []
    for look, answers in zip(near.tolist(), answered.tolist(), strict=True):
        items = world.looks.item[world.looks.first[look] : world.looks.first[look + 1]]
        if not may[items].all() or not main[items].any():
            continue
        lead = int(items[np.argmax(np.where(main[items], total[items], -np.inf))])
        rest = tuple(int(v) for v in items if v != lead)
        score = float(total[lead]) + WEIGHTS["look"] * answers
        fit = 0.0 if chance is None else float(chance[lead])
        found.append(Option(look, (lead, *rest), score, fit, answers))
    return found


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


def nothing(wish: Wish, world: World, shelf: Shelf, sizes: SizeTable) -> NothingToPick:
    """The refusal that names the wishes of which one has to give."""

    def left(loosened: Wish) -> NDArray[np.bool_]:
        main = passing(loosened, world, shelf)[1]
        fit = best_fit(loosened, world, shelf, sizes)
        return main if fit is None else main & (fit[1] > 0.0)

    hard = wish.hard()
    blocking = [slot for slot in hard if left(wish.without(slot)).any()]
    if not blocking:
        blocking = [*hard, *(("weight_kg",) if wish.body.is_measured else ())]
    details: dict[str, object] = {"slots": blocking}
    if "budget_cny_max" in blocking:
        details["cheapest_fen"] = int(
            shelf.cheapest_fen[left(wish.without("budget_cny_max"))].min()
        )
    return NothingToPick(**details)
