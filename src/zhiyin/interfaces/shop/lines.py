"""What she is about to buy, as a page carries it on: signed, so that nobody changes whose look it
was or what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.urls import reverse

from zhiyin.flows.purchase import Wanted
from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.kit.errors import DomainError, Kind

SALT = "zhiyin.shop.lines:{slug}"
MOST_CHARS = 16_000


class LinesUnreadable(DomainError):
    """This page does not say any more what was to be bought. Start anew from the cart."""

    code: ClassVar[str] = "lines_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Lines to be bought; `item_ids` are the cart's, where they came out of it.

    `group_buy_id`: she opens a group of it; `group_id`: she joins this one.
    """

    wanted: tuple[Wanted, ...]
    item_ids: tuple[UUID, ...] = ()
    group_buy_id: UUID | None = None
    group_id: UUID | None = None


def written(request: ShopRequest, chosen: Chosen) -> str:
    """Lines as a field or an address carries them."""
    said = {
        "w": [
            [_hex(one.sku_id), one.quantity, _hex(one.look_id), _hex(one.koc_id)]
            for one in chosen.wanted
        ],
        "i": [_hex(item_id) for item_id in chosen.item_ids],
        "g": [_hex(chosen.group_buy_id), _hex(chosen.group_id)],
    }
    return signing.dumps(said, salt=_salt(request), compress=True)


def read(request: ShopRequest, text: str) -> Chosen:
    """Lines as this brand's shop wrote them. Raises LinesUnreadable."""
    if len(text) > MOST_CHARS:
        raise LinesUnreadable()
    try:
        said: dict[str, Any] = signing.loads(text, salt=_salt(request))
    except signing.BadSignature:
        raise LinesUnreadable() from None
    group_buy_id, group_id = said.get("g", ("", ""))  # a page drawn before there were groups
    return Chosen(
        wanted=tuple(
            Wanted(sku_id=UUID(hex=sku), quantity=quantity, look_id=_id(look), koc_id=_id(koc))
            for sku, quantity, look, koc in said["w"]
        ),
        item_ids=tuple(UUID(hex=item) for item in said["i"]),
        group_buy_id=_id(group_buy_id),
        group_id=_id(group_id),
    )


def checkout_url(
    request: ShopRequest,
    wanted: Sequence[Wanted],
    *,
    group_buy_id: UUID | None = None,
    group_id: UUID | None = None,
) -> str:
    """The checkout of these lines alone, past the cart; in a group if one is named."""
    page = reverse("shop:checkout", kwargs={"slug": request.brand.slug})
    chosen = Chosen(wanted=tuple(wanted), group_buy_id=group_buy_id, group_id=group_id)
    query = urlencode({"lines": written(request, chosen)})
    return f"{page}?{query}"


def _salt(request: ShopRequest) -> str:
    return SALT.format(slug=request.brand.slug)


def _hex(one: UUID | None) -> str:
    return one.hex if one else ""


def _id(text: str) -> UUID | None:
    return UUID(hex=text) if text else None
