"""A cart or a checkout, line by line: what there is of it, its price, and what is in the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard, Sellable
from zhiyin.domain.content import queries as content
from zhiyin.domain.orders.types import OrderLine
from zhiyin.flows.purchase import Wanted
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.kit.money import format_cny


class Stands(StrEnum):
    """Whether a line can be bought now."""

    HERE = "here"
    SHORT = "short"  # fewer are left than she wants
    SOLD_OUT = "sold_out"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A line, what the catalogue says of it now, and how many of it may be had."""

    wanted: Wanted
    goods: Sellable | None
    left: int
    stands: Stands
    item_id: UUID | None = None


def weigh(
    *, brand_id: UUID, wanted: Sequence[Wanted], item_ids: Sequence[UUID] = ()
) -> tuple[Weighed, ...]:
    """Each line as it stands now, in order; lines of one SKU share its pieces. One query."""
    goods = catalog.sellable(brand_id=brand_id, sku_ids=sorted({one.sku_id for one in wanted}))
    left = {sku_id: found.for_sale for sku_id, found in goods.items()}
    weighed = []
    for n, one in enumerate(wanted):
        found, rest = goods.get(one.sku_id), left.get(one.sku_id, 0)
        if found is None:
            stands = Stands.RETIRED
        elif rest <= 0:
            stands = Stands.SOLD_OUT
        elif rest < one.quantity:
            stands = Stands.SHORT
        else:
            stands = Stands.HERE
            left[one.sku_id] = rest - one.quantity
        weighed.append(
            Weighed(
                wanted=one,
                goods=found,
                left=max(rest, 0),
                stands=stands,
                item_id=item_ids[n] if item_ids else None,
            )
        )
    return tuple(weighed)


def counted(weighed: Iterable[Weighed]) -> tuple[Weighed, ...]:
    """Those that can be bought as they stand."""
    return tuple(one for one in weighed if one.stands is Stands.HERE)


class Rows:
    """Lines as pages show them: parts of a look together, each with its drawing and its price."""

    def __init__(self, presenter: Presenter, weighed: Sequence[Weighed]) -> None:
        self.presenter, self.weighed = presenter, weighed
        brand_id = presenter.brand_id
        owners = catalog.products_of_skus(
            brand_id=brand_id, sku_ids={one.wanted.sku_id for one in weighed}
        )
        self.owners = owners
        product_ids = sorted(set(owners.values()))
        self.products = catalog.products_by_id(brand_id=brand_id, product_ids=product_ids)
        gone = [one for one in product_ids if one not in self.products]
        self.former = catalog.products_ever(brand_id=brand_id, product_ids=gone) if gone else {}
        look_ids = sorted({one.wanted.look_id for one in weighed if one.wanted.look_id})
        self.looks = content.looks_by_id(brand_id=brand_id, look_ids=look_ids) if look_ids else {}

    def groups(self) -> list[dict[str, Any]]:
        """Lines of one look under its name; each other line by itself, without one."""
        language = self.presenter.request.language
        groups: list[dict[str, Any]] = []
        for one in self.weighed:
            look_id = one.wanted.look_id
            if not groups or look_id is None or groups[-1]["look_id"] != look_id:
                look = self.looks.get(look_id) if look_id else None
                groups.append(
                    {
                        "look_id": look_id,
                        "name": name_in(language, look) if look else "",
                        "rows": [],
                    }
                )
            groups[-1]["rows"].append(self.row(one))
        for group in groups:
            if len(group["rows"]) < 2:
                group["name"] = ""
        return groups

    def row(self, one: Weighed) -> dict[str, Any]:
        """A line: what it is, how many, what that comes to, and what to do if it cannot be had."""
        product = self._product(one)
        language = self.presenter.request.language
        goods = one.goods
        color = goods.color if goods else self._color(one, product)
        shown = self.presenter.product(product) if product else {"title": "", "href": ""}
        return {
            **shown,
            "item_id": one.item_id,
            "color": color or "grey",
            "color_name": self.presenter.color(color) if color else "",
            "size": self._size(one, product),
            "href": shown["href"] if goods else "",
            "quantity": one.wanted.quantity,
            "fewer": one.wanted.quantity - 1,
            "more": one.wanted.quantity + 1,
            "left": one.left,
            "stands": one.stands.value,
            "line": self._said(one),
            "unit": format_cny(goods.price_fen, language) if goods else "",
            "price": format_cny(goods.price_fen * one.wanted.quantity, language)
            if goods and one.stands is Stands.HERE
            else "",
            "choices": self._choices(one, product) if one.item_id and goods else [],
            "product_id": str(product.id) if product else "",
        }

    def _product(self, one: Weighed) -> ProductCard | None:
        product_id = self.owners.get(one.wanted.sku_id)
        if product_id is None:
            return None
        return self.products.get(product_id) or self.former.get(product_id)

    def _said(self, one: Weighed) -> str:
        return {
            Stands.HERE: "",
            Stands.SHORT: ngettext(
                "Only %(left)d is left. Not counted: take fewer.",
                "Only %(left)d are left. Not counted: take fewer.",
                one.left,
            )
            % {"left": one.left},
            Stands.SOLD_OUT: _("Sold out for now. Not counted."),
            Stands.RETIRED: _("No longer sold. Not counted."),
        }[one.stands]

    def _size(self, one: Weighed, product: ProductCard | None) -> str:
        sku = self._sku(one, product)
        if one.goods is not None and (sku is None or sku.size_code):
            return one.goods.size_label
        return sku.size_label if sku and sku.size_code else ""

    def _color(self, one: Weighed, product: ProductCard | None) -> str:
        sku = self._sku(one, product)
        return sku.color if sku else ""

    def _sku(self, one: Weighed, product: ProductCard | None) -> Any:
        skus = product.skus if product else ()
        return next((sku for sku in skus if sku.id == one.wanted.sku_id), None)

    def _choices(self, one: Weighed, product: ProductCard | None) -> list[dict[str, Any]]:
        """The sizes and colours that it may be changed to, each with its price and stock."""
        if product is None or len(product.skus) < 2:
            return []
        colors = {sku.color for sku in product.skus}
        return [
            {
                "sku_id": str(sku.id),
                "label": " · ".join(
                    words
                    for words in (
                        self.presenter.color(sku.color) if len(colors) > 1 else "",
                        sku.size_label,
                        format_cny(sku.price_fen, self.presenter.request.language),
                        _("sold out")
                        if not sku.on_hand
                        else ngettext("%(left)d in stock", "%(left)d in stock", sku.on_hand)
                        % {"left": sku.on_hand},
                    )
                    if words
                ),
                "is_chosen": sku.id == one.wanted.sku_id,
                "is_out": not sku.on_hand and sku.id != one.wanted.sku_id,
            }
            for sku in product.skus
        ]


def ordered_groups(presenter: Presenter, lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
    """The lines of an order as they were when she bought, parts of a look together. Two queries."""
    language = presenter.request.language
    products = catalog.products_ever(
        brand_id=presenter.brand_id, product_ids=sorted({line.product_id for line in lines})
    )
    look_ids = sorted({line.look_id for line in lines if line.look_id})
    looks = content.looks_by_id(brand_id=presenter.brand_id, look_ids=look_ids) if look_ids else {}
    groups: dict[UUID, dict[str, Any]] = {}
    for line in lines:
        group = groups.setdefault(line.look_id or line.id, {"look_id": line.look_id, "rows": []})
        product = products[line.product_id]
        group["rows"].append(
            {
                **presenter.product(product),
                "title": name_in(language, line),
                "color": line.color,
                "color_name": presenter.color(line.color),
                "size": line.size_label,
                "quantity": line.quantity,
                "price": format_cny(line.list_fen * line.quantity, language),
                "line": ngettext("%(pieces)d given back", "%(pieces)d given back", line.refunded)
                % {"pieces": line.refunded}
                if line.refunded
                else "",
            }
        )
    for group in groups.values():
        look = looks.get(group["look_id"]) if len(group["rows"]) > 1 else None
        group["name"] = "" if look is None else name_in(language, look)
    return list(groups.values())


def board_url(presenter: Presenter, product_ids: Iterable[str]) -> str:
    """Where two or three of these are laid side by side on her question."""
    page = reverse("shop:board-new", kwargs={"slug": presenter.request.brand.slug})
    return page + "?" + "&".join(f"product={one}" for one in product_ids)
