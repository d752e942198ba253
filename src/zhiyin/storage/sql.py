"""Single statements where an act is hot: named parameters in, plain tuples out."""

from typing import Any

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
