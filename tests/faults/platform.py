"""The platform as a test of many callbacks plays it, and a forger without its key."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.emulator.desk import SERIAL, pem_of, private_key
from tests.faults.crowd import Call
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import PaymentAccountFacts, PayProvider, PlatformKeyFacts
from zhiyin.storage.tenancy import brand_tx

KEY_ID = "PUB_KEY_ID_0112300001092018060800001"
MERCHANT, STRANGER, APP = "1230000109", "1230000110", "wxd678efh567hg6787"
API_KEY = "0123456789abcdef0123456789ABCDEF"
NONCE = "EdX6PaSJFQUVHZ2C"
STALE = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class Event:
    """Money that came for a payment, as the platform tells it."""

    id: str
    payment_no: str
    transaction_id: str
    amount_fen: int
    merchant: str = MERCHANT


class Platform:
    """Signs with a key of its own. A small one: 100,000 signatures are made, one for each call."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        self._forgers = rsa.generate_private_key(public_exponent=65537, key_size=1024)

    def pays(self, brand_id: UUID, now: datetime) -> None:
        """Have a brand paid through this platform."""
        public = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        facts = PaymentAccountFacts(
            provider=PayProvider.WXPAY,
            merchant_id=MERCHANT,
            app_id=APP,
            serial=SERIAL,
            private_key_pem=pem_of(private_key()),
            api_key=API_KEY,
            platform_keys=(PlatformKeyFacts(serial=KEY_ID, pem=public.decode()),),
        )
        with brand_tx(brand_id):
            brands.set_payment_account(brand_id=brand_id, facts=facts, now=now)

    def tells(self, event: Event, now: datetime) -> Call:
        """A call as it is sent at this moment."""
        return self._call(event, now, self._key)

    def forged(self, kind: str, event: Event, now: datetime) -> Call:
        """A call that proves nothing, or that is not for this merchant.

        `signature`: one character of it is another. `stale`: signed six minutes ago. `amount`: the
        sum is changed by somebody who has the API key and not the platform's. `merchant`: the
        platform's own word, about somebody else's money.
        """
        if kind == "stale":
            return self._call(event, now - STALE, self._key)
        if kind == "amount":
            return self._call(event, now, self._forgers)
        call = self._call(event, now, self._key)
        if kind == "signature":
            said = call.headers["Wechatpay-Signature"]
            other = "B" if said[0] == "A" else "A"
            return Call(
                call.path, dict(call.headers) | {"Wechatpay-Signature": other + said[1:]}, call.body
            )
        return call

    @staticmethod
    def _call(event: Event, now: datetime, key: rsa.RSAPrivateKey) -> Call:
        body = sealed(event, now)
        timestamp = str(int(now.timestamp()))
        message = f"{timestamp}\n{NONCE}\n".encode() + body + b"\n"
        signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        headers = {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": NONCE,
            "Wechatpay-Serial": KEY_ID,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }
        return Call("/hooks/wxpay/cedar", headers, body)


def paid(payment_id: UUID, amount_fen: int, merchant: str = MERCHANT) -> Event:
    """An event of its own: this payment was paid."""
    number = uuid4().hex
    return Event(f"EV-{number}", payment_id.hex, f"T{number[:27]}", amount_fen, merchant)


def sealed(event: Event, now: datetime) -> bytes:
    """The body of a notification."""
    content = {
        "transaction_id": event.transaction_id,
        "amount": {"payer_total": event.amount_fen, "total": event.amount_fen, "currency": "CNY"},
        "mchid": event.merchant,
        "appid": APP,
        "trade_state": "SUCCESS",
        "trade_type": "JSAPI",
        "success_time": now.isoformat(timespec="seconds"),
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "out_trade_no": event.payment_no,
    }
    nonce, associated = "fdasfjihihih", "transaction"
    cipher = AESGCM(API_KEY.encode()).encrypt(
        nonce.encode(), json.dumps(content).encode(), associated.encode()
    )
    said = {
        "id": event.id,
        "create_time": now.isoformat(timespec="seconds"),
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "associated_data": associated,
            "nonce": nonce,
            "ciphertext": base64.b64encode(cipher).decode(),
        },
    }
    return json.dumps(said, ensure_ascii=False).encode()
