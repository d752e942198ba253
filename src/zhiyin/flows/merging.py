"""Two members found to be one person, and the way back."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.commissions import queries as earned
from zhiyin.domain.content import operations as content
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.kocs import queries as koc_pages
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MergeCard, MergeRefused
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.promotions import operations as promotions
from zhiyin.flows import settlement
from zhiyin.storage.tenancy import brand_tx

SHOWS, FOLLOWS, ORDERS = "shows", "follows", "orders"
"""Kinds of rows that a merge moves in the rooms above; each room below names its own."""


def merge_members(*, brand_id: UUID, survivor_id: UUID, absorbed_id: UUID, now: datetime) -> UUID:
    """Let one member stand for two. Returns the merge's id, by which it can be undone.

    Moves identities, needs with their boards, buyer shows, orders with all that hangs on them, uses
    of promotions and seats, and the roles, consents, facts, tags, follows, coupons, addresses and
    lines of the cart that the survivor lacks; a limit for each person counts both from now on.
    Votes and conversations stay under the member who made them; a download and a deletion cover
    every member of the person. A KOC is not absorbed: her page and the questions put to her would
    be nobody's; nor is whoever earns, whose money is under her name: let her be the survivor. What
    she earned on orders that turn out to be her own is taken back, and stays so if it is undone.
    Raises MergeRefused.
    """
    with brand_tx(brand_id):
        merge_id = members.merge(
            brand_id=brand_id, survivor_id=survivor_id, absorbed_id=absorbed_id, now=now
        )
        if koc_pages.koc_of_member(brand_id=brand_id, member_id=absorbed_id) is not None:
            raise MergeRefused(absorbed="koc")
        if earned.has_earned(brand_id=brand_id, member_id=absorbed_id):
            raise MergeRefused(absorbed="promoter")
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
        both = {"brand_id": brand_id, "from_id": absorbed_id, "to_id": survivor_id}
        moved |= orders.move_buyer(**both)
        settlement.follow_merged(
            brand_id=brand_id, member_id=survivor_id, order_ids=moved[ORDERS], now=now
        )
        moved |= promotions.move_buyer(**both)
        moved |= {SHOWS: content.move_author(**both), FOLLOWS: kocs.move_follows(**both)}
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
        both = {"brand_id": brand_id, "from_id": undone.survivor_id, "to_id": undone.absorbed_id}
        orders.move_buyer_back(moved=undone.moved, **both)
        promotions.move_buyer_back(moved=undone.moved, **both)
        content.move_author_back(show_ids=_ids(undone, SHOWS), **both)
        kocs.move_follows_back(follow_ids=_ids(undone, FOLLOWS), **both)


def _ids(merge: MergeCard, kind: str) -> list[UUID]:
    return [UUID(row_id) for row_id in merge.moved.get(kind, ())]
