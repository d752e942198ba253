"""One transaction sees one brand, and the database itself holds the law of ownership."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, ProgrammingError, connection

from tests.cast import NOW, enter, make_brand
from zhiyin.domain.brands import operations, queries
from zhiyin.domain.brands.models import StaffRole, Store
from zhiyin.domain.brands.types import Role, StoreFacts
from zhiyin.storage.tenancy import brand_tx

SHOP = StoreFacts(code="S1", name_zh="一店", name_en="One", city="上海", address="示例路 1 号")


def test_a_transaction_sees_its_own_brand_only(two_brands):
    cedar, maple = two_brands
    enter(cedar.id)
    operations.save_stores(brand_id=cedar.id, stores=[SHOP], now=NOW)
    enter(maple.id)
    assert Store.objects.count() == 0
    assert queries.stores(brand_id=cedar.id).total == 0


def test_a_row_of_another_brand_is_refused(two_brands):
    cedar, maple = two_brands
    enter(maple.id)
    with pytest.raises(ProgrammingError, match="row-level security"):
        Store.objects.create(brand_id=cedar.id, opened_at=NOW, **SHOP.as_columns())


def test_the_brand_does_not_outlive_its_transaction(own_database):
    cedar = make_brand("cedar")
    with brand_tx(cedar.id):
        operations.save_stores(brand_id=cedar.id, stores=[SHOP], now=NOW)
        assert Store.objects.count() == 1
    assert Store.objects.count() == 0


def test_blocks_do_not_nest(own_database):
    cedar = make_brand("cedar")
    with brand_tx(cedar.id), pytest.raises(RuntimeError), brand_tx(cedar.id):
        pass


def test_a_key_cannot_point_at_another_brands_row(own_database):
    cedar, maple = make_brand("cedar"), make_brand("maple")
    with brand_tx(cedar.id):
        store_id = operations.add_store(brand_id=cedar.id, store=SHOP, now=NOW)
    user = User.objects.create_user("ming")
    clerk = StaffRole(brand_id=maple.id, user=user, role=Role.CLERK, store_id=store_id, since=NOW)
    with pytest.raises(IntegrityError), brand_tx(maple.id):
        clerk.save()


def test_the_web_role_is_neither_owner_nor_superuser(brand):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("app_web", False, False)
