"""A person at the shop's pages: her browser, how she signs in, and what she is shown."""

import re
from dataclasses import dataclass, field
from html import unescape
from uuid import UUID

from django.test import Client

from tests.cast import make_brand
from tests.journeys.answering import a_product
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import Color, SkuFacts
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Channel
from zhiyin.storage.tenancy import brand_tx

SHOPPER_PHONE = "13912345678"
KOC_PHONE = "13700000001"


def english() -> Client:
    """A browser that reads English."""
    return Client(headers={"accept-language": "en"})


@dataclass
class Visit:
    """One browser at one brand's shop."""

    slug: str
    client: Client = field(default_factory=english)

    def at(self, path: str = "") -> str:
        """The address of one of the shop's pages."""
        return path if path.startswith("/") else f"/s/{self.slug}/{path}"

    def get(self, path: str = "", status: int = 200):
        """Open a page. The answer must have this status."""
        answer = self.client.get(self.at(path))
        assert answer.status_code == status, (path, answer.status_code)
        return answer

    def read(self, path: str = "", status: int = 200) -> str:
        """The words of a page, entities opened."""
        return unescape(self.get(path, status).content.decode())

    def post(self, path: str, status: int = 302, **fields):
        """Send a form. The answer must have this status."""
        answer = self.client.post(self.at(path), fields)
        assert answer.status_code == status, (path, answer.status_code)
        return answer

    def sign_in(self, phone: str, back: str = "") -> str:
        """Ask for a code, read it on the sandbox page, type it. Returns where that led."""
        self.post("sign-in/", 200, phone=phone, next=back)
        codes = re.findall(r"\b\d{6}\b", self.read("sandbox/").split("<main", 1)[1])
        return self.post("sign-in/", phone=phone, code=codes[0], next=back).url


def member_of(brand: BrandCard, phone: str) -> UUID | None:
    """The member that a phone names now."""
    with brand_tx(brand.id):
        return people.find_by_identity(brand_id=brand.id, channel=Channel.PHONE, value=phone)


def give_phone(brand: BrandCard, koc: KocCard, phone: str, now) -> None:
    """Let a KOC of the cast sign in."""
    with brand_tx(brand.id):
        members.link_identity(
            brand_id=brand.id,
            member_id=koc.member_id,
            channel=Channel.PHONE,
            value=phone,
            now=now,
        )


def koc_again(brand: BrandCard, koc: KocCard) -> KocCard:
    """A KOC as she stands now."""
    with brand_tx(brand.id):
        return kocs.koc(brand_id=brand.id, koc_id=koc.id)


def a_shop(slug: str = "cedar") -> tuple[BrandCard, Visit]:
    """A brand and somebody who has just opened its shop."""
    return make_brand(slug), Visit(slug)


def a_sku(brand) -> tuple:
    """A product of one colour and size, by its ids."""
    product_id = a_product(brand.id)
    facts = SkuFacts(
        product_code="D-1",
        code="D-1-M",
        color=Color.NAVY,
        size_code=12,
        size_label="M",
        price_fen=36_900,
    )
    with brand_tx(brand.id):
        catalog.save_skus(brand_id=brand.id, skus=[facts])
        sku_id = shelf.sku_ids_by_code(brand_id=brand.id, codes=["D-1-M"])["D-1-M"]
    return product_id, sku_id
