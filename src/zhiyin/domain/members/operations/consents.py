"""What a member agreed to, and her switch for personalisation."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.members.models import Consent, Member
from zhiyin.domain.members.operations.people import hold_members
from zhiyin.domain.members.queries import active_consents
from zhiyin.domain.members.types import (
    CONSENT_TEXT_VERSION,
    ConsentWithdrawn,
    MemberNotFound,
    Purpose,
)
from zhiyin.events.operations import record
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import run

ADD_CONSENTS = """
    INSERT INTO members_consent
        (id, brand_id, member_id, purpose, text_version, channel, granted_at)
    SELECT id, %(brand_id)s, member_id, %(purpose)s, %(text_version)s, %(channel)s, %(now)s
    FROM unnest(%(ids)s::uuid[], %(member_ids)s::uuid[]) AS new (id, member_id)
"""


def grant_consent(
    *,
    brand_id: UUID,
    member_id: UUID,
    purpose: Purpose,
    channel: str,
    now: datetime,
    text_version: str = CONSENT_TEXT_VERSION,
) -> UUID:
    """Write down that she agreed to one purpose in the words of one text. Returns the row's id.

    Agreeing to the same words again changes nothing; agreeing to newer words closes the old row
    and opens one. Body facts must then be kept under the new one: `flows.privacy.grant_consent`
    sees to it. `channel` says where she agreed ("h5", "store", "import").
    Raises MemberNotFound.
    """
    return grant_consents(
        brand_id=brand_id,
        member_ids=[member_id],
        purpose=purpose,
        channel=channel,
        now=now,
        text_version=text_version,
    )[member_id]


def grant_consents(
    *,
    brand_id: UUID,
    member_ids: Collection[UUID],
    purpose: Purpose,
    channel: str,
    now: datetime,
    text_version: str = CONSENT_TEXT_VERSION,
) -> dict[UUID, UUID]:
    """`grant_consent` for many members: member -> the row she agrees by. Four statements at most.

    Raises MemberNotFound for the first that is none, and then writes nothing.
    """
    hold_members(brand_id=brand_id, member_ids=member_ids)
    held, older = {}, []
    given = active_consents(brand_id=brand_id, member_ids=member_ids, purpose=purpose)
    for member_id, consent in given.items():
        if consent.text_version == text_version:
            held[member_id] = consent.id
        else:
            older.append(consent.id)
    if older:
        Consent.objects.filter(brand_id=brand_id, id__in=older).update(withdrawn_at=now)
    new = {member_id: uuid7() for member_id in member_ids if member_id not in held}
    if new:
        run(
            ADD_CONSENTS,
            brand_id=brand_id,
            member_ids=list(new),
            ids=list(new.values()),
            purpose=purpose.value,
            text_version=text_version,
            channel=channel,
            now=now,
        )
    return held | new


def withdraw_consent(
    *, brand_id: UUID, member_ids: Sequence[UUID], purpose: Purpose, now: datetime
) -> bool:
    """Take a person's consent back, by all the members she is. False: there was none to take back.

    It is told of each of them: what was kept under it may bear her former name, from before a merge
    that made the consent another member's.
    What was kept under it goes in the same transaction: that is `flows.privacy.withdraw_consent`.
    Raises MemberNotFound.
    """
    hold_members(brand_id=brand_id, member_ids=member_ids)
    changed = Consent.objects.filter(
        brand_id=brand_id, member_id__in=member_ids, purpose=purpose, withdrawn_at__isnull=True
    ).update(withdrawn_at=now)
    for member_id in member_ids if changed else ():
        record(ConsentWithdrawn(brand_id=brand_id, at=now, member_id=member_id, purpose=purpose))
    return bool(changed)


def set_personalisation(*, brand_id: UUID, member_id: UUID, on: bool, now: datetime) -> None:
    """Turn the use of who she is on or off. Raises MemberNotFound."""
    switch = Member.objects.filter(brand_id=brand_id, id=member_id, erased_at__isnull=True)
    if on:
        switch.filter(personalisation_off_at__isnull=False).update(personalisation_off_at=None)
    else:
        switch.filter(personalisation_off_at__isnull=True).update(personalisation_off_at=now)
    if not switch.exists():
        raise MemberNotFound(member_id=member_id)
