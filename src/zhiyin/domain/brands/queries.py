"""The only readers of the tenant's tables."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import F, Q

from zhiyin.domain.brands.audits import AUDITS as AUDITS
from zhiyin.domain.brands.models import (
    ApiKey,
    Brand,
    ImportProblem,
    ImportRun,
    PaymentAccount,
    StaffRole,
    Store,
)
from zhiyin.domain.brands.rules import hash_key
from zhiyin.domain.brands.sealing import opened_secret
from zhiyin.domain.brands.types import (
    ApiKeyCard,
    BrandCard,
    BrandNotFound,
    ImportKind,
    ImportNotFound,
    ImportRunCard,
    ImportState,
    PaymentAccountCard,
    PaymentAccountFacts,
    PayProvider,
    PlatformKeyFacts,
    Role,
    RowProblem,
    StaffCard,
    StoreCard,
    StoreFacts,
    StoreNotFound,
    StorePage,
)
from zhiyin.storage.sql import many, one

BRAND_COLUMNS = ("id", "slug", "name_zh", "name_en", "is_demo", "time_zone")
BRAND_AT = """
    SELECT id, slug, name_zh, name_en, is_demo, time_zone FROM brands_brand
    WHERE slug = %(slug)s AND closed_at IS NULL
"""
LIVE_KEY = """
    SELECT id, label, role, created_at, revoked_at FROM brands_apikey
    WHERE brand_id = %(brand_id)s AND key_hash = %(key_hash)s AND revoked_at IS NULL
"""
STORES_BY_CODE = """
    SELECT code, id FROM brands_store
    WHERE brand_id = %(brand_id)s AND code = ANY(%(codes)s) ORDER BY code
"""
"""What every request asks, or every order. An ORM query would take longer to write than to run."""


def brand_by_slug(*, slug: str) -> BrandCard:
    """The open brand at this address. One query. Raises BrandNotFound."""
    row = one(BRAND_AT, slug=slug)
    if row is None:
        raise BrandNotFound(slug=slug)
    return BrandCard(*row)


def brand_by_id(*, brand_id: UUID) -> BrandCard:
    """The open brand of this id. One query. Raises BrandNotFound."""
    row = Brand.objects.filter(id=brand_id, closed_at__isnull=True)
    card = row.values_list(*BRAND_COLUMNS).first()
    if card is None:
        raise BrandNotFound(brand_id=brand_id)
    return BrandCard(*card)


def open_brands() -> tuple[BrandCard, ...]:
    """Every open brand, by address. One query, bounded by the number of tenants."""
    rows = Brand.objects.filter(closed_at__isnull=True).order_by("slug").values_list(*BRAND_COLUMNS)
    return tuple(BrandCard(*row) for row in rows)


def stores(
    *,
    brand_id: UUID,
    search: str = "",
    city: str = "",
    closed: bool | None = None,
    offset: int = 0,
    limit: int = 50,
) -> StorePage:
    """Stores by code; `search` looks in code, names and address. Two queries."""
    found = Store.objects.filter(brand_id=brand_id)
    if search:
        found = found.filter(
            Q(code__icontains=search)
            | Q(name_zh__icontains=search)
            | Q(name_en__icontains=search)
            | Q(address__icontains=search)
        )
    if city:
        found = found.filter(city=city)
    if closed is not None:
        found = found.filter(closed_at__isnull=not closed)
    rows = found.order_by("code", "id")[offset : offset + limit]
    return StorePage(stores=tuple(_card(row) for row in rows), total=found.count())


def store(*, brand_id: UUID, store_id: UUID) -> StoreCard:
    """One store. Raises StoreNotFound."""
    row = Store.objects.filter(brand_id=brand_id, id=store_id).first()
    if row is None:
        raise StoreNotFound(store_id=store_id)
    return _card(row)


def stores_by_id(*, brand_id: UUID, store_ids: Sequence[UUID]) -> tuple[StoreCard, ...]:
    """Those of `store_ids` that the brand has, by code. One query."""
    rows = Store.objects.filter(brand_id=brand_id, id__in=list(store_ids))
    return tuple(_card(row) for row in rows.order_by("code", "id"))


def store_facts(*, brand_id: UUID, store_id: UUID) -> StoreFacts:
    """All that was said of a store, as a form shows it again. One query. Raises StoreNotFound."""
    columns = tuple(StoreFacts.__slots__)
    row = Store.objects.filter(brand_id=brand_id, id=store_id).values(*columns).first()
    if row is None:
        raise StoreNotFound(store_id=store_id)
    return StoreFacts(**row)


def store_ids_by_code(*, brand_id: UUID, codes: Sequence[str]) -> dict[str, UUID]:
    """Code -> id, for those of `codes` that exist. One query."""
    return dict(many(STORES_BY_CODE, brand_id=brand_id, codes=list(codes)))


def cities(*, brand_id: UUID) -> tuple[str, ...]:
    """The cities that have stores, in alphabetical order. One query."""
    return tuple(
        Store.objects.filter(brand_id=brand_id)
        .order_by("city")
        .values_list("city", flat=True)
        .distinct()
    )


def roles_of(*, brand_id: UUID, user_id: int) -> frozenset[Role]:
    """The roles somebody holds at the brand now. One query."""
    return frozenset(
        Role(role)
        for role in StaffRole.objects.filter(
            brand_id=brand_id, user_id=user_id, until__isnull=True
        ).values_list("role", flat=True)
    )


def has_worked(*, brand_id: UUID, user_id: int) -> bool:
    """Whether somebody holds a role at the brand or ever held one. One query."""
    return StaffRole.objects.filter(brand_id=brand_id, user_id=user_id).exists()


def own_stores(*, brand_id: UUID, user_id: int, role: Role) -> frozenset[UUID] | None:
    """The stores to which somebody's role is bound; None if she holds it for all. One query."""
    bound = set(
        StaffRole.objects.filter(
            brand_id=brand_id, user_id=user_id, role=role, until__isnull=True
        ).values_list("store_id", flat=True)
    )
    return None if None in bound else frozenset(bound)


def staff(*, brand_id: UUID, limit: int = 500) -> tuple[StaffCard, ...]:
    """Everybody who holds a role now, by name. One query."""
    rows = (
        StaffRole.objects.filter(brand_id=brand_id, until__isnull=True)
        .select_related("user", "store")
        .order_by("user__username", "role", "id")[:limit]
    )
    return tuple(_staff_card(row) for row in rows)


def staff_ever(*, brand_id: UUID, limit: int = 2_000) -> tuple[StaffCard, ...]:
    """Everybody who holds a role or held one, a card for each role, newest first. One query."""
    rows = StaffRole.objects.filter(brand_id=brand_id).select_related("user", "store")
    return tuple(_staff_card(row) for row in rows.order_by("-since", "id")[:limit])


def live_key(*, brand_id: UUID, key: str) -> ApiKeyCard | None:
    """The API key of these words, or None when it is unknown or revoked. One query."""
    row = one(LIVE_KEY, brand_id=brand_id, key_hash=hash_key(key))
    if row is None:
        return None
    key_id, label, role, created_at, revoked_at = row
    return ApiKeyCard(key_id, label, Role(role), created_at, revoked_at)


def api_keys(*, brand_id: UUID, limit: int = 200) -> tuple[ApiKeyCard, ...]:
    """The brand's keys, revoked ones too, newest first. One query."""
    rows = ApiKey.objects.filter(brand_id=brand_id).order_by("-created_at", "id")[:limit]
    return tuple(_key_card(row) for row in rows)


def import_run(*, brand_id: UUID, run_id: UUID) -> ImportRunCard:
    """One import. One query. Raises ImportNotFound."""
    row = ImportRun.objects.filter(brand_id=brand_id, id=run_id).first()
    if row is None:
        raise ImportNotFound(run_id=run_id)
    return _run_card(row)


def import_runs(
    *, brand_id: UUID, offset: int = 0, limit: int = 50
) -> tuple[tuple[ImportRunCard, ...], int]:
    """One page of the brand's imports, newest first, and how many there are. Two queries."""
    found = ImportRun.objects.filter(brand_id=brand_id)
    rows = found.order_by("-started_at", "id")[offset : offset + limit]
    return tuple(_run_card(row) for row in rows), found.count()


def import_problems(
    *, brand_id: UUID, run_id: UUID, after: tuple[int, str] = (-1, ""), limit: int = 1_000
) -> tuple[RowProblem, ...]:
    """A run's problems by line and column, those that follow `after`. One query."""
    line, column = after
    rows = (
        ImportProblem.objects.filter(brand_id=brand_id, run_id=run_id)
        .filter(Q(line__gt=line) | Q(line=line, column__gt=column))
        .order_by("line", "column")
        .values_list("line", "column", "code", "reason")[:limit]
    )
    return tuple(RowProblem(*row) for row in rows)


def each_problem(*, brand_id: UUID, run_id: UUID) -> Iterator[RowProblem]:
    """All problems of a run by line and column, a page at a time. Inside one `brand_tx`."""
    after = (-1, "")
    while page := import_problems(brand_id=brand_id, run_id=run_id, after=after):
        yield from page
        after = (page[-1].line, page[-1].column)


def payment_accounts(*, brand_id: UUID, limit: int = 20) -> tuple[PaymentAccountCard, ...]:
    """The brand's payment accounts, their secrets opened, the one paid into first. One query."""
    rows = PaymentAccount.objects.filter(brand_id=brand_id).order_by(
        F("retired_at").desc(nulls_first=True), "id"
    )[:limit]
    return tuple(_payment_account(row) for row in rows)


def _payment_account(row: PaymentAccount) -> PaymentAccountCard:
    facts = PaymentAccountFacts(
        provider=PayProvider(row.provider),
        merchant_id=row.merchant_id,
        app_id=row.app_id,
        serial=row.serial,
        private_key_pem=opened_secret(row, "private_key_sealed"),
        api_key=opened_secret(row, "api_key_sealed"),
        app_secret=opened_secret(row, "app_secret_sealed"),
        platform_keys=tuple(PlatformKeyFacts(**key) for key in row.platform_keys),
        base_url=row.base_url,
    )
    return PaymentAccountCard(row.id, facts, row.version, row.active_since, row.retired_at)


def _staff_card(row: StaffRole) -> StaffCard:
    return StaffCard(
        id=row.id,
        user_id=row.user_id,
        user_name=row.user.username,
        role=Role(row.role),
        store_id=row.store_id,
        store_name=row.store.name_zh if row.store else "",
    )


def _run_card(row: ImportRun) -> ImportRunCard:
    return ImportRunCard(
        id=row.id,
        kind=ImportKind(row.kind),
        file_name=row.file_name,
        file_hash=row.file_hash,
        mapping=row.mapping,
        state=ImportState(row.state),
        rows_total=row.rows_total,
        rows_read=row.rows_read,
        rows_bad=row.rows_bad,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _card(row: Store) -> StoreCard:
    return StoreCard(
        id=row.id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        city=row.city,
        address=row.address,
        hours=row.hours,
        is_open=row.closed_at is None,
    )


def _key_card(row: ApiKey) -> ApiKeyCard:
    return ApiKeyCard(row.id, row.label, Role(row.role), row.created_at, row.revoked_at)
