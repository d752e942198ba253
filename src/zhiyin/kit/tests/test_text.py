"""Text: what is stored is clean, bounded and stable; what is stored can be found again."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis.strategies import DataObject, characters, data, integers, text

from zhiyin.kit import text as words
from zhiyin.kit.errors import Kind

anything = text(characters(codec=None, exclude_characters="\0"), max_size=60)
chinese = text("连衣裙显瘦小腿粗婚礼米色鞋的不", min_size=1, max_size=20)
mixed = text("连衣裙显瘦Ab9é ，。·-_\n🎉", max_size=30)


@given(anything)
def test_cleaning_again_changes_nothing(raw: str) -> None:
    for clean in (words.clean_line, words.clean_block):
        once = clean(raw, 400)
        assert clean(once, 400) == once


@given(anything)
def test_clean_text_is_nfc_encodable_and_shows_all_it_holds(raw: str) -> None:
    for clean in (words.clean_line, words.clean_block):
        kept = clean(raw, 400)
        assert unicodedata.is_normalized("NFC", kept)
        assert kept.encode().decode() == kept
        assert not {unicodedata.category(char) for char in kept if char != "\n"} & {"Cc", "Cs"}
        assert kept == kept.strip()


@given(anything)
def test_a_line_has_no_break(raw: str) -> None:
    assert len(words.clean_line(raw, 400).splitlines()) <= 1


def test_a_line_keeps_words_and_loses_what_hides() -> None:
    raw = "\u202e 肩宽\u3000\t想穿\r\n去年会\u200b\ufeff \x07ok\ud800 "
    assert words.clean_line(raw, 40) == "肩宽 想穿 去年会 ok"
    assert words.clean_line("e\u0301", 1) == "é"
    assert words.clean_line("👩\u200d👧", 3) == "👩\u200d👧"


def test_a_block_keeps_its_lines_and_one_empty_line_between() -> None:
    raw = "\n\n 第一行 \r\n\r\n\r\n\r\n第二\t行\u2028第三行\n\n"
    assert words.clean_block(raw, 40) == "第一行\n\n第二 行\n第三行"


def test_a_nul_is_refused_by_name() -> None:
    for clean in (words.clean_line, words.clean_block):
        with pytest.raises(words.TextHasNul) as refusal:
            clean("160cm\0", 40)
        assert (refusal.value.code, refusal.value.kind) == ("text_has_nul", Kind.INVALID)


def test_the_limit_counts_what_is_kept() -> None:
    for clean in (words.clean_line, words.clean_block):
        assert clean("  瘦" + " " * 50, 1) == "瘦"
        with pytest.raises(words.TextTooLong) as refusal:
            clean("显瘦", 1)
        assert refusal.value.code == "text_too_long"
        assert refusal.value.details == {"max_chars": 1}


def test_text_that_grows_when_normalised_is_still_bounded() -> None:
    grows = "\ufb2c" * 10  # each becomes three characters in NFC
    with pytest.raises(words.TextTooLong):
        words.clean_line(grows, 29)
    assert len(words.clean_line(grows, 30)) == 30


def test_a_tower_of_marks_is_cut_to_what_writing_uses() -> None:
    for mark in ("\u0315", "\u0344"):  # the second decomposes into two
        cut = words.clean_line("q" + mark * 2_000, 1_001)
        assert len(cut) == 1 + words.MARKS_PER_LETTER


def test_bigrams_of_mixed_text() -> None:
    assert words.bigrams("A字连衣裙 Ｄｒｅｓｓ 160cm") == [
        *("a", "字", "连", "衣", "裙", "字连", "连衣", "衣裙", "dress", "160cm")
    ]
    assert words.bigrams("！？ \n🎉") == []


def test_search_tokens_are_pairs_or_the_single_character() -> None:
    assert words.search_tokens("连衣裙 M") == ["连衣", "衣裙", "m"]
    assert words.search_tokens("裙") == ["裙"]
    assert words.search_tokens("") == []


@given(chinese, data())
def test_every_piece_of_chinese_is_found(stored: str, draw: DataObject) -> None:
    start = draw.draw(integers(0, len(stored) - 1))
    stop = draw.draw(integers(start + 1, len(stored)))
    assert set(words.search_tokens(stored[start:stop])) <= set(words.bigrams(stored))


@given(mixed)
def test_tokens_are_distinct_lower_case_and_hold_no_space(stored: str) -> None:
    for tokens in (words.bigrams(stored), words.search_tokens(stored)):
        assert len(tokens) == len(set(tokens))
        assert all(token and token == token.lower() and token.isalnum() for token in tokens)
    assert set(words.search_tokens(stored)) <= set(words.bigrams(stored))
