"""The only readers of what the audience keeps. Words and facts are opened here, row by row."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from zhiyin.domain.audience.kept import (
    CATEGORIES,
    HeldTag,
    NeedCard,
    NeedNotFound,
    NeedPurpose,
    TagCard,
    TaxonomyEdit,
    TraitCard,
    TraitSource,
)
from zhiyin.domain.audience.models import MemberTag, Need, Tag, TaxonomyVersion, Trait
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.rules import check_asker, extended, stored_slots
from zhiyin.domain.audience.sealing import opened_need, opened_slots, opened_trait
from zhiyin.domain.audience.types import NeedSlots

APPAREL = CATEGORIES[0]


def need(
    *,
    brand_id: UUID,
    need_id: UUID,
    member_id: UUID | None = None,
    guest_key: UUID | None = None,
) -> NeedCard:
    """A need, for the member or the guest whose it is. One query.

    Raises NeedNotFound (also for somebody else's), NeedWithoutAsker.
    """
    check_asker(member_id, guest_key)
    row = Need.objects.filter(
        brand_id=brand_id, id=need_id, member_id=member_id, guest_key=guest_key
    ).first()
    if row is None:
        raise NeedNotFound(need_id=need_id)
    return opened_need(row)


def needs_by_id(
    *,
    brand_id: UUID,
    need_ids: Sequence[UUID],
    member_id: UUID | None = None,
    guest_key: UUID | None = None,
) -> dict[UUID, NeedCard]:
    """Those of `need_ids` that are this member's or guest's, by id. One query.

    Raises NeedWithoutAsker.
    """
    check_asker(member_id, guest_key)
    rows = Need.objects.filter(
        brand_id=brand_id, id__in=list(need_ids), member_id=member_id, guest_key=guest_key
    )
    return {row.id: opened_need(row) for row in rows.order_by("id")}


def recent_needs(
    *,
    brand_id: UUID,
    member_id: UUID | None = None,
    guest_key: UUID | None = None,
    limit: int = 20,
) -> tuple[NeedCard, ...]:
    """What she asked, last first, without what she hid. One query. Raises NeedWithoutAsker."""
    check_asker(member_id, guest_key)
    rows = Need.objects.filter(
        brand_id=brand_id, member_id=member_id, guest_key=guest_key, hidden_at__isnull=True
    )
    return tuple(opened_need(row) for row in rows.order_by("-asked_at", "id")[:limit])


def saved_needs(*, brand_id: UUID, member_id: UUID, limit: int = 50) -> tuple[NeedCard, ...]:
    """The needs she wants to come back to, saved last first. One query."""
    rows = Need.objects.filter(
        brand_id=brand_id, member_id=member_id, saved_at__isnull=False, hidden_at__isnull=True
    )
    return tuple(opened_need(row) for row in rows.order_by("-saved_at", "id")[:limit])


def needs_of_member(
    *, brand_id: UUID, member_id: UUID, offset: int = 0, limit: int = 500
) -> tuple[NeedCard, ...]:
    """A page of a member's needs, hidden ones too, oldest first: for her download. One query."""
    rows = Need.objects.filter(brand_id=brand_id, member_id=member_id).order_by("asked_at", "id")
    return tuple(opened_need(row) for row in rows[offset : offset + limit])


def need_ids_of(
    *, brand_id: UUID, member_ids: Sequence[UUID], limit: int = 100_000
) -> tuple[UUID, ...]:
    """The ids of all needs of some members, oldest first. One query; opens nothing."""
    rows = Need.objects.filter(brand_id=brand_id, member_id__in=list(member_ids))
    return tuple(rows.order_by("asked_at", "id").values_list("id", flat=True)[:limit])


def newest_needs(*, brand_id: UUID, limit: int = 200) -> tuple[tuple[NeedCard, ...], int]:
    """The brand's newest needs that have words and are not hidden, and how many it has in all.

    For the taxonomy's editor, who is shown chips and never whose they are. Two queries.
    """
    rows = Need.objects.filter(brand_id=brand_id, hidden_at__isnull=True)
    cards = (opened_need(row) for row in rows.order_by("-asked_at", "id")[:limit])
    return tuple(card for card in cards if card.text), rows.count()


def slots_asked(*, brand_id: UUID, since: datetime, limit: int) -> tuple[NeedSlots, ...]:
    """What the newest `limit` needs since a moment ask for, stated in words or in the form.

    Opens the slots and never the words; a hidden need is asked for all the same, and the question
    of a board is none. One query.
    """
    rows = Need.objects.filter(brand_id=brand_id, purpose=NeedPurpose.ASKED, asked_at__gte=since)
    return tuple(opened_slots(row) for row in rows.order_by("-asked_at", "id")[:limit])


def traits_of(*, brand_id: UUID, member_id: UUID, replaced: bool = False) -> tuple[TraitCard, ...]:
    """The facts that are kept about a member, by slot; `replaced` adds what they were before.

    One query. Whether they may be *used* is her switch (`members.queries.member`).
    """
    rows = Trait.objects.filter(brand_id=brand_id, member_id=member_id)
    if not replaced:
        rows = rows.filter(replaced_at__isnull=True)
    return tuple(opened_trait(row) for row in rows.order_by("slot", "stated_at", "id"))


def slots_told(
    *, brand_id: UUID, member_ids: Collection[UUID], sources: Collection[TraitSource]
) -> dict[UUID, frozenset[str]]:
    """Member -> the slots whose fact came from one of `sources`. One query; opens nothing."""
    found: dict[UUID, set[str]] = {}
    rows = Trait.objects.filter(
        brand_id=brand_id, member_id__in=member_ids, source__in=sources, replaced_at__isnull=True
    )
    for member_id, slot in rows.values_list("member_id", "slot"):
        found.setdefault(member_id, set()).add(slot)
    return {member_id: frozenset(slots) for member_id, slots in found.items()}


def trait_slots(*, brand_id: UUID, member_id: UUID) -> NeedSlots:
    """The same facts as slots, to be laid under what a need says. One query."""
    return stored_slots(
        {card.slot: card.value for card in traits_of(brand_id=brand_id, member_id=member_id)}
    )


def taxonomy(*, brand_id: UUID, category: str = APPAREL, version: int | None = None) -> Taxonomy:
    """What the brand's needs are read with: the shipped taxonomy and her additions.

    Current, or as of a version; `.version` is the brand's (0: nothing added), to be kept with
    the need. One query. Raises CategoryUnknown.
    """
    edit = taxonomy_edit(brand_id=brand_id, category=category, version=version)
    return extended(category, edit.version, edit.extension)


def edited_taxonomy(
    *, brand_id: UUID, category: str = APPAREL, extension: Mapping[str, object]
) -> Taxonomy:
    """What needs would be read with if these additions replaced the current ones. One query.

    Raises CategoryUnknown, TaxonomyMalformed.
    """
    current = taxonomy_edit(brand_id=brand_id, category=category)
    return extended(category, current.version + 1, extension)


def taxonomy_edit(
    *, brand_id: UUID, category: str = APPAREL, version: int | None = None
) -> TaxonomyEdit:
    """The brand's additions to the shipped taxonomy: the current ones, or those of a version.

    Version 0, with nothing in it, when there is no such edit. One query.
    """
    rows = TaxonomyVersion.objects.filter(brand_id=brand_id, category=category)
    if version is not None:
        rows = rows.filter(version=version)
    row = rows.order_by("-version").first()
    if row is None:
        return TaxonomyEdit(0, {}, None, None)
    return TaxonomyEdit(row.version, row.extension, row.edited_by_id, row.edited_at)


def taxonomy_edits(
    *, brand_id: UUID, category: str = APPAREL, limit: int = 50
) -> tuple[TaxonomyEdit, ...]:
    """The edits of a category, newest first. One query."""
    rows = TaxonomyVersion.objects.filter(brand_id=brand_id, category=category)
    return tuple(
        TaxonomyEdit(row.version, row.extension, row.edited_by_id, row.edited_at)
        for row in rows.order_by("-version")[:limit]
    )


def tags(*, brand_id: UUID, limit: int = 1_000) -> tuple[TagCard, ...]:
    """The brand's tags by group and name, with how many members bear each. Two queries."""
    rows = list(Tag.objects.filter(brand_id=brand_id).order_by("group", "name", "id")[:limit])
    bearers = dict(
        MemberTag.objects.filter(
            brand_id=brand_id, tag_id__in=[row.id for row in rows], until__isnull=True
        )
        .values_list("tag_id")
        .annotate(Count("id"))
    )
    return tuple(TagCard(row.id, row.group, row.name, bearers.get(row.id, 0)) for row in rows)


def tags_of(
    *, brand_id: UUID, member_ids: Sequence[UUID], ended: bool = False
) -> dict[UUID, tuple[HeldTag, ...]]:
    """Member -> the tags she bears (`ended`: and bore), oldest first. One query."""
    current = Q() if ended else Q(until__isnull=True)
    found: dict[UUID, tuple[HeldTag, ...]] = {}
    rows = (
        MemberTag.objects.filter(current, brand_id=brand_id, member_id__in=list(member_ids))
        .order_by("since", "id")
        .values_list("member_id", "tag_id", "tag__group", "tag__name", "since", "until")
    )
    for member_id, tag_id, group, name, since, until in rows:
        held = HeldTag(tag_id, group, name, since, until)
        found[member_id] = (*found.get(member_id, ()), held)
    return found


def bearers(*, brand_id: UUID, tag_id: UUID, offset: int = 0, limit: int = 50) -> tuple[UUID, ...]:
    """The members who bear a tag now, who got it last first. One query."""
    rows = (
        MemberTag.objects.filter(brand_id=brand_id, tag_id=tag_id, until__isnull=True)
        .order_by("-since", "id")
        .values_list("member_id", flat=True)
    )
    return tuple(rows[offset : offset + limit])


def needs_asked(*, brand_id: UUID, since: datetime, until: datetime) -> int:
    """How many needs were asked from `since` to just before `until`, hidden ones too, and without
    the questions of boards. One query.
    """
    asked = Need.objects.filter(brand_id=brand_id, purpose=NeedPurpose.ASKED)
    return asked.filter(asked_at__gte=since, asked_at__lt=until).count()
