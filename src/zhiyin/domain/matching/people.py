"""Who stands beside a look: a KOC like her in what matters, who wore it and was content."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import Traits, likeness
from zhiyin.domain.matching.options import (
    LOOKED_AROUND,
    OPTIONS,
    Candidates,
    LookIndex,
    Option,
    gathered,
)
from zhiyin.domain.matching.scoring import WEIGHTS
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.signals import Signals
from zhiyin.domain.matching.types import PICKS
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World

NOBODY = -1


def who_may_stand(
    near: Candidates, world: World, signals: Signals, looks: LookIndex
) -> NDArray[np.bool_]:
    """By KOC: whether an option that is made of these candidates may have her beside it."""
    around, _ = gathered(looks.look, looks.first, near.rows[:LOOKED_AROUND])
    garments = world.variants.garment[near.rows[:OPTIONS]]
    wore, _ = gathered(signals.koc, signals.koc_first, garments)
    found = np.zeros(len(world.kocs) + 1, dtype=np.bool_)  # the last one is NOBODY
    found[wore] = found[world.looks.koc[around]] = True
    return found[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The KOCs who may stand in an answer: how like her, how good at her chips, and their worth.

    rows: of Kocs, ascending; `likeness`, `skill` and `traits` are theirs, in that order.
    worth: by row of Kocs, and last, where NOBODY points; minus infinity for whoever may not stand.
    """

    rows: NDArray[np.intp]
    likeness: NDArray[np.float32]
    traits: Traits
    skill: NDArray[np.float32]
    worth: NDArray[np.float32]

    @classmethod
    def for_wish(cls, wish: Wish, world: World, shelf: Shelf, may_stand: NDArray[np.bool_]) -> Self:
        """Score those of `may_stand` who can be asked now."""
        rows = np.flatnonzero(may_stand & shelf.koc_free)
        kocs = world.kocs
        alike, traits = likeness(wish.body, kocs, rows, tone_matters=wish.tone_matters)
        skill, asked = np.zeros(len(rows), dtype=np.float32), 0
        for good_at, chosen, known in (
            (kocs.good_concerns, wish.slots.concerns, words.CONCERNS),
            (kocs.good_goals, wish.slots.goals, words.GOALS),
            (kocs.good_styles, wish.slots.styles, words.STYLES),
            (kocs.good_occasions, (wish.slots.occasion,), words.OCCASIONS),
        ):
            bits = np.uint32(words.mask(chosen, known))
            if bits:
                skill += np.bitwise_count(good_at[rows] & bits)
                asked += int(bits).bit_count()
        skill /= np.float32(max(asked, 1))
        worth = np.full(len(world.kocs) + 1, -np.inf, dtype=np.float32)
        worth[rows] = np.float32(WEIGHTS["likeness"]) * alike + np.float32(WEIGHTS["skill"]) * skill
        return cls(rows=rows, likeness=alike, traits=traits, skill=skill, worth=worth)

    def likeness_of(self, koc: int) -> float:
        """How like her one of them is, 0 to 1; 0 for NOBODY."""
        return 0.0 if koc == NOBODY else float(self.likeness[self._place(koc)])

    def skill_of(self, koc: int) -> float:
        """The share of her chips that one of them is good at; 0 for NOBODY."""
        return 0.0 if koc == NOBODY else float(self.skill[self._place(koc)])

    def traits_of(self, koc: int) -> dict[str, float]:
        """How like her one of them is in each trait that matters."""
        place = self._place(koc)
        return {slot: float(near[place]) for slot, near in self.traits.items()}

    def _place(self, koc: int) -> int:
        return bisect_left(self.rows, koc)

    def beside(
        self, options: Sequence[Option], world: World, signals: Signals
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Who may stand beside each option: pairs of an option's place and a KOC.

        They follow the options, the best KOC first, at most as many as there are picks for each.
        A look that a KOC composed stands with her or not at all, and not where she was unhappy
        with its main garment. Any other option stands with a KOC who wore that garment and was
        satisfied, or with NOBODY where there is none.
        """
        garment = world.variants.garment[[option.items[0] for option in options]]
        look = np.array([option.look for option in options])
        author = np.full(len(look), NOBODY)
        author[look >= 0] = world.looks.koc[look[look >= 0]]
        stands = self._is_free(author) & ~signals.are_unhappy(garment, author)
        pairs = [
            (place, koc)
            for place, composer in enumerate(author.tolist())
            for koc in (
                self._best(signals.content(int(garment[place])))
                if composer == NOBODY
                else (composer,) * bool(stands[place])
            )
        ]
        place, koc = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        return place, koc

    def _best(self, kocs: NDArray[np.int32]) -> list[int]:
        """The free ones of most worth, best first, at most PICKS; NOBODY alone if there is none."""
        worth, found = self.worth[kocs], []
        while len(found) < min(PICKS, len(kocs)) and worth[at := int(worth.argmax())] > -np.inf:
            found.append(int(kocs[at]))
            worth[at] = -np.inf
        return found or [NOBODY]

    def _is_free(self, kocs: NDArray[np.integer]) -> NDArray[np.bool_]:
        return self.worth[kocs] > -np.inf
