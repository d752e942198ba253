"""Where a parcel goes: four fields that a courier needs, and nothing else."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PHONE = re.compile(r"1[0-9]{10}")
BETWEEN = re.compile(r"[\s-]")


def _typed(kind: str, most: int, **attributes: str) -> forms.TextInput:
    """A text field that keeps what she typed in this tab."""
    words: dict[str, Any] = {"class": "control", "maxlength": most, "data-keep": f"to-{kind}"}
    return forms.TextInput(attrs=words | attributes)


class AddressForm(forms.Form):
    """A name, a phone, a region and a street."""

    name = forms.CharField(
        label=gettext_lazy("Who receives it"),
        max_length=40,
        widget=_typed("name", 40, autocomplete="name"),
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=20,
        widget=_typed("phone", 20, autocomplete="tel-national", inputmode="numeric"),
    )
    region = forms.CharField(
        label=gettext_lazy("Province, city, district"),
        max_length=60,
        widget=_typed("region", 60, autocomplete="address-level1"),
    )
    street = forms.CharField(
        label=gettext_lazy("Street, building, room"),
        max_length=120,
        widget=_typed("street", 120, autocomplete="street-address"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.use_required_attribute = False
        for field in self.fields.values():
            field.error_messages["required"] = _("The parcel needs this.")

    def clean_phone(self) -> str:
        """Eleven digits, however they were grouped."""
        digits = BETWEEN.sub("", self.cleaned_data["phone"])
        if not PHONE.fullmatch(digits):
            raise ValidationError(
                _("That is not a mainland mobile number: 11 digits, beginning with 1.")
            )
        return digits

    def stated(self) -> dict[str, str]:
        """The address as the order keeps it, sealed."""
        return {name: str(self.cleaned_data[name]) for name in self.fields}
