"""She leaves: what is hers beside the orders themselves goes, what the law keeps names nobody."""

from uuid import UUID

from zhiyin.domain.orders.operations.addresses import forget_addresses
from zhiyin.domain.orders.operations.case_photos import forget_case_photos
from zhiyin.domain.orders.operations.cases import forget_words
from zhiyin.domain.orders.operations.invoices import forget_titles
from zhiyin.domain.orders.operations.notices import forget_notices


def forget_after_sales(*, brand_id: UUID, member_id: UUID) -> None:
    """Her address book, her words and photos in cases, her invoices' titles and what she was told.

    The caller has deleted the files of the photos. Repeatable.
    """
    forget_addresses(brand_id=brand_id, member_id=member_id)
    forget_words(brand_id=brand_id, member_id=member_id)
    forget_case_photos(brand_id=brand_id, member_id=member_id)
    forget_titles(brand_id=brand_id, member_id=member_id)
    forget_notices(brand_id=brand_id, member_id=member_id)
