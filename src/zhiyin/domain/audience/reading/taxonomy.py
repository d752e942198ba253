"""The words of a kind of goods, as data: slots, values, word classes, units. Brands extend it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

from zhiyin.domain.audience.types import SLOTS, TaxonomyMalformed, Vocabulary

LANGUAGES = ("zh-Hans", "en")
SHIPPED = Path(__file__).parent.parent / "taxonomy"
Label = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTerm:
    """How a slot is named, the words that announce its number, whether it is a body fact."""

    slot: str
    label: Label
    sensitive: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A named accessory: she may own a necklace, but what she wants to buy is an accessory."""

    item: str
    label: Label
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One value of a slot and all the ways to say it.

    `words` say it; `patterns` are sequences of class names that say it together ("arms heavy");
    `against` and `against_patterns` name the bad effect it is the opposite of (显胖 for slimming).
    `rank` orders occasions: 1 is a single great day, 3 gives way to any other.
    Colours have the pseudo-slot `color`: liked, avoided or owned is decided by the sentence.
    """

    slot: str
    value: str
    label: Label
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    against_patterns: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    rank: int = 2
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WordClass:
    """Words that do the same work in a sentence: a body part, a quality, a negation."""

    name: str
    words: tuple[str, ...]
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Words for one unit and its factor to cm, kg or CNY."""

    quantity: str
    factor: float
    words: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """Everything the reader knows about words. Immutable; `merge` makes a new one.

    Compared by identity, so that its compiled form is found without comparing 8,000 words:
    keep the object as long as its version is in force.
    """

    name: str
    version: int
    slots: tuple[SlotTerm, ...]
    values: tuple[Term, ...]
    classes: tuple[WordClass, ...]
    units: tuple[Unit, ...]
    homophones: tuple[str, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()
    common_words: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Slot -> the words that may stand in it; what `slots_from_json` checks against."""
        found: dict[str, set[str]] = {}
        for term in self.values:
            for slot in ("color_like", "color_avoid") if term.slot == "color" else (term.slot,):
                found.setdefault(slot, set()).add(term.value)
            if term.slot == "categories":
                found.setdefault("owned", set()).update(
                    {term.value, *(item.item for item in term.items)}
                )
        return {slot: frozenset(values) for slot, values in found.items()}

    def factors(self, quantity: str) -> dict[str, float]:
        """Unit word -> its factor, for one quantity: length, weight or money."""
        return {
            word: unit.factor
            for unit in self.units
            if unit.quantity == quantity
            for word in unit.words
        }

    def slot_words(self, slot: str) -> tuple[str, ...]:
        """The words that announce the number of a slot."""
        return next((term.words for term in self.slots if term.slot == slot), ())

    def slot_label(self, slot: str, language: str) -> str:
        """The name of a slot as a page shows it; the slot itself if the language is not there."""
        term = next((term for term in self.slots if term.slot == slot), None)
        return term.label.get(language, slot) if term else slot

    def value_label(self, slot: str, value: str, language: str) -> str:
        """A value as a chip shows it, respectfully worded; "beige shoes" is put together."""
        if slot == "owned" and " " in value:
            color, _, noun = value.partition(" ")
            joint = "" if language == "zh-Hans" else " "
            return joint.join(
                (self.value_label("color", color, language), self.value_label(slot, noun, language))
            )
        return self._labels.get((_label_slot(slot), value), {}).get(language, value)

    def is_sensitive(self, slot: str, value: str | None = None) -> bool:
        """Whether a slot, or one value of it (pregnancy), is a body fact that needs consent."""
        if any(term.slot == slot and term.sensitive for term in self.slots):
            return True
        return any(t.slot == slot and t.value == value and t.sensitive for t in self.values)

    @cached_property
    def _labels(self) -> dict[tuple[str, str], Label]:
        labels = {(term.slot, term.value): term.label for term in self.values}
        for term in self.values:
            labels |= {(term.slot, item.item): item.label for item in term.items}
        return labels


def _label_slot(slot: str) -> str:
    return {"color_like": "color", "color_avoid": "color", "owned": "categories"}.get(slot, slot)


def taxonomy_from_json(document: object) -> Taxonomy:
    """A taxonomy from parsed JSON. An extension may leave parts out. Raises TaxonomyMalformed."""
    try:
        return _parse(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TaxonomyMalformed(reason=f"{type(error).__name__}: {error}"[:200]) from error


def _parse(document: object) -> Taxonomy:
    if not isinstance(document, Mapping):
        raise TypeError("a taxonomy is an object")
    known = set(SLOTS) | {"color"}
    values = tuple(_parse_term(row) for row in document.get("values", ()))
    for term in values:
        if term.slot not in known:
            raise ValueError(f"no slot {term.slot!r}")
    return Taxonomy(
        name=str(document["name"]),
        version=int(document.get("version", 1)),
        slots=tuple(
            SlotTerm(
                slot=row["slot"],
                label=_label(row),
                sensitive=bool(row.get("sensitive", False)),
                words=_words(row),
            )
            for row in document.get("slots", ())
        ),
        values=values,
        classes=tuple(
            WordClass(name=row["name"], words=_words(row), part=bool(row.get("part", False)))
            for row in document.get("classes", ())
        ),
        units=tuple(
            Unit(
                quantity=row["quantity"], factor=float(row["factor"]), words=_strings(row["words"])
            )
            for row in document.get("units", ())
        ),
        homophones=_strings(document.get("homophones", ())),
        contradictions=tuple((a, b) for a, b in document.get("contradictions", ())),
        common_words=frozenset(_strings(document.get("common_words", ()))),
    )


def _parse_term(row: Mapping[str, object]) -> Term:
    items = row.get("items", ())
    if not isinstance(items, Sequence):
        raise TypeError("items is a list")
    return Term(
        slot=str(row["slot"]),
        value=str(row["value"]),
        label=_label(row),
        words=_words(row),
        patterns=_strings(row.get("patterns", ())),
        against=_strings(row.get("against", ())),
        against_patterns=_strings(row.get("against_patterns", ())),
        items=tuple(Item(item=i["item"], label=_label(i), words=_words(i)) for i in items),
        rank=int(str(row.get("rank", 2))),
        sensitive=bool(row.get("sensitive", False)),
    )


def _label(row: Mapping[str, object]) -> Label:
    label = row["label"]
    if not isinstance(label, Mapping) or any(not label.get(lang) for lang in LANGUAGES):
        raise ValueError(f"a label in {LANGUAGES} is missing")
    return {str(language): str(words) for language, words in label.items()}


def _words(row: Mapping[str, object]) -> tuple[str, ...]:
    return _strings(row.get("zh", ())) + _strings(row.get("en", ()))


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError("a list of words is expected")
    if not all(isinstance(word, str) and word.strip() for word in value):
        raise ValueError("an empty word")
    return tuple(value)


def merge(base: Taxonomy, extension: Taxonomy) -> Taxonomy:
    """`base` with a brand's own words added; its labels win, nothing of the base is lost."""
    values = {(term.slot, term.value): term for term in base.values}
    for term in extension.values:
        old = values.get((term.slot, term.value))
        values[term.slot, term.value] = term if old is None else _joined(old, term)
    classes = {one.name: one for one in base.classes}
    for one in extension.classes:
        known = classes.get(one.name)
        classes[one.name] = (
            one if known is None else replace(known, words=(*known.words, *one.words))
        )
    slots = {term.slot: term for term in base.slots} | {term.slot: term for term in extension.slots}
    return Taxonomy(
        name=extension.name,
        version=extension.version,
        slots=tuple(slots.values()),
        values=tuple(values.values()),
        classes=tuple(classes.values()),
        units=base.units + extension.units,
        homophones=base.homophones + extension.homophones,
        contradictions=base.contradictions + extension.contradictions,
        common_words=base.common_words | extension.common_words,
    )


def _joined(old: Term, new: Term) -> Term:
    return replace(
        new,
        words=old.words + new.words,
        patterns=old.patterns + new.patterns,
        against=old.against + new.against,
        against_patterns=old.against_patterns + new.against_patterns,
        items=old.items + new.items,
        rank=old.rank,
        sensitive=old.sensitive or new.sensitive,
    )


@lru_cache(maxsize=8)
def shipped(name: str = "apparel") -> Taxonomy:
    """A taxonomy that ships with Zhiyin."""
    return taxonomy_from_json(json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8")))
