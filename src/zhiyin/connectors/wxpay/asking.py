"""What is sent to open a payment, to give money back or to pay a person; and what cannot be."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from zhiyin.connectors.wxpay.account import Account, Limits
from zhiyin.flows.paying import CURRENCY, PaymentAsked, PaymentInputRefused, RefundAsked
from zhiyin.flows.paying_out import TransferAsked

NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]+")
BILL_NUMBER = re.compile(r"[0-9A-Za-z]{1,32}")
COMMISSION_SCENE = "1005"
COMMISSION_INFOS = (("岗位类型", "推广达人"), ("报酬说明", "推广佣金"))
"""The scene of commissions for help, and what WeChat Pay wants to be told of each."""
TRANSACTION_ID = re.compile(r"[0-9A-Za-z]{1,64}")


def order(
    account: Account, asked: PaymentAsked, *, now: datetime, limits: Limits
) -> Mapping[str, Any]:
    """The body of POST /v3/pay/transactions/jsapi. Raises PaymentInputRefused."""
    check_payment_no(asked.payment_no, limits=limits)
    _check_fen(asked.amount_fen, "amount_fen")
    _check_text(asked.subject, "subject", limits.subject_chars)
    _check_text(asked.payer, "payer", limits.memo_chars)
    _check_address(asked.notify_url, limits)
    if asked.expires_at.tzinfo is None or asked.expires_at <= now:
        raise PaymentInputRefused(field="expires_at")
    local = asked.expires_at.astimezone(ZoneInfo(limits.zone))
    body: dict[str, Any] = {
        "appid": account.app_id,
        "mchid": account.merchant_id,
        "description": asked.subject,
        "out_trade_no": asked.payment_no,
        "time_expire": local.isoformat(timespec="seconds"),
        "notify_url": asked.notify_url,
        "amount": {"total": asked.amount_fen, "currency": CURRENCY},
        "payer": {"openid": asked.payer},
    }
    if asked.memo:
        _check_text(asked.memo, "memo", limits.memo_chars)
        body["attach"] = asked.memo
    return body


def refund(asked: RefundAsked, *, limits: Limits) -> Mapping[str, Any]:
    """The body of POST /v3/refund/domestic/refunds. Raises PaymentInputRefused."""
    check_refund_no(asked.refund_no, limits=limits)
    _check_fen(asked.amount_fen, "amount_fen")
    _check_fen(asked.paid_fen, "paid_fen")
    if asked.amount_fen > asked.paid_fen:
        raise PaymentInputRefused(field="amount_fen")
    _check_text(asked.reason, "reason", limits.reason_chars)
    body: dict[str, Any] = {
        "out_refund_no": asked.refund_no,
        "reason": asked.reason,
        "amount": {
            "refund": asked.amount_fen,
            "total": asked.paid_fen,
            "currency": CURRENCY,
        },
    }
    if asked.transaction_id:
        check_transaction_id(asked.transaction_id)
        body["transaction_id"] = asked.transaction_id
    else:
        check_payment_no(asked.payment_no, limits=limits)
        body["out_trade_no"] = asked.payment_no
    if asked.notify_url:
        _check_address(asked.notify_url, limits)
        body["notify_url"] = asked.notify_url
    return body


def transfer(
    account: Account, asked: TransferAsked, *, sealed_name: str, limits: Limits
) -> Mapping[str, Any]:
    """The body of POST …/transfer-bills; her name is sealed with the platform's key.

    Raises PaymentInputRefused.
    """
    check_bill_no(asked.bill_no)
    _check_fen(asked.amount_fen, "amount_fen")
    if asked.amount_fen < limits.least_named_fen:
        raise PaymentInputRefused(field="amount_fen")
    _check_text(asked.payee, "payee", limits.memo_chars)
    _check_text(asked.remark, "remark", limits.remark_chars)
    body: dict[str, Any] = {
        "appid": account.app_id,
        "out_bill_no": asked.bill_no,
        "transfer_scene_id": COMMISSION_SCENE,
        "openid": asked.payee,
        "user_name": sealed_name,
        "transfer_amount": asked.amount_fen,
        "transfer_remark": asked.remark,
        "transfer_scene_report_infos": [
            {"info_type": kind, "info_content": content} for kind, content in COMMISSION_INFOS
        ],
    }
    if asked.notify_url:
        _check_address(asked.notify_url, limits)
        body["notify_url"] = asked.notify_url
    return body


def check_bill_no(bill_no: str) -> None:
    """Refuse a number of a transfer that the platform would not take."""
    if not BILL_NUMBER.fullmatch(bill_no):
        raise PaymentInputRefused(field="bill_no")


def check_payment_no(payment_no: str, *, limits: Limits) -> None:
    """Refuse a number that the platform would not take, before it becomes part of an address."""
    least, most = limits.payment_no_chars
    if not least <= len(payment_no) <= most or not NUMBER.fullmatch(payment_no):
        raise PaymentInputRefused(field="payment_no")


def check_refund_no(refund_no: str, *, limits: Limits) -> None:
    """The same for the number of a refund."""
    if len(refund_no) > limits.refund_no_chars or not NUMBER.fullmatch(refund_no):
        raise PaymentInputRefused(field="refund_no")


def check_transaction_id(transaction_id: str) -> None:
    """The same for the platform's number."""
    if not TRANSACTION_ID.fullmatch(transaction_id):
        raise PaymentInputRefused(field="transaction_id")


def _check_fen(fen: int, field: str) -> None:
    if isinstance(fen, bool) or not isinstance(fen, int) or fen < 1:
        raise PaymentInputRefused(field=field)


def _check_text(text: str, field: str, most: int) -> None:
    if not 1 <= len(text) <= most or not text.isprintable():
        raise PaymentInputRefused(field=field)


def _check_address(url: str, limits: Limits) -> None:
    """https and no query, as the platform wants it; http on this machine, for the emulator."""
    address = urlsplit(url)
    is_here = address.scheme == "http" and address.hostname == "127.0.0.1"
    if not (address.scheme == "https" or is_here) or not address.hostname or "?" in url:
        raise PaymentInputRefused(field="notify_url")
    if len(url) > limits.notify_url_chars:
        raise PaymentInputRefused(field="notify_url")
