"""Merchants, what they and the platform know each other by, and the platform's books on each."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from random import Random
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from emulator.clock import beijing
from emulator.wxpay.crypto import PlatformKey, new_platform_key, new_private, private_pem, word
from emulator.wxpay.orders import Order, Refund, Transfer

MODES = ("public_key", "certificate")


@dataclass
class Entry:
    """A line of the books. `amount_fen` is positive for money in, negative for money out."""

    at: datetime
    what: str
    number: str
    amount_fen: int
    balance_fen: int
    serial: str

    def told(self) -> dict[str, Any]:
        """The line as the control address tells it."""
        return {
            "at": beijing(self.at),
            "what": self.what,
            "number": self.number,
            "amount_fen": self.amount_fen,
            "balance_fen": self.balance_fen,
        }


@dataclass
class Merchant:
    """A merchant. `keys` are those the platform has announced; it signs with `signing`."""

    mchid: str
    appid: str
    api_v3_key: str
    mode: str
    serial: str
    public: rsa.RSAPublicKey
    keys: list[PlatformKey]
    signing: PlatformKey
    orders: dict[str, Order] = field(default_factory=dict)
    by_transaction: dict[str, Order] = field(default_factory=dict)
    by_prepay: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    balance_fen: int = 0

    def post(self, *, at: datetime, what: str, number: str, amount_fen: int) -> None:
        """Write a line into the books."""
        self.balance_fen += amount_fen
        serial = f"{len(self.entries) + 1:012d}"
        self.entries.append(Entry(at, what, number, amount_fen, self.balance_fen, serial))

    def books(self) -> dict[str, Any]:
        """Sums: paid = refunded + underway + withdrawn + transferred + balance, always.

        `underway` is money that has left the balance for refunds that have not arrived (yet).
        """
        kinds = ("payment", "refund", "refund_back", "withdrawal", "transfer", "transfer_back")
        sums = dict.fromkeys(kinds, 0)
        for entry in self.entries:
            sums[entry.what] += entry.amount_fen
        arrived = sum(each.amount_fen for each in self.refunds.values() if each.status == "SUCCESS")
        return {
            "paid_fen": sums["payment"],
            "refunded_fen": arrived,
            "underway_fen": -sums["refund"] - sums["refund_back"] - arrived,
            "withdrawn_fen": -sums["withdrawal"],
            "transferred_fen": -sums["transfer"] - sums["transfer_back"],
            "balance_fen": self.balance_fen,
            "orders": {
                order.number: {
                    "state": order.state,
                    "paid_fen": order.total_fen if order.paid_at else 0,
                    "refunded_fen": sum(
                        each.amount_fen for each in order.refunds if each.status == "SUCCESS"
                    ),
                }
                for order in self.orders.values()
            },
            "entries": [entry.told() for entry in self.entries],
        }


def register(said: dict[str, Any], *, now: datetime, dice: Random) -> tuple[Merchant, str | None]:
    """A new merchant, and its private key (PEM) if it brought no public one.

    Said: `mchid`, `appid`, `api_v3_key` (32 bytes; made if missing), `mode` (public_key or
    certificate), `public_key_pem` and `serial` of the merchant's own certificate, and
    `platform_private_key_pem`, a key for the platform to sign with, where there is no time to
    make one.
    Raises ValueError.
    """
    mode = said.get("mode", "public_key")
    if mode not in MODES:
        raise ValueError(f"mode is one of {MODES}")
    api_v3_key = said.get("api_v3_key") or word(dice, 32)
    if len(api_v3_key.encode()) != 32:
        raise ValueError("api_v3_key has 32 bytes")
    made = None
    if pem := said.get("public_key_pem"):
        public = serialization.load_pem_public_key(pem.encode())
        if not isinstance(public, rsa.RSAPublicKey):
            raise ValueError("public_key_pem is an RSA key")
    else:
        private = new_private()
        public, made = private.public_key(), private_pem(private)
    platform = None
    if pem := said.get("platform_private_key_pem"):
        platform = _read_private(pem)
    key = new_platform_key(mode=mode, now=now, dice=dice, private=platform)
    merchant = Merchant(
        mchid=said["mchid"],
        appid=said["appid"],
        api_v3_key=api_v3_key,
        mode=mode,
        serial=said.get("serial") or word(dice, 40, "0123456789ABCDEF"),
        public=public,
        keys=[key],
        signing=key,
    )
    return merchant, made


@cache
def _read_private(pem: str) -> rsa.RSAPrivateKey:
    """A private key. Kept, because checking one takes a tenth of a second."""
    found = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(found, rsa.RSAPrivateKey):
        raise ValueError("a private key of the platform is an RSA key")
    return found


def told(merchant: Merchant) -> dict[str, Any]:
    """What a merchant may know of itself and of the platform's keys."""
    return {
        "mchid": merchant.mchid,
        "appid": merchant.appid,
        "api_v3_key": merchant.api_v3_key,
        "mode": merchant.mode,
        "serial": merchant.serial,
        "signing_serial": merchant.signing.serial,
        "platform_keys": [
            {
                "serial": key.serial,
                "public_key_pem": key.public_pem(),
                "certificate_pem": key.certificate_pem(),
            }
            for key in merchant.keys
        ],
    }
