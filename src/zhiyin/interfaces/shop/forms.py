"""The short form and its kin: slots as fields, checked by the same rules as words and chips."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import (
    SLOTS,
    FactImplausible,
    NeedSlots,
    SlotKind,
    SlotMalformed,
    SlotValueUnknown,
    Value,
    checked_value,
)

MONTH_CHARS = len("2026-12")
LABELS = {
    "height_cm": gettext_lazy("Height"),
    "weight_kg": gettext_lazy("Weight"),
    "age": gettext_lazy("Age"),
    "bust_cm": gettext_lazy("Bust"),
    "waist_cm": gettext_lazy("Waist"),
    "hip_cm": gettext_lazy("Hips"),
    "body_shape": gettext_lazy("Shape"),
    "skin_tone": gettext_lazy("Skin tone"),
    "concerns": gettext_lazy("What you mind"),
    "goals": gettext_lazy("What it should do"),
    "occasion": gettext_lazy("Occasion"),
    "categories": gettext_lazy("Looking for"),
    "styles": gettext_lazy("Style"),
    "color_like": gettext_lazy("Colours you like"),
    "color_avoid": gettext_lazy("Colours to leave out"),
    "owned": gettext_lazy("It should go with my"),
    "owned_color": gettext_lazy("Its colour"),
    "budget_cny_min": gettext_lazy("Budget from"),
    "budget_cny_max": gettext_lazy("Budget up to"),
    "needed_by": gettext_lazy("Needed by"),
}
UNITS = {
    "height_cm": "cm",
    "weight_kg": "kg",
    "bust_cm": "cm",
    "waist_cm": "cm",
    "hip_cm": "cm",
    "age": gettext_lazy("years"),
    "budget_cny_min": gettext_lazy("CNY"),
    "budget_cny_max": gettext_lazy("CNY"),
}
CONTROL = {"class": "control"}
NUMBER_CHARS_MAX = 20
KG_PER_JIN = 0.5


class NumberField(forms.CharField):
    """A number as people type it: full-width figures and a unit after it (斤 too) are all right.

    What cannot be read stays in the field as it was typed.
    """

    def __init__(self, **options: Any) -> None:
        attrs = {**CONTROL, "inputmode": "decimal", "autocomplete": "off"}
        widget = forms.TextInput(attrs=attrs)
        super().__init__(widget=widget, max_length=NUMBER_CHARS_MAX, required=False, **options)

    def clean(self, value: Any) -> float | None:
        text = super().clean(value)
        if not text:
            return None
        words = unicodedata.normalize("NFKC", text).strip()
        is_jin = words.endswith("斤") and not words.endswith("公斤")
        try:
            figure = float(words.rstrip("cmkgCMKG公分斤岁元¥ "))
            return figure * KG_PER_JIN if is_jin else figure
        except ValueError:
            raise ValidationError(_("A number, please: 160 or 52.5.")) from None


class SlotForm(forms.Form):
    """Fields for some slots of a need. Says of each what is wrong, and keeps all she typed."""

    template_slots: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, *args: Any, taxonomy: Taxonomy, language: str, before: NeedSlots, **options: Any
    ) -> None:
        super().__init__(*args, **{"use_required_attribute": False, **options})
        self.taxonomy, self.before = taxonomy, before
        self.tongue = "en" if language.startswith("en") else "zh-Hans"
        self.checked: dict[str, Value | tuple[str, ...] | None] = {}
        for slot in self.template_slots:
            self._add(slot)

    def stated(self) -> NeedSlots:
        """What was there before, with what the form says in its place."""
        return replace(self.before, **self.checked)  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        """Check every value by the rule of its slot, then what contradicts what."""
        cleaned: dict[str, Any] = super().clean() or {}
        for slot in self.template_slots:
            if slot in self.errors:
                continue
            self.checked[slot] = self._checked(slot, cleaned)
        self._check_contradictions()
        return cleaned

    def _checked(self, slot: str, cleaned: dict[str, Any]) -> Value | tuple[str, ...] | None:
        kind = SLOTS[slot].kind
        held = cleaned.get(slot)
        if kind is SlotKind.OWNED:
            thing = " ".join(part for part in (cleaned.get("owned_color"), held) if part)
            first = self._values(slot, [thing]) if held else ()
            return (*first, *self.before.owned[1:])
        if kind is SlotKind.MANY:
            return self._values(slot, held or ())
        if held in (None, ""):
            return None
        found = self._values(slot, [held])
        return found[0] if found else None

    def _values(self, slot: str, held: Iterable[Any]) -> tuple[Any, ...]:
        try:
            return tuple(checked_value(slot, one, self.taxonomy.vocabulary) for one in held)
        except FactImplausible as refusal:
            low, high = refusal.details["low"], refusal.details["high"]
            self.add_error(
                slot,
                _("That is between %(low)s and %(high)s. Did a digit slip?")
                % {"low": f"{low:g}", "high": f"{high:g}"},
            )
        except SlotMalformed:
            self.add_error(slot, _("A day or a month, please."))
        except SlotValueUnknown:
            self.add_error(slot, _("Choose one of the list."))
        return ()

    def _check_contradictions(self) -> None:
        chips = [
            (slot, value)
            for slot, held in self.checked.items()
            if isinstance(held, tuple)
            for value in held
        ]
        said = {f"{slot}:{value}" for slot, value in chips}
        for one, other in self.taxonomy.contradictions:
            if one in said and other in said:
                self._contradict(one, other)
        for _slot, color in chips:
            if f"color_like:{color}" in said and _slot == "color_avoid":
                self._contradict(f"color_like:{color}", f"color_avoid:{color}")
        low, high = self.checked.get("budget_cny_min"), self.checked.get("budget_cny_max")
        if isinstance(low, float) and isinstance(high, float) and low > high:
            self.add_error("budget_cny_max", _("This is below what you say it costs at least."))

    def _contradict(self, one: str, other: str) -> None:
        names = []
        for chip in (one, other):
            slot, _colon, value = chip.partition(":")
            names.append(self.taxonomy.value_label(slot, value, self.tongue))
        if slot in self.fields:
            self.add_error(
                slot,
                _("“%(one)s” and “%(other)s” cannot both be. Choose one.")
                % {"one": names[0], "other": names[1]},
            )

    def _add(self, slot: str) -> None:
        rule, held = SLOTS[slot], getattr(self.before, slot)
        label = LABELS[slot]
        if rule.kind is SlotKind.NUMBER:
            initial = f"{held:g}" if held is not None else ""
            self.fields[slot] = NumberField(label=label, initial=initial)
            self.fields[slot].unit = UNITS[slot]  # type: ignore[attr-defined]
        elif rule.kind is SlotKind.ONE:
            self.fields[slot] = self._select(slot, label, held)
        elif rule.kind is SlotKind.MANY:
            self.fields[slot] = forms.MultipleChoiceField(
                label=label,
                required=False,
                initial=list(held),
                choices=self._choices(slot),
                widget=forms.CheckboxSelectMultiple,
            )
        elif rule.kind is SlotKind.DATE:
            self.fields[slot] = forms.CharField(
                label=label, required=False, initial=held or "", widget=_calendar(held)
            )
        else:
            color, _space, noun = held[0].rpartition(" ") if held else ("", "", "")
            self.fields[slot] = self._select(slot, label, noun)
            self.fields["owned_color"] = self._select("color_like", LABELS["owned_color"], color)

    def _select(self, slot: str, label: Any, held: str | None) -> forms.ChoiceField:
        return forms.ChoiceField(
            label=label,
            required=False,
            initial=held or "",
            choices=[("", "—"), *self._choices(slot)],
            widget=forms.Select(attrs=CONTROL),
        )

    def _choices(self, slot: str) -> Sequence[tuple[str, str]]:
        return choices(self.taxonomy, slot, self.tongue)


class NeedForm(SlotForm):
    """The short form: what a need says most often."""

    template_slots = (
        "height_cm",
        "weight_kg",
        "age",
        "body_shape",
        "skin_tone",
        "concerns",
        "occasion",
        "categories",
        "goals",
        "budget_cny_min",
        "budget_cny_max",
        "needed_by",
        "owned",
        "color_like",
        "color_avoid",
    )
    keep_body = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """As every form of slots; an empty one asks for something."""
        cleaned = super().clean()
        if not self.errors and not any(self.checked.values()):
            raise ValidationError(_("Say at least one thing: a height, an occasion, a worry."))
        return cleaned


class FactsForm(SlotForm):
    """What is kept about her from one need to the next."""

    template_slots = (
        "height_cm",
        "weight_kg",
        "age",
        "bust_cm",
        "waist_cm",
        "hip_cm",
        "body_shape",
        "skin_tone",
        "concerns",
        "styles",
        "color_like",
        "color_avoid",
    )
    keep_body = forms.BooleanField(required=False)

    def emptied(self) -> tuple[str, ...]:
        """The slots that held something before and hold nothing now."""
        return tuple(
            slot
            for slot in self.template_slots
            if getattr(self.before, slot) and not self.checked.get(slot)
        )


def choices(taxonomy: Taxonomy, slot: str, tongue: str) -> list[tuple[str, str]]:
    """The values of a slot with their names, in the order of the taxonomy."""
    vocabulary = taxonomy.vocabulary.get(slot, frozenset())
    known = [term.value for term in taxonomy.values]
    place = {value: n for n, value in enumerate(dict.fromkeys(known))}
    ordered = sorted(vocabulary, key=lambda value: (place.get(value, len(place)), value))
    return [(value, taxonomy.value_label(slot, value, tongue)) for value in ordered]


def _calendar(held: str | None) -> forms.TextInput:
    """A day, or the month she spoke of."""
    kind = "month" if held and len(held) == MONTH_CHARS else "date"
    return forms.TextInput(attrs={**CONTROL, "type": kind})
