"""Bodies: what a need states of one, in which cell it falls, and how like two of them are."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.audience.types import NeedSlots, told_middle
from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.learning.sizes import facts_of_one
from zhiyin.domain.matching.types import Chip
from zhiyin.domain.matching.wearings import Wearings
from zhiyin.domain.matching.world import Kocs

HEIGHT_EDGES_CM = np.array([152, 156, 160, 164, 168, 172, 177], dtype=np.float32)
WEIGHT_EDGES_KG = np.array([46, 50, 54, 58, 62, 67, 73, 81, 92, 108], dtype=np.float32)
_HEIGHTS_CM, _WEIGHTS_KG = HEIGHT_EDGES_CM.tolist(), WEIGHT_EDGES_KG.tolist()
HEIGHT_CENTRES_CM = np.array([149, 154, 158, 162, 166, 170, 174.5, 180], dtype=np.float32)
WEIGHT_CENTRES_KG = np.array([43, 48, 52, 56, 60, 64.5, 70, 77, 86.5, 100, 118], dtype=np.float32)
HEIGHTS, WEIGHTS = len(HEIGHT_CENTRES_CM), len(WEIGHT_CENTRES_KG)
CELLS = (HEIGHTS + 1) * (WEIGHTS + 1)
"""Height by weight, with one more of each for whoever does not state it."""

MEASURED = ("height_cm", "weight_kg", "age", "band_cm", "cup")
SIMILAR_HEIGHT_CM, SIMILAR_WEIGHT_SHARE = 5.0, 0.08
REACHES = {"height_cm": 6.0, "weight_kg": 0.10, "age": 10.0, "band_cm": 5.0, "cup": 1.5}
"""A KOC one reach away is half alike. In the slot's unit; of the weight, a share of hers."""

NEXT_TONE = np.float32(0.4)
"""How alike two neighbouring skin tones are."""

SHAPE_PLACE = len(words.CONCERNS)
TONE_PLACE = SHAPE_PLACE + len(words.SHAPES)
TRAIT_WEIGHTS = {
    "height_cm": 1.0,
    "weight_kg": 1.0,
    "body_shape": 1.0,
    "concerns": 1.0,
    "skin_tone": 0.7,
    "age": 0.4,
    "band_cm": 0.3,
    "cup": 0.3,
}
ALIKE = 0.6
"""A trait with at least this much likeness is named as one in which the two are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a need states of a body: cm, kg, years; NaN, -1 or no bits where it says nothing."""

    height_cm: float = np.nan
    weight_kg: float = np.nan
    age: float = np.nan
    band_cm: float = np.nan
    cup: float = np.nan
    shape: int = words.UNKNOWN
    tone: int = words.UNKNOWN
    concerns: int = 0

    @classmethod
    def of(cls, slots: NeedSlots) -> Self:
        """The body facts of a need."""
        cup = words.code(slots.cup, words.CUPS)
        return cls(
            height_cm=_number(slots.height_cm),
            weight_kg=_number(slots.weight_kg),
            age=_number(slots.age),
            band_cm=_number(slots.band_cm),
            cup=np.nan if cup == words.UNKNOWN else float(cup),
            shape=words.code(slots.body_shape, words.SHAPES),
            tone=words.code(slots.skin_tone, words.TONES),
            concerns=words.mask(slots.concerns, words.CONCERNS),
        )

    @property
    def is_measured(self) -> bool:
        """Whether a size can be chosen for it: height alone says nothing about width."""
        return not isnan(self.weight_kg)

    @property
    def is_comparable(self) -> bool:
        """Whether wearers with a body like it can be told from others."""
        return not (isnan(self.height_cm) and isnan(self.weight_kg)) or self.shape >= 0

    @property
    def facts(self) -> tuple[float, ...]:
        """As the learners' `body_facts` has them."""
        return facts_of_one(self.height_cm, self.weight_kg, self.age, self.band_cm, self.cup)

    def cell(self) -> int:
        """The cell it falls in, as `cells` has it for many."""
        height = HEIGHTS if isnan(self.height_cm) else bisect_left(_HEIGHTS_CM, self.height_cm)
        weight = WEIGHTS if isnan(self.weight_kg) else bisect_left(_WEIGHTS_KG, self.weight_kg)
        return height * (WEIGHTS + 1) + weight


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def cells(height_cm: NDArray[np.floating], weight_kg: NDArray[np.floating]) -> NDArray[np.int16]:
    """The cell of each body."""
    height = np.where(np.isnan(height_cm), HEIGHTS, np.searchsorted(HEIGHT_EDGES_CM, height_cm))
    weight = np.where(np.isnan(weight_kg), WEIGHTS, np.searchsorted(WEIGHT_EDGES_KG, weight_kg))
    return (height * (WEIGHTS + 1) + weight).astype(np.int16)


def kernel() -> NDArray[np.float32]:
    """Shape (CELLS, CELLS): how much the wearers of one cell say about the bodies of another.

    A fact that the asking body does not state is no hindrance; a wearer who does not state it
    speaks to nobody but those who ask without it.
    """
    height = _nearness(HEIGHT_CENTRES_CM, 4.0)
    weight = _nearness(np.log(WEIGHT_CENTRES_KG), 0.08)
    return np.kron(height, weight).astype(np.float32)


def _nearness(centres: NDArray[np.floating], scale: float) -> NDArray[np.floating]:
    distance = (centres[:, None] - centres[None, :]) / scale
    near = np.exp(-0.5 * distance**2)
    near[near < 0.02] = 0.0
    stated = np.hstack([near, np.zeros((len(centres), 1))])
    return np.vstack([stated, np.ones(len(centres) + 1)])


def imagined(
    body: Body,
    size: NDArray[np.number],
    *,
    wearer: int = words.UNKNOWN,
    garment: NDArray[np.int64] | None = None,
    category: NDArray[np.integer] | None = None,
) -> Wearings:
    """A body in some sizes, as wearings that have not happened. What is not told is not known."""
    facts = np.empty((len(MEASURED), len(size)), dtype=np.float32)
    facts.T[:] = body.height_cm, body.weight_kg, body.age, body.band_cm, body.cup
    unknown = np.full(len(size), words.UNKNOWN)
    return Wearings(
        wearer=np.full(len(size), wearer),
        garment=unknown if garment is None else garment,
        category=unknown.astype(np.int16) if category is None else category.astype(np.int16),
        size=size.astype(np.float32),
        **dict(zip(MEASURED, facts, strict=True)),
        shape=np.full(len(size), body.shape, dtype=np.int8),
        occasion=unknown.astype(np.int8),
        fit=unknown.astype(np.int8),
        rating=np.full(len(size), np.nan, dtype=np.float32),
        day=np.zeros(len(size), dtype=np.int32),
    )


def alike_rows(body: Body, worn: Wearings, rows: slice) -> NDArray[np.bool_]:
    """Which wearers of some rows have a body like hers: near in height and in weight.

    Only what she states counts, and a wearer must state it too. The shape decides only where she
    states neither height nor weight; else it is said of how many it is the same.
    """
    found = np.ones(rows.stop - rows.start, dtype=np.bool_)
    if not isnan(body.height_cm):
        found &= np.abs(worn.height_cm[rows] - body.height_cm) <= SIMILAR_HEIGHT_CM
    if not isnan(body.weight_kg):
        reach = SIMILAR_WEIGHT_SHARE * body.weight_kg
        found &= np.abs(worn.weight_kg[rows] - body.weight_kg) <= reach
    if isnan(body.height_cm) and isnan(body.weight_kg) and body.shape >= 0:
        found &= worn.shape[rows] == body.shape
    return found


Traits = dict[str, NDArray[np.float32]]
NOT_STATED = np.float32(1e6)
"""Stands for a measure that a KOC does not state: far from every body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What shoppers are told of some KOCs' bodies.

    measures: (MEASURED, KOCs) float32, NOT_STATED where missing.
    marks:    (KOCs,) uint32: a bit for each of her concerns, then one for her shape and one for her
              skin tone, if she states them.
    """

    measures: NDArray[np.float32]
    marks: NDArray[np.uint32]

    def take(self, rows: NDArray[np.integer] | slice) -> Self:
        """The KOCs of some rows, in that order."""
        return type(self)(measures=self.measures[:, rows], marks=self.marks[rows])


def comparable(kocs: Kocs) -> Told:
    """The KOCs as shoppers are told of them."""
    return Told(
        measures=np.stack([_as_told(slot, getattr(kocs, slot)) for slot in MEASURED]),
        marks=kocs.concerns | _mark(kocs.shape, SHAPE_PLACE) | _mark(kocs.tone, TONE_PLACE),
    )


def _as_told(slot: str, column: NDArray[np.float32]) -> NDArray[np.float32]:
    told = column.copy()
    stated = ~np.isnan(column)
    told[stated] = [told_middle(slot, value) for value in column[stated].tolist()]
    told[~stated] = NOT_STATED
    return told


def _mark(code: NDArray[np.int8], place: int) -> NDArray[np.uint32]:
    bit = np.left_shift(np.uint32(1), (np.maximum(code, 0) + place).astype(np.uint32))
    return np.where(code < 0, np.uint32(0), bit)


def likeness(
    body: Body, told: Told, rows: NDArray[np.integer] | slice, *, tone_matters: bool
) -> tuple[NDArray[np.float32], Traits]:
    """How like her the KOCs of some rows are, 0 to 1, over the traits that matter; and each one.

    A trait matters when she states it; the skin tone only where colour is at stake. A KOC who
    does not state it (see `Told`) is not like her in it. Weights: TRAIT_WEIGHTS.
    """
    them = told.take(rows)
    stated = [slot for slot in MEASURED if not isnan(getattr(body, slot))]
    traits: Traits = dict(zip(stated, _near(body, stated, them.measures), strict=True))
    if body.shape >= 0:
        traits["body_shape"] = _has(them.marks, SHAPE_PLACE + body.shape)
    if body.tone >= 0 and tone_matters:
        near = _has(them.marks, TONE_PLACE + body.tone)
        for neighbour in (body.tone - 1, body.tone + 1):
            if 0 <= neighbour < len(words.TONES):
                near += NEXT_TONE * _has(them.marks, TONE_PLACE + neighbour)
        traits["skin_tone"] = near
    if body.concerns:
        shared = np.bitwise_count(them.marks & np.uint32(body.concerns))
        traits["concerns"] = shared / np.float32(body.concerns.bit_count())
    whole = sum(TRAIT_WEIGHTS[slot] for slot in traits)
    total = np.zeros(len(them.marks), dtype=np.float32)
    share = np.empty_like(total)
    for slot, near in traits.items():
        total += np.multiply(near, np.float32(TRAIT_WEIGHTS[slot] / whole), out=share)
    return total, traits


def _near(body: Body, stated: list[str], measures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shape (stated, KOCs). What is not stated stands so far away that it is not alike."""
    hers = np.array([getattr(body, slot) for slot in stated], dtype=np.float32)
    reaches = [REACHES[s] * (body.weight_kg if s == "weight_kg" else 1.0) for s in stated]
    reach = np.array(reaches, dtype=np.float32)
    near = measures[[MEASURED.index(slot) for slot in stated]]
    near -= hers[:, None]
    near *= near
    near *= (np.float32(1.0) / (reach * reach))[:, None]
    near += np.float32(1.0)
    return np.reciprocal(near, out=near)


def _has(marks: NDArray[np.uint32], place: int) -> NDArray[np.float32]:
    return (marks & np.uint32(1 << place) > 0).astype(np.float32)


def named_traits(
    slots: NeedSlots, body: Body, traits: Mapping[str, float], height_cm: float, concerns: int
) -> tuple[tuple[Chip, ...], dict[str, int]]:
    """The chips in which a KOC is like her, and the differences in cm that can be said aloud.

    `traits` is how like her she is in each, `height_cm` her height as it is told, `concerns` the
    bits of those that they share.
    """
    chips: list[Chip] = []
    for slot, near in traits.items():
        if slot == "concerns":
            chips += [
                ("concerns", word)
                for place, word in enumerate(words.CONCERNS)
                if concerns >> place & 1 and word in slots.concerns
            ]
        elif near >= ALIKE:
            chips.append((slot, _word(getattr(slots, slot))))
    apart = {}
    if traits.get("height_cm", 0.0) >= ALIKE:
        apart["height_cm"] = round(abs(height_cm - body.height_cm))
    return tuple(chips), apart


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
