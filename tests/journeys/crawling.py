"""Every address of the product, taken from the resolver: a new route is crawled by being there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.town_talk import need_text
from tests.journeys.two_towns import Town

CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
# A page bears a token of its own each time; a file's tag and date are no content either.
TOKEN = re.compile(
    r'(csrfmiddlewaretoken" value="|csrf-token" content="|name="key" value=")[A-Za-z0-9-]+'
)


@dataclass(frozen=True)
class Route:
    """A name and the pattern of its address."""

    name: str
    pattern: str

    @property
    def params(self) -> list[str]:
        """The names in the pattern, in order."""
        return CONVERTED.findall(self.pattern)

    def path(self, values: Mapping[str, Any]) -> str:
        """The address with these values in it. KeyError: say in the town what stands for it."""
        return "/" + CONVERTED.sub(lambda found: str(values[found[1]]), self.pattern)


def routes() -> list[Route]:
    """Every route of the product."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: Any, before: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield Route(":".join((*spaces, pattern.name or "")), route)


@dataclass(frozen=True)
class Seen:
    """What came back: everything of it that a reader could read."""

    path: str
    status: int
    body: str
    headers: str

    def but_for(self, *words: object) -> tuple[int, str]:
        """Status and body, with these words (an id that was asked for) taken out."""
        body = TOKEN.sub(r"\1", self.body)
        for word in words:
            body = body.replace(str(word), "*")
        return self.status, body


def difference(one: tuple[int, str], other: tuple[int, str]) -> str:
    """Where two answers part, or that both are failures of ours; "" when neither."""
    if one[0] >= 500 or other[0] >= 500:
        return f"{one[0]} and {other[0]}"
    if one == other:
        return ""
    pairs = zip(one[1], other[1], strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one[1]), len(other[1])))
    return (
        f"{one[0]} …{one[1][at - 60 : at + 60]!r} and {other[0]} …{other[1][at - 60 : at + 60]!r}"
    )


def get(client: Client, path: str, query: Mapping[str, str] | None = None, **headers: str) -> Seen:
    """Open an address; redirects are not followed."""
    return _seen(path, client.get(path, query_params=query, headers=headers or None))


def send(client: Client, method: str, path: str, body: Any, **headers: str) -> Seen:
    """Send a form (a dictionary by POST) or, with headers of the API, JSON."""
    if headers:
        answer = client.generic(
            method, path, body, content_type="application/json", headers=headers
        )
    else:
        answer = client.post(path, body)
    return _seen(path, answer)


def _seen(path: str, answer: HttpResponseBase) -> Seen:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return Seen(path, answer.status_code, content.decode(errors="replace"), headers)


def quiet() -> Client:
    """A browser that is shown an error page, as hers would be."""
    return Client(raise_request_exception=False)


def member(town: Town, who: str) -> Client:
    """A member of the town, signed in."""
    client = quiet()
    session = client.session
    session[f"member:{town.mark}"] = str(town.people[who])
    session.save()
    return client


def staff(town: Town) -> Client:
    """The town's admin, signed in."""
    client = quiet()
    client.force_login(User.objects.get(pk=town.user_id))
    return client


def guest(town: Town) -> tuple[Client, str]:
    """A visitor who stated a need in the words of the town, and the need's id."""
    client = quiet()
    told = client.post(f"/s/{town.mark}/", {"need": need_text(town.mark)})
    assert told.status_code == 302
    return client, told["Location"].rstrip("/").split("/")[-1]


def values(town: Town, route: Route) -> dict[str, object]:
    """What stands for the parameters of a route in this town."""
    own = {
        **town.ids,
        "rank": 1,
        "slot": "styles",
        "term_slot": "styles",
        "value": town.style(),
        "external_id": f"{town.mark}-asker",
    }
    if "store" in route.name:
        own["code"] = f"{town.mark}-store"
    if "judge_show" in route.name:
        own["show_id"] = town.ids["pending_id"]
    return own


def keyed(town: Town) -> dict[str, str]:
    """The headers of the town's developer; what she sends is always a new request."""
    return {"X-Api-Key": town.api_key, "Idempotency-Key": str(uuid4())}


def a_client(town: Town, who: str) -> Client:
    """Somebody of the town, freshly come: no message of an earlier answer waits for her."""
    if who == "staff":
        return staff(town)
    return quiet() if who == "key" else member(town, who)
