"""What a KOC, or who would like to be one, fills in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.content.types import FitVerdict
from zhiyin.domain.kocs.types import (
    AGE_MIN,
    APPLICATION_SHOWS_MAX,
    GOOD_AT_MAX,
    GOOD_AT_SLOTS,
    NAME_CHARS_MAX,
    PERSONA_CHARS_MAX,
    STATEMENT_CHARS_MAX,
    TOPIC_CHARS_MAX,
    TOPICS_MAX,
    WEEKLY_CAPACITY_MAX,
    ApplicationFacts,
    KocCard,
    PageFacts,
)
from zhiyin.flows.buyer_show import WORDS_CHARS_MAX, Wearing
from zhiyin.interfaces.photos import PhotosField
from zhiyin.interfaces.shop.forms import CONTROL, LABELS, SlotForm, choices

DEFAULT_CAPACITY = 5
GOOD = "good_"
APART = "|"


class GoodAtFields(forms.Form):
    """One list of ticks for each slot in which somebody can be good at something."""

    def add_good_at(
        self, taxonomy: Taxonomy, tongue: str, held: Mapping[str, Iterable[str]]
    ) -> None:
        for slot in GOOD_AT_SLOTS:
            self.fields[GOOD + slot] = forms.MultipleChoiceField(
                label=LABELS[slot],
                required=False,
                initial=list(held.get(slot, ())),
                choices=choices(taxonomy, slot, tongue),
                widget=forms.CheckboxSelectMultiple,
            )

    def good_at_fields(self) -> list[forms.BoundField]:
        """The lists of ticks, for the template."""
        return [self[GOOD + slot] for slot in GOOD_AT_SLOTS]

    def good_at(self) -> dict[str, list[str]]:
        """Slot -> what she ticked; slots without a tick are left out."""
        ticked = {slot: self.cleaned_data.get(GOOD + slot, []) for slot in GOOD_AT_SLOTS}
        return {slot: values for slot, values in ticked.items() if values}

    def check_good_at(self) -> None:
        """At most `GOOD_AT_MAX` in all, and something."""
        ticks = sum(len(values) for values in self.good_at().values())
        if ticks > GOOD_AT_MAX:
            raise ValidationError(
                _("You ticked %(count)d things; %(most)d are the most. Keep what you know best.")
                % {"count": ticks, "most": GOOD_AT_MAX}
            )


class ApplicationForm(GoodAtFields, SlotForm):
    """Who would like to be a KOC: her name here, why, what she is good at, her body, her shows."""

    template_slots = ("height_cm", "weight_kg", "age", "body_shape", "skin_tone")
    name = forms.CharField(
        label=gettext_lazy("What shoppers will call you"),
        max_length=NAME_CHARS_MAX,
        widget=forms.TextInput(attrs={**CONTROL, "autocomplete": "off"}),
    )
    statement = forms.CharField(
        label=gettext_lazy("Why you would like to"),
        max_length=STATEMENT_CHARS_MAX,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 4, "data-keep": "statement"}),
    )
    weekly_capacity = forms.IntegerField(
        label=gettext_lazy("Questions a week"),
        min_value=0,
        max_value=WEEKLY_CAPACITY_MAX,
        initial=DEFAULT_CAPACITY,
        widget=forms.NumberInput(attrs=CONTROL),
    )
    keep_body = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, shows: Sequence[tuple[str, str]], has_consent: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.has_consent = has_consent
        self.add_good_at(self.taxonomy, self.tongue, {})
        self.fields["shows"] = forms.MultipleChoiceField(
            label=_("Shows of yours that speak for you"),
            required=False,
            choices=shows,
            widget=forms.CheckboxSelectMultiple,
        )

    def clean(self) -> dict[str, Any]:
        """Her age, her consent, and not too much of anything."""
        cleaned = super().clean()
        self.check_good_at()
        age = self.checked.get("age")
        if "age" not in self.errors and not isinstance(age, float):
            self.add_error("age", _("Your age is needed: nobody under 14 can be a KOC."))
        elif isinstance(age, float) and age < AGE_MIN:
            self.add_error("age", _("Nobody under 14 can be a KOC."))
        if not (self.has_consent or cleaned.get("keep_body")):
            self.add_error(
                "keep_body", _("People find you by your body facts: without this it cannot work.")
            )
        if len(cleaned.get("shows", ())) > APPLICATION_SHOWS_MAX:
            self.add_error("shows", _("Ten shows are the most."))
        return cleaned

    def application(self) -> ApplicationFacts:
        """What she applies with."""
        return ApplicationFacts(
            name=self.cleaned_data["name"],
            statement=self.cleaned_data["statement"],
            good_at=self.good_at(),
            show_ids=[UUID(show_id) for show_id in self.cleaned_data["shows"]],
            weekly_capacity=self.cleaned_data["weekly_capacity"],
        )


class PageForm(GoodAtFields):
    """What a KOC says of herself, in both languages if she likes."""

    name_zh = forms.CharField(
        label=gettext_lazy("Name, in Chinese"),
        max_length=NAME_CHARS_MAX,
        widget=forms.TextInput(attrs=CONTROL),
    )
    name_en = forms.CharField(
        label=gettext_lazy("Name, in English"),
        max_length=NAME_CHARS_MAX,
        widget=forms.TextInput(attrs=CONTROL),
    )
    city = forms.CharField(
        label=gettext_lazy("City"),
        required=False,
        max_length=NAME_CHARS_MAX,
        widget=forms.TextInput(attrs=CONTROL),
    )
    persona_zh = forms.CharField(
        label=gettext_lazy("About you, in Chinese"),
        required=False,
        max_length=PERSONA_CHARS_MAX,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
    )
    persona_en = forms.CharField(
        label=gettext_lazy("About you, in English"),
        required=False,
        max_length=PERSONA_CHARS_MAX,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
    )
    topics = forms.CharField(
        label=gettext_lazy("Topics, one a line"),
        required=False,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 3}),
    )
    weekly_capacity = forms.IntegerField(
        label=gettext_lazy("Questions a week"),
        help_text=gettext_lazy("0 is a pause."),
        min_value=0,
        max_value=WEEKLY_CAPACITY_MAX,
        widget=forms.NumberInput(attrs=CONTROL),
    )

    def __init__(
        self, *args: Any, card: KocCard, taxonomy: Taxonomy, language: str, **options: Any
    ) -> None:
        initial = {
            name: getattr(card, name)
            for name in (
                "name_zh",
                "name_en",
                "city",
                "persona_zh",
                "persona_en",
                "weekly_capacity",
            )
        } | {"topics": "\n".join(card.topics)}
        plain = {"initial": initial, "use_required_attribute": False}
        super().__init__(*args, **{**plain, **options})
        tongue = "en" if language.startswith("en") else "zh-Hans"
        self.add_good_at(taxonomy, tongue, card.good_at)

    def clean_topics(self) -> list[str]:
        """The topics, one a line."""
        topics = [line.strip() for line in self.cleaned_data["topics"].splitlines() if line.strip()]
        if len(topics) > TOPICS_MAX or any(len(topic) > TOPIC_CHARS_MAX for topic in topics):
            raise ValidationError(
                _("At most %(most)d topics, each of at most %(chars)d characters.")
                % {"most": TOPICS_MAX, "chars": TOPIC_CHARS_MAX}
            )
        return topics

    def clean(self) -> dict[str, Any]:
        """Not too much of anything."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.check_good_at()
        return cleaned

    def page(self) -> PageFacts:
        """What her page says from now on."""
        said = {
            name: self.cleaned_data[name]
            for name in (
                "name_zh",
                "name_en",
                "city",
                "persona_zh",
                "persona_en",
                "topics",
                "weekly_capacity",
            )
        }
        return PageFacts(**said, good_at=self.good_at())


class AwayForm(forms.Form):
    """From the morning of one day to the evening of another."""

    starts = forms.DateField(
        label=gettext_lazy("First day away"),
        widget=forms.DateInput(attrs={**CONTROL, "type": "date"}),
    )
    ends = forms.DateField(
        label=gettext_lazy("Last day away"),
        widget=forms.DateInput(attrs={**CONTROL, "type": "date"}),
    )

    def span(self, time_zone: str) -> tuple[datetime, datetime]:
        """The moments between which she is away, by the brand's calendar."""
        zone = ZoneInfo(time_zone)
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        return (
            datetime.combine(starts, time.min, zone),
            datetime.combine(ends, time.min, zone) + timedelta(days=1),
        )


class ShowForm(forms.Form):
    """How a thing she bought was on her."""

    size = forms.ChoiceField(
        label=gettext_lazy("Colour and size you wore"), widget=forms.Select(attrs=CONTROL)
    )
    fit = forms.ChoiceField(
        label=gettext_lazy("How it was"),
        required=False,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=WORDS_CHARS_MAX,
        widget=forms.Textarea(attrs={**CONTROL, "rows": 4, "data-keep": "show"}),
    )
    picture = PhotosField()
    rights = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, product: ProductCard, sizes: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **{"use_required_attribute": False, **options})
        self.product = product
        size, fit = self.fields["size"], self.fields["fit"]
        assert isinstance(size, forms.ChoiceField)
        assert isinstance(fit, forms.ChoiceField)
        size.choices = [("", "—"), *sizes]
        fit.choices = [
            (FitVerdict.SMALL.value, _("too small")),
            (FitVerdict.FIT.value, _("just right")),
            (FitVerdict.LARGE.value, _("too large")),
        ]

    def clean(self) -> dict[str, Any]:
        """Photos are shown only with the right to show them."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("picture") and not cleaned.get("rights"):
            self.add_error("rights", _("Tick this, or leave the photos out."))
        return cleaned

    def wearing(self, language: str) -> Wearing:
        """What she says of it."""
        color, _apart, size_code = self.cleaned_data["size"].partition(APART)
        fit = self.cleaned_data["fit"]
        return Wearing(
            size_code=int(size_code),
            color=color,
            fit=FitVerdict(fit) if fit else None,
            words=self.cleaned_data["words"],
            language=language,
            rights_granted=bool(self.cleaned_data["rights"]),
        )
