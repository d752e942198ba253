"""What parcels, cases and invoices are called, on her pages and on the staff's."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.brands.types import StoreNotFound
from zhiyin.domain.orders.care import (
    AddressRefused,
    Carrier,
    CaseMove,
    CaseReason,
    CaseState,
    CaseStepCard,
    CaseTooLate,
    GoingBack,
    InvoiceRefused,
    InvoiceState,
    NothingToSend,
    ParcelReused,
    PiecesClaimed,
    TrackingRefused,
    Turn,
)
from zhiyin.domain.orders.types import NothingToGiveBack, OrderLine, OrderMoveRefused, ReasonNeeded
from zhiyin.flows.purchase.approving import RefundAboveLimit
from zhiyin.interfaces import chips
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.errors import DomainError

Words = str | Promise
CARRIERS: Mapping[Carrier, Words] = {
    Carrier.SF: _("SF Express"),
    Carrier.EMS: _("EMS"),
    Carrier.JD: _("JD Logistics"),
    Carrier.ZTO: _("ZTO"),
    Carrier.YTO: _("YTO"),
    Carrier.STO: _("STO"),
    Carrier.YUNDA: _("Yunda"),
    Carrier.JT: _("J&T"),
    Carrier.OTHER: _("Another carrier"),
}
REASONS: Mapping[CaseReason, Words] = {
    CaseReason.NO_REASON: _("I changed my mind"),
    CaseReason.SIZE: _("The size does not fit"),
    CaseReason.QUALITY: _("Something is wrong with it"),
    CaseReason.WRONG_GOODS: _("It is not what I bought"),
    CaseReason.NOT_AS_SHOWN: _("It looks different from the pictures"),
    CaseReason.NOT_ARRIVED: _("It has not arrived"),
    CaseReason.OTHER: _("Something else"),
}
STATES: Mapping[CaseState, Words] = {
    CaseState.ASKED: _("Waiting for an answer"),
    CaseState.APPROVED: pgettext_lazy("a case", "Approved"),
    CaseState.WAITING_GOODS: _("Waiting for the goods"),
    CaseState.GOODS_SENT: _("The goods are on their way back"),
    CaseState.GOODS_BACK: _("The goods are back"),
    CaseState.REFUNDING: _("The money is on its way"),
    CaseState.REFUNDED: _("The money is back"),
    CaseState.REFUSED: pgettext_lazy("a case", "Refused"),
    CaseState.ESCALATED: _("Head office looks at it"),
    CaseState.WITHDRAWN: pgettext_lazy("a case", "Taken back"),
    CaseState.LAPSED: _("The time to send the goods is over"),
}
WAYS_BACK: Mapping[GoingBack, Words] = {
    GoingBack.NONE: _("Money only"),
    GoingBack.PARCEL: _("By parcel"),
    GoingBack.STORE: _("Over the counter of any of our stores"),
}
BADGES: Mapping[CaseState, str] = {
    CaseState.REFUNDED: "good",
    CaseState.REFUSED: "act",
    CaseState.WAITING_GOODS: "thin",
}
MOVES: Mapping[CaseMove, Words] = {
    CaseMove.ASK: _("Asked"),
    CaseMove.APPROVE: _("The shop agreed"),
    CaseMove.REFUSE: _("The shop refused"),
    CaseMove.WITHDRAW: pgettext_lazy("a case", "Taken back"),
    CaseMove.AWAIT_GOODS: _("Waiting for the goods"),
    CaseMove.SEND_GOODS: _("The goods were sent back"),
    CaseMove.TAKE_GOODS: _("The goods are back"),
    CaseMove.GRANT: _("The refund was granted"),
    CaseMove.ARRIVE: _("The money is back"),
    CaseMove.ESCALATE: _("Taken to head office"),
    CaseMove.LAPSE: _("The goods were not sent in time"),
}
UNANSWERED: Mapping[CaseMove, Words] = {
    CaseMove.APPROVE: _("Not answered in time: agreed"),
    CaseMove.TAKE_GOODS: _("Not looked at in time: counted as back"),
}
"""A step that nobody took: the clock did."""
TURNS: Mapping[Turn, Words] = {
    Turn.NOBODY: "",
    Turn.SHOPPER: _("the shopper's turn"),
    Turn.BRAND: _("our turn"),
    Turn.ADMIN: _("an admin's turn"),
    Turn.PROVIDER: _("at the payment provider"),
}
INVOICES: Mapping[InvoiceState, Words] = {
    InvoiceState.ASKED: pgettext_lazy("an invoice", "Asked for"),
    InvoiceState.ISSUED: pgettext_lazy("an invoice", "Issued"),
    InvoiceState.REFUSED: pgettext_lazy("an invoice", "Refused"),
}


def steps(taken: Sequence[CaseStepCard]) -> list[dict[str, object]]:
    """A case's history in words, each with its moment.

    What nobody did is the clock's once the time of the step before is over; sooner, it was agreed
    to at once, or over the API.
    """
    told: list[dict[str, object]] = []
    until = None
    for step in taken:
        is_silent = not step.by_member and step.user_id is None
        ran_out = is_silent and until is not None and step.at >= until
        words = UNANSWERED.get(step.move) if ran_out else None
        told.append({"words": words or MOVES[step.move], "at": step.at})
        until = step.deadline_at
    return told


def reason(said: str) -> Words:
    """Why money goes back: a shopper's reason by its words, the staff's as it was typed."""
    return REASONS[CaseReason(said)] if said in set(CaseReason) else said


def lines(ordered: Sequence[OrderLine], *, taxonomy: Taxonomy, language: str) -> dict[str, str]:
    """Line key -> what it is called: name, colour and size."""
    return {
        line.key: " · ".join(
            (
                name_in(language, line),
                chips.label("color", line.color, taxonomy=taxonomy, language=language),
                line.size_label,
            )
        )
        for line in ordered
    }


def clock(state: CaseState, going_back: GoingBack, *, may_escalate: bool) -> Words:
    """What has to happen next and what follows if it does not; `%(when)s` is the deadline."""
    if state is CaseState.WAITING_GOODS and going_back is GoingBack.STORE:
        return _("Hand the goods in at a store by %(when)s. After that the case ends.")
    if state is CaseState.REFUSED and may_escalate:
        return _("You can take it to head office until %(when)s.")
    return CLOCKS.get(state, "")


CLOCKS: Mapping[CaseState, Words] = {
    CaseState.ASKED: _("The shop must answer by %(when)s. After that it counts as a yes."),
    CaseState.WAITING_GOODS: _(
        "Send the goods and write down the tracking number by %(when)s. After that the case ends."
    ),
    CaseState.GOODS_SENT: _(
        "The shop must look at the goods by %(when)s. After that the money goes back."
    ),
    CaseState.REFUNDING: _("The money goes back the way it came, mostly within three days."),
    CaseState.ESCALATED: _("Head office must decide by %(when)s. After that it counts as a yes."),
}
_REFUSALS: Mapping[type[DomainError], Words] = {
    PiecesClaimed: _("Some of these pieces stand in another case already."),
    CaseTooLate: _("The time to give this back is over."),
    NothingToGiveBack: _("Nothing was paid for these pieces, so nothing can go back."),
    OrderMoveRefused: _("The order has moved on meanwhile. Look at it again."),
    TrackingRefused: _("A tracking number has 4 to 40 letters and digits."),
    NothingToSend: _("Some of these pieces cannot be sent: given back, sent, or in an open case."),
    ParcelReused: _("This order has a parcel with that number and other contents."),
    ReasonNeeded: _("Say why, in 1 to 200 characters."),
    StoreNotFound: _("Say at which counter you stand."),
    RefundAboveLimit: _("This is more than you may give back of one order. Ask an admin to agree."),
}
_FIELDS: Mapping[str, Words] = {
    "pieces": _("Choose how many pieces it is about."),
    "kind": _("Only what has reached you can be sent back. Choose “money only” for the rest."),
    "going_back": _("Say how the goods go back."),
    "words": _("Say it in at most 200 characters."),
    "photos": _("At most three photos."),
    "name": _("Who receives it? 1 to 30 characters."),
    "phone": _("A mobile number of mainland China has 11 digits and begins with 1."),
    "region": _("Province, city and district."),
    "street": _("Street, house and door, in 2 to 120 characters."),
    "title": _("The name that the invoice bears, in 1 to 100 characters."),
    "tax_no": _("A company's tax number has 15 to 20 digits and capitals."),
}


def refusal(error: DomainError) -> Words:
    """What to do about a refusal, beside the form."""
    if isinstance(error, AddressRefused | InvoiceRefused):
        return _FIELDS[str(error.details["field"])]
    field = str(error.details.get("field", ""))
    if field in _FIELDS:
        return _FIELDS[field]
    return next(
        (words for kind, words in _REFUSALS.items() if isinstance(error, kind)),
        _("That has changed in the meantime. Look at it again, then retry."),
    )
