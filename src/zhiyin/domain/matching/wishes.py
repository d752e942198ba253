"""A need as the matcher reads it: what may be used, the hard wishes, and the chips to answer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.audience.types import SLOTS, NeedSlots
from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.advising import owned_chips
from zhiyin.domain.matching.bodies import Body
from zhiyin.domain.matching.learning.asks import NeedQuery
from zhiyin.domain.matching.types import SPOKEN_WISHES, Ask, Chip
from zhiyin.kit.money import FEN_PER_CNY

HARD_SLOTS = ("budget_cny_max", "color_avoid", "owned", "categories")
ADVISED_SLOTS = ("concerns", "goals", "styles", "skin_tone", "body_shape", "occasion", "for_whom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an answer may depend on, after her switch.

    `barred` and `wanted` are category codes, `refused` and `liked` colour codes; budgets in fen.
    `answerable` are the chips that a look or a KOC may answer, slot by slot, and their bits.
    """

    slots: NeedSlots
    chips: tuple[Chip, ...]
    set_aside: tuple[Chip, ...]
    body: Body
    occasion: int
    wanted: frozenset[int]
    barred: frozenset[int]
    liked: frozenset[int]
    refused: frozenset[int]
    most_fen: int | None
    least_fen: int | None
    answerable: tuple[Chip, ...]
    answerable_bits: int

    @classmethod
    def of(cls, ask: Ask) -> Self:
        """Read an ask. Without personalisation only SPOKEN_WISHES are left of it."""
        slots = ask.slots if ask.personalised else spoken(ask.slots)
        chips = chips_of(slots)
        answerable = tuple(
            chip
            for slot in words.ANSWERABLE
            for chip in chips
            if chip[0] == slot and chip in words.BIT
        )
        owned = [words.split_owned(thing) for thing in slots.owned]
        return cls(
            slots=slots,
            chips=chips,
            set_aside=()
            if ask.personalised
            else tuple(chip for chip in chips_of(ask.slots) if chip not in chips),
            body=Body.of(slots),
            occasion=words.code(slots.occasion, words.OCCASIONS),
            wanted=_codes(slots.categories, words.CATEGORIES),
            barred=_codes([words.category_of(noun) for _, noun in owned], words.CATEGORIES),
            liked=_codes(slots.color_like, words.COLORS),
            refused=_codes(slots.color_avoid, words.COLORS),
            most_fen=_fen(slots.budget_cny_max),
            least_fen=_fen(slots.budget_cny_min),
            answerable=answerable,
            answerable_bits=sum(words.BIT[chip] for chip in set(answerable)),
        )

    def without(self, slot: str) -> Self:
        """The same wish with one hard wish taken away."""
        loosened: dict[str, object] = {
            "budget_cny_max": {"most_fen": None},
            "color_avoid": {"refused": frozenset()},
            "owned": {"barred": frozenset()},
            "categories": {"wanted": frozenset()},
        }
        return replace(self, **loosened[slot])  # type: ignore[arg-type]

    def hard(self) -> tuple[str, ...]:
        """The hard wishes that she has."""
        held = (self.most_fen is not None, self.refused, self.barred, self.wanted)
        return tuple(slot for slot, one in zip(HARD_SLOTS, held, strict=True) if one)

    def advised(self) -> tuple[Chip, ...]:
        """The chips that the advice table may speak to; an owned thing has a colour and a noun."""
        spoken_to = [chip for chip in self.chips if chip[0] in ADVISED_SLOTS]
        return (*spoken_to, *(c for thing in self.slots.owned for c in owned_chips(thing)))

    def query(self, *, worn: NDArray[np.integer], sizes: NDArray[np.floating]) -> NeedQuery:
        """The need as the ranker reads it; `worn` and `sizes` are of what she wore before."""
        body = self.body
        return NeedQuery(
            height_cm=_stated(body.height_cm),
            weight_kg=_stated(body.weight_kg),
            age=_stated(body.age),
            band_cm=_stated(body.band_cm),
            cup=_stated(body.cup),
            shape=None if body.shape == words.UNKNOWN else body.shape,
            occasion=None if self.occasion == words.UNKNOWN else self.occasion,
            worn=tuple(worn.tolist()),
            worn_sizes=tuple(float(size) for size in sizes if not np.isnan(size)),
        )

    @property
    def tone_matters(self) -> bool:
        """Whether colour against skin is at stake. She names her tone only where it is."""
        return self.slots.skin_tone is not None


def spoken(slots: NeedSlots) -> NeedSlots:
    """The slots that say nothing about who asks."""
    return replace(NeedSlots(), **{slot: getattr(slots, slot) for slot in SPOKEN_WISHES})


def chips_of(slots: NeedSlots) -> tuple[Chip, ...]:
    """Every stated value as a chip, in the order of the slots."""
    chips: list[Chip] = []
    for slot in SLOTS:
        value = getattr(slots, slot)
        if isinstance(value, tuple):
            chips += [(slot, one) for one in value]
        elif value is not None:
            chips.append((slot, f"{value:g}" if isinstance(value, float) else str(value)))
    return tuple(chips)


def _codes(chosen: Iterable[str], known: tuple[str, ...]) -> frozenset[int]:
    found = {words.code(word, known) for word in chosen}
    return frozenset(found - {words.UNKNOWN})


def _stated(fact: float) -> float | None:
    return None if np.isnan(fact) else fact


def _fen(cny: float | None) -> int | None:
    return None if cny is None else int(cny * FEN_PER_CNY)
