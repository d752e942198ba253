"""Load the demo world through the rooms' own operations, as a brand's developer would.

What is authored and what is real stands in world/README.md. Loading twice changes nothing.
"""

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from zhiyin.domain.brands import operations as brand_operations
from zhiyin.domain.brands import queries as brand_queries
from zhiyin.domain.brands.types import (
    BrandNotFound,
    PaymentAccountFacts,
    PayProvider,
    StoreFacts,
)
from zhiyin.domain.catalog import operations as catalog_operations
from zhiyin.domain.catalog import queries as catalog_queries
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
from zhiyin.domain.content import operations as content_operations
from zhiyin.domain.content.types import (
    FitVerdict,
    LookFacts,
    LookItemCard,
    ShowFacts,
    ShowSource,
    ShowState,
)
from zhiyin.domain.kocs import operations as koc_operations
from zhiyin.domain.kocs.types import KocFacts
from zhiyin.domain.members import operations as member_operations
from zhiyin.domain.members.types import MemberFacts, MemberRole
from zhiyin.storage.tenancy import brand_tx

WORLD = Path(__file__).parent / "world"
BATCH = 1_000
CM_PER_BAND_SIZE = 2.5
SHAPES = {"straight & narrow": "rectangle", "full bust": "full_figured"}
OCCASIONS = {"formal affair": "formal", "other": ""}
SIZELESS = "one"


def load(now: datetime) -> tuple[str, ...]:
    """Load every brand of the world that the database lacks. Returns the addresses of all."""
    brands = _read("brands.json")["brands"]
    for brand in brands:
        try:
            brand_queries.brand_by_slug(slug=brand["slug"])
        except BrandNotFound:
            _load_brand(brand, now)
    return tuple(brand["slug"] for brand in brands)


def _load_brand(brand: Mapping[str, Any], now: datetime) -> None:
    slug = brand["slug"]
    brand_id = brand_operations.create_brand(
        slug=slug, name_zh=brand["name_zh"], name_en=brand["name_en"], is_demo=True, now=now
    )
    products = [p for p in _read("products.json")["products"] if p["brand"] == slug]
    with brand_tx(brand_id):
        brand_operations.set_payment_account(
            brand_id=brand_id,
            facts=PaymentAccountFacts(
                provider=PayProvider.SANDBOX, merchant_id=f"sandbox-{slug}"[:32], app_id="sandbox"
            ),
            now=now,
        )
        _load_stores(brand_id, brand["stores"], now)
        _load_products(brand_id, products, now)
        _load_stock(brand_id, products, [store["code"] for store in brand["stores"]], now)
        product_ids = catalog_queries.product_ids_by_code(
            brand_id=brand_id, codes=[p["code"] for p in products]
        )
        people = _load_kocs(brand_id, slug, now)
        _load_authored_shows(brand_id, people, product_ids, now)
        koc_ids = {handle: koc_id for handle, (koc_id, _) in people.items()}
        _load_looks(brand_id, koc_ids, product_ids, now)
        _load_wearings(brand_id, products, product_ids, now)


def _load_stores(brand_id: UUID, stores: Iterable[Mapping[str, Any]], now: datetime) -> None:
    brand_operations.save_stores(
        brand_id=brand_id,
        stores=[
            StoreFacts(
                code=store["code"],
                name_zh=store["name_zh"],
                name_en=store["name_en"],
                city=store["city_zh"],
                address=store["address_zh"],
                hours=f"{store['opens']}-{store['closes']}",
                latitude=Decimal(str(store["lat"])),
                longitude=Decimal(str(store["lon"])),
            )
            for store in stores
        ],
        now=now,
    )


def _load_products(brand_id: UUID, products: Iterable[Mapping[str, Any]], now: datetime) -> None:
    catalog_operations.save_products(
        brand_id=brand_id,
        products=[
            ProductFacts(
                code=product["code"],
                category=Category(product["category"]),
                name_zh=product["name_zh"],
                name_en=product["name_en"],
                description_zh=product["description_zh"],
                description_en=product["description_en"],
                care_zh=product["care_zh"],
                care_en=product["care_en"],
                kind=product["kind"],
                attributes=product["attributes"],
            )
            for product in products
        ],
        now=now,
    )
    catalog_operations.save_skus(
        brand_id=brand_id,
        skus=[
            SkuFacts(
                product_code=product["code"],
                code=_sku_code(product["code"], color, size["code"]),
                color=Color(color),
                size_code=_size_code(size["code"]),
                size_label=size["label"],
                price_fen=product["price_fen"],
            )
            for product, color, size in _variants(products)
        ],
    )


def _load_stock(
    brand_id: UUID, products: Iterable[Mapping[str, Any]], store_codes: list[str], now: datetime
) -> None:
    rule = _read("stock.json")
    sold_out = {(line["product"], line["color"], line["size"]) for line in rule["sold_out"]}
    stock = []
    for product, color, size in _variants(products):
        for store_code in store_codes:
            key = "|".join((rule["seed"], store_code, product["code"], color, size["code"]))
            draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 100
            pieces = next(level["pieces"] for level in rule["levels"] if draw < level["below"])
            if (product["code"], color, size["code"]) in sold_out:
                pieces = 0
            stock.append(
                StockFacts(
                    sku_code=_sku_code(product["code"], color, size["code"]),
                    store_code=store_code,
                    on_hand=pieces,
                )
            )
    store_ids = brand_queries.store_ids_by_code(brand_id=brand_id, codes=store_codes)
    catalog_operations.set_stock(brand_id=brand_id, stock=stock, store_ids=store_ids, now=now)


def _load_kocs(brand_id: UUID, slug: str, now: datetime) -> dict[str, tuple[UUID, UUID]]:
    """Handle -> the KOC and who she is as a member."""
    people = {}
    for koc in _read("kocs.json")["kocs"]:
        if koc["brand"] != slug:
            continue
        member_id = member_operations.create_member(
            brand_id=brand_id, nickname=koc["name_zh"], now=now
        )
        member_operations.give_role(
            brand_id=brand_id, member_id=member_id, role=MemberRole.KOC, now=now
        )
        koc_id = koc_operations.open_profile(
            brand_id=brand_id,
            member_id=member_id,
            koc=KocFacts(
                handle=koc["handle"],
                name_zh=koc["name_zh"],
                name_en=koc["name_en"],
                city=koc["city_zh"],
                persona_zh=koc["persona_zh"],
                persona_en=koc["persona_en"],
                good_at=_by_slot(koc["good_at"]),
                topics=koc["topics_zh"],
                facts=koc["facts"],
                weekly_capacity=koc["weekly_capacity"],
                can_earn=koc["can_earn"],
                is_demo=True,
            ),
            now=now,
        )
        if koc["away"]:
            koc_operations.go_away(
                brand_id=brand_id,
                koc_id=koc_id,
                starts_at=now + timedelta(days=koc["away"]["from_days"]),
                ends_at=now + timedelta(days=koc["away"]["until_days"]),
                now=now,
            )
        people[koc["handle"]] = (koc_id, member_id)
    return people


def _load_authored_shows(
    brand_id: UUID,
    people: Mapping[str, tuple[UUID, UUID]],
    product_ids: Mapping[str, UUID],
    now: datetime,
) -> None:
    content_operations.save_shows(
        brand_id=brand_id,
        shows=[
            ShowFacts(
                product_id=product_ids[show["product"]],
                koc_id=people[show["koc"]][0],
                author_id=people[show["koc"]][1],
                color=show["color"],
                size_code=_size_code(show["size"]),
                fit=FitVerdict(show["fit"]),
                rating=show["rating"] * 2,
                text_zh=show["zh"],
                text_en=show["en"],
                occasion=show["occasion"],
                worn_at=_noon(show["date"]),
                source=ShowSource.AUTHORED,
                external_ref=f"demo:{show['code']}",
                facts=show["traits"],
                rights_granted=True,
            )
            for show in _read("shows.json")["shows"]
            if show["koc"] in people
        ],
        state=ShowState.PUBLISHED,
        now=now,
    )


def _load_looks(
    brand_id: UUID, koc_ids: Mapping[str, UUID], product_ids: Mapping[str, UUID], now: datetime
) -> None:
    for look in _read("looks.json")["looks"]:
        if look["koc"] not in koc_ids:
            continue
        content_operations.add_look(
            brand_id=brand_id,
            look=LookFacts(
                code=look["code"],
                koc_id=koc_ids[look["koc"]],
                name_zh=look["name_zh"],
                name_en=look["name_en"],
                why_zh=look["why_zh"],
                why_en=look["why_en"],
                answers=_by_slot(look["needs"]),
                items=[
                    LookItemCard(product_ids[item["product"]], item["color"])
                    for item in look["items"]
                ],
            ),
            now=now,
        )


def _load_wearings(
    brand_id: UUID,
    products: Iterable[Mapping[str, Any]],
    product_ids: Mapping[str, UUID],
    now: datetime,
) -> None:
    products_of: defaultdict[str, list[UUID]] = defaultdict(list)
    for product in products:
        if product["garment"] is not None:
            products_of[str(product["garment"])].append(product_ids[product["code"]])
    rows = [row for row in _wearings() if row["garment"] in products_of]
    wearers = sorted({row["wearer"] for row in rows})
    member_ids: dict[str, UUID] = {}
    for start in range(0, len(wearers), BATCH):
        made = member_operations.import_members(
            brand_id=brand_id,
            members=[
                MemberFacts(external_id=f"rental-{wearer}", language="en")
                for wearer in wearers[start : start + BATCH]
            ],
            now=now,
        )
        member_ids |= made.ids
    shows = [
        _wearing(row, product_id, member_ids[f"rental-{row['wearer']}"])
        for row in rows
        for product_id in products_of[row["garment"]]
    ]
    for start in range(0, len(shows), BATCH):
        content_operations.save_shows(
            brand_id=brand_id,
            shows=shows[start : start + BATCH],
            state=ShowState.PUBLISHED,
            now=now,
        )


def _wearing(row: Mapping[str, str], product_id: UUID, author_id: UUID) -> ShowFacts:
    facts: dict[str, object] = {
        slot: float(row[slot]) for slot in ("height_cm", "weight_kg", "age") if row[slot]
    }
    if row["bust_band"]:
        facts["band_cm"] = 75 + (float(row["bust_band"]) - 34) * CM_PER_BAND_SIZE
    if row["bust_cup"]:
        facts["cup"] = row["bust_cup"]
    if row["body_type"]:
        facts["body_shape"] = SHAPES.get(row["body_type"], row["body_type"])
    return ShowFacts(
        product_id=product_id,
        author_id=author_id,
        size_code=int(row["size"]),
        fit=FitVerdict(row["fit"]),
        rating=int(float(row["rating"])) if row["rating"] else None,
        occasion=OCCASIONS.get(row["occasion"], row["occasion"]),
        worn_at=_noon(row["date"]),
        source=ShowSource.IMPORT,
        external_ref=f"rental:{row['garment']}:{row['wearer']}",
        facts=facts,
        rights_granted=True,
    )


def _variants(
    products: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[Mapping[str, Any], str, Mapping[str, str]]]:
    for product in products:
        for color in product["colors"]:
            for size in product["sizes"]:
                yield product, color, size


def _wearings() -> list[dict[str, str]]:
    with gzip.open(WORLD / "wearings.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _by_slot(words: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The world says "occasions", because there are several; the slot is `occasion`."""
    return {"occasion" if key == "occasions" else key: held for key, held in words.items()}


def _read(name: str) -> Any:
    return json.loads((WORLD / name).read_text(encoding="utf-8"))


def _sku_code(product_code: str, color: str, size: str) -> str:
    return f"{product_code}-{color}-{size}".upper()


def _size_code(size: str) -> int:
    return 0 if size == SIZELESS else int(size)


def _noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
