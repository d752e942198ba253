"""Who may earn: she joins, free of charge, and leaves."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.commissions.models import Promoter
from zhiyin.domain.commissions.types import AlreadyPromoter, Earner, PromoterNotFound
from zhiyin.kit.ids import uuid7


def enrol(
    *,
    brand_id: UUID,
    member_id: UUID,
    earner: Earner,
    now: datetime,
    koc_id: UUID | None = None,
    user_id: int | None = None,
    introduced_by: UUID | None = None,
) -> UUID:
    """Let a member earn from now on. Returns the promoter's id.

    `koc_id` is her profile, if she earns as a KOC; `user_id` her account in the console, if as
    staff; `introduced_by` is the promoter who brought her, if one did. It is never changed.
    Raises AlreadyPromoter (she, this KOC or this account), PromoterNotFound (who introduced her).
    """
    if introduced_by is not None:
        _check_there(brand_id, introduced_by)
    try:
        with transaction.atomic():
            row = Promoter.objects.create(
                id=uuid7(),
                brand_id=brand_id,
                member_id=member_id,
                earner=earner,
                koc_id=koc_id,
                user_id=user_id,
                introduced_by_id=introduced_by,
                since=now,
            )
    except IntegrityError as refused:
        if "promoter" not in str(refused) or "once" not in str(refused):
            raise
        raise AlreadyPromoter(member_id=member_id) from None
    return row.id


def leave(*, brand_id: UUID, promoter_id: UUID, now: datetime) -> bool:
    """She earns no more from now on; what she earned stays hers. False if she has left already.

    Raises PromoterNotFound.
    """
    rows = Promoter.objects.filter(brand_id=brand_id, id=promoter_id)
    if rows.filter(until__isnull=True).update(until=now):
        return True
    if not rows.exists():
        raise PromoterNotFound(promoter_id=promoter_id)
    return False


def leave_all(*, brand_id: UUID, member_id: UUID, now: datetime) -> None:
    """She earns no more, as whatever she did. Safe to repeat."""
    rows = Promoter.objects.filter(brand_id=brand_id, member_id=member_id, until__isnull=True)
    rows.update(until=now)


def _check_there(brand_id: UUID, promoter_id: UUID) -> None:
    there = Promoter.objects.filter(brand_id=brand_id, id=promoter_id, until__isnull=True)
    if not there.exists():
        raise PromoterNotFound(promoter_id=promoter_id)
