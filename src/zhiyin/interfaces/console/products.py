"""Products: find them, see what depends on them, take them off the shop and put them back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.types import Category, ProductCard, ProductFacts
from zhiyin.domain.content import queries as content
from zhiyin.domain.matching.types import THIN_BELOW
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.forms import NewProductForm
from zhiyin.interfaces.console.showing import (
    offer_undo,
    page_number,
    pager,
    searched,
    shown,
    ticked,
)
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny

PER_PAGE = 50


@require_GET
@console_page
def products(request: ConsoleRequest) -> HttpResponse:
    """Products, newest first; views for what is retired, sold out or thinly proven."""
    brand_id = request.operator.brand.id
    view = request.GET.get("view", "")
    chosen = request.GET.get("category", "")
    category = Category(chosen) if chosen in set(Category) else None
    offset = (page_number(request) - 1) * PER_PAGE
    sold_out = queries.sold_out(brand_id=brand_id)
    if view in ("thin", "sold-out"):
        ids = (
            content.thinly_worn(
                brand_id=brand_id,
                product_ids=queries.product_ids(brand_id=brand_id),
                below=THIN_BELOW,
            )
            if view == "thin"
            else list(sold_out)
        )
        total, page = len(ids), ids[offset : offset + PER_PAGE]
        found = queries.products_by_id(brand_id=brand_id, product_ids=page)
        cards: Sequence[ProductCard] = [found[one] for one in page if one in found]
    else:
        listed = queries.products(
            brand_id=brand_id,
            search=searched(request),
            category=category,
            retired=view == "retired",
            offset=offset,
            limit=PER_PAGE,
        )
        total, cards = listed.total, listed.products
    worn = content.counted_shows(brand_id=brand_id, product_ids=[card.id for card in cards])
    context = {
        "search": searched(request),
        "category": category,
        "categories": categories(request),
        "view": view,
        "views": _views(request, view),
        "total": total,
        "rows": [
            _row(request, card, worn.get(card.id, 0), sold_out.get(card.id, 0)) for card in cards
        ],
        "pager": pager(request, total=total, per_page=PER_PAGE),
    }
    return shown(request, "console/products.html", "products", context)


@require_http_methods(["GET", "POST"])
@console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """List a product; its colours and sizes follow on its own page."""
    brand_id = request.operator.brand.id
    form = NewProductForm(request.POST or None, categories=categories(request))
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if queries.product_ids_by_code(brand_id=brand_id, codes=[code]):
            form.add_error("code", _("Another product has this code. Choose another."))
        else:
            operations.save_products(
                brand_id=brand_id,
                products=[ProductFacts(attributes=form.attributes, **form.facts)],
                now=request.now,
            )
            new = queries.product_ids_by_code(brand_id=brand_id, codes=[code])[code]
            messages.info(
                request, _("Listed. Now its colours and sizes: without them it is not sold.")
            )
            return redirect("console:product", slug=request.brand.slug, product_id=new)
    status = 422 if form.errors else 200
    return shown(request, "console/product_add.html", "products", {"form": form}, status=status)


@require_POST
@console_page
def retire(request: ConsoleRequest) -> HttpResponse:
    """First which products and what depends on them, then take them off the shop."""
    brand_id, ids = request.operator.brand.id, ticked(request)
    found = queries.products_by_id(brand_id=brand_id, product_ids=ids)
    here = reverse("console:products", kwargs={"slug": request.brand.slug})
    if not found:
        messages.info(request, _("Nothing was ticked, so nothing changed."))
        return redirect(here)
    if "confirmed" not in request.POST:
        looks = [
            look
            for look in content.looks(brand_id=brand_id)
            if any(item.product_id in found for item in look.items)
        ]
        context = {
            "title": ngettext(
                "Take %(count)d product off the shop?",
                "Take %(count)d products off the shop?",
                len(found),
            )
            % {"count": len(found)},
            "consequence": ngettext(
                "It touches %(looks)d look. Shows and stock are kept, and you can put it back.",
                "It touches %(looks)d looks. Shows and stock are kept, and you can put it back.",
                len(looks),
            )
            % {"looks": len(looks)},
            "lines": [
                f"{card.code} · {name_in(request.language, card)}" for card in found.values()
            ],
            "ids": list(found),
            "action": request.path,
            "button": _("Take off the shop"),
            "back": here,
        }
        return shown(request, "console/preview.html", "products", context)
    count = operations.retire_products(brand_id=brand_id, product_ids=list(found), now=request.now)
    offer_undo(
        request,
        words=ngettext(
            "%(count)d product is off the shop.", "%(count)d products are off the shop.", count
        )
        % {"count": count},
        action=reverse("console:products-relist", kwargs={"slug": request.brand.slug}),
        fields={"ids": [str(one) for one in found]},
    )
    return redirect(here)


@require_POST
@console_page
def relist(request: ConsoleRequest) -> HttpResponse:
    """Put products back on the shop."""
    count = operations.relist_products(
        brand_id=request.operator.brand.id, product_ids=ticked(request)
    )
    messages.info(
        request,
        ngettext(
            "%(count)d product is on the shop again.",
            "%(count)d products are on the shop again.",
            count,
        )
        % {"count": count},
    )
    return redirect("console:products", slug=request.brand.slug)


def categories(request: ConsoleRequest) -> list[tuple[str, str]]:
    """Every category and its name."""
    taxonomy = audience.taxonomy(brand_id=request.operator.brand.id)
    return [
        (one.value, chips.label("categories", one, taxonomy=taxonomy, language=request.language))
        for one in Category
    ]


def drawn(request: ConsoleRequest, card: ProductCard, color: str = "") -> dict[str, Any]:
    """What its drawing is made from."""
    return {
        "category": card.category,
        "color": color or (card.skus[0].color if card.skus else "grey"),
        "attributes": card.attributes,
        "kind": card.kind,
        "title": name_in(request.language, card),
    }


def prices(request: ConsoleRequest, card: ProductCard) -> str:
    """From the lowest price to the highest."""
    found = sorted({sku.price_fen for sku in card.skus})
    both = found[:1] + found[-1:] if len(found) > 1 else found
    return "–".join(format_cny(fen, request.language) for fen in both)


def _row(
    request: ConsoleRequest, card: ProductCard, worn: int, sizes_sold_out: int
) -> dict[str, Any]:
    return {
        "id": card.id,
        "code": card.code,
        "drawing": drawn(request, card),
        "name": name_in(request.language, card),
        "price": prices(request, card),
        "on_hand": sum(sku.on_hand for sku in card.skus),
        "sizes": len(card.skus),
        "sold_out": sizes_sold_out,
        "worn": worn,
        "is_thin": worn < THIN_BELOW,
    }


def _views(request: ConsoleRequest, view: str) -> list[dict[str, Any]]:
    here: UUID | str = reverse("console:products", kwargs={"slug": request.brand.slug})
    named = (
        ("", _("On the shop")),
        ("sold-out", _("Sizes sold out")),
        ("thin", _("Thin evidence")),
        ("retired", _("Off the shop")),
    )
    return [
        {"name": words, "href": f"{here}?view={one}" if one else here, "is_current": view == one}
        for one, words in named
    ]
