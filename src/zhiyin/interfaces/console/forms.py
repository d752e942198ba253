"""Forms of the console. A widget carries the class `control`; what a form checks is its shape,
what the rooms refuse is said beside the form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
