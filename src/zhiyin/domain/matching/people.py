"""Who stands beside a look: a KOC like her in what matters, who wore it and was content."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.bodies import MEASURED, Traits, likeness
from zhiyin.domain.matching.looks import LookIndex
from zhiyin.domain.matching.options import LOOKED_AROUND, OPTIONS, Candidates
from zhiyin.domain.matching.scoring import WEIGHTS
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.standing import ALONE, NOBODY, Beside, Persons, Standing, joined
from zhiyin.domain.matching.types import PICKS
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World

HEIGHT = MEASURED.index("height_cm")


class Met(NamedTuple):
    """What is said of a KOC beside whom she is held: how like her she is (0 to 1) and in what, her
    height as it is told, which concerns they share (as bits); and at what share of her chips the
    KOC is good, and at which (as bits)."""

    likeness: float
    traits: Mapping[str, float]
    height_cm: float
    concerns: int
    skill: float
    good_at: int


STRANGER = Met(0.0, {}, 0.0, 0, 0.0, 0)
"""Where NOBODY stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The KOCs who may stand in an answer: how like her, how good at her chips, and their worth.

    likeness, traits, worth: of `persons`, among whom a KOC may be more than once; the worth
    of whoever cannot be asked now is minus infinity. skills: how many of her chips each is good at.
    wore:     by garment, where those are who wore it and were content.
    composed: where the authors of the looks around the best candidates are, in their order.
    """

    wish: Wish
    persons: Persons
    likeness: NDArray[np.float32]
    traits: Traits
    skills: NDArray[np.uint8]
    worth: NDArray[np.float32]
    wore: Mapping[int, slice]
    composed: slice

    @classmethod
    def for_wish(
        cls,
        wish: Wish,
        near: Candidates,
        *,
        world: World,
        shelf: Shelf,
        content: Standing,
        looks: LookIndex,
    ) -> Self:
        """Hold her against those who may stand beside an option made of the best candidates.

        `content` lists, by garment, who wore it and was satisfied.
        """
        around, rest = near.rows[:LOOKED_AROUND], near.rows[OPTIONS:LOOKED_AROUND]
        variants = np.concatenate([near.rows[:OPTIONS], rest[looks.unsigned[rest]]])
        garments = np.array(list(dict.fromkeys(world.variants.garment[variants].tolist())))
        wore, composed = content.spans(garments), looks.authors.spans(around)
        persons = joined([(content.persons, wore), (looks.authors.persons, composed)])
        ends = list(accumulate((span.stop - span.start for span in wore), initial=0))
        alike, traits = likeness(
            wish.body, persons.told, slice(None), tone_matters=wish.tone_matters
        )
        skills = np.bitwise_count(persons.good_at & np.uint64(wish.answerable_bits))
        each = WEIGHTS["skill"] / max(wish.answerable_bits.bit_count(), 1)
        worth = np.float32(WEIGHTS["likeness"]) * alike + np.float32(each) * skills
        worth += shelf.koc_absence[persons.koc]
        return cls(
            wish=wish,
            persons=persons,
            likeness=alike,
            traits=traits,
            skills=skills,
            worth=worth,
            wore=dict(zip(garments.tolist(), map(slice, ends, ends[1:]), strict=True)),
            composed=slice(ends[-1], None),
        )

    def met(self, beside: Beside) -> Met:
        """What is said of one of them."""
        if beside.koc == NOBODY:
            return STRANGER
        told, place = self.persons.told, beside.place
        return Met(
            likeness=float(self.likeness[place]),
            traits={slot: float(near[place]) for slot, near in self.traits.items()},
            height_cm=float(told.measures[HEIGHT, place]),
            concerns=int(told.marks[place]) & self.wish.body.concerns,
            skill=int(self.skills[place]) / max(self.wish.answerable_bits.bit_count(), 1),
            good_at=int(self.persons.good_at[place]),
        )

    def author(self, nth: int) -> Beside:
        """Who composed the n-th of the looks around the best candidates."""
        place = self.composed.start + nth
        return Beside(int(self.persons.koc[place]), float(self.worth[place]), place)

    def best(self, garment: int) -> Iterator[Beside]:
        """Who may stand beside a garment: those of most worth who wore it and were content, best
        first, at most PICKS; ALONE if there is none."""
        span = self.wore[garment]
        worth, found = self.worth[span], 0
        while found < min(PICKS, len(worth)):
            at = int(worth.argmax())
            if (most := float(worth[at])) == -inf:
                break
            yield Beside(int(self.persons.koc[span.start + at]), most, span.start + at)
            # Mostly nobody asks for the next best: only then is there something to strike out.
            worth = worth.copy() if not found else worth
            worth[at] = -inf
            found += 1
        if not found:
            yield ALONE
