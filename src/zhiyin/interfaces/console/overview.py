"""The first page: what needs a person now, how today goes, and what is asked for."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import ImportState
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.conversations import queries as conversations
from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.types import THIN_BELOW
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.care import InvoiceState, Turn
from zhiyin.domain.webhooks import queries as webhooks
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.ordering import own_stores
from zhiyin.interfaces.console.showing import shown, waiting
from zhiyin.interfaces.exporting import csv_answer
from zhiyin.kit.times import start_of_day

WEEK = timedelta(days=7)
ASKED_DAYS = 14
NEEDS_READ = 1_000
BARS = 10
ASKED_SLOTS = ("occasion", "goals", "categories", "styles")
"""What is asked for, without facts about bodies: everybody who works here sees the overview."""


@require_GET
@console_page
def overview(request: ConsoleRequest) -> HttpResponse:
    """Never an empty page: what to do, how today goes, what shoppers want."""
    asked, needs, total = _asked(request)
    context = {
        "todos": _todos(request),
        "stats": _stats(request),
        "chart": _chart(asked, needs, total) if asked else None,
        "needs": needs,
        "days": ASKED_DAYS,
    }
    return shown(request, "console/overview.html", "overview", context)


@require_GET
@console_page
def asked_csv(request: ConsoleRequest) -> StreamingHttpResponse:
    """The numbers of the overview's chart, all of them."""
    asked, needs, _total = _asked(request)
    columns = [_("Asked for"), _("Needs"), _("Of needs"), _("Days")]
    rows = [(label, count, needs, ASKED_DAYS) for label, count in asked.most_common()]
    return csv_answer(name="asked-for", columns=columns, rows=rows)


def _todos(request: ConsoleRequest) -> list[dict[str, object]]:
    brand_id, slug = request.operator.brand.id, request.brand.slug
    waits = waiting(request)
    listed = catalog.product_ids(brand_id=brand_id)
    thin = len(content.thinly_worn(brand_id=brand_id, product_ids=listed, below=THIN_BELOW))
    sold_out = catalog.sold_out(brand_id=brand_id)
    runs, _total = brands.import_runs(brand_id=brand_id)
    failed = sum(run.state is ImportState.FAILED for run in runs)
    hears = request.operator.can["webhooks"]
    deaf = webhooks.switched_off_by_us(brand_id=brand_id) if hears else 0

    def todo(count: int, what: str, route: str, why: str = "", query: str = "") -> dict[str, Any]:
        href = reverse(f"console:{route}", kwargs={"slug": slug})
        return {"count": count, "what": what, "why": why, "href": href + query}

    found = [
        *_ordered(request, todo),
        todo(
            waits["shows"],
            ngettext("buyer show to look at", "buyer shows to look at", waits["shows"]),
            "shows",
        ),
        todo(
            waits["kocs"],
            ngettext("KOC application to decide", "KOC applications to decide", waits["kocs"]),
            "kocs",
        ),
        todo(
            waits["reports"],
            ngettext("report to look at", "reports to look at", waits["reports"]),
            "reports",
        ),
        todo(
            deaf,
            ngettext(
                "webhook endpoint was switched off", "webhook endpoints were switched off", deaf
            ),
            "webhooks",
            _("nothing came through to it"),
        ),
        todo(failed, ngettext("import that failed", "imports that failed", failed), "imports"),
        todo(
            sum(sold_out.values()),
            ngettext("size sold out", "sizes sold out", sum(sold_out.values())),
            "products",
            ngettext("in %(count)d product", "in %(count)d products", len(sold_out))
            % {"count": len(sold_out)},
            "?view=sold-out",
        ),
        todo(
            thin,
            ngettext("product with thin evidence", "products with thin evidence", thin),
            "products",
            _("worn by fewer than %(few)d people we can count") % {"few": THIN_BELOW},
            "?view=thin",
        ),
    ]
    return [one for one in found if one["count"]]


def _ordered(request: ConsoleRequest, todo: Callable[..., dict[str, Any]]) -> list[dict[str, Any]]:
    """What orders wait for, of whoever may do it: cases to answer, parcels, invoices."""
    brand_id, can = request.operator.brand.id, request.operator.can
    found = []
    if can["cases"]:
        own = own_stores(request, "console:cases")
        count = orders.cases(
            brand_id=brand_id,
            store_ids=None if own is None else sorted(own),
            turns=(Turn.BRAND,),
            is_open=True,
            limit=1,
        ).total
        words = ngettext("after-sales case to answer", "after-sales cases to answer", count)
        found.append(todo(count, words, "cases", _("what is not answered in 48 hours is a yes")))
    if can["parcels"]:
        own = own_stores(request, "console:parcels")
        count = orders.to_be_sent(
            brand_id=brand_id, store_ids=None if own is None else sorted(own), limit=1
        ).total
        found.append(todo(count, ngettext("parcel to send", "parcels to send", count), "parcels"))
    if can["invoices"]:
        _page, count = orders.invoices(brand_id=brand_id, states=[InvoiceState.ASKED], limit=1)
        words = ngettext("invoice to issue", "invoices to issue", count)
        found.append(todo(count, words, "invoices"))
    return found


def _stats(request: ConsoleRequest) -> list[dict[str, object]]:
    """Today to this minute, against the same weekday to the same minute."""
    brand, now = request.operator.brand, request.now
    today = start_of_day(now, brand.time_zone)

    def stat(name: str, value: int, before: int) -> dict[str, object]:
        against = _("%(count)d a week ago, to this hour") % {"count": before}
        return {"name": name, "value": value, "against": against}

    def asked(since: datetime, until: datetime) -> int:
        return audience.needs_asked(brand_id=brand.id, since=since, until=until)

    def answered(since: datetime, until: datetime) -> int:
        return matches.answers_given(brand_id=brand.id, since=since, until=until)

    return [
        stat(_("Needs asked today"), asked(today, now), asked(today - WEEK, now - WEEK)),
        stat(_("Answers given today"), answered(today, now), answered(today - WEEK, now - WEEK)),
        stat(
            _("Questions waiting for a KOC"),
            conversations.waiting_at(brand_id=brand.id, at=now),
            conversations.waiting_at(brand_id=brand.id, at=now - WEEK),
        ),
    ]


def _asked(request: ConsoleRequest) -> tuple[Counter[str], int, int]:
    """Label -> in how many needs it was asked for; how many needs were read, and were asked.

    The newest `NEEDS_READ` of the last days are read, those of the short form among them.
    """
    brand_id = request.operator.brand.id
    since = request.now - timedelta(days=ASKED_DAYS)
    needs = audience.slots_asked(brand_id=brand_id, since=since, limit=NEEDS_READ)
    total = audience.needs_asked(brand_id=brand_id, since=since, until=request.now)
    taxonomy = audience.taxonomy(brand_id=brand_id)
    counts: Counter[str] = Counter()
    for slots in needs:
        counts.update(
            {
                chips.label(slot, value, taxonomy=taxonomy, language=request.language)
                for slot, value in chips.values(slots)
                if slot in ASKED_SLOTS and not taxonomy.is_sensitive(slot, str(value))
            }
        )
    return counts, len(needs), max(total, len(needs))


def _chart(asked: Counter[str], needs: int, total: int) -> dict[str, object]:
    top = asked.most_common(BARS)
    words = ", ".join(f"{label} {count}" for label, count in top)
    return {
        "kind": "bar",
        "unit": _("needs"),
        "sideways": True,
        "labels": [label for label, _count in top],
        "series": [{"name": _("Needs"), "values": [count for _label, count in top]}],
        "summary": (
            _("Of %(needs)d needs in %(days)d days: %(words)s")
            if needs == total
            else _("Of the newest %(needs)d of %(total)d needs in %(days)d days: %(words)s")
        )
        % {"needs": needs, "total": total, "days": ASKED_DAYS, "words": words},
    }
