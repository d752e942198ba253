"""The score of a garment for a wish: a sum of named terms, over all variants at once."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import saxpy

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.advising import Advice
from zhiyin.domain.matching.history import IdIndex
from zhiyin.domain.matching.signals import Signals
from zhiyin.domain.matching.types import Ask, Chip, FeedbackKind
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World

WEIGHTS = {
    "advice": 1.0,
    "likely": 0.5,
    "body": 3.0,
    "shape": 1.0,
    "color_like": 1.2,
    "fit": 2.0,
    "look": 0.35,
    "too_alike": -1.0,
    "same_koc": -2.5,
    "likeness": 1.5,
    "skill": 0.4,
    "under_budget": -0.6,
    "disliked_style": -2.0,
    "disliked_body": -2.0,
}
"""What one unit of a term adds. `body` and `shape` are shares above or below the usual share.

`same_koc` is dear: three picks are three people unless nobody else's comes near.
"""

SLOT_WEIGHTS = {
    "concerns": 1.0,
    "goals": 1.0,
    "styles": 1.0,
    "occasion": 0.8,
    "owned": 0.6,
    "skin_tone": 0.6,
    "body_shape": 0.5,
    "for_whom": 0.5,
}
BODY_DISLIKED_FACTOR = 1.5
"""Once she has said "not my body", how a thing fits counts this much more."""

STYLE_TRAITS = ("style", "pattern", "cut", "fabric")
SHAPE_TRAITS = ("cut", "waist", "length", "stretch", "neckline", "sleeve")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByVariant:
    """What is read of every variant for every need, next to one another.

    `is_sized` is False for what only goes along: shoes, bags, belts.
    """

    garment: NDArray[np.intp]
    category: NDArray[np.int8]
    color: NDArray[np.int8]
    is_sized: NDArray[np.bool_]

    @classmethod
    def of(cls, world: World) -> Self:
        """Join the variants with their garments."""
        garment = world.variants.garment.astype(np.intp)
        category = world.garments.category[garment]
        sizeless = [words.code(one, words.CATEGORIES) for one in words.SIZELESS]
        return cls(
            garment=garment,
            category=category,
            color=world.variants.color,
            is_sized=~np.isin(category, sizeless),
        )


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the score: its name, its weight, and its value for every row of a table."""

    name: str
    weight: float
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one ask, over variants and over garments.

    `likely` is how likely each garment is to be chosen, from the table; its exact value is found
    for the candidates only (`prospects`).
    """

    of_variants: tuple[Term, ...]
    of_garments: tuple[Term, ...]
    likely: NDArray[np.float32]

    def total(self, columns: ByVariant) -> NDArray[np.float32]:
        """The sum over all variants."""
        garments = np.float32(WEIGHTS["likely"]) * self.likely
        garments = _summed(garments, self.of_garments)
        return _summed(garments.take(columns.garment), self.of_variants)

    def parts(self, world: World, variant: int) -> list[tuple[str, float, float]]:
        """Name, value and share of every term for one variant."""
        garment = int(world.variants.garment[variant])
        found = [(t.name, float(t.values[variant]), t.weight) for t in self.of_variants]
        found += [(t.name, float(t.values[garment]), t.weight) for t in self.of_garments]
        return [(name, value, value * weight) for name, value, weight in found]


def _summed(total: NDArray[np.float32], terms: tuple[Term, ...]) -> NDArray[np.float32]:
    """The total with some terms added to it, each in one pass (a x + y)."""
    for term in terms:
        total = saxpy(term.values, total, a=term.weight)
    return total


def terms(
    ask: Ask,
    wish: Wish,
    *,
    world: World,
    advice: Advice,
    signals: Signals,
    products: IdIndex,
    likely: NDArray[np.float32],
    fit: NDArray[np.float32] | None,
) -> Terms:
    """Everything about a garment that needs no KOC and no look.

    `fit` is the chance, by variant, that one of its sizes in stock fits her; None if not known.
    """
    of_variants = [
        Term(part_name("advice", chip), WEIGHTS["advice"] * SLOT_WEIGHTS[chip[0]], strength)
        for chip in wish.advised()
        if (strength := advice.strength_of(chip)) is not None
    ]
    if wish.liked:
        liked = is_in(world.variants.color, wish.liked).astype(np.float32)
        of_variants.append(Term("color_like", WEIGHTS["color_like"], liked))
    turned_down = ask.personalised and any(d.feedback is FeedbackKind.BODY for d in ask.disliked)
    factor = BODY_DISLIKED_FACTOR if turned_down else 1.0
    if fit is not None:
        of_variants.append(Term("fit", WEIGHTS["fit"] * factor, fit))
    of_garments = []
    if wish.body.is_comparable:
        by_cell = signals.by_cell[wish.body.cell()]
        of_garments.append(Term("body", WEIGHTS["body"] * factor, by_cell))
        if wish.body.shape >= 0:
            by_shape = signals.by_shape[wish.body.shape]
            of_garments.append(Term("shape", WEIGHTS["shape"] * factor, by_shape))
    if ask.personalised:
        of_garments += _dislikes(ask, world, products)
    return Terms(of_variants=tuple(of_variants), of_garments=tuple(of_garments), likely=likely)


def is_in(codes: NDArray[np.int8], chosen: frozenset[int]) -> NDArray[np.bool_]:
    """Comparing a column with each of a few codes is many times faster than looking them up."""
    found = np.zeros(len(codes), dtype=np.bool_)
    for code in chosen:
        found |= codes == code
    return found


def part_name(part: str, chip: Chip) -> str:
    """ "advice:goals:slimming"."""
    return ":".join((part, *chip))


def _dislikes(ask: Ask, world: World, products: IdIndex) -> list[Term]:
    found = []
    for kind, traits, name in (
        (FeedbackKind.STYLE, STYLE_TRAITS, "disliked_style"),
        (FeedbackKind.BODY, SHAPE_TRAITS, "disliked_body"),
    ):
        rows = [
            row
            for disliked in ask.disliked
            if disliked.feedback is kind
            and (row := products.row(disliked.product_id)) != words.UNKNOWN
        ]
        if rows:
            near = np.max([alike(world, row, traits) for row in rows], axis=0)
            found.append(Term(name, WEIGHTS[name], near))
    return found


def alike(world: World, garment: int, attributes: tuple[str, ...]) -> NDArray[np.float32]:
    """Share of the attributes that every garment has in common with one of its own category.

    A garment of another category is half as alike.
    """
    columns = [code for (name, _), code in words.TOKEN_CODE.items() if name in attributes]
    own = world.garments.tokens[garment, columns]
    shared = world.garments.tokens[:, columns] @ own.astype(np.float32)
    same = np.where(world.garments.category == world.garments.category[garment], 1.0, 0.5)
    return np.asarray(same * shared / max(1, int(own.sum())), dtype=np.float32)
