"""Promotions as an operator sets them up: listed, read, set up, changed, stopped."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import AfterValidator, AwareDatetime, Field

from zhiyin.domain.catalog.types import Category
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.types import (
    AnyFacts,
    CouponFacts,
    Delivery,
    FlashSaleFacts,
    GroupBuyFacts,
    PromotionCard,
    PromotionKind,
    PromotionState,
    Terms,
    TrialFacts,
)
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.goods_named import sku_named, skus_by_id, store_codes, store_named
from zhiyin.interfaces.api.once import once
from zhiyin.interfaces.api.shapes import Code, In, Listed, Name, PageQuery, answers, chars, plain

router = Router(tags=["promotions"])
FEN_MAX = 10**11
COUNT_MAX = 10**9
STORES_MAX = 500

Fen = Annotated[int, Field(ge=1, le=FEN_MAX, strict=True)]
Count = Annotated[int, Field(ge=1, le=COUNT_MAX, strict=True)]
Few = Annotated[int, Field(ge=1, le=1_000, strict=True)]


def in_milliseconds(at: datetime) -> datetime:
    """A moment as answers give it: to the millisecond, so that what was read may be said again."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)


Moment = Annotated[AwareDatetime, AfterValidator(in_milliseconds)]


class PromotionIn(In):
    """Of any promotion. No stores: every store, and parcels; no deliveries: either way.

    A limit that is left out is none. What is bought in a window is bought at its terms.
    """

    name_zh: Name
    name_en: Name
    starts_at: Moment
    ends_at: Moment
    store_codes: list[Code] = Field(default_factory=list, max_length=STORES_MAX)
    deliveries: list[Delivery] = Field(default_factory=list, max_length=2)
    is_for_new_customers: bool = False
    per_person: Count | None = None


class GroupBuyIn(PromotionIn):
    """So many people pay this price for a piece each, or nobody does."""

    kind: Literal["group_buy"]
    sku_codes: list[Code] = Field(min_length=1, max_length=100)
    price_fen: Fen
    seats: Few
    open_hours: Few
    most_pieces: Few | None = None
    takes_coupons: bool = True


class FlashSaleIn(PromotionIn):
    """One SKU at another price, as long as `most_uses` pieces last."""

    kind: Literal["flash"]
    sku_code: Code
    price_fen: Fen
    most_uses: Count | None = None
    takes_coupons: bool = True


class TrialIn(PromotionIn):
    """A piece to try at a small price: one a person, once."""

    kind: Literal["trial"]
    sku_codes: list[Code] = Field(min_length=1, max_length=100)
    price_fen: Fen
    most_uses: Count | None = None
    takes_coupons: bool = False


class CouponIn(PromotionIn):
    """An amount or a rate off (one of the two). By a code, for claiming, or both."""

    kind: Literal["coupon"]
    off_fen: Fen | None = None
    off_bps: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    most_off_fen: Fen | None = None
    from_fen: Annotated[int, Field(ge=0, le=FEN_MAX, strict=True)] = 0
    categories: list[Category] = Field(default_factory=list, max_length=50)
    is_stackable: bool = False
    is_claimable: bool = False
    code: chars(40) = ""  # type: ignore[valid-type]
    most_uses: Count | None = None


AnyPromotionIn = Annotated[
    GroupBuyIn | FlashSaleIn | TrialIn | CouponIn, Field(discriminator="kind")
]


class Said(In):
    """A promotion of one of the four kinds."""

    promotion: AnyPromotionIn


class PromotionsQuery(PageQuery):
    kind: PromotionKind | None = None
    state: PromotionState | None = None


@router.get("/promotions", response=answers(Listed))
@in_brand
def list_promotions(request: ApiRequest, query: Query[PromotionsQuery]) -> Any:
    """Promotions, the latest start first, with what came of them."""
    page = queries.promotions(
        brand_id=request.brand.id,
        kind=query.kind,
        state=query.state,
        now=request.now,
        offset=query.offset,
        limit=query.limit,
    )
    return {"items": promotions_json(request, page.promotions), "total": page.total}


@router.get("/promotions/{promotion_id}", response=answers(dict))
@in_brand
def get_promotion(request: ApiRequest, promotion_id: UUID) -> Any:
    """One promotion, and who set it up, changed or stopped it."""
    moves = queries.moves(brand_id=request.brand.id, promotion_id=promotion_id)
    return _card(request, promotion_id) | {"history": [plain(one) for one in moves]}


@router.post("/promotions", response=answers(dict))
@in_brand
@once
def create_promotion(request: ApiRequest, said: Said) -> Any:
    """Set one up. 409: two flash sales of a SKU at once, or a code that another coupon has."""
    made = operations.create(
        brand_id=request.brand.id,
        facts=_facts(request, said.promotion),
        user_id=None,
        now=request.now,
    )
    return _card(request, made)


@router.put("/promotions/{promotion_id}", response=answers(dict))
@in_brand
def change_promotion(request: ApiRequest, promotion_id: UUID, said: Said) -> Any:
    """Say it anew. 409 `promotion_terms_fixed`: it runs, and people bought on these terms."""
    operations.change(
        brand_id=request.brand.id,
        promotion_id=promotion_id,
        facts=_facts(request, said.promotion),
        user_id=None,
        now=request.now,
    )
    return _card(request, promotion_id)


@router.post("/promotions/{promotion_id}/stop", response=answers(dict))
@in_brand
@once
def stop_promotion(request: ApiRequest, promotion_id: UUID) -> Any:
    """End it now; groups that are open keep their price. 409: it had ended."""
    operations.stop(
        brand_id=request.brand.id, promotion_id=promotion_id, user_id=None, now=request.now
    )
    return _card(request, promotion_id)


def promotions_json(request: ApiRequest, cards: tuple[PromotionCard, ...]) -> list[dict[str, Any]]:
    """Promotions by the codes that the brand's developer knows. Two queries for all of them."""
    skus = skus_by_id(request, {sku_id for card in cards for sku_id in card.sku_ids})
    names = store_codes(request, (one for card in cards for one in card.terms.store_ids))
    return [
        terms_json(card.terms, names)
        | {
            "state": card.state.value,
            "sku_codes": sorted(skus[one] for one in card.sku_ids if one in skus),
            "counts": plain(card.counts),
        }
        for card in cards
    ]


def terms_json(terms: Terms, names: dict[UUID, str]) -> dict[str, Any]:
    """The terms of a promotion; stores that are closed since are left out."""
    said = plain(terms)
    said.pop("store_ids")
    return said | {"store_codes": [names[one] for one in terms.store_ids if one in names]}


def _card(request: ApiRequest, promotion_id: UUID) -> dict[str, Any]:
    card = queries.promotion(brand_id=request.brand.id, promotion_id=promotion_id, now=request.now)
    return promotions_json(request, (card,))[0]


def _facts(request: ApiRequest, said: Any) -> AnyFacts:
    """What was said, with the brand's own goods and stores. Raises SkuNotFound, StoreNotFound."""
    facts: dict[str, Any] = said.dict(exclude={"kind", "store_codes", "sku_codes", "sku_code"})
    facts["store_ids"] = [store_named(request, code) for code in said.store_codes]
    match said:
        case GroupBuyIn():
            return GroupBuyFacts(sku_ids=_skus(request, said.sku_codes), **facts)
        case FlashSaleIn():
            return FlashSaleFacts(sku_id=sku_named(request, said.sku_code), **facts)
        case TrialIn():
            return TrialFacts(sku_ids=_skus(request, said.sku_codes), **facts)
        case _:
            return CouponFacts(**facts)


def _skus(request: ApiRequest, codes: list[str]) -> list[UUID]:
    return [sku_named(request, code) for code in codes]
