"""A plug-in that remembers which tests passed, and runs the guide's list after all others.

Where several runs print at once, each writes what failed to the file ZHIYIN_FAILED as well.
"""

import os
from pathlib import Path

import pytest

PASSED = pytest.StashKey[set[str]]()
FILES = pytest.StashKey[set[str]]()
LAST = "test_what_you_can_do.py"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PASSED], config.stash[FILES] = set(), set()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[FILES] = {item.nodeid.partition("::")[0] for item in items}
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    report = yield
    if report.when == "call" and report.passed:
        path, *_, name = item.nodeid.partition("[")[0].split("::")
        item.config.stash[PASSED].add(f"{path}::{name}")
    if report.failed and (told := os.environ.get("ZHIYIN_FAILED")):
        with Path(told).open("a") as file:
            file.write(f"FAILED {item.nodeid} ({report.when}): {call.excinfo}\n")
    return report
