"""Decisions about KOCs, without a database."""

from zhiyin.domain.kocs.types import Unavailable


def why_unavailable(*, is_away: bool, load: int, weekly_capacity: int) -> Unavailable | None:
    """Why a KOC cannot be asked now, or None. `load`: her questions this week."""
    if is_away:
        return Unavailable.AWAY
    return Unavailable.FULL if load >= weekly_capacity else None
