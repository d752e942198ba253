"""What the benchmarks over HTTP share: a PostgreSQL of the run's own, rates, and pgbench beside."""

import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.crowd import Answer, Call, press

PGBENCH = re.compile(r"tps = ([0-9.]+)")
WORD = re.compile(r"[0-9A-Za-z-]+")
"""What of a statement can be another in the next order: ids, numbers, sealed values."""
ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
DIGITS = 12
"""Of the number that a script draws: the last part of an id."""


@contextmanager
def own_server() -> Iterator[Path]:
    """A state folder with a PostgreSQL that waits for the disk, migrated; Django speaks to it."""
    with tempfile.TemporaryDirectory(prefix="zhiyin-bench-") as state:
        os.environ |= {
            "ZHIYIN_STATE": state,
            "ZHIYIN_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "zhiyin.project.settings",
        }
        from zhiyin.storage import addresses, embedded

        addresses.start()
        try:
            subprocess.run([sys.executable, "-m", "zhiyin", "db", "migrate"], check=True)
            import django

            django.setup()
            yield Path(state)
        finally:
            embedded.remove(addresses.CLUSTER)


def rate(port: int, calls: Sequence[Call], at_once: int) -> tuple[float, list[Answer]]:
    """Calls a second, so many at a time, and what they were answered."""
    began = time.perf_counter()
    answers = press(port, calls, at_once=at_once)
    return len(calls) / (time.perf_counter() - began), answers


def statements(run: Any) -> list[str]:
    """Every statement that `run` has this process send, as it was sent, BEGIN and COMMIT too."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        run()
    return [query["sql"] for query in asked.captured_queries]


def script_of(one: Sequence[str], other: Sequence[str]) -> str:
    """A pgbench script that does what `one` does, anew each time.

    Words in which `one` differs from `other`, the same journey again, are drawn: they end with the
    script's own number. Moments stay. Raises ValueError where the two are not the same statements.
    """
    drawn: dict[str, int] = {}
    for mine, hers in zip(one, other, strict=True):
        for word, another in zip(WORD.findall(mine), WORD.findall(hers), strict=True):
            if word != another and len(word) >= DIGITS:
                drawn.setdefault(word.replace("-", ""), len(drawn))

    def said(found: re.Match[str]) -> str:
        word = found.group()
        n = drawn.get(word.replace("-", ""))
        if n is None:
            return word
        if ID.fullmatch(word):
            dashed = f"{n:08d}-0000-7000-8000-"
            return (dashed if "-" in word else dashed.replace("-", "")) + ":n"
        return word[:-DIGITS] + ":n"

    lines = [" ".join(WORD.sub(said, sql).split()) + ";" for sql in one]
    return "\n".join([r"\set n random(100000000000, 999999999999)", *lines]) + "\n"


def pgbench(scripts: Sequence[str], *, clients: int, seconds: int) -> float:
    """Scripts a second by pgbench, drawn evenly, as the role that serves people."""
    from zhiyin.storage import addresses, places

    place = places.find(addresses.CLUSTER)
    assert place is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        words = [str(places.binaries(place) / "pgbench"), "-n", "-T", str(seconds)]
        words += ["-c", str(clients), "-j", "2", "-M", "simple"]
        for n, script in enumerate(scripts):
            path = folder / f"{n}.sql"
            path.write_text(script, encoding="utf-8")
            words += ["-f", str(path)]
        status, printed = places.run(place.account, [*words, addresses.url("web")])
        assert status == 0, printed
        found = PGBENCH.search(printed)
        assert found, printed
        return float(found.group(1))


def spread(rates: Sequence[float]) -> list[float]:
    """Rates from the slowest to the fastest."""
    return sorted(round(one, 1) for one in rates)


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """p50 and p99 of some waits."""
    return {
        "p50_ms": round(statistics.median(seconds) * 1000, 1),
        "p99_ms": round(statistics.quantiles(seconds, n=100)[98] * 1000, 1),
    }


def machine() -> dict[str, Any]:
    return {"cpus": os.cpu_count(), "python": platform.python_version()}
