"""Laws 5 and 6: what a brand owns is owned in the database, read from PostgreSQL itself."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models

from zhiyin.storage.sql import many
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey

GLOBAL_TABLES = {
    "brands_brand",  # the tenants themselves
    "account_emailaddress",  # staff accounts belong to people, who may work for several brands
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "mfa_authenticator",
    "django_content_type",
    "django_migrations",
    "django_session",  # a session names a brand in its keys
    "shared_cache",  # counts tries of staff, whose accounts are no brand's
    "procrastinate_events",  # jobs carry ids, and enter their brand when they run
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}

UNOWNED = """
    SELECT c.relname FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attname = 'brand_id' AND NOT a.attisdropped)
    ORDER BY 1
"""
OWNED = """
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
           (SELECT pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = c.oid AND contype = 'p'),
           (SELECT array_agg(pg_get_expr(polqual, polrelid) ORDER BY polname) FROM pg_policy
            WHERE polrelid = c.oid),
           pg_get_userbyid(c.relowner)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'brand_id'
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
      AND NOT a.attisdropped
    ORDER BY 1
"""
UNIQUE_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid, 1, true)
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'brand_id'
    WHERE i.indisunique AND NOT a.attisdropped ORDER BY 1
"""
FOREIGN_KEYS = """
    SELECT con.conrelid::regclass::text, con.confrelid::regclass::text,
           pg_get_constraintdef(con.oid)
    FROM pg_constraint con
    WHERE con.contype = 'f' AND con.connamespace = 'public'::regnamespace ORDER BY 1, 3
"""
POLICY = re.compile(r"brand_id = .*current_setting\('app\.brand'")


def breaches() -> Iterator[str]:
    """What PostgreSQL says against law 6, a line each."""
    for (table,) in many(UNOWNED):
        if table not in GLOBAL_TABLES:
            yield f"{table}: has no brand"
    owned = set()
    for table, forced, primary_key, policies, owner in many(OWNED):
        owned.add(table)
        if not forced:
            yield f"{table}: row security is not on and forced"
        if primary_key != "PRIMARY KEY (brand_id, id)":
            yield f"{table}: {primary_key}"
        if not policies or not all(POLICY.search(policy) for policy in policies):
            yield f"{table}: policies {policies}"
        if owner != "app_owner":
            yield f"{table}: owned by {owner}"
    for index, first_column in many(UNIQUE_INDEXES):
        if first_column != "brand_id":
            yield f"{index}: begins with {first_column}"
    for table, target, key in many(FOREIGN_KEYS):
        if {table, target} <= owned and not key.startswith("FOREIGN KEY (brand_id, "):
            yield f"{table}: {key}"


def test_what_a_brand_owns_is_owned_in_the_database(db: None) -> None:
    assert list(breaches()) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("CREATE TABLE stray (id int)", "stray: has no brand"),
        (
            "ALTER TABLE brands_store NO FORCE ROW LEVEL SECURITY",
            "brands_store: row security is not on and forced",
        ),
        ("DROP POLICY same_brand ON brands_store", "brands_store: policies None"),
        ("CREATE UNIQUE INDEX sly ON brands_store (code)", "sly: begins with code"),
        (
            "ALTER TABLE catalog_stock ADD FOREIGN KEY (brand_id) REFERENCES brands_brand;"
            "ALTER TABLE brands_store ADD UNIQUE (id);"
            "ALTER TABLE catalog_stock ADD FOREIGN KEY (store_id) REFERENCES brands_store (id)",
            "catalog_stock: FOREIGN KEY (store_id) REFERENCES brands_store(id)",
        ),
    ],
)
def test_a_planted_breach_is_caught(own_database: str, owner: object, planted: str, found: str):
    owner(planted)  # type: ignore[operator]
    assert found in list(breaches())


def test_brand_owned_models_are_the_tables_with_a_brand(db: None) -> None:
    tables = {row[0] for row in many(OWNED)}
    assert {m._meta.db_table for m in apps.get_models() if issubclass(m, BrandOwned)} == tables


def wrong_keys(kinds: list[type[models.Model]]) -> list[str]:
    """Law 5: a foreign key stays in its room or points down, PROTECT, without a way back."""
    return [
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        for field in kind._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and not (
            field.remote_field.on_delete is models.PROTECT
            and field.remote_field.related_name == "+"
            and _points_down(kind, field)
        )
    ]


FLOORS = {
    "auth": 0,
    "brands": 1,
    "members": 2,
    "bills": 2,
    "catalog": 2,
    "ledger": 2,
    "webhooks": 2,
    "audience": 3,
    "kocs": 3,
    "orders": 3,
    "promotions": 3,
    "wallets": 3,
    "content": 4,
    "commissions": 4,
    "conversations": 4,
    "matching": 5,
    "events": 6,
}


def _points_down(kind: type[models.Model], field: models.ForeignKey) -> bool:
    own, target = kind._meta.app_label, field.remote_field.model._meta.app_label
    both_owned = issubclass(kind, BrandOwned) and issubclass(field.remote_field.model, BrandOwned)
    return (own == target or FLOORS[own] > FLOORS[target]) and (
        isinstance(field, SameBrandKey) or not both_owned
    )


def test_foreign_keys_stay_or_point_down() -> None:
    ours = [m for m in apps.get_models() if m.__module__.startswith("zhiyin.")]
    assert wrong_keys(ours) == []


def test_a_key_that_points_up_is_caught() -> None:
    class Sly(BrandOwned):
        look = SameBrandKey("content.Look")

        class Meta:
            app_label = "brands"

    try:
        assert wrong_keys([Sly]) == ["Sly.look"]
    finally:
        del apps.all_models["brands"]["sly"]
        apps.clear_cache()


def test_a_lookup_by_id_uses_the_primary_key(brand) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for kind in apps.get_models():
            if not issubclass(kind, BrandOwned):
                continue
            plan = kind.objects.filter(id=brand.id).explain()
            assert "(brand_id = " in plan, plan
            assert "Index" in plan, plan
