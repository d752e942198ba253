"""Who may stand beside what: KOCs listed under garments and variants, with all that is compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import NOT_STATED, Told, comparable
from zhiyin.domain.matching.world import Kocs

NOBODY = -1


class Beside(NamedTuple):
    """Who stands beside an option: a row of Kocs or NOBODY, what she adds to its score, and her
    place among the `people.People` of the answer."""

    koc: int
    worth: float
    place: int


ALONE = Beside(NOBODY, 0.0, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """KOCs one after the other. They lie in columns, so that a slice of them is read at once.

    koc: (persons,) rows of Kocs or NOBODY; told: their bodies; good_at: (persons,) uint64, the
    chips they are good at (`vocabulary.BIT`).
    """

    koc: NDArray[np.int32]
    told: Told
    good_at: NDArray[np.uint64]

    def take(self, rows: NDArray[np.integer] | slice) -> Self:
        """The persons of some rows, in that order."""
        return type(self)(koc=self.koc[rows], told=self.told.take(rows), good_at=self.good_at[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The KOCs of some things, thing after thing: those of the n-th are `first[n]:first[n + 1]`."""

    first: NDArray[np.int64]
    persons: Persons

    @classmethod
    def of(cls, first: NDArray[np.int64], koc: NDArray[np.int32], everybody: Persons) -> Self:
        """`koc` holds rows of `everybody`."""
        return cls(first=first, persons=everybody.take(koc))

    def spans(self, things: NDArray[np.integer]) -> list[slice]:
        """Where each of some things has its KOCs."""
        return list(map(slice, self.first[things].tolist(), self.first[things + 1].tolist()))


def everybody(kocs: Kocs) -> Persons:
    """All KOCs by row, and last, where NOBODY points, one like no one and good at nothing."""
    rows = np.append(np.arange(len(kocs), dtype=np.int32), np.int32(NOBODY))
    good_at = ("good_concerns", "good_goals", "good_styles", "good_occasions")
    told = comparable(kocs)
    nobody = np.full((len(told.measures), 1), NOT_STATED)
    return Persons(
        koc=rows,
        told=Told(
            measures=np.concatenate([told.measures, nobody], axis=1),
            marks=np.append(told.marks, np.uint32(0)),
        ),
        good_at=np.append(answered_bits(kocs, good_at), np.uint64(0)),
    )


def joined(lists: Iterable[tuple[Persons, Sequence[slice]]]) -> Persons:
    """The persons of some slices of some lists, one after the other."""
    parts = [(persons, span) for persons, spans in lists for span in spans]
    told = Told(
        measures=np.concatenate([p.told.measures[:, span] for p, span in parts], axis=1),
        marks=np.concatenate([p.told.marks[span] for p, span in parts]),
    )
    return Persons(
        koc=np.concatenate([p.koc[span] for p, span in parts]),
        told=told,
        good_at=np.concatenate([p.good_at[span] for p, span in parts]),
    )


def answered_bits(table: Any, columns: Iterable[str]) -> NDArray[np.uint64]:
    """Four columns of bits, in the order of `vocabulary.ANSWERABLE`, as one of `vocabulary.BIT`."""
    bits, place = np.uint64(0), 0
    for column, known in zip(columns, words.ANSWERABLE.values(), strict=True):
        bits = bits | getattr(table, column).astype(np.uint64) << np.uint64(place)
        place += len(known)
    return np.asarray(bits)
