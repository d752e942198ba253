"""The form of a promotion: what every kind asks, and what each asks besides."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhiyin.domain.catalog.types import Category
from zhiyin.domain.promotions.types import (
    AnyFacts,
    CouponFacts,
    Delivery,
    FlashSaleFacts,
    GroupBuyFacts,
    PromotionKind,
    Terms,
    TrialFacts,
)
from zhiyin.interfaces.console.forms import CONTROL, choice, line
from zhiyin.kit.money import FEN_PER_CNY

CODES_MAX = 4_000
MOMENT = "%Y-%m-%dT%H:%M"
BPS_PER_CENT = 100

KIND_WORDS = {
    PromotionKind.GROUP_BUY: _("Group-buy"),
    PromotionKind.FLASH_SALE: _("Flash sale"),
    PromotionKind.COUPON: _("Coupon"),
    PromotionKind.TRIAL: _("Trial"),
}
FREE_FIELDS = frozenset("name_zh name_en ends_at stores open_hours".split())
"""What stays open while people buy: `promotions.checks.FREE`, by field of the form."""


def moment(label: Any, hint: Any = "") -> forms.DateTimeField:
    """A minute in the brand's time zone, which the view has made the current one."""
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(CONTROL | {"type": "datetime-local"}, format=MOMENT),
    )


def yuan(label: Any, *, required: bool = True, hint: Any = "") -> forms.DecimalField:
    """A sum in yuan with two decimals."""
    return forms.DecimalField(
        label=label,
        required=required,
        help_text=hint,
        min_value=Decimal("0.01"),
        max_digits=9,
        decimal_places=2,
        widget=forms.NumberInput(CONTROL | {"step": "0.01", "inputmode": "decimal"}),
    )


def number(label: Any, least: int, most: int, *, required: bool = False, hint: Any = "") -> Any:
    """A whole number."""
    return forms.IntegerField(
        label=label,
        required=required,
        help_text=hint,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(CONTROL | {"inputmode": "numeric"}),
    )


def codes(label: Any, hint: Any, *, required: bool = True) -> forms.CharField:
    """Codes apart by spaces, commas or lines."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=hint,
        max_length=CODES_MAX,
        widget=forms.Textarea(CONTROL | {"rows": 2}),
    )


def split(text: str) -> list[str]:
    """The codes of a text, each once."""
    return list(dict.fromkeys(re.split(r"[\s,，、;；]+", text.strip()))) if text.strip() else []


class PromotionForm(forms.Form):
    """What every promotion asks. `known` maps codes of stores to ids; `skus` codes of goods."""

    name_zh = line(_("Name in Chinese"), 60)
    name_en = line(_("Name in English"), 60)
    starts_at = moment(_("Starts"))
    ends_at = moment(_("Ends"))
    stores = codes(
        _("Stores"), _("Codes of stores; none: every store, and parcels."), required=False
    )
    delivery = choice(
        _("How it is handed over"),
        [("", _("Either way")), ("pickup", _("Collected")), ("parcel", _("Sent"))],
        required=False,
    )
    buyers = choice(
        _("For whom"),
        [("", _("Everybody")), ("new", _("New customers only"))],
        required=False,
    )
    per_person = number(_("Most for one person"), 1, 999, hint=_("Empty: no limit."))

    def __init__(
        self,
        *args: Any,
        stores: Mapping[str, UUID],
        skus: Mapping[str, Sequence[UUID]],
        fixed: bool = False,
        over: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._stores, self._skus = stores, skus
        for name, field in self.fields.items():
            is_limit = name in ("per_person", "most_uses") and self.initial.get(name)
            field.disabled = over or (fixed and name not in FREE_FIELDS and not is_limit)

    def clean_stores(self) -> list[UUID]:
        """The stores of the codes."""
        return self._known("stores", {code: (one,) for code, one in self._stores.items()})

    def clean_skus(self) -> list[UUID]:
        """The SKUs of the codes; a product's code stands for all its SKUs."""
        return self._known("skus", self._skus)

    def _known(self, name: str, known: Mapping[str, Sequence[UUID]]) -> list[UUID]:
        said = split(self.cleaned_data[name])
        if unknown := [one for one in said if one not in known]:
            raise forms.ValidationError(
                gettext("Nothing has this code: %(codes)s") % {"codes": ", ".join(unknown[:5])}
            )
        return list(dict.fromkeys(one for code in said for one in known[code]))

    def common(self) -> dict[str, Any]:
        """The facts that every kind has."""
        said = self.cleaned_data
        return {
            "name_zh": said["name_zh"],
            "name_en": said["name_en"],
            "starts_at": said["starts_at"],
            "ends_at": said["ends_at"],
            "store_ids": said["stores"],
            "deliveries": [Delivery(said["delivery"])] if said["delivery"] else [],
            "is_for_new_customers": said["buyers"] == "new",
            "per_person": said.get("per_person"),
            "most_uses": said.get("most_uses"),
        }


SKUS = codes(_("Goods"), _("Codes of SKUs, or of a product for all its sizes."))
PRICE = yuan(_("Price in yuan"))
COUPONS = choice(
    _("Coupons"),
    [("yes", _("May be used with this price")), ("no", _("Not with this price"))],
)


class GroupBuyForm(PromotionForm):
    """A price for some people who buy together."""

    skus = SKUS
    price = PRICE
    seats = number(_("People in a group"), 2, 50, required=True)
    open_hours = number(
        _("Hours a group stays open"),
        1,
        168,
        required=True,
        hint=_("Then a group that is not full is lost, and everybody who paid is refunded."),
    )
    most_pieces = number(_("Pieces in one order at this price"), 1, 999, hint=_("Empty: any."))
    coupons = COUPONS
    field_order = ("name_zh", "name_en", "skus", "price", "seats", "open_hours")

    def facts(self) -> AnyFacts:
        said = self.cleaned_data
        return GroupBuyFacts(
            **self.common(),
            sku_ids=said["skus"],
            price_fen=fen(said["price"]),
            seats=said["seats"],
            open_hours=said["open_hours"],
            most_pieces=said["most_pieces"],
            takes_coupons=said["coupons"] == "yes",
        )


class FlashSaleForm(PromotionForm):
    """Another price of one SKU for a while."""

    skus = codes(_("Goods"), _("The code of one SKU."))
    price = PRICE
    most_uses = number(_("Pieces in all"), 1, 10_000_000, hint=_("Empty: no limit."))
    coupons = COUPONS
    field_order = ("name_zh", "name_en", "skus", "price", "most_uses")

    def clean_skus(self) -> list[UUID]:
        """One SKU and no more."""
        found = super().clean_skus()
        if len(found) != 1:
            raise forms.ValidationError(gettext("A flash sale is for one SKU."))
        return found

    def facts(self) -> AnyFacts:
        said = self.cleaned_data
        return FlashSaleFacts(
            **self.common(),
            sku_id=said["skus"][0],
            price_fen=fen(said["price"]),
            takes_coupons=said["coupons"] == "yes",
        )


class TrialForm(PromotionForm):
    """A piece to try, once a person."""

    skus = SKUS
    price = PRICE
    most_uses = number(_("Pieces in all"), 1, 10_000_000, hint=_("Empty: no limit."))
    coupons = COUPONS
    per_person = None  # once a person, always
    field_order = ("name_zh", "name_en", "skus", "price", "most_uses")

    def facts(self) -> AnyFacts:
        said = self.cleaned_data
        return TrialFacts(
            **self.common(),
            sku_ids=said["skus"],
            price_fen=fen(said["price"]),
            takes_coupons=said["coupons"] == "yes",
        )


class CouponForm(PromotionForm):
    """An amount or a rate off."""

    off = yuan(_("Yuan off"), required=False, hint=_("Either this or per cent."))
    per_cent = number(_("Per cent off"), 1, 100)
    most_off = yuan(_("Most yuan off"), required=False, hint=_("With per cent; empty: no limit."))
    from_sum = yuan(_("From a sum of"), required=False, hint=_("Yuan; empty: from the first."))
    categories = forms.MultipleChoiceField(
        label=_("Categories"),
        required=False,
        help_text=_("None ticked: all goods."),
        widget=forms.SelectMultiple(CONTROL | {"size": 5}),
    )
    stacking = choice(
        _("With other coupons"),
        [("", _("Alone")), ("yes", _("Together with others"))],
        required=False,
    )
    code = line(
        pgettext_lazy("a coupon", "Code"),
        20,
        required=False,
        hint=_("Capitals, digits and hyphens, four at least. Empty: no code."),
    )
    claiming = choice(
        _("In the shop"),
        [("yes", _("Shoppers claim it")), ("", _("Only by its code"))],
        required=False,
    )
    most_uses = number(_("Uses in all"), 1, 10_000_000, hint=_("Empty: no limit."))
    field_order = ("name_zh", "name_en", "off", "per_cent", "most_off", "from_sum")

    def __init__(self, *args: Any, categories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].choices = categories  # type: ignore[attr-defined]
        self.fields["claiming"].initial = "yes"

    def facts(self) -> AnyFacts:
        said = self.cleaned_data
        per_cent = said["per_cent"]
        return CouponFacts(
            **self.common(),
            off_fen=fen(said["off"]) if said["off"] is not None else None,
            off_bps=per_cent * BPS_PER_CENT if per_cent is not None else None,
            most_off_fen=fen(said["most_off"]) if said["most_off"] is not None else None,
            from_fen=fen(said["from_sum"] or Decimal(0)),
            categories=[Category(one) for one in said["categories"]],
            is_stackable=said["stacking"] == "yes",
            is_claimable=said["claiming"] == "yes",
            code=said["code"],
        )


FORMS: dict[PromotionKind, type[PromotionForm]] = {
    PromotionKind.GROUP_BUY: GroupBuyForm,
    PromotionKind.FLASH_SALE: FlashSaleForm,
    PromotionKind.COUPON: CouponForm,
    PromotionKind.TRIAL: TrialForm,
}
FIELD_OF = {
    "sku_ids": "skus",
    "store_ids": "stores",
    "price_fen": "price",
    "off_fen": "off",
    "off_bps": "per_cent",
    "most_off_fen": "most_off",
    "from_fen": "from_sum",
    "is_claimable": "claiming",
}
"""Field of a refusal -> field of the form, where they differ."""


def initial(terms: Terms, stores: Sequence[str], skus: Sequence[str]) -> dict[str, Any]:
    """A promotion as its form shows it again."""
    return asdict(terms) | {
        "stores": " ".join(stores),
        "skus": " ".join(skus),
        "delivery": terms.deliveries[0].value if terms.deliveries else "",
        "buyers": "new" if terms.is_for_new_customers else "",
        "price": in_yuan(terms.price_fen),
        "coupons": "yes" if terms.takes_coupons else "no",
        "off": in_yuan(terms.off_fen),
        "per_cent": terms.off_bps // BPS_PER_CENT if terms.off_bps else None,
        "most_off": in_yuan(terms.most_off_fen),
        "from_sum": in_yuan(terms.from_fen or None),
        "categories": [one.value for one in terms.categories],
        "stacking": "yes" if terms.is_stackable else "",
        "claiming": "yes" if terms.is_claimable else "",
    }


def fen(said: Decimal) -> int:
    """Yuan as fen; the field has two decimals at most."""
    return int(said * FEN_PER_CNY)


def in_yuan(sum_fen: int | None) -> Decimal | None:
    """Fen as yuan."""
    return None if sum_fen is None else Decimal(sum_fen) / FEN_PER_CNY


AnyForm = GroupBuyForm | FlashSaleForm | TrialForm | CouponForm
