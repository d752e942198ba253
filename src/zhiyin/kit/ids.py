"""Identifiers that sort by time, so that a new row lands at the end of its index."""

import os
import time
from uuid import UUID

NO_ID = UUID(int=0)
"""Stands where a row belongs to no brand."""


def uuid7() -> UUID:
    """A version-7 UUID: 48 bits of Unix milliseconds, then random bits.

    Source: RFC 9562 section 5.7.
    """
    stamp = time.time_ns() // 1_000_000
    bits = (stamp << 80) | int.from_bytes(os.urandom(10), "big")
    bits = bits & ~(0xF << 76) | (0x7 << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    return UUID(int=bits)
