"""Three that differ: options with their KOCs, taken one by one, each the best beside the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.options import Option
from zhiyin.domain.matching.people import NOBODY, People
from zhiyin.domain.matching.scoring import WEIGHTS
from zhiyin.domain.matching.signals import Signals
from zhiyin.domain.matching.types import A_PERSON, PICKS
from zhiyin.domain.matching.world import World


@dataclass(frozen=True, slots=True)
class Placed:
    """An option with the KOC beside it (or NOBODY).

    `too_alike` is how much it has in common with the picks before it, 0 to 1 for each of them;
    `same_koc` counts those of them that have the same KOC.
    """

    option: Option
    koc: int
    too_alike: float
    same_koc: int


def in_order(
    options: Sequence[Option], people: People, world: World, signals: Signals, count: int
) -> list[Placed]:
    """At most `count` options, each garment once, best first.

    What the picks before it already show counts against an option: against the second and the
    third while they are chosen, and against every runner-up as if it stood in the last place. So
    three picks are three people, unless one of them is ahead by more than a second person is worth.
    """
    place, koc = people.beside(options, world, signals)
    if not len(place):
        return []
    garment = world.variants.garment[[option.items[0] for option in options]][place]
    worth = np.where(koc == NOBODY, np.float32(0.0), people.worth[koc])
    score = np.array([option.score for option in options], dtype=np.float32)[place] + worth
    score += np.float32(A_PERSON) * (koc != NOBODY)
    tokens = world.garments.tokens[garment].astype(np.float32)
    alike = np.zeros(len(place), dtype=np.float32)
    same = np.zeros(len(place), dtype=np.int64)
    order: list[Placed] = []
    while len(order) < count:
        at = int(np.argmax(score + WEIGHTS["too_alike"] * alike + WEIGHTS["same_koc"] * same))
        if score[at] == -np.inf:
            break
        order.append(Placed(options[place[at]], int(koc[at]), float(alike[at]), int(same[at])))
        if len(order) < PICKS:
            alike = alike + _common(tokens, at) ** 2
            same = same + ((koc == koc[at]) & (koc != NOBODY))
        score[garment == garment[at]] = -np.inf
    return order


def _common(tokens: NDArray[np.float32], at: int) -> NDArray[np.float32]:
    """Attributes that garments share with one of them, over those that either has."""
    both = tokens @ tokens[at]
    either = tokens.sum(axis=1) + tokens[at].sum() - both
    return np.asarray(both / np.maximum(either, 1.0), dtype=np.float32)
