"""What every console page is shown with: its place in the side, what waits, and the last undo."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhiyin.domain.bills import queries as bills
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import ShowState
from zhiyin.domain.conversations import queries as conversations
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import ApplicationState
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.wallets import queries as wallets
from zhiyin.interfaces.console.access import ConsoleRequest
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.numbers import whole

UNDO = "console-undo"
LAST_PAGE = 100_000
LAST_VERSION = 10**7


class IdMalformed(DomainError):
    """A field that names rows holds something that is no id."""

    code: ClassVar[str] = "id_malformed"
    kind: ClassVar[Kind] = Kind.INVALID


def shown(
    request: ConsoleRequest,
    template: str,
    place: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page inside the console's frame. `place` is the open item of the side.

    Runs inside the brand's transaction: it counts what waits for a person. Times are the brand's.
    """
    frame = {"place": place, "counts": waiting(request), "undo": request.session.pop(UNDO, None)}
    with brand_time(request):
        return render(request, template, {**frame, **context}, status=status)


@contextmanager
def brand_time(request: ConsoleRequest) -> Iterator[None]:
    """Read and show moments in the brand's time zone."""
    with timezone.override(ZoneInfo(request.operator.brand.time_zone)):
        yield


def waiting(request: ConsoleRequest) -> dict[str, int]:
    """How much waits for a person, by item of the side. Twelve queries."""
    brand_id = request.operator.brand.id
    return {
        "days": bills.open_differences(brand_id=brand_id),
        "withdrawals": wallets.waiting(brand_id=brand_id),
        "money": orders.money_to_look_at(brand_id=brand_id),
        "kocs": kocs.applications(brand_id=brand_id, state=ApplicationState.OPEN, limit=1).total,
        "shows": content.shows_in_state(brand_id=brand_id, state=ShowState.PENDING, limit=1)[1],
        "reports": conversations.reports(brand_id=brand_id, limit=1).total
        + content.open_show_reports(brand_id=brand_id),
    }


def offer_undo(
    request: ConsoleRequest, *, words: str, action: str, fields: Mapping[str, Iterable[str]]
) -> None:
    """Show `words` on the next page with a button that posts `fields` to `action`."""
    request.session[UNDO] = {
        "words": words,
        "action": action,
        "fields": [[name, value] for name, values in fields.items() for value in values],
    }


def searched(request: ConsoleRequest) -> str:
    """What she searches for, without what no search understands."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:60]


def page_number(request: ConsoleRequest) -> int:
    """The page asked for, from 1."""
    return whole(request.GET.get("page", ""), most=LAST_PAGE) or 1


def pager(request: ConsoleRequest, *, total: int, per_page: int) -> dict[str, str]:
    """What `parts/pager.html` wants; the filters stay as they are."""
    page, kept = page_number(request), {k: v for k, v in request.GET.items() if k != "page"}
    first, last = (page - 1) * per_page + 1, min(page * per_page, total)
    return {
        "previous_url": f"?{urlencode({**kept, 'page': page - 1})}" if page > 1 else "",
        "next_url": f"?{urlencode({**kept, 'page': page + 1})}" if last < total else "",
        "where": f"{min(first, total)}–{last} / {total}",
    }


def not_undone(current: object) -> str:
    """Why an undo was refused: somebody saved a version in between."""
    return _(
        "Somebody saved version %(now)s meanwhile, so nothing was changed. Look at it first."
    ) % {"now": current}


def posted_version(request: ConsoleRequest, name: str) -> int:
    """The version of a brand's own table that a form names. Raises IdMalformed."""
    version = whole(request.POST.get(name, ""), most=LAST_VERSION)
    if version is None:
        raise IdMalformed(name=name)
    return version


def ticked(request: ConsoleRequest, name: str = "ids") -> list[UUID]:
    """The rows she ticked. Raises IdMalformed."""
    try:
        return [UUID(one) for one in dict.fromkeys(request.POST.getlist(name))]
    except ValueError:
        raise IdMalformed(name=name) from None
