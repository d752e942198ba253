"""What every page of hers is shown with: the open tab and the last undo."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

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
