"""Who stands beside a look: a KOC like her in what matters, who wore it and was content."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import Traits, likeness
from zhiyin.domain.matching.options import Option
from zhiyin.domain.matching.scoring import WEIGHTS
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.signals import Signals
from zhiyin.domain.matching.types import PICKS
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World

NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Every KOC for one wish: how like her, how many of her chips she is good at, and her worth."""

    likeness: NDArray[np.float32]
    traits: Traits
    skill: NDArray[np.float32]
    worth: NDArray[np.float32]

    @classmethod
    def for_wish(cls, wish: Wish, world: World, shelf: Shelf) -> Self:
        """Score all KOCs once; one who cannot be asked now is worth minus infinity."""
        kocs = world.kocs
        alike, traits = likeness(wish.body, kocs, tone_matters=wish.tone_matters)
        skill, asked = np.zeros(len(kocs), dtype=np.float32), 0
        for good_at, chosen, known in (
            (kocs.good_concerns, wish.slots.concerns, words.CONCERNS),
            (kocs.good_goals, wish.slots.goals, words.GOALS),
            (kocs.good_styles, wish.slots.styles, words.STYLES),
            (kocs.good_occasions, (wish.slots.occasion,), words.OCCASIONS),
        ):
            bits = np.uint32(words.mask(chosen, known))
            if bits:
                skill += np.bitwise_count(good_at & bits)
                asked += int(bits).bit_count()
        skill /= np.float32(max(asked, 1))
        worth = np.float32(WEIGHTS["likeness"]) * alike + np.float32(WEIGHTS["skill"]) * skill
        worth[~shelf.koc_free] = -np.inf
        return cls(likeness=alike, traits=traits, skill=skill, worth=worth)

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
        if len(kocs) > PICKS:
            kocs = kocs[np.argpartition(self.worth[kocs], -PICKS)[-PICKS:]]
        free = kocs[self._is_free(kocs)].tolist()
        return sorted(free, key=lambda koc: (-self.worth[koc], koc)) or [NOBODY]

    def _is_free(self, kocs: NDArray[np.integer]) -> NDArray[np.bool_]:
        return self.worth[kocs] > -np.inf
