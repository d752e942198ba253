"""Looks: list them, compose one step by step, take one off the shop and put it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.content import operations, queries
from zhiyin.domain.content.types import (
    LookCard,
    LookCodeTaken,
    LookFacts,
    LookItemCard,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.products import drawn
from zhiyin.interfaces.console.showing import (
    IdMalformed,
    offer_undo,
    page_number,
    pager,
    searched,
    shown,
)
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny
from zhiyin.kit.numbers import whole

ITEMS_MAX = 5
PER_PAGE = 50
FOUND_MAX = 8
CHARS = {"code": 60, "name_zh": 80, "name_en": 80, "why_zh": 200, "why_en": 200}
NEEDED = ("code", "name_zh", "name_en")
ANSWER_SLOTS = ("occasion", "goals", "concerns", "body_shape", "skin_tone", "styles")
APART = "|"


@dataclass(frozen=True, slots=True)
class Draft:
    """A look being composed: what the form holds, whether or not it could be saved yet."""

    words: Mapping[str, str]
    koc_id: str
    items: tuple[LookItemCard, ...]
    answers: tuple[str, ...]


@require_GET
@console_page
def looks(request: ConsoleRequest) -> HttpResponse:
    """The looks on the shop, or those taken off it."""
    brand_id, is_retired = request.operator.brand.id, request.GET.get("view") == "retired"
    found, total = queries.look_page(
        brand_id=brand_id,
        search=searched(request),
        retired=is_retired,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    taxonomy = audience.taxonomy(brand_id=brand_id)
    here = reverse("console:looks", kwargs={"slug": request.brand.slug})
    products = _products(request, [item for look in found for item in look.items])
    people = kocs.kocs_by_id(
        brand_id=brand_id, koc_ids=sorted({look.koc_id for look in found if look.koc_id})
    )
    context = {
        "search": searched(request),
        "is_retired": is_retired,
        "total": total,
        "pager": pager(request, total=total, per_page=PER_PAGE),
        "views": [
            {"name": _("On the shop"), "href": here, "is_current": not is_retired},
            {
                "name": _("Off the shop"),
                "href": f"{here}?view=retired",
                "is_current": is_retired,
            },
        ],
        "rows": [
            {
                "card": look,
                "name": name_in(request.language, look),
                "koc": (name_in(request.language, people[look.koc_id]))
                if look.koc_id in people
                else "",
                "items": [
                    _item(request, item, products, taxonomy)
                    for item in look.items
                    if item.product_id in products
                ],
                "gone": sum(item.product_id not in products for item in look.items),
                "answers": _labels(request, look.answers, taxonomy),
            }
            for look in found
        ],
    }
    return shown(request, "console/looks.html", "looks", context)


@require_http_methods(["GET", "POST"])
@console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """Compose a look. Each step posts the whole draft, so nothing is lost on the way."""
    draft = _posted(request.POST) if request.method == "POST" else Draft({}, "", (), ())
    return _composed(request, draft, look=None)


@require_http_methods(["GET", "POST"])
@console_page
def look(request: ConsoleRequest, look_id: UUID) -> HttpResponse:
    """Change a look."""
    card = queries.look(brand_id=request.operator.brand.id, look_id=look_id)
    draft = _posted(request.POST) if request.method == "POST" else _kept(card)
    return _composed(request, draft, look=card)


@require_POST
@console_page
def retire(request: ConsoleRequest, look_id: UUID) -> HttpResponse:
    """Take a look off the shop."""
    operations.retire_look(brand_id=request.operator.brand.id, look_id=look_id, now=request.now)
    offer_undo(
        request,
        words=_("The look is off the shop."),
        action=reverse(
            "console:look-relist", kwargs={"slug": request.brand.slug, "look_id": look_id}
        ),
        fields={},
    )
    return redirect("console:looks", slug=request.brand.slug)


@require_POST
@console_page
def relist(request: ConsoleRequest, look_id: UUID) -> HttpResponse:
    """Put a look back on the shop."""
    operations.relist_look(brand_id=request.operator.brand.id, look_id=look_id)
    messages.info(request, _("The look is on the shop again."))
    return redirect("console:looks", slug=request.brand.slug)


def _composed(request: ConsoleRequest, draft: Draft, *, look: LookCard | None) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "save":
        faults = _faults(request, draft)
        if not faults:
            try:
                return _save(request, draft, look)
            except LookCodeTaken:
                faults = {"code": _("Another look has this code. Choose another.")}
        return _page(request, draft, look=look, faults=faults)
    return _page(request, _stepped(draft, act), look=look, faults={})


def _stepped(draft: Draft, act: str) -> Draft:
    """The draft after one button: add a product, take one out, move one up."""
    step, _apart, rest = act.partition(":")
    items = list(draft.items)
    if step == "add" and len(items) < ITEMS_MAX:
        new = _item_of(rest)
        if new.product_id not in {item.product_id for item in items}:
            items.append(new)
    elif step in ("drop", "up") and items:
        place = whole(rest, most=len(items) - 1)
        if place is not None:
            moved = items.pop(place)
            if step == "up":
                items.insert(max(0, place - 1), moved)
    return replace(draft, items=tuple(items))


def _faults(request: ConsoleRequest, draft: Draft) -> dict[str, str]:
    faults = {field: _("This needs words.") for field in NEEDED if not draft.words.get(field)}
    if not 1 <= len(draft.items) <= ITEMS_MAX:
        faults["items"] = _("A look has one to %(most)d products.") % {"most": ITEMS_MAX}
    if len(_products(request, draft.items)) < len(draft.items):
        faults["items"] = _("A product of it is not on the shop. Take it out.")
    return faults


def _save(request: ConsoleRequest, draft: Draft, look: LookCard | None) -> HttpResponse:
    brand_id = request.operator.brand.id
    known = {str(card.id): card.id for card in kocs.kocs(brand_id=brand_id)}
    if draft.koc_id and draft.koc_id not in known:
        raise IdMalformed(name="koc")
    answers: dict[str, list[str]] = {}
    vocabulary = audience.taxonomy(brand_id=brand_id).vocabulary
    for chip in draft.answers:
        slot, _apart, value = chip.partition(APART)
        if slot not in ANSWER_SLOTS or value not in vocabulary.get(slot, ()):
            raise IdMalformed(name="answers")
        answers.setdefault(slot, []).append(value)
    facts = LookFacts(
        **{**dict.fromkeys(CHARS, ""), **draft.words},
        items=draft.items,
        koc_id=known.get(draft.koc_id),
        answers=answers,
    )
    if look is None:
        look_id = operations.add_look(brand_id=brand_id, look=facts, now=request.now)
        messages.info(request, _("The look is on the shop. The next training lets it be picked."))
    else:
        operations.change_look(brand_id=brand_id, look_id=look.id, look=facts)
        look_id = look.id
        offer_undo(
            request,
            words=pgettext("a form", "Saved."),
            action=request.path,
            fields=_fields(_kept(look)),
        )
    return redirect("console:look", slug=request.brand.slug, look_id=look_id)


def _page(
    request: ConsoleRequest, draft: Draft, *, look: LookCard | None, faults: Mapping[str, str]
) -> HttpResponse:
    brand_id = request.operator.brand.id
    products = _products(request, draft.items)
    search = request.POST.get("find", "").replace("\x00", "").strip()[:60]
    found = (
        catalog.products(brand_id=brand_id, search=search, limit=FOUND_MAX).products
        if search
        else ()
    )
    listed = queries.looks_by_id(brand_id=brand_id, look_ids=[look.id]) if look else {}
    taxonomy = audience.taxonomy(brand_id=brand_id)
    context = {
        "look": look,
        "name": name_in(request.language, look) if look else "",
        "is_retired": bool(look and look.id not in listed),
        "words": draft.words,
        "faults": faults,
        "koc_id": draft.koc_id,
        "kocs": [
            (str(card.id), name_in(request.language, card)) for card in kocs.kocs(brand_id=brand_id)
        ],
        "items": [_item(request, item, products, taxonomy) for item in draft.items],
        "total": format_cny(
            sum(
                products[i.product_id].price_from_fen
                for i in draft.items
                if i.product_id in products
            ),
            request.language,
        ),
        "find": search,
        "found": [_found(request, card, taxonomy) for card in found],
        "answer_groups": _answer_groups(request, draft, taxonomy),
    }
    return shown(request, "console/look.html", "looks", context, status=422 if faults else 200)


def _answer_groups(
    request: ConsoleRequest, draft: Draft, taxonomy: Taxonomy
) -> list[dict[str, Any]]:
    tongue = "en" if request.language.startswith("en") else "zh-Hans"
    return [
        {
            "name": taxonomy.slot_label(slot, tongue),
            "is_open": any(chip.startswith(slot + APART) for chip in draft.answers),
            "values": [
                {
                    "key": f"{slot}{APART}{value}",
                    "label": chips.label(slot, value, taxonomy=taxonomy, language=request.language),
                    "is_on": f"{slot}{APART}{value}" in draft.answers,
                }
                for value in sorted(taxonomy.vocabulary.get(slot, ()))
            ],
        }
        for slot in ANSWER_SLOTS
    ]


def _found(request: ConsoleRequest, card: ProductCard, taxonomy: Taxonomy) -> dict[str, Any]:
    colors = list(dict.fromkeys(sku.color for sku in card.skus))
    return {
        "name": name_in(request.language, card),
        "code": card.code,
        "colors": [
            {
                "act": f"add:{card.id}{APART}{color}",
                "label": _color(request, color, taxonomy),
                "drawing": drawn(request, card, color),
            }
            for color in colors
        ],
    }


def _item(
    request: ConsoleRequest,
    item: LookItemCard,
    products: Mapping[UUID, ProductCard],
    taxonomy: Taxonomy,
) -> dict[str, Any]:
    card = products.get(item.product_id)
    return {
        "key": f"{item.product_id}{APART}{item.color}",
        "name": name_in(request.language, card) if card else _("off the shop"),
        "color": _color(request, item.color, taxonomy),
        "price": format_cny(card.price_from_fen, request.language) if card else "",
        "drawing": drawn(request, card, item.color) if card else None,
    }


def _products(request: ConsoleRequest, items: Sequence[LookItemCard]) -> dict[UUID, ProductCard]:
    return catalog.products_by_id(
        brand_id=request.operator.brand.id,
        product_ids=sorted({item.product_id for item in items}),
    )


def _labels(
    request: ConsoleRequest, answers: Mapping[str, Sequence[str]], taxonomy: Taxonomy
) -> list[str]:
    return [
        chips.label(slot, value, taxonomy=taxonomy, language=request.language)
        for slot, values in answers.items()
        for value in values
    ]


def _color(request: ConsoleRequest, color: str, taxonomy: Taxonomy) -> str:
    return chips.label("color", color, taxonomy=taxonomy, language=request.language)


def _posted(form: QueryDict) -> Draft:
    return Draft(
        words={
            field: form.get(field, "").replace("\x00", "").strip()[:most]
            for field, most in CHARS.items()
        },
        koc_id=form.get("koc", ""),
        items=tuple(_item_of(key) for key in form.getlist("item")[:ITEMS_MAX]),
        answers=tuple(form.getlist("answers")),
    )


def _kept(look: LookCard) -> Draft:
    return Draft(
        words={field: getattr(look, field) for field in CHARS},
        koc_id=str(look.koc_id or ""),
        items=look.items,
        answers=tuple(
            f"{slot}{APART}{value}" for slot, values in look.answers.items() for value in values
        ),
    )


def _fields(draft: Draft) -> dict[str, list[str]]:
    return {
        **{field: [words] for field, words in draft.words.items()},
        "koc": [draft.koc_id],
        "item": [f"{item.product_id}{APART}{item.color}" for item in draft.items],
        "answers": list(draft.answers),
        "act": ["save"],
    }


def _item_of(key: str) -> LookItemCard:
    product_id, _apart, color = key.partition(APART)
    try:
        return LookItemCard(UUID(product_id), color[:8])
    except ValueError:
        raise IdMalformed(name="item") from None
