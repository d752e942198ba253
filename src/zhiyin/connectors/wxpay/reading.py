"""What the platform's JSON says, in the words of the port. Every field is doubted.

Raises ValueError with a word where a field is missing or of another shape.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from zhiyin.flows.paying import PaymentFact, PaymentState, RefundFact, RefundState
from zhiyin.flows.paying_out import TransferFact, TransferState

STATES = {
    "SUCCESS": PaymentState.PAID,
    "REFUND": PaymentState.REFUNDED,
    "NOTPAY": PaymentState.UNPAID,
    "USERPAYING": PaymentState.PAYING,
    "CLOSED": PaymentState.CLOSED,
    "REVOKED": PaymentState.CLOSED,
    "PAYERROR": PaymentState.FAILED,
}
REFUND_STATES = {
    "SUCCESS": RefundState.SUCCEEDED,
    "CLOSED": RefundState.CLOSED,
    "PROCESSING": RefundState.PROCESSING,
    "ABNORMAL": RefundState.STUCK,
}
TRANSFER_STATES = {
    "ACCEPTED": TransferState.PROCESSING,
    "PROCESSING": TransferState.PROCESSING,
    "TRANSFERING": TransferState.PROCESSING,
    "CANCELING": TransferState.PROCESSING,
    "WAIT_USER_CONFIRM": TransferState.UNCONFIRMED,
    "SUCCESS": TransferState.SUCCEEDED,
    "FAIL": TransferState.FAILED,
    "CANCELLED": TransferState.CANCELLED,
}
MONEY_MOVED = (PaymentState.PAID, PaymentState.REFUNDED)


def document(body: bytes) -> Mapping[str, Any]:
    """A JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("not_json") from None
    if not isinstance(found, dict):
        raise ValueError("not_the_shape")
    return found


def payment(said: Mapping[str, Any]) -> PaymentFact:
    """An order, of a query or of a notification."""
    state = STATES.get(text(said, "trade_state"))
    if state is None:
        raise ValueError("state_unknown")
    amount = said.get("amount")
    if state in MONEY_MOVED:
        if not isinstance(amount, dict) or "total" not in amount:
            raise ValueError("amount_missing")
        text(said, "transaction_id")
    amount = amount if isinstance(amount, dict) else {}
    payer = said.get("payer")
    return PaymentFact(
        payment_no=text(said, "out_trade_no"),
        state=state,
        merchant_id=text(said, "mchid"),
        app_id=text(said, "appid"),
        amount_fen=_fen(amount, "total") if "total" in amount else None,
        currency=_word(amount, "currency", "CNY"),
        transaction_id=_word(said, "transaction_id"),
        payer=_word(payer, "openid") if isinstance(payer, dict) else "",
        paid_at=_moment(said["success_time"]) if said.get("success_time") else None,
        memo=_word(said, "attach"),
    )


def refund(said: Mapping[str, Any], *, merchant_id: str) -> RefundFact:
    """A refund, of its call or query (`status`) or of a notification (`refund_status`)."""
    state = REFUND_STATES.get(_word(said, "refund_status") or _word(said, "status"))
    if state is None:
        raise ValueError("state_unknown")
    amount = said.get("amount")
    if not isinstance(amount, dict):
        raise ValueError("amount_missing")
    if _word(amount, "currency", "CNY") != "CNY":
        raise ValueError("currency_unknown")
    return RefundFact(
        payment_no=text(said, "out_trade_no"),
        refund_no=text(said, "out_refund_no"),
        provider_refund_id=text(said, "refund_id"),
        transaction_id=text(said, "transaction_id"),
        state=state,
        merchant_id=_word(said, "mchid", merchant_id),
        amount_fen=_fen(amount, "refund"),
        paid_fen=_fen(amount, "total"),
        settled_at=_moment(said["success_time"]) if said.get("success_time") else None,
    )


def transfer(said: Mapping[str, Any], *, merchant_id: str) -> TransferFact:
    """A transfer, of a query or of a notification."""
    state = TRANSFER_STATES.get(text(said, "state"))
    if state is None:
        raise ValueError("state_unknown")
    settled = state is TransferState.SUCCEEDED and said.get("update_time")
    return TransferFact(
        bill_no=text(said, "out_bill_no"),
        state=state,
        merchant_id=_word(said, "mch_id", merchant_id),
        amount_fen=_fen(said, "transfer_amount"),
        provider_bill_id=text(said, "transfer_bill_no"),
        why=_word(said, "fail_reason"),
        settled_at=_moment(said["update_time"]) if settled else None,
    )


def text(said: Mapping[str, Any], name: str) -> str:
    """A field that is there and is a text."""
    found = said.get(name)
    if not isinstance(found, str) or not found:
        raise ValueError(f"{name}_missing")
    return found


def moment(said: Mapping[str, Any], name: str) -> datetime:
    """A moment (RFC 3339), UTC."""
    return _moment(text(said, name))


def _word(said: Mapping[str, Any], name: str, default: str = "") -> str:
    found = said.get(name, default)
    if not isinstance(found, str):
        raise ValueError(f"{name}_not_text")
    return found


def _fen(amount: Mapping[str, Any], name: str) -> int:
    found = amount.get(name)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise ValueError(f"{name}_not_fen")
    return found


def _moment(said: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        raise ValueError("moment_unreadable") from None
    if found.tzinfo is None:
        raise ValueError("moment_without_zone")
    return found.astimezone(UTC)
