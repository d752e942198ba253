"""A brand with a little of everything, and a client that calls the API with its key."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client

from tests.cast import NOW, make_brand
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import BrandCard, Role, StoreFacts
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import (
    FitVerdict,
    LookFacts,
    LookItemCard,
    ShowFacts,
    ShowSource,
    ShowState,
)
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.kocs.types import KocFacts
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberFacts
from zhiyin.storage.tenancy import brand_tx

PRODUCTS = 6
WORN = 30


@dataclass(frozen=True)
class Town:
    """What a test may name."""

    brand: BrandCard
    product_id: UUID
    look_id: UUID
    koc_id: UUID
    show_id: UUID
    pending_id: UUID
    member: str


def found(slug: str) -> Town:
    """A brand of this short name, with goods, people, shows and a look; every text bears it."""
    brand = make_brand(slug)
    with brand_tx(brand.id):
        brands.save_stores(
            brand_id=brand.id,
            stores=[
                StoreFacts(code=f"{slug}-s1", name_zh=slug, name_en=slug, city=slug, address=slug)
            ],
            now=NOW,
        )
        product_ids = _goods(brand, slug)
        made = members.import_members(
            brand_id=brand.id,
            members=[
                MemberFacts(external_id=f"{slug}-{n}", nickname=f"{slug}-nick", phone=f"138{n:08d}")
                for n in range(WORN + 1)
            ],
            now=NOW,
        )
        koc_id = kocs.open_profile(
            brand_id=brand.id,
            member_id=made.ids[f"{slug}-{WORN}"],
            koc=KocFacts(
                handle=f"{slug}-koc",
                name_zh=slug,
                name_en=slug,
                facts={"height_cm": 160, "weight_kg": 52, "body_shape": "pear"},
            ),
            now=NOW,
        )
        shows = content.save_shows(
            brand_id=brand.id,
            shows=[
                show(slug, n, product_ids[n % PRODUCTS], made.ids[f"{slug}-{n}"])
                for n in range(WORN)
            ],
            state=ShowState.PUBLISHED,
            now=NOW,
        )
        content.save_shows(
            brand_id=brand.id,
            shows=[show(slug, WORN, product_ids[0], made.ids[f"{slug}-{WORN}"], koc_id)],
            state=ShowState.PUBLISHED,
            now=NOW,
        )
        (pending,) = content.save_shows(
            brand_id=brand.id,
            shows=[show(slug, WORN + 1, product_ids[0], made.ids[f"{slug}-0"])],
            state=ShowState.PENDING,
            now=NOW,
        )
        look_id = content.add_look(
            brand_id=brand.id,
            look=LookFacts(
                code=f"{slug}-look",
                name_zh=slug,
                name_en=slug,
                koc_id=koc_id,
                items=[LookItemCard(product_ids[0], "beige")],
            ),
            now=NOW,
        )
    return Town(brand, product_ids[0], look_id, koc_id, shows[0], pending, f"{slug}-1")


def trained(town: Town) -> Town:
    """The same town with a model that answers."""
    matching.train(brand_id=town.brand.id, folder=settings.MODEL_FOLDER, now=NOW)
    return town


def key(town: Town, role: Role = Role.ADMIN) -> str:
    """A new key of the town."""
    with brand_tx(town.brand.id):
        return brands.issue_api_key(
            brand_id=town.brand.id, slug=town.brand.slug, label="test", role=role, now=NOW
        )


class Caller:
    """Calls the API with a key."""

    def __init__(self, api_key: str, language: str = "en") -> None:
        self.client = Client()
        self.headers = {"X-Api-Key": api_key, "Accept-Language": language}

    def __call__(
        self, method: str, path: str, body: Any = None, status: int = 200, **query: Any
    ) -> Any:
        """The JSON of an answer, which must have this status."""
        answer = self.client.generic(
            method,
            f"/api/v1/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=self.headers,
            query_params=query or None,
        )
        assert answer.status_code == status, answer.content.decode()
        return json.loads(answer.content)


def _goods(brand: BrandCard, slug: str) -> list[UUID]:
    codes = [f"{slug}-p{n}" for n in range(PRODUCTS)]
    catalog.save_products(
        brand_id=brand.id,
        products=[
            ProductFacts(
                code=code,
                category=Category.DRESS,
                name_zh=f"{slug} 连衣裙",
                name_en=f"{slug} dress",
                attributes={"neckline": "v", "cut": "a_line"},
            )
            for code in codes
        ],
        now=NOW,
    )
    skus = [
        SkuFacts(
            product_code=code,
            code=f"{code}-{size}",
            color=Color.BEIGE,
            size_code=size,
            size_label=f"S{size}",
            price_fen=29_900,
        )
        for code in codes
        for size in (2, 4, 6)
    ]
    catalog.save_skus(brand_id=brand.id, skus=skus)
    from zhiyin.domain.brands import queries

    catalog.set_stock(
        brand_id=brand.id,
        stock=[StockFacts(sku_code=s.code, store_code=f"{slug}-s1", on_hand=3) for s in skus],
        now=NOW,
        store_ids=queries.store_ids_by_code(brand_id=brand.id, codes=[f"{slug}-s1"]),
    )
    ids = goods.product_ids_by_code(brand_id=brand.id, codes=codes)
    return [ids[code] for code in codes]


def show(
    slug: str, n: int, product_id: UUID, author_id: UUID, koc_id: UUID | None = None
) -> ShowFacts:
    return ShowFacts(
        product_id=product_id,
        author_id=author_id,
        koc_id=koc_id,
        size_code=(2, 4, 6)[n % 3],
        color="beige",
        fit=FitVerdict.FIT,
        rating=9,
        text_zh=f"{slug} 很合身",
        text_en=f"{slug} fits",
        occasion="wedding",
        worn_at=NOW,
        source=ShowSource.IMPORT,
        external_ref=f"{slug}-r{n}",
        facts={"height_cm": 158 + n % 5, "weight_kg": 50 + n % 5, "body_shape": "pear"},
    )
