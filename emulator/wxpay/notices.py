"""Notices to merchants: sealed, signed, and sent again until they are taken."""

import json
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from threading import local
from typing import Any
from urllib.parse import urlsplit

from emulator.clock import beijing
from emulator.faults import Rule
from emulator.wxpay import crypto
from emulator.wxpay.crypto import PlatformKey
from emulator.wxpay.merchants import Merchant

SCHEDULE_S = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
"""Waits between one sending and the next: 24 hours and 4 minutes in sum."""
ANSWER_WITHIN_S = 5.0
SUMMARIES = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
    "MCHTRANSFER.BILL.FINISHED": "商家转账单据终态通知",
}
KINDS = {"TRANSACTION": "transaction", "REFUND": "refund", "MCHTRANSFER": "mch_payment"}
"""First word of an event -> what its sealed content is called."""


@dataclass
class Notice:
    """A thing to be told, until `is_over`: taken by the merchant, or given up.

    `is_tried` once it was sent for the first time (or lost).
    """

    id: str
    merchant: Merchant
    url: str
    event_type: str
    resource: dict[str, Any]
    created_at: datetime
    facts: dict[str, object]
    attempts: int = 0
    is_tried: bool = False
    is_taken: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Delivery:
    """One sending of a notice. Only the variant "true" is the notice itself."""

    notice: Notice
    variant: str
    attempt: int
    body: bytes
    key: PlatformKey
    at: datetime
    spoils: bool = False
    is_probe: bool = False


@dataclass
class Sender:
    """Carries deliveries, `threads` at a time, each waiting `within_s` real seconds at most."""

    threads: int
    within_s: float
    tell: Callable[[Delivery, int | None, str], None]
    nonce: Callable[[], str]
    _own: local = field(default_factory=local)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="notice")

    def send(self, deliveries: Sequence[Delivery]) -> list[int | None]:
        """Send them all and say each one's HTTP status, None where there was no answer."""
        return list(self._pool.map(self._send, deliveries))

    def close(self) -> None:
        """Send no more."""
        self._pool.shutdown(cancel_futures=True)

    def _send(self, delivery: Delivery) -> int | None:
        headers = self._headers(delivery)
        body = delivery.body
        if delivery.spoils:
            body = body.replace(b'"ciphertext": "', b'"ciphertext": "A', 1)
        try:
            status, error = self._post(delivery.notice.url, body, headers), ""
        except (OSError, HTTPException) as failed:
            status, error = None, type(failed).__name__
        self.tell(delivery, status, error)
        return status

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        timestamp, nonce = str(int(delivery.at.timestamp())), self.nonce()
        message = crypto.lines(timestamp, nonce, delivery.body.decode())
        signature = crypto.sign(delivery.key.private, message)
        if delivery.is_probe:
            signature = "WECHATPAY/SIGNTEST/" + signature[19:]
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": delivery.key.serial,
            "Wechatpay-Signature": signature,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        address = urlsplit(url)
        kept: dict[str, HTTPConnection] = self._own.__dict__.setdefault("kept", {})
        is_kept = address.netloc in kept
        connection = kept.pop(address.netloc, None) or self._connect(address.scheme, address.netloc)
        try:
            connection.request("POST", address.path or "/", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (RemoteDisconnected, ConnectionError):
            connection.close()
            if not is_kept:
                raise
            # the receiver had closed a connection we kept: that says nothing about the notice
            return self._post(url, body, headers)
        except (OSError, HTTPException):
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            kept[address.netloc] = connection
        return answer.status

    def _connect(self, scheme: str, netloc: str) -> HTTPConnection:
        kind = HTTPSConnection if scheme == "https" else HTTPConnection
        connection = kind(netloc, timeout=self.within_s)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def body_of(notice: Notice, *, nonce: str, changed: dict[str, Any] | None = None) -> dict[str, Any]:
    """A notice as it is sent, with its resource sealed."""
    kind = KINDS[notice.event_type.partition(".")[0]]
    resource = crypto.seal(
        key=notice.merchant.api_v3_key.encode(),
        nonce=nonce,
        associated=kind,
        plain=notice.resource if changed is None else changed,
    )
    return {
        "id": notice.id,
        "create_time": beijing(notice.created_at),
        "resource_type": "encrypt-resource",
        "event_type": notice.event_type,
        "summary": SUMMARIES[notice.event_type],
        "resource": {"original_type": kind, **resource},
    }


def deliveries(
    notice: Notice,
    *,
    struck: Sequence[Rule],
    now: datetime,
    nonce: Callable[[], str],
    stranger: Callable[[], PlatformKey],
) -> list[Delivery]:
    """What is sent at one attempt: the notice, and what the plan puts beside it."""
    changed = None
    copies = 1
    for rule in struck:
        if rule.do == "copies":
            copies = int(rule.more.get("count", 2))
        elif rule.do == "wrong_amount":
            amount = notice.resource["amount"]
            changed = {**notice.resource, "amount": {**amount, "total": amount["total"] + 1}}
        elif rule.do == "foreign_merchant":
            changed = {**notice.resource, "mchid": "1999999999"}
    said = body_of(notice, nonce=nonce()[:12], changed=changed)
    true = Delivery(
        notice=notice,
        variant="true",
        attempt=notice.attempts,
        body=json.dumps(said, ensure_ascii=False).encode(),
        key=notice.merchant.signing,
        at=now,
    )
    beside = [_beside(true, rule.do, said, stranger) for rule in struck if rule.do in BESIDE]
    return [*beside, *[true] * copies]


BESIDE = ("forged", "signtest", "stale", "unknown_serial", "wrong_aad", "broken")


def _beside(
    true: Delivery, do: str, said: dict[str, Any], stranger: Callable[[], PlatformKey]
) -> Delivery:
    other = replace(true, variant=do)
    if do == "forged":
        return replace(other, spoils=True)
    if do == "signtest":
        return replace(other, is_probe=True)
    if do == "stale":
        return replace(other, at=true.at - timedelta(hours=1))
    if do == "unknown_serial":
        return replace(other, key=stranger())
    if do == "broken":
        return replace(other, body=b'{"id": "broken", "resource": ')
    resource = {**said["resource"], "associated_data": "another"}
    return replace(other, body=json.dumps({**said, "resource": resource}).encode())
