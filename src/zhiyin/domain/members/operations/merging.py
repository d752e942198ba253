"""Two members found to be one person, and the way back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zhiyin.domain.members.models import Consent, Identity, Member, Merge, RoleHeld
from zhiyin.domain.members.rules import moved_more
from zhiyin.domain.members.types import MergeCard, MergeNotFound, MergeRefused

MOVED_HERE = {"identities": Identity, "roles": RoleHeld, "consents": Consent}


def merge(*, brand_id: UUID, survivor_id: UUID, absorbed_id: UUID, now: datetime) -> UUID:
    """Let one member stand for two. Returns the merge's id.

    Moves every identity, and the current roles and consents that the survivor lacks: what she
    holds herself stands. Other rooms' rows are moved by the flow, which writes them down with
    `note_moved`. Raises MergeRefused (the same person, erased, unknown, or merged already).
    """
    _hold_both(brand_id, survivor_id, absorbed_id)
    moved: dict[str, list[str]] = {}
    for kind, ids in {
        "identities": _ids(
            Identity.objects.filter(brand_id=brand_id, member_id=absorbed_id).values_list("id")
        ),
        "roles": _ids(
            RoleHeld.objects.filter(brand_id=brand_id, member_id=absorbed_id, until__isnull=True)
            .exclude(
                role__in=RoleHeld.objects.filter(
                    brand_id=brand_id, member_id=survivor_id, until__isnull=True
                ).values("role")
            )
            .values_list("id")
        ),
        "consents": _ids(
            Consent.objects.filter(
                brand_id=brand_id, member_id=absorbed_id, withdrawn_at__isnull=True
            )
            .exclude(
                purpose__in=Consent.objects.filter(
                    brand_id=brand_id, member_id=survivor_id, withdrawn_at__isnull=True
                ).values("purpose")
            )
            .values_list("id")
        ),
    }.items():
        MOVED_HERE[kind].objects.filter(brand_id=brand_id, id__in=ids).update(member_id=survivor_id)
        moved = moved_more(moved, kind, map(str, ids))
    Member.objects.filter(brand_id=brand_id, id=absorbed_id).update(merged_into_id=survivor_id)
    row = Merge.objects.create(
        brand_id=brand_id,
        survivor_id=survivor_id,
        absorbed_id=absorbed_id,
        moved=moved,
        merged_at=now,
    )
    return row.id


def note_moved(*, brand_id: UUID, merge_id: UUID, kind: str, ids: Iterable[UUID]) -> None:
    """Write down what another room moved for a merge, so that exactly that moves back."""
    row = Merge.objects.select_for_update().get(brand_id=brand_id, id=merge_id)
    row.moved = moved_more(row.moved, kind, map(str, ids))
    row.save(update_fields=["moved"])


def undo_merge(*, brand_id: UUID, merge_id: UUID, now: datetime) -> MergeCard:
    """Give the absorbed member back what moved from this room. Returns all that had moved.

    What the survivor got afterwards stays hers; a row that is gone since is no error.
    Raises MergeNotFound (unknown, undone already, or one of the two was erased), MergeRefused
    (the survivor was merged on: undo that one first).
    """
    row = (
        Merge.objects.select_for_update()
        .filter(brand_id=brand_id, id=merge_id, undone_at__isnull=True)
        .filter(survivor__erased_at__isnull=True, absorbed__erased_at__isnull=True)
        .first()
    )
    if row is None:
        raise MergeNotFound(merge_id=merge_id)
    if Member.objects.filter(
        brand_id=brand_id, id=row.survivor_id, merged_into__isnull=False
    ).exists():
        raise MergeRefused(survivor_id=row.survivor_id)
    for kind, model in MOVED_HERE.items():
        model.objects.filter(
            brand_id=brand_id, id__in=row.moved.get(kind, []), member_id=row.survivor_id
        ).update(member_id=row.absorbed_id)
    Member.objects.filter(brand_id=brand_id, id=row.absorbed_id).update(merged_into=None)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    return MergeCard(
        id=row.id,
        survivor_id=row.survivor_id,
        absorbed_id=row.absorbed_id,
        moved=row.moved,
        merged_at=row.merged_at,
        undone_at=now,
    )


def _hold_both(brand_id: UUID, survivor_id: UUID, absorbed_id: UUID) -> None:
    # In order of id, so that two merges of the same pair wait for each other and do not lock up.
    free = (
        Member.objects.select_for_update(no_key=True)
        .filter(Q(id=survivor_id) | Q(id=absorbed_id), brand_id=brand_id)
        .filter(erased_at__isnull=True, merged_into__isnull=True)
        .order_by("id")
        .values_list("id", flat=True)
    )
    if survivor_id == absorbed_id or set(free) != {survivor_id, absorbed_id}:
        raise MergeRefused(survivor_id=survivor_id, absorbed_id=absorbed_id)


def _ids(rows: Iterable[tuple[UUID]]) -> list[UUID]:
    return [row_id for (row_id,) in rows]
