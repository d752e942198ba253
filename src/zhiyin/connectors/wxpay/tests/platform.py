"""The platform of these tests: it seals and signs the documented payloads of `payloads/`."""

import base64
import json
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhiyin.connectors.wxpay.account import Account, PlatformKey, account

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOW = datetime(2018, 6, 8, 2, 35, tzinfo=UTC)
KEY_ID = "PUB_KEY_ID_0112300001092018060800001"
API_KEY = "0123456789abcdef0123456789ABCDEF"
NONCE = "EdX6PaSJFQUVHZ2C"


@cache
def key() -> rsa.RSAPrivateKey:
    """The platform's key, which is the merchant's as well: nothing here depends on it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def merchant() -> Account:
    """The merchant of the documented payloads."""
    pem = key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return account(
        merchant_id="1230000109",
        app_id="wxd678efh567hg6787",
        serial="5157F09EFDC096DE15EBE81A47057A72",
        private_key_pem=pem.decode(),
        api_key=API_KEY,
        platform_keys=[PlatformKey(serial=KEY_ID, public=key().public_key())],
    )


def payload(event: str) -> dict[str, Any]:
    """A documented notification, with `resource.opened` still to be sealed."""
    return deepcopy(json.loads((PAYLOADS / f"{event}.json").read_text(encoding="utf-8")))


def sealed(said: dict[str, Any], *, api_key: str = API_KEY) -> bytes:
    """The notification as it is sent."""
    said = deepcopy(said)
    resource = said["resource"]
    opened = resource.pop("opened")
    plain = opened if isinstance(opened, bytes) else json.dumps(opened).encode()
    nonce, associated = resource["nonce"].encode(), resource["associated_data"].encode()
    cipher = AESGCM(api_key.encode()).encrypt(nonce, plain, associated)
    resource["ciphertext"] = base64.b64encode(cipher).decode()
    return json.dumps(said, ensure_ascii=False).encode()


def headers(body: bytes, *, at: datetime = NOW, serial: str = KEY_ID) -> dict[str, str]:
    """The headers that prove a body to be the platform's."""
    timestamp = str(int(at.timestamp()))
    message = f"{timestamp}\n{NONCE}\n".encode() + body + b"\n"
    signature = key().sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": NONCE,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }
