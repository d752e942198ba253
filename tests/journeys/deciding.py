"""The small shop that the tests of deciding share: nine dresses, three KOCs, 150 wearings."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from tests.cast import NOW, enter
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as stores
from zhiyin.domain.brands.types import StoreFacts
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelves
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import FitVerdict, ShowFacts, ShowSource, ShowState
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.kocs.types import KocFacts
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching.types import PickItem
from zhiyin.domain.members import operations as members

SLOTS = NeedSlots(height_cm=160.0, weight_kg=50.0, body_shape="pear", goals=("slimming",))
CUTS = ("a_line", "sheath", "wrap", "slip", "straight", "fit_and_flare", "shift", "empire", "wrap")
NECKS = ("v", "crew", "square", "boat", "scoop", "halter", "v", "high", "cowl")
COLORS = (Color.NAVY, Color.GREEN, Color.RED)
SIZES = ((4, "S"), (8, "M"), (12, "L"))
BODIES = ((160, 50, "pear"), (168, 62, "apple"), (163, 57, "hourglass"))


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand's shop, and the folder of its models."""

    brand_id: UUID
    folder: Path
    store_ids: dict[str, UUID]

    def code_of(self, item: PickItem) -> str:
        """The SKU's code."""
        card = shelves.product(brand_id=self.brand_id, product_id=item.product_id)
        return next(sku.code for sku in card.skus if sku.id == item.sku_id)


def open_shop(brand_id: UUID, folder: Path) -> Shop:
    """Fill the shop and train its model, in whatever transaction is open."""
    store_ids = fill_shop(brand_id)
    matching.train(brand_id=brand_id, folder=folder, now=NOW)
    enter(brand_id)
    return Shop(brand_id, folder, store_ids)


def fill_shop(brand_id: UUID) -> dict[str, UUID]:
    """Fill the shop; its model is still to be trained. Returns the stores by code."""
    brands.save_stores(
        brand_id=brand_id,
        stores=[
            StoreFacts(code="S-1", name_zh="一店", name_en="One", city="上海", address="一路 1 号")
        ],
        now=NOW,
    )
    store_ids = stores.store_ids_by_code(brand_id=brand_id, codes=["S-1"])
    codes = _goods(brand_id, store_ids)
    product_ids = shelves.product_ids_by_code(brand_id=brand_id, codes=codes)
    products = [product_ids[code] for code in codes]
    content.save_shows(
        brand_id=brand_id,
        shows=_said_by_kocs(brand_id, products) + _wearings(products),
        state=ShowState.PUBLISHED,
        now=NOW,
    )
    return store_ids


def _goods(brand_id: UUID, store_ids: dict[str, UUID]) -> list[str]:
    codes = [f"D-{number}" for number in range(len(CUTS))]
    catalog.save_products(
        brand_id=brand_id,
        products=[
            ProductFacts(
                code=code,
                category=Category.DRESS,
                name_zh=f"裙{number}",
                name_en=f"Dress {number}",
                attributes={"cut": CUTS[number], "neckline": NECKS[number], "style": "elegant"},
            )
            for number, code in enumerate(codes)
        ],
        now=NOW,
    )
    skus = [
        SkuFacts(
            product_code=code,
            code=f"{code}-{label}",
            color=COLORS[number % len(COLORS)],
            size_code=size,
            size_label=label,
            price_fen=19_900 + number * 3_000,
        )
        for number, code in enumerate(codes)
        for size, label in SIZES
    ]
    catalog.save_skus(brand_id=brand_id, skus=skus)
    catalog.set_stock(
        brand_id=brand_id,
        stock=[StockFacts(sku_code=sku.code, store_code="S-1", on_hand=3) for sku in skus],
        store_ids=store_ids,
        now=NOW,
    )
    return codes


def _said_by_kocs(brand_id: UUID, products: list[UUID]) -> list[ShowFacts]:
    shows = []
    for number, (height, weight, shape) in enumerate(BODIES):
        facts = {"height_cm": height, "weight_kg": weight, "body_shape": shape}
        member_id = members.create_member(brand_id=brand_id, nickname="", now=NOW)
        koc_id = kocs.open_profile(
            brand_id=brand_id,
            member_id=member_id,
            koc=KocFacts(handle=f"koc-{number}", name_zh="她", name_en="She", facts=facts),
            now=NOW,
        )
        shows += [
            ShowFacts(
                product_id=product_id,
                koc_id=koc_id,
                author_id=member_id,
                size_code=8,
                fit=FitVerdict.FIT,
                rating=10,
                worn_at=NOW,
                source=ShowSource.AUTHORED,
                facts=facts,
            )
            for product_id in products[number::3]
        ]
    return shows


def _wearings(products: list[UUID]) -> list[ShowFacts]:
    rng = np.random.default_rng(3)
    shows = []
    for number in range(150):
        weight = float(np.round(rng.normal(57, 8), 1))
        size = int(rng.choice([4, 8, 12]))
        off = size - (4 + (weight - 48) * 0.45) + rng.normal(0, 2)
        fit = FitVerdict.SMALL if off < -4 else FitVerdict.LARGE if off > 4 else FitVerdict.FIT
        shows.append(
            ShowFacts(
                product_id=products[int(len(products) * rng.random() ** 2)],
                size_code=size,
                fit=fit,
                rating=9 if fit is FitVerdict.FIT else 4,
                occasion=str(rng.choice(["wedding", "party", "work"])),
                worn_at=NOW - timedelta(days=int(rng.integers(1, 800))),
                source=ShowSource.IMPORT,
                facts={"height_cm": float(rng.integers(152, 176)), "weight_kg": weight},
                external_ref=f"row:{number}",
            )
        )
    return shows
