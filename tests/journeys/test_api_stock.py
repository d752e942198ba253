"""A brand's developer states stock over the API; what orders hold stands against it."""

from datetime import timedelta

import pytest

from tests.cast import NOW
from tests.journeys import api_town
from tests.journeys.api_town import Caller
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.catalog.types import HoldLine
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def town(own_database):
    return api_town.found("cedar")


def test_what_orders_hold_is_not_offered_and_not_stated_away(town):
    call = Caller(api_town.key(town))
    sku = call("GET", "products/cedar-p0")["skus"][0]
    assert sku["on_hand"] == 3
    with brand_tx(town.brand.id):
        ids = goods.sku_ids_by_code(brand_id=town.brand.id, codes=[sku["code"]])
        stores = brands.store_ids_by_code(brand_id=town.brand.id, codes=["cedar-s1"])
        catalog.hold(
            brand_id=town.brand.id,
            lines=[HoldLine(ids[sku["code"]], stores["cedar-s1"], 2)],
            cause="order-1",
            until=NOW + timedelta(minutes=15),
            now=NOW,
        )
    assert call("GET", "products/cedar-p0")["skus"][0]["on_hand"] == 1
    line = {"sku_code": sku["code"], "store_code": "cedar-s1"}
    refused = call("PUT", "stock", {"lines": [line | {"on_hand": 1}]}, 409)
    assert (refused["code"], refused["details"]["held"]) == ("stock_below_held", 2)
    assert call("GET", "products/cedar-p0")["skus"][0]["on_hand"] == 1
    assert call("PUT", "stock", {"lines": [line | {"on_hand": 6}]}) == {"lines": 1}
    assert call("GET", "products/cedar-p0")["skus"][0]["on_hand"] == 4
