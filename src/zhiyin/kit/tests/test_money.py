"""Money: what is written is the sum, to the fen."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers

from zhiyin.kit.money import format_cny


@pytest.mark.parametrize(
    ("fen", "lang", "written"),
    [
        (36_800, "zh-Hans", "¥368"),
        (36_850, "zh-Hans", "¥368.50"),
        (36_805, "en", "¥368.05"),
        (0, "zh-Hans", "¥0"),
        (5, "en", "¥0.05"),
        (-350, "zh-Hans", "-¥3.50"),
        (128_000, "zh-Hans", "¥1280"),
        (128_000, "en", "¥1,280"),
        (128_000, "en-GB", "¥1,280"),
    ],
)
def test_a_sum_is_written_for_its_reader(fen: int, lang: str, written: str) -> None:
    assert format_cny(fen, lang) == written


@given(fen=integers(-(10**12), 10**12))
def test_what_is_written_reads_back_as_the_same_fen(fen: int) -> None:
    for lang in ("zh-Hans", "en"):
        sign, _, digits = format_cny(fen, lang).partition("¥")
        yuan, _, rest = digits.replace(",", "").partition(".")
        assert (-1 if sign else 1) * (int(yuan) * 100 + int(rest or 0)) == fen
