"""One term of the taxonomy as the brand adds to it: read from the form, held, checked, put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from zhiyin.domain.audience.kept import TaxonomyEdit
from zhiyin.domain.audience.reading.taxonomy import LANGUAGES, Taxonomy, Term, shipped
from zhiyin.domain.audience.types import SLOTS, SlotKind
from zhiyin.interfaces.console.showing import IdMalformed

WORDS_MAX = 200
WORD_CHARS_MAX = 40
WORD_SLOTS = (
    "occasion",
    "goals",
    "concerns",
    "categories",
    "styles",
    "color",
    "body_shape",
    "skin_tone",
    "for_whom",
    "cup",
)
NUMBER_SLOTS = tuple(slot for slot, rule in SLOTS.items() if rule.kind is SlotKind.NUMBER)
UNITS = "units"


@dataclass(frozen=True, slots=True)
class TermDraft:
    """The brand's own part of one term, as the form holds it."""

    slot: str
    value: str
    label_zh: str
    label_en: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    sensitive: bool

    @property
    def is_of_slot(self) -> bool:
        """Whether it names a slot's number (height) and not one of its values."""
        return self.slot in NUMBER_SLOTS

    def row(self) -> dict[str, Any]:
        """As the extension holds it."""
        row: dict[str, Any] = {
            "slot": self.slot,
            "label": dict(zip(LANGUAGES, (self.label_zh, self.label_en), strict=True)),
            "zh": list(self.zh),
            "en": list(self.en),
            "sensitive": self.sensitive,
        }
        if not self.is_of_slot:
            return {**row, "value": self.value}
        # A brand's slot takes the place of the shipped one, so the shipped words go with it.
        return {**row, "zh": [*shipped().slot_words(self.slot), *self.zh]}


def with_term(extension: Mapping[str, Any], draft: TermDraft) -> dict[str, Any]:
    """The brand's additions with one term replaced."""
    part, key = ("slots", ("slot",)) if draft.is_of_slot else ("values", ("slot", "value"))
    name = tuple(draft.row().get(one) for one in key)
    rows = [row for row in extension.get(part, ()) if tuple(row.get(one) for one in key) != name]
    return {**extension, part: [*rows, draft.row()]}


def rows(current: Taxonomy, edit: TaxonomyEdit, slot: str, language: str) -> list[dict[str, Any]]:
    """The terms of a slot with their shipped and own words."""
    own = {
        (row["slot"], row.get("value", "-")): [
            word
            for word in (*row.get("zh", ()), *row.get("en", ()))
            if part == "values" or word not in shipped().slot_words(row["slot"])
        ]
        for part in ("values", "slots")
        for row in edit.extension.get(part, ())
    }
    if slot in NUMBER_SLOTS:
        words = shipped().slot_words(slot)
        found = [("-", slot_name(current, slot, language), words, current.is_sensitive(slot))]
    else:
        base = {(one.slot, one.value): one for one in shipped().values}
        found = [
            (
                one.value,
                one.label["en" if language.startswith("en") else "zh-Hans"],
                base[slot, one.value].words if (slot, one.value) in base else (),
                one.sensitive or current.is_sensitive(slot),
            )
            for one in current.values
            if one.slot == slot
        ]
    return [
        {
            "value": value,
            "label": label,
            "shipped": words,
            "own": own.get((slot, value), []),
            "is_sensitive": is_sensitive,
        }
        for value, label, words, is_sensitive in found
    ]


def held(edit: TaxonomyEdit, slot: str, value: str) -> TermDraft:
    """What the brand added to a term; an unknown term is refused. Raises IdMalformed."""
    part = "slots" if slot in NUMBER_SLOTS else "values"
    row = next(
        (
            one
            for one in edit.extension.get(part, ())
            if (one["slot"], one.get("value", "-")) == (slot, value)
        ),
        None,
    )
    base = _base(slot, value)
    if row is None and base is None and value != "new":
        raise IdMalformed(name="value")
    known = shipped().slot_words(slot) if slot in NUMBER_SLOTS else ()
    label = row["label"] if row else (base or {}).get("label", {})
    return TermDraft(
        slot=slot,
        value="" if value == "new" else value,
        label_zh=label.get("zh-Hans", ""),
        label_en=label.get("en", ""),
        zh=tuple(one for one in row.get("zh", ()) if one not in known) if row else (),
        en=tuple(row.get("en", ())) if row else (),
        sensitive=bool(row.get("sensitive")) if row else bool((base or {}).get("sensitive")),
    )


def _base(slot: str, value: str) -> dict[str, Any] | None:
    if slot in NUMBER_SLOTS:
        named = next(one for one in shipped().slots if one.slot == slot)
        return {"label": named.label, "sensitive": named.sensitive}
    found: Term | None = next(
        (one for one in shipped().values if (one.slot, one.value) == (slot, value)), None
    )
    return {"label": found.label, "sensitive": found.sensitive} if found else None


def shipped_words(draft: TermDraft) -> tuple[str, ...]:
    """The words that ship with a term."""
    if draft.is_of_slot:
        return shipped().slot_words(draft.slot)
    return next(
        (
            one.words
            for one in shipped().values
            if (one.slot, one.value) == (draft.slot, draft.value)
        ),
        (),
    )


def posted(form: QueryDict, slot: str, value: str) -> TermDraft:
    """A term as the form states it, without what nobody types."""

    def line(name: str, most: int = WORD_CHARS_MAX) -> str:
        return " ".join(form.get(name, "").replace("\x00", "").split())[:most]

    def words(name: str) -> tuple[str, ...]:
        lines = form.get(name, "").replace("\x00", "").replace("、", "\n").replace("，", "\n")
        found = (" ".join(one.split()) for one in lines.replace(",", "\n").split("\n"))
        return tuple(dict.fromkeys(one for one in found if one))[: WORDS_MAX + 1]

    named = line("value").lower().replace(" ", "_") if value == "new" else value
    return TermDraft(
        slot=slot,
        value=named,
        label_zh=line("label_zh"),
        label_en=line("label_en"),
        zh=words("zh"),
        en=words("en"),
        sensitive="sensitive" in form,
    )


def fault_of(draft: TermDraft) -> str:
    """What is wrong with a draft, "" if nothing is."""
    if not draft.label_zh or not draft.label_en:
        return _("A chip needs a label in both languages.")
    if not draft.value or not draft.value.replace("_", "").isascii():
        return _(
            "The short name is Latin letters, digits and _: it stands in files and in the API."
        )
    if any(len(word) > WORD_CHARS_MAX for word in (*draft.zh, *draft.en)):
        return _("A word has %(most)d characters at most.") % {"most": WORD_CHARS_MAX}
    if len(draft.zh) > WORDS_MAX or len(draft.en) > WORDS_MAX:
        return _("A term has %(most)d words of its own at most.") % {"most": WORDS_MAX}
    return ""


def slot_name(current: Taxonomy, slot: str, language: str) -> str:
    """How a slot is called."""
    if slot == UNITS:
        return _("Units")
    if slot == "color":
        return _("Colours")
    return current.slot_label(slot, "en" if language.startswith("en") else "zh-Hans")
