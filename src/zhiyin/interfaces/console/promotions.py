"""Group-buys, flash sales, coupons and trials: list, set up, change, stop."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.types import (
    AnyFacts,
    CodeTaken,
    LimitBelowUsed,
    PromotionCard,
    PromotionKind,
    PromotionOver,
    PromotionRefused,
    PromotionState,
    TermsFixed,
    WindowsOverlap,
)
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.products import categories
from zhiyin.interfaces.console.promotion_forms import (
    FIELD_OF,
    FORMS,
    KIND_WORDS,
    AnyForm,
    initial,
    split,
)
from zhiyin.interfaces.console.showing import brand_time, page_number, pager, shown
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny

PER_PAGE = 50
STORES_LISTED = 1_000
OPEN = (PromotionState.PLANNED, PromotionState.RUNNING)


@require_GET
@console_page
def promotions(request: ConsoleRequest) -> HttpResponse:
    """Every promotion, the latest start first: by kind and by where it stands."""
    brand_id = request.operator.brand.id
    kind = _one(PromotionKind, request.GET.get("kind", ""))
    state = _one(PromotionState, request.GET.get("state", ""))
    found = queries.promotions(
        brand_id=brand_id,
        kind=kind,
        state=state,
        now=request.now,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    counts = queries.state_counts(brand_id=brand_id, kind=kind, now=request.now)
    context = {
        "kind": kind.value if kind else "",
        "kinds": [{"value": one.value, "name": KIND_WORDS[one]} for one in PromotionKind],
        "state": state.value if state else "",
        "rows": [row(request, card) for card in found.promotions],
        "total": found.total,
        "views": _views(request, kind, state, counts),
        "pager": pager(request, total=found.total, per_page=PER_PAGE),
    }
    return shown(request, "console/promotions.html", "promotions", context)


@require_http_methods(["GET", "POST"])
@console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """Set one up; the address says which kind."""
    kind = _one(PromotionKind, request.GET.get("kind", "")) or PromotionKind.GROUP_BUY
    with brand_time(request):
        form = _form(request, kind)
        if request.method == "POST" and form.is_valid():
            made = _tried(
                form,
                lambda facts: operations.create(
                    brand_id=request.operator.brand.id,
                    facts=facts,
                    user_id=request.operator.user_id,
                    now=request.now,
                ),
            )
            if made is not None:
                messages.info(request, _("It is set up. Shoppers see it from its start on."))
                return redirect("console:promotion", slug=request.brand.slug, promotion_id=made)
        return _form_page(request, form, kind, None)


@require_http_methods(["GET", "POST"])
@console_page
def promotion(request: ConsoleRequest, promotion_id: UUID) -> HttpResponse:
    """One promotion: what came of it, its history, and what may still change."""
    brand_id = request.operator.brand.id
    card = queries.promotion(brand_id=brand_id, promotion_id=promotion_id, now=request.now)
    with brand_time(request):
        form = _form(request, card.terms.kind, card)
        if request.method == "POST" and card.state in OPEN and form.is_valid():
            changed = _tried(
                form,
                lambda facts: operations.change(
                    brand_id=brand_id,
                    promotion_id=promotion_id,
                    facts=facts,
                    user_id=request.operator.user_id,
                    now=request.now,
                ),
            )
            if changed is not None:
                messages.info(request, pgettext("a form", "Saved."))
                return redirect(
                    "console:promotion", slug=request.brand.slug, promotion_id=promotion_id
                )
        return _form_page(request, form, card.terms.kind, card)


@require_POST
@console_page
def stop(request: ConsoleRequest, promotion_id: UUID) -> HttpResponse:
    """First what follows, then end it now."""
    brand_id = request.operator.brand.id
    card = queries.promotion(brand_id=brand_id, promotion_id=promotion_id, now=request.now)
    here = reverse(
        "console:promotion", kwargs={"slug": request.brand.slug, "promotion_id": promotion_id}
    )
    if "confirmed" not in request.POST and card.state in OPEN:
        context = {
            "title": _("Stop %(name)s?") % {"name": name_in(request.language, card.terms)},
            "consequence": _consequence(card),
            "lines": [f"{KIND_WORDS[card.terms.kind]} · {_gives(request, card)}"],
            "ids": [],
            "action": request.path,
            "button": _("Stop it now"),
            "back": here,
        }
        return shown(request, "console/preview.html", "promotions", context)
    operations.stop(
        brand_id=brand_id,
        promotion_id=promotion_id,
        user_id=request.operator.user_id,
        now=request.now,
    )
    messages.info(request, _("It is stopped. What was bought with it stays as it is."))
    return redirect(here)


def _form_page(
    request: ConsoleRequest, form: AnyForm, kind: PromotionKind, card: PromotionCard | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "kind": KIND_WORDS[kind],
        "kinds": [
            {"value": one.value, "name": KIND_WORDS[one], "is_current": one is kind}
            for one in PromotionKind
        ],
        "card": card,
    }
    if card:
        moves = queries.moves(brand_id=request.operator.brand.id, promotion_id=card.terms.id)
        context |= row(request, card) | {
            "is_open": card.state in OPEN,
            "moves": [{"card": one, "act": _act(one.act)} for one in moves],
        }
    status = 422 if form.errors else 200
    return shown(request, "console/promotion.html", "promotions", context, status=status)


def _form(
    request: ConsoleRequest, kind: PromotionKind, card: PromotionCard | None = None
) -> AnyForm:
    """The form of a kind, empty or of a promotion, with what its codes mean."""
    brand_id = request.operator.brand.id
    data = request.POST or None
    known: dict[str, Any] = {}
    stores = {
        one.code: one.id for one in brands.stores(brand_id=brand_id, limit=STORES_LISTED).stores
    }
    said = split(request.POST.get("skus", "")[:4_000].replace("\x00", ""))
    skus: dict[str, list[UUID]] = {
        code: [sku_id]
        for code, sku_id in catalog.sku_ids_by_code(brand_id=brand_id, codes=said).items()
    }
    products = catalog.product_ids_by_code(brand_id=brand_id, codes=said)
    cards = catalog.products_by_id(brand_id=brand_id, product_ids=list(products.values()))
    for code, product_id in products.items():
        if product_id in cards:
            skus.setdefault(code, [sku.id for sku in cards[product_id].skus])
    if card:
        own = _sku_codes(request, card)
        skus |= {code: [sku_id] for sku_id, code in own.items()}
        store_codes = [code for code, one in stores.items() if one in card.terms.store_ids]
        known["initial"] = initial(card.terms, store_codes, list(own.values()))
        known["fixed"] = card.state is not PromotionState.PLANNED
        known["over"] = card.state not in OPEN
    if kind is PromotionKind.COUPON:
        known["categories"] = categories(request)
    return FORMS[kind](data, stores=stores, skus=skus, **known)


def _tried(form: AnyForm, act: Callable[[AnyFacts], Any]) -> Any:
    """What an act gave; None when the room refused it, which the form then says."""
    try:
        return act(form.facts())
    except PromotionRefused as refused:
        field = str(refused.details.get("field"))
        name = FIELD_OF.get(field, field)
        words = _("This cannot be. Check it together with the fields beside it.")
        form.add_error(name if name in form.fields else None, words)
    except WindowsOverlap:
        form.add_error("ends_at", _("Another flash sale of this SKU runs there at that time."))
    except CodeTaken:
        form.add_error("code", _("Another coupon has this code. Choose another."))
    except LimitBelowUsed as low:
        words = _("%(used)s were used already.") % {"used": low.details["used"]}
        form.add_error(str(low.details["field"]), words)
    except TermsFixed:
        form.add_error(
            None, _("It runs by now, and people buy on these terms. Stop it, then set up another.")
        )
    except PromotionOver:
        form.add_error(None, _("It is over by now, and stays as it was."))
    return None


def _sku_codes(request: ConsoleRequest, card: PromotionCard) -> dict[UUID, str]:
    """SKU -> its code, of the SKUs of a promotion."""
    brand_id = request.operator.brand.id
    products = catalog.products_of_skus(brand_id=brand_id, sku_ids=card.sku_ids)
    cards = catalog.products_ever(brand_id=brand_id, product_ids=sorted(set(products.values())))
    codes = {sku.id: sku.code for one in cards.values() for sku in one.skus}
    return {one: codes.get(one, str(one)) for one in card.sku_ids}


def _views(
    request: ConsoleRequest,
    kind: PromotionKind | None,
    state: PromotionState | None,
    counts: dict[PromotionState, int],
) -> list[dict[str, Any]]:
    here = reverse("console:promotions", kwargs={"slug": request.brand.slug})
    kept = {"kind": kind.value} if kind else {}

    def view(name: str, one: PromotionState | None, count: int) -> dict[str, Any]:
        asked = urlencode(kept | ({"state": one.value} if one else {}))
        return {
            "name": name,
            "href": f"{here}?{asked}" if asked else here,
            "is_current": one is state,
            "count": count,
        }

    return [
        view(pgettext("promotions", "All"), None, sum(counts.values())),
        *(view(_state(one), one, counts[one]) for one in PromotionState),
    ]


def row(request: ConsoleRequest, card: PromotionCard) -> dict[str, Any]:
    """A promotion as lists and pages show it."""
    return {
        "is_running": card.state is PromotionState.RUNNING,
        "card": card,
        "name": name_in(request.language, card.terms),
        "kind_name": KIND_WORDS[card.terms.kind],
        "gives": _gives(request, card),
        "state_name": _state(card.state),
        "is_group_buy": card.terms.kind is PromotionKind.GROUP_BUY,
    }


def _gives(request: ConsoleRequest, card: PromotionCard) -> str:
    """What a promotion gives, in a few words."""
    terms = card.terms

    def cny(sum_fen: int | None) -> str:
        return format_cny(sum_fen or 0, request.language)

    if terms.kind is PromotionKind.GROUP_BUY:
        return _("%(price)s for %(seats)s people together") % {
            "price": cny(terms.price_fen),
            "seats": terms.seats,
        }
    if terms.kind is not PromotionKind.COUPON:
        return cny(terms.price_fen)
    off = cny(terms.off_fen) if terms.off_fen is not None else f"{(terms.off_bps or 0) / 100:g}%"
    if terms.from_fen:
        return _("%(off)s off from %(sum)s on") % {"off": off, "sum": cny(terms.from_fen)}
    return _("%(off)s off") % {"off": off}


def _consequence(card: PromotionCard) -> str:
    if card.counts.groups_open:
        return ngettext(
            "No new group can be opened. %(count)d open group keeps its price to its end.",
            "No new group can be opened. %(count)d open groups keep their price to their end.",
            card.counts.groups_open,
        ) % {"count": card.counts.groups_open}
    return _("Nobody gets it from now on. What was bought with it stays as it is.")


def _state(state: PromotionState) -> str:
    return {
        PromotionState.PLANNED: pgettext("a promotion", "Planned"),
        PromotionState.RUNNING: pgettext("a promotion", "Running"),
        PromotionState.ENDED: pgettext("a promotion", "Ended"),
        PromotionState.STOPPED: pgettext("a promotion", "Stopped"),
    }[state]


def _act(act: str) -> str:
    return {
        "created": pgettext("a promotion", "Set up"),
        "changed": pgettext("a promotion", "Changed"),
        "stopped": pgettext("a promotion", "Stopped"),
    }[act]


def _one(kinds: Any, said: str) -> Any:
    """The word of an enumeration, or None for any other."""
    return kinds(said) if said in set(kinds) else None
