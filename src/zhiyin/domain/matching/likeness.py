"""Whose show should she read first: the wearers most like her, and the most useful of them."""

import math
from collections.abc import Mapping, Sequence

from zhiyin.domain.audience.types import told_middle
from zhiyin.domain.content.types import ShowCard, ShowSource
from zhiyin.domain.matching.types import Wearer

SPREAD: Mapping[str, float] = {
    "height_cm": 12.0,
    "weight_kg": 14.0,
    "age": 25.0,
    "band_cm": 10.0,
}
"""How far apart two people are when they are nothing like each other in a measure."""
USEFUL_WEIGHT = 0.08
UNKNOWN_FACTS = 0.5


def likeness(hers: Mapping[str, object], theirs: Mapping[str, object]) -> float | None:
    """How alike two people are in what both have stated, 0 to 1; None where they share nothing.

    Of `theirs` only what others may be told is compared.

    One fact in common says less than four: an unknown half fact is counted against every pair.
    """
    alike = []
    for slot, spread in SPREAD.items():
        if slot in hers and slot in theirs:
            apart = abs(float(str(hers[slot])) - told_middle(slot, float(str(theirs[slot]))))
            alike.append(max(0.0, 1.0 - apart / spread))
    for slot in ("body_shape", "skin_tone"):
        if slot in hers and slot in theirs:
            alike.append(1.0 if hers[slot] == theirs[slot] else 0.0)
    return sum(alike) / (len(alike) + UNKNOWN_FACTS) if alike else None


def in_order(shows: Sequence[ShowCard], hers: Mapping[str, object]) -> list[Wearer]:
    """Shows, the likest and most useful first; those that prove nothing last.

    A show proves nothing when its wearer states no measure or gives no verdict: a picture alone
    may be a model's. The verdict itself moves nothing, so unhappy wearers stand among the others.
    """
    wearers = [Wearer(show, _bps(likeness(hers, show.facts))) for show in shows]
    return sorted(wearers, key=lambda wearer: (_proves_nothing(wearer.show), -_worth(wearer)))


def _bps(share: float | None) -> int | None:
    return None if share is None else round(share * 10_000)


def _worth(wearer: Wearer) -> float:
    useful = USEFUL_WEIGHT * math.log1p(wearer.show.useful_votes)
    return (wearer.likeness_bps or 0) / 10_000 + useful


def _proves_nothing(show: ShowCard) -> bool:
    has_measure = any(slot in show.facts for slot in SPREAD)
    has_verdict = show.fit is not None or show.rating is not None
    return not (has_measure and has_verdict) and show.source is not ShowSource.AUTHORED
