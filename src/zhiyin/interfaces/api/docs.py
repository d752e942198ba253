"""The API's document and the page that shows it: no script, so that it works under a strict CSP."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import Context, Engine
from django.templatetags.static import static
from django.views.decorators.http import require_GET
from ninja import NinjaAPI

from zhiyin.interfaces.matrix import API

PAGE = Path(__file__).with_name("docs.html")
STYLE = "zhiyin/api.css"


def document(api: NinjaAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    return dict(api.get_openapi_schema())


def views(api: NinjaAPI) -> tuple[Any, Any]:
    """The two open pages: the document, and its readable form."""

    @require_GET
    def openapi(request: HttpRequest) -> HttpResponse:
        return JsonResponse(document(api))

    @require_GET
    def docs(request: HttpRequest) -> HttpResponse:
        found = document(api)
        template = Engine.get_default().from_string(PAGE.read_text(encoding="utf-8"))
        page = template.render(
            Context(
                {
                    "title": found["info"]["title"],
                    "openapi": found["openapi"],
                    "document": request.path.removesuffix("docs") + "openapi.json",
                    "tokens": static("zhiyin/tokens.css"),
                    "style": static(STYLE),
                    "groups": _groups(found),
                }
            )
        )
        return HttpResponse(page)

    return openapi, docs


def _groups(found: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    calls = [
        _call(path, method, call, found)
        for path, methods in found["paths"].items()
        for method, call in methods.items()
    ]
    return [(tag, list(each)) for tag, each in groupby(calls, key=lambda call: str(call["tag"]))]


def _call(path: str, method: str, call: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    body = call.get("requestBody", {}).get("content", {})
    roles = API.get(f"{method.upper()} {path.lstrip('/')}", frozenset())
    return {
        "tag": (call.get("tags") or ["all"])[0],
        "id": call["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": call.get("summary", ""),
        "description": call.get("description", ""),
        "roles": ", ".join(sorted(actor.value for actor in roles)),
        "parameters": [
            {
                "name": one["name"],
                "place": one["in"],
                "required": one.get("required", False),
                "type": _type(one.get("schema", {})),
            }
            for one in call.get("parameters", [])
        ],
        "body": "\n".join(_body(each.get("schema", {}), found) for each in body.values()),
        "answers": ", ".join(str(status) for status in call.get("responses", {})),
    }


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    name = str(schema.get("format") or schema.get("type", "any"))
    return f"list of {_type(schema.get('items', {}))}" if name == "array" else name


def _body(schema: dict[str, Any], found: dict[str, Any]) -> str:
    named = found.get("components", {}).get("schemas", {})
    if "$ref" in schema:
        schema = named[schema["$ref"].rsplit("/", 1)[-1]]
    shown = {name: _type(each) for name, each in schema.get("properties", {}).items()}
    return json.dumps(shown, ensure_ascii=False, indent=2)
