"""What goes in and out of the API. Inputs refuse unknown names, and texts refuse a NUL."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field

OFFSET_MAX, LIMIT_MAX = 1_000_000, 200
SIMPLE = frozenset({str, int, bool, float, type(None), UUID})


def storable(text: str) -> str:
    """A text that the database can hold. Raises ValueError for a NUL or half a character."""
    if "\0" in text:
        raise ValueError("holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character") from None
    return text


def chars(max_chars: int, *, least: int = 0) -> Any:
    """The type of a text of so many characters."""
    return Annotated[str, Field(min_length=least, max_length=max_chars), AfterValidator(storable)]


Code: TypeAlias = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(storable)]
Line: TypeAlias = Annotated[str, Field(max_length=200), AfterValidator(storable)]
Block: TypeAlias = Annotated[str, Field(max_length=4_000), AfterValidator(storable)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(storable)]
Title: TypeAlias = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(storable)]
Reason: TypeAlias = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]


class In(Schema):
    """An input: unknown names are refused, so that a typo is not taken for silence."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(In):
    """Which page of a list. Lists have a fixed order, so pages neither repeat nor skip."""

    offset: int = Field(0, ge=0, le=OFFSET_MAX)
    limit: int = Field(50, ge=1, le=LIMIT_MAX)


class SearchQuery(PageQuery):
    """A page of what a search finds."""

    search: chars(80) = ""  # type: ignore[valid-type]


class Problem(Schema):
    """A refusal. `code` is stable; `message` is in the language of Accept-Language."""

    code: str
    kind: str
    message: str
    details: dict[str, Any] = {}


REFUSALS: Mapping[int, type[Problem]] = dict.fromkeys(
    (400, 401, 403, 404, 409, 422, 429, 503), Problem
)


def answers(shape: Any, *, status: int = 200) -> dict[int, Any]:
    """The responses of a call: what it gives with `status`, and the refusals."""
    return {status: shape, **REFUSALS}


class Listed(Schema):
    """A page of rows and how many there are in all."""

    items: list[dict[str, Any]]
    total: int


def listed(rows: Iterable[Any], total: int) -> dict[str, Any]:
    """Cards as a page."""
    return {"items": [plain(row) for row in rows], "total": total}


def plain(card: Any) -> dict[str, Any]:
    """A card as a JSON object. Raises TypeError for what is no card.

    As `dataclasses.asdict`, which copies every text and number deeply; that is most of its time.
    """
    return {name: _plain(getattr(card, name)) for name in _names(type(card))}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in SIMPLE:
        return value
    if is_dataclass(kind):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value
