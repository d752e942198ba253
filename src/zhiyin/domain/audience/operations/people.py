"""What happens to a member's needs, traits and tags when she is merged, forgotten or erased."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zhiyin.domain.audience.kept import BODY_SLOTS
from zhiyin.domain.audience.models import MemberTag, Need, Trait
from zhiyin.domain.audience.queries import taxonomy
from zhiyin.domain.audience.rules import without_body
from zhiyin.domain.audience.sealing import opened_slots, sealed_slots, sealed_text
from zhiyin.domain.audience.types import NeedSlots

EMPTIED = ("text_sealed", "slots_sealed", "heard_sealed")
MOVED_HERE = {"needs": Need, "traits": Trait, "member_tags": MemberTag}


def forget_body_facts(*, brand_id: UUID, member_id: UUID) -> int:
    """Delete every body fact of a member, now and before. Returns how many traits went.

    What the brand's taxonomy calls sensitive counts too. Her needs lose their body chips, and all
    of them their words: those may say what no chip shows, because she took the chip away or
    because nobody understood it.
    """
    count, _ = (
        Trait.objects.filter(brand_id=brand_id, member_id=member_id)
        .filter(Q(slot__in=sorted(BODY_SLOTS)) | Q(consent__isnull=False))
        .delete()
    )
    words = taxonomy(brand_id=brand_id)
    needs = [
        _emptied(need, keep=without_body(opened_slots(need), words))
        for need in Need.objects.filter(brand_id=brand_id, member_id=member_id).order_by("id")
    ]
    Need.objects.bulk_update(needs, EMPTIED, batch_size=500)
    return count


def erase_member(*, brand_id: UUID, member_id: UUID, now: datetime) -> None:
    """Delete a member's traits and tags and empty her needs. May be repeated.

    An empty need stays where an answer given to it must keep pointing at something.
    """
    Trait.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    MemberTag.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    needs = []
    for need in Need.objects.filter(brand_id=brand_id, member_id=member_id).order_by("id"):
        emptied = _emptied(need, keep=NeedSlots())
        emptied.saved_at, emptied.hidden_at = None, now
        needs.append(emptied)
    Need.objects.bulk_update(needs, [*EMPTIED, "saved_at", "hidden_at"], batch_size=500)


def move_member(
    *, brand_id: UUID, from_id: UUID, to_id: UUID, consent_ids: Sequence[UUID]
) -> dict[str, list[UUID]]:
    """Let one member's rows be another's, for a merge. Returns exactly what moved, by kind.

    All needs move. A fact moves where the other holds none in its slot and, for a body fact, only
    together with its consent (`consent_ids` are those that moved). A tag moves where the other
    does not bear it. What stays behind stays the person's: download and deletion cover both.
    """
    held = Trait.objects.filter(brand_id=brand_id, member_id=to_id, replaced_at__isnull=True)
    borne = MemberTag.objects.filter(brand_id=brand_id, member_id=to_id, until__isnull=True)
    found = {
        "needs": Need.objects.filter(brand_id=brand_id, member_id=from_id),
        "traits": Trait.objects.filter(brand_id=brand_id, member_id=from_id)
        .filter(Q(consent_id__in=list(consent_ids)) | Q(consent__isnull=True))
        .exclude(slot__in=held.values("slot")),
        "member_tags": MemberTag.objects.filter(
            brand_id=brand_id, member_id=from_id, until__isnull=True
        ).exclude(tag_id__in=borne.values("tag_id")),
    }
    moved = {}
    for kind, rows in found.items():
        moved[kind] = list(rows.order_by("id").values_list("id", flat=True))
        MOVED_HERE[kind].objects.filter(brand_id=brand_id, id__in=moved[kind]).update(
            member_id=to_id
        )
    return moved


def move_back(
    *, brand_id: UUID, moved: Mapping[str, Sequence[str]], from_id: UUID, to_id: UUID
) -> None:
    """Undo `move_member`: `moved` is what it returned, `from_id` who has it now.

    A body fact that she has meanwhile put under a consent of the survivor's stays there; a row
    that is gone is no error.
    """
    own_consents = [UUID(consent_id) for consent_id in moved.get("consents", ())]
    for kind, model in MOVED_HERE.items():
        rows = model.objects.filter(
            brand_id=brand_id, id__in=moved.get(kind, ()), member_id=from_id
        )
        if kind == "traits":
            rows = rows.filter(Q(consent_id__in=own_consents) | Q(consent__isnull=True))
        rows.update(member_id=to_id)


def _emptied(need: Need, *, keep: NeedSlots) -> Need:
    need.text_sealed = sealed_text(brand_id=need.brand_id, need_id=need.id, text="")
    need.slots_sealed = sealed_slots(brand_id=need.brand_id, need_id=need.id, slots=keep)
    need.heard_sealed = None
    return need
