"""Browse, search, a product's page, and the people like her who wore it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import Category
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as votes
from zhiyin.flows import decide
from zhiyin.interfaces.shop.access import ShopRequest, shop_page
from zhiyin.interfaces.shop.deciding import asker
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import page_number, pager, shown
from zhiyin.interfaces.shop.together import lines_of, on_product

PER_PAGE = 24
SHOWS_PER_PAGE = 10


@require_GET
@shop_page
def browse(request: ShopRequest) -> HttpResponse:
    """Everything on the shop, by category or by a search."""
    brand_id = request.visitor.brand.id
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    chosen = request.GET.get("category", "")
    category = Category(chosen) if chosen in set(Category) else None
    page = page_number(request)
    found = catalog.products(
        brand_id=brand_id,
        search=search,
        category=category,
        offset=(page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    presenter = Presenter(request)
    lines = lines_of(request, found.products) if found.products else {}
    context = {
        "tab": "browse",
        "search": search,
        "category": category,
        "categories": presenter.categories(catalog.category_counts(brand_id=brand_id)),
        "products": [
            presenter.product(product) | ({"line": line} if (line := lines.get(product.id)) else {})
            for product in found.products
        ],
        "total": found.total,
        **pager(page, found.total, PER_PAGE),
    }
    return render(request, "shop/browse.html", context)


@require_GET
@shop_page
def product(request: ShopRequest, product_id: UUID) -> HttpResponse:
    """One product: what it is, its sizes and stock, and who wore it, the likest first."""
    brand_id = request.visitor.brand.id
    card = catalog.product(brand_id=brand_id, product_id=product_id)
    page = page_number(request)
    worn = decide.people_like_me(
        brand_id=brand_id,
        asker=asker(request),
        product_id=product_id,
        offset=(page - 1) * SHOWS_PER_PAGE,
        limit=SHOWS_PER_PAGE,
    )
    presenter = Presenter(request)
    presenter.know(products=[card], koc_ids=[w.show.koc_id for w in worn.wearers if w.show.koc_id])
    hers = _found_useful(request, [wearer.show.id for wearer in worn.wearers])
    context: dict[str, Any] = {
        "product": presenter.product(card),
        "variants": presenter.variants(card),
        "has_stock": any(sku.on_hand for sku in card.skus),
        "shows": [
            _worn(request, presenter.wearer(wearer), product_id, hers) for wearer in worn.wearers
        ],
        "total": worn.total,
        "offers": on_product(request, card),
        **pager(page, worn.total, SHOWS_PER_PAGE),
    }
    return shown(request, "shop/product.html", context, tab="browse")


@require_POST
@shop_page
def useful(request: ShopRequest, product_id: UUID, show_id: UUID) -> HttpResponse:
    """She found a show useful, or takes that back."""
    member = request.visitor.member
    assert member is not None, "the matrix names members only"
    brand_id = request.visitor.brand.id
    if request.POST.get("undo"):
        content.unvote_useful(brand_id=brand_id, show_id=show_id, member_id=member.id)
    else:
        content.vote_useful(
            brand_id=brand_id, show_id=show_id, member_id=member.id, now=request.now
        )
        messages.info(request, _("Thank you. Others will see it earlier."))
    return redirect("shop:product", slug=request.brand.slug, product_id=product_id)


def _found_useful(request: ShopRequest, show_ids: list[UUID]) -> frozenset[UUID]:
    """Those of some shows that she said were useful; nothing for a guest."""
    member = request.visitor.member
    if member is None:
        return frozenset()
    return votes.found_useful(
        brand_id=request.visitor.brand.id, member_id=member.id, show_ids=show_ids
    )


def _worn(
    request: ShopRequest, shown: dict[str, Any], product_id: UUID, hers: frozenset[UUID]
) -> dict[str, Any]:
    """A show with what others said of its use, and where a member may say so."""
    useful: dict[str, Any] = {"count": shown["votes"]}
    if request.visitor.member is not None:
        useful["is_hers"] = UUID(shown["id"]) in hers
        useful["href"] = reverse(
            "shop:useful",
            kwargs={
                "slug": request.brand.slug,
                "product_id": product_id,
                "show_id": shown["id"],
            },
        )
    return shown | {"useful": useful}
