"""KOCs: who applies and how well she would do, who she is, and how much she can take."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.content import queries as content
from zhiyin.domain.conversations import queries as conversations
from zhiyin.domain.kocs import queries
from zhiyin.domain.kocs.types import (
    REASON_CHARS_MAX,
    ApplicationCard,
    ApplicationState,
    FollowFor,
    Score,
    ScoreKey,
    ScoreName,
    WordsMissing,
)
from zhiyin.domain.members.types import Opened
from zhiyin.flows import koc_review
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import (
    ConsoleRequest,
    console_page,
    reaching_console_page,
)
from zhiyin.interfaces.console.reads import note_read
from zhiyin.interfaces.console.showing import (
    IdMalformed,
    page_number,
    pager,
    searched,
    shown,
)
from zhiyin.interfaces.console.wearings import wearing
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.text import TextHasNul, TextTooLong
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 50
SHOWS_LISTED = 20
DECISIONS = ("accept", "refuse")
BPS = 10_000
PER_CENT = 100
PARTS = {
    ScoreName.LOYALTY: ("1", gettext_lazy("Loyalty")),
    ScoreName.HELPFULNESS: ("2", gettext_lazy("Helpfulness")),
    ScoreName.WILLINGNESS: ("3", gettext_lazy("Willingness")),
}
LINES = {
    ScoreKey.PURCHASES: gettext_lazy("purchases in two years"),
    ScoreKey.MONTHS: gettext_lazy("months a member"),
    ScoreKey.SHOWS: gettext_lazy("published shows of her own"),
    ScoreKey.USEFUL_VOTES: gettext_lazy("useful votes on them"),
    ScoreKey.ANSWERS: gettext_lazy("questions answered"),
    ScoreKey.CAPACITY: gettext_lazy("questions a week she takes"),
    ScoreKey.ANSWERED_SHARE: gettext_lazy("per cent of her questions answered"),
    ScoreKey.DAYS_PRESENT: gettext_lazy("days of the next 28 she is there"),
}


@require_GET
@console_page
def kocs(request: ConsoleRequest) -> HttpResponse:
    """The KOCs with their load, or the applications of a state."""
    view = request.GET.get("view", "")
    if view in set(ApplicationState):
        return _applications(request, ApplicationState(view))
    brand_id = request.operator.brand.id
    cards, total = queries.koc_page(
        brand_id=brand_id,
        search=searched(request),
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    ids = [card.id for card in cards]
    load = conversations.load(brand_id=brand_id, now=request.now, koc_ids=ids)
    away = queries.away_ids(brand_id=brand_id, now=request.now)
    follows = queries.followers(brand_id=brand_id, koc_ids=ids)
    taxonomy = audience.taxonomy(brand_id=brand_id)
    context = {
        "search": searched(request),
        "total": total,
        "views": _views(request, ""),
        "rows": [
            {
                "card": card,
                "name": name_in(request.language, card),
                "good_at": _good_at(request, card.good_at, taxonomy)[:4],
                "load": load.get(card.id, 0),
                "is_away": card.id in away,
                "is_full": load.get(card.id, 0) >= card.weekly_capacity,
                "followers": sum(follows[card.id].values()),
            }
            for card in cards
        ],
        "pager": pager(request, total=total, per_page=PER_PAGE),
    }
    return shown(request, "console/kocs.html", "kocs", context)


@require_GET
@console_page
def koc(request: ConsoleRequest, koc_id: UUID) -> HttpResponse:
    """One KOC as her page says, and what the brand sees beside it."""
    brand_id = request.operator.brand.id
    card = queries.koc(brand_id=brand_id, koc_id=koc_id)
    note_read(request, card.member_id, Opened.KOC)
    taxonomy = audience.taxonomy(brand_id=brand_id)
    service = conversations.service(brand_id=brand_id, koc_id=koc_id)
    follows = queries.followers(brand_id=brand_id, koc_ids=[koc_id])[koc_id]
    is_english = request.language.startswith("en")
    context = {
        "card": card,
        "name": name_in(request.language, card),
        "persona": card.persona_en if is_english else card.persona_zh,
        "good_at": _good_at(request, card.good_at, taxonomy),
        "load": conversations.load(brand_id=brand_id, now=request.now, koc_ids=[koc_id]).get(
            koc_id, 0
        ),
        "aways": queries.aways(brand_id=brand_id, koc_id=koc_id, now=request.now),
        "for_body": follows[FollowFor.BODY],
        "for_style": follows[FollowFor.STYLE],
        "answered": len(service.answered),
        "let_go": len(service.declined) + len(service.expired),
        "shows": [
            wearing(show, taxonomy=taxonomy, language=request.language)
            for show in content.shows_by_koc(brand_id=brand_id, koc_id=koc_id, limit=SHOWS_LISTED)
        ],
    }
    return shown(request, "console/koc.html", "kocs", context)


@require_GET
@console_page
def application(request: ConsoleRequest, application_id: UUID) -> HttpResponse:
    """One application with its score, each number opened to its rows."""
    return _application_page(request, application_id, error="")


@require_POST
@reaching_console_page
def decide(request: ConsoleRequest, application_id: UUID) -> HttpResponse:
    """Accept or refuse, with a reason that she reads."""
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        raise IdMalformed(name="decision")
    is_accepted = decision == "accept"
    error = ""
    try:
        koc_review.decide(
            brand_id=request.operator.brand.id,
            application_id=application_id,
            accepted=is_accepted,
            reason=request.POST.get("reason", ""),
            user_id=request.operator.user_id,
            now=request.now,
        )
    except WordsMissing:
        error = _("Write a reason: she reads it on her page.")
    except TextTooLong:
        error = _("Say it in at most %(most)d characters.") % {"most": REASON_CHARS_MAX}
    except TextHasNul:
        error = _("There is a character in it that cannot be read. Type it anew, please.")
    if error:
        with brand_tx(request.operator.brand.id):
            return _application_page(request, application_id, error=error)
    messages.info(
        request,
        _("She is a KOC now, and reads why.") if is_accepted else _("Refused. She reads why."),
    )
    here = reverse("console:kocs", kwargs={"slug": request.brand.slug})
    return redirect(f"{here}?view={ApplicationState.OPEN}")


def _application_page(request: ConsoleRequest, application_id: UUID, *, error: str) -> HttpResponse:
    brand_id = request.operator.brand.id
    card = queries.application(brand_id=brand_id, application_id=application_id)
    note_read(request, card.member_id, Opened.APPLICATION)
    is_open = card.state is ApplicationState.OPEN
    score = card.score
    if score is None:
        score = koc_review.score_application(
            brand_id=brand_id, application_id=application_id, now=request.now
        )
    taxonomy = audience.taxonomy(brand_id=brand_id)
    named = content.shows_by_id(brand_id=brand_id, show_ids=card.show_ids)
    context = {
        "card": card,
        "is_open": is_open,
        "good_at": _good_at(request, card.good_at, taxonomy),
        "score": round(score.total_bps / PER_CENT),
        "parts": _parts(score),
        "shows": [
            wearing(show, taxonomy=taxonomy, language=request.language) for show in named.values()
        ],
        "reason_max": REASON_CHARS_MAX,
        "typed": request.POST.get("reason", ""),
        "error": error,
        "state": state_words()[card.state],
    }
    return shown(request, "console/application.html", "kocs", context, status=422 if error else 200)


def state_words() -> dict[ApplicationState, str]:
    """What the states of an application are called."""
    return {
        ApplicationState.OPEN: _("Waiting"),
        ApplicationState.ACCEPTED: _("Accepted"),
        ApplicationState.REFUSED: _("Refused"),
        ApplicationState.WITHDRAWN: _("Withdrawn"),
    }


def _applications(request: ConsoleRequest, state: ApplicationState) -> HttpResponse:
    page = queries.applications(
        brand_id=request.operator.brand.id,
        state=state,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    context = {
        "state": state.value,
        "views": _views(request, state.value),
        "rows": [_application_row(request, card) for card in page.applications],
        "total": page.total,
        "pager": pager(request, total=page.total, per_page=PER_PAGE),
    }
    return shown(request, "console/applications.html", "kocs", context)


def _application_row(request: ConsoleRequest, card: ApplicationCard) -> dict[str, Any]:
    days = (request.now - card.applied_at).days
    return {
        "card": card,
        "waits": ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days},
        "shows": len(card.show_ids),
        "score": round(card.score.total_bps / PER_CENT) if card.score else None,
    }


def _parts(score: Score) -> list[dict[str, Any]]:
    """The three numbers as one bar of 100; each opens to what was counted."""
    rows, start = [], 0.0
    for part in score.parts:
        tone, words = PARTS[part.name]
        width = part.bps * part.weight_bps / BPS / PER_CENT
        rows.append(
            {
                "tone": tone,
                "name": str(words),
                "value": _("%(share)d of 100, weighs %(weight)d%%")
                % {"share": round(part.bps / PER_CENT), "weight": part.weight_bps // PER_CENT},
                "start": start,
                "width": width,
                "details": [
                    _("%(count)d %(what)s (full at %(full)d): %(got)d of %(most)d points")
                    % {
                        "count": one.count,
                        "what": LINES[one.key],
                        "full": one.full_at,
                        "got": one.bps // PER_CENT,
                        "most": one.most_bps // PER_CENT,
                    }
                    + _rows_of(one.row_ids)
                    for one in part.lines
                ],
                "href": "",
            }
        )
        start += width
    return rows


def _rows_of(row_ids: tuple[UUID, ...]) -> str:
    if not row_ids:
        return ""
    ends = ", ".join(str(one)[-8:] for one in row_ids[:12])
    more = len(row_ids) - 12
    return _(" — rows %(ids)s") % {"ids": ends} + (f" +{more}" if more > 0 else "")


def _good_at(
    request: ConsoleRequest, good_at: dict[str, list[str]], taxonomy: Taxonomy
) -> list[str]:
    return [
        chips.label(slot, value, taxonomy=taxonomy, language=request.language)
        for slot, values in good_at.items()
        for value in values
    ]


def _views(request: ConsoleRequest, view: str) -> list[dict[str, Any]]:
    here = reverse("console:kocs", kwargs={"slug": request.brand.slug})
    waits = queries.applications(
        brand_id=request.operator.brand.id, state=ApplicationState.OPEN, limit=1
    ).total
    return [
        {"name": _("KOCs"), "href": here, "is_current": view == ""},
        {
            "name": _("Applications"),
            "href": f"{here}?view=open",
            "is_current": view == "open",
            "count": waits,
        },
        {"name": _("Accepted"), "href": f"{here}?view=accepted", "is_current": view == "accepted"},
        {"name": _("Refused"), "href": f"{here}?view=refused", "is_current": view == "refused"},
    ]
