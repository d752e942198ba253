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
    CODES_PER_HOUR,
    Channel,
    CodeOutcome,
    CodeTry,
    IssuedCode,
    TooManyCodes,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one, run

CODE_DIGITS = 6

# Two requests for one phone must not both count four codes and both send the fifth.
QUEUE_UP = "SELECT pg_advisory_xact_lock(hashtextextended(%(queue)s, 0))"

ISSUE_CODE = """
    INSERT INTO members_phonecode
        (id, brand_id, phone_index, code_hash, sent_at, expires_at, tries)
    SELECT %(code_id)s, %(brand_id)s, %(phone_index)s, %(code_hash)s, %(now)s, %(expires_at)s, 0
    WHERE (
        SELECT count(*) FROM members_phonecode
        WHERE brand_id = %(brand_id)s AND phone_index = %(phone_index)s AND sent_at > %(hour_ago)s
    ) < %(cap)s
    RETURNING id
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

USE_CODE = """
    UPDATE members_phonecode SET used_at = %(now)s
    WHERE brand_id = %(brand_id)s AND id = %(code_id)s AND used_at IS NULL
"""


def issue_code(*, brand_id: UUID, phone: str, now: datetime) -> IssuedCode:
    """Make a code for a phone and end the ones before it. The code is returned once, to be sent.

    Only a keyed hash of it is kept. Raises PhoneInvalid, TooManyCodes.
    """
    normal = normal_phone(phone)
    phone_index = _index(brand_id, normal)
    code_id, code = uuid7(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    one(QUEUE_UP, queue=f"members.code:{brand_id}:{phone_index.hex()}")
    issued = one(
        ISSUE_CODE,
        code_id=code_id,
        brand_id=brand_id,
        phone_index=phone_index,
        code_hash=_hash(code_id, phone_index, code),
        now=now,
        expires_at=now + timedelta(seconds=CODE_SECONDS),
        hour_ago=now - timedelta(hours=1),
        cap=CODES_PER_HOUR,
    )
    if issued is None:
        raise TooManyCodes(per_hour=CODES_PER_HOUR)
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


def _index(brand_id: UUID, phone: str) -> bytes:
    # The index of the identity, so that deleting a member finds the codes of her phones.
    return value_index(brand_id=brand_id, channel=Channel.PHONE, value=normal_phone(phone))


def _hash(code_id: UUID, phone_index: bytes, code: str) -> bytes:
    # A million codes are guessed in a second without the key.
    message = b"|".join((b"members.code", code_id.bytes, phone_index, code.encode()))
    return hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)
