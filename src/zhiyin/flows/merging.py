"""Two members found to be one person, and the way back."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.storage.tenancy import brand_tx


def merge_members(*, brand_id: UUID, survivor_id: UUID, absorbed_id: UUID, now: datetime) -> UUID:
    """Let one member stand for two. Returns the merge's id, by which it can be undone.

    Moves identities, and the roles, consents, needs, facts and tags that the survivor lacks.
    Shows, votes, follows and conversations stay under the member who made them; a download and a
    deletion cover every member of the person. Raises MergeRefused.
    """
    with brand_tx(brand_id):
        merge_id = members.merge(
            brand_id=brand_id, survivor_id=survivor_id, absorbed_id=absorbed_id, now=now
        )
        done = next(
            merge
            for merge in people.merges_of(brand_id=brand_id, member_id=survivor_id)
            if merge.id == merge_id
        )
        moved = audience.move_member(
            brand_id=brand_id,
            from_id=absorbed_id,
            to_id=survivor_id,
            consent_ids=[UUID(consent_id) for consent_id in done.moved.get("consents", ())],
        )
        for kind, ids in moved.items():
            members.note_moved(brand_id=brand_id, merge_id=merge_id, kind=kind, ids=ids)
    return merge_id


def undo_merge(*, brand_id: UUID, merge_id: UUID, now: datetime) -> None:
    """Make them two again: exactly what moved moves back. Raises MergeNotFound, MergeRefused."""
    with brand_tx(brand_id):
        undone = members.undo_merge(brand_id=brand_id, merge_id=merge_id, now=now)
        audience.move_back(
            brand_id=brand_id,
            moved=undone.moved,
            from_id=undone.survivor_id,
            to_id=undone.absorbed_id,
        )
