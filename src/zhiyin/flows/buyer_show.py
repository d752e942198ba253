"""A member shows what she bought: pictures, size, verdict, words; a person publishes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import BODY_SLOTS
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as shows
from zhiyin.domain.content.types import (
    FitVerdict,
    ShowFacts,
    ShowSource,
    ShowState,
    ShowWritten,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import PurchaseCard
from zhiyin.kit.text import clean_block
from zhiyin.storage.media import CleanImage, MediaRef, MediaStore
from zhiyin.storage.tenancy import brand_tx

WORDS_CHARS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wearing:
    """What she says of a thing she wore. `rights_granted`: the brand may show it here."""

    size_code: int
    color: str
    fit: FitVerdict | None
    words: str
    language: str
    rights_granted: bool


def show(
    *,
    brand_id: UUID,
    member_id: UUID,
    product_id: UUID,
    wearing: Wearing,
    pictures: Sequence[CleanImage],
    media: MediaStore,
    now: datetime,
    line_id: UUID | None = None,
) -> UUID:
    """Keep a member's show until a person of the brand has looked at it. Returns its id.

    It rests on a purchase of hers of that product (with `line_id`, on that line of an order of
    hers), which has one show unless the first was refused; the body facts she agreed to keep go
    with it. A refused show, and one that could not be kept, leave no picture behind.
    Raises ProductNotFound, ShowNotVerified, ShowWritten, MemberNotFound, TextTooLong, TextHasNul.
    """
    words = clean_block(wearing.words, WORDS_CHARS_MAX)
    refs = [MediaRef.of(picture) for picture in pictures]
    try:
        with brand_tx(brand_id):
            members.hold_member(brand_id=brand_id, member_id=member_id)
            facts = _facts(brand_id, member_id, product_id, wearing, words, refs, now, line_id)
            if facts.purchase_id:
                _check_unwritten(brand_id, facts.purchase_id)
                # Held while they are stored, so that no erasure takes one for nobody's meanwhile.
                content.hold_pictures(brand_id=brand_id, refs=[str(ref) for ref in refs])
                for picture in pictures:
                    media.save(brand_id, picture)
            return content.save_shows(
                brand_id=brand_id, shows=[facts], state=ShowState.PENDING, now=now
            )[0]
    except Exception:
        for ref in refs:
            _drop(brand_id, ref, media)
        raise


def bought(
    *, brand_id: UUID, member_id: UUID, product: ProductCard, line_id: UUID | None = None
) -> PurchaseCard | None:
    """Her last purchase of a product, under whichever of her accounts, or that line; or None.

    Three queries, inside the caller's tx.
    """
    herself = people.person_ids(brand_id=brand_id, member_id=member_id)
    return orders.last_purchase(
        brand_id=brand_id,
        member_ids=herself,
        sku_ids=[sku.id for sku in product.skus],
        line_id=line_id,
    )


def _check_unwritten(brand_id: UUID, purchase_id: UUID) -> None:
    written = shows.shows_of_purchases(brand_id=brand_id, purchase_ids=[purchase_id])
    if written.get(purchase_id, ShowState.REFUSED) is not ShowState.REFUSED:
        raise ShowWritten(purchase_id=purchase_id)


def _facts(
    brand_id: UUID,
    member_id: UUID,
    product_id: UUID,
    wearing: Wearing,
    words: str,
    refs: Sequence[MediaRef],
    now: datetime,
    line_id: UUID | None,
) -> ShowFacts:
    product = catalog.product(brand_id=brand_id, product_id=product_id)
    purchase = bought(brand_id=brand_id, member_id=member_id, product=product, line_id=line_id)
    koc = kocs.koc_of_member(brand_id=brand_id, member_id=member_id)
    is_english = wearing.language.startswith("en")
    return ShowFacts(
        product_id=product_id,
        size_code=wearing.size_code,
        color=wearing.color,
        worn_at=now,
        source=ShowSource.PURCHASE,
        purchase_id=purchase.id if purchase else None,
        author_id=member_id,
        koc_id=koc.id if koc else None,
        fit=wearing.fit,
        text_zh="" if is_english else words,
        text_en=words if is_english else "",
        facts=_snapshot(brand_id, member_id),
        media_refs=tuple(str(ref) for ref in refs),
        rights_granted=wearing.rights_granted,
    )


def _drop(brand_id: UUID, ref: MediaRef, media: MediaStore) -> None:
    """Delete a picture, unless a show that was kept has it too."""
    with brand_tx(brand_id):
        content.hold_pictures(brand_id=brand_id, refs=[str(ref)])
        if not shows.media_of_others(brand_id=brand_id, member_ids=[], refs=[str(ref)]):
            media.delete(brand_id, ref)


def _snapshot(brand_id: UUID, member_id: UUID) -> dict[str, object]:
    """The body facts that stand under her consent at this moment."""
    return {
        trait.slot: trait.value
        for trait in kept.traits_of(brand_id=brand_id, member_id=member_id)
        if trait.slot in BODY_SLOTS and trait.consent_id is not None
    }
