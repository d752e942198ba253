"""Signatures and sealed contents of API v3. Source: wechat-protocol.md, section 3."""

import base64
import re
import secrets
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhiyin.connectors.wxpay.account import Account, KeyRing

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SEALED_BY = "AEAD_AES_256_GCM"
NONCE_BYTES = 12
TIMESTAMP = re.compile(r"[0-9]{1,12}")
SIGNATURE_CHARS_MAX = 1024  # of base64: an RSA key of 4096 bits has 684
NAMES = ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature")


def sign(private: rsa.RSAPrivateKey, *parts: str) -> str:
    """RSA-SHA256 (PKCS#1 v1.5) over the parts, each followed by a line feed; base64."""
    signature = private.sign(_lines(*parts), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode()


def authorization(account: Account, *, method: str, target: str, body: str, now: datetime) -> str:
    """The Authorization header of a call. `target` is the path with its query, as it is sent."""
    timestamp, nonce = str(int(now.timestamp())), nonce_str()
    fields = {
        "mchid": account.merchant_id,
        "nonce_str": nonce,
        "signature": sign(account.private, method, target, timestamp, nonce, body),
        "timestamp": timestamp,
        "serial_no": account.serial,
    }
    return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in fields.items())


def page(account: Account, *, prepay_id: str, now: datetime) -> dict[str, str]:
    """What the page hands to WeChat (H5 bridge or wx.requestPayment) to have her pay."""
    timestamp, nonce, package = str(int(now.timestamp())), nonce_str(), f"prepay_id={prepay_id}"
    return {
        "appId": account.app_id,
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": sign(account.private, account.app_id, timestamp, nonce, package),
    }


def doubt(
    ring: KeyRing, headers: Mapping[str, str], body: bytes, *, now: datetime, window_s: int
) -> str:
    """Why these headers do not prove that the platform sent this body just now; "" if they do.

    One of signature_type, header_missing, window, key_unknown, key_expired, signature. Calls
    nobody: a serial that the ring does not hold is refused, however true it may be. A probe (its
    signature begins WECHATPAY/SIGNTEST/) is a forgery like any other.
    """
    said = {name.lower(): value for name, value in headers.items()}
    timestamp, nonce, serial, signature = (said.get(name, "") for name in NAMES)
    if said.get("wechatpay-signature-type", SCHEME) != SCHEME:
        return "signature_type"
    if not (nonce and serial and signature) or not TIMESTAMP.fullmatch(timestamp):
        return "header_missing"
    if abs(now.timestamp() - int(timestamp)) > window_s:
        return "window"
    key = ring.find(serial)
    if key is None:
        return "key_unknown"
    if key.good_until is not None and now >= key.good_until:
        return "key_expired"
    try:
        if len(signature) > SIGNATURE_CHARS_MAX:
            return "signature"
        key.public.verify(
            base64.b64decode(signature, validate=True),
            f"{timestamp}\n{nonce}\n".encode() + body + b"\n",
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except (InvalidSignature, ValueError):
        return "signature"
    return ""


def opened(sealed: object, *, api_key: bytes) -> bytes:
    """What a `resource` or an `encrypt_certificate` holds. Raises ValueError with a word."""
    if not isinstance(sealed, Mapping) or sealed.get("algorithm", SEALED_BY) != SEALED_BY:
        raise ValueError("not_sealed_as_known")
    texts = [sealed.get(name, "") for name in ("nonce", "ciphertext", "associated_data")]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("not_sealed_as_known")
    nonce, ciphertext, associated = (str(text) for text in texts)
    if len(nonce.encode()) != NONCE_BYTES:
        raise ValueError("not_sealed_as_known")
    try:
        data = base64.b64decode(ciphertext, validate=True)
        return AESGCM(api_key).decrypt(nonce.encode(), data, associated.encode())
    except (InvalidTag, ValueError):
        raise ValueError("does_not_open") from None


def sealed(text: str, *, by: rsa.RSAPublicKey) -> str:
    """A sensitive field as only the platform opens it: RSA-OAEP with SHA-1; base64."""
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303
    return base64.b64encode(by.encrypt(text.encode(), oaep)).decode()


def nonce_str() -> str:
    """32 characters that nobody can guess."""
    return secrets.token_hex(16).upper()


def _lines(*parts: str) -> bytes:
    return ("\n".join(parts) + "\n").encode()
