"""One product: its facts and attributes, its prices; `stock` has what lies in the stores."""

from decimal import Decimal, DecimalException
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.types import Color, ProductCard, ProductFacts, SkuFacts
from zhiyin.domain.content import queries as content
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.forms import ProductForm, SkuForm
from zhiyin.interfaces.console.products import categories, drawn
from zhiyin.interfaces.console.showing import offer_undo, shown
from zhiyin.interfaces.console.stock_table import stock_table
from zhiyin.interfaces.console.wearings import wearing
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import FEN_PER_CNY, format_cny

PRICE_MAX_FEN = 10**12
SHOWS_LISTED = 10


@require_GET
@console_page
def product(request: ConsoleRequest, product_id: UUID) -> HttpResponse:
    """Everything about a product, and what depends on it."""
    return page(request, product_id)


@require_POST
@console_page
def save(request: ConsoleRequest, product_id: UUID) -> HttpResponse:
    """Correct its facts and attributes."""
    brand_id = request.operator.brand.id
    card, _retired = queries.product_for_staff(brand_id=brand_id, product_id=product_id)
    form = ProductForm(request.POST, categories=categories(request))
    if not form.is_valid():
        return page(request, product_id, form=form)
    operations.save_products(
        brand_id=brand_id,
        products=[ProductFacts(code=card.code, attributes=form.attributes, **form.facts)],
        now=request.now,
    )
    offer_undo(
        request,
        words=_("Saved. The next training of the matcher reads it."),
        action=request.path,
        fields={key: [str(value)] for key, value in _initial(card).items()},
    )
    return redirect("console:product", slug=request.brand.slug, product_id=product_id)


@require_POST
@console_page
def save_prices(request: ConsoleRequest, product_id: UUID) -> HttpResponse:
    """New prices for its SKUs. All of them are right, or none is changed."""
    brand_id = request.operator.brand.id
    card, _retired = queries.product_for_staff(brand_id=brand_id, product_id=product_id)
    stated: dict[UUID, int] = {}
    for sku in card.skus:
        typed = request.POST.get(f"price_{sku.id}")
        if typed is None:
            continue
        fen = fen_of(typed)
        if fen is None:
            error = _("%(code)s: a price is yuan above zero, with two decimals at most.") % {
                "code": sku.code
            }
            return page(request, product_id, price_error=error)
        if fen != sku.price_fen:
            stated[sku.id] = fen
    for sku_id, fen in stated.items():
        operations.set_price(brand_id=brand_id, sku_ids=[sku_id], price_fen=fen)
    offer_undo(
        request,
        words=ngettext("%(count)d price changed.", "%(count)d prices changed.", len(stated))
        % {"count": len(stated)},
        action=request.path,
        fields={f"price_{sku.id}": [yuan(sku.price_fen)] for sku in card.skus if sku.id in stated},
    )
    return redirect("console:product", slug=request.brand.slug, product_id=product_id)


@require_POST
@console_page
def add_sku(request: ConsoleRequest, product_id: UUID) -> HttpResponse:
    """A colour and size it has not had."""
    brand_id = request.operator.brand.id
    card, _retired = queries.product_for_staff(brand_id=brand_id, product_id=product_id)
    form = SkuForm(request.POST, colors=_colors(request))
    if form.is_valid():
        said = form.cleaned_data
        if queries.sku_ids_by_code(brand_id=brand_id, codes=[said["code"]]):
            form.add_error("code", _("Another SKU has this code. Choose another."))
        elif any((s.color, s.size_code) == (said["color"], said["size_code"]) for s in card.skus):
            form.add_error("size_code", _("It has this colour in this size already."))
        else:
            operations.save_skus(
                brand_id=brand_id,
                skus=[
                    SkuFacts(
                        product_code=card.code,
                        code=said["code"],
                        color=Color(said["color"]),
                        size_code=said["size_code"],
                        size_label=said["size_label"],
                        price_fen=int(said["price"] * FEN_PER_CNY),
                    )
                ],
            )
            messages.info(request, _("Added. Count its stock, or it is sold out."))
            return redirect("console:product", slug=request.brand.slug, product_id=product_id)
    return page(request, product_id, sku_form=form)


def fen_of(typed: str) -> int | None:
    """Yuan as typed, in fen; None if that is no price."""
    try:
        fen = Decimal(typed.strip()) * FEN_PER_CNY
    except DecimalException:
        return None
    is_price = fen.is_finite() and fen == fen.to_integral_value() and 0 < fen <= PRICE_MAX_FEN
    return int(fen) if is_price else None


def yuan(fen: int) -> str:
    """Fen as a field shows them."""
    return f"{fen // FEN_PER_CNY}.{fen % FEN_PER_CNY:02d}"


def page(
    request: ConsoleRequest,
    product_id: UUID,
    *,
    form: ProductForm | None = None,
    sku_form: SkuForm | None = None,
    price_error: str = "",
    stock_error: str = "",
    store_id: UUID | None = None,
) -> HttpResponse:
    """A product's page, with what was wrong with the form that she sent, if anything."""
    brand_id, language = request.operator.brand.id, request.language
    card, is_retired = queries.product_for_staff(brand_id=brand_id, product_id=product_id)
    taxonomy = audience.taxonomy(brand_id=brand_id)
    shows = content.shows_of_product(brand_id=brand_id, product_id=product_id)
    looks = [
        look
        for look in content.looks(brand_id=brand_id)
        if any(item.product_id == product_id for item in look.items)
    ]
    is_refused = bool(form or sku_form or price_error or stock_error)
    context = {
        "card": card,
        "name": name_in(request.language, card),
        "drawing": drawn(request, card),
        "is_retired": is_retired,
        "form": form or ProductForm(initial=_initial(card), categories=categories(request)),
        "sku_form": sku_form or SkuForm(colors=_colors(request)),
        "price_error": price_error,
        "stock_error": stock_error,
        "skus": [
            {
                "card": sku,
                "color": chips.label("color", sku.color, taxonomy=taxonomy, language=language),
                "yuan": request.POST.get(f"price_{sku.id}", yuan(sku.price_fen)),
                "price": format_cny(sku.price_fen, language),
            }
            for sku in card.skus
        ],
        "looks": [(look.id, name_in(language, look)) for look in looks],
        "shows_total": len(shows),
        "shows": [
            wearing(show, taxonomy=taxonomy, language=language) for show in shows[:SHOWS_LISTED]
        ],
        "shows_more": max(0, len(shows) - SHOWS_LISTED),
        **stock_table(request, card, store_id),
    }
    return shown(
        request, "console/product.html", "products", context, status=422 if is_refused else 200
    )


def _colors(request: ConsoleRequest) -> list[tuple[str, str]]:
    taxonomy = audience.taxonomy(brand_id=request.operator.brand.id)
    return [
        (one.value, chips.label("color", one, taxonomy=taxonomy, language=request.language))
        for one in Color
    ]


def _initial(card: ProductCard) -> dict[str, Any]:
    said = {
        field: getattr(card, field)
        for field in (
            "name_zh",
            "name_en",
            "category",
            "kind",
            "description_zh",
            "description_en",
            "care_zh",
            "care_en",
        )
    }
    return said | {f"attribute_{key}": value for key, value in card.attributes.items()}
