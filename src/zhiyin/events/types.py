"""How events are written down and found again."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_type_hints
from uuid import UUID

from zhiyin.kit.events import DomainEvent

REACT_TASK = "react"
REACT_QUEUE = "reactions"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event's row: its name, and the fields as JSON values."""

    id: UUID
    brand_id: UUID
    name: str
    at: datetime
    payload: dict[str, Any]


def plain(value: object) -> object:
    """A field's value as JSON can hold it."""
    if isinstance(value, UUID | date):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def revive(stored: StoredEvent, kinds: Iterable[type[DomainEvent]]) -> DomainEvent | None:
    """The event that was recorded, or None when none of `kinds` bears its name."""
    for kind in kinds:
        if kind.name == stored.name:
            hints = get_type_hints(kind)
            return kind(
                brand_id=stored.brand_id,
                at=stored.at,
                **{
                    field.name: _typed(hints[field.name], stored.payload[field.name])
                    for field in fields(kind)
                    if field.name not in ("brand_id", "at")
                },
            )
    return None


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(hint, UnionType):
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return value
