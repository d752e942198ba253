"""What a member agreed to, and her switch for personalisation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.members.models import Consent, Member
from zhiyin.domain.members.operations.people import hold_member
from zhiyin.domain.members.types import (
    CONSENT_TEXT_VERSION,
    ConsentWithdrawn,
    MemberNotFound,
    Purpose,
)
from zhiyin.events.operations import record


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
    hold_member(brand_id=brand_id, member_id=member_id)
    active = Consent.objects.filter(
        brand_id=brand_id, member_id=member_id, purpose=purpose, withdrawn_at__isnull=True
    )
    held = active.filter(text_version=text_version).values_list("id", flat=True).first()
    if held is not None:
        return held
    active.update(withdrawn_at=now)
    row = Consent.objects.create(
        brand_id=brand_id,
        member_id=member_id,
        purpose=purpose,
        text_version=text_version,
        channel=channel,
        granted_at=now,
    )
    return row.id


def withdraw_consent(*, brand_id: UUID, member_id: UUID, purpose: Purpose, now: datetime) -> bool:
    """Take a consent back. False: there was none to take back, and nothing changed.

    What was kept under it goes in the same transaction: that is `flows.privacy.withdraw_consent`.
    Raises MemberNotFound.
    """
    hold_member(brand_id=brand_id, member_id=member_id)
    changed = Consent.objects.filter(
        brand_id=brand_id, member_id=member_id, purpose=purpose, withdrawn_at__isnull=True
    ).update(withdrawn_at=now)
    if changed:
        record(ConsentWithdrawn(brand_id=brand_id, at=now, member_id=member_id, purpose=purpose))
    return bool(changed)


def move_consents(*, brand_id: UUID, consent_ids: Sequence[UUID], member_id: UUID) -> None:
    """Let consents be a member's: for a merge and for its undoing."""
    Consent.objects.filter(brand_id=brand_id, id__in=list(consent_ids)).update(member_id=member_id)


def set_personalisation(*, brand_id: UUID, member_id: UUID, on: bool, now: datetime) -> None:
    """Turn the use of who she is on or off. Raises MemberNotFound."""
    switch = Member.objects.filter(brand_id=brand_id, id=member_id, erased_at__isnull=True)
    if on:
        switch.filter(personalisation_off_at__isnull=False).update(personalisation_off_at=None)
    else:
        switch.filter(personalisation_off_at__isnull=True).update(personalisation_off_at=now)
    if not switch.exists():
        raise MemberNotFound(member_id=member_id)
