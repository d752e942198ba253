"""What every page of hers is shown with: the open tab and the last undo."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme

from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.kit.numbers import whole

UNDO = "shop-undo"
LAST_PAGE = 10_000


def shown(
    request: ShopRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """A page inside the shop's frame, its times in the brand's zone.

    Runs inside the brand's transaction: the tab bar counts what is unread.
    """
    frame = {"tab": tab, "undo": request.session.pop(UNDO, None)}
    with timezone.override(ZoneInfo(request.visitor.brand.time_zone)):
        return render(request, template, {**frame, **context}, status=status)


def page_number(request: ShopRequest) -> int:
    """The page asked for, from 1."""
    return whole(request.GET.get("page", ""), most=LAST_PAGE) or 1


def pager(page: int, total: int, per_page: int) -> dict[str, int | None]:
    """What `shop/parts/pages.html` wants."""
    pages = max(1, -(-total // per_page))
    return {
        "page": page,
        "pages": pages,
        "previous_page": page - 1 if page > 1 else None,
        "next_page": page + 1 if page < pages else None,
    }


def way_back(said: str) -> str:
    """The page of this site that a `next` names, or "". Never the name of a route."""
    is_here = said.startswith("/") and url_has_allowed_host_and_scheme(said, allowed_hosts=None)
    return said if is_here else ""


def offer_undo(
    request: ShopRequest, *, words: str, action: str, fields: Iterable[tuple[str, str]]
) -> None:
    """Let the next page say what was done, with a button that sends `fields` to `action`."""
    request.session[UNDO] = {
        "words": words,
        "action": action,
        "fields": [list(field) for field in fields],
    }


def in_her_zone(request: ShopRequest, at: datetime) -> str:
    """A moment as a sentence names it: day and hour."""
    local = timezone.localtime(at, ZoneInfo(request.visitor.brand.time_zone))
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {local:%H:%M}"
