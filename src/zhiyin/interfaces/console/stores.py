"""Stores: find one among hundreds, open, correct, close many and open them again."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries
from zhiyin.domain.brands.types import StoreCard, StoreCodeTaken, StoreFacts
from zhiyin.domain.catalog import queries as catalog
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.forms import StoreForm
from zhiyin.interfaces.console.pickup_slots import slots_context
from zhiyin.interfaces.console.showing import (
    offer_undo,
    page_number,
    pager,
    searched,
    shown,
    ticked,
)
from zhiyin.interfaces.naming import name_in

PER_PAGE = 50


@require_GET
@console_page
def stores(request: ConsoleRequest) -> HttpResponse:
    """The stores, by code: search, city, open or closed, a page at a time."""
    brand_id = request.operator.brand.id
    search, city = searched(request), request.GET.get("city", "").replace("\x00", "")[:40]
    closed = request.GET.get("state") == "closed"
    found = queries.stores(
        brand_id=brand_id,
        search=search,
        city=city,
        closed=closed,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    others = queries.stores(
        brand_id=brand_id, search=search, city=city, closed=not closed, limit=1
    ).total
    here = reverse("console:stores", kwargs={"slug": request.brand.slug})
    context = {
        "search": search,
        "city": city,
        "cities": queries.cities(brand_id=brand_id),
        "closed": closed,
        "stores": [_row(request, store) for store in found.stores],
        "total": found.total,
        "views": [
            {
                "name": pgettext("a store", "Open"),
                "href": here,
                "is_current": not closed,
                "count": others if closed else found.total,
            },
            {
                "name": pgettext("a store", "Closed"),
                "href": f"{here}?state=closed",
                "is_current": closed,
                "count": found.total if closed else others,
            },
        ],
        "pager": pager(request, total=found.total, per_page=PER_PAGE),
    }
    return shown(request, "console/stores.html", "stores", context)


@require_http_methods(["GET", "POST"])
@console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """Open one store."""
    form = StoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            brands.add_store(
                brand_id=request.operator.brand.id,
                store=StoreFacts(**form.cleaned_data),
                now=request.now,
            )
        except StoreCodeTaken:
            _code_taken(form)
        else:
            messages.info(request, _("The store is open. Its stock is empty until it is counted."))
            return redirect("console:stores", slug=request.brand.slug)
    return _form_page(request, form, store=None)


@require_http_methods(["GET", "POST"])
@console_page
def store(request: ConsoleRequest, store_id: UUID) -> HttpResponse:
    """Correct one store."""
    brand_id = request.operator.brand.id
    card = queries.store(brand_id=brand_id, store_id=store_id)
    facts = queries.store_facts(brand_id=brand_id, store_id=store_id)
    form = StoreForm(request.POST or None, initial=facts.as_columns())
    if request.method == "POST" and form.is_valid():
        try:
            brands.change_store(
                brand_id=brand_id, store_id=store_id, store=StoreFacts(**form.cleaned_data)
            )
        except StoreCodeTaken:
            _code_taken(form)
        else:
            messages.info(request, pgettext("a form", "Saved."))
            return redirect("console:store", slug=request.brand.slug, store_id=store_id)
    return _form_page(request, form, store=card)


@require_POST
@console_page
def close(request: ConsoleRequest) -> HttpResponse:
    """First which stores and what follows, then close them."""
    brand_id = request.operator.brand.id
    found = queries.stores_by_id(brand_id=brand_id, store_ids=ticked(request))
    chosen = [one for one in found if one.is_open]
    here = reverse("console:stores", kwargs={"slug": request.brand.slug})
    if not chosen:
        messages.info(request, _("Nothing was ticked, so nothing changed."))
        return redirect(here)
    open_ids = [one.id for one in chosen]
    if "confirmed" not in request.POST:
        pieces = catalog.pieces_in_stores(brand_id=brand_id, store_ids=open_ids)
        context = {
            "title": ngettext("Close %(count)d store?", "Close %(count)d stores?", len(chosen))
            % {"count": len(chosen)},
            "consequence": ngettext(
                "%(pieces)d piece in them leaves the stock that shoppers see. Nothing is deleted, "
                "and you can open them again.",
                "%(pieces)d pieces in them leave the stock that shoppers see. Nothing is deleted, "
                "and you can open them again.",
                pieces,
            )
            % {"pieces": pieces},
            "lines": [
                f"{one.code} · {name_in(request.language, one)} · {one.city}" for one in chosen
            ],
            "ids": open_ids,
            "action": reverse("console:stores-close", kwargs={"slug": request.brand.slug}),
            "button": _("Close them"),
            "back": here,
        }
        return shown(request, "console/preview.html", "stores", context)
    count = brands.close_stores(brand_id=brand_id, store_ids=open_ids, now=request.now)
    offer_undo(
        request,
        words=ngettext("%(count)d store closed.", "%(count)d stores closed.", count)
        % {"count": count},
        action=reverse("console:stores-reopen", kwargs={"slug": request.brand.slug}),
        fields={"ids": [str(one) for one in open_ids]},
    )
    return redirect(here)


@require_POST
@console_page
def reopen(request: ConsoleRequest) -> HttpResponse:
    """Open closed stores again, as they were."""
    count = brands.reopen_stores(brand_id=request.operator.brand.id, store_ids=ticked(request))
    messages.info(
        request,
        ngettext("%(count)d store is open again.", "%(count)d stores are open again.", count)
        % {"count": count},
    )
    return redirect("console:stores", slug=request.brand.slug)


def _form_page(
    request: ConsoleRequest, form: forms.Form, *, store: StoreCard | None
) -> HttpResponse:
    context: dict[str, object] = {"form": form, "store": store}
    if store:
        context["name"] = name_in(request.language, store)
        context["pieces"] = catalog.pieces_in_stores(
            brand_id=request.operator.brand.id, store_ids=[store.id]
        )
        context |= slots_context(request, store.id)
    status = 422 if form.errors else 200
    return shown(request, "console/store.html", "stores", context, status=status)


def _code_taken(form: forms.Form) -> None:
    form.add_error("code", _("Another store has this code. Choose another, or correct that one."))


def _row(request: ConsoleRequest, store: StoreCard) -> dict[str, object]:
    return {"card": store, "name": name_in(request.language, store)}
