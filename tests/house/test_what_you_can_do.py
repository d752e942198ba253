"""The guide's list of what a person can do is true: each claim names a test that passes."""

import re
from pathlib import Path

import pytest

from tests.tally import FILES, PASSED

REPOSITORY = Path(__file__).resolve().parents[2]
LIST = REPOSITORY / "docs" / "guide" / "what-you-can-do.md"
PEOPLE = (
    "A newcomer",
    "A shopper",
    "A brand operator",
    "A store clerk",
    "A brand's developer",
    "A KOC",
    "Signing in",
)
OUTSIDE = re.compile(
    r"playwright|httpx|subprocess|schemathesis|zhiyin\(|import Client"
    r"|tests\.faults\.crowd|tests\.journeys\."
    r"(visiting|shopping|console_staff|api_town|fuzzing|test_api_orders|test_after_sales_pages)"
)
ROW = re.compile(r"^\| (?P<claim>[^|]+) \| `(?P<test>[^`|]+)` \|$")


def promises() -> list[tuple[str, str]]:
    """(claim, test) of every row of the list."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [(found["claim"], found["test"]) for line in lines if (found := ROW.match(line))]


def unkept(rows: list[tuple[str, str]], *, files: set[str], passed: set[str]) -> list[str]:
    """Claims whose test does not exist or, in the files that this run played, did not pass."""
    return [
        f"{claim}: {test}"
        for claim, test in rows
        if not _exists(test) or (test.partition("::")[0] in files and test not in passed)
    ]


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    file = REPOSITORY / path
    return file.is_file() and f"def {name}(" in file.read_text(encoding="utf-8")


def test_the_list_is_read_whole() -> None:
    """A row that the pattern does not read would be a claim that nobody holds us to."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and line != "| claim | test |"]
    assert len(promises()) == len(rows) >= 100
    people = [line for line in lines if line.startswith("## ")]
    assert people == [f"## {who}" for who in PEOPLE]


def test_every_claim_is_played_from_outside() -> None:
    """In Chromium, over HTTP or from the command line; not merely through the flows' functions."""
    files = {test.partition("::")[0] for _claim, test in promises()}
    inside = [
        file
        for file in sorted(files)
        if not OUTSIDE.search((REPOSITORY / file).read_text(encoding="utf-8"))
    ]
    assert inside == []


def test_every_claim_has_a_passing_test(request: pytest.FixtureRequest) -> None:
    stash = request.config.stash
    assert unkept(promises(), files=stash[FILES], passed=stash[PASSED]) == []


def test_a_claim_without_a_test_is_caught() -> None:
    rows = [("she flies", "tests/house/test_what_you_can_do.py::test_she_flies")]
    assert len(unkept(rows, files=set(), passed=set())) == 1


def test_a_claim_whose_test_failed_is_caught() -> None:
    file = "tests/house/test_what_you_can_do.py"
    rows = [("so", f"{file}::test_the_list_is_read_whole")]
    assert unkept(rows, files=set(), passed=set()) == []
    assert len(unkept(rows, files={file}, passed=set())) == 1
