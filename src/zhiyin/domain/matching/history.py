"""What a member wore before, found by her id."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.vocabulary import UNKNOWN
from zhiyin.domain.matching.world import Ids, World, starts


@dataclass(frozen=True, slots=True, kw_only=True)
class IdIndex:
    """Rows of a column of ids, found by bisection over their last eight bytes."""

    ids: Ids
    keys: NDArray[np.uint64]
    order: NDArray[np.int32]

    @classmethod
    def of(cls, ids: Ids) -> Self:
        """Sort the ids. The last bytes are the random ones, so keys hardly ever meet."""
        keys = _keys(ids)
        order = np.argsort(keys, kind="stable")
        return cls(ids=ids, keys=keys[order], order=order.astype(np.int32))

    def row(self, wanted: UUID) -> int:
        """The row of an id, UNKNOWN where it is not there."""
        one = np.frombuffer(wanted.bytes, dtype=np.uint8).reshape(1, 16)
        first, last = np.searchsorted(self.keys, _keys(one)[0], side="left"), len(self.keys)
        while first < last and self.keys[first] == _keys(one)[0]:
            row = int(self.order[first])
            if (self.ids[row] == one[0]).all():
                return row
            first += 1
        return UNKNOWN


def _keys(ids: Ids) -> NDArray[np.uint64]:
    return np.ascontiguousarray(ids[:, 8:]).view(np.uint64).reshape(len(ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """Every named wearer's counted rows of the shows: `show[first[n]:first[n + 1]]`."""

    members: IdIndex
    first: NDArray[np.int64]
    show: NDArray[np.int32]

    @classmethod
    def of(cls, world: World) -> Self:
        """Turn the shows around."""
        named = np.flatnonzero((world.shows.worn.wearer < len(world.wearers)) & world.shows.counted)
        wearer = world.shows.worn.wearer[named]
        order = np.argsort(wearer, kind="stable")
        return cls(
            members=IdIndex.of(world.wearers),
            first=starts(wearer[order], len(world.wearers)),
            show=named[order].astype(np.int32),
        )

    def number(self, member_id: UUID | None) -> int:
        """Her number among the wearers, UNKNOWN for a guest and for whoever wore nothing."""
        return UNKNOWN if member_id is None else self.members.row(member_id)

    def shows(self, number: int) -> NDArray[np.int32]:
        """The rows of the shows that she wore, none for UNKNOWN."""
        if number == UNKNOWN:
            return self.show[:0]
        return self.show[self.first[number] : self.first[number + 1]]
