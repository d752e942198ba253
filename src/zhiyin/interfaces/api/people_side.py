"""Members by their id elsewhere, KOCs, applications, and buyer shows waiting to be seen."""

from typing import Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import StaffNotFound
from zhiyin.domain.content import operations as content_writes
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import ShowNotFound, ShowState
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import ApplicationState
from zhiyin.domain.members import queries as members
from zhiyin.domain.members.types import MemberCard, MemberNotFound
from zhiyin.flows import koc_review
from zhiyin.interfaces.api.access import ApiRequest, in_brand, opening_its_own
from zhiyin.interfaces.api.shapes import (
    Code,
    In,
    Listed,
    PageQuery,
    Reason,
    answers,
    chars,
    listed,
    plain,
)
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["people"])


class ShowQuery(PageQuery):
    state: ShowState = ShowState.PENDING


class VerdictIn(In):
    """`by` is the user name of the member of staff who decided: a key is nobody."""

    state: ShowState
    by: Code
    reason: chars(200) = ""  # type: ignore[valid-type]


class ApplicationQuery(PageQuery):
    state: ApplicationState = ApplicationState.OPEN


class DecisionIn(In):
    """`by` is the user name of the member of staff who decided; the applicant reads `reason`."""

    accepted: bool
    by: Code
    reason: Reason


class MemberQuery(In):
    external_id: list[Code] = Field(min_length=1, max_length=200)


@router.get("/members", response=answers(Listed))
@in_brand
def list_members(request: ApiRequest, query: Query[MemberQuery]) -> Any:
    """Members by the ids of the system they were imported from. Never a phone."""
    ids = members.members_by_external_id(brand_id=request.brand.id, external_ids=query.external_id)
    cards = members.members_by_id(brand_id=request.brand.id, member_ids=list(ids.values()))
    rows = [_member(name, cards[ids[name]]) for name in sorted(ids) if ids[name] in cards]
    return {"items": rows, "total": len(rows)}


@router.get("/members/{external_id}", response=answers(dict))
@in_brand
def get_member(request: ApiRequest, external_id: Code) -> Any:
    """One member by her id in the system she was imported from."""
    found = members.members_by_external_id(brand_id=request.brand.id, external_ids=[external_id])
    if external_id not in found:
        raise MemberNotFound(external_id=external_id)
    card = members.member(brand_id=request.brand.id, member_id=found[external_id])
    return _member(external_id, card)


@router.get("/shows", response=answers(Listed))
@in_brand
def list_shows(request: ApiRequest, query: Query[ShowQuery]) -> Any:
    """Buyer shows in a state, oldest first. Body facts are not among what is given."""
    shows, total = content.shows_in_state(brand_id=request.brand.id, **query.dict())
    return {"items": [_show(show) for show in shows], "total": total}


@router.post("/shows/{show_id}/verdict", response=answers(dict))
@in_brand
def judge_show(request: ApiRequest, show_id: UUID, verdict: VerdictIn) -> Any:
    """Publish a buyer show whose author granted the rights, or refuse it with a reason."""
    changed = content_writes.moderate_shows(
        brand_id=request.brand.id,
        show_ids=[show_id],
        state=verdict.state,
        reason=verdict.reason,
        user_id=_staff(request, verdict.by),
        now=request.now,
    )
    if not changed:
        raise ShowNotFound(show_id=show_id)
    return {"id": show_id, "state": verdict.state}


@router.get("/kocs", response=answers(Listed))
@in_brand
def list_kocs(request: ApiRequest) -> Any:
    """Every KOC of the brand, by handle. Her body facts are not among what is given."""
    cards = kocs.kocs(brand_id=request.brand.id)
    rows = [{k: v for k, v in plain(card).items() if k != "facts"} for card in cards]
    return {"items": rows, "total": len(rows)}


@router.get("/koc-applications", response=answers(Listed))
@in_brand
def list_applications(request: ApiRequest, query: Query[ApplicationQuery]) -> Any:
    """Applications in a state."""
    page = kocs.applications(brand_id=request.brand.id, **query.dict())
    return listed(page.applications, page.total)


@router.get("/koc-applications/{application_id}", response=answers(dict))
@in_brand
def get_application(request: ApiRequest, application_id: UUID) -> Any:
    """One application, and the score it would be decided on now, opened to its rows."""
    card = kocs.application(brand_id=request.brand.id, application_id=application_id)
    score = card.score or koc_review.score_application(
        brand_id=request.brand.id, application_id=application_id, now=request.now
    )
    return plain(card) | {"score": plain(score)}


@router.post("/koc-applications/{application_id}/decision", response=answers(dict))
@opening_its_own
def decide_application(request: ApiRequest, application_id: UUID, decision: DecisionIn) -> Any:
    """Accept or refuse an application, in the name of a member of staff."""
    with brand_tx(request.brand.id):
        user_id = _staff(request, decision.by)
    koc_id = koc_review.decide(
        brand_id=request.brand.id,
        application_id=application_id,
        accepted=decision.accepted,
        reason=decision.reason,
        user_id=user_id,
        now=request.now,
    )
    return {"id": application_id, "accepted": decision.accepted, "koc_id": koc_id}


def _staff(request: ApiRequest, name: str) -> int:
    for card in brands.staff(brand_id=request.brand.id):
        if card.user_name == name:
            return card.user_id
    raise StaffNotFound(by=name)


def _member(external_id: str, card: MemberCard) -> dict[str, Any]:
    return {"external_id": external_id} | plain(card)


def _show(show: Any) -> dict[str, Any]:
    return {k: v for k, v in plain(show).items() if k not in ("facts", "media_refs")}
