"""The advice table: for a need, what speaks for or against a garment, and in what words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ATTRIBUTES, Color
from zhiyin.domain.matching import operations, queries
from zhiyin.domain.matching.types import AdviceConflict, AdviceMalformed, AdviceTable
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.forms import ATTRIBUTE_WORDS
from zhiyin.interfaces.console.showing import (
    IdMalformed,
    not_undone,
    offer_undo,
    posted_version,
    shown,
)

WEIGHTS = (0, 1, 2, 3)
COLOR = "color"
APART = "|"
SOURCE_CHARS_MAX = 120
Row = Mapping[str, Any]


@require_GET
@console_page
def advice(request: ConsoleRequest) -> HttpResponse:
    """The rows of one chip, those turned off too."""
    table = queries.advice(brand_id=request.operator.brand.id)
    rows = _all_rows(table)
    taxonomy = audience.taxonomy(brand_id=request.operator.brand.id)
    slots = list(dict.fromkeys(str(row["slot"]) for row in rows))
    slot = request.GET.get("slot", "")
    slot = slot if slot in slots else slots[0]
    values = list(dict.fromkeys(str(row["value"]) for row in rows if row["slot"] == slot))
    value = request.GET.get("value", "")
    value = value if value in values else values[0]
    here = reverse("console:advice", kwargs={"slug": request.brand.slug})
    tongue = "en" if request.language.startswith("en") else "zh-Hans"
    own = {_key(row) for row in table.edits}
    context = {
        "slot": slot,
        "value": value,
        "slots": [
            {
                "name": taxonomy.slot_label(one, tongue),
                "href": f"{here}?slot={one}",
                "is_current": one == slot,
                "count": sum(row["slot"] == one for row in rows),
            }
            for one in slots
        ],
        "values": [
            {
                "name": _chip(slot, one, taxonomy, request.language),
                "href": f"{here}?slot={slot}&value={one}",
                "is_current": one == value,
                "count": sum((row["slot"], row["value"]) == (slot, one) for row in rows),
            }
            for one in values
        ],
        "rows": [
            _shown_row(row, own, request.language)
            for row in rows
            if (row["slot"], row["value"]) == (slot, value)
        ],
    }
    return shown(request, "console/advice.html", "taxonomy", context)


@require_http_methods(["GET", "POST"])
@console_page
def row(request: ConsoleRequest) -> HttpResponse:
    """Change a row, turn it off, or add one (without `key`)."""
    brand_id, key = request.operator.brand.id, request.GET.get("key", "")
    table = queries.advice(brand_id=brand_id)
    held = next((one for one in _all_rows(table) if _key(one) == key), None)
    if key and held is None:
        raise IdMalformed(name="key")
    if request.method == "GET":
        return _page(request, table, held, _asked(request) if held is None else held)
    stated = _stated(request, held)
    edits = [one for one in table.edits if _key(one) != _key(stated)]
    based_on = posted_version(request, "based_on")
    if not stated["zh"] or not stated["en"] or not stated["attr_values"]:
        error = _("A row needs an attribute, and a sentence in both languages.")
        return _page(request, table, held, stated, error=error)
    if held is None and any(_key(one) == _key(stated) for one in _all_rows(table)):
        error = _("There is a row for this already: change that one.")
        return _page(request, table, held, stated, error=error)
    try:
        made = operations.edit_advice(
            brand_id=brand_id,
            rows=[*edits, stated],
            based_on=based_on,
            edited_by=request.operator.user_id,
            now=request.now,
        )
    except AdviceConflict as refusal:
        error = _(
            "Somebody saved version %(now)s meanwhile. Your words are still here: save again."
        ) % {"now": refusal.details["current"]}
        return _page(request, table, held, stated, error=error, status=409)
    except AdviceMalformed:
        error = _("Choose values of one attribute only.")
        return _page(request, table, held, stated, error=error)
    _offer(request, table, stated, made)
    here = reverse("console:advice", kwargs={"slug": request.brand.slug})
    return redirect(f"{here}?slot={stated['slot']}&value={stated['value']}")


@require_POST
@console_page
def undo(request: ConsoleRequest) -> HttpResponse:
    """Let the edits of a former version be in force again, as a new version.

    `based_on` is the version that is undone: what somebody saved since is not undone with it.
    """
    brand_id = request.operator.brand.id
    version, based_on = posted_version(request, "version"), posted_version(request, "based_on")
    if version > based_on:
        raise IdMalformed(name="version")
    try:
        operations.edit_advice(
            brand_id=brand_id,
            rows=queries.advice_edits(brand_id=brand_id, version=version),
            based_on=based_on,
            edited_by=request.operator.user_id,
            now=request.now,
        )
    except AdviceConflict as refusal:
        messages.error(request, not_undone(refusal.details["current"]))
    else:
        messages.info(request, _("As it was before."))
    return redirect("console:advice", slug=request.brand.slug)


def _offer(request: ConsoleRequest, before: AdviceTable, stated: Row, made: int) -> None:
    words = _("Turned off.") if stated["weight"] == 0 else _("Saved. The next answer follows it.")
    offer_undo(
        request,
        words=words,
        action=reverse("console:advice-undo", kwargs={"slug": request.brand.slug}),
        fields={"version": [str(before.version)], "based_on": [str(made)]},
    )


def _stated(request: ConsoleRequest, held: Row | None) -> dict[str, Any]:
    def words(name: str, most: int) -> str:
        return " ".join(request.POST.get(name, "").replace("\x00", "").split())[:most]

    weight = request.POST.get("weight", "")
    if weight not in map(str, WEIGHTS):
        raise IdMalformed(name="weight")
    said = {
        "weight": int(weight),
        "zh": words("zh", 80),
        "en": words("en", 80),
        "source": words("source", SOURCE_CHARS_MAX),
    }
    if held is not None:
        kept = ("slot", "value", "attribute", "attr_values", "direction")
        return {**{name: held[name] for name in kept}, **said}
    slot, _apart, value = request.POST.get("chip", "").partition(APART)
    tokens = [token.partition(APART) for token in request.POST.getlist("tokens")]
    attributes = {attribute for attribute, _apart, _value in tokens}
    return {
        "slot": slot,
        "value": value,
        "attribute": attributes.pop() if len(attributes) == 1 else "",
        "attr_values": [one for _attribute, _apart, one in tokens],
        "direction": "against" if request.POST.get("direction") == "against" else "for",
        **said,
    }


def _page(
    request: ConsoleRequest,
    table: AdviceTable,
    held: Row | None,
    stated: Row,
    *,
    error: str = "",
    status: int = 422,
) -> HttpResponse:
    brand_id, language = request.operator.brand.id, request.language
    taxonomy = audience.taxonomy(brand_id=brand_id)
    here = reverse("console:advice", kwargs={"slug": request.brand.slug})
    slot, value = str(stated["slot"]), str(stated["value"])
    context = {
        "is_new": held is None,
        "key": _key(held) if held else "",
        "back": f"{here}?slot={slot}&value={value}" if slot else here,
        "version": table.version,
        "weights": WEIGHTS,
        "error": error,
        "chip": _chip(slot, value, taxonomy, language) if held else "",
        "chip_key": f"{slot}{APART}{value}",
        "chips": _chip_options(table, taxonomy, language),
        "tokens": _token_options(taxonomy, language),
        "chosen": [f"{stated['attribute']}{APART}{one}" for one in stated["attr_values"]],
        "attribute": attribute_label(str(stated["attribute"])),
        "values": stated["attr_values"],
        "garments": _garments(request, stated),
        **{name: stated[name] for name in ("weight", "zh", "en", "source", "direction")},
    }
    return shown(
        request, "console/advice_row.html", "taxonomy", context, status=status if error else 200
    )


def _asked(request: ConsoleRequest) -> dict[str, Any]:
    return {
        "slot": request.GET.get("slot", "")[:20],
        "value": request.GET.get("value", "")[:40],
        "attribute": "",
        "attr_values": [],
        "direction": "for",
        "weight": 2,
        "zh": "",
        "en": "",
        "source": "",
    }


def _all_rows(table: AdviceTable) -> list[Row]:
    """The rows in force, and those that the brand has turned off."""
    off = [row for row in table.edits if row["weight"] == 0]
    return [*table.rows, *off]


def _key(row: Row) -> str:
    values = row["attr_values"]
    assert isinstance(values, Sequence)
    return ":".join(
        (str(row["slot"]), str(row["value"]), str(row["attribute"]), str(row["direction"]), *values)
    )


def _shown_row(row: Row, own: set[str], language: str) -> dict[str, Any]:
    is_english = language.startswith("en")
    return {
        "key": _key(row),
        "sentence": row["en"] if is_english else row["zh"],
        "other": row["zh"] if is_english else row["en"],
        "attribute": attribute_label(str(row["attribute"])),
        "values": row["attr_values"],
        "is_for": row["direction"] == "for",
        "weight": row["weight"],
        "source": row["source"],
        "is_own": _key(row) in own,
    }


def attribute_label(attribute: str) -> str:
    """What an attribute of the table is called."""
    return _("Colour") if attribute == COLOR else str(ATTRIBUTE_WORDS.get(attribute, attribute))


def _chip(slot: str, value: str, taxonomy: Taxonomy, language: str) -> str:
    is_color = slot == "owned" and value in set(Color)
    return chips.label(COLOR if is_color else slot, value, taxonomy=taxonomy, language=language)


def _chip_options(
    table: AdviceTable, taxonomy: Taxonomy, language: str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every chip that the table could speak to: the values of the slots it speaks to already."""
    tongue = "en" if language.startswith("en") else "zh-Hans"
    return [
        (
            taxonomy.slot_label(slot, tongue),
            [
                (f"{slot}{APART}{value}", _chip(slot, value, taxonomy, language))
                for value in sorted(taxonomy.vocabulary.get(slot, ()))
            ],
        )
        for slot in dict.fromkeys(str(row["slot"]) for row in table.shipped)
    ]


def _token_options(taxonomy: Taxonomy, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    colors = [
        (f"{COLOR}{APART}{one}", chips.label(COLOR, one, taxonomy=taxonomy, language=language))
        for one in Color
    ]
    attributes = [
        (
            attribute_label(name),
            [(f"{name}{APART}{value}", value.replace("_", " ")) for value in sorted(values)],
        )
        for name, values in ATTRIBUTES.items()
    ]
    return [*attributes, (attribute_label(COLOR), colors)]


def _garments(request: ConsoleRequest, stated: Row) -> int:
    """How many products on the shop have the attribute."""
    wanted, attribute = set(stated["attr_values"]), stated["attribute"]
    return sum(
        bool(wanted & {sku.color for sku in card.skus})
        if attribute == COLOR
        else card.attributes.get(str(attribute)) in wanted
        for card in catalog.all_products(brand_id=request.operator.brand.id)
    )
