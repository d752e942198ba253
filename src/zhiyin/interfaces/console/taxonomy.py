"""Needs and words: the brand's own words, and which needs they read differently."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.kept import TaxonomyConflict, TaxonomyEdit
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import Chip, TaxonomyMalformed
from zhiyin.flows import taxonomy as flow
from zhiyin.flows.taxonomy import Comparison
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import (
    ConsoleRequest,
    console_page,
    reaching_console_page,
)
from zhiyin.interfaces.console.showing import (
    IdMalformed,
    not_undone,
    offer_undo,
    posted_version,
    shown,
)
from zhiyin.interfaces.console.terms import (
    NUMBER_SLOTS,
    UNITS,
    WORD_SLOTS,
    TermDraft,
    fault_of,
    held,
    posted,
    rows,
    shipped_words,
    slot_name,
    with_term,
)
from zhiyin.storage.tenancy import brand_tx

DIFFERENCES_SHOWN = 50


@require_GET
@console_page
def taxonomy(request: ConsoleRequest) -> HttpResponse:
    """The terms of one slot with their words, shipped and own."""
    brand_id = request.operator.brand.id
    slot = request.GET.get("slot", WORD_SLOTS[0])
    if slot not in (*WORD_SLOTS, *NUMBER_SLOTS, UNITS):
        slot = WORD_SLOTS[0]
    edit, current = audience.taxonomy_edit(brand_id=brand_id), audience.taxonomy(brand_id=brand_id)
    here = reverse("console:taxonomy", kwargs={"slug": request.brand.slug})
    context = {
        "slot": slot,
        "slots": [
            {
                "name": slot_name(current, one, request.language),
                "href": f"{here}?slot={one}",
                "is_current": one == slot,
            }
            for one in (*WORD_SLOTS, *NUMBER_SLOTS, UNITS)
        ],
        "is_units": slot == UNITS,
        "units": [
            {"quantity": unit.quantity, "factor": f"{unit.factor:g}", "words": unit.words}
            for unit in current.units
        ],
        "is_number": slot in NUMBER_SLOTS,
        "slot_name": slot_name(current, slot, request.language),
        "rows": rows(current, edit, slot, request.language),
        "version": edit.version,
        "edits": [
            {
                "version": one.version,
                "when": one.edited_at,
                "terms": len(one.extension.get("values", ())) + len(one.extension.get("slots", ())),
                "is_current": one.version == edit.version,
            }
            for one in audience.taxonomy_edits(brand_id=brand_id, limit=12)
        ],
    }
    return shown(request, "console/taxonomy.html", "taxonomy", context)


@require_http_methods(["GET", "POST"])
@reaching_console_page
def term(request: ConsoleRequest, term_slot: str, value: str) -> HttpResponse:
    """One term: first what it would read differently, then save.

    `value` is "new" for a value that the shipped taxonomy lacks, "-" for a number slot itself.
    """
    slot = term_slot
    if slot not in (*WORD_SLOTS, *NUMBER_SLOTS):
        raise IdMalformed(name="slot")
    with brand_tx(request.operator.brand.id):
        edit = audience.taxonomy_edit(brand_id=request.operator.brand.id)
    if request.method == "GET":
        return _term_page(request, edit, held(edit, slot, value), value)
    draft = posted(request.POST, slot, value)
    if fault := fault_of(draft):
        return _term_page(request, edit, draft, value, error=fault)
    extension = with_term(edit.extension, draft)
    if "confirmed" not in request.POST:
        try:
            compared = flow.needs_read_differently(
                brand_id=request.operator.brand.id,
                extension=extension,
            )
        except TaxonomyMalformed as refusal:
            return _term_page(request, edit, draft, value, error=_malformed(refusal))
        return _term_page(request, edit, draft, value, compared=compared)
    return _save(request, edit, draft, value, extension)


@require_POST
@reaching_console_page
def restore(request: ConsoleRequest) -> HttpResponse:
    """Make a former version the current one again, as a new version.

    `based_on` is the version she saw in force: what somebody saved since is not thrown away.
    """
    brand_id = request.operator.brand.id
    asked, based_on = posted_version(request, "version"), posted_version(request, "based_on")
    with brand_tx(brand_id):
        former = audience.taxonomy_edit(brand_id=brand_id, version=asked)
    if former.version != asked:
        raise IdMalformed(name="version")
    try:
        saved = flow.save(
            brand_id=brand_id,
            extension=former.extension,
            based_on=based_on,
            user_id=request.operator.user_id,
            now=request.now,
        )
    except TaxonomyConflict as refusal:
        messages.error(request, not_undone(refusal.details["current"]))
    else:
        messages.info(
            request,
            _("Version %(former)s is in force again, as version %(new)d.")
            % {"former": asked, "new": saved.version},
        )
    return redirect("console:taxonomy", slug=request.brand.slug)


def _save(
    request: ConsoleRequest,
    edit: TaxonomyEdit,
    draft: TermDraft,
    value: str,
    extension: Mapping[str, Any],
) -> HttpResponse:
    based_on = posted_version(request, "based_on")
    try:
        saved = flow.save(
            brand_id=request.operator.brand.id,
            extension=extension,
            based_on=based_on,
            user_id=request.operator.user_id,
            now=request.now,
        )
    except TaxonomyConflict as refusal:
        error = _(
            "Somebody saved version %(now)s while you edited version %(yours)s. Your words are "
            "still here; look at what they read differently now, then save again."
        ) % {"now": refusal.details["current"], "yours": based_on}
        return _term_page(request, edit, draft, value, error=error, status=409)
    except TaxonomyMalformed as refusal:
        return _term_page(request, edit, draft, value, error=_malformed(refusal))
    changed = len(saved.comparison.differences)
    offer_undo(
        request,
        words=_("Version %(version)d is in force.") % {"version": saved.version}
        + " "
        + ngettext(
            "%(count)d need reads differently.", "%(count)d needs read differently.", changed
        )
        % {"count": changed},
        action=reverse("console:taxonomy-restore", kwargs={"slug": request.brand.slug}),
        fields={"version": [str(based_on)], "based_on": [str(saved.version)]},
    )
    here = reverse("console:taxonomy", kwargs={"slug": request.brand.slug})
    return redirect(f"{here}?slot={draft.slot}")


def _term_page(
    request: ConsoleRequest,
    edit: TaxonomyEdit,
    draft: TermDraft,
    value: str,
    *,
    compared: Comparison | None = None,
    error: str = "",
    status: int = 422,
) -> HttpResponse:
    brand_id = request.operator.brand.id
    with brand_tx(brand_id):
        current = audience.taxonomy(brand_id=brand_id)
        context = {
            "draft": draft,
            "value": value,
            "is_new": value == "new",
            "slot_name": slot_name(current, draft.slot, request.language),
            "shipped_words": shipped_words(draft),
            "is_sensitive_anyway": current.is_sensitive(draft.slot),
            "version": edit.version,
            "error": error,
            "compared": compared,
            "differences": differences(compared, current, request.language) if compared else [],
        }
        return shown(
            request,
            "console/term.html",
            "taxonomy",
            context,
            status=status if error else 200,
        )


def differences(
    compared: Comparison, current: Taxonomy, language: str
) -> list[dict[str, list[dict[str, str]]]]:
    """The needs that read differently, as chips that go and chips that come."""
    return [
        {
            "gone": [_chip(one, current, language) for one in found.gone],
            "new": [_chip(one, current, language) for one in found.new],
        }
        for found in compared.differences[:DIFFERENCES_SHOWN]
    ]


def _malformed(refusal: TaxonomyMalformed) -> str:
    return _("The reader could not use this: %(reason)s") % {"reason": refusal.details["reason"]}


def _chip(chip: Chip, current: Taxonomy, language: str) -> dict[str, str]:
    label = chips.label(chip.slot, chip.value, taxonomy=current, language=language)
    return {"label": label, "words": chip.words}
