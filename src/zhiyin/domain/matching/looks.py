"""The looks of a world, by the variants that stand in them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.standing import NOBODY, Persons, Standing, answered_bits
from zhiyin.domain.matching.world import World, starts


@dataclass(frozen=True, slots=True, kw_only=True)
class LookIndex:
    """The looks that each variant stands in, variant after variant; `authors` says where.

    look:     (listed,) rows of Looks.
    answers:  (listed,) uint64, the chips that each answers (`vocabulary.BIT`).
    authors:  by variant, the KOC who composed each.
    unsigned: (variants,) whether any of them is nobody's.
    """

    look: NDArray[np.int32]
    answers: NDArray[np.uint64]
    authors: Standing
    unsigned: NDArray[np.bool_]

    @classmethod
    def of(cls, world: World, everybody: Persons) -> Self:
        """Turn the looks' items around."""
        looks = world.looks
        owner = np.repeat(np.arange(len(looks)), np.diff(looks.first))
        order = np.argsort(looks.item, kind="stable")
        items, look = looks.item[order], owner[order]
        unsigned = np.zeros(len(world.variants), dtype=np.bool_)
        unsigned[items[looks.koc[look] == NOBODY]] = True
        columns = ("concerns", "goals", "styles", "occasions")
        return cls(
            look=look.astype(np.int32),
            answers=answered_bits(looks, columns)[look],
            authors=Standing.of(starts(items, len(world.variants)), looks.koc[look], everybody),
            unsigned=unsigned,
        )
