"""A merchant account of WeChat Pay, the platform's keys for it, and every limit of theirs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BASE_URL = "https://api.mch.weixin.qq.com"
PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"
API_KEY_BYTES = 32


class WxPayMisconfigured(ValueError):
    """An account cannot be used as it stands. The message names the setting, never its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What WeChat Pay allows, and how long and how much we take from it. They change: set them.

    Units: `_s` seconds, `_bytes`, `_chars`, `_days`; `bill_ready_hour` is of the day after, in
    `zone`, which is also the zone of bills.
    """

    connect_s: float = 3.0
    wait_s: float = 10.0  # for each wait, and for a whole answer
    bill_s: float = 120.0  # for a whole bill
    window_s: int = 300
    answer_bytes: int = 1 << 20
    notification_bytes: int = 1 << 16
    bill_bytes: int = 1 << 28  # unzipped
    payment_no_chars: tuple[int, int] = (6, 32)
    refund_no_chars: int = 64
    subject_chars: int = 127
    memo_chars: int = 128
    reason_chars: int = 80
    remark_chars: int = 32
    least_named_fen: int = 30  # below it a transfer may not bear a name, and ours always does
    notify_url_chars: int = 255
    bill_ready_hour: int = 10
    bill_days: int = 90
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformKey:
    """A key that signs for the platform. `good_until` (UTC) is of a certificate; None is open."""

    serial: str
    public: rsa.RSAPublicKey = field(repr=False)
    good_until: datetime | None = None


class KeyRing:
    """The platform's keys by serial. Looking one up calls nobody; `add` puts in new ones.

    Many threads read it while one adds: the mapping is replaced as a whole.
    """

    def __init__(self, keys: Iterable[PlatformKey]) -> None:
        self._turns = Lock()
        self._keys = {key.serial: key for key in keys}

    def find(self, serial: str) -> PlatformKey | None:
        """The key of this serial, if it was told to us."""
        return self._keys.get(serial)

    def serials(self) -> tuple[str, ...]:
        """Every serial there is."""
        return tuple(self._keys)

    def preferred(self) -> str | None:
        """The serial we ask answers to be signed with: a public key's, if we hold one."""
        known = (serial for serial in reversed(self._keys) if serial.startswith(PUBLIC_KEY_PREFIX))
        return next(known, None)

    def sealing(self, now: datetime) -> PlatformKey | None:
        """The key to seal with: a public key, if we hold one, or the certificate good longest."""
        preferred = self._keys.get(self.preferred() or "")
        good = [
            key
            for key in self._keys.values()
            if key.good_until is not None and key.good_until > now
        ]
        return preferred or max(good, key=lambda key: key.good_until or now, default=None)

    def add(self, keys: Iterable[PlatformKey]) -> None:
        """Put keys in beside those there are."""
        with self._turns:
            self._keys = {**self._keys, **{key.serial: key for key in keys}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One merchant number under one app, with what proves either side to the other.

    `serial` is of the merchant's own certificate. Nothing secret is in its repr.
    """

    merchant_id: str
    app_id: str
    serial: str
    private: rsa.RSAPrivateKey = field(repr=False)
    api_key: bytes = field(repr=False)
    ring: KeyRing = field(repr=False)


def account(
    *,
    merchant_id: str,
    app_id: str,
    serial: str,
    private_key_pem: str,
    api_key: str,
    platform_keys: Iterable[PlatformKey],
) -> Account:
    """An account from what the merchant's console hands out. Raises WxPayMisconfigured."""
    if not merchant_id.isascii() or not merchant_id.isdecimal():
        raise WxPayMisconfigured("merchant_id is digits")
    if not app_id or not serial:
        raise WxPayMisconfigured("app_id and serial are needed")
    if len(api_key.encode()) != API_KEY_BYTES:
        raise WxPayMisconfigured(f"api_key has {API_KEY_BYTES} bytes")
    try:
        private = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    except (ValueError, TypeError):
        raise WxPayMisconfigured("private_key_pem is no private key") from None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise WxPayMisconfigured("private_key_pem is no RSA key")
    return Account(
        merchant_id=merchant_id,
        app_id=app_id,
        serial=serial,
        private=private,
        api_key=api_key.encode(),
        ring=KeyRing(platform_keys),
    )


def public_key(*, serial: str, pem: str) -> PlatformKey:
    """A key of public-key mode, by its PUB_KEY_ID_. Raises WxPayMisconfigured."""
    if not serial.startswith(PUBLIC_KEY_PREFIX):
        raise WxPayMisconfigured(f"the id of a public key begins with {PUBLIC_KEY_PREFIX}")
    try:
        public = serialization.load_pem_public_key(pem.encode())
    except ValueError:
        raise WxPayMisconfigured("the platform's public key cannot be read") from None
    if not isinstance(public, rsa.RSAPublicKey):
        raise WxPayMisconfigured("the platform's public key is no RSA key")
    return PlatformKey(serial=serial, public=public)


def certificate(*, pem: str) -> PlatformKey:
    """A key of certificate mode; its serial is the certificate's. Raises WxPayMisconfigured."""
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise WxPayMisconfigured("the platform's certificate cannot be read") from None
    public = found.public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise WxPayMisconfigured("the platform's certificate is of no RSA key")
    return PlatformKey(
        serial=f"{found.serial_number:X}",
        public=public,
        good_until=found.not_valid_after_utc.astimezone(UTC),
    )


def checked_base(base_url: str) -> str:
    """The address before /v3: https, or http on this machine. Raises WxPayMisconfigured."""
    address = urlsplit(base_url)
    is_here = address.hostname in ("127.0.0.1", "localhost", "::1")
    if address.scheme != "https" and not (address.scheme == "http" and is_here):
        raise WxPayMisconfigured("base_url begins with https://")
    if not address.hostname or address.path.strip("/") or address.query or address.username:
        raise WxPayMisconfigured("base_url is a host and nothing else")
    return f"{address.scheme}://{address.netloc}"
