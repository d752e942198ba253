"""A number that somebody sends is read or refused, whatever its length or writing."""

import pytest

from zhiyin.kit.numbers import whole


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("7", 7), ("1000", 1000), ("0" * 9_999 + "12", 12)]
)
def test_a_number_up_to_the_most_is_read(text: str, number: int) -> None:
    assert whole(text, most=1_000) == number


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1.0", " 1", "1_0", "²", "٣", "1001", "9" * 9_999]
)
def test_anything_else_is_refused(text: str) -> None:
    assert whole(text, most=1_000) is None
