"""A brand's additions to the shipped taxonomy, one version after another."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.audience.kept import TaxonomyConflict
from zhiyin.domain.audience.models import TaxonomyVersion
from zhiyin.domain.audience.rules import extended


def save_taxonomy(
    *,
    brand_id: UUID,
    category: str,
    extension: Mapping[str, object],
    based_on: int,
    user_id: int | None,
    now: datetime,
) -> int:
    """Keep an edit of a category's extension as its next version. Returns the version.

    `based_on` is the version that the editor saw (0: the shipped one). Whoever saves second is
    told so and loses nothing: her edit is still on her screen. An extension that the reader
    could not use is refused. Raises TaxonomyConflict, TaxonomyMalformed, CategoryUnknown.
    """
    extended(category, based_on + 1, extension)
    current = (
        TaxonomyVersion.objects.filter(brand_id=brand_id, category=category)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
        or 0
    )
    if based_on != current:
        raise TaxonomyConflict(current=current, based_on=based_on)
    try:
        with transaction.atomic():
            TaxonomyVersion.objects.create(
                brand_id=brand_id,
                category=category,
                version=current + 1,
                extension=dict(extension),
                edited_by_id=user_id,
                edited_at=now,
            )
    except IntegrityError:
        raise TaxonomyConflict(current=current + 1, based_on=based_on) from None
    return current + 1
