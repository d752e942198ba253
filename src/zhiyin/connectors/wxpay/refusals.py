"""The platform's error codes in the words of the port. A code decides, never a message."""

from zhiyin.flows import paying
from zhiyin.flows.paying import PaymentError

UNKNOWN_OUTCOME = frozenset("SYSTEM_ERROR SYSTEMERROR BANK_ERROR BANKERROR".split())
BUSY = frozenset("FREQUENCY_LIMIT FREQUENCY_LIMITED RATELIMIT_EXCEED RATELIMIT_EXCEEDED".split())
REFUND, TRANSFER = "refund", "transfer"
"""What was asked, where a code means something of its own."""
NAMED: dict[str, type[PaymentError]] = {
    "ORDERPAID": paying.PaymentAlreadyPaid,
    "ORDER_PAID": paying.PaymentAlreadyPaid,
    "ORDER_CLOSED": paying.PaymentClosed,
    "ORDERCLOSED": paying.PaymentClosed,
    "OUT_TRADE_NO_USED": paying.PaymentNumberUsed,
    "ORDER_NOT_EXIST": paying.PaymentNotFound,
    "ORDERNOTEXIST": paying.PaymentNotFound,
    "RESOURCE_NOT_EXISTS": paying.PaymentNotFound,
    "NOT_FOUND": paying.PaymentNotFound,
    "NOT_ENOUGH": paying.RefundUncovered,
    "STATEMENT_CREATING": paying.BillNotReady,
    "NO_STATEMENT_EXIST": paying.BillAbsent,
}
REFUND_REFUSED = frozenset("INVALID_REQUEST PARAM_ERROR RULE_LIMIT USER_ACCOUNT_ABNORMAL".split())
"""Codes by which a refund, and only a refund, was refused for good."""


def refusal(*, status: int, code: str, about: str = "") -> PaymentError:
    """The refusal that a proven answer means. `about`: REFUND, TRANSFER, or neither.

    A code that is not in these tables is `payment_provider_refused`: a person looks at it, and
    nobody takes it for proof that money did not move.
    """
    if code in BUSY or (status == 429 and code not in NAMED):
        return paying.PaymentProviderBusy(why=code)
    if code in UNKNOWN_OUTCOME or status >= 500:
        return paying.PaymentOutcomeUnknown(why=code or f"status_{status}")
    if about == TRANSFER and code == "NOT_ENOUGH":
        return paying.TransferUncovered(why=code)
    if code in NAMED:
        return NAMED[code](why=code)
    if about == REFUND and code in REFUND_REFUSED:
        return paying.RefundRefused(why=code)
    return paying.PaymentProviderRefused(why=code or f"status_{status}")
