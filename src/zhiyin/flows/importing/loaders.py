"""A batch of rows into the rooms, for each kind of file. Each loader is safe to repeat.

A loader gets rows that are right in themselves; it answers with those that name something the
brand does not have. Inside the caller's `brand_tx`.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import TraitSource
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import ImportKind, RowProblem, StoreFacts
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MemberFacts
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders.types import PurchaseFacts
from zhiyin.flows.importing.consents import without_consent
from zhiyin.flows.importing.fields import ATTRIBUTE, STOCK
from zhiyin.flows.importing.reviews import load_reviews
from zhiyin.flows.importing.rows import Row
from zhiyin.flows.importing.target import Target, facts_of, has_body, named, text, whole

SIZELESS = "one"

Loader = Callable[[Target, Sequence[Row]], list[RowProblem]]


def load_stores(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Stores by code; the last row of a code counts, and the code's own place is kept."""
    last = {str(row.values["code"]): row.values for row in rows}
    brands.save_stores(
        brand_id=target.brand_id,
        stores=[
            StoreFacts(
                code=code,
                name_zh=text(values, "name_zh") or text(values, "name_en"),
                name_en=text(values, "name_en") or text(values, "name_zh"),
                city=text(values, "city"),
                address=text(values, "address"),
                hours=text(values, "hours"),
                latitude=values.get("latitude"),  # type: ignore[arg-type]
                longitude=values.get("longitude"),  # type: ignore[arg-type]
            )
            for code, values in last.items()
        ],
        now=target.began_at,
    )
    return []


def load_products(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Products by code, their SKUs by code, and the pieces in each store that is mapped."""
    products = {str(row.values["product_code"]): row.values for row in rows}
    catalog.save_products(
        brand_id=target.brand_id,
        products=[_product(code, values) for code, values in products.items()],
        now=target.began_at,
    )
    skus = {str(row.values["sku_code"]): row.values for row in rows if "sku_code" in row.values}
    if not skus:
        return []
    catalog.save_skus(
        brand_id=target.brand_id, skus=[_sku(code, values) for code, values in skus.items()]
    )
    stock = [
        StockFacts(sku_code=code, store_code=store, on_hand=whole(values, STOCK + store))
        for code, values in skus.items()
        for store in target.mapping.store_codes
        if STOCK + store in values
    ]
    if stock:
        catalog.set_stock(
            brand_id=target.brand_id,
            stock=stock,
            store_ids=target.store_ids,
            now=target.began_at,
        )
    return []


def load_members(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Members by their id elsewhere, and what they let be known of themselves.

    What she said herself stands against the file. Who took her consent back keeps nothing.
    """
    last = {str(row.values["external_id"]): row for row in rows}
    made = members.import_members(
        brand_id=target.brand_id,
        members=[
            MemberFacts(
                external_id=external_id,
                nickname=text(row.values, "nickname"),
                language=text(row.values, "language"),
                phone=text(row.values, "phone") or None,
                joined_at=row.values.get("joined_at"),  # type: ignore[arg-type]
            )
            for external_id, row in last.items()
        ],
        now=target.began_at,
    )
    ids = dict(zip(last, (made.ids[external_id] for external_id in last), strict=True))
    problems = [
        target.problem(last[external_id], "phone", "phone_conflict")
        for external_id in made.phone_conflicts
        if external_id in last
    ]
    stated = {ids[name]: row for name, row in last.items() if facts_of(row)}
    refused = without_consent(target, [key for key, row in stated.items() if has_body(row)])
    problems += [target.problem(stated[key], "", "consent_needed") for key in sorted(refused)]
    audience.state_traits_of(
        brand_id=target.brand_id,
        stated=_not_their_own(
            target, {key: facts_of(row) for key, row in stated.items() if key not in refused}
        ),
        source=TraitSource.IMPORT,
        now=target.began_at,
    )
    return problems


def load_purchases(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Past purchases by their number; members and SKUs must be known."""
    member_ids = people.members_by_external_id(
        brand_id=target.brand_id, external_ids=named(rows, "member")
    )
    sku_ids = goods.sku_ids_by_code(brand_id=target.brand_id, codes=named(rows, "sku_code"))
    purchases, problems = [], []
    for row in rows:
        member_id = member_ids.get(text(row.values, "member"))
        sku_id = sku_ids.get(text(row.values, "sku_code"))
        if member_id is None:
            problems.append(target.problem(row, "member", "member_not_found"))
        if sku_id is None:
            problems.append(target.problem(row, "sku_code", "sku_not_found"))
        if member_id is None or sku_id is None:
            continue
        purchases.append(
            PurchaseFacts(
                external_ref=text(row.values, "external_ref"),
                member_id=member_id,
                sku_id=sku_id,
                bought_at=row.values["bought_at"],  # type: ignore[arg-type]
                paid_fen=row.values.get("paid_fen"),  # type: ignore[arg-type]
            )
        )
    orders.save_purchases(brand_id=target.brand_id, purchases=purchases)
    return problems


LOADERS: Mapping[ImportKind, Loader] = {
    ImportKind.STORES: load_stores,
    ImportKind.PRODUCTS: load_products,
    ImportKind.MEMBERS: load_members,
    ImportKind.PURCHASES: load_purchases,
    ImportKind.REVIEWS: load_reviews,
}


def _product(code: str, values: Mapping[str, object]) -> ProductFacts:
    return ProductFacts(
        code=code,
        category=Category(text(values, "category")),
        name_zh=text(values, "name_zh") or text(values, "name_en"),
        name_en=text(values, "name_en") or text(values, "name_zh"),
        description_zh=text(values, "description_zh"),
        description_en=text(values, "description_en"),
        care_zh=text(values, "care_zh"),
        care_en=text(values, "care_en"),
        kind=text(values, "kind"),
        attributes={
            name.removeprefix(ATTRIBUTE): value  # type: ignore[misc]
            for name, value in values.items()
            if name.startswith(ATTRIBUTE)
        },
    )


def _sku(code: str, values: Mapping[str, object]) -> SkuFacts:
    size_code = whole(values, "size_code")
    return SkuFacts(
        product_code=text(values, "product_code"),
        code=code,
        color=Color(text(values, "color")),
        size_code=size_code,
        size_label=text(values, "size_label") or (str(size_code) if size_code else SIZELESS),
        price_fen=whole(values, "price_fen"),
    )


def _not_their_own(
    target: Target, facts: Mapping[UUID, Mapping[str, object]]
) -> dict[UUID, NeedSlots]:
    """What the file says of members in the slots of which they have said nothing themselves."""
    own = kept.slots_told(
        brand_id=target.brand_id,
        member_ids=list(facts),
        sources=[source for source in TraitSource if source is not TraitSource.IMPORT],
    )
    return {
        member_id: NeedSlots(
            **{slot: value for slot, value in said.items() if slot not in own.get(member_id, ())}  # type: ignore[arg-type]
        )
        for member_id, said in facts.items()
    }
