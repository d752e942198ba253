"""An answer in the words and pictures of a shop page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import Category, ProductCard, SkuCard
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import FitVerdict, LookCard, ShowCard, ShowSource
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.matching.types import (
    Answer,
    DecisionNotFound,
    NothingToPick,
    Pick,
    PickItem,
    Reason,
    ReasonKind,
    Wearer,
)
from zhiyin.flows.decide import Answered
from zhiyin.interfaces import chips, wording
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.interfaces.shop.thinness import how_thin
from zhiyin.kit.money import format_cny

COUNTED = {ReasonKind.LIKENESS, ReasonKind.WORN, ReasonKind.CHOSEN, ReasonKind.SIZE}
PER_CENT = 100
CARD_REASONS = 4
CARD_KINDS = (
    ReasonKind.LIKENESS,
    ReasonKind.WORN,
    ReasonKind.ADVICE,
    ReasonKind.OWNED,
    ReasonKind.CHOSEN,
    ReasonKind.SKILL,
    ReasonKind.BUDGET,
    ReasonKind.COLOR,
    ReasonKind.CATEGORY,
    ReasonKind.SIZE,
    ReasonKind.IN_STOCK,
)


class Presenter:
    """Turns picks into what templates show. Reads every name it needs in one batch per kind."""

    def __init__(
        self,
        request: ShopRequest,
        need_id: UUID | None = None,
        decision_id: UUID | None = None,
    ) -> None:
        self.request, self.need_id, self.decision_id = request, need_id, decision_id
        self.brand_id = request.visitor.brand.id
        self.is_english = request.language.startswith("en")
        self.taxonomy = audience.taxonomy(brand_id=self.brand_id)
        self.products: dict[UUID, ProductCard] = {}
        self.kocs: dict[UUID, KocCard] = {}
        self.looks: dict[UUID, LookCard] = {}
        self.off: frozenset[UUID] = frozenset()

    def know(self, *, products: Sequence[ProductCard], koc_ids: Sequence[UUID] = ()) -> None:
        """Take products the page has read already, and read the KOCs it names."""
        self.products |= {product.id: product for product in products}
        self.kocs |= kocs.kocs_by_id(brand_id=self.brand_id, koc_ids=sorted(set(koc_ids)))

    def answer(self, answered: Answered) -> dict[str, Any]:
        """The picks of an answer, and what it says of chips it could not speak to."""
        answer = answered.answer
        self._fetch(answer.picks)
        return {
            "need_id": self.need_id,
            "decision_id": self.decision_id,
            "picks": [self._pick(pick, rank) for rank, pick in enumerate(answer.picks, start=1)],
            "unproven": [self._label(*chip) for chip in answer.unproven],
            "set_aside": [self._label(*chip) for chip in answer.set_aside],
            "personalised": answered.personalised,
        }

    def opened(self, answer: Answer, rank: int) -> dict[str, Any]:
        """One pick with everything behind it. Raises DecisionNotFound for a rank it has not."""
        if not 1 <= rank <= len(answer.picks):
            raise DecisionNotFound(decision_id=self.decision_id, rank=rank)
        pick = answer.picks[rank - 1]
        self._fetch([pick])
        shows = content.shows_by_id(
            brand_id=self.brand_id,
            show_ids=[*pick.evidence, *([pick.quote] if pick.quote else [])],
        )
        quote = shows.get(pick.quote) if pick.quote else None
        return {
            "tab": "decide",
            "need_id": self.need_id,
            "pick": self._pick(pick, rank),
            "quote": self.show(quote) if quote else None,
            "shows": [self.show(shows[show_id]) for show_id in pick.evidence if show_id in shows],
        }

    def loosen(self, refusal: NothingToPick, stated: NeedSlots) -> list[str]:
        """The wishes that stand in the way together, as her chips read."""
        slots = refusal.details.get("slots", ())
        assert isinstance(slots, Iterable)
        hers = chips.rows(stated, taxonomy=self.taxonomy, language=self.request.language)
        labels = {slot: [chip.label for chip in hers if chip.slot == slot] for slot in slots}
        return [
            label
            for slot in slots
            for label in labels[slot] or [self.taxonomy.slot_label(slot, self._tongue)]
        ]

    def show(self, show: ShowCard) -> dict[str, Any]:
        """A buyer show as `parts/show.html` wants it."""
        product = self.products.get(show.product_id)
        koc = self.kocs.get(show.koc_id) if show.koc_id else None
        labels = {sku.size_code: sku.size_label for sku in product.skus} if product else {}
        fits = {
            FitVerdict.SMALL: _("runs small"),
            FitVerdict.FIT: _("fits"),
            FitVerdict.LARGE: _("runs large"),
        }
        text = show.text_en if self.is_english else show.text_zh
        return {
            "name": self._name(koc) if koc else _("A wearer"),
            "hue_key": str(show.koc_id or show.author_id or show.id),
            "body": " · ".join(self._facts(show)),
            "text": text or show.text_zh or show.text_en or self._rating(show),
            "size": labels.get(show.size_code) or _("size %(code)d") % {"code": show.size_code},
            "fit": fits[show.fit] if show.fit else "",
            "fit_is_good": show.fit is FitVerdict.FIT,
            "when": f"{show.worn_at:%Y-%m}",
            "source": {
                ShowSource.PURCHASE: _("bought here"),
                ShowSource.IMPORT: _("imported review"),
                ShowSource.AUTHORED: _("written for the demo"),
            }[show.source],
            "is_demo": show.source is ShowSource.AUTHORED,
            "category": product.category if product else "dress",
            "color": show.color or (product.skus[0].color if product and product.skus else "grey"),
            "kind": product.kind if product else "",
            "attributes": product.attributes if product else {},
            "title": self._product_name(product) if product else "",
            "photo_url": next(iter(photos := self._photos(show)), ""),
            "more_photos": photos[1:],
            "report_url": reverse(
                "shop:show-report", kwargs={"slug": self.request.brand.slug, "show_id": show.id}
            ),
        }

    def look(self, look: LookCard) -> dict[str, Any]:
        """A look: what goes together and why, each part leading to its product."""
        return {
            "name": name_in(self.request.language, look),
            "why": self._why(look),
            "items": [
                {**self.product(self.products[item.product_id]), "color": item.color}
                for item in look.items
                if item.product_id in self.products
            ],
        }

    def color(self, color: str) -> str:
        """A colour by its name."""
        return self.taxonomy.value_label("color", color, self._tongue)

    def wearer(self, wearer: Wearer) -> dict[str, Any]:
        """A show with how like her its wearer is, where the two can be compared."""
        shown = self.show(wearer.show)
        shown["id"], shown["votes"] = str(wearer.show.id), wearer.show.useful_votes
        if wearer.likeness_bps is not None:
            shown["likeness"] = round(wearer.likeness_bps / PER_CENT)
        return shown

    def product(self, product: ProductCard) -> dict[str, Any]:
        """A product as `parts/good.html` wants it, with what its own page adds."""
        first = product.skus[0] if product.skus else None
        return {
            "id": str(product.id),
            "href": reverse(
                "shop:product", kwargs={"slug": self.request.brand.slug, "product_id": product.id}
            ),
            "category": product.category,
            "color": first.color if first else "grey",
            "attributes": product.attributes,
            "kind": product.kind,
            "title": self._product_name(product),
            "price": format_cny(product.price_from_fen, self.request.language) if first else "",
            "line": "" if any(sku.on_hand for sku in product.skus) else _("Sold out for now"),
            "description": product.description_en if self.is_english else product.description_zh,
            "care": product.care_en if self.is_english else product.care_zh,
        }

    def variants(self, product: ProductCard) -> list[dict[str, Any]]:
        """A product's colours, each with its sizes, prices and stock."""
        by_color: dict[str, list[SkuCard]] = {}
        for sku in product.skus:
            by_color.setdefault(sku.color, []).append(sku)
        return [
            {
                "color": color,
                "name": self.taxonomy.value_label("color", color, self._tongue),
                "drawing": {**self.product(product), "color": color},
                "sizes": [
                    {
                        "sku_id": str(sku.id),
                        "label": sku.size_label,
                        "price": format_cny(sku.price_fen, self.request.language),
                        "stock": ngettext("%(left)d in stock", "%(left)d in stock", sku.on_hand)
                        % {"left": sku.on_hand}
                        if sku.on_hand
                        else _("Sold out for now"),
                        "has_stock": sku.on_hand > 0,
                    }
                    for sku in skus
                ],
            }
            for color, skus in by_color.items()
        ]

    def categories(self, counts: Mapping[Category, int]) -> list[dict[str, Any]]:
        """The categories that have something, with how much."""
        return [
            {"value": category, "label": self._label("categories", category), "count": count}
            for category, count in counts.items()
        ]

    def _fetch(self, picks: Iterable[Pick]) -> None:
        picks = list(picks)
        product_ids = {item.product_id for pick in picks for item in pick.items}
        self.products = catalog.products_by_id(
            brand_id=self.brand_id, product_ids=sorted(product_ids)
        )
        self.off = frozenset(product_ids - set(self.products))
        if self.off:  # a former answer names what has left the shop since
            self.products |= catalog.products_ever(
                brand_id=self.brand_id, product_ids=sorted(self.off)
            )
        koc_ids = {pick.koc_id for pick in picks if pick.koc_id}
        self.kocs = kocs.kocs_by_id(brand_id=self.brand_id, koc_ids=sorted(koc_ids))
        look_ids = {pick.look_id for pick in picks if pick.look_id}
        self.looks = content.looks_by_id(brand_id=self.brand_id, look_ids=sorted(look_ids))

    def _pick(self, pick: Pick, rank: int) -> dict[str, Any]:
        koc = self.kocs.get(pick.koc_id) if pick.koc_id else None
        look = self.looks.get(pick.look_id) if pick.look_id else None
        href = reverse(
            "shop:pick",
            kwargs={
                "slug": self.request.brand.slug,
                "need_id": self.need_id,
                "decision_id": self.decision_id,
                "rank": rank,
            },
        )
        first = pick.items[0]
        return {
            "rank": rank,
            "name": self._pick_name(look, pick),
            "why": self._why(look),
            "koc": self._koc(koc) if koc else None,
            "likeness": round(pick.likeness_bps / PER_CENT) if koc else 0,
            "items": [self._item(item) for item in pick.items],
            "sizes": " · ".join(self._size(item) for item in pick.items),
            "price": format_cny(pick.total_fen, self.request.language),
            "stock": self._stock(pick),
            "reasons": [self._reason(reason) for reason in pick.reasons],
            "first_reasons": [self._reason(reason) for reason in _telling(pick.reasons)],
            "thin": how_thin(pick),
            "is_ad": pick.earns,
            "ad_line": _("She earns when you buy this.") if pick.earns else "",
            "is_demo": bool(koc and koc.is_demo),
            "href": href,
            "product_id": str(first.product_id),
            "decision_id": str(self.decision_id),
            **self._ask(koc),
        }

    def _ask(self, koc: KocCard | None) -> dict[str, str]:
        """Where her need can be put to the pick's KOC; nowhere if the KOC is herself."""
        member = self.request.visitor.member
        if koc is None or (member is not None and koc.member_id == member.id):
            return {"ask_url": "", "ask_label": ""}
        where = {"slug": self.request.brand.slug, "need_id": self.need_id, "koc_id": koc.id}
        return {
            "ask_url": reverse("shop:ask", kwargs=where),
            "ask_label": _("Ask %(name)s") % {"name": self._name(koc)},
        }

    def _koc(self, koc: KocCard) -> dict[str, Any]:
        return {
            "name": self._name(koc),
            "hue_key": str(koc.id),
            "alike": koc.persona_en if self.is_english else koc.persona_zh,
            "good_at": [
                self._label(slot, one) for slot, all_ in koc.good_at.items() for one in all_
            ],
            "id": str(koc.id),
            "href": reverse("shop:koc", kwargs={"slug": self.request.brand.slug, "koc_id": koc.id}),
        }

    def _item(self, item: PickItem) -> dict[str, Any]:
        product = self.products[item.product_id]
        return {
            "category": product.category,
            "color": item.color,
            "attributes": product.attributes,
            "kind": product.kind,
            "title": self._product_name(product),
            "size": self._size(item),
            "price": format_cny(item.price_fen, self.request.language),
            "href": reverse(
                "shop:product",
                kwargs={"slug": self.request.brand.slug, "product_id": item.product_id},
            ),
            "fit": self._fit(item),
            "is_off": item.product_id in self.off,
        }

    def _fit(self, item: PickItem) -> str:
        if item.fit_bps is None:
            return ""
        small, fits, large = (round(bps / PER_CENT) for bps in item.fit_bps)
        return _("fits %(fits)d%% · small %(small)d%% · large %(large)d%%") % {
            "fits": fits,
            "small": small,
            "large": large,
        }

    def _reason(self, reason: Reason) -> dict[str, str]:
        kind = "counted" if reason.kind in COUNTED else "advice"
        return {
            "text": wording.reason(reason, taxonomy=self.taxonomy, language=self.request.language),
            "kind": kind,
        }

    def _stock(self, pick: Pick) -> str:
        left = min(item.on_hand for item in pick.items)
        return ngettext("%(left)d in stock", "%(left)d in stock", left) % {"left": left}

    def _size(self, item: PickItem) -> str:
        name = self._product_name(self.products[item.product_id])
        if item.size_code == 0:
            return name
        return _("%(name)s %(size)s") % {"name": name, "size": item.size_label}

    def _facts(self, show: ShowCard) -> list[str]:
        return [
            chips.told_label(
                slot, show.facts[slot], taxonomy=self.taxonomy, language=self.request.language
            )
            for slot in ("height_cm", "weight_kg", "body_shape")
            if show.facts.get(slot)
        ]

    def _photos(self, show: ShowCard) -> list[str]:
        where = {"slug": self.request.brand.slug, "show_id": show.id}
        return [reverse("shop:photo", kwargs={**where, "ref": ref}) for ref in show.media_refs]

    def _rating(self, show: ShowCard) -> str:
        if show.rating is None:
            return ""
        return _("%(rating)d of 10, without words") % {"rating": show.rating}

    def _pick_name(self, look: LookCard | None, pick: Pick) -> str:
        if look:
            return name_in(self.request.language, look)
        return self._product_name(self.products[pick.items[0].product_id])

    def _why(self, look: LookCard | None) -> str:
        if look is None:
            return ""
        return look.why_en if self.is_english else look.why_zh

    def _name(self, koc: KocCard) -> str:
        return name_in(self.request.language, koc)

    def _product_name(self, product: ProductCard) -> str:
        return name_in(self.request.language, product)

    def _label(self, slot: str, value: object) -> str:
        return chips.label(slot, value, taxonomy=self.taxonomy, language=self.request.language)

    @property
    def _tongue(self) -> str:
        return "en" if self.is_english else "zh-Hans"


def _telling(reasons: Sequence[Reason]) -> list[Reason]:
    """The few reasons a card has room for: one of each kind, the counted ones first."""
    firsts = {reason.kind: reason for reason in reversed(reasons)}
    return [firsts[kind] for kind in CARD_KINDS if kind in firsts][:CARD_REASONS]
