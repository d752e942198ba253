"""Members, what they are known by, and what they are to the brand."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.members.models import Consent, Erasure, Identity, Member, PhoneCode, RoleHeld
from zhiyin.domain.members.rules import known_language
from zhiyin.domain.members.sealing import (
    normal_value,
    sealed_nickname,
    sealed_value,
    value_index,
)
from zhiyin.domain.members.types import (
    NICKNAME_CHARS_MAX,
    Channel,
    IdentityTaken,
    MemberErased,
    MemberJoined,
    MemberNotFound,
    MemberRole,
)
from zhiyin.events.operations import record
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import clean_line
from zhiyin.storage.sql import many

HOLD_MEMBERS = """
    SELECT id FROM members_member
    WHERE brand_id = %(brand_id)s AND id = ANY(%(member_ids)s::uuid[]) AND erased_at IS NULL
    ORDER BY id
    FOR NO KEY UPDATE
"""


KEEP_MEMBER = """
    SELECT id FROM members_member
    WHERE brand_id = %(brand_id)s AND id = %(member_id)s AND erased_at IS NULL
    FOR SHARE
"""


def create_member(
    *, brand_id: UUID, nickname: str = "", language: str = "zh-hans", now: datetime
) -> UUID:
    """Make somebody a member and a shopper. Returns her id.

    Raises TextTooLong, TextHasNul for a nickname past `NICKNAME_CHARS_MAX` or with a NUL.
    """
    member_id = uuid7()
    name = clean_line(nickname, NICKNAME_CHARS_MAX)
    Member.objects.create(
        id=member_id,
        brand_id=brand_id,
        nickname_sealed=sealed_nickname(brand_id=brand_id, member_id=member_id, nickname=name),
        language=known_language(language),
        joined_at=now,
    )
    give_role(brand_id=brand_id, member_id=member_id, role=MemberRole.SHOPPER, now=now)
    record(MemberJoined(brand_id=brand_id, at=now, member_id=member_id))
    return member_id


def hold_member(*, brand_id: UUID, member_id: UUID) -> None:
    """Lock a member until the transaction ends. Raises MemberNotFound."""
    hold_members(brand_id=brand_id, member_ids=[member_id])


def hold_members(*, brand_id: UUID, member_ids: Collection[UUID]) -> None:
    """Lock members until the transaction ends, in order of id, so that two batches take turns.

    Whoever writes what a consent allows, and whoever takes the consent back, hold her first: so
    neither can slip in between the other's check and act. Raises MemberNotFound for the first
    that is none.
    """
    rows = many(HOLD_MEMBERS, brand_id=brand_id, member_ids=list(member_ids))
    held = {member_id for (member_id,) in rows}
    for member_id in member_ids:
        if member_id not in held:
            raise MemberNotFound(member_id=member_id)


def keep_member(*, brand_id: UUID, member_id: UUID) -> None:
    """Let nobody erase a member or take her consent back until the transaction ends.

    For whoever reads what a consent allows and writes down what came of it. Unlike `hold_member`
    it does not make two readers of one member wait for each other; taken before that in one
    transaction, the two could wait for each other for ever. Raises MemberNotFound.
    """
    if not many(KEEP_MEMBER, brand_id=brand_id, member_id=member_id):
        raise MemberNotFound(member_id=member_id)


def rename(*, brand_id: UUID, member_id: UUID, nickname: str) -> None:
    """Correct how she is called; an empty nickname is none.

    Raises MemberNotFound, TextTooLong, TextHasNul.
    """
    name = clean_line(nickname, NICKNAME_CHARS_MAX)
    sealed = sealed_nickname(brand_id=brand_id, member_id=member_id, nickname=name)
    _change(brand_id, member_id, nickname_sealed=sealed)


def set_language(*, brand_id: UUID, member_id: UUID, language: str) -> None:
    """Speak to her in this language from now on. Raises MemberNotFound."""
    _change(brand_id, member_id, language=known_language(language))


def link_identity(
    *, brand_id: UUID, member_id: UUID, channel: Channel, value: str, now: datetime
) -> UUID:
    """Let a channel's value name this member; saying it again changes nothing.

    Returns the identity's id. Raises IdentityTaken, PhoneInvalid, IdentityEmpty.
    """
    normal = normal_value(channel, value)
    index = value_index(brand_id=brand_id, channel=channel, value=normal)
    identity_id = uuid7()
    try:
        with transaction.atomic():
            Identity.objects.create(
                id=identity_id,
                brand_id=brand_id,
                member_id=member_id,
                channel=channel,
                value_index=index,
                value_sealed=sealed_value(brand_id=brand_id, identity_id=identity_id, value=normal),
                linked_at=now,
            )
    except IntegrityError:
        holder = (
            Identity.objects.filter(
                brand_id=brand_id, channel=channel, value_index=index, unlinked_at__isnull=True
            )
            .values_list("id", "member_id")
            .first()
        )
        if holder is None or holder[1] != member_id:
            raise IdentityTaken(channel=channel.value) from None
        return holder[0]
    return identity_id


def give_role(*, brand_id: UUID, member_id: UUID, role: MemberRole, now: datetime) -> UUID:
    """Give a member a role from now on; one she holds already stays as it is."""
    row, _ = RoleHeld.objects.get_or_create(
        brand_id=brand_id,
        member_id=member_id,
        role=role,
        until=None,
        defaults={"since": now},
    )
    return row.id


def end_role(*, brand_id: UUID, member_id: UUID, role: MemberRole, now: datetime) -> None:
    """End a member's role from now on; one she does not hold is no error."""
    RoleHeld.objects.filter(
        brand_id=brand_id, member_id=member_id, role=role, until__isnull=True
    ).update(until=now)


def ask_erasure(*, brand_id: UUID, member_id: UUID, now: datetime) -> datetime:
    """Write down that a member is to be deleted. Returns when that was first asked.

    Needs no member: after a restore the list is replayed before anybody is looked up.
    """
    row, _ = Erasure.objects.get_or_create(
        brand_id=brand_id, member_id=member_id, defaults={"asked_at": now}
    )
    return row.asked_at


def erase_member(*, brand_id: UUID, member_id: UUID, now: datetime) -> bool:
    """Delete what names a member, and leave her row as a pseudonym. False: there was nothing.

    Her phones' codes go too. Her consents stay as evidence, closed; they name nobody.
    """
    indexes = list(
        Identity.objects.filter(
            brand_id=brand_id, member_id=member_id, channel=Channel.PHONE
        ).values_list("value_index", flat=True)
    )
    PhoneCode.objects.filter(brand_id=brand_id, phone_index__in=indexes).delete()
    Identity.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    Consent.objects.filter(
        brand_id=brand_id, member_id=member_id, withdrawn_at__isnull=True
    ).update(withdrawn_at=now)
    RoleHeld.objects.filter(brand_id=brand_id, member_id=member_id, until__isnull=True).update(
        until=now
    )
    changed = Member.objects.filter(brand_id=brand_id, id=member_id, erased_at__isnull=True).update(
        nickname_sealed=None, personalisation_off_at=now, erased_at=now
    )
    if changed:
        record(MemberErased(brand_id=brand_id, at=now, member_id=member_id))
    return bool(changed)


def finish_erasure(*, brand_id: UUID, member_id: UUID, now: datetime) -> None:
    """Write down that everything of a member is gone; the first time stands."""
    Erasure.objects.filter(brand_id=brand_id, member_id=member_id, done_at__isnull=True).update(
        done_at=now
    )


def _change(brand_id: UUID, member_id: UUID, **columns: object) -> None:
    if not Member.objects.filter(brand_id=brand_id, id=member_id, erased_at__isnull=True).update(
        **columns
    ):
        raise MemberNotFound(member_id=member_id)
