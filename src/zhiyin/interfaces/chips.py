"""Chips as people read them: one label per understood value, in zh-Hans and English."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import ChipSource, NeedSlots, Reading, told

NUMBERS: Mapping[str, tuple[str, str]] = {
    "height_cm": ("{0} cm", "{0} cm"),
    "weight_kg": ("{0} kg", "{0} kg"),
    "bust_cm": ("胸围 {0} cm", "bust {0} cm"),
    "waist_cm": ("腰围 {0} cm", "waist {0} cm"),
    "hip_cm": ("臀围 {0} cm", "hips {0} cm"),
    "age": ("{0} 岁", "age {0}"),
    "band_cm": ("下胸围 {0}", "band {0} cm"),
    "budget_cny_min": ("≥ ¥{0}", "≥ ¥{0}"),
    "budget_cny_max": ("≤ ¥{0}", "≤ ¥{0}"),
}
PHRASES: Mapping[str, tuple[str, str]] = {
    "cup": ("{0} 罩杯", "{0} cup"),
    "color_avoid": ("不要{0}", "no {0}"),
    "color_like": ("喜欢{0}", "in {0}"),
    "owned": ("配我的{0}", "goes with my {0}"),
    "for_whom": ("给{0}", "for my {0}"),
    "needed_by": ("{0} 前", "by {0}"),
}
APART = "|"


@dataclass(frozen=True, slots=True)
class ChipRow:
    """A chip on a page. `key` names it in a form; `words` are hers; `state` as in shop.css.

    `source` says who understood the words; nobody did where she stated the chip herself.
    """

    key: str
    slot: str
    value: str
    label: str
    words: str = ""
    state: str = ""
    source: ChipSource | None = None


def rows(
    slots: NeedSlots, *, taxonomy: Taxonomy, language: str, reading: Reading | None = None
) -> list[ChipRow]:
    """The chips of a need in the order of its slots, then what was not understood.

    `reading` gives the words each chip came from; a chip she added herself has none.
    """
    said = {(chip.slot, str(chip.value)): chip for chip in reading.chips} if reading else {}
    chips = [
        ChipRow(
            key=f"{slot}{APART}{value}",
            slot=slot,
            value=str(value),
            label=label(slot, value, taxonomy=taxonomy, language=language),
            words=chip.words if chip else "",
            source=chip.source if chip else None,
        )
        for slot, value in values(slots)
        for chip in (said.get((slot, str(value))),)
    ]
    if reading:
        chips += [
            ChipRow("", problem.slot, "", problem.words, problem.words, "problem")
            for problem in reading.problems
        ]
        chips += [
            ChipRow("", "", "", span.words, span.words, "unclear")
            for span in reading.not_understood
        ]
    return chips


def values(slots: NeedSlots) -> list[tuple[str, object]]:
    """(slot, value) of every chip; a list slot gives one for each element."""
    found: list[tuple[str, object]] = []
    for field in fields(slots):
        held = getattr(slots, field.name)
        if held is None:
            continue
        found += [(field.name, value) for value in (held if isinstance(held, tuple) else (held,))]
    return found


def label(slot: str, value: object, *, taxonomy: Taxonomy, language: str) -> str:
    """One chip in words: 160 cm, pear, goes with my beige shoes."""
    is_english = language.startswith("en")
    if slot in NUMBERS:
        return NUMBERS[slot][is_english].format(f"{float(str(value)):g}")
    name = taxonomy.value_label(slot, str(value), "en" if is_english else "zh-Hans")
    if slot == "cup":
        name = str(value).upper()
    return PHRASES.get(slot, ("{0}", "{0}"))[is_english].format(name)


def told_label(slot: str, value: object, *, taxonomy: Taxonomy, language: str) -> str:
    """A fact about a body in words for others than its owner: 47–53 kg, never the figure."""
    if slot in NUMBERS:
        return NUMBERS[slot][language.startswith("en")].format(told(slot, float(str(value))))
    return label(slot, value, taxonomy=taxonomy, language=language)
