"""The words of the audience: what a shopper said, and what was understood of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from math import ceil, floor
from typing import Any, ClassVar

from zhiyin.kit.errors import DomainError, Kind

NEED_MAX_CHARS = 2_000
"""A longer text is refused whole; the caller still holds it, so nothing she wrote is lost."""


class SlotKind(StrEnum):
    """What may stand in a slot."""

    NUMBER = "number"  # rounded to one decimal
    ONE = "one"  # one word of the taxonomy
    MANY = "many"  # words of the taxonomy, in the order she said them
    OWNED = "owned"  # "beige shoes", "necklace": a noun of the taxonomy, perhaps after a colour
    DATE = "date"  # ISO, a day or a month


@dataclass(frozen=True, slots=True)
class SlotRule:
    """The kind of a slot and, for a number, the lowest and highest plausible value."""

    kind: SlotKind
    low: float = 0.0
    high: float = 0.0


SLOTS: dict[str, SlotRule] = {
    "height_cm": SlotRule(SlotKind.NUMBER, 50, 250),
    "weight_kg": SlotRule(SlotKind.NUMBER, 3, 300),
    "bust_cm": SlotRule(SlotKind.NUMBER, 40, 200),
    "waist_cm": SlotRule(SlotKind.NUMBER, 30, 200),
    "hip_cm": SlotRule(SlotKind.NUMBER, 40, 220),
    "age": SlotRule(SlotKind.NUMBER, 0, 120),
    "band_cm": SlotRule(SlotKind.NUMBER, 55, 130),
    "cup": SlotRule(SlotKind.ONE),
    "body_shape": SlotRule(SlotKind.ONE),
    "skin_tone": SlotRule(SlotKind.ONE),
    "concerns": SlotRule(SlotKind.MANY),
    "goals": SlotRule(SlotKind.MANY),
    "occasion": SlotRule(SlotKind.ONE),
    "categories": SlotRule(SlotKind.MANY),
    "styles": SlotRule(SlotKind.MANY),
    "color_like": SlotRule(SlotKind.MANY),
    "color_avoid": SlotRule(SlotKind.MANY),
    "owned": SlotRule(SlotKind.OWNED),
    "budget_cny_min": SlotRule(SlotKind.NUMBER, 0, 10_000_000),
    "budget_cny_max": SlotRule(SlotKind.NUMBER, 1, 10_000_000),
    "for_whom": SlotRule(SlotKind.ONE),
    "needed_by": SlotRule(SlotKind.DATE),
}
"""Slot -> its rule. Which words a slot may hold is the taxonomy's to say, not ours."""

Value = float | str
Vocabulary = Mapping[str, frozenset[str]]
"""Slot -> the words it may hold; `owned` lists the nouns that may stand in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSlots:
    """What one shopper needs, slot by slot. None or () where nothing is known.

    Units: centimetres, kilograms, years, CNY (a limit she named, not money that moves).
    """

    height_cm: float | None = None
    weight_kg: float | None = None
    bust_cm: float | None = None
    waist_cm: float | None = None
    hip_cm: float | None = None
    age: float | None = None
    band_cm: float | None = None
    cup: str | None = None
    body_shape: str | None = None
    skin_tone: str | None = None
    concerns: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    occasion: str | None = None
    categories: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    color_like: tuple[str, ...] = ()
    color_avoid: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    budget_cny_min: float | None = None
    budget_cny_max: float | None = None
    for_whom: str | None = None
    needed_by: str | None = None

    def said(self) -> dict[str, Value | tuple[str, ...]]:
        """The slots that hold something, in the order of `SLOTS`."""
        return {slot: value for slot in SLOTS if (value := getattr(self, slot)) not in (None, ())}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of her text: `text[start:end] == words`, in code points of what she typed."""

    start: int
    end: int
    words: str


class ChipSource(StrEnum):
    """Who understood the words of a chip."""

    OURS = "ours"
    SECOND = "second"  # the second reader that the operator named, if she did


@dataclass(frozen=True, slots=True)
class Chip:
    """One understood value and the words it came from. A list slot gives one chip per value."""

    slot: str
    value: Value
    start: int
    end: int
    words: str
    source: ChipSource = ChipSource.OURS


class ProblemCode(StrEnum):
    """Why words were understood and still not taken."""

    FACT_IMPLAUSIBLE = "fact_implausible"  # 16 m tall: correct the number
    FACTS_CONTRADICT = "facts_contradict"  # it says the opposite of an earlier chip: choose one
    CURRENCY_UNSUPPORTED = "currency_unsupported"  # a budget that is not in CNY: say it in CNY


@dataclass(frozen=True, slots=True)
class Problem:
    """Words that name a slot and cannot be its value; the sentence is chosen above by `code`."""

    code: ProblemCode
    slot: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A need as read: the slots, a chip for each value, and what is left to ask her about.

    `chips`, `not_understood` and `problems` stand in the order of her text.
    """

    slots: NeedSlots
    chips: tuple[Chip, ...]
    not_understood: tuple[Span, ...]
    problems: tuple[Problem, ...]

    def with_chips(self, heard: Sequence[Chip]) -> "Reading":
        """The same with chips from another reader: their words are not left over any more."""
        understood = {(chip.start, chip.end) for chip in heard}
        return replace(
            self,
            chips=tuple(sorted((*self.chips, *heard), key=lambda chip: (chip.start, chip.end))),
            not_understood=tuple(
                span for span in self.not_understood if (span.start, span.end) not in understood
            ),
        )


class NeedTooLong(DomainError):
    """The text is longer than `NEED_MAX_CHARS`. Shorten it."""

    code: ClassVar[str] = "need_too_long"
    kind: ClassVar[Kind] = Kind.INVALID


class NeedHasNul(DomainError):
    """The text holds a NUL character, which no keyboard writes and no database stores."""

    code: ClassVar[str] = "need_has_nul"
    kind: ClassVar[Kind] = Kind.INVALID


class SlotUnknown(DomainError):
    """There is no slot of that name."""

    code: ClassVar[str] = "slot_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class SlotMalformed(DomainError):
    """The value is not of the slot's kind: a word where a number belongs, a wrong date."""

    code: ClassVar[str] = "slot_malformed"
    kind: ClassVar[Kind] = Kind.INVALID


class SlotValueUnknown(DomainError):
    """The taxonomy has no such word in that slot."""

    code: ClassVar[str] = "slot_value_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class FactImplausible(DomainError):
    """No person has this measure. `details` say the slot, the value and the plausible range."""

    code: ClassVar[str] = "fact_implausible"
    kind: ClassVar[Kind] = Kind.INVALID


class TaxonomyMalformed(DomainError):
    """A taxonomy or an extension of it does not have the shape that the reader needs."""

    code: ClassVar[str] = "taxonomy_malformed"
    kind: ClassVar[Kind] = Kind.INVALID


def is_plausible(slot: str, value: float) -> bool:
    """Whether a number may stand in a number slot."""
    rule = SLOTS[slot]
    return rule.low <= value <= rule.high


def checked_value(slot: str, value: object, vocabulary: Vocabulary) -> Value:
    """One value of `slot` in canonical form: a number to one decimal, a known word, an ISO date.

    For a list slot it is one element. Raises SlotUnknown, SlotMalformed, SlotValueUnknown,
    FactImplausible.
    """
    rule = SLOTS.get(slot)
    if rule is None:
        raise SlotUnknown(slot=slot)
    if rule.kind is SlotKind.NUMBER:
        return _checked_number(slot, value)
    if not isinstance(value, str):
        raise SlotMalformed(slot=slot, wanted=rule.kind.value)
    if rule.kind is SlotKind.DATE:
        return _checked_date(slot, value)
    if rule.kind is SlotKind.OWNED:
        return _checked_owned(slot, value, vocabulary)
    if value not in vocabulary.get(slot, frozenset()):
        raise SlotValueUnknown(slot=slot, value=value[:40])
    return value


def _checked_number(slot: str, value: object) -> float:
    # bool is an int in Python, and "true" is no height; NaN fails the range
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SlotMalformed(slot=slot, wanted=SlotKind.NUMBER.value)
    if not is_plausible(slot, value):
        rule = SLOTS[slot]
        raise FactImplausible(slot=slot, value=value, low=rule.low, high=rule.high)
    return round(float(value), 1)


_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _checked_date(slot: str, value: str) -> str:
    if _MONTH.fullmatch(value):
        return value
    try:
        if not _DAY.fullmatch(value):
            raise ValueError(value)
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise SlotMalformed(slot=slot, wanted="YYYY-MM-DD or YYYY-MM") from None


def _checked_owned(slot: str, value: str, vocabulary: Vocabulary) -> str:
    nouns = vocabulary.get("owned", frozenset())
    first, _, rest = value.partition(" ")
    if value in nouns or (first in vocabulary.get("color_like", frozenset()) and rest in nouns):
        return value
    raise SlotValueUnknown(slot=slot, value=value[:40])


def slots_from_json(payload: Mapping[str, object], *, vocabulary: Vocabulary) -> NeedSlots:
    """The slots that a form, the API, a corrected chip or another reader states.

    None and [] mean "not said"; repeats in a list are dropped. The same checks for every source.
    Raises SlotUnknown, SlotMalformed, SlotValueUnknown, FactImplausible.
    """
    slots = NeedSlots()
    for slot, stated in payload.items():
        rule = SLOTS.get(slot)
        if rule is None:
            raise SlotUnknown(slot=slot[:40])
        if stated is None:
            continue
        if rule.kind in (SlotKind.MANY, SlotKind.OWNED):
            if not isinstance(stated, list | tuple):
                raise SlotMalformed(slot=slot, wanted="list")
            for value in stated:
                slots = with_value(slots, slot, checked_value(slot, value, vocabulary))
        else:
            slots = with_value(slots, slot, checked_value(slot, stated, vocabulary))
    return slots


def slots_to_json(slots: NeedSlots) -> dict[str, object]:
    """The stated slots as plain JSON values; whole numbers without a point."""
    return {slot: _plain(value) for slot, value in slots.said().items()}


def _plain(value: Value | tuple[str, ...]) -> object:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


_NAMES = frozenset(field.name for field in fields(NeedSlots))


def with_value(slots: NeedSlots, slot: str, value: Value) -> NeedSlots:
    """The slots with one value set (one-valued slot) or added (list slot). Raises SlotUnknown."""
    if slot not in _NAMES:
        raise SlotUnknown(slot=slot)
    current = getattr(slots, slot)
    if isinstance(current, tuple):
        return slots if value in current else _with(slots, slot, (*current, value))
    return _with(slots, slot, value)


def _with(slots: NeedSlots, slot: str, value: object) -> NeedSlots:
    changed: dict[str, Any] = {slot: value}
    return replace(slots, **changed)


def without(slots: NeedSlots, slot: str, value: Value) -> NeedSlots:
    """The slots after she took one chip away. A value that is not there changes nothing,
    because the chip may have been taken away in another window. Raises SlotUnknown.
    """
    if slot not in _NAMES:
        raise SlotUnknown(slot=slot)
    current = getattr(slots, slot)
    if isinstance(current, tuple):
        return _with(slots, slot, tuple(kept for kept in current if kept != value))
    return _with(slots, slot, None) if current == value else slots


RANGE_WIDTHS: Mapping[str, int] = {
    "weight_kg": 5,
    "bust_cm": 5,
    "waist_cm": 5,
    "hip_cm": 5,
    "age": 10,
}
"""Number slot -> how wide a range others are told of somebody's body, in the slot's unit."""

RANGE_OFFSET = 2.25
"""Ranges run from 2.25 to 7.25 and so on and are told rounded outward (47 to 53), so that a
figure to one decimal is never one of the two numbers told. Ages are told by their decade."""


def told(slot: str, value: float) -> str:
    """A number of somebody's as others are told it: a range (47–53), or itself where it may be."""
    width = RANGE_WIDTHS.get(slot)
    if width is None:
        return f"{value:g}"
    low = _range_start(slot, value, width)
    return f"{floor(low)}–{ceil(low + width)}"


def told_middle(slot: str, value: float) -> float:
    """The middle of the range that others are told, or the number itself where it may be told.

    Whatever is computed of somebody's body for others to see starts from this: with her own figure
    they could find it out, by asking for one body after another and watching who comes nearer.
    """
    width = RANGE_WIDTHS.get(slot)
    return value if width is None else _range_start(slot, value, width) + width / 2


def _range_start(slot: str, value: float, width: int) -> float:
    offset = 0.0 if slot == "age" else RANGE_OFFSET
    return floor((value - offset) / width) * width + offset
