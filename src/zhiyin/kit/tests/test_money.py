"""Money: what is written is the sum, to the fen."""

import pytest
from hypothesis import assume, given
from hypothesis.strategies import integers, lists

from zhiyin.kit.money import format_cny, split_fen


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


@given(weights=lists(integers(0, 10**9), min_size=1, max_size=30), share=integers(0, 10**4))
def test_a_split_loses_nothing_and_overfills_nobody(weights, share) -> None:
    assume(sum(weights))
    total = sum(weights) * share // 10**4
    shares = split_fen(total, weights)
    assert sum(shares) == total
    assert all(0 <= got <= weight for got, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0]), (1, [2, -1])])
def test_what_cannot_be_split(total, weights) -> None:
    with pytest.raises(ValueError, match="cannot split"):
        split_fen(total, weights)
