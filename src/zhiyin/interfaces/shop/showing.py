"""What every page of hers is shown with: the open tab and the last undo."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format

from zhiyin.interfaces.shop.access import ShopRequest

UNDO = "shop-undo"


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
