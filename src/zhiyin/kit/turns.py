"""One after another, where one that fails must not hold up those behind it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
MOST_FAILED = 100
"""After so many it is not one of them that is wrong, but all."""


def each(things: Iterable[T], act: Callable[[T], object]) -> None:
    """Do `act` with each of them, whatever became of those before.

    Raises ExceptionGroup of what the failed ones raised, at the end: the job that calls fails where
    people look, and its next run begins with the others done.
    """
    failed: list[Exception] = []
    for thing in things:
        try:
            act(thing)
        except Exception as error:  # noqa: BLE001, all of them are raised below
            failed.append(error)
            if len(failed) == MOST_FAILED:
                break
    if failed:
        raise ExceptionGroup("some of them failed", failed)
