"""Codes sent to a phone. The database counts them and the tries at them."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from zhiyin.domain.members.rules import normal_phone
from zhiyin.domain.members.sealing import value_index
from zhiyin.domain.members.types import (
    CODE_SECONDS,
    CODE_TRIES,
    CODES_KEPT_DAYS,
    CODES_PER_BRAND,
    CODES_PER_HOUR,
    Channel,
    CodeOutcome,
    CodeTry,
    IssuedCode,
    TooManyCodes,
    TooManyCodesAtOnce,
    TooManyCodesFromHere,
)
from zhiyin.kit.ids import uuid7
from zhiyin.kit.networks import network_of
from zhiyin.storage.sql import one, run

CODE_DIGITS = 6

# Two requests at one time must not both count four codes and both send the fifth.
QUEUE_UP = "SELECT pg_advisory_xact_lock(hashtextextended(%(queue)s, 0))"

SENT = """
    SELECT count(*) FILTER (WHERE phone_index = %(phone_index)s),
           count(*) FILTER (WHERE client_index = %(client_index)s),
           count(*)
    FROM members_phonecode WHERE brand_id = %(brand_id)s AND sent_at > %(hour_ago)s
"""

ISSUE_CODE = """
    INSERT INTO members_phonecode
        (id, brand_id, phone_index, client_index, code_hash, sent_at, expires_at, tries)
    VALUES (%(code_id)s, %(brand_id)s, %(phone_index)s, %(client_index)s, %(code_hash)s,
            %(now)s, %(expires_at)s, 0)
"""

END_EARLIER = """
    UPDATE members_phonecode SET expires_at = %(now)s
    WHERE brand_id = %(brand_id)s AND phone_index = %(phone_index)s
      AND id <> %(code_id)s AND expires_at > %(now)s
"""

TAKE_TRY = """
    UPDATE members_phonecode SET tries = tries + 1
    WHERE brand_id = %(brand_id)s AND phone_index = %(phone_index)s
      AND tries < %(tries_max)s AND expires_at > %(now)s AND used_at IS NULL
    RETURNING id, code_hash, tries
"""

DELETE_SENT = """
    DELETE FROM members_phonecode WHERE brand_id = %(brand_id)s AND sent_at < %(before)s
"""

USE_CODE = """
    UPDATE members_phonecode SET used_at = %(now)s
    WHERE brand_id = %(brand_id)s AND id = %(code_id)s AND used_at IS NULL
"""


def issue_code(
    *, brand_id: UUID, phone: str, now: datetime, client: str | None = None
) -> IssuedCode:
    """Make a code for a phone and end the ones before it. The code is returned once, to be sent.

    Only a keyed hash of it is kept, and one of `client`, the address that asks. Requests of a
    brand queue up, so that what an hour allows is exact: for the phone, the client, the brand.
    Raises PhoneInvalid, TooManyCodes, TooManyCodesFromHere, TooManyCodesAtOnce.
    """
    normal = normal_phone(phone)
    phone_index = _index(brand_id, normal)
    client_index = _client_index(brand_id, client) if client else None
    code_id, code = uuid7(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    one(QUEUE_UP, queue=f"members.code:{brand_id}")
    _check_caps(brand_id, phone_index, client_index, now)
    run(
        ISSUE_CODE,
        code_id=code_id,
        brand_id=brand_id,
        phone_index=phone_index,
        client_index=client_index,
        code_hash=_hash(code_id, phone_index, code),
        now=now,
        expires_at=now + timedelta(seconds=CODE_SECONDS),
    )
    run(END_EARLIER, brand_id=brand_id, phone_index=phone_index, code_id=code_id, now=now)
    return IssuedCode(normal, code)


def check_code(*, brand_id: UUID, phone: str, code: str, now: datetime) -> CodeTry:
    """Count a try at the live code of a phone, then say whether it was right.

    The guard is in the statement that counts, so tries at the same time cannot be more than
    `CODE_TRIES`; a right code is used up by it. The outcome is returned and not raised: a
    refusal would roll the count back. Raises PhoneInvalid.
    """
    phone_index = _index(brand_id, phone)
    taken = one(
        TAKE_TRY,
        brand_id=brand_id,
        phone_index=phone_index,
        tries_max=CODE_TRIES,
        now=now,
    )
    if taken is None:
        return CodeTry(CodeOutcome.NONE_LIVE, 0)
    code_id, code_hash, tries = taken
    if not hmac.compare_digest(bytes(code_hash), _hash(code_id, phone_index, code.strip())):
        return CodeTry(CodeOutcome.WRONG, CODE_TRIES - tries)
    run(USE_CODE, brand_id=brand_id, code_id=code_id, now=now)
    return CodeTry(CodeOutcome.RIGHT, CODE_TRIES - tries)


def delete_old_codes(*, brand_id: UUID, now: datetime) -> int:
    """Delete the codes of more than a day ago, whoever they were sent to. Returns how many."""
    return run(DELETE_SENT, brand_id=brand_id, before=now - timedelta(days=CODES_KEPT_DAYS))


def _check_caps(
    brand_id: UUID, phone_index: bytes, client_index: bytes | None, now: datetime
) -> None:
    sent = one(
        SENT,
        brand_id=brand_id,
        phone_index=phone_index,
        client_index=client_index,
        hour_ago=now - timedelta(hours=1),
    )
    assert sent is not None  # counts are always one row
    to_phone, to_client, to_all = sent
    if to_phone >= CODES_PER_HOUR:
        raise TooManyCodes(per_hour=CODES_PER_HOUR)
    if to_client >= settings.CODES_PER_CLIENT:
        raise TooManyCodesFromHere(per_hour=settings.CODES_PER_CLIENT)
    if to_all >= CODES_PER_BRAND:
        raise TooManyCodesAtOnce(per_hour=CODES_PER_BRAND)


def _client_index(brand_id: UUID, client: str) -> bytes:
    message = b"|".join((b"members.client", brand_id.bytes, network_of(client).encode()))
    return hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)[:16]


def _index(brand_id: UUID, phone: str) -> bytes:
    # The index of the identity, so that deleting a member finds the codes of her phones.
    return value_index(brand_id=brand_id, channel=Channel.PHONE, value=normal_phone(phone))


def _hash(code_id: UUID, phone_index: bytes, code: str) -> bytes:
    # A million codes are guessed in a second without the key.
    message = b"|".join((b"members.code", code_id.bytes, phone_index, code.encode()))
    return hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)
