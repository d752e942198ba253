"""The application of `benchmarks.browse`, whole or with a part taken out (ZHIYIN_BENCH_WITHOUT).

`brand_tx`: no transaction and no `set_config` around a request; the brand is a setting of the
role then, so that the same rows are seen. `database`: the key and the product are known, and
nothing is asked; what is left is granian, Django, the API's framework and the JSON.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any
from uuid import UUID

from zhiyin.project.wsgi import application

__all__ = ["application"]


def _nothing(brand_id: UUID) -> Iterator[None]:
    yield


def _without_brand_tx() -> Any:
    """Empty `brand_tx` where it stands, for every module holds it. Returns the whole one."""
    from zhiyin.storage import tenancy

    inner = tenancy.brand_tx.__wrapped__  # type: ignore[attr-defined]
    whole = contextmanager(FunctionType(inner.__code__, inner.__globals__))
    inner.__code__ = _nothing.__code__
    return whole


def _without_database(brand_tx: Any) -> None:
    """Remember the first key and the first product, and answer with them."""
    from zhiyin.interfaces.api import access, shop_side

    let_in, drawn = access.BrandKey.authenticate, shop_side._product
    known: dict[str, Any] = {}

    def authenticate(self: Any, request: Any, key: str | None) -> Any:
        if "role" not in known:
            role = let_in(self, request, key)
            known.update(brand=request.brand, key_id=request.key_id, role=role)
        request.brand, request.key_id = known["brand"], known["key_id"]
        request.now, request.language = None, "zh-hans"
        return known["role"]

    def product(request: Any, code: str) -> Any:
        if "product" not in known:
            with brand_tx(request.brand.id):
                known["product"] = drawn(request, code)
        return known["product"]

    access.BrandKey.authenticate = authenticate  # type: ignore[method-assign]
    shop_side._product = product


WITHOUT = os.environ.get("ZHIYIN_BENCH_WITHOUT", "")
if WITHOUT:
    whole_tx = _without_brand_tx()
    if WITHOUT == "database":
        _without_database(whole_tx)
