"""Three that differ: options with their KOCs, taken one by one, each the best beside the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import tee

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.composing import Option
from zhiyin.domain.matching.people import People
from zhiyin.domain.matching.scoring import WEIGHTS
from zhiyin.domain.matching.signals import Signals
from zhiyin.domain.matching.standing import NOBODY, Beside
from zhiyin.domain.matching.types import A_PERSON, PICKS
from zhiyin.domain.matching.world import World

TOO_ALIKE, SAME_KOC = WEIGHTS["too_alike"], WEIGHTS["same_koc"]


@dataclass(frozen=True, slots=True)
class Placed:
    """An option with the KOC beside it (or NOBODY).

    `too_alike` is how much it has in common with the picks before it, 0 to 1 for each of them;
    `same_koc` counts those of them that have the same KOC.
    """

    option: Option
    beside: Beside
    too_alike: float
    same_koc: int


@dataclass(slots=True)
class Stand:
    """An option that is not placed yet: who may stand beside it, and what it shares with those that
    are. `tokens` are its garment's attributes as bits; `first` is who suits best of all, `others`
    are the next best."""

    option: Option
    garment: int
    tokens: int
    first: Beside
    others: Iterator[Beside]
    too_alike: float = 0.0

    def best(self, shown: Sequence[int]) -> tuple[float, Beside]:
        """Its worth in the order with the KOC who suits best where the KOCs `shown` stand already.

        A KOC of less worth is only looked for where the better one stands already.
        """
        worth, best = self._worth(self.first, shown), self.first
        if best.koc != NOBODY and best.koc in shown:
            self.others, others = tee(self.others)
            for beside in others:
                again = self._worth(beside, shown)
                if again > worth:
                    worth, best = again, beside
                if beside.koc not in shown:
                    break
        return worth, best

    def placed(self, beside: Beside, shown: Sequence[int]) -> Placed:
        """Itself with a KOC, where the KOCs `shown` stand already."""
        same = 0 if beside.koc == NOBODY else shown.count(beside.koc)
        return Placed(self.option, beside, self.too_alike, same)

    def _worth(self, beside: Beside, shown: Sequence[int]) -> float:
        worth = self.option.score + beside.worth + TOO_ALIKE * self.too_alike
        if beside.koc == NOBODY:
            return worth
        return worth + (A_PERSON + SAME_KOC * shown.count(beside.koc))


def in_order(
    options: Sequence[Option], people: People, world: World, signals: Signals, count: int
) -> list[Placed]:
    """At most `count` options, each garment once, best first.

    What the picks before it already show counts against an option: against the second and the
    third while they are chosen, and against every runner-up as if it stood in the last place. So
    three picks are three people, unless one of them is ahead by more than a second person is worth.
    """
    left = _stands(options, people, world, signals)
    order: list[Placed] = []
    shown: list[int] = []
    while left and len(order) < min(count, PICKS - 1):
        best = [stand.best(shown) for stand in left]
        worth = [one[0] for one in best]
        at = worth.index(max(worth))
        taken, beside = left[at], best[at][1]
        order.append(taken.placed(beside, shown))
        shown.append(beside.koc)
        left = [stand for stand in left if stand.garment != taken.garment]
        for stand in left:
            stand.too_alike += _common(stand.tokens, taken.tokens) ** 2
    rest = [(stand, *stand.best(shown)) for stand in left]
    taken_garments: set[int] = set()
    for stand, _, beside in sorted(rest, key=lambda one: -one[1]):
        if len(order) == count:
            break
        if stand.garment not in taken_garments:
            order.append(stand.placed(beside, shown))
            taken_garments.add(stand.garment)
    return order


def _stands(
    options: Sequence[Option], people: People, world: World, signals: Signals
) -> list[Stand]:
    """The options beside which somebody may stand, in their order.

    A look that a KOC composed stands with her or not at all, and not where she was unhappy with its
    main garment. Any other option stands with a KOC who wore that garment and was satisfied, or
    with nobody where there is none.
    """
    garment = world.variants.garment[[option.items[0] for option in options]]
    authors = [option.author.koc if option.author else NOBODY for option in options]
    unhappy = signals.are_unhappy(garment, np.array(authors)).tolist()
    stands = []
    for option, own, tokens, is_unhappy in zip(
        options, garment.tolist(), _tokens(world, garment), unhappy, strict=True
    ):
        if option.author is None:
            people_beside = people.best(own)
            stands.append(Stand(option, own, tokens, next(people_beside), people_beside))
        elif not is_unhappy:
            stands.append(Stand(option, own, tokens, option.author, iter(())))
    return stands


def _tokens(world: World, garment: NDArray[np.integer]) -> list[int]:
    packed = np.packbits(world.garments.tokens[garment], axis=1)
    return [int.from_bytes(row.tobytes()) for row in packed]


def _common(one: int, other: int) -> float:
    """The share of attributes that two garments have in common, of those that either has."""
    return (one & other).bit_count() / max((one | other).bit_count(), 1)
