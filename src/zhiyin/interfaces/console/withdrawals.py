"""What promoters withdraw: the list, one with its history, two who approve, and the terms."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.members import operations as people
from zhiyin.domain.members import queries as members
from zhiyin.domain.members.types import Opened
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets import queries as kept
from zhiyin.domain.wallets.types import (
    REASON_CHARS_MAX,
    PayoutTerms,
    PayoutTermsRefused,
    WithdrawalApproved,
    WithdrawalCard,
    WithdrawalMoveRefused,
    WithdrawalOwn,
    WithdrawalState,
    Withholding,
)
from zhiyin.flows import transferring, withdrawing
from zhiyin.flows.paying import PaymentError
from zhiyin.flows.purchase.carriers import NO_CARRIER, carrier
from zhiyin.interfaces.console.access import (
    ConsoleRequest,
    console_page,
    reaching_console_page,
)
from zhiyin.interfaces.console.ordering import cny, moment
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.interfaces.exporting import csv_answer
from zhiyin.interfaces.withdrawal_words import act_words, state_words, why_words
from zhiyin.kit.money import fen_of, yuan_of
from zhiyin.kit.numbers import whole
from zhiyin.kit.tables import Cell, yuan
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

PLACE = "withdrawals"
PER_PAGE = 50
FIRST_YEAR, LAST_YEAR = 2026, 2999
VIEWS: dict[str, tuple[WithdrawalState, ...]] = {
    "": (WithdrawalState.WAITING,),
    "stuck": (WithdrawalState.STUCK,),
    "going": (WithdrawalState.GRANTED, WithdrawalState.ASKED),
    "paid": (WithdrawalState.PAID,),
    "returned": (WithdrawalState.RETURNED,),
}
TO_DO = frozenset({"", "stuck"})


@require_GET
@console_page
def withdrawals(request: ConsoleRequest) -> HttpResponse:
    """The withdrawals by where they stand, the newest first."""
    brand_id = request.operator.brand.id
    chosen = request.GET.get("of", "")
    chosen = chosen if chosen in VIEWS else ""
    page = kept.withdrawals(
        brand_id=brand_id,
        states=VIEWS[chosen],
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    here = reverse("console:withdrawals", kwargs={"slug": request.brand.slug})
    names = {
        "": _("To approve"),
        "stuck": _("Held up"),
        "going": _("On their way"),
        "paid": _("Arrived"),
        "returned": _("Came back"),
    }
    context = {
        "views": [
            {
                "name": names[view],
                "href": f"{here}?of={view}" if view else here,
                "is_current": view == chosen,
                "count": kept.withdrawals(brand_id=brand_id, states=states, limit=1).total
                if view in TO_DO
                else None,
            }
            for view, states in VIEWS.items()
        ],
        "rows": _rows(request, page.withdrawals),
        "pager": pager(request, total=page.total, per_page=PER_PAGE),
    }
    return shown(request, "console/withdrawals.html", PLACE, context)


@require_GET
@console_page
def withdrawal(request: ConsoleRequest, withdrawal_id: UUID) -> HttpResponse:
    """One withdrawal: the sums, who said what, and what can be done with it."""
    return _withdrawal(request, withdrawal_id)


@require_POST
@console_page
def decide(request: ConsoleRequest, withdrawal_id: UUID) -> HttpResponse:
    """One account says yes or, with a reason, no."""
    about: dict[str, Any] = {
        "brand_id": request.operator.brand.id,
        "withdrawal_id": withdrawal_id,
        "user_id": request.operator.user_id,
        "now": request.now,
    }
    reason = request.POST.get("reason", "").replace("\x00", "").strip()
    if "refuse" in request.POST and not 0 < len(reason) <= REASON_CHARS_MAX:
        return _withdrawal(request, withdrawal_id, problem=_("Say why, in up to 200 characters."))

    def act() -> None:
        if "refuse" in request.POST:
            withdrawing.refuse(reason=reason, **about)
            messages.info(request, _("Refused. The money is hers again, and she reads the reason."))
        elif withdrawing.approve(**about) is WithdrawalState.GRANTED:
            messages.info(request, _("Approved by two: it goes out now."))
        else:
            messages.info(request, _("You approved it. Somebody else has to approve it as well."))

    return _acted(request, withdrawal_id, act)


@require_POST
@reaching_console_page
def mend(request: ConsoleRequest, withdrawal_id: UUID) -> HttpResponse:
    """One that is held up: ask again, or, if the provider never did it, make it hers again."""
    brand_id = request.operator.brand.id

    def act() -> None:
        if "give_up" in request.POST:
            transferring.give_up(
                brand_id=brand_id, withdrawal_id=withdrawal_id, carriers=carrier, now=request.now
            )
            messages.info(request, _("It never went out: the money is hers again."))
        else:
            with brand_tx(brand_id):
                withdrawing.retry(
                    brand_id=brand_id,
                    withdrawal_id=withdrawal_id,
                    user_id=request.operator.user_id,
                    now=request.now,
                )
            messages.info(request, _("The provider is asked again within a minute."))

    return _acted(request, withdrawal_id, act)


@require_http_methods(["GET", "POST"])
@console_page
def terms(request: ConsoleRequest) -> HttpResponse:
    """How the brand pays out: tax, limits, and from when on two have to approve."""
    brand_id, problem = request.operator.brand.id, ""
    if request.method == "POST":
        problem = _set_terms(request)
        if not problem:
            messages.info(request, _("Saved. It counts from the next withdrawal on."))
            return redirect("console:payout-terms", slug=request.brand.slug)
    now, said = kept.terms(brand_id=brand_id), request.POST
    context = {
        "withholding": said.get("withholding", now.withholding.value),
        "ways": [
            (Withholding.PER_PAYMENT.value, _("Month by month, as for anybody who is paid once")),
            (
                Withholding.CUMULATIVE.value,
                _("All months together, as platforms do for those who work on them"),
            ),
        ],
        "approve_above": said.get("approve_above", yuan_of(now.approve_above_fen)),
        "least": said.get("least", yuan_of(now.least_fen)),
        "most": said.get("most", yuan_of(now.most_fen)),
        "problem": problem,
        "year": day_of(request.now, request.operator.brand.time_zone).year,
    }
    return shown(
        request, "console/payout_terms.html", PLACE, context, status=422 if problem else 200
    )


@require_GET
@console_page
def tax_list(request: ConsoleRequest) -> HttpResponseBase:
    """What was paid out in a year, with names and cards, for the tax office: a file, and noted."""
    brand_id, zone = request.operator.brand.id, request.operator.brand.time_zone
    this_year = day_of(request.now, zone).year
    year = whole(request.GET.get("year", ""), most=LAST_YEAR) or this_year
    found = kept.taxed(brand_id=brand_id, year=max(year, FIRST_YEAR), zone=zone)
    people.note_reads(
        brand_id=brand_id,
        member_ids={row.member_id for row in found},
        user_id=request.operator.user_id,
        opened=Opened.TAX,
        now=request.now,
    )
    columns = [
        _("Month"),
        _("Name"),
        _("Number of the identity card"),
        _("Withdrawn (yuan)"),
        _("Tax withheld (yuan)"),
        _("Paid (yuan)"),
    ]
    rows: list[list[Cell]] = [
        [
            f"{row.paid.month:%Y-%m}",
            row.payee.name,
            row.payee.card_number,
            yuan(row.paid.income_fen),
            yuan(row.paid.withheld_fen),
            yuan(row.paid.income_fen - row.paid.withheld_fen),
        ]
        for row in found
    ]
    return csv_answer(name=f"tax-{year}", columns=columns, rows=rows)


def _set_terms(request: ConsoleRequest) -> str:
    """Set them as the form says, or say what is wrong."""
    sums = {
        f"{name}_fen": fen_of(request.POST.get(name, ""))
        for name in ("approve_above", "least", "most")
    }
    if None in sums.values():
        return _("A sum is in yuan: 12 or 12.50.")
    said = request.POST.get("withholding", "")
    way = said if said in set(Withholding) else Withholding.PER_PAYMENT
    try:
        wallets.set_terms(
            brand_id=request.operator.brand.id,
            terms=PayoutTerms(withholding=Withholding(way), **sums),  # type: ignore[arg-type]
        )
    except PayoutTermsRefused:
        return _("The least is 0.30 yuan, the most 100,000, and the least is not above the most.")
    return ""


def _acted(request: ConsoleRequest, withdrawal_id: UUID, act: Callable[[], None]) -> HttpResponse:
    """Do it, or say why it was not done; then the page again."""
    try:
        act()
    except WithdrawalOwn:
        messages.error(request, _("It is your own: two others have to decide it."))
    except WithdrawalApproved:
        messages.error(request, _("You approved it already. Somebody else has to, as well."))
    except WithdrawalMoveRefused as refused:
        state = state_words()[WithdrawalState(str(refused.details["state"]))]
        messages.error(
            request, _("Nothing changed. Where it stands: %(state)s.") % {"state": state}
        )
    except (PaymentError, *NO_CARRIER) as failed:
        messages.error(
            request,
            _("The provider did not say (%(code)s), so nothing changed. Try again later.")
            % {"code": failed.code},
        )
    return redirect("console:withdrawal", slug=request.brand.slug, withdrawal_id=withdrawal_id)


def _withdrawal(request: ConsoleRequest, withdrawal_id: UUID, *, problem: str = "") -> HttpResponse:
    brand_id = request.operator.brand.id
    card = kept.withdrawal(brand_id=brand_id, withdrawal_id=withdrawal_id)
    context = {
        "row": _rows(request, [card])[0],
        "card": card,
        "payee": kept.payee(brand_id=brand_id, member_id=card.member_id),
        "is_waiting": card.state is WithdrawalState.WAITING,
        "is_stuck": card.state is WithdrawalState.STUCK,
        "why": why_words(card.why),
        "moves": [
            {
                "act": act_words()[one.act],
                "at": moment(request, one.at),
                "by": one.by,
                "said": why_words(one.said),
            }
            for one in kept.moves(brand_id=brand_id, withdrawal_id=withdrawal_id)
        ],
        "problem": problem,
        "reason_chars_max": REASON_CHARS_MAX,
    }
    return shown(request, "console/withdrawal.html", PLACE, context, status=422 if problem else 200)


def _rows(request: ConsoleRequest, cards: Sequence[WithdrawalCard]) -> list[dict[str, Any]]:
    """Withdrawals as the pages show them; who has deleted her account has no name any more."""
    people_ids = [card.member_id for card in cards]
    found = members.members_by_id(brand_id=request.operator.brand.id, member_ids=people_ids)
    names = {member_id: card.nickname for member_id, card in found.items()}
    return [_row(request, card, names.get(card.member_id) or _("A member")) for card in cards]


def _row(request: ConsoleRequest, card: WithdrawalCard, who: str) -> dict[str, Any]:
    return {
        "id": card.id,
        "who": who,
        "amount": cny(request, card.amount_fen),
        "tax": cny(request, card.tax_fen),
        "net": cny(request, card.net_fen),
        "at": moment(request, card.requested_at),
        "state": state_words()[card.state],
        "is_good": card.state is WithdrawalState.PAID,
        "is_stuck": card.state is WithdrawalState.STUCK,
        "approvals": f"{card.approvals} / {card.needed}" if card.needed else "–",
    }
