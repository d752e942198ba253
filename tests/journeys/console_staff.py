"""Staff for the console's journeys: accounts signed in as their authenticators would."""

from dataclasses import dataclass
from uuid import UUID

from django.test import Client
from django.utils import timezone

from tests.cast import NOW, make_brand
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries
from zhiyin.domain.brands.types import BrandCard, Role, StoreFacts
from zhiyin.interfaces.console.accounts import add_account, six_digits
from zhiyin.storage.tenancy import brand_tx

PASSWORD = "a long enough sentence"


@dataclass(frozen=True)
class Desk:
    """A brand, and somebody of its staff in front of a browser."""

    brand: BrandCard
    user_id: int
    browser: Client

    def url(self, path: str = "") -> str:
        """A page of her brand's console."""
        return f"/console/{self.brand.slug}/{path}"


def open_desk(slug: str, role: Role = Role.ADMIN, name: str = "") -> Desk:
    """A brand with one member of staff, signed in."""
    brand = make_brand(slug)
    return seat(brand, role, name or f"{role}-{slug}")


def seat(brand: BrandCard, role: Role, name: str, store_id: UUID | None = None) -> Desk:
    """Somebody more at a brand, signed in; with a store, her role is bound to it."""
    user_id, secret = add_account(name=name, password=PASSWORD)
    with brand_tx(brand.id):
        brands.grant_role(brand_id=brand.id, user_id=user_id, role=role, store_id=store_id, now=NOW)
    return Desk(brand, user_id, signed_in(name, secret))


def signed_in(name: str, secret: str) -> Client:
    """A browser after password and six digits."""
    browser = Client(headers={"accept-language": "en"})
    browser.post("/console/account/login/", {"login": name, "password": PASSWORD})
    for _ in range(2):  # six digits may run out on their way
        entered = browser.post(
            "/console/account/factor/code/", {"code": six_digits(secret, timezone.now())}
        )
        if entered.status_code == 302:
            break
    assert entered.status_code == 302, entered.content.decode()
    return browser


def make_stores(brand: BrandCard, count: int) -> None:
    """Stores S-000, S-001, ... in two cities by turns."""
    with brand_tx(brand.id):
        brands.save_stores(
            brand_id=brand.id,
            stores=[
                StoreFacts(
                    code=f"S-{n:03}",
                    name_zh=f"{n} 号店",
                    name_en=f"Store {n}",
                    city=("Shanghai", "Suzhou")[n % 2],
                    address=f"{n} Wutong Road",
                )
                for n in range(count)
            ],
            now=NOW,
        )


def store_ids(brand: BrandCard, *codes: str) -> list[UUID]:
    """The ids of stores by code."""
    with brand_tx(brand.id):
        found = queries.store_ids_by_code(brand_id=brand.id, codes=codes)
    return [found[code] for code in codes]
