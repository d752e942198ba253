"""A batch of rows into the rooms, for each kind of file. Each loader is safe to repeat.

A loader gets rows that are right in themselves; it answers with those that name something the
brand does not have. Inside the caller's `brand_tx`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import BODY_SLOTS, TRAIT_SLOTS, TraitSource
from zhiyin.domain.audience.types import NeedSlots, slots_to_json
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import ImportKind, RowProblem, StoreFacts
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import FitVerdict, ShowFacts, ShowSource, ShowState
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import MemberFacts, Purpose
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as bought
from zhiyin.domain.orders.types import PurchaseCard, PurchaseFacts
from zhiyin.flows.importing.fields import ATTRIBUTE, STOCK
from zhiyin.flows.importing.mapping import ImportMapping
from zhiyin.flows.importing.problems import sentence
from zhiyin.flows.importing.rows import Row

SIZELESS = "one"
IMPORT_CHANNEL = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a file goes. `began_at` is the run's, so that a re-run writes the same moments."""

    brand_id: UUID
    mapping: ImportMapping
    store_ids: Mapping[str, UUID]
    began_at: datetime
    language: str

    def problem(self, row: Row, field: str, code: str) -> RowProblem:
        """A problem with a field of a row, under the name of its column."""
        column = self.mapping.column_of(field) if field else ""
        return RowProblem(row.line, column, code, sentence(code, self.language))


Loader = Callable[[Target, Sequence[Row]], list[RowProblem]]


def load_stores(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Stores by code; the last row of a code counts, and the code's own place is kept."""
    last = {str(row.values["code"]): row.values for row in rows}
    brands.save_stores(
        brand_id=target.brand_id,
        stores=[
            StoreFacts(
                code=code,
                name_zh=_text(values, "name_zh") or _text(values, "name_en"),
                name_en=_text(values, "name_en") or _text(values, "name_zh"),
                city=_text(values, "city"),
                address=_text(values, "address"),
                hours=_text(values, "hours"),
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
        StockFacts(sku_code=code, store_code=store, on_hand=_whole(values, STOCK + store))
        for code, values in skus.items()
        for store in target.mapping.store_codes
        if STOCK + store in values
    ]
    if stock:
        catalog.set_stock(brand_id=target.brand_id, stock=stock, store_ids=dict(target.store_ids))
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
                nickname=_text(row.values, "nickname"),
                language=_text(row.values, "language"),
                phone=_text(row.values, "phone") or None,
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
    stated = {ids[name]: row for name, row in last.items() if _facts(row)}
    refused = _without_consent(target, [key for key, row in stated.items() if _has_body(row)])
    problems += [target.problem(stated[key], "", "consent_needed") for key in sorted(refused)]
    audience.state_traits_of(
        brand_id=target.brand_id,
        stated=_not_their_own(
            target, {key: _facts(row) for key, row in stated.items() if key not in refused}
        ),
        source=TraitSource.IMPORT,
        now=target.began_at,
    )
    return problems


def load_purchases(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Past purchases by their number; members and SKUs must be known."""
    member_ids = people.members_by_external_id(
        brand_id=target.brand_id, external_ids=_named(rows, "member")
    )
    sku_ids = goods.sku_ids_by_code(brand_id=target.brand_id, codes=_named(rows, "sku_code"))
    purchases, problems = [], []
    for row in rows:
        member_id = member_ids.get(_text(row.values, "member"))
        sku_id = sku_ids.get(_text(row.values, "sku_code"))
        if member_id is None:
            problems.append(target.problem(row, "member", "member_not_found"))
        if sku_id is None:
            problems.append(target.problem(row, "sku_code", "sku_not_found"))
        if member_id is None or sku_id is None:
            continue
        purchases.append(
            PurchaseFacts(
                external_ref=_text(row.values, "external_ref"),
                member_id=member_id,
                sku_id=sku_id,
                bought_at=row.values["bought_at"],  # type: ignore[arg-type]
                paid_fen=row.values.get("paid_fen"),  # type: ignore[arg-type]
            )
        )
    orders.save_purchases(brand_id=target.brand_id, purchases=purchases)
    return problems


def load_reviews(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Reviews as buyer shows, each verified by its purchase, or by its number in the source."""
    brand_id = target.brand_id
    product_ids = goods.product_ids_by_code(brand_id=brand_id, codes=_named(rows, "product_code"))
    member_ids = people.members_by_external_id(
        brand_id=brand_id, external_ids=_named(rows, "member")
    )
    purchases = bought.purchases_by_ref(brand_id=brand_id, refs=_named(rows, "purchase_ref"))
    told = [member_ids.get(_text(row.values, "member")) for row in rows if _has_body(row)]
    refused = _without_consent(target, [member_id for member_id in told if member_id])
    shows: dict[str, ShowFacts] = {}
    problems: list[RowProblem] = []
    for row in rows:
        product_id = product_ids.get(_text(row.values, "product_code"))
        author_id = member_ids.get(_text(row.values, "member"))
        purchase = purchases.get(_text(row.values, "purchase_ref"))
        found = _review_problems(row, product_id, author_id, purchase)
        if author_id in refused and _has_body(row):
            found.append(("", "consent_needed"))
        problems += [target.problem(row, field, code) for field, code in found]
        if not found and product_id is not None:
            show = _show(target, row, product_id, author_id, purchase)
            shows.setdefault(_text(row.values, "external_ref"), show)
    state = ShowState.PUBLISHED if target.mapping.publish else ShowState.PENDING
    content.save_shows(
        brand_id=brand_id, shows=list(shows.values()), state=state, now=target.began_at
    )
    return problems


LOADERS: Mapping[ImportKind, Loader] = {
    ImportKind.STORES: load_stores,
    ImportKind.PRODUCTS: load_products,
    ImportKind.MEMBERS: load_members,
    ImportKind.PURCHASES: load_purchases,
    ImportKind.REVIEWS: load_reviews,
}


def _review_problems(
    row: Row, product_id: UUID | None, author_id: UUID | None, purchase: PurchaseCard | None
) -> list[tuple[str, str]]:
    """What a review names and the brand does not have, as (field, code)."""
    found = []
    if product_id is None:
        found.append(("product_code", "product_not_found"))
    if "member" in row.values and author_id is None:
        found.append(("member", "member_not_found"))
    if "purchase_ref" in row.values and purchase is None:
        found.append(("purchase_ref", "purchase_not_found"))
    if purchase is not None and author_id not in (None, purchase.member_id):
        found.append(("purchase_ref", "purchase_of_another"))
    return found


def _show(
    target: Target,
    row: Row,
    product_id: UUID,
    author_id: UUID | None,
    purchase: PurchaseCard | None,
) -> ShowFacts:
    values = row.values
    fit = _text(values, "fit")
    return ShowFacts(
        product_id=product_id,
        author_id=author_id or (purchase.member_id if purchase else None),
        size_code=_whole(values, "size_code"),
        color=_text(values, "color"),
        fit=FitVerdict(fit) if fit else None,
        rating=values.get("rating"),  # type: ignore[arg-type]
        text_zh=_text(values, "text_zh"),
        text_en=_text(values, "text_en"),
        occasion=_text(values, "occasion"),
        worn_at=values["worn_at"],  # type: ignore[arg-type]
        source=ShowSource.PURCHASE if purchase else ShowSource.IMPORT,
        external_ref=_text(values, "external_ref"),
        purchase_id=purchase.id if purchase else None,
        facts=_plain(_facts(row)),
        rights_granted=target.mapping.rights_granted,
    )


def _product(code: str, values: Mapping[str, object]) -> ProductFacts:
    return ProductFacts(
        code=code,
        category=Category(_text(values, "category")),
        name_zh=_text(values, "name_zh") or _text(values, "name_en"),
        name_en=_text(values, "name_en") or _text(values, "name_zh"),
        description_zh=_text(values, "description_zh"),
        description_en=_text(values, "description_en"),
        care_zh=_text(values, "care_zh"),
        care_en=_text(values, "care_en"),
        kind=_text(values, "kind"),
        attributes={
            name.removeprefix(ATTRIBUTE): value  # type: ignore[misc]
            for name, value in values.items()
            if name.startswith(ATTRIBUTE)
        },
    )


def _sku(code: str, values: Mapping[str, object]) -> SkuFacts:
    size_code = _whole(values, "size_code")
    return SkuFacts(
        product_code=_text(values, "product_code"),
        code=code,
        color=Color(_text(values, "color")),
        size_code=size_code,
        size_label=_text(values, "size_label") or (str(size_code) if size_code else SIZELESS),
        price_fen=_whole(values, "price_fen"),
    )


def _without_consent(target: Target, member_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those who took their consent back. Who never gave one gives it now, as the file says."""
    basis = target.mapping.consent
    if not member_ids or basis is None:
        return frozenset(member_ids)
    told = frozenset(member_ids)
    members.hold_members(brand_id=target.brand_id, member_ids=told)
    agrees = people.stances(brand_id=target.brand_id, member_ids=told, purpose=Purpose.BODY_FACTS)
    members.grant_consents(
        brand_id=target.brand_id,
        member_ids=told - agrees.keys(),
        purpose=Purpose.BODY_FACTS,
        channel=IMPORT_CHANNEL,
        now=basis.obtained_at,
        text_version=basis.text_version,
    )
    return frozenset(member_id for member_id, still in agrees.items() if not still)


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


def _facts(row: Row) -> dict[str, object]:
    return {name: value for name, value in row.values.items() if name in TRAIT_SLOTS}


def _has_body(row: Row) -> bool:
    return any(name in BODY_SLOTS for name in row.values)


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as they are kept with a show: whole numbers without a point, lists for tuples."""
    return slots_to_json(NeedSlots(**facts))  # type: ignore[arg-type]


def _named(rows: Sequence[Row], field: str) -> list[str]:
    return sorted({_text(row.values, field) for row in rows if field in row.values})


def _text(values: Mapping[str, object], field: str) -> str:
    return str(values.get(field, ""))


def _whole(values: Mapping[str, object], field: str) -> int:
    found = values.get(field, 0)
    assert isinstance(found, int)  # the reader gives whole numbers for these fields
    return found
