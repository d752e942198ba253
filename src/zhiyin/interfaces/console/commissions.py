"""What helping earns: the brand's plans, what each would have cost, and which KOCs earn."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.commissions import operations, queries
from zhiyin.domain.commissions.types import (
    MOST_RATE_BPS,
    STATEMENT_CHARS_MAX,
    AcknowledgementNeeded,
    PlanCard,
    PlanFixed,
    PlanRefused,
    PlanState,
    RateTooHigh,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.flows import settlement
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.commission_forms import EARNER_WORDS, PlanForm
from zhiyin.interfaces.console.products import categories
from zhiyin.interfaces.console.showing import shown
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny
from zhiyin.kit.text import TextTooLong

PLACE = "commissions"


@require_GET
@console_page
def commissions(request: ConsoleRequest) -> HttpResponse:
    """The plans, the newest first, and the KOCs with whether they earn."""
    brand_id = request.operator.brand.id
    earning = queries.earning_koc_ids(brand_id=brand_id)
    context = {
        "plans": [_row(request, plan) for plan in queries.plans(brand_id=brand_id)],
        "kocs": [
            {"id": koc.id, "name": name_in(request.language, koc), "earns": koc.id in earning}
            for koc in kocs.kocs(brand_id=brand_id)
        ],
    }
    return shown(request, "console/commissions.html", PLACE, context)


@require_http_methods(["GET", "POST"])
@console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """Set a plan up; nobody earns by it until it is switched on."""
    form = PlanForm(request.POST or None, categories=categories(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.create_plan(facts=form.facts(), **_by(request))
        except (RateTooHigh, PlanRefused) as refused:
            _say(form, refused)
        else:
            messages.info(request, _("It is set up and switched off. See what it would cost."))
            return redirect("console:commission-plan", slug=request.brand.slug, plan_id=made)
    context = {"form": form, "plan": None}
    status = 422 if form.errors else 200
    return shown(request, "console/commission_plan.html", PLACE, context, status=status)


@require_http_methods(["GET", "POST"])
@console_page
def plan(request: ConsoleRequest, plan_id: UUID) -> HttpResponse:
    """One plan: what it says, what it would have cost, its switch. A draft may be changed."""
    brand_id = request.operator.brand.id
    card = queries.plan(brand_id=brand_id, plan_id=plan_id)
    form = PlanForm(request.POST or None, categories=categories(request), plan=card)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_plan(plan_id=plan_id, facts=form.facts(), **_by(request))
        except (RateTooHigh, PlanRefused) as refused:
            _say(form, refused)
        except PlanFixed:
            messages.error(request, _("It is on or was: people earn by it. Set up another."))
            return redirect("console:commission-plan", slug=request.brand.slug, plan_id=plan_id)
        else:
            messages.info(request, pgettext("a form", "Saved."))
            return redirect("console:commission-plan", slug=request.brand.slug, plan_id=plan_id)
    cost = settlement.estimate(brand_id=brand_id, plan_id=plan_id, now=request.now)
    context = {
        "form": form,
        "plan": card,
        "row": _row(request, card),
        "orders": cost.orders,
        "cost": format_cny(cost.amount_fen, request.language),
        "goods": format_cny(cost.goods_fen, request.language),
        "promoters": len(cost.by_promoter_fen),
        "needs_acknowledgement": card.second_bps is not None
        and card.state is PlanState.DRAFT
        and not queries.has_acknowledged(brand_id=brand_id),
        "statement_chars_max": STATEMENT_CHARS_MAX,
        "moves": [
            {"act": _act(move.act), "at": move.at, "by": move.by}
            for move in queries.plan_moves(brand_id=brand_id, plan_id=plan_id)
        ],
    }
    status = 422 if form.errors else 200
    return shown(request, "console/commission_plan.html", PLACE, context, status=status)


@require_POST
@console_page
def switch(request: ConsoleRequest, plan_id: UUID) -> HttpResponse:
    """First what follows, then switch a draft on, or what is on off."""
    brand_id = request.operator.brand.id
    card = queries.plan(brand_id=brand_id, plan_id=plan_id)
    here = reverse(
        "console:commission-plan", kwargs={"slug": request.brand.slug, "plan_id": plan_id}
    )
    to_on = card.state is PlanState.DRAFT
    if "confirmed" not in request.POST and card.state is not PlanState.OFF:
        cost = settlement.estimate(brand_id=brand_id, plan_id=plan_id, now=request.now)
        context = {
            "title": (_("Switch %(name)s on?") if to_on else _("Switch %(name)s off?"))
            % {"name": card.name},
            "consequence": _("From now on people earn by it, and it stays as it is.")
            if to_on
            else _("Nobody earns by it from now on. What was earned stays theirs."),
            "lines": [
                _("The last 30 days: %(cost)s on goods of %(goods)s.")
                % {
                    "cost": format_cny(cost.amount_fen, request.language),
                    "goods": format_cny(cost.goods_fen, request.language),
                }
            ],
            "ids": [],
            "action": request.path,
            "button": _("Switch it on") if to_on else _("Switch it off"),
            "back": here,
        }
        return shown(request, "console/preview.html", PLACE, context)
    try:
        if to_on:
            operations.switch_on(plan_id=plan_id, **_by(request))
            messages.info(request, _("It is on."))
        else:
            operations.switch_off(plan_id=plan_id, **_by(request))
            messages.info(request, _("It is off."))
    except AcknowledgementNeeded:
        messages.error(request, _("An admin has to acknowledge the second level first."))
    except RateTooHigh as refused:
        messages.error(request, _too_high(refused))
    return redirect(here)


@require_POST
@console_page
def acknowledge(request: ConsoleRequest) -> HttpResponse:
    """An admin writes down that she has read what a second level means in law."""
    try:
        operations.acknowledge_second_level(
            brand_id=request.operator.brand.id,
            statement=request.POST.get("statement", "").replace("\x00", ""),
            user_id=request.operator.user_id,
            now=request.now,
        )
        messages.info(request, _("It is written down, with your name and this moment."))
    except (PlanRefused, TextTooLong):
        messages.error(
            request,
            _(
                "Say in your own words, in at most %(most)d characters, "
                "what was examined and by whom."
            )
            % {"most": STATEMENT_CHARS_MAX},
        )
    return redirect("console:commissions", slug=request.brand.slug)


@require_POST
@console_page
def koc_earns(request: ConsoleRequest, koc_id: UUID) -> HttpResponse:
    """Let a KOC earn from now on, free of charge, or end it. What she earned stays hers."""
    brand_id = request.operator.brand.id
    if "end" in request.POST:
        settlement.end_earning(brand_id=brand_id, koc_id=koc_id, now=request.now)
        messages.info(request, _("She earns no more from now on. What she earned stays hers."))
    else:
        settlement.let_earn(brand_id=brand_id, koc_id=koc_id, now=request.now)
        messages.info(request, _("She earns from now on, and her answers say that they are ads."))
    return redirect("console:commissions", slug=request.brand.slug)


def _by(request: ConsoleRequest) -> dict[str, Any]:
    return {
        "brand_id": request.operator.brand.id,
        "user_id": request.operator.user_id,
        "now": request.now,
    }


def _row(request: ConsoleRequest, card: PlanCard) -> dict[str, Any]:
    gives = f"{card.rate_bps / 100:g}%"
    if card.second_bps:
        gives += f" + {card.second_bps / 100:g}%"
    if card.cap_fen:
        gives = _("%(rate)s, at most %(cap)s a line") % {
            "rate": gives,
            "cap": format_cny(card.cap_fen, request.language),
        }
    return {
        "card": card,
        "gives": gives,
        "who": EARNER_WORDS.get(card.earner, card.earner.value),
        "state_name": _state(card.state),
        "is_on": card.state is PlanState.ON,
        "is_draft": card.state is PlanState.DRAFT,
        "is_off": card.state is PlanState.OFF,
    }


def _state(state: PlanState) -> str:
    return {
        PlanState.DRAFT: pgettext("a plan", "Draft"),
        PlanState.ON: pgettext("a plan", "On"),
        PlanState.OFF: pgettext("a plan", "Off"),
    }[state]


def _act(act: str) -> str:
    return {
        "created": pgettext("a plan", "Set up"),
        "changed": pgettext("a plan", "Changed"),
        "switched_on": pgettext("a plan", "Switched on"),
        "switched_off": pgettext("a plan", "Switched off"),
    }[act]


def _say(form: PlanForm, refused: RateTooHigh | PlanRefused) -> None:
    if isinstance(refused, RateTooHigh):
        form.add_error("rate", _too_high(refused))
        return
    field = str(refused.details["field"]).removesuffix("_bps").removesuffix("_fen")
    words = _("This cannot be. Check it together with the fields beside it.")
    form.add_error(field if field in form.fields else None, words)


def _too_high(refused: RateTooHigh) -> str:
    total_bps = int(str(refused.details["total_bps"]))
    return _("Together a sale would cost %(total)s%%; %(most)s%% is the most.") % {
        "total": f"{total_bps / 100:g}",
        "most": f"{MOST_RATE_BPS / 100:g}",
    }
