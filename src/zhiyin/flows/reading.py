"""Reading a need with two readers: ours first, and a stranger's for what ours left over.

Ours is deterministic and at home. The second, if the operator named one, is shown only the pieces
that ours did not understand, and each value it states passes the checks of any other source: the
slot, the brand's vocabulary, the plausible range. What fails is dropped by its code. It never
changes what ours read, and when it fails the answer is ours alone. No text reaches a log.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.kept import NeedCard
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import (
    SLOTS,
    Chip,
    ChipSource,
    NeedSlots,
    Reading,
    SlotKind,
    Span,
    Value,
    slots_from_json,
    with_value,
)
from zhiyin.flows.ports import NeedReader, ReaderGarbled, ReaderUnavailable
from zhiyin.kit.errors import DomainError
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

PIECES_MAX = 8
PIECE_CHARS_MAX = 120
LISTED = (SlotKind.MANY, SlotKind.OWNED)

_PRIVATE = re.compile(r"(?:\d[\s.-]*){5}|@|://")
"""A phone, a card, an address: a piece that holds one stays at home."""

_log = logging.getLogger(__name__)


class Dropped(StrEnum):
    """Why a valid value of the second reader was not taken."""

    ALREADY_READ = "already_read"  # ours has it, or another value in its place
    FACTS_CONTRADICT = "facts_contradict"  # ours read the opposite
    NUMBER_NOT_SAID = "number_not_said"  # the piece holds no number at all
    DATE_PAST = "date_past"  # nothing is needed by yesterday


@dataclass(frozen=True, slots=True)
class NeedRead:
    """A need as both readers read it, and the words they read it with."""

    taxonomy: Taxonomy
    reading: Reading

    @property
    def heard(self) -> tuple[Chip, ...]:
        """What the second reader found: to be kept with the need."""
        return tuple(c for c in self.reading.chips if c.source is ChipSource.SECOND)


def read_kept(need: NeedCard, taxonomy: Taxonomy, time_zone: str) -> Reading:
    """A kept need as its words read with the words of now, on the day that it was asked.

    The second reader is not asked again: what it found then is kept with the need.
    """
    asked_on = day_of(need.asked_at, time_zone)
    return read(need.text, taxonomy, asked_on).with_chips(need.heard)


def read_need(*, brand_id: UUID, text: str, today: date, second: NeedReader | None) -> NeedRead:
    """Read a need with the brand's words, then ask `second` for what was left over.

    Opens the brand's transaction for the words and closes it before anything leaves the house, so
    it refuses to run inside one. Without a second reader it is `read`.
    Units: as `read`. Raises: NeedTooLong, NeedHasNul; RuntimeError inside a transaction.
    """
    with brand_tx(brand_id):
        taxonomy = audience.taxonomy(brand_id=brand_id)
    first = read(text, taxonomy, today)
    return NeedRead(taxonomy, read_again(first, taxonomy=taxonomy, today=today, second=second))


def read_again(
    reading: Reading, *, taxonomy: Taxonomy, today: date, second: NeedReader | None
) -> Reading:
    """`reading` with what the second reader makes of the pieces nobody understood.

    Its chips point at the piece they came from, and that piece is understood then. Call it outside
    any transaction. Never fails for the second reader's sake.
    """
    pieces = [span for span in reading.not_understood if _may_leave(span)][:PIECES_MAX]
    if second is None or not pieces:
        return reading
    try:
        stated = second.read(
            pieces=[span.words for span in pieces], vocabulary=taxonomy.vocabulary, today=today
        )
    except (ReaderUnavailable, ReaderGarbled) as failure:
        _log.warning("%s: %s", failure.code, failure.details.get("why"))
        return reading
    merging = _Merging(reading, taxonomy, today)
    for span, payload in zip(pieces, stated, strict=True):
        merging.take(span, payload)
    return merging.reading()


def _may_leave(span: Span) -> bool:
    return len(span.words) <= PIECE_CHARS_MAX and not _PRIVATE.search(span.words)


class _Merging:
    """The second reader's values, one after another, beside what ours read."""

    def __init__(self, reading: Reading, taxonomy: Taxonomy, today: date) -> None:
        self._first = reading
        self._taxonomy = taxonomy
        self._today = today
        self._slots = reading.slots
        self._chips: list[Chip] = []
        self._dropped: Counter[str] = Counter()

    def take(self, span: Span, payload: Mapping[str, object]) -> None:
        """Take what is valid and new of a piece; count the rest by code."""
        for slot, value in _stated(payload):
            try:
                dropped = self._take_one(span, slot, value)
            except DomainError as refusal:
                dropped = refusal.code
            if dropped is not None:
                self._dropped[dropped] += 1

    def reading(self) -> Reading:
        """Both readings as one. Says in the log how much was dropped, and why."""
        if self._dropped:
            counts = ", ".join(f"{code} {n}" for code, n in sorted(self._dropped.items()))
            _log.warning("second_reader_dropped: %s", counts)
        return replace(self._first.with_chips(self._chips), slots=self._slots)

    def _take_one(self, span: Span, slot: str, stated: object) -> str | None:
        """Take one value, or say by which code it is dropped. Raises as `slots_from_json`."""
        listed = slot in SLOTS and SLOTS[slot].kind in LISTED
        payload = {slot: [stated] if listed else stated}
        checked = slots_from_json(payload, vocabulary=self._taxonomy.vocabulary).said()
        for held in checked.values():
            value = held[0] if isinstance(held, tuple) else held
            if (dropped := self._unwanted(span, slot, value)) is not None:
                return dropped
            self._slots = with_value(self._slots, slot, value)
            self._chips.append(
                Chip(slot, value, span.start, span.end, span.words, ChipSource.SECOND)
            )
        return None

    def _unwanted(self, span: Span, slot: str, value: Value) -> Dropped | None:
        held = getattr(self._slots, slot)
        if held is not None and (not isinstance(held, tuple) or value in held):
            return Dropped.ALREADY_READ
        kind = SLOTS[slot].kind
        if kind is SlotKind.NUMBER and not any(char.isnumeric() for char in span.words):
            return Dropped.NUMBER_NOT_SAID
        if kind is SlotKind.DATE and str(value) < self._today.isoformat()[: len(str(value))]:
            return Dropped.DATE_PAST
        if _contradicts(self._slots, slot, str(value), self._taxonomy):
            return Dropped.FACTS_CONTRADICT
        return None


def _stated(payload: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """(slot, value), list by list: one bad word does not spoil its neighbours."""
    for slot, value in payload.items():
        listed = slot in SLOTS and SLOTS[slot].kind in LISTED
        if listed and isinstance(value, list):
            yield from ((slot, one) for one in value)
        else:
            yield slot, value


def _contradicts(slots: NeedSlots, slot: str, value: str, taxonomy: Taxonomy) -> bool:
    if slot == "color_like":
        return value in slots.color_avoid
    if slot == "color_avoid":
        return value in slots.color_like
    if slot in ("budget_cny_min", "budget_cny_max"):
        low, high = slots.budget_cny_min, slots.budget_cny_max
        return (low is not None and low > float(value)) or (
            high is not None and high < float(value)
        )
    said = {
        f"{name}:{one}"
        for name, held in slots.said().items()
        for one in (held if isinstance(held, tuple) else (held,))
    }
    return any(
        (f"{slot}:{value}" == a and b in said) or (f"{slot}:{value}" == b and a in said)
        for a, b in taxonomy.contradictions
    )
