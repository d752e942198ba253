"""The sandbox's notifications: signed with a secret of the deployment, doubted like any other."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from zhiyin.flows.paying import (
    Notification,
    NotificationForeign,
    NotificationRefused,
    NotificationUnreadable,
    PaymentFact,
    PaymentState,
    RefundFact,
    RefundState,
)

WINDOW_S = 300
BODY_BYTES = 1 << 16
TIMESTAMP = re.compile(r"[0-9]{1,12}")
NAMES = ("sandbox-timestamp", "sandbox-nonce", "sandbox-signature")
MOMENTS = ("paid_at", "settled_at")


def sealed(
    fact: PaymentFact | RefundFact, *, notice_id: str, brand_id: UUID, at: datetime
) -> bytes:
    """The body of a notification."""
    said = {
        "id": notice_id,
        "created_at": at.isoformat(),
        "brand_id": str(brand_id),
        "kind": "refund" if isinstance(fact, RefundFact) else "payment",
        "about": asdict(fact),
    }
    return json.dumps(said, ensure_ascii=False, default=_plain).encode()


def signed(body: bytes, *, secret: bytes, now: datetime) -> Mapping[str, str]:
    """The headers that prove a body."""
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    return {
        "Sandbox-Timestamp": timestamp,
        "Sandbox-Nonce": nonce,
        "Sandbox-Signature": _signature(secret, timestamp, nonce, body),
    }


def opened(
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    secret: bytes,
    brand_id: UUID,
    merchant_id: str,
) -> Notification:
    """What a call says. Raises NotificationRefused, NotificationUnreadable, NotificationForeign."""
    if len(body) > BODY_BYTES:
        raise NotificationRefused(why="too_long")
    said = {name.lower(): value for name, value in headers.items()}
    timestamp, nonce, signature = (said.get(name, "") for name in NAMES)
    if not nonce or not signature or not TIMESTAMP.fullmatch(timestamp):
        raise NotificationRefused(why="header_missing")
    if abs(now.timestamp() - int(timestamp)) > WINDOW_S:
        raise NotificationRefused(why="window")
    expected = _signature(secret, timestamp, nonce, body)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise NotificationRefused(why="signature")
    try:
        return _read(json.loads(body), brand_id, merchant_id)
    except (ValueError, KeyError, TypeError) as unread:
        raise NotificationUnreadable(why=type(unread).__name__) from None


def _read(said: Any, brand_id: UUID, merchant_id: str) -> Notification:
    if said["brand_id"] != str(brand_id) or said["about"]["merchant_id"] != merchant_id:
        raise NotificationForeign(field="merchant_id")
    about = dict(said["about"])
    for name in MOMENTS:
        if about.get(name):
            about[name] = datetime.fromisoformat(about[name])
    fact: PaymentFact | RefundFact
    if said["kind"] == "refund":
        fact = RefundFact(**about | {"state": RefundState(about["state"])})
    else:
        fact = PaymentFact(**about | {"state": PaymentState(about["state"])})
    return Notification(
        id=said["id"], created_at=datetime.fromisoformat(said["created_at"]), about=fact
    )


def _signature(secret: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    return hmac.digest(secret, message, hashlib.sha256).hex()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
