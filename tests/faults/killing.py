"""Acts run in a copy of this process that is killed, as by `kill -9`, at one of its statements."""

import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

FAILED = 255
MOST_COUNTED = 250
NEVER = 10**9


@dataclass
class Toll:
    """How many copies were killed, and how many tries an act took until it came through."""

    kills: int = 0
    acts: int = 0


def calls_of(act: Callable[[], object]) -> int:
    """How often an act calls the database, commits included. It is done by a copy, unharmed."""
    return _try(act, at=NEVER, before=True)


def until_it_comes_through(
    act: Callable[[], object], draw: random.Random, toll: Toll, calls: int
) -> None:
    """Try an act, killed at a drawn call of the database, until one try is not killed in time.

    `calls` is how many such an act makes; two tries of three are killed.
    """
    toll.acts += 1
    most = calls + calls // 2
    while _try(act, at=draw.randint(1, most), before=draw.random() < 0.5) == -signal.SIGKILL:
        toll.kills += 1


def _try(act: Callable[[], object], *, at: int, before: bool) -> int:
    """Have a copy of this process do `act`, killed at call number `at`.

    Returns how many calls it made if it came through, or -SIGKILL.
    """
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    if not (child := os.fork()):
        code = FAILED
        try:
            with _killed(at=at, before=before) as made:
                act()
            code = min(made[0], MOST_COUNTED)
        finally:
            if sys.exc_info()[1] is not None:
                traceback.print_exc()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code != FAILED, "the act failed: see above"
    return code


@contextmanager
def _killed(*, at: int, before: bool) -> Iterator[list[int]]:
    """From here on, this process dies at its database call number `at`, before or after it.

    Yields a list of one number: the calls made so far.
    """
    calls = [0]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def hooked(*args: Any, **kwargs: Any) -> Any:
            calls[0] += 1
            mine = calls[0]
            if before and mine == at:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = call(*args, **kwargs)
            if not before and mine == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return hooked

    psycopg.Cursor.execute = counted(psycopg.Cursor.execute)  # type: ignore[method-assign]
    psycopg.Connection.commit = counted(psycopg.Connection.commit)  # type: ignore[method-assign]
    yield calls
