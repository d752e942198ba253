"""Signatures and sealed bodies of API v3, written from its documents."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

SCHEME = "WECHATPAY2-SHA256-RSA2048"
FIELD = re.compile(r'(\w+)="([^"]*)"')
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class PlatformKey:
    """A key of the platform's: of a certificate, or by itself (`certificate` is None)."""

    serial: str
    private: rsa.RSAPrivateKey
    certificate: x509.Certificate | None

    def public_pem(self) -> str:
        """The public key, PEM."""
        return public_pem(self.private.public_key())

    def certificate_pem(self) -> str | None:
        """The certificate, PEM."""
        if self.certificate is None:
            return None
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def new_private() -> rsa.RSAPrivateKey:
    """A new RSA key. Keys are never from the seed."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def new_platform_key(
    *, mode: str, now: datetime, dice: Random, private: rsa.RSAPrivateKey | None = None
) -> PlatformKey:
    """A key with its serial: PUB_KEY_ID_... in public-key mode, else a certificate's number."""
    private = private or new_private()
    if mode == "public_key":
        return PlatformKey("PUB_KEY_ID_01" + word(dice, 30, "0123456789"), private, None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Emulated platform")])
    number = dice.getrandbits(150) | 1 << 151
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(number)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=5 * 365))
        .sign(private, hashes.SHA256())
    )
    return PlatformKey(f"{number:X}", private, certificate)


def sign(private: rsa.RSAPrivateKey, message: bytes) -> str:
    """RSA-SHA256, PKCS#1 v1.5, base64."""
    return base64.b64encode(private.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(public: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the holder of this key signed the message."""
    try:
        public.verify(
            base64.b64decode(signature, validate=True),
            message,
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def lines(*parts: str) -> bytes:
    """The text that is signed: each part on a line, the last one too."""
    return ("\n".join(parts) + "\n").encode()


def authorization(header: str) -> dict[str, str] | None:
    """The fields of an Authorization header, if it bears all of them and the scheme."""
    scheme, _, rest = header.partition(" ")
    found = dict(FIELD.findall(rest))
    needed = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
    return found if scheme == SCHEME and needed <= set(found) else None


def seal(
    *, key: bytes, nonce: str, associated: str, plain: dict[str, Any] | bytes
) -> dict[str, str]:
    """AES-256-GCM as a `resource` of API v3; the tag stands at the end of the ciphertext."""
    data = plain if isinstance(plain, bytes) else json.dumps(plain, ensure_ascii=False).encode()
    sealed = AESGCM(key).encrypt(nonce.encode(), data, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated,
        "nonce": nonce,
    }


def word(dice: Random, length: int, alphabet: str = ALPHABET) -> str:
    """A word drawn from the seed."""
    return "".join(dice.choices(alphabet, k=length))


def public_pem(public: rsa.RSAPublicKey) -> str:
    """A public key, PEM."""
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def private_pem(private: rsa.RSAPrivateKey) -> str:
    """A private key, PEM."""
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
