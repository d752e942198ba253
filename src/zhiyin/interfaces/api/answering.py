"""An answer to a need as one JSON object: for the API and for `zhiyin match --json`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import Reading, slots_to_json
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import LookCard, ShowCard
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.matching.types import Chip, Pick, PickItem
from zhiyin.flows.decide import Answered
from zhiyin.interfaces import chips, wording


def reading_json(reading: Reading, *, taxonomy: Taxonomy, language: str) -> dict[str, Any]:
    """What was understood, chip by chip and by whom; what was not; what cannot be taken."""
    rows = chips.rows(reading.slots, taxonomy=taxonomy, language=language, reading=reading)
    return {
        "slots": slots_to_json(reading.slots),
        "understood": [
            {
                "slot": row.slot,
                "value": row.value,
                "label": row.label,
                "words": row.words,
                "source": row.source,
            }
            for row in rows
            if not row.state
        ],
        "not_understood": [span.words for span in reading.not_understood],
        "problems": [
            {"code": problem.code.value, "slot": problem.slot, "words": problem.words}
            for problem in reading.problems
        ],
    }


def answer_json(
    *,
    brand: BrandCard,
    reading: Reading,
    answered: Answered,
    taxonomy: Taxonomy,
    language: str,
) -> dict[str, Any]:
    """The whole answer. Inside the brand's transaction; five queries at most."""
    answer = answered.answer
    ranked = (*answer.picks, *answer.runners_up)
    shown = _Shown.of(brand.id, ranked, taxonomy=taxonomy, language=language)
    return {
        "brand": brand.slug,
        **reading_json(reading, taxonomy=taxonomy, language=language),
        "personalised": answered.personalised,
        "unproven": [shown.chip(chip) for chip in answer.unproven],
        "set_aside": [shown.chip(chip) for chip in answer.set_aside],
        "considered": answer.considered,
        "model": answer.model_version,
        "picks": [shown.pick(pick) for pick in answer.picks],
        "runners_up": [shown.pick(pick) for pick in answer.runners_up],
    }


class _Shown:
    """The rows that an answer names, fetched once for all picks."""

    def __init__(
        self,
        *,
        products: Mapping[UUID, ProductCard],
        people: Mapping[UUID, KocCard],
        looks: Mapping[UUID, LookCard],
        shows: Mapping[UUID, ShowCard],
        taxonomy: Taxonomy,
        language: str,
    ) -> None:
        self.products, self.people, self.looks, self.shows = products, people, looks, shows
        self.taxonomy, self.language = taxonomy, language

    @classmethod
    def of(
        cls, brand_id: UUID, picks: tuple[Pick, ...], *, taxonomy: Taxonomy, language: str
    ) -> "_Shown":
        return cls(
            products=catalog.products_ever(  # one may leave the shop while it is picked
                brand_id=brand_id,
                product_ids=sorted({item.product_id for pick in picks for item in pick.items}),
            ),
            people=kocs.kocs_by_id(
                brand_id=brand_id, koc_ids=sorted({p.koc_id for p in picks if p.koc_id})
            ),
            looks=content.looks_by_id(
                brand_id=brand_id, look_ids=sorted({p.look_id for p in picks if p.look_id})
            ),
            shows=content.shows_by_id(
                brand_id=brand_id,
                show_ids=sorted({show for pick in picks for show in pick.evidence}),
            ),
            taxonomy=taxonomy,
            language=language,
        )

    def pick(self, pick: Pick) -> dict[str, Any]:
        items = [self._item(item) for item in pick.items]
        return {
            "koc": self._koc(pick),
            "look": self._look(pick),
            "size": items[0]["size"],
            "items": items,
            "total_fen": pick.total_fen,
            "likeness_bps": pick.likeness_bps,
            "reasons": [
                {
                    "kind": reason.kind.value,
                    "sentence": wording.reason(
                        reason, taxonomy=self.taxonomy, language=self.language
                    ),
                    "chips": [self.chip(chip) for chip in reason.slots],
                    "counts": dict(reason.counts or {}),
                    "show_ids": [str(show_id) for show_id in reason.show_ids],
                }
                for reason in pick.reasons
            ],
            "evidence": [self._show(show_id) for show_id in pick.evidence],
            "quote": str(pick.quote) if pick.quote else None,
            "worn_count": pick.worn_count,
            "fit_count": pick.fit_count,
            "thin": pick.is_thin,
            "earns": pick.earns,
            "score": round(pick.score, 6),
            "parts": [
                {"name": part.name, "value": round(part.value, 6), "share": round(part.share, 6)}
                for part in pick.parts
            ],
        }

    def chip(self, chip: Chip) -> dict[str, str]:
        slot, value = chip
        typed: object = value
        if slot in chips.NUMBERS:
            typed = float(value)
        label = chips.label(slot, typed, taxonomy=self.taxonomy, language=self.language)
        return {"slot": slot, "value": value, "label": label}

    def _koc(self, pick: Pick) -> dict[str, Any] | None:
        card = self.people.get(pick.koc_id) if pick.koc_id else None
        if card is None:
            return None
        name = self._own(card.name_zh, card.name_en)
        return {"id": str(card.id), "handle": card.handle, "name": name, "city": card.city}

    def _look(self, pick: Pick) -> dict[str, Any] | None:
        card = self.looks.get(pick.look_id) if pick.look_id else None
        if card is None:
            # Not every pick is part of a composed look: then the garment stands for itself.
            product = self.products.get(pick.items[0].product_id)
            name = self._own(product.name_zh, product.name_en) if product else ""
            return {"id": None, "code": product.code if product else "", "name": name, "why": ""}
        return {
            "id": str(card.id),
            "code": card.code,
            "name": self._own(card.name_zh, card.name_en),
            "why": self._own(card.why_zh, card.why_en),
        }

    def _item(self, item: PickItem) -> dict[str, Any]:
        product = self.products[item.product_id]
        sku = next((sku.code for sku in product.skus if sku.id == item.sku_id), "")
        chances = item.fit_bps and dict(zip(("small", "fit", "large"), item.fit_bps, strict=True))
        return {
            "product": product.code,
            "product_id": str(item.product_id),
            "name": self._own(product.name_zh, product.name_en),
            "category": product.category.value,
            "sku": sku,
            "color": item.color,
            "size": item.size_label,
            "price_fen": item.price_fen,
            "on_hand": item.on_hand,
            "fit_bps": chances,
        }

    def _show(self, show_id: UUID) -> dict[str, Any]:
        show = self.shows.get(show_id)
        if show is None:
            return {"id": str(show_id)}
        return {
            "id": str(show.id),
            "source": show.source.value,
            "size_code": show.size_code,
            "fit": show.fit.value if show.fit else None,
            "rating": show.rating,
            "occasion": show.occasion,
            "worn_at": show.worn_at,
            "text": self._own(show.text_zh, show.text_en),
        }

    def _own(self, zh: str, en: str) -> str:
        return (en or zh) if self.language.startswith("en") else (zh or en)
