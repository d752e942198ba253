"""A member's address book, and invoices for her orders."""

from typing import Any
from uuid import UUID

from ninja import Query, Router

from zhiyin.domain.members.types import Opened
from zhiyin.domain.orders import operations as order_writes
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.care import AddressFacts, InvoiceFacts, InvoiceState, TitleKind
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.buying_side import AddressIn
from zhiyin.interfaces.api.once import once, once_if_keyed
from zhiyin.interfaces.api.opening import member_named, note_read
from zhiyin.interfaces.api.shapes import (
    Code,
    In,
    Listed,
    PageQuery,
    Reason,
    Title,
    answers,
    chars,
    plain,
)

router = Router(tags=["after-sales"])


class BookedIn(AddressIn):
    """An address of her book; the first is the default."""

    is_default: bool = False


class InvoiceIn(In):
    """Whose name it bears; a company has a tax number."""

    kind: TitleKind
    title: Title
    tax_no: chars(20) = ""  # type: ignore[valid-type]


class InvoicesQuery(PageQuery):
    state: InvoiceState | None = None


class AnswerIn(In):
    """Its number once it is issued, or why it is refused."""

    state: InvoiceState
    answer: Reason


@router.get("/members/{external_id}/addresses", response=answers(Listed))
@in_brand
def list_addresses(request: ApiRequest, external_id: Code) -> Any:
    """Her address book, opened: the list of who looked gets a line."""
    member_id = member_named(request, external_id)
    note_read(request, member_id, Opened.ADDRESSES)
    found = orders.addresses_of(brand_id=request.brand.id, member_id=member_id)
    rows = [plain(one.facts) | {"id": one.id, "is_default": one.is_default} for one in found]
    return {"items": rows, "total": len(rows)}


@router.post("/members/{external_id}/addresses", response=answers(dict))
@in_brand
@once_if_keyed
def add_address(request: ApiRequest, external_id: Code, said: BookedIn) -> Any:
    """Put an address into her book; the answer is its id. 409: the book holds twenty."""
    address_id = order_writes.add_address(
        brand_id=request.brand.id,
        member_id=member_named(request, external_id),
        facts=_facts(said),
        is_default=said.is_default,
        now=request.now,
    )
    return {"id": address_id}


@router.put("/members/{external_id}/addresses/{address_id}", response=answers(dict))
@in_brand
def change_address(
    request: ApiRequest, external_id: Code, address_id: UUID, said: AddressIn
) -> Any:
    """Correct an address; orders that were placed keep theirs."""
    order_writes.change_address(
        brand_id=request.brand.id,
        member_id=member_named(request, external_id),
        address_id=address_id,
        facts=_facts(said),
        now=request.now,
    )
    return {"id": address_id}


@router.delete("/members/{external_id}/addresses/{address_id}", response=answers(dict))
@in_brand
def remove_address(request: ApiRequest, external_id: Code, address_id: UUID) -> Any:
    """Take an address out of her book."""
    order_writes.remove_address(
        brand_id=request.brand.id,
        member_id=member_named(request, external_id),
        address_id=address_id,
    )
    return {"id": address_id}


@router.post("/members/{external_id}/addresses/{address_id}/default", response=answers(dict))
@in_brand
@once_if_keyed
def make_default(request: ApiRequest, external_id: Code, address_id: UUID) -> Any:
    """Offer this address first from now on."""
    order_writes.make_default(
        brand_id=request.brand.id,
        member_id=member_named(request, external_id),
        address_id=address_id,
    )
    return {"id": address_id}


@router.post("/members/{external_id}/orders/{order_id}/invoice", response=answers(dict))
@in_brand
@once_if_keyed
def ask_invoice(request: ApiRequest, external_id: Code, order_id: UUID, said: InvoiceIn) -> Any:
    """Ask for an order's invoice, or correct what was asked. 409: not paid, or issued already."""
    invoice_id = order_writes.ask_invoice(
        brand_id=request.brand.id,
        order_id=order_id,
        member_id=member_named(request, external_id),
        facts=InvoiceFacts(kind=said.kind, title=said.title, tax_no=said.tax_no),
        now=request.now,
    )
    return _invoice(request, invoice_id)


@router.get("/invoices", response=answers(Listed))
@in_brand
def list_invoices(request: ApiRequest, query: Query[InvoicesQuery]) -> Any:
    """Requests for an invoice, the longest asked first; titles stand on each by itself."""
    found, total = orders.invoices(
        brand_id=request.brand.id,
        states=[] if query.state is None else [query.state],
        offset=query.offset,
        limit=query.limit,
    )
    return {"items": [_card(one) for one in found], "total": total}


@router.get("/invoices/{invoice_id}", response=answers(dict))
@in_brand
def get_invoice(request: ApiRequest, invoice_id: UUID) -> Any:
    """One request with its title, opened: the list of who looked gets a line."""
    card = orders.invoice(brand_id=request.brand.id, invoice_id=invoice_id)
    note_read(request, card.member_id, Opened.INVOICE)
    title = orders.title_of(brand_id=request.brand.id, invoice_id=invoice_id)
    return _card(card) | {
        "title": title.title if title else None,
        "tax_no": title.tax_no if title else None,
    }


@router.post("/invoices/{invoice_id}/answer", response=answers(dict))
@in_brand
@once
def answer_invoice(request: ApiRequest, invoice_id: UUID, said: AnswerIn) -> Any:
    """It is issued under a number, or refused with a reason. 409: it is issued already."""
    order_writes.answer_invoice(
        brand_id=request.brand.id,
        invoice_id=invoice_id,
        state=said.state,
        answer=said.answer,
        user_id=None,
        now=request.now,
    )
    return _invoice(request, invoice_id)


def _facts(said: AddressIn) -> AddressFacts:
    return AddressFacts(name=said.name, phone=said.phone, region=said.region, street=said.street)


def _invoice(request: ApiRequest, invoice_id: UUID) -> dict[str, Any]:
    return _card(orders.invoice(brand_id=request.brand.id, invoice_id=invoice_id))


def _card(card: Any) -> dict[str, Any]:
    """A request as lists give it; whose it is, is not said."""
    said = plain(card)
    said.pop("member_id")
    return said
