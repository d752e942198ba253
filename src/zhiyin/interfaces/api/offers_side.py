"""What is on offer to a shopper: promotions of a product, groups to join, coupons to hold."""

from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from ninja import Router
from ninja.responses import Status
from pydantic import Field

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductNotFound
from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.types import CouponCard, GroupCard, PromotionState
from zhiyin.flows import purchase
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.goods_named import skus_by_id, store_codes
from zhiyin.interfaces.api.once import once, once_if_keyed
from zhiyin.interfaces.api.opening import member_named
from zhiyin.interfaces.api.orders_side import refund_json
from zhiyin.interfaces.api.promotions_side import promotions_json, terms_json
from zhiyin.interfaces.api.refusing import problem
from zhiyin.interfaces.api.shapes import Code, In, Listed, Reason, answers, chars, plain
from zhiyin.kit.errors import DomainError, Kind

router = Router(tags=["offers"])


class CouponCodeUnknown(DomainError):
    """No coupon runs by this code. After ten such tries an hour has to pass."""

    code: ClassVar[str] = "coupon_code_unknown"
    kind: ClassVar[Kind] = Kind.MISSING


class ClaimIn(In):
    """A coupon that is for claiming, by its id; or one by the code that she typed."""

    coupon_id: UUID | None = None
    code: chars(40) = Field("")  # type: ignore[valid-type]


class SeatBackIn(In):
    """Why she wants her seat back."""

    reason: Reason


@router.get("/products/{code}/offers", response=answers(dict))
@in_brand
def list_product_offers(request: ApiRequest, code: Code) -> Any:
    """What runs for a product now, and the groups of it that somebody paid in and may be joined."""
    brand_id = request.brand.id
    found = catalog.product_ids_by_code(brand_id=brand_id, codes=[code])
    if code not in found:
        raise ProductNotFound(code=code)
    sku_ids = [sku.id for sku in catalog.product(brand_id=brand_id, product_id=found[code]).skus]
    running = queries.promotions(
        brand_id=brand_id, state=PromotionState.RUNNING, sku_ids=sku_ids, now=request.now
    )
    groups = queries.open_groups(brand_id=brand_id, sku_ids=sku_ids, now=request.now)
    return {
        "promotions": promotions_json(request, running.promotions),
        "groups": [_group(one) for one in groups],
    }


@router.get("/groups/{group_id}", response=answers(dict))
@in_brand
def get_group(request: ApiRequest, group_id: UUID) -> Any:
    """One group: how many have paid and when, and how long is left. Who they are is not said."""
    page = queries.group_page(brand_id=request.brand.id, group_id=group_id, now=request.now)
    skus = skus_by_id(request, page.sku_ids)
    return _group(page.card) | {
        "state": page.state.value,
        "opened_at": page.opened_at,
        "seconds_left": page.seconds_left,
        "paid_at": [one.joined_at for one in page.joined],
        "sku_codes": sorted(skus.values()),
    }


@router.post("/members/{external_id}/orders/{order_id}/seat-back", response=answers(dict))
@in_brand
@once
def give_seat_back(request: ApiRequest, external_id: Code, order_id: UUID, said: SeatBackIn) -> Any:
    """Give a paid seat back before its group is complete: all of the money goes back.

    409: the group is complete or over, or the seat is not paid.
    """
    refund = purchase.give_seat_back(
        brand_id=request.brand.id,
        order_id=order_id,
        member_id=member_named(request, external_id),
        reason=said.reason,
        now=request.now,
    )
    return refund_json(refund)


@router.get("/members/{external_id}/coupons", response=answers(Listed))
@in_brand
def list_her_coupons(request: ApiRequest, external_id: Code) -> Any:
    """The coupons in her hand, soonest to end first; `why_not` says why one cannot be used."""
    found = queries.my_coupons(
        brand_id=request.brand.id, member_id=member_named(request, external_id), now=request.now
    )
    return _coupons(request, found)


@router.get("/members/{external_id}/coupons/to-claim", response=answers(Listed))
@in_brand
def list_coupons_to_claim(request: ApiRequest, external_id: Code) -> Any:
    """The coupons that run, are for claiming and not in her hand yet."""
    found = queries.coupons_to_claim(
        brand_id=request.brand.id, member_id=member_named(request, external_id), now=request.now
    )
    return _coupons(request, found)


@router.post("/members/{external_id}/coupons", response=answers(Listed))
@in_brand
@once_if_keyed
def claim_coupon(request: ApiRequest, external_id: Code, said: ClaimIn) -> Any:
    """Put a coupon into her hand; once is enough. Her coupons afterwards.

    404 `coupon_code_unknown`: no coupon runs by this code; ten such tries an hour, then 429.
    409: it is not for claiming, or nothing of it is left.
    """
    who = {"brand_id": request.brand.id, "member_id": member_named(request, external_id)}
    if said.coupon_id is not None:
        operations.claim(coupon_id=said.coupon_id, now=request.now, **who)
    elif operations.claim_by_code(code=said.code, now=request.now, **who) is None:
        # not raised: the try counts
        return Status(HTTPStatus.NOT_FOUND, problem(CouponCodeUnknown()))
    return _coupons(request, queries.my_coupons(now=request.now, **who))


def _group(card: GroupCard) -> dict[str, Any]:
    said = plain(card)
    said.pop("opened_by", None)
    return said


def _coupons(request: ApiRequest, found: tuple[CouponCard, ...]) -> dict[str, Any]:
    names = store_codes(request, (one for card in found for one in card.terms.store_ids))
    rows = [
        terms_json(card.terms, names)
        | {
            "claimed_at": card.claimed_at,
            "times_used": card.used,
            "why_not": card.why_not.value if card.why_not else None,
        }
        for card in found
    ]
    return {"items": rows, "total": len(rows)}
