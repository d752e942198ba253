"""Members that another system knows already, many at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.members.models import Identity, Member, RoleHeld
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
    Imported,
    MemberFacts,
    MemberRole,
)
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import clean_line


def import_members(*, brand_id: UUID, members: Sequence[MemberFacts], now: datetime) -> Imported:
    """Add members by their id elsewhere, or correct those who are known by it. Repeatable.

    A row whose phone belongs to a member already names that member: she is the same person. A
    row of a known external id whose phone is another member's is told in `phone_conflicts` and
    moves nothing. The last row of an external id counts. No `MemberJoined` is recorded: they
    joined long ago. Ten statements for any number of rows; keep a batch to a few thousand.
    Raises PhoneInvalid, IdentityEmpty, TextTooLong, TextHasNul, and then writes nothing.
    """
    rows = {normal_value(Channel.IMPORT, row.external_id): row for row in members}
    phones = {
        external_id: normal_value(Channel.PHONE, row.phone)
        for external_id, row in rows.items()
        if row.phone
    }
    names = {
        external_id: clean_line(row.nickname, NICKNAME_CHARS_MAX)
        for external_id, row in rows.items()
    }
    by_external = _holders(brand_id, Channel.IMPORT, rows)
    by_phone = _holders(brand_id, Channel.PHONE, phones.values())
    ids, links, conflicts, new = _resolve(phones, rows, by_external, by_phone)
    Member.objects.bulk_create(
        Member(
            id=ids[external_id],
            brand_id=brand_id,
            nickname_sealed=sealed_nickname(
                brand_id=brand_id, member_id=ids[external_id], nickname=names[external_id]
            ),
            language=known_language(rows[external_id].language),
            joined_at=rows[external_id].joined_at or now,
        )
        for external_id in new
    )
    _correct(brand_id, ids, rows, names, known=rows.keys() - set(new))
    RoleHeld.objects.bulk_create(
        RoleHeld(
            brand_id=brand_id,
            member_id=ids[external_id],
            role=MemberRole.SHOPPER,
            since=rows[external_id].joined_at or now,
        )
        for external_id in new
    )
    Identity.objects.bulk_create(
        _identity(brand_id, member_id, channel, value, now) for member_id, channel, value in links
    )
    return Imported(ids=ids, new=len(new), phone_conflicts=tuple(conflicts))


Link = tuple[UUID, Channel, str]


def _resolve(
    phones: Mapping[str, str],
    external_ids: Iterable[str],
    by_external: Mapping[str, UUID],
    by_phone: Mapping[str, UUID],
) -> tuple[dict[str, UUID], list[Link], list[str], list[str]]:
    """Who each row is; which identities are missing; whose phone is taken; who is new."""
    ids: dict[str, UUID] = {}
    links: list[Link] = []
    conflicts: list[str] = []
    new: list[str] = []
    phone_holders = dict(by_phone)
    for external_id in external_ids:
        phone = phones.get(external_id)
        holder = phone_holders.get(phone) if phone else None
        member_id = by_external.get(external_id)
        if member_id is None:
            member_id = holder
            if member_id is None:
                member_id = uuid7()
                new.append(external_id)
            links.append((member_id, Channel.IMPORT, external_id))
        ids[external_id] = member_id
        if phone and holder is None:
            links.append((member_id, Channel.PHONE, phone))
            phone_holders[phone] = member_id
        elif holder not in (None, member_id):
            conflicts.append(external_id)
    return ids, links, conflicts, new


def _correct(
    brand_id: UUID,
    ids: Mapping[str, UUID],
    rows: Mapping[str, MemberFacts],
    names: Mapping[str, str],
    *,
    known: Iterable[str],
) -> None:
    """Give members who were there already the name and language of the file, if it has a name."""
    Member.objects.bulk_update(
        [
            Member(
                id=ids[external_id],
                brand_id=brand_id,
                nickname_sealed=sealed_nickname(
                    brand_id=brand_id, member_id=ids[external_id], nickname=names[external_id]
                ),
                language=known_language(rows[external_id].language),
            )
            for external_id in known
            if names[external_id]
        ],
        ["nickname_sealed", "language"],
    )


def _holders(brand_id: UUID, channel: Channel, values: Iterable[str]) -> dict[str, UUID]:
    indexes = {
        value_index(brand_id=brand_id, channel=channel, value=value): value for value in values
    }
    found = Identity.objects.filter(
        brand_id=brand_id,
        channel=channel,
        value_index__in=list(indexes),
        unlinked_at__isnull=True,
    ).values_list("value_index", "member_id")
    return {indexes[bytes(index)]: member_id for index, member_id in found}


def _identity(
    brand_id: UUID, member_id: UUID, channel: Channel, value: str, now: datetime
) -> Identity:
    identity_id = uuid7()
    return Identity(
        id=identity_id,
        brand_id=brand_id,
        member_id=member_id,
        channel=channel,
        value_index=value_index(brand_id=brand_id, channel=channel, value=value),
        value_sealed=sealed_value(brand_id=brand_id, identity_id=identity_id, value=value),
        linked_at=now,
    )
