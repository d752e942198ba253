"""A call to the notify address: is it the platform's, is it now, is it ours, what does it say.

It calls nobody and keeps nothing. Duplicates and the sum are the caller's: keep
`Notification.id` under a unique key, and compare with `flows.paying.disagreement`.
"""

from collections.abc import Mapping
from datetime import datetime

from zhiyin.connectors.wxpay import reading, signing
from zhiyin.connectors.wxpay.account import Account, Limits
from zhiyin.flows.paying import (
    Notification,
    NotificationForeign,
    NotificationRefused,
    NotificationUnreadable,
    PaymentFact,
    PaymentState,
    RefundFact,
)
from zhiyin.flows.paying_out import TransferFact

PAID = "TRANSACTION.SUCCESS"
TRANSFERRED = "MCHTRANSFER.BILL.FINISHED"
REFUNDS = frozenset({"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"})


def notification(
    account: Account, *, headers: Mapping[str, str], body: bytes, now: datetime, limits: Limits
) -> Notification:
    """What a notification says, once it is proven.

    Raises NotificationRefused (answer 401), NotificationUnreadable and NotificationForeign
    (answer 4xx). Nothing of the body is in their details.
    """
    if len(body) > limits.notification_bytes:
        raise NotificationRefused(why="too_long")
    why = signing.doubt(account.ring, headers, body, now=now, window_s=limits.window_s)
    if why:
        raise NotificationRefused(why=why)
    try:
        said = reading.document(body)
        event_type = reading.text(said, "event_type")
        content = reading.document(signing.opened(said.get("resource"), api_key=account.api_key))
        # who it is for comes first: the rest of a stranger's content is none of our business
        _check_whose(account, content)
        return Notification(
            id=reading.text(said, "id"),
            created_at=reading.moment(said, "create_time"),
            about=_about(account, event_type, content),
        )
    except ValueError as unread:
        raise NotificationUnreadable(why=str(unread)) from None


def _check_whose(account: Account, content: Mapping[str, object]) -> None:
    # transfers spell it otherwise
    if content.get("mchid", content.get("mch_id")) != account.merchant_id:
        raise NotificationForeign(field="merchant_id")
    if "appid" in content and content["appid"] != account.app_id:
        raise NotificationForeign(field="app_id")


def _about(
    account: Account, event_type: str, content: Mapping[str, object]
) -> PaymentFact | RefundFact | TransferFact:
    if event_type == TRANSFERRED:
        return reading.transfer(content, merchant_id=account.merchant_id)
    if event_type == PAID:
        fact = reading.payment(content)
        if fact.state is not PaymentState.PAID or fact.paid_at is None:
            raise ValueError("state_contradicts_event")
        return fact
    if event_type in REFUNDS:
        told = content.get("refund_status")
        if told != event_type.removeprefix("REFUND."):
            raise ValueError("state_contradicts_event")
        return reading.refund(content, merchant_id=account.merchant_id)
    raise ValueError("event_type_unknown")
