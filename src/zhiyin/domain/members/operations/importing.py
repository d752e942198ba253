"""Members that another system knows already, many at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.members.models import Member
from zhiyin.domain.members.rules import known_language
from zhiyin.domain.members.sealing import (
    normal_value,
    opened_nickname,
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
from zhiyin.storage.sql import many, packed, run

# Arrays, because COPY is refused on a table with row security, and thousands of rows of VALUES
# cost more to write down than to insert; the long ones packed, for the same reason.
ADD_MEMBERS = """
    INSERT INTO members_member (id, brand_id, nickname_sealed, language, joined_at)
    SELECT id, %(brand_id)s, name, language, joined_at
    FROM unnest(%(ids)s::uuid[], %(names)s::bytea[], %(languages)s::text[],
                %(joined)s::timestamptz[]) AS new (id, name, language, joined_at)
"""

ADD_ROLES = """
    INSERT INTO members_roleheld (id, brand_id, member_id, role, since)
    SELECT id, %(brand_id)s, member_id, %(role)s, since
    FROM unnest(%(ids)s::uuid[], %(member_ids)s::uuid[], %(since)s::timestamptz[])
        AS new (id, member_id, since)
"""

COMPLETE_MEMBERS = """
    UPDATE members_member AS member SET nickname_sealed = said.name, language = said.language
    FROM unnest(%(ids)s::uuid[], %(names)s::bytea[], %(languages)s::text[])
        AS said (id, name, language)
    WHERE member.brand_id = %(brand_id)s AND member.id = said.id
"""

ADD_IDENTITIES = """
    INSERT INTO members_identity
        (id, brand_id, member_id, channel, value_index, value_sealed, linked_at)
    SELECT id, %(brand_id)s, member_id, channel, decode(value_index, 'hex'),
           decode(value_sealed, 'hex'), %(now)s
    FROM unnest(string_to_array(%(ids)s, ',')::uuid[],
                string_to_array(%(member_ids)s, ',')::uuid[], %(channels)s::text[],
                string_to_array(%(indexes)s, ','), string_to_array(%(sealed)s, ','))
        AS new (id, member_id, channel, value_index, value_sealed)
"""

HOLDERS = """
    SELECT value_index, member_id FROM members_identity
    WHERE brand_id = %(brand_id)s AND channel = %(channel)s
      AND value_index = ANY(
          SELECT decode(hex, 'hex') FROM unnest(string_to_array(%(indexes)s, ',')) AS asked (hex)
      )
      AND unlinked_at IS NULL
"""

Link = tuple[UUID, Channel, str]


def import_members(*, brand_id: UUID, members: Sequence[MemberFacts], now: datetime) -> Imported:
    """Add members by their id elsewhere, or complete those who are known by it. Repeatable.

    Who is there already gets the row's nickname only if she has none (the one she has may be her
    own choice), and its language only if the row says one. A row whose phone belongs to a member
    already names that member: she is the same person. A row of a known external id whose phone is
    another member's is told in `phone_conflicts` and moves nothing. The last row of an external
    id counts. No `MemberJoined` is recorded: they joined long ago. Seven statements for any
    number of rows; keep a batch to a few thousand.
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
    _add(
        brand_id,
        [(ids[external_id], names[external_id], rows[external_id]) for external_id in new],
        now,
    )
    known = rows.keys() - set(new)
    _complete(
        brand_id,
        {
            ids[one]: (names[one], rows[one].language)
            for one in sorted(known)
            if names[one] or rows[one].language
        },
    )
    _link(brand_id, links, now)
    return Imported(ids=ids, new=len(new), phone_conflicts=tuple(conflicts))


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


def _add(brand_id: UUID, members: Sequence[tuple[UUID, str, MemberFacts]], now: datetime) -> None:
    ids = [member_id for member_id, _, _ in members]
    joined = [facts.joined_at or now for _, _, facts in members]
    run(
        ADD_MEMBERS,
        brand_id=brand_id,
        ids=ids,
        names=[
            sealed_nickname(brand_id=brand_id, member_id=member_id, nickname=name)
            for member_id, name, _ in members
        ],
        languages=[known_language(facts.language) for _, _, facts in members],
        joined=joined,
    )
    run(
        ADD_ROLES,
        brand_id=brand_id,
        ids=[uuid7() for _ in members],
        member_ids=ids,
        role=MemberRole.SHOPPER.value,
        since=joined,
    )


def _complete(brand_id: UUID, said: Mapping[UUID, tuple[str, str]]) -> None:
    """Give members who were there already the name they lack, and the language the file says."""
    changed = {}
    for row in Member.objects.filter(brand_id=brand_id, id__in=list(said)).order_by("id"):
        name, language = said[row.id]
        held = opened_nickname(brand_id=brand_id, member_id=row.id, sealed=row.nickname_sealed)
        now = (held or name, known_language(language) if language else row.language)
        if (held, row.language) != now:
            changed[row.id] = now
    if changed:
        run(
            COMPLETE_MEMBERS,
            brand_id=brand_id,
            ids=list(changed),
            names=[
                sealed_nickname(brand_id=brand_id, member_id=member_id, nickname=name)
                for member_id, (name, _) in changed.items()
            ],
            languages=[language for _, language in changed.values()],
        )


def _link(brand_id: UUID, links: Sequence[Link], now: datetime) -> None:
    ids = [uuid7() for _ in links]
    run(
        ADD_IDENTITIES,
        brand_id=brand_id,
        ids=packed(ids),
        member_ids=packed(member_id for member_id, _, _ in links),
        channels=[channel.value for _, channel, _ in links],
        indexes=packed(
            value_index(brand_id=brand_id, channel=channel, value=value)
            for _, channel, value in links
        ),
        sealed=packed(
            sealed_value(brand_id=brand_id, identity_id=identity_id, value=value)
            for identity_id, (_, _, value) in zip(ids, links, strict=True)
        ),
        now=now,
    )


def _holders(brand_id: UUID, channel: Channel, values: Iterable[str]) -> dict[str, UUID]:
    indexes = {
        value_index(brand_id=brand_id, channel=channel, value=value): value for value in values
    }
    found = many(HOLDERS, brand_id=brand_id, channel=channel.value, indexes=packed(indexes))
    return {indexes[bytes(index)]: member_id for index, member_id in found}
