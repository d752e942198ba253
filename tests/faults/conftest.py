"""How hard the faults press, and the table of what came of it.

`make test` plays a tenth of the figures of the design, `make soak` all of them: the share is
ZHIYIN_FAULT_SHARE. Every draw comes from ZHIYIN_FAULT_SEED, which is printed. The parts of a soak
write their rows into one table, ZHIYIN_FAULT_TABLE.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SHARE = float(os.environ.get("ZHIYIN_FAULT_SHARE", "0.1"))
SEED = int(os.environ.get("ZHIYIN_FAULT_SEED", "20261122"))
TABLE = os.environ.get("ZHIYIN_FAULT_TABLE", "")
ROWS: list[tuple[str, str, str, float]] = []


@pytest.fixture
def figure() -> Callable[[int], int]:
    """So much of a full figure as this run plays, one at least."""
    return lambda full: max(1, round(full * SHARE))


@pytest.fixture
def seed() -> int:
    """What every draw of a test comes from."""
    return SEED


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Note a row of the table: what was played, and what came of it."""
    began = time.perf_counter()
    return lambda played, came: ROWS.append(
        (request.node.name, played, came, time.perf_counter() - began)
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if not ROWS:
        return
    terminalreporter.section(f"faults at {SHARE:g} of the full figures, seed {SEED}")
    lines = [
        f"{name:34.34} {played:32.32} {came} ({seconds:.0f} s)"
        for name, played, came, seconds in ROWS
    ]
    for line in lines:
        terminalreporter.write_line(line)
    if TABLE:
        with Path(TABLE).open("a", encoding="utf-8") as table:
            table.writelines(f"{line}\n" for line in lines)
