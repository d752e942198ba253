"""The reference page says what the code does: its examples are run."""

import doctest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[5] / "docs" / "reference" / "pricing.md"


def test_the_examples_of_the_page() -> None:
    tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried.failed == 0
    assert tried.attempted > 15
