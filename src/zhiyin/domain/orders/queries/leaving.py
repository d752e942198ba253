"""What is hers beside the orders themselves, opened, for her download."""

from dataclasses import asdict
from uuid import UUID

from zhiyin.domain.orders.queries.addresses import addresses_of
from zhiyin.domain.orders.queries.cases import case_photos, case_words, cases_of_member
from zhiyin.domain.orders.queries.invoices import invoices_of_member, title_of
from zhiyin.domain.orders.queries.notices import notices


def export_after_sales(*, brand_id: UUID, member_id: UUID) -> dict[str, object]:
    """Her addresses, cases with her words, invoices with their titles, and what she was told."""
    own = {"brand_id": brand_id, "member_id": member_id}
    return {
        "addresses": [asdict(one) for one in addresses_of(**own)],
        "cases": [
            asdict(one)
            | {
                "words": case_words(brand_id=brand_id, case_id=one.id),
                "photos": case_photos(brand_id=brand_id, case_id=one.id),
            }
            for one in cases_of_member(**own, limit=1_000).cases
        ],
        "invoices": [
            asdict(one) | {"title": title_of(brand_id=brand_id, invoice_id=one.id)}
            for one in invoices_of_member(**own)
        ],
        "notices": [
            {
                "kind": one.kind,
                "order": one.order.number,
                "at": one.at,
                "seen_at": one.seen_at,
            }
            for one in notices(brand_id=brand_id, member_ids=[member_id], limit=1_000).notices
        ],
    }
