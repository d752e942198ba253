"""Standard Webhooks signatures: HMAC-SHA256 over id, moment and body, as scheme `v1`."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"


def headers(
    *, message_id: str, body: bytes, secrets: Sequence[str], now: datetime
) -> dict[str, str]:
    """The three headers of a message. With several secrets each of them signs, apart by a space.

    Units:   the timestamp is in whole seconds.
    Raises:  ValueError for a secret that is not `whsec_` and base64.
    Source:  standard-webhooks/spec/standard-webhooks.md, "Signature scheme".
    """
    timestamp = str(int(now.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(each, signed)}" for each in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    if not secret.startswith(PREFIX):
        raise ValueError("not a webhook secret")
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
