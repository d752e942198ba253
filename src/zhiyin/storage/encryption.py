"""Values sealed to their place: a ciphertext opens only in its brand, table, column and row.

A sealed value is  version (1 byte) | length of key id (1) | key id | nonce (12) | AES-256-GCM.
The place is its associated data, so a value copied elsewhere by whoever can write to the
database does not open there. The data, index and signing keys come from the key encryption
key by HKDF-SHA256 (RFC 5869), each with an info of its own.
"""

import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhiyin.kit.errors import DomainError, Kind

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_BYTES = 16

_VERSION = 1
_DATA_INFO = b"zhiyin field aes-256-gcm 1"
_INDEX_INFO = b"zhiyin blind index hmac-sha256 1"
_SIGNING_INFO = b"zhiyin signing 1"
_KEY_ID = re.compile(r"[a-z0-9-]{1,32}")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class CiphertextMisplaced(DomainError):
    """A sealed value was moved from another place, or altered: which of the two cannot be known."""

    code: ClassVar[str] = "ciphertext_misplaced"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CiphertextUnreadable(DomainError):
    """What stands in a sealed column was never a sealed value, or is cut short."""

    code: ClassVar[str] = "ciphertext_unreadable"
    kind: ClassVar[Kind] = Kind.CONFLICT


class KeyMissing(DomainError):
    """The value was sealed with a key that is not in the ring. Details: `key_id`."""

    code: ClassVar[str] = "encryption_key_missing"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sealed value lives. Table and column are database identifiers.

    Raises ValueError if a name could be read as two.
    """

    brand_id: UUID
    table: str
    column: str
    row_id: UUID

    def __post_init__(self) -> None:
        for name in (self.table, self.column):
            if not _NAME.fullmatch(name):
                raise ValueError(f"not a plain identifier: {name!r}")

    def as_bytes(self) -> bytes:
        """The associated data: `brand|table.column|row`; no part can hold a separator."""
        return f"{self.brand_id}|{self.table}.{self.column}|{self.row_id}".encode()


class KeyRing:
    """The keys that open, the one that seals, and the one that indexes.

    Rotation: add a key, make it `current`; what a former key sealed still opens and nobody is
    signed out, as long as that key stays in the ring. Nothing seals old values anew.
    The index key stays until the indexes are written anew, because a unique index over two keys
    is unique no longer; so a ring of several keys must name it.

    A key may seal 2**32 values (NIST SP 800-38D, random nonces): rotate well before that.
    """

    __slots__ = ("_ciphers", "_index_key", "_signing_keys", "current", "index")

    def __init__(
        self, keys: Mapping[str, bytes], *, current: str, index: str | None = None
    ) -> None:
        """Derive the working keys.

        Shape:   key id (1 to 32 of a-z, 0-9, -) -> 32 random bytes.
        Raises:  ValueError if a key or id has another shape, or a named key is not there.
        """
        if index is None and len(keys) > 1:
            raise ValueError("a ring of several keys must name its index key")
        self.current = current
        self.index = current if index is None else index
        for key_id, key in keys.items():
            if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
                raise ValueError(f"key {key_id!r} is not {KEY_BYTES} bytes under a plain id")
        for name in (self.current, self.index):
            if name not in keys:
                raise ValueError(f"key {name!r} is not in the ring")
        self._ciphers = {key_id: AESGCM(_derive(key, _DATA_INFO)) for key_id, key in keys.items()}
        self._index_key = _derive(keys[self.index], _INDEX_INFO)
        self._signing_keys = {
            key_id: _derive(key, _SIGNING_INFO).hex() for key_id, key in keys.items()
        }

    def __repr__(self) -> str:
        return f"KeyRing(ids={sorted(self._ciphers)}, current={self.current!r})"

    def signing_key(self) -> str:
        """What sessions and links are signed with: 64 hex digits, from the current key."""
        return self._signing_keys[self.current]

    def former_signing_keys(self) -> list[str]:
        """What it signed with before, so that a rotation signs nobody out."""
        return [key for key_id, key in self._signing_keys.items() if key_id != self.current]

    def seal(self, plain: bytes | str, *, place: Place) -> bytes:
        """Encrypt a value for its place with the current key. Text is sealed as UTF-8."""
        body = plain.encode() if isinstance(plain, str) else plain
        key_id = self.current.encode()
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, body, place.as_bytes())
        return bytes((_VERSION, len(key_id))) + key_id + nonce + sealed

    def open_(self, sealed: bytes, *, place: Place) -> bytes:
        """Decrypt a value in its place, with whichever key sealed it.

        Raises CiphertextUnreadable, KeyMissing, CiphertextMisplaced.
        """
        key_id, nonce, body = _parts(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise KeyMissing(key_id=key_id)
        try:
            return cipher.decrypt(nonce, body, place.as_bytes())
        except InvalidTag:
            raise CiphertextMisplaced(
                table=place.table, column=place.column, row_id=place.row_id
            ) from None

    def blind_index(self, value: str, *, brand_id: UUID, field: str) -> bytes:
        """A keyed fingerprint by which equal values of one field of one brand find each other.

        For values with many possibilities (phone, openid), never for body facts: an index over
        forty possible heights reveals the height. Width is folded and white space ignored;
        letters keep their case (an openid is told apart by it), so the caller brings phones
        into one form first.

        Shape:   16 bytes, HMAC-SHA256 of `brand|field|value` cut off; `field` is "table.column".
        Raises:  ValueError if nothing but white space is given, or `field` is not so written.
        """
        if not all(_NAME.fullmatch(name) for name in field.split(".")):
            raise ValueError(f"not table.column: {field!r}")
        normal = "".join(unicodedata.normalize("NFKC", value).split())
        if not normal:
            raise ValueError(f"nothing to index in {field}")
        message = f"{brand_id}|{field}|{normal}".encode()
        return hmac.digest(self._index_key, message, hashlib.sha256)[:INDEX_BYTES]


def is_sealed(value: bytes) -> bool:
    """Whether the bytes have the shape of a sealed value. Says nothing about its place."""
    try:
        _parts(value)
    except CiphertextUnreadable:
        return False
    return True


def _parts(sealed: bytes) -> tuple[str, bytes, bytes]:
    if len(sealed) < 2 or sealed[0] != _VERSION:
        raise CiphertextUnreadable()
    body_at = 2 + sealed[1] + NONCE_BYTES
    key_id = sealed[2 : 2 + sealed[1]].decode("ascii", "replace")
    if len(sealed) < body_at + TAG_BYTES or not _KEY_ID.fullmatch(key_id):
        raise CiphertextUnreadable()
    return key_id, sealed[body_at - NONCE_BYTES : body_at], sealed[body_at:]


def _derive(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)
