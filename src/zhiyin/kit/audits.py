"""Audits: questions to the database whose every answer is a row that should not be there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that breaks an invariant: its id, and plain values that help to look at it."""

    subject: str
    details: Mapping[str, str | int | bool | None] = field(default_factory=dict)


class Find(Protocol):
    """Looks for the violations of one brand, `limit` at most. Reads only, and names an order."""

    def __call__(self, *, brand_id: UUID, now: datetime, limit: int) -> tuple[Violation, ...]: ...


@dataclass(frozen=True, slots=True)
class Audit:
    """A named invariant. `code` is its stable name ("M4"), `says` what holds when none is found."""

    code: str
    says: str
    find: Find
