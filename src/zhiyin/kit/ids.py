"""Identifiers that sort by time, so that a new row lands at the end of its index."""

import os
import time
from collections.abc import Sequence
from typing import overload
from uuid import UUID

NO_ID = UUID(int=0)
"""Stands where a row belongs to no brand."""


def uuid7() -> UUID:
    """A version-7 UUID: 48 bits of Unix milliseconds, 12 of their fraction, 62 random ones.

    The fraction (a quarter of a microsecond each) lets what one process makes sort in the order in
    which it was made: lines of a history that are written within one millisecond do.
    Source: RFC 9562 section 5.7, and 6.2 method 3.
    """
    stamp, fraction_ns = divmod(time.time_ns(), 1_000_000)
    fraction = fraction_ns * 4096 // 1_000_000
    low = 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=stamp << 80 | 0x7 << 76 | fraction << 64 | low)


WIDTH = 16
"""Bytes of an identifier."""


class PackedIds(Sequence[UUID]):
    """Identifiers as bytes, WIDTH each: a UUID is made of one only when somebody looks at it."""

    __slots__ = ("packed",)

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    def __len__(self) -> int:
        return len(self.packed) // WIDTH

    @overload
    def __getitem__(self, at: int) -> UUID: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[UUID, ...]: ...

    def __getitem__(self, at: int | slice) -> UUID | tuple[UUID, ...]:
        places = range(len(self))[at]
        if isinstance(places, range):
            return tuple(self._one(place) for place in places)
        return self._one(places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"PackedIds({[str(one) for one in self]})"

    def _one(self, place: int) -> UUID:
        return UUID(bytes=self.packed[place * WIDTH : (place + 1) * WIDTH])
