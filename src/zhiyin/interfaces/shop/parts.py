"""A pick taken apart: which of its parts she wants, each in which size."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhiyin.domain.catalog.types import ProductCard, SkuCard
from zhiyin.domain.matching.types import Pick, PickItem
from zhiyin.flows.purchase import Wanted
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.kit.money import format_cny


class Parts:
    """The parts of a pick as she wants them: which of them, and each in which size.

    `said` is what her form says; a page that was just opened says nothing, and has each part that
    is there in the size picked for her.
    """

    def __init__(self, pick: Pick, products: dict[UUID, ProductCard], said: Any) -> None:
        self.pick, self.products, self.said = pick, products, said

    def sizes(self, item: PickItem) -> list[SkuCard]:
        """What a part may be had in: its sizes in its colour, none once it has left the shop."""
        product = self.products.get(item.product_id)
        return [sku for sku in product.skus if sku.color == item.color] if product else []

    def sku(self, n: int, item: PickItem) -> SkuCard | None:
        """The size of a part: the one she named, or the one picked for her."""
        named = self.said.get(f"sku-{n}", "")
        sizes = self.sizes(item)
        return next(
            (sku for sku in sizes if str(sku.id) == named),
            next((sku for sku in sizes if sku.id == item.sku_id), None),
        )

    def is_wanted(self, n: int, item: PickItem) -> bool:
        """Whether she wants a part, and it is there."""
        sku = self.sku(n, item)
        if sku is None or not sku.on_hand:
            return False
        return not self.said.get("said") or str(n) in self.said.getlist("part")

    def chosen(self) -> list[tuple[PickItem, SkuCard]]:
        """The parts she wants, each in its size."""
        return [
            (item, sku)
            for n, item in enumerate(self.pick.items)
            if self.is_wanted(n, item) and (sku := self.sku(n, item)) is not None
        ]

    def wanted(self) -> list[Wanted]:
        """The same as lines of a cart, under the look and the KOC that they come from."""
        return [
            Wanted(sku_id=sku.id, quantity=1, look_id=self.pick.look_id, koc_id=self.pick.koc_id)
            for _item, sku in self.chosen()
        ]

    def shown(self, items: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
        """The parts for the page: each with its sizes, its price and its stock, and the total.

        `items` are the parts as `Presenter` words them.
        """
        chosen = self.chosen()
        return {
            "parts": [
                self._part(items[n], n, item, language) for n, item in enumerate(self.pick.items)
            ],
            "parts_total": format_cny(sum(sku.price_fen for _, sku in chosen), language),
            "parts_chosen": len(chosen),
            "parts_are_all": len(chosen) == len(self.pick.items),
        }

    def _part(
        self, worded: Mapping[str, Any], n: int, item: PickItem, language: str
    ) -> dict[str, Any]:
        sku = self.sku(n, item)
        return {
            **worded,
            "n": n,
            "is_wanted": self.is_wanted(n, item),
            "is_there": sku is not None and sku.on_hand > 0,
            "price": format_cny(sku.price_fen, language) if sku else "",
            "stock": _left(sku) if sku else "",
            "is_hers": sku is not None and sku.id == item.sku_id,
            "sizes": [
                {
                    "sku_id": str(one.id),
                    "label": one.size_label,
                    "is_chosen": sku is not None and one.id == sku.id,
                    "has_stock": one.on_hand > 0,
                }
                for one in self.sizes(item)
                if one.size_code
            ],
        }


def for_sale(
    presenter: Presenter, pick: Pick, opened: Mapping[str, Any], said: Any
) -> dict[str, Any]:
    """What the selling part of a pick's page shows. `opened` is what the presenter made of it."""
    products = {
        product_id: product
        for product_id, product in presenter.products.items()
        if product_id not in presenter.off
    }
    parts = Parts(pick, products, said)
    return parts.shown(opened["pick"]["items"], presenter.request.language) | {
        "need_id": presenter.need_id,
        "decision_id": presenter.decision_id,
        "rank": opened["pick"]["rank"],
        "is_look": len(pick.items) > 1,
    }


def _left(sku: SkuCard) -> str:
    if not sku.on_hand:
        return _("Sold out for now")
    return ngettext("%(left)d in stock", "%(left)d in stock", sku.on_hand) % {"left": sku.on_hand}
