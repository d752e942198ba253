"""Acts run in a copy of this process that is killed, as by `kill -9`, at one of its statements."""

import os
import random
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

MOST_CALLS = 40
"""More than the longest act makes, so that some copies come through alive."""
FAILED = 7


@dataclass
class Toll:
    """How many copies were killed, and how many tries an act took until it came through."""

    kills: int = 0
    acts: int = 0


def until_it_comes_through(act: Callable[[], object], draw: random.Random, toll: Toll) -> None:
    """Try an act, killed at a drawn call of the database, until one try is not killed in time."""
    toll.acts += 1
    while _try(act, at=draw.randint(1, MOST_CALLS), before=draw.random() < 0.5) == -signal.SIGKILL:
        toll.kills += 1


def _try(act: Callable[[], object], *, at: int, before: bool) -> int:
    """The exit of a copy of this process that does `act` and is killed at call number `at`."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    if not (child := os.fork()):
        code = FAILED
        try:
            with _killed(at=at, before=before):
                act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), "the act failed: see above"
    return code


@contextmanager
def _killed(*, at: int, before: bool) -> Iterator[None]:
    """From here on, this process dies at its database call number `at`, before or after it."""
    calls = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def hooked(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            mine = calls
            if before and mine == at:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = call(*args, **kwargs)
            if not before and mine == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return hooked

    psycopg.Cursor.execute = counted(psycopg.Cursor.execute)  # type: ignore[method-assign]
    psycopg.Connection.commit = counted(psycopg.Connection.commit)  # type: ignore[method-assign]
    yield
