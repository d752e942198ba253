"""Imports: the files that were loaded or are being loaded, how far they are, and their bad rows."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhiyin.domain.brands import queries
from zhiyin.domain.brands.types import ImportKind, ImportRunCard, ImportState, RowProblem
from zhiyin.flows.importing.report import HEADER
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.interfaces.exporting import PAGE, csv_answer, in_pages

PER_PAGE = 20
PROBLEMS_SHOWN = 50


@require_GET
@console_page
def imports(request: ConsoleRequest) -> HttpResponse:
    """The runs, newest first."""
    runs, total = queries.import_runs(
        brand_id=request.operator.brand.id,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    context = {
        "rows": [run_row(run) for run in runs],
        "total": total,
        "kinds": list(kind_words().items()),
        "kind": request.GET.get("kind", ""),
        "pager": pager(request, total=total, per_page=PER_PAGE),
    }
    return shown(request, "console/imports.html", "imports", context)


@require_GET
@console_page
def run(request: ConsoleRequest, run_id: UUID) -> HttpResponse:
    """One run. Asked by htmx, only the part that moves."""
    brand_id = request.operator.brand.id
    card = queries.import_run(brand_id=brand_id, run_id=run_id)
    context = {
        "row": run_row(card),
        "problems": queries.import_problems(brand_id=brand_id, run_id=run_id, limit=PROBLEMS_SHOWN),
        "here": reverse(
            "console:import-run", kwargs={"slug": request.brand.slug, "run_id": run_id}
        ),
    }
    template = "console/parts/run.html" if request.htmx else "console/import_run.html"
    return shown(request, template, "imports", context)


@require_GET
@console_page
def problems(request: ConsoleRequest, run_id: UUID) -> StreamingHttpResponse:
    """Every row that did not load, as a file that a spreadsheet opens without running anything."""
    brand_id = request.operator.brand.id
    card = queries.import_run(brand_id=brand_id, run_id=run_id)

    def page(last: RowProblem | None) -> tuple[RowProblem, ...]:
        after = (last.line, last.column) if last else (-1, "")
        return queries.import_problems(brand_id=brand_id, run_id=run_id, after=after, limit=PAGE)

    rows = ((one.line, one.column, one.code, one.reason) for one in in_pages(brand_id, page))
    return csv_answer(name=f"{card.kind}-problems", columns=HEADER, rows=rows)


def kind_words() -> dict[ImportKind, str]:
    """What each kind of file is called."""
    return {
        ImportKind.PRODUCTS: _("Products and stock"),
        ImportKind.STORES: _("Stores"),
        ImportKind.MEMBERS: _("Members"),
        ImportKind.PURCHASES: _("Purchases"),
        ImportKind.REVIEWS: _("Reviews"),
    }


def run_row(card: ImportRunCard) -> dict[str, Any]:
    """A run as pages show it."""
    total = card.rows_total or card.rows_read
    return {
        "card": card,
        "kind": kind_words()[card.kind],
        "is_running": card.state is ImportState.RUNNING,
        "is_failed": card.state is ImportState.FAILED,
        "total": max(total, card.rows_read, 1),
        "good": card.rows_read - card.rows_bad,
    }
