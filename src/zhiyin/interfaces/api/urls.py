"""The HTTP API for a brand's developer."""

from typing import Any

from django.urls import path
from django.views.generic import RedirectView
from ninja import NinjaAPI, Router

from zhiyin.interfaces.api import (
    addresses_side,
    boards_side,
    buying_side,
    cases_side,
    her_needs_side,
    hers_side,
    house_side,
    imports_side,
    needs_side,
    offers_side,
    orders_side,
    parcels_side,
    people_side,
    promotions_side,
    shop_side,
    slots_side,
    webhooks_side,
)
from zhiyin.interfaces.api.access import ApiRequest, BrandKey, in_brand
from zhiyin.interfaces.api.docs import views
from zhiyin.interfaces.api.refusing import refuse_in_one_shape
from zhiyin.interfaces.api.shapes import answers, plain


class BrandApi(NinjaAPI):
    """The API with pages of its own in place of those that need scripts from elsewhere."""

    @property
    def urls(self) -> tuple[list[Any], str, str]:
        """Its addresses; the root, whose name the framework needs, leads to the page."""
        found, app, namespace = super().urls
        openapi, docs = views(self)
        own = [
            path("openapi.json", openapi, name="openapi-json"),
            path("docs", docs, name="docs"),
            path("", RedirectView.as_view(url="docs"), name="api-root"),
        ]
        kept = [pattern for pattern in found if getattr(pattern, "name", "") != "api-root"]
        return [*own, *kept], app, namespace


api = BrandApi(
    title="Zhiyin",
    version="1",
    description="Goods, people, needs and orders of one brand. Errors: docs/reference/errors.md.",
    openapi_url=None,
    docs_url=None,
    auth=BrandKey(),
)
refuse_in_one_shape(api)

brand = Router(tags=["brand"])


@brand.get("/brand", response=answers(dict))
@in_brand
def get_brand(request: ApiRequest) -> Any:
    """The brand that this key belongs to, and the key's role."""
    return plain(request.brand) | {"role": request.auth.value}


for router in (
    brand,
    needs_side.router,
    shop_side.router,
    slots_side.router,
    buying_side.router,
    orders_side.router,
    promotions_side.router,
    offers_side.router,
    parcels_side.router,
    cases_side.router,
    addresses_side.router,
    people_side.router,
    hers_side.router,
    her_needs_side.router,
    boards_side.router,
    house_side.router,
    imports_side.router,
    webhooks_side.router,
):
    api.add_router("", router)
