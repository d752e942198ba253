"""What every page of hers is shown with: the open tab, what is unread, and the last undo."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from zhiyin.domain.conversations import queries as talks
from zhiyin.interfaces.shop.access import ShopRequest

UNDO = "shop-undo"
READ_AT = "answers-read-at"
UNREAD_LOOKED_AT = 20
UTC_DAWN = "1970-01-01T00:00:00+00:00"


def shown(
    request: ShopRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """A page inside the shop's frame, its times in the brand's zone.

    Runs inside the brand's transaction: it counts what is unread.
    """
    frame = {"tab": tab, "unread": unread(request), "undo": request.session.pop(UNDO, None)}
    with timezone.override(ZoneInfo(request.visitor.brand.time_zone)):
        return render(request, template, {**frame, **context}, status=status)


def unread(request: ShopRequest) -> int:
    """Answers she has not opened her messages since, and the questions that wait for her as KOC.

    Looks at her last `UNREAD_LOOKED_AT` questions. Nine queries at most, none for a guest.
    """
    visitor = request.visitor
    if visitor.member is None:
        return 0
    brand_id = visitor.brand.id
    read_at = datetime.fromisoformat(request.session.get(_read_key(request), UTC_DAWN))
    asked = talks.questions_of_asker(
        brand_id=brand_id, asker_id=visitor.member.id, limit=UNREAD_LOOKED_AT
    )
    answered = sum(1 for card in asked if card.answer and card.answer.answered_at > read_at)
    if visitor.koc is None:
        return answered
    return answered + talks.inbox(brand_id=brand_id, koc_id=visitor.koc.id, limit=1).waiting


def note_read(request: ShopRequest) -> None:
    """She has seen how her questions stand, as of now."""
    request.session[_read_key(request)] = request.now.isoformat()


def offer_undo(
    request: ShopRequest, *, words: str, action: str, fields: Iterable[tuple[str, str]]
) -> None:
    """Let the next page say what was done, with a button that sends `fields` to `action`."""
    request.session[UNDO] = {
        "words": words,
        "action": action,
        "fields": [list(field) for field in fields],
    }


def _read_key(request: ShopRequest) -> str:
    return f"{READ_AT}:{request.brand.slug}"
