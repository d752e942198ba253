"""The house: who works here as what, and the advice table by its versions."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from zhiyin.domain.brands import operations as brand_writes
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role, StaffNotFound, StoreNotFound
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching import queries as matches
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.shapes import Code, In, Listed, answers, chars, listed, plain

router = Router(tags=["house"])
WEIGHT_MAX, ROWS_MAX = 3, 2_000


class RoleIn(In):
    """`user` is the user name of somebody who works here or did; `store` is a store's code."""

    user: chars(150, least=1)  # type: ignore[valid-type]
    role: Role
    store: Code | None = None


class AdviceRowIn(In):
    """For this chip, garments with one of these values of an attribute are better or worse."""

    slot: Code
    value: Code
    attribute: Code
    attr_values: Annotated[list[Code], Field(min_length=1, max_length=40)]
    direction: Literal["for", "against"]
    weight: int = Field(ge=0, le=WEIGHT_MAX)
    zh: chars(80, least=1)  # type: ignore[valid-type]
    en: chars(80, least=1)  # type: ignore[valid-type]
    source: chars(120) = ""  # type: ignore[valid-type]


class AdviceIn(In):
    """`rows` are all edits from now on; `based_on` the version that was edited."""

    rows: list[AdviceRowIn] = Field(max_length=ROWS_MAX)
    based_on: int = Field(ge=0, le=2_000_000_000)


@router.get("/staff", response=answers(Listed))
@in_brand
def list_staff(request: ApiRequest) -> Any:
    """Everybody who holds a role now, by name, a row for each role."""
    cards = brands.staff(brand_id=request.brand.id)
    return listed(cards, len(cards))


@router.post("/staff", response=answers(dict))
@in_brand
def grant_staff_role(request: ApiRequest, grant: RoleIn) -> Any:
    """Give somebody who works here, or did, a role; giving it again changes nothing.

    Accounts are made in the console, where a first password can be handed over.
    """
    known = brands.staff_ever(brand_id=request.brand.id)
    user_id = next((card.user_id for card in known if card.user_name == grant.user), None)
    if user_id is None:
        raise StaffNotFound(user=grant.user)
    role_id = brand_writes.grant_role(
        brand_id=request.brand.id,
        user_id=user_id,
        role=grant.role,
        store_id=_store_id(request, grant.store),
        now=request.now,
    )
    cards = brands.staff(brand_id=request.brand.id)
    return next((plain(card) for card in cards if card.id == role_id), {"id": role_id})


@router.post("/staff/{role_id}/end", response=answers(dict))
@in_brand
def end_staff_role(request: ApiRequest, role_id: UUID) -> Any:
    """End a role from now on; the account stays. 409: it is the last admin's."""
    brand_writes.end_role(brand_id=request.brand.id, role_id=role_id, now=request.now)
    return {"id": role_id, "ended_at": request.now}


@router.get("/advice", response=answers(dict))
@in_brand
def get_advice(request: ApiRequest) -> Any:
    """The advice table as answers use it, and the brand's edits to the shipped one."""
    table = matches.advice(brand_id=request.brand.id)
    return {
        "version": table.version,
        "edited_at": table.edited_at,
        "rows": table.rows,
        "edits": table.edits,
    }


@router.put("/advice", response=answers(dict))
@in_brand
def put_advice(request: ApiRequest, edit: AdviceIn) -> Any:
    """Replace the brand's edits, as the next version; the next answer follows them.

    A row of a shipped row's key takes its place, with weight 0 it turns that off. 409: somebody
    saved another version meanwhile.
    """
    version = matching.edit_advice(
        brand_id=request.brand.id,
        rows=[row.dict() for row in edit.rows],
        based_on=edit.based_on,
        edited_by=None,
        now=request.now,
    )
    return {"version": version, "edits": len(edit.rows)}


def _store_id(request: ApiRequest, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = brands.store_ids_by_code(brand_id=request.brand.id, codes=[code])
    if code not in found:
        raise StoreNotFound(code=code)
    return found[code]
