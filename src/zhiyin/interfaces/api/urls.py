"""The HTTP API."""

from ninja import NinjaAPI

api = NinjaAPI(title="Zhiyin", version="1", openapi_url="openapi.json", docs_url="docs")
