"""A unit of the brand's own: which needs it reads differently, then save."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.kept import TaxonomyConflict
from zhiyin.domain.audience.types import TaxonomyMalformed
from zhiyin.flows import taxonomy as flow
from zhiyin.interfaces.console.access import ConsoleRequest, reaching_console_page
from zhiyin.interfaces.console.showing import IdMalformed, offer_undo, shown
from zhiyin.interfaces.console.taxonomy import differences
from zhiyin.storage.tenancy import brand_tx

QUANTITIES = ("length", "weight", "money")
WORDS_MAX = 20
FACTOR_MAX = Decimal(100_000)


@require_POST
@reaching_console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """First what it changes; with `confirmed`, save it as the next version."""
    brand_id = request.operator.brand.id
    with brand_tx(brand_id):
        edit = audience.taxonomy_edit(brand_id=brand_id)
    unit, error = _stated(request)
    if unit is None:
        return _page(request, {"error": error, "version": edit.version})
    extension = {**edit.extension, "units": [*edit.extension.get("units", ()), unit]}
    context = {"version": edit.version, **unit}
    try:
        if "confirmed" not in request.POST:
            compared = flow.needs_read_differently(brand_id=brand_id, extension=extension)
            return _page(request, {**context, "compared": compared})
        based_on = request.POST.get("based_on", "")
        if based_on != str(edit.version):
            error = _("Somebody saved version %(now)d meanwhile. Look at it, then add the unit.")
            return _page(request, {**context, "error": error % {"now": edit.version}}, status=409)
        saved = flow.save(
            brand_id=brand_id,
            extension=extension,
            based_on=edit.version,
            user_id=request.operator.user_id,
            now=request.now,
        )
    except (TaxonomyMalformed, TaxonomyConflict):
        return _page(request, {**context, "error": _("The reader could not use this unit.")})
    offer_undo(
        request,
        words=_("Version %(version)d is in force.") % {"version": saved.version},
        action=reverse("console:taxonomy-restore", kwargs={"slug": request.brand.slug}),
        fields={"version": [str(edit.version)], "based_on": [str(saved.version)]},
    )
    here = reverse("console:taxonomy", kwargs={"slug": request.brand.slug})
    return redirect(f"{here}?slot=units")


def _stated(request: ConsoleRequest) -> tuple[dict[str, Any] | None, str]:
    quantity = request.POST.get("quantity")
    if quantity not in QUANTITIES:
        raise IdMalformed(name="quantity")
    typed = request.POST.get("words", "").replace("\x00", "").replace("，", ",").replace("、", ",")
    words = list(dict.fromkeys(word.strip() for word in typed.split(",") if word.strip()))
    try:
        factor = Decimal(request.POST.get("factor", "").strip())
    except InvalidOperation:
        return None, _("How much one of it is must be a number: 33.3.")
    if not (factor.is_finite() and 0 < factor <= FACTOR_MAX):
        return None, _("How much one of it is must be a number above zero.")
    if not words or len(words) > WORDS_MAX:
        return None, _("A unit has one to %(most)d words.") % {"most": WORDS_MAX}
    return {"quantity": quantity, "factor": float(factor), "words": words}, ""


def _page(request: ConsoleRequest, context: dict[str, Any], *, status: int = 422) -> HttpResponse:
    with brand_tx(request.operator.brand.id):
        current = audience.taxonomy(brand_id=request.operator.brand.id)
        if "compared" in context:
            context["differences"] = differences(context["compared"], current, request.language)
        is_refused = "error" in context
        return shown(
            request, "console/unit.html", "taxonomy", context, status=status if is_refused else 200
        )
