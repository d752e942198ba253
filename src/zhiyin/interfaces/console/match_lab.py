"""The match lab: any need, the candidates, every part of every score, and how the matcher does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import NEED_MAX_CHARS, NeedHasNul, NeedTooLong, Reading
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.types import A_PERSON, Answer, NothingToPick, NotTrained, Part, Pick
from zhiyin.flows import decide
from zhiyin.flows.decide import Asker
from zhiyin.interfaces import chips, wording
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.anatomy import anatomy, lost
from zhiyin.interfaces.console.measured import measured
from zhiyin.interfaces.console.showing import shown
from zhiyin.interfaces.console.wearings import wearing
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny
from zhiyin.kit.numbers import whole
from zhiyin.kit.times import day_of

ROWS_SHOWN = 40
EXAMPLES = (
    "160，100斤，梨形，小腿粗，下个月参加婚礼，想显瘦，配我的米色鞋，400以内",
    "165cm 130斤 肩宽，想穿去年会，预算500",
    "5'4\", 140 lbs, pear shaped, need a dress for a summer wedding that hides my upper arms",
)


@sensitive_post_parameters("need")
@require_http_methods(["GET", "POST"])
@console_page
def match_lab(request: ConsoleRequest) -> HttpResponse:
    """A need is posted, so that nobody's body stands in an address; and it is kept nowhere."""
    text = request.POST.get("need", "")
    context: dict[str, Any] = {
        "text": text,
        "examples": EXAMPLES,
        "is_plain": "plain" in request.POST,
        "measured": measured(request.operator.brand.id),
        "most_chars": NEED_MAX_CHARS,
    }
    status = 200
    if text.strip():
        try:
            context |= _answered(request, text)
        except NeedTooLong:
            context["error"] = _("That is over %(most)d characters. Shorten it.") % {
                "most": NEED_MAX_CHARS
            }
        except NeedHasNul:
            context["error"] = _("There is a character in it that cannot be read. Type it anew.")
        status = 422 if "error" in context else 200
    return shown(request, "console/match_lab.html", "match-lab", context, status=status)


def _answered(request: ConsoleRequest, text: str) -> dict[str, Any]:
    brand = request.operator.brand
    taxonomy = audience.taxonomy(brand_id=brand.id)
    reading = read(text, taxonomy, day_of(request.now, brand.time_zone))
    heard = {
        "said": said(text, reading, taxonomy, request.language),
        "chips": chips.rows(
            reading.slots, taxonomy=taxonomy, language=request.language, reading=reading
        ),
    }
    try:
        answer = decide.answer_need(
            brand_id=brand.id,
            asker=Asker(wants_personal="plain" not in request.POST),
            folder=settings.MODEL_FOLDER,
            now=request.now,
            slots=reading.slots,
        ).answer
    except NothingToPick as refusal:
        slots = refusal.details.get("slots", ())
        assert isinstance(slots, list | tuple)
        tongue = "en" if request.language.startswith("en") else "zh-Hans"
        return heard | {"nothing": [taxonomy.slot_label(slot, tongue) for slot in slots]}
    except NotTrained:
        return heard | {"untrained": True}
    return heard | _candidates(request, answer, taxonomy)


def said(text: str, reading: Reading, taxonomy: Taxonomy, language: str) -> list[dict[str, str]]:
    """Her sentence in pieces: `label` is the chip that a piece became, "" for the rest."""
    pieces, done = [], 0
    for chip in sorted(reading.chips, key=lambda one: (one.start, -one.end)):
        if chip.start < done:
            continue
        pieces.append({"words": text[done : chip.start], "label": ""})
        label = chips.label(chip.slot, chip.value, taxonomy=taxonomy, language=language)
        pieces.append({"words": text[chip.start : chip.end], "label": label})
        done = chip.end
    pieces.append({"words": text[done:], "label": ""})
    return [piece for piece in pieces if piece["words"]]


def _candidates(request: ConsoleRequest, answer: Answer, taxonomy: Taxonomy) -> dict[str, Any]:
    brand_id, language = request.operator.brand.id, request.language
    picks = tuple(_as_placed(pick) for pick in answer.picks)
    others = tuple(_as_placed(pick) for pick in answer.runners_up)
    ranked = (*picks, *others)
    place = whole(request.POST.get("open", ""), most=len(ranked)) or 1
    names = _Names(request, ranked)
    opened = ranked[place - 1]
    before = ranked[place - 2] if place > 1 else None
    return {
        "picks": [names.candidate(pick, n) for n, pick in enumerate(picks, start=1)],
        "others": [names.candidate(pick, n) for n, pick in enumerate(others, start=len(picks) + 1)],
        "place": place,
        "opened": names.candidate(opened, place),
        "score": f"{opened.score:.2f}",
        "parts": anatomy(
            opened,
            advice=matches.advice(brand_id=brand_id).rows,
            taxonomy=taxonomy,
            language=language,
        ),
        "before": names.candidate(before, place - 1) if before else None,
        "behind": lost(matches.why_not(opened, before), taxonomy=taxonomy, language=language)
        if before
        else [],
        "ahead": lost(matches.why_not(before, opened), taxonomy=taxonomy, language=language)
        if before
        else [],
        "reasons": _reasons(request, opened, taxonomy),
        "considered": answer.considered,
        "model_version": answer.model_version,
        "unproven": [
            chips.label(*chip, taxonomy=taxonomy, language=language) for chip in answer.unproven
        ],
        "set_aside": [
            chips.label(*chip, taxonomy=taxonomy, language=language) for chip in answer.set_aside
        ],
    }


def _as_placed(pick: Pick) -> Pick:
    """The pick as it stands in the order: without a KOC it stands A_PERSON lower than it scores."""
    if pick.koc_id is not None:
        return pick
    nobody = Part(name="nobody", value=1.0, share=-A_PERSON)
    return replace(pick, score=pick.score - A_PERSON, parts=(*pick.parts, nobody))


def _reasons(request: ConsoleRequest, pick: Pick, taxonomy: Taxonomy) -> list[dict[str, Any]]:
    """The sentences of a pick; a counted one with the wearings it was counted from."""
    shown_ids = [one for reason in pick.reasons for one in reason.show_ids[:ROWS_SHOWN]]
    shows = content.shows_by_id(
        brand_id=request.operator.brand.id, show_ids=list(dict.fromkeys(shown_ids))
    )
    return [
        {
            "kind": reason.kind.value,
            "text": wording.reason(reason, taxonomy=taxonomy, language=request.language),
            "rows": [
                wearing(shows[one], taxonomy=taxonomy, language=request.language)
                for one in reason.show_ids[:ROWS_SHOWN]
                if one in shows
            ],
            "more": max(0, len(reason.show_ids) - ROWS_SHOWN),
        }
        for reason in pick.reasons
    ]


class _Names:
    """The names of what is ranked, read in one batch per kind."""

    def __init__(self, request: ConsoleRequest, ranked: Sequence[Pick]) -> None:
        brand_id = request.operator.brand.id
        self.language = request.language
        self.products = catalog.products_ever(  # one may leave the shop while it is ranked
            brand_id=brand_id,
            product_ids=sorted({item.product_id for pick in ranked for item in pick.items}),
        )
        self.kocs = kocs.kocs_by_id(
            brand_id=brand_id, koc_ids=sorted({pick.koc_id for pick in ranked if pick.koc_id})
        )

    def candidate(self, pick: Pick, rank: int) -> dict[str, Any]:
        """A pick as a line of the list."""
        koc = self.kocs.get(pick.koc_id) if pick.koc_id else None
        first = self.products[pick.items[0].product_id]
        return {
            "rank": rank,
            "name": " + ".join(self._product(item.product_id) for item in pick.items),
            "koc": name_in(self.language, koc) if koc else "",
            "likeness": round(pick.likeness_bps / 100),
            "score": f"{pick.score:.2f}",
            "price": format_cny(pick.total_fen, self.language),
            "worn": pick.worn_count,
            "is_thin": pick.is_thin,
            "category": first.category,
            "color": pick.items[0].color,
            "attributes": first.attributes,
            "kind": first.kind,
        }

    def _product(self, product_id: Any) -> str:
        return name_in(self.language, self.products[product_id])
