"""The application of `benchmarks.browse`, whole or with a part taken out (ZHIYIN_BENCH_WITHOUT).

`brand_tx`: no transaction and no `set_config` around a request; the brand is a setting of the
database then, so that the same rows are seen. `database`: the key and the product are known, and
nothing is asked; what is left is granian, Django, the API's framework and the JSON.
"""

import os
from collections.abc import Iterator
from uuid import UUID

from zhiyin.interfaces.api import access, shop_side
from zhiyin.project.wsgi import application
from zhiyin.storage import tenancy

__all__ = ["application"]
WITHOUT = os.environ.get("ZHIYIN_BENCH_WITHOUT", "")


def _nothing(brand_id: UUID) -> Iterator[None]:
    yield


def _know_everything() -> None:
    """Remember the first key and the first product, and answer with them."""
    let_in, drawn = access.BrandKey.authenticate, shop_side._product
    known: dict[str, object] = {}

    def authenticate(self, request, key):  # type: ignore[no-untyped-def]
        if "role" not in known:
            known["role"] = let_in(self, request, key)
            known["brand"], known["key_id"] = request.brand, request.key_id
            known["language"] = request.language
        request.brand, request.key_id = known["brand"], known["key_id"]
        request.now, request.language = None, known["language"]
        return known["role"]

    def product(request, code):  # type: ignore[no-untyped-def]
        if "product" not in known:
            with REAL_TX(request.brand.id):
                known["product"] = drawn(request, code)
        return known["product"]

    access.BrandKey.authenticate = authenticate  # type: ignore[method-assign]
    shop_side._product = product


if WITHOUT:
    from contextlib import contextmanager
    from types import FunctionType

    whole = tenancy.brand_tx.__wrapped__  # type: ignore[attr-defined]
    REAL_TX = contextmanager(FunctionType(whole.__code__, whole.__globals__))
    if WITHOUT == "database":
        _know_everything()
    # every module holds the same function by now: it is emptied where it stands
    whole.__code__ = _nothing.__code__
