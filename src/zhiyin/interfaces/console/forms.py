"""Forms of the console. A widget carries the class `control`; what a form checks is its shape,
what the rooms refuse is said beside the form."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhiyin.domain.catalog.types import ATTRIBUTES

CONTROL = {"class": "control"}


def line(label: Any, length: int, *, required: bool = True, hint: Any = "") -> forms.CharField:
    """One line of text."""
    return forms.CharField(
        label=label,
        max_length=length,
        required=required,
        help_text=hint,
        widget=forms.TextInput(CONTROL),
    )


def text(label: Any, length: int, *, required: bool = False, rows: int = 3) -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(
        label=label,
        max_length=length,
        required=required,
        widget=forms.Textarea(CONTROL | {"rows": rows}),
    )


def degrees(label: Any, most: int) -> forms.DecimalField:
    """Latitude or longitude."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=-most,
        max_value=most,
        max_digits=9,
        decimal_places=6,
        widget=forms.NumberInput(CONTROL | {"step": "any"}),
    )


class StoreForm(forms.Form):
    """What an operator says of a store."""

    code = line(_("Code"), 40, hint=_("The brand's own; files and stock counts name it."))
    name_zh = line(_("Name in Chinese"), 80)
    name_en = line(_("Name in English"), 80)
    city = line(_("City"), 40)
    address = line(_("Address"), 200)
    hours = line(_("Opening hours"), 80, required=False, hint=_("As shoppers read it: 10:00-22:00"))
    latitude = degrees(_("Latitude"), 90)
    longitude = degrees(_("Longitude"), 180)


def choice(label: Any, choices: Any, *, required: bool = True) -> forms.ChoiceField:
    """One of several."""
    return forms.ChoiceField(
        label=label, choices=choices, required=required, widget=forms.Select(CONTROL)
    )


class AccountForm(forms.Form):
    """A new account and its first role."""

    name = forms.CharField(
        label=_("Name to sign in with"),
        min_length=3,
        max_length=40,
        help_text=_("Letters, digits and @ . + - _; no two people share one."),
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(CONTROL | {"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = choice(_("Role"), [])
    store = choice(_("Only at this store"), [], required=False)

    def __init__(self, *args: Any, roles: Any, stores: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["store"].choices = stores  # type: ignore[attr-defined]


ATTRIBUTE_WORDS = {
    "neckline": _("Neckline"),
    "sleeve": _("Sleeve"),
    "sleeve_shape": _("Shape of the sleeve"),
    "length": _("Length"),
    "cut": _("Cut"),
    "waist": pgettext_lazy("a garment", "Waist"),
    "stretch": _("Stretch"),
    "fabric": _("Fabric"),
    "pattern": _("Pattern"),
    "style": _("Style"),
}
"""What each attribute of a garment is called."""


class ProductForm(forms.Form):
    """What an operator says of a product; `attributes` gathers the vocabulary's selects."""

    name_zh = line(_("Name in Chinese"), 120)
    name_en = line(_("Name in English"), 120)
    category = choice(_("Category"), [])
    kind = line(
        _("Kind"), 20, required=False, hint=_("A finer word that the drawing follows: belt, heels.")
    )
    description_zh = text(_("Description in Chinese"), 2_000)
    description_en = text(_("Description in English"), 2_000)
    care_zh = line(_("Care in Chinese"), 200, required=False)
    care_en = line(_("Care in English"), 200, required=False)

    def __init__(self, *args: Any, categories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = categories  # type: ignore[attr-defined]
        for name, label in ATTRIBUTE_WORDS.items():
            values = [("", "–"), *((value, value) for value in sorted(ATTRIBUTES[name]))]
            self.fields[f"attribute_{name}"] = choice(label, values, required=False)

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes that were chosen."""
        return {
            name: self.cleaned_data[f"attribute_{name}"]
            for name in ATTRIBUTE_WORDS
            if self.cleaned_data[f"attribute_{name}"]
        }

    @property
    def facts(self) -> dict[str, Any]:
        """What was said beside the attributes."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if not name.startswith("attribute_")
        }

    def attribute_fields(self) -> list[forms.BoundField]:
        """The selects of the attributes."""
        return [self[f"attribute_{name}"] for name in ATTRIBUTE_WORDS]

    def fact_fields(self) -> list[forms.BoundField]:
        """The rest."""
        return [self[name] for name in self.fields if not name.startswith("attribute_")]


class NewProductForm(ProductForm):
    """The same with a code, which stays."""

    code = line(_("Code"), 60, hint=_("The brand's own; files and stock counts name it."))
    field_order = ("code",)


class SkuForm(forms.Form):
    """One colour and size of a product."""

    code = line(_("Code"), 80)
    color = choice(_("Colour"), [])
    size_code = forms.IntegerField(
        label=_("Size number"),
        min_value=0,
        max_value=32_767,
        help_text=_("Sorts the sizes; 0 for a thing without sizes."),
        widget=forms.NumberInput(CONTROL),
    )
    size_label = line(_("Printed size"), 12)
    price = forms.DecimalField(
        label=_("Price in yuan"),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput(CONTROL | {"step": "0.01"}),
    )

    def __init__(self, *args: Any, colors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["color"].choices = colors  # type: ignore[attr-defined]
