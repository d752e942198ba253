"""What withdrawals are called on the pages of both sides."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhiyin.domain.wallets.types import WithdrawalAct, WithdrawalState


def state_words() -> dict[WithdrawalState, str]:
    """Where a withdrawal stands."""
    return {
        WithdrawalState.WAITING: pgettext("a withdrawal", "Waits for two people of the shop"),
        WithdrawalState.GRANTED: pgettext("a withdrawal", "Is being sent"),
        WithdrawalState.ASKED: pgettext("a withdrawal", "On its way"),
        WithdrawalState.PAID: pgettext("a withdrawal", "Arrived"),
        WithdrawalState.RETURNED: pgettext("a withdrawal", "Came back"),
        WithdrawalState.STUCK: pgettext("a withdrawal", "Held up: the shop is looking at it"),
    }


def act_words() -> dict[WithdrawalAct, str]:
    """What happened, in a line of its history."""
    return {
        WithdrawalAct.REQUESTED: pgettext("a withdrawal", "asked for"),
        WithdrawalAct.APPROVED: pgettext("a withdrawal", "approved"),
        WithdrawalAct.REFUSED: pgettext("a withdrawal", "refused"),
        WithdrawalAct.ASKED: pgettext("a withdrawal", "handed to the provider"),
        WithdrawalAct.PAID: pgettext("a withdrawal", "arrived"),
        WithdrawalAct.RETURNED: pgettext("a withdrawal", "came back"),
        WithdrawalAct.STUCK: pgettext("a withdrawal", "held up"),
        WithdrawalAct.RETRIED: pgettext("a withdrawal", "asked again"),
    }


def why_words(why: str) -> str:
    """Why one came back or is held up; a word of the provider's own stays as it is."""
    return {
        "OVERDUE_CLOSE": _("It was not confirmed within 24 hours."),
        "payee_unknown": _("WeChat does not know her yet: she opens the shop in WeChat once."),
        "other_sum": _("The provider says another sum than was asked for."),
        "transfer_uncovered": _("The brand's account at the provider holds too little. Fill it."),
        "payment_outcome_unknown": _("The provider did not answer. It is asked again by itself."),
        "payment_provider_unreached": _(
            "The provider was not reached. It is asked again by itself."
        ),
    }.get(why, why)


def cause_words(cause: str) -> str:
    """What an entry of the books was for, as its promoter reads it."""
    about, _rest, what = cause.partition(":")[0], "", cause.rpartition(":")[2]
    return {
        ("settlement", "paid"): _("Commission, its return window over"),
        ("withdrawal", "requested"): _("Withdrawn"),
        ("withdrawal", "returned"): _("A withdrawal that came back"),
        ("debt", "paid"): _("Paid back: goods went back after you had withdrawn"),
    }.get((about, what), _("Taken back: goods went back") if about == "commission" else cause)
