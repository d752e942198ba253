"""Two members found to be one person: her coupons, and how much she has had of what is limited."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from zhiyin.domain.promotions.models import Claim, Group, Seat, Use
from zhiyin.domain.promotions.types import SeatState
from zhiyin.storage.sql import many, run

CLAIMS, USES, SEATS = "coupon_claims", "promotion_uses", "seats"

CONCERNED = """
    SELECT DISTINCT promotion_id FROM promotions_tally
    WHERE brand_id = %(brand_id)s AND member_id = ANY(%(member_ids)s)
    ORDER BY promotion_id
"""
OPEN_TALLIES = """
    INSERT INTO promotions_tally (id, brand_id, promotion_id, member_id, used, most)
    SELECT gen_random_uuid(), %(brand_id)s, tally.promotion_id, %(member_id)s, 0, max(tally.most)
    FROM promotions_tally tally
    WHERE tally.brand_id = %(brand_id)s AND tally.promotion_id = ANY(%(promotion_ids)s)
      AND tally.member_id = ANY(%(member_ids)s)
    GROUP BY tally.promotion_id
    ORDER BY tally.promotion_id
    ON CONFLICT DO NOTHING
"""
LOCK_TALLIES = """
    SELECT id FROM promotions_tally
    WHERE brand_id = %(brand_id)s AND promotion_id = ANY(%(promotion_ids)s)
      AND member_id = ANY(%(member_ids)s)
    ORDER BY promotion_id, member_id
    FOR NO KEY UPDATE
"""
RECOUNT = """
    UPDATE promotions_tally tally SET used = had.pieces, most = greatest(tally.most, had.pieces)
    FROM (
        SELECT counted.id, (
            SELECT coalesce(sum(held.pieces), 0)::int FROM promotions_use held
            WHERE held.brand_id = %(brand_id)s AND held.promotion_id = counted.promotion_id
              AND held.member_id = counted.member_id AND held.released_at IS NULL
        ) + (
            SELECT count(*)::int FROM promotions_seat seat
            JOIN promotions_group held
              ON held.brand_id = seat.brand_id AND held.id = seat.group_id
            WHERE seat.brand_id = %(brand_id)s AND held.group_buy_id = counted.promotion_id
              AND seat.member_id = counted.member_id AND seat.state IN ('taken', 'paid')
        ) AS pieces
        FROM promotions_tally counted
        WHERE counted.brand_id = %(brand_id)s AND counted.promotion_id = ANY(%(promotion_ids)s)
          AND counted.member_id = ANY(%(member_ids)s)
    ) had
    WHERE tally.brand_id = %(brand_id)s AND tally.id = had.id
"""
"""The rows are locked before they are counted, in a statement of its own: whoever uses one of
these promotions meanwhile waits for his row, and adds to what was counted.
"""


def move_buyer(*, brand_id: UUID, from_id: UUID, to_id: UUID) -> dict[str, list[UUID]]:
    """Let one member's coupons, uses and seats be another's, for a merge. Returns what moved.

    A person's limit counts both from now on: what they had together may be above it, and then
    she gets no more. A coupon that the other holds, and a seat beside hers, stay.
    """
    theirs = Claim.objects.filter(brand_id=brand_id, member_id=to_id)
    claims = Claim.objects.filter(brand_id=brand_id, member_id=from_id).exclude(
        promotion_id__in=theirs.values("promotion_id")
    )
    uses = Use.objects.filter(brand_id=brand_id, member_id=from_id)
    beside = Seat.objects.filter(
        brand_id=brand_id, member_id=to_id, state__in=[SeatState.TAKEN, SeatState.PAID]
    )
    _hold_groups(brand_id, (from_id, to_id))
    seats = Seat.objects.filter(brand_id=brand_id, member_id=from_id).exclude(
        group_id__in=beside.values("group_id")
    )
    moved = {
        CLAIMS: list(claims.order_by("id").values_list("id", flat=True)),
        USES: list(uses.order_by("id").values_list("id", flat=True)),
        SEATS: list(seats.order_by("id").values_list("id", flat=True)),
    }
    _give(brand_id, moved, from_id, to_id)
    return moved


def move_buyer_back(
    *, brand_id: UUID, moved: Mapping[str, Sequence[str]], from_id: UUID, to_id: UUID
) -> None:
    """Undo `move_buyer`: exactly that, and the limits count the two apart again."""
    _hold_groups(brand_id, (from_id, to_id))
    ids = {kind: [UUID(one) for one in moved.get(kind, ())] for kind in (CLAIMS, USES, SEATS)}
    _give(brand_id, ids, from_id, to_id)


def _hold_groups(brand_id: UUID, member_ids: Sequence[UUID]) -> None:
    """The groups they sit in, before anything that promotions count, as everybody locks them."""
    sitting = Seat.objects.filter(brand_id=brand_id, member_id__in=member_ids)
    held = Group.objects.filter(brand_id=brand_id, id__in=sitting.values("group_id"))
    list(held.order_by("id").select_for_update(no_key=True).values_list("id"))


def _give(brand_id: UUID, moved: Mapping[str, Sequence[UUID]], from_id: UUID, to_id: UUID) -> None:
    for kind, model in ((CLAIMS, Claim), (USES, Use), (SEATS, Seat)):
        model.objects.filter(brand_id=brand_id, id__in=moved[kind], member_id=from_id).update(
            member_id=to_id
        )
    both = {"brand_id": brand_id, "member_ids": [from_id, to_id]}
    concerned = [row[0] for row in many(CONCERNED, **both)]
    if not concerned:
        return
    of = both | {"promotion_ids": concerned}
    run(OPEN_TALLIES, member_id=to_id, **of)
    many(LOCK_TALLIES, **of)
    run(RECOUNT, **of)
