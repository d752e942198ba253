"""Single statements where an act is hot: named parameters in, plain tuples out."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection


def one(statement: str, /, **params: object) -> tuple[Any, ...] | None:
    """The first row of `statement`, or None when it returns no row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def many(statement: str, /, **params: object) -> list[tuple[Any, ...]]:
    """Every row of `statement`; the statement itself carries the order and the limit."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def run(statement: str, /, **params: object) -> int:
    """Execute `statement` and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def packed(values: Iterable[UUID | bytes]) -> str:
    """Many ids or sealed values as one parameter, for `unnest(string_to_array(.., ','))`.

    Each is written in hexadecimal: cast an id with `::uuid`, open bytes with `decode(.., 'hex')`.
    An array parameter would be written down element by element, which takes longer than the
    insert that it is for.
    """
    return ",".join(one.hex if isinstance(one, UUID) else one.hex() for one in values)
