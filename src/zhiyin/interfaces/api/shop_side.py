"""Stores, products with their SKUs and stock, and looks."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from zhiyin.domain.brands import operations as brand_writes
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import StoreFacts, StoreNotFound
from zhiyin.domain.catalog import operations as catalog_writes
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import (
    Category,
    Color,
    ProductFacts,
    ProductNotFound,
    SkuFacts,
    SkuNotFound,
    StockFacts,
)
from zhiyin.domain.content import operations as content_writes
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import LookFacts, LookItemCard
from zhiyin.domain.kocs import queries as kocs
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.once import once, once_if_keyed
from zhiyin.interfaces.api.shapes import (
    Block,
    Code,
    In,
    Line,
    Listed,
    Name,
    Reason,
    SearchQuery,
    Title,
    answers,
    chars,
    listed,
    plain,
)

router = Router(tags=["shop"])
PRICE_FEN_MAX, PIECES_MAX, SIZE_MAX = 100_000_000_000, 10_000_000, 32_767
LINES_MAX = 2_000


class StoreQuery(SearchQuery):
    city: chars(40) = ""  # type: ignore[valid-type]
    closed: bool | None = None


class StoreIn(In):
    name_zh: Name
    name_en: Name
    city: chars(40, least=1)  # type: ignore[valid-type]
    address: chars(200, least=1)  # type: ignore[valid-type]
    hours: chars(80) = ""  # type: ignore[valid-type]
    latitude: Decimal | None = Field(None, ge=-90, le=90, decimal_places=6)
    longitude: Decimal | None = Field(None, ge=-180, le=180, decimal_places=6)


class ProductQuery(SearchQuery):
    category: Category | None = None
    retired: bool = False


class SkuIn(In):
    code: Code
    color: Color
    size_code: int = Field(0, ge=0, le=SIZE_MAX)
    size_label: chars(12, least=1)  # type: ignore[valid-type]
    price_fen: int = Field(ge=1, le=PRICE_FEN_MAX)


class ProductIn(In):
    category: Category
    name_zh: Title
    name_en: Title
    description_zh: Block = ""
    description_en: Block = ""
    care_zh: Line = ""
    care_en: Line = ""
    kind: chars(20) = ""  # type: ignore[valid-type]
    attributes: dict[Code, Code | list[Code]] = Field(default_factory=dict, max_length=40)
    skus: list[SkuIn] = Field(default_factory=list, max_length=500)


class StockLineIn(In):
    sku_code: Code
    store_code: Code
    on_hand: int = Field(ge=0, le=PIECES_MAX)


class StockIn(In):
    lines: list[StockLineIn] = Field(min_length=1, max_length=LINES_MAX)


class AdjustmentIn(In):
    sku_code: Code
    store_code: Code
    change: int = Field(ge=-PIECES_MAX, le=PIECES_MAX)
    reason: Reason


class LookQuery(In):
    retired: bool = False


class LookItemIn(In):
    product_id: UUID
    color: Color


class LookIn(In):
    code: chars(60, least=1)  # type: ignore[valid-type]
    name_zh: Name
    name_en: Name
    items: list[LookItemIn] = Field(min_length=1, max_length=5)
    koc_id: UUID | None = None
    why_zh: Line = ""
    why_en: Line = ""
    answers: dict[Code, list[Code]] = Field(default_factory=dict, max_length=22)


@router.get("/stores", response=answers(Listed))
@in_brand
def list_stores(request: ApiRequest, query: Query[StoreQuery]) -> Any:
    """Stores by code; `search` looks in code, names and address."""
    page = brands.stores(brand_id=request.brand.id, **query.dict())
    return listed(page.stores, page.total)


@router.get("/stores/{code}", response=answers(dict))
@in_brand
def get_store(request: ApiRequest, code: Code) -> Any:
    """One store."""
    found = brands.store_ids_by_code(brand_id=request.brand.id, codes=[code])
    if code not in found:
        raise StoreNotFound(code=code)
    return plain(brands.store(brand_id=request.brand.id, store_id=found[code]))


@router.put("/stores/{code}", response=answers(dict))
@in_brand
def put_store(request: ApiRequest, code: chars(40, least=1), store: StoreIn) -> Any:  # type: ignore[valid-type]
    """Add a store, or correct the one of this code."""
    brand_writes.save_stores(
        brand_id=request.brand.id,
        stores=[StoreFacts(code=code, **store.dict())],
        now=request.now,
    )
    found = brands.store_ids_by_code(brand_id=request.brand.id, codes=[code])
    return plain(brands.store(brand_id=request.brand.id, store_id=found[code]))


@router.get("/products", response=answers(Listed))
@in_brand
def list_products(request: ApiRequest, query: Query[ProductQuery]) -> Any:
    """Products, newest first, with their SKUs and the pieces in open stores."""
    page = catalog.products(brand_id=request.brand.id, **query.dict())
    return listed(page.products, page.total)


@router.get("/products/{code}", response=answers(dict))
@in_brand
def get_product(request: ApiRequest, code: Code) -> Any:
    """One product that is on the shop."""
    return _product(request, code)


@router.put("/products/{code}", response=answers(dict))
@in_brand
def put_product(request: ApiRequest, code: chars(60, least=1), product: ProductIn) -> Any:  # type: ignore[valid-type]
    """Add a product, or correct the one of this code; SKUs are added or corrected, none goes."""
    facts = product.dict()
    skus = {sku["code"]: sku for sku in facts.pop("skus")}
    catalog_writes.save_products(
        brand_id=request.brand.id, products=[ProductFacts(code=code, **facts)], now=request.now
    )
    if skus:
        catalog_writes.save_skus(
            brand_id=request.brand.id,
            skus=[SkuFacts(product_code=code, **sku) for sku in skus.values()],
        )
    return _product(request, code)


@router.put("/stock", response=answers(dict))
@in_brand
@once_if_keyed
def put_stock(request: ApiRequest, stock: StockIn) -> Any:
    """Say how many pieces of a SKU lie in a store; the last line of a pair counts."""
    last = {(each.sku_code, each.store_code): each.on_hand for each in stock.lines}
    codes = sorted({store for _, store in last})
    store_ids = brands.store_ids_by_code(brand_id=request.brand.id, codes=codes)
    for code in codes:
        if code not in store_ids:
            raise StoreNotFound(code=code)
    changed = catalog_writes.set_stock(
        brand_id=request.brand.id,
        stock=[
            StockFacts(sku_code=sku, store_code=store, on_hand=on_hand)
            for (sku, store), on_hand in last.items()
        ],
        store_ids=store_ids,
        now=request.now,
    )
    return {"lines": changed}


@router.post("/stock/adjustments", response=answers(dict))
@in_brand
@once
def adjust_stock(request: ApiRequest, adjustment: AdjustmentIn) -> Any:
    """So many pieces of a SKU more or fewer in a store, with a reason that its history keeps.

    `on_hand` is what lies there now. 409: what orders hold would not lie there any more.
    """
    brand_id, store, sku = request.brand.id, adjustment.store_code, adjustment.sku_code
    store_ids = brands.store_ids_by_code(brand_id=brand_id, codes=[store])
    if store not in store_ids:
        raise StoreNotFound(code=store)
    sku_ids = catalog.sku_ids_by_code(brand_id=brand_id, codes=[sku])
    if sku not in sku_ids:
        raise SkuNotFound(code=sku)
    left = catalog_writes.adjust_stock(
        brand_id=brand_id,
        sku_id=sku_ids[sku],
        store_id=store_ids[store],
        change=adjustment.change,
        reason=adjustment.reason,
        user_id=None,
        now=request.now,
    )
    return {"sku_code": sku, "store_code": store, "on_hand": left}


@router.get("/looks", response=answers(Listed))
@in_brand
def list_looks(request: ApiRequest, query: Query[LookQuery]) -> Any:
    """The looks on the shop (or off it), by code."""
    found = content.looks(brand_id=request.brand.id, retired=query.retired)
    return listed(found, len(found))


@router.get("/looks/{look_id}", response=answers(dict))
@in_brand
def get_look(request: ApiRequest, look_id: UUID) -> Any:
    """One look."""
    return plain(content.look(brand_id=request.brand.id, look_id=look_id))


@router.post("/looks", response=answers(dict))
@in_brand
def add_look(request: ApiRequest, look: LookIn) -> Any:
    """Publish a look of one to five garments."""
    look_id = content_writes.add_look(
        brand_id=request.brand.id, look=_look(request, look), now=request.now
    )
    return plain(content.look(brand_id=request.brand.id, look_id=look_id))


@router.put("/looks/{look_id}", response=answers(dict))
@in_brand
def put_look(request: ApiRequest, look_id: UUID, look: LookIn) -> Any:
    """Correct a look, its items included."""
    content_writes.change_look(
        brand_id=request.brand.id, look_id=look_id, look=_look(request, look)
    )
    return plain(content.look(brand_id=request.brand.id, look_id=look_id))


def _product(request: ApiRequest, code: str) -> dict[str, Any]:
    found = catalog.product_ids_by_code(brand_id=request.brand.id, codes=[code])
    if code not in found:
        raise ProductNotFound(code=code)
    return plain(catalog.product(brand_id=request.brand.id, product_id=found[code]))


def _look(request: ApiRequest, look: LookIn) -> LookFacts:
    """The look, once all it names is known to be the brand's."""
    wanted = [item.product_id for item in look.items]
    found = catalog.products_by_id(brand_id=request.brand.id, product_ids=wanted)
    for product_id in wanted:
        if product_id not in found:
            raise ProductNotFound(product_id=product_id)
    if look.koc_id is not None:
        kocs.koc(brand_id=request.brand.id, koc_id=look.koc_id)
    items = [LookItemCard(item.product_id, item.color) for item in look.items]
    return LookFacts(**look.dict(exclude={"items"}), items=items)
