"""The only readers of the tables of people. Names and phones are opened here, row by row."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from zhiyin.domain.members.models import (
    Consent,
    Erasure,
    Identity,
    Member,
    Merge,
    PersonalRead,
    RoleHeld,
)
from zhiyin.domain.members.rules import normal_phone
from zhiyin.domain.members.sealing import (
    normal_value,
    opened_nickname,
    opened_value,
    value_index,
)
from zhiyin.domain.members.types import (
    Channel,
    ConsentCard,
    ErasureCard,
    IdentityCard,
    MemberCard,
    MemberNotFound,
    MemberPage,
    MemberRole,
    MergeCard,
    Opened,
    PersonalReadCard,
    Purpose,
    RoleCard,
)
from zhiyin.storage.sql import many

LINKED = """
    SELECT value_index, member_id FROM members_identity
    WHERE brand_id = %(brand_id)s AND channel = %(channel)s AND value_index = ANY(%(indexes)s)
      AND unlinked_at IS NULL
    ORDER BY value_index
"""

# Whoever of the person is asked for: up to whom she was merged into, down to whom she absorbed.
PERSON_IDS = """
    WITH RECURSIVE person (id, merged_into_id) AS (
        SELECT id, merged_into_id FROM members_member
        WHERE brand_id = %(brand_id)s AND id = %(member_id)s
        UNION
        SELECT other.id, other.merged_into_id
        FROM members_member AS other
        JOIN person ON other.merged_into_id = person.id OR other.id = person.merged_into_id
        WHERE other.brand_id = %(brand_id)s
    )
    SELECT id FROM person ORDER BY id LIMIT 100
"""

ACTIVE_CONSENTS = """
    SELECT member_id, id, text_version, channel, granted_at FROM members_consent
    WHERE brand_id = %(brand_id)s AND member_id = ANY(%(member_ids)s::uuid[])
      AND purpose = %(purpose)s AND withdrawn_at IS NULL
    ORDER BY member_id
"""

STANCES = """
    SELECT member_id, bool_or(withdrawn_at IS NULL) FROM members_consent
    WHERE brand_id = %(brand_id)s AND member_id = ANY(%(member_ids)s::uuid[])
      AND purpose = %(purpose)s
    GROUP BY member_id ORDER BY member_id
"""


def member(*, brand_id: UUID, member_id: UUID) -> MemberCard:
    """One member, her name opened. One query. Raises MemberNotFound (also once she is erased)."""
    row = Member.objects.filter(brand_id=brand_id, id=member_id, erased_at__isnull=True).first()
    if row is None:
        raise MemberNotFound(member_id=member_id)
    return _card(row)


def members_by_id(*, brand_id: UUID, member_ids: Sequence[UUID]) -> dict[UUID, MemberCard]:
    """Those of `member_ids` that are members now, by id. One query."""
    rows = Member.objects.filter(
        brand_id=brand_id, id__in=list(member_ids), erased_at__isnull=True
    ).order_by("id")
    return {row.id: _card(row) for row in rows}


def members(
    *,
    brand_id: UUID,
    phone: str = "",
    role: MemberRole | None = None,
    offset: int = 0,
    limit: int = 50,
) -> MemberPage:
    """Members for the console, who joined last first; absorbed and erased ones are left out.

    `phone` finds by the whole number, through its blind index. Parts of a number and nicknames
    cannot be searched: both are sealed, and the database cannot read them. Two queries.
    Raises PhoneInvalid.
    """
    found = Member.objects.filter(
        brand_id=brand_id, erased_at__isnull=True, merged_into__isnull=True
    )
    if phone:
        index = value_index(brand_id=brand_id, channel=Channel.PHONE, value=normal_phone(phone))
        found = found.filter(
            id__in=Identity.objects.filter(
                brand_id=brand_id,
                channel=Channel.PHONE,
                value_index=index,
                unlinked_at__isnull=True,
            ).values("member_id")
        )
    if role is not None:
        found = found.filter(
            id__in=RoleHeld.objects.filter(brand_id=brand_id, role=role, until__isnull=True).values(
                "member_id"
            )
        )
    rows = found.order_by("-joined_at", "id")[offset : offset + limit]
    return MemberPage(members=tuple(_card(row) for row in rows), total=found.count())


def find_by_identity(*, brand_id: UUID, channel: Channel, value: str) -> UUID | None:
    """The member that a channel's value names now, or None. One query.

    Raises PhoneInvalid, IdentityEmpty.
    """
    index = value_index(brand_id=brand_id, channel=channel, value=normal_value(channel, value))
    return (
        Identity.objects.filter(
            brand_id=brand_id, channel=channel, value_index=index, unlinked_at__isnull=True
        )
        .values_list("member_id", flat=True)
        .first()
    )


def identity_value(*, brand_id: UUID, member_id: UUID, channel: Channel) -> str | None:
    """What a channel knows a member by now, opened: the newest, or None. One query.

    Personal data: for whoever speaks to that channel, and for no page or log.
    """
    row = (
        Identity.objects.filter(
            brand_id=brand_id, member_id=member_id, channel=channel, unlinked_at__isnull=True
        )
        .order_by("-linked_at", "id")
        .first()
    )
    return opened_value(row) if row else None


def members_by_external_id(*, brand_id: UUID, external_ids: Sequence[str]) -> dict[str, UUID]:
    """External id -> member, for those of `external_ids` that were imported. One query."""
    indexes = {
        value_index(
            brand_id=brand_id,
            channel=Channel.IMPORT,
            value=normal_value(Channel.IMPORT, external_id),
        ): external_id
        for external_id in external_ids
    }
    rows = many(LINKED, brand_id=brand_id, channel=Channel.IMPORT.value, indexes=list(indexes))
    return {indexes[bytes(index)]: member_id for index, member_id in rows}


def identities_of(*, brand_id: UUID, member_id: UUID) -> tuple[IdentityCard, ...]:
    """Everything a member is or was known by, opened, oldest first. One query.

    Personal data: show it to herself, or mask it (`rules.mask_phone`).
    """
    rows = Identity.objects.filter(brand_id=brand_id, member_id=member_id)
    return tuple(
        IdentityCard(
            row.id, Channel(row.channel), opened_value(row), row.linked_at, row.unlinked_at
        )
        for row in rows.order_by("linked_at", "id")
    )


def roles_of(*, brand_id: UUID, member_id: UUID) -> tuple[RoleCard, ...]:
    """The roles a member holds and held, oldest first. One query."""
    rows = (
        RoleHeld.objects.filter(brand_id=brand_id, member_id=member_id)
        .order_by("since", "id")
        .values_list("role", "since", "until")
    )
    return tuple(RoleCard(MemberRole(role), since, until) for role, since, until in rows)


def consents_of(*, brand_id: UUID, member_id: UUID) -> tuple[ConsentCard, ...]:
    """Every consent a member gave, those taken back too, oldest first. One query."""
    rows = Consent.objects.filter(brand_id=brand_id, member_id=member_id)
    return tuple(_consent(row) for row in rows.order_by("granted_at", "id"))


def active_consent(*, brand_id: UUID, member_id: UUID, purpose: Purpose) -> ConsentCard | None:
    """The consent that covers a purpose now, or None. One query."""
    return active_consents(brand_id=brand_id, member_ids=[member_id], purpose=purpose).get(
        member_id
    )


def active_consents(
    *, brand_id: UUID, member_ids: Collection[UUID], purpose: Purpose
) -> dict[UUID, ConsentCard]:
    """Member -> the consent that covers a purpose now, for those who agree. One query."""
    rows = many(
        ACTIVE_CONSENTS, brand_id=brand_id, member_ids=list(member_ids), purpose=purpose.value
    )
    return {
        member_id: ConsentCard(consent_id, purpose, version, channel, granted_at, None)
        for member_id, consent_id, version, channel, granted_at in rows
    }


def stances(*, brand_id: UUID, member_ids: Collection[UUID], purpose: Purpose) -> dict[UUID, bool]:
    """Member -> whether she agrees to a purpose now, for those who ever did. One query.

    False: she took it back. Who is not in it never said.
    """
    return dict(
        many(STANCES, brand_id=brand_id, member_ids=list(member_ids), purpose=purpose.value)
    )


def person_ids(*, brand_id: UUID, member_id: UUID) -> tuple[UUID, ...]:
    """The members that are one person by merging, in order of id; none if there is no such
    member. Erased ones are among them. One query.
    """
    rows = many(PERSON_IDS, brand_id=brand_id, member_id=member_id)
    return tuple(row_id for (row_id,) in rows)


def merges_of(*, brand_id: UUID, member_id: UUID) -> tuple[MergeCard, ...]:
    """The merges a member survived, newest first, undone ones too. One query."""
    rows = Merge.objects.filter(brand_id=brand_id, survivor_id=member_id)
    return tuple(
        MergeCard(row.id, row.survivor_id, row.absorbed_id, row.moved, row.merged_at, row.undone_at)
        for row in rows.order_by("-merged_at", "id")[:100]
    )


def erasures(*, brand_id: UUID, offset: int = 0, limit: int = 10_000) -> tuple[ErasureCard, ...]:
    """Who asked to be deleted, oldest first: the list to keep outside the database. One query."""
    rows = (
        Erasure.objects.filter(brand_id=brand_id)
        .order_by("asked_at", "id")
        .values_list("member_id", "asked_at", "done_at")
    )
    return tuple(ErasureCard(*row) for row in rows[offset : offset + limit])


def _card(row: Member) -> MemberCard:
    return MemberCard(
        id=row.id,
        nickname=opened_nickname(
            brand_id=row.brand_id, member_id=row.id, sealed=row.nickname_sealed
        ),
        language=row.language,
        joined_at=row.joined_at,
        personalised=row.personalisation_off_at is None,
        merged_into_id=row.merged_into_id,
    )


def _consent(row: Consent) -> ConsentCard:
    return ConsentCard(
        id=row.id,
        purpose=Purpose(row.purpose),
        text_version=row.text_version,
        channel=row.channel,
        granted_at=row.granted_at,
        withdrawn_at=row.withdrawn_at,
    )


def personal_reads(
    *,
    brand_id: UUID,
    search: str = "",
    member_id: UUID | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[PersonalReadCard, ...], int]:
    """What was opened of members, newest first, and how many were found. Two queries.

    `search` looks in the reader's name, or the key's label; `member_id` keeps to one member.
    """
    found = PersonalRead.objects.filter(brand_id=brand_id)
    if search:
        found = found.filter(
            Q(reader__username__icontains=search) | Q(key__label__icontains=search)
        )
    if member_id is not None:
        found = found.filter(member_id=member_id)
    rows = found.order_by("-read_at", "-id").values_list(
        "member_id",
        Coalesce("reader__username", "key__label"),
        "opened",
        "read_at",
        Q(reader__isnull=True),
    )
    cards = tuple(
        PersonalReadCard(member_id, reader, Opened(opened), read_at, by_key)
        for member_id, reader, opened, read_at, by_key in rows[offset : offset + limit]
    )
    return cards, found.count()
