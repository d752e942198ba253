"""What somebody said she needs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience.kept import NeedNotFound, NeedPurpose
from zhiyin.domain.audience.models import Need
from zhiyin.domain.audience.rules import check_asker, check_text
from zhiyin.domain.audience.sealing import (
    opened_slots,
    sealed_heard,
    sealed_slots,
    sealed_text,
)
from zhiyin.domain.audience.types import Chip, NeedSlots, Value, without
from zhiyin.domain.members import operations as members
from zhiyin.kit.ids import uuid7


def save_need(
    *,
    brand_id: UUID,
    text: str,
    slots: NeedSlots,
    taxonomy_version: int,
    heard: Sequence[Chip] = (),
    member_id: UUID | None = None,
    guest_key: UUID | None = None,
    purpose: NeedPurpose = NeedPurpose.ASKED,
    now: datetime,
) -> UUID:
    """Keep a need under its asker: a member, or a guest's key. Returns its id.

    `heard` are those chips of it that a second reader found. One for a board is not in her history
    and is not what is known of her by her latest need.
    The text is kept as she typed it, because the chips point into it; text and slots are sealed.
    An empty text is right for a form. A member is held, so that nothing is kept about her while
    she is being deleted. Raises NeedWithoutAsker, NeedTooLong, NeedHasNul, MemberNotFound.
    """
    check_asker(member_id, guest_key)
    check_text(text)
    if member_id is not None:
        members.hold_member(brand_id=brand_id, member_id=member_id)
    need_id = uuid7()
    Need.objects.create(
        id=need_id,
        brand_id=brand_id,
        member_id=member_id,
        guest_key=guest_key,
        text_sealed=sealed_text(brand_id=brand_id, need_id=need_id, text=text),
        slots_sealed=sealed_slots(brand_id=brand_id, need_id=need_id, slots=slots),
        heard_sealed=sealed_heard(brand_id=brand_id, need_id=need_id, heard=heard),
        taxonomy_version=taxonomy_version,
        asked_at=now,
        purpose=purpose,
        hidden_at=now if purpose is NeedPurpose.BOARD else None,
    )
    return need_id


def change_slots(
    *,
    brand_id: UUID,
    need_id: UUID,
    slots: NeedSlots,
    member_id: UUID | None = None,
    guest_key: UUID | None = None,
) -> None:
    """Replace everything that was understood of a need.

    Raises NeedNotFound, NeedWithoutAsker, MemberNotFound.
    """
    _change(brand_id, need_id, member_id, guest_key, lambda _: slots)


def take_chip(
    *,
    brand_id: UUID,
    need_id: UUID,
    slot: str,
    value: Value,
    member_id: UUID | None = None,
    guest_key: UUID | None = None,
) -> NeedSlots:
    """Take one chip away and return what is left; one that is gone already changes nothing.

    Two windows that each take a chip both have their way: the row is locked in between.
    Raises NeedNotFound, NeedWithoutAsker, SlotUnknown, MemberNotFound.
    """
    return _change(
        brand_id, need_id, member_id, guest_key, lambda slots: without(slots, slot, value)
    )


def set_saved(
    *, brand_id: UUID, need_id: UUID, member_id: UUID, saved: bool, now: datetime
) -> None:
    """Keep a need among those she wants to come back to, or take it out. Raises NeedNotFound."""
    own = Need.objects.filter(brand_id=brand_id, id=need_id, member_id=member_id)
    if not own.update(saved_at=now if saved else None):
        raise NeedNotFound(need_id=need_id)


def hide_need(*, brand_id: UUID, need_id: UUID, member_id: UUID, now: datetime) -> None:
    """Take a need out of her history. Raises NeedNotFound."""
    own = Need.objects.filter(brand_id=brand_id, id=need_id, member_id=member_id)
    if not own.update(hidden_at=now):
        raise NeedNotFound(need_id=need_id)


def unhide_need(*, brand_id: UUID, need_id: UUID, member_id: UUID) -> None:
    """Undo `hide_need`. Raises NeedNotFound."""
    own = Need.objects.filter(brand_id=brand_id, id=need_id, member_id=member_id)
    if not own.update(hidden_at=None):
        raise NeedNotFound(need_id=need_id)


def claim_guest_needs(*, brand_id: UUID, guest_key: UUID, member_id: UUID) -> int:
    """Make a guest's needs a member's. Returns how many.

    The guest's key opens them no more, so whoever uses the browser next does not see them.
    Raises MemberNotFound.
    """
    members.hold_member(brand_id=brand_id, member_id=member_id)
    return Need.objects.filter(
        brand_id=brand_id, guest_key=guest_key, member_id__isnull=True
    ).update(member_id=member_id, guest_key=None)


def hold_need(*, brand_id: UUID, need_id: UUID) -> None:
    """Lock a need until the transaction ends, so that nothing is hung on it; one that is gone is
    no mistake.
    """
    held = Need.objects.filter(brand_id=brand_id, id=need_id).select_for_update()
    list(held.values_list("id", flat=True))


def hold_guest_needs(*, brand_id: UUID, before: datetime, limit: int) -> tuple[UUID, ...]:
    """Lock the oldest needs that guests asked before a moment, until the transaction ends."""
    rows = Need.objects.filter(brand_id=brand_id, member_id__isnull=True, asked_at__lt=before)
    oldest = rows.order_by("asked_at", "id").select_for_update()
    return tuple(oldest.values_list("id", flat=True)[:limit])


def delete_needs(*, brand_id: UUID, need_ids: Sequence[UUID]) -> None:
    """Delete needs for good. Whoever calls has deleted what they were answered."""
    Need.objects.filter(brand_id=brand_id, id__in=list(need_ids)).delete()


def _change(
    brand_id: UUID,
    need_id: UUID,
    member_id: UUID | None,
    guest_key: UUID | None,
    change: Callable[[NeedSlots], NeedSlots],
) -> NeedSlots:
    check_asker(member_id, guest_key)
    if member_id is not None:
        members.hold_member(brand_id=brand_id, member_id=member_id)
    need = (
        Need.objects.select_for_update()
        .filter(brand_id=brand_id, id=need_id, member_id=member_id, guest_key=guest_key)
        .first()
    )
    if need is None:
        raise NeedNotFound(need_id=need_id)
    slots = change(opened_slots(need))
    need.slots_sealed = sealed_slots(brand_id=brand_id, need_id=need_id, slots=slots)
    need.save(update_fields=["slots_sealed"])
    return slots
