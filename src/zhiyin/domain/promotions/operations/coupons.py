"""Coupons that come into a member's hand: claimed from a page, or by a code that she types."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.domain.promotions.checks import CODE, CODE_TRIES, plain_code
from zhiyin.domain.promotions.models import Claim, CodeTry
from zhiyin.domain.promotions.types import CouponNotClaimable, TooManyCodes
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one

CLAIM = """
    WITH coupon AS (
        SELECT id FROM promotions_promotion
        WHERE brand_id = %(brand_id)s AND kind = 'coupon' AND stopped_at IS NULL
          AND starts_at <= %(now)s AND %(now)s < ends_at
          AND (most_uses IS NULL OR used < most_uses)
          AND CASE WHEN %(code)s = '' THEN id = %(coupon_id)s AND is_claimable
              ELSE code = %(code)s END
    ), claimed AS (
        INSERT INTO promotions_claim (id, brand_id, promotion_id, member_id, claimed_at)
        SELECT %(claim_id)s, %(brand_id)s, id, %(member_id)s, %(now)s FROM coupon
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT coupon.id, claimed.id IS NOT NULL FROM coupon LEFT JOIN claimed ON true
"""
TRY_CODE = """
    INSERT INTO promotions_codetry AS tried (id, brand_id, member_id, hour, tries)
    VALUES (%(try_id)s, %(brand_id)s, %(member_id)s, date_trunc('hour', %(now)s::timestamptz), 1)
    ON CONFLICT (brand_id, member_id, hour) DO UPDATE SET tries = tried.tries + 1
    WHERE tried.tries < %(most)s
    RETURNING tries
"""
TAKE_TRY_BACK = """
    UPDATE promotions_codetry SET tries = tries - 1
    WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s
      AND hour = date_trunc('hour', %(now)s::timestamptz)
    RETURNING tries
"""


def claim(*, brand_id: UUID, coupon_id: UUID, member_id: UUID, now: datetime) -> bool:
    """Put a coupon that is for claiming into her hand. False if it is there already.

    Raises CouponNotClaimable: it does not run, has nothing left, or is not for claiming.
    """
    row = _claim(brand_id, member_id, now, coupon_id=coupon_id)
    if row is None:
        raise CouponNotClaimable(coupon_id=coupon_id)
    return row[1]


@transaction.atomic
def claim_by_code(*, brand_id: UUID, code: str, member_id: UUID, now: datetime) -> UUID | None:
    """Put the coupon of a typed code into her hand and return its id; None when none runs by it.

    A try is counted before the code is looked up, and taken back if it was right, so that guessing
    ends after CODE_TRIES an hour whatever runs at the same time. The caller commits a None.
    Raises TooManyCodes.
    """
    said = plain_code(code)
    at = {"brand_id": brand_id, "member_id": member_id, "now": now}
    if one(TRY_CODE, try_id=uuid7(), most=CODE_TRIES, **at) is None:
        raise TooManyCodes(most=CODE_TRIES)
    row = _claim(brand_id, member_id, now, code=said) if CODE.fullmatch(said) else None
    if row is None:
        return None
    one(TAKE_TRY_BACK, **at)
    return row[0]


def forget_code_tries(*, brand_id: UUID, before: datetime) -> int:
    """Delete counts of tries of earlier hours, which no limit needs. Returns how many."""
    gone, _ = CodeTry.objects.filter(brand_id=brand_id, hour__lt=before).delete()
    return gone


def erase_member(*, brand_id: UUID, member_id: UUID) -> None:
    """Delete the coupons in a member's hand and her tries. May be repeated.

    What her orders used and the seats that she had stay, as her purchases do, and name nobody.
    """
    Claim.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    CodeTry.objects.filter(brand_id=brand_id, member_id=member_id).delete()


def _claim(
    brand_id: UUID,
    member_id: UUID,
    now: datetime,
    *,
    coupon_id: UUID | None = None,
    code: str = "",
) -> tuple[UUID, bool] | None:
    row = one(
        CLAIM,
        brand_id=brand_id,
        coupon_id=coupon_id,
        code=code,
        member_id=member_id,
        claim_id=uuid7(),
        now=now,
    )
    return None if row is None else (row[0], row[1])
