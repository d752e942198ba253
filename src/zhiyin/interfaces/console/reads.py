"""Who opened what is personal of a member, staff or a key: written down, and listed."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries
from zhiyin.domain.members.types import Opened
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.showing import page_number, pager, searched, shown
from zhiyin.interfaces.naming import name_in

PER_PAGE = 50


def note_read(request: ConsoleRequest, member_id: UUID, opened: Opened) -> None:
    """Write down that this member of staff opens a member's page, in its transaction."""
    members.note_read(
        brand_id=request.operator.brand.id,
        member_id=member_id,
        user_id=request.operator.user_id,
        opened=opened,
        now=request.now,
    )


@require_GET
@console_page
def reads(request: ConsoleRequest) -> HttpResponse:
    """The list, newest first, by reader or for one member."""
    brand_id, search, of = request.operator.brand.id, searched(request), _member(request)
    found, total = queries.personal_reads(
        brand_id=brand_id,
        search=search,
        member_id=of,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    known = {koc.member_id: koc for koc in kocs.kocs(brand_id=brand_id)}
    words = {
        Opened.KOC: (_("KOC page"), _("persona, body facts beside her shows")),
        Opened.APPLICATION: (
            _("KOC application"),
            _("statement, score, body facts beside her shows"),
        ),
        Opened.MATCH: (_("Match over the API"), _("what she says and keeps, in chips and reasons")),
        Opened.WEARERS: (
            _("Wearers over the API"),
            _("body facts she keeps, in an order of wearers"),
        ),
        Opened.NEEDS: (_("Needs over the API"), _("her needs in her own words")),
        Opened.QUESTIONS: (_("Questions over the API"), _("her questions with their chips")),
        Opened.DOWNLOAD: (_("Download over the API"), _("everything that is held about her")),
        Opened.DELETION: (_("Deletion over the API"), _("deleted for good")),
        Opened.EXPORT: (_("Export"), _("a row of hers in a file for a spreadsheet")),
        Opened.PACKING: (_("Packing list"), _("name, phone and address of a parcel")),
        Opened.CASE: (_("After-sales case"), _("what she wrote of it, and her photos")),
        Opened.INVOICE: (_("Invoice"), _("the title and tax number")),
        Opened.TAX: (_("List for the tax office"), _("name and number of the identity card")),
        Opened.ADDRESSES: (_("Address book over the API"), _("her addresses")),
        Opened.ANSWER: (_("Answer over the API"), _("a question answered or declined for her")),
    }
    here = reverse("console:reads", kwargs={"slug": request.brand.slug})
    rows = []
    for one in found:
        koc = known.get(one.member_id)
        page, what = words[one.opened]
        name = name_in(request.language, koc) if koc else ""
        rows.append(
            {
                "card": one,
                "reader": _("key: %(label)s") % {"label": one.reader} if one.by_key else one.reader,
                "whom": name or str(one.member_id)[-8:],
                "href": f"{here}?member={one.member_id}",
                "page": page,
                "what": what,
            }
        )
    context = {
        "rows": rows,
        "total": total,
        "search": search,
        "of": of,
        "pager": pager(request, total=total, per_page=PER_PAGE),
    }
    return shown(request, "console/reads.html", "reads", context)


def _member(request: ConsoleRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("member", ""))
    except ValueError:
        return None
