"""Her photos of a case: named in order, and forgotten with her. The files are the journey's."""

from collections.abc import Sequence
from uuid import UUID

from zhiyin.domain.orders.care import MOST_CASE_PHOTOS, CaseRefused
from zhiyin.domain.orders.models import CasePhoto


def add_case_photos(*, brand_id: UUID, case_id: UUID, refs: Sequence[str]) -> None:
    """Name the photos of a case that was opened in this transaction. Raises CaseRefused."""
    if len(refs) > MOST_CASE_PHOTOS:
        raise CaseRefused(field="photos", most=MOST_CASE_PHOTOS)
    CasePhoto.objects.bulk_create(
        CasePhoto(brand_id=brand_id, case_id=case_id, place=place, ref=ref)
        for place, ref in enumerate(refs, start=1)
    )


def forget_case_photos(*, brand_id: UUID, member_id: UUID) -> int:
    """No case of hers names a photo any more; the caller has deleted the files."""
    return CasePhoto.objects.filter(brand_id=brand_id, case__member_id=member_id).delete()[0]
