"""Money: not one fen is lost or made, whoever shares it out."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from zhiyin.kit.money import format_cny, split_fen

weights = lists(integers(0, 10_000), min_size=1, max_size=20).filter(lambda ws: sum(ws) > 0)
sums_fen = integers(0, 10**12)


@given(total_fen=sums_fen, weights=weights)
def test_a_split_neither_loses_nor_makes_a_fen(total_fen: int, weights: list[int]) -> None:
    shares = split_fen(total_fen, weights)
    assert len(shares) == len(weights)
    assert sum(shares) == total_fen


@given(total_fen=sums_fen, weights=weights)
def test_each_share_is_its_exact_part_rounded_down_or_up(
    total_fen: int, weights: list[int]
) -> None:
    whole = sum(weights)
    for share, weight in zip(split_fen(total_fen, weights), weights, strict=True):
        floor, remainder = divmod(total_fen * weight, whole)
        assert share in ({floor, floor + 1} if remainder else {floor})


@given(total_fen=sums_fen, shares=integers(1, 30))
def test_equal_weights_differ_by_one_fen_and_the_earlier_gets_it(
    total_fen: int, shares: int
) -> None:
    split = split_fen(total_fen, [1] * shares)
    assert split == sorted(split, reverse=True)
    assert split[0] - split[-1] <= 1


def test_ties_go_to_the_earlier_share() -> None:
    assert split_fen(100, [1, 1, 1]) == [34, 33, 33]
    assert split_fen(5, [2, 0, 2]) == [3, 0, 2]


@pytest.mark.parametrize(("total_fen", "weights"), [(1, []), (1, [0]), (-1, [1]), (5, [3, -1])])
def test_what_cannot_be_split_is_refused(total_fen: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot split"):
        split_fen(total_fen, weights)


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
