"""The reference pages say what the code says."""

import re

import pytest

from tools import reference


@pytest.mark.parametrize("name", ["errors.md", "import.md"])
def test_a_page_that_is_made_from_the_code_is_not_stale(name):
    made = reference.pages()[reference.REFERENCE / name]
    kept = (reference.REFERENCE / name).read_text(encoding="utf-8")
    assert kept == made, "run: python tools/reference.py"


def test_a_code_means_one_thing_and_says_what_it_is():
    found = reference.refusals()
    codes = [refusal.code for refusal in found]
    assert sorted({code for code in codes if codes.count(code) > 1}) == []
    assert all(re.fullmatch(r"([a-z]+\.)?[a-z]+(_[a-z0-9]+)*", code) for code in codes)
    unsaid = [refusal.code for refusal in found if len(reference._sentence(refusal)) < 10]
    assert unsaid == []
