"""The database that a test speaks to, for as long as it speaks to another than the run's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def inside(name: str, blocker: Any) -> Iterator[None]:
    """Let this process ask the database of this name; commits in it are real."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    with blocker.unblock():
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.close_pool()
            connection.settings_dict["NAME"] = before
