"""Audits by one SQL statement each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from zhiyin.kit.audits import Find, Violation
from zhiyin.storage.sql import many


def looks(statement: str, *names: str, **params: object) -> Find:
    """A search by `statement`: its first column is the subject, `names` are those after it.

    The statement takes `brand_id`, `limit`, and `now` where time matters; `params` are its own.
    """

    def find(*, brand_id: UUID, now: datetime, limit: int) -> tuple[Violation, ...]:
        rows: list[tuple[Any, ...]] = many(
            statement, brand_id=brand_id, now=now, limit=limit, **params
        )
        return tuple(
            Violation(
                str(subject), {name: _plain(one) for name, one in zip(names, rest, strict=True)}
            )
            for subject, *rest in rows
        )

    return find


def _plain(value: Any) -> str | int | bool | None:
    return value if value is None or isinstance(value, str | int | bool) else str(value)
