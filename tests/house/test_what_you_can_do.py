"""The guide's list of what a person can do is true: each sentence names a test that passes."""

import re
from pathlib import Path

import pytest

from tests.tally import PASSED

REPOSITORY = Path(__file__).resolve().parents[2]
LIST = REPOSITORY / "docs" / "guide" / "what-you-can-do.md"
ROW = re.compile(r"^\| (?P<sentence>[^|]+) \| `(?P<test>[^`|]+)` \|$")


def promises() -> list[tuple[str, str]]:
    """(sentence, test) of every row of the list."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [(found["sentence"], found["test"]) for line in lines if (found := ROW.match(line))]


def unkept(rows: list[tuple[str, str]], passed: set[str], is_full_run: bool) -> list[str]:
    """Sentences whose test does not exist or, where all tests ran, did not pass."""
    return [
        f"{sentence}: {test}"
        for sentence, test in rows
        if not _exists(test) or (is_full_run and test not in passed)
    ]


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    file = REPOSITORY / path
    return file.is_file() and f"def {name}(" in file.read_text(encoding="utf-8")


def test_the_list_is_not_empty() -> None:
    assert len(promises()) >= 20


def test_every_sentence_has_a_passing_test(request: pytest.FixtureRequest) -> None:
    config = request.config
    is_full_run = config.args_source is not pytest.Config.ArgsSource.ARGS
    assert unkept(promises(), config.stash[PASSED], is_full_run) == []


def test_a_sentence_without_a_test_is_caught() -> None:
    rows = [("she flies", "tests/house/test_what_you_can_do.py::test_she_flies")]
    assert len(unkept(rows, set(), is_full_run=False)) == 1


def test_a_sentence_whose_test_failed_is_caught() -> None:
    rows = [("so", "tests/house/test_what_you_can_do.py::test_the_list_is_not_empty")]
    assert unkept(rows, set(), is_full_run=False) == []
    assert len(unkept(rows, set(), is_full_run=True)) == 1
