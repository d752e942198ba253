"""After-sales cases: a shopper asks, the brand decides in time, goods and money go back."""

from typing import Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from zhiyin.domain.brands.types import Role
from zhiyin.domain.members.types import Opened
from zhiyin.domain.orders import operations as order_writes
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.care import (
    TRACKING_CHARS_MAX,
    WORDS_CHARS_MAX,
    Carrier,
    CaseAsked,
    CaseCard,
    CaseKind,
    CaseReason,
    CaseState,
    GoingBack,
    Turn,
)
from zhiyin.domain.orders.types import MOST_LINES
from zhiyin.flows.purchase import cases
from zhiyin.interfaces.api.access import ApiRequest, KeyRoleRefused, in_brand
from zhiyin.interfaces.api.goods_named import Pieces, store_named
from zhiyin.interfaces.api.once import Once, once
from zhiyin.interfaces.api.opening import member_named, note_read
from zhiyin.interfaces.api.orders_side import LineKey
from zhiyin.interfaces.api.shapes import (
    Code,
    In,
    Listed,
    PageQuery,
    Reason,
    answers,
    chars,
    plain,
)
from zhiyin.interfaces.matrix import Actor

router = Router(tags=["after-sales"])


class CaseIn(In):
    """`pieces` by the key of a line. `going_back` says how goods come, if they do."""

    kind: CaseKind
    reason: CaseReason
    pieces: dict[LineKey, Pieces] = Field(min_length=1, max_length=MOST_LINES)
    going_back: GoingBack = GoingBack.NONE
    words: chars(WORDS_CHARS_MAX) = ""  # type: ignore[valid-type]


class GoodsSentIn(In):
    """The parcel in which she sends the goods back."""

    carrier: Carrier
    tracking_no: chars(TRACKING_CHARS_MAX, least=1)  # type: ignore[valid-type]


class RefusalIn(In):
    """Why not, in words that she reads."""

    answer: Reason


class GoodsBackIn(In):
    """`restock`: they are as new, and lie on the shelf of `store_code`, or of where they left."""

    restock: bool
    store_code: Code | None = None


class CasesQuery(PageQuery):
    """`turn` is who has to act next."""

    turn: Turn | None = None
    is_open: bool | None = None
    store_code: Code | None = None


@router.get("/members/{external_id}/cases", response=answers(Listed))
@in_brand
def list_her_cases(request: ApiRequest, external_id: Code, query: Query[PageQuery]) -> Any:
    """Her cases, the newest first, each with whose turn it is and until when."""
    found = orders.cases_of_member(
        brand_id=request.brand.id,
        member_id=member_named(request, external_id),
        offset=query.offset,
        limit=query.limit,
    )
    return {"items": [_case(one) for one in found.cases], "total": found.total}


@router.post("/members/{external_id}/orders/{order_id}/cases", response=answers(dict))
@in_brand
@once
def open_case(request: ApiRequest, external_id: Code, order_id: UUID, said: CaseIn) -> Any:
    """Ask for money back for pieces of her order. What has not left is granted at once.

    409: the time to ask is over, or another case has the pieces.
    """
    case = cases.ask_case(
        brand_id=request.brand.id,
        member_id=member_named(request, external_id),
        order_id=order_id,
        request_key=Once.needed(request).cause,
        asked=CaseAsked(
            kind=said.kind,
            reason=said.reason,
            pieces=said.pieces,
            going_back=said.going_back,
            words=said.words,
        ),
        now=request.now,
    )
    return _with_steps(request, case.id)


@router.post("/members/{external_id}/cases/{case_id}/withdraw", response=answers(dict))
@in_brand
@once
def withdraw_case(request: ApiRequest, external_id: Code, case_id: UUID) -> Any:
    """She takes it back, before it is decided or the goods are sent."""
    order_writes.withdraw_case(case_id=case_id, **_hers(request, external_id))
    return _with_steps(request, case_id)


@router.post("/members/{external_id}/cases/{case_id}/goods-sent", response=answers(dict))
@in_brand
@once
def send_goods_back(
    request: ApiRequest, external_id: Code, case_id: UUID, said: GoodsSentIn
) -> Any:
    """The goods are on their way back, in this parcel."""
    order_writes.send_goods_back(
        case_id=case_id,
        carrier=said.carrier,
        tracking_no=said.tracking_no,
        **_hers(request, external_id),
    )
    return _with_steps(request, case_id)


@router.post("/members/{external_id}/cases/{case_id}/escalate", response=answers(dict))
@in_brand
@once
def escalate_case(request: ApiRequest, external_id: Code, case_id: UUID) -> Any:
    """Take a refusal to an admin, once, in time."""
    order_writes.escalate_case(case_id=case_id, **_hers(request, external_id))
    return _with_steps(request, case_id)


@router.get("/cases", response=answers(Listed))
@in_brand
def list_cases(request: ApiRequest, query: Query[CasesQuery]) -> Any:
    """The brand's cases: what runs out first, first; `deadline_at` is its clock."""
    store = query.store_code
    page = orders.cases(
        brand_id=request.brand.id,
        store_ids=None if store is None else [store_named(request, store)],
        turns=[] if query.turn is None else [query.turn],
        is_open=query.is_open,
        offset=query.offset,
        limit=query.limit,
    )
    return {"items": [_case(one) for one in page.cases], "total": page.total}


@router.get("/cases/{case_id}", response=answers(dict))
@in_brand
def get_case(request: ApiRequest, case_id: UUID) -> Any:
    """One case with its history and her words, of which the list of who looked gets a line."""
    case = orders.read_case(brand_id=request.brand.id, case_id=case_id)
    her_words = orders.case_words(brand_id=request.brand.id, case_id=case_id)
    if her_words:
        note_read(request, case.member_id, Opened.CASE)
    return _with_steps(request, case_id) | {"words": her_words}


@router.post("/cases/{case_id}/approve", response=answers(dict))
@in_brand
@once
def approve_case(request: ApiRequest, case_id: UUID) -> Any:
    """Say yes: the money is granted, or the goods are waited for.

    403: it is with an admin, or more than the key's role may give back of one order.
    """
    _check_whose(request, case_id)
    cases.approve_case(
        brand_id=request.brand.id,
        case_id=case_id,
        now=request.now,
        roles=[Role(request.auth.value)],
    )
    return _with_steps(request, case_id)


@router.post("/cases/{case_id}/refuse", response=answers(dict))
@in_brand
@once
def refuse_case(request: ApiRequest, case_id: UUID, said: RefusalIn) -> Any:
    """Say no, and why. 403: it is with an admin."""
    _check_whose(request, case_id)
    order_writes.refuse_case(
        brand_id=request.brand.id,
        case_id=case_id,
        answer=said.answer,
        now=request.now,
        user_id=None,
    )
    return _with_steps(request, case_id)


@router.post("/cases/{case_id}/goods-back", response=answers(dict))
@in_brand
@once
def take_goods_back(request: ApiRequest, case_id: UUID, said: GoodsBackIn) -> Any:
    """The goods are here: the money is granted."""
    store = said.store_code
    cases.take_goods(
        brand_id=request.brand.id,
        case_id=case_id,
        restock=said.restock,
        store_id=None if store is None else store_named(request, store),
        now=request.now,
    )
    return _with_steps(request, case_id)


def _check_whose(request: ApiRequest, case_id: UUID) -> None:
    """What was taken to an admin, an admin decides. Raises KeyRoleRefused, CaseNotFound."""
    case = orders.read_case(brand_id=request.brand.id, case_id=case_id)
    if case.state is CaseState.ESCALATED and request.auth is not Actor.ADMIN:
        raise KeyRoleRefused(role=request.auth.value)


def _hers(request: ApiRequest, external_id: str) -> dict[str, Any]:
    return {
        "brand_id": request.brand.id,
        "member_id": member_named(request, external_id),
        "now": request.now,
    }


def _case(card: CaseCard) -> dict[str, Any]:
    """A case as lists give it; whose it is, is not said."""
    said = plain(card)
    said.pop("member_id")
    return said | {"may_escalate": card.may_escalate}


def _with_steps(request: ApiRequest, case_id: UUID) -> dict[str, Any]:
    brand_id = request.brand.id
    card = orders.read_case(brand_id=brand_id, case_id=case_id)
    steps = orders.case_steps(brand_id=brand_id, case_id=case_id)
    return _case(card) | {
        "steps": [
            {
                "move": step.move.value,
                "state": step.state.value,
                "at": step.at,
                "deadline_at": step.deadline_at,
                "by_buyer": step.by_member,
            }
            for step in steps
        ]
    }
