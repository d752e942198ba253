"""What one shopper would pay for some goods, and why: each rule that gave something or did not."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.members import queries as members
from zhiyin.domain.members.types import IdentityEmpty
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import MOST_LINES, MOST_PIECES, Delivery, OrderNotFound
from zhiyin.domain.pricing.types import RefusedRule
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import PromotionCard, PromotionKind, PromotionState, Why
from zhiyin.flows import purchase
from zhiyin.flows.purchase import Asking, Basket, Wanted
from zhiyin.flows.purchase.quoting import NotForSale, Quoted
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.forms import CONTROL, choice, line
from zhiyin.interfaces.console.promotion_forms import moment, split
from zhiyin.interfaces.console.showing import brand_time, shown
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.priced import of_quote
from zhiyin.kit.money import format_cny
from zhiyin.kit.numbers import whole

STORES_LISTED = 1_000
OPEN_LISTED = 200
GOODS_MAX = 4_000
MOST_CODES = 5
COUNTED = re.compile(r"(?P<code>\S.*?)(?:\s*×\s*|\s+x?\s*)(?P<count>[-+]?[0-9][0-9.]*)")
Pieces = dict[str, int]
"""Code of a SKU -> how many of it."""


class PriceForm(forms.Form):
    """A basket, whose it is, what she asks for, and as of when."""

    goods = forms.CharField(
        label=_("Goods"),
        max_length=GOODS_MAX,
        help_text=_("A SKU's code on each line; after it how many, if more than one."),
        widget=forms.Textarea(CONTROL | {"rows": 3, "placeholder": "D-1-4 2"}),
    )
    delivery = choice(
        _("How she gets it"),
        [(Delivery.PICKUP.value, _("Collected")), (Delivery.PARCEL.value, _("Sent"))],
    )
    store = choice(_("Store"), (), required=False)
    who = line(
        _("Who she is"),
        64,
        required=False,
        hint=_(
            "Her code at the brand, or the number of an order of hers. "
            "Empty: somebody who has never bought."
        ),
    )
    group_buy = choice(_("With others"), (), required=False)
    coupon = choice(_("Her coupons"), (), required=False)
    codes = line(_("Codes that she types"), 120, required=False)
    at = moment(_("As of"), _("Empty: now. What is sold until then is not foreseen."))

    def __init__(self, request: ConsoleRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._brand_id, self._now = request.operator.brand.id, request.now
        self.fields["at"].required = False
        stores = _stores(request)
        self._choose("store", gettext("Choose a store"), stores)
        self.fields["store"].initial = next((store_id for store_id, _name in stores), "")
        self._choose(
            "group_buy", gettext("She buys alone"), _open(request, PromotionKind.GROUP_BUY)
        )
        self._choose("coupon", gettext("All that she has taken"), _only(request))

    def _choose(self, name: str, nothing: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined]

    def clean_goods(self) -> tuple[Wanted, ...]:
        """The lines that were typed, by SKU."""
        pieces = _pieces(self.cleaned_data["goods"])
        found = catalog.sku_ids_by_code(brand_id=self._brand_id, codes=list(pieces))
        if unknown := [code for code in pieces if code not in found]:
            raise forms.ValidationError(
                gettext("No SKU has this code: %(codes)s") % {"codes": ", ".join(unknown[:5])}
            )
        self.codes = {sku_id: code for code, sku_id in found.items()}
        return tuple(Wanted(sku_id=found[code], quantity=pieces[code]) for code in pieces)

    def clean_who(self) -> UUID | None:
        """The member that is meant; None: nobody yet."""
        said = self.cleaned_data["who"]
        if not said:
            return None
        try:
            found = members.members_by_external_id(brand_id=self._brand_id, external_ids=[said])
            if said in found:
                return found[said]
            return orders.order_by_number(brand_id=self._brand_id, number=said).member_id
        except (IdentityEmpty, OrderNotFound):
            raise forms.ValidationError(
                gettext("Nobody has this code, and no order this number.")
            ) from None

    def clean_codes(self) -> tuple[str, ...]:
        """The codes of coupons that were typed."""
        codes = tuple(split(self.cleaned_data["codes"]))
        if len(codes) > MOST_CODES:
            raise forms.ValidationError(
                gettext("At most %(most)d codes at once.") % {"most": MOST_CODES}
            )
        return codes

    def clean(self) -> dict[str, Any]:
        """Who collects, collects somewhere; a parcel comes from the store that has most of it."""
        said = super().clean() or self.cleaned_data
        if said.get("delivery") == Delivery.PICKUP.value and not said.get("store"):
            self.add_error("store", gettext("Choose the store in which she collects it."))
        return said

    def quote(self) -> Quoted:
        """What it would come to, the group-buy that is meant always named. Raises NotForSale."""
        said = self.cleaned_data
        group_buy_id = UUID(said["group_buy"]) if said["group_buy"] else None
        now = said["at"] or self._now
        coupon_ids = (UUID(said["coupon"]),) if said["coupon"] else None
        quoted = purchase.quote(
            brand_id=self._brand_id,
            member_id=said["who"],
            basket=Basket(
                wanted=said["goods"],
                delivery=Delivery(said["delivery"]),
                store_id=None if said["delivery"] == Delivery.PARCEL else UUID(said["store"]),
            ),
            asking=Asking(
                coupon_codes=said["codes"],
                coupon_ids=coupon_ids,
                group_buy_id=group_buy_id,
            ),
            now=now,
        )
        if group_buy_id is None:
            return quoted
        return _naming(quoted, self._brand_id, group_buy_id, now)


@sensitive_post_parameters("who")
@require_http_methods(["GET", "POST"])
@console_page
def price_check(request: ConsoleRequest) -> HttpResponse:
    """A basket is posted, so that nobody's code stands in an address; nothing of it is kept."""
    with brand_time(request):
        if request.method == "GET":
            return _page(request, PriceForm(request, initial=_meant(request)))
        form = PriceForm(request, request.POST)
        if not form.is_valid():
            return _page(request, form, status=422)
        try:
            return _page(request, form, form.quote())
        except NotForSale as gone:
            codes = [form.codes[UUID(sku)] for sku in gone.details["sku_ids"]]  # type: ignore[union-attr]
            form.add_error(
                "goods",
                gettext("No longer sold: %(codes)s. Take it out.") % {"codes": ", ".join(codes)},
            )
            return _page(request, form, status=422)


def _page(
    request: ConsoleRequest, form: PriceForm, quoted: Quoted | None = None, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    if quoted is not None:
        quote = quoted.quote
        rules = [one.rule for one in (*quote.applied, *quote.refused)]
        terms = promotions.terms_by_rule(brand_id=request.operator.brand.id, rules=rules)
        context |= {
            "price": of_quote(quote, request.language, terms),
            "rows": _rows(request, quoted, form.codes),
            "at": form.cleaned_data["at"] or request.now,
        }
    return shown(request, "console/price_check.html", "promotions", context, status=status)


def _naming(quoted: Quoted, brand_id: UUID, group_buy_id: UUID, now: datetime) -> Quoted:
    """The quote with the reason of a group-buy that has nothing to do with these goods, or not yet:
    a quote speaks of those that concern them alone.
    """
    quote, rule = quoted.quote, f"{PromotionKind.GROUP_BUY.value}:{group_buy_id}"
    if any(one.rule == rule for one in (*quote.applied, *quote.refused)):
        return quoted
    state = promotions.promotion(brand_id=brand_id, promotion_id=group_buy_id, now=now).state
    why = {PromotionState.PLANNED: Why.NOT_STARTED, PromotionState.ENDED: Why.ENDED}
    refused = RefusedRule(rule, why.get(state, Why.OTHER_GOODS))
    return replace(quoted, quote=replace(quote, refused=(*quote.refused, refused)))


def _rows(
    request: ConsoleRequest, quoted: Quoted, codes: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """Each line, what its pieces cost, and how many there are."""

    def cny(fen: int) -> str:
        return format_cny(fen, request.language)

    rows = []
    for one in quoted.quote.lines:
        goods = quoted.goods[one.line.sku_id]
        rows.append(
            {
                "name": name_in(request.language, goods),
                "code": codes[one.line.sku_id],
                "size": goods.size_label,
                "list": cny(one.line.list_fen),
                "each": " + ".join(
                    f"{count} × {cny(fen)}" for fen, count in sorted(Counter(one.unit_fen).items())
                ),
                "payable": cny(one.payable_fen),
                "short": ngettext("only %(left)d is for sale", "only %(left)d are for sale", left)
                % {"left": left}
                if (left := goods.for_sale) < one.line.quantity
                else "",
            }
        )
    return rows


def _pieces(text: str) -> Pieces:
    """The SKUs of a text, a line each, and how many of each. Raises ValidationError."""
    pieces: Pieces = {}
    for row in filter(None, (row.strip() for row in re.split(r"[\n,，;；、]+", text))):
        code, said = _last_word(row)
        more = whole(said, most=MOST_PIECES) or 0
        pieces[code] = pieces.get(code, 0) + more
        if not (more and pieces[code] <= MOST_PIECES):
            raise forms.ValidationError(
                gettext("How many of %(code)s? A whole number from 1 to %(most)d.")
                % {"code": code, "most": MOST_PIECES}
            )
    if not 1 <= len(pieces) <= MOST_LINES:
        raise forms.ValidationError(
            gettext("Type the codes of 1 to %(most)d SKUs.") % {"most": MOST_LINES}
        )
    return pieces


def _last_word(row: str) -> tuple[str, str]:
    """A code and the count after it, if what stands there looks like one; else "1"."""
    found = COUNTED.fullmatch(row)
    return (found["code"], found["count"]) if found else (row, "1")


def _meant(request: ConsoleRequest) -> dict[str, Any]:
    """What the page that led here was about: some goods, or a promotion."""
    brand_id = request.operator.brand.id
    goods = request.GET.get("goods", "").replace("\x00", "")[:GOODS_MAX]
    try:
        promotion_id = UUID(request.GET["promotion"])
    except (KeyError, ValueError):
        return {"goods": goods}
    card = promotions.promotion(brand_id=brand_id, promotion_id=promotion_id, now=request.now)
    return {
        "goods": goods or _first_of(brand_id, card),
        "at": card.terms.starts_at if card.state is PromotionState.PLANNED else None,
        "group_buy": str(promotion_id) if card.terms.kind is PromotionKind.GROUP_BUY else "",
        "codes": card.terms.code,
        "coupon": "" if card.terms.code else str(promotion_id),
        "delivery": card.terms.deliveries[0].value if card.terms.deliveries else "",
        **({"store": str(card.terms.store_ids[0])} if card.terms.store_ids else {}),
    }


def _first_of(brand_id: UUID, card: PromotionCard) -> str:
    """The code of one SKU that a promotion is for, or ""."""
    first = card.sku_ids[:1]
    of = catalog.products_of_skus(brand_id=brand_id, sku_ids=first)
    cards = catalog.products_ever(brand_id=brand_id, product_ids=sorted(set(of.values())))
    return next(
        (sku.code for one in cards.values() for sku in one.skus if sku.id in first),
        "",
    )


def _stores(request: ConsoleRequest) -> list[tuple[str, str]]:
    found = brands.stores(brand_id=request.operator.brand.id, limit=STORES_LISTED).stores
    return [(str(one.id), name_in(request.language, one)) for one in found]


def _open(request: ConsoleRequest, kind: PromotionKind) -> list[tuple[str, str]]:
    """The promotions of a kind that run or will, by name."""
    found = promotions.not_over(
        brand_id=request.operator.brand.id, kind=kind, now=request.now, limit=OPEN_LISTED
    )
    return [(str(one.id), name_in(request.language, one)) for one in found]


def _only(request: ConsoleRequest) -> list[tuple[str, str]]:
    """Each coupon as the one of hers that she would use."""
    return [
        (coupon_id, gettext("Only %(name)s") % {"name": name})
        for coupon_id, name in _open(request, PromotionKind.COUPON)
    ]
