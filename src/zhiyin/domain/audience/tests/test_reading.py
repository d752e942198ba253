"""What a shopper writes and what is understood of it, in both languages."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.domain.audience.types import (
    NEED_MAX_CHARS,
    NeedHasNul,
    NeedTooLong,
    ProblemCode,
    Reading,
    slots_from_json,
    slots_to_json,
)

TODAY = date(2026, 11, 22)


def reading(text: str) -> Reading:
    return read(text, shipped(), TODAY)


def understood(text: str) -> dict[str, object]:
    return slots_to_json(reading(text).slots)


def test_the_need_of_the_front_page_gives_its_eight_chips_and_a_date() -> None:
    text = "160，100斤，梨形，小腿粗，下个月参加婚礼，想显瘦，配我的米色鞋，400以内"
    assert [(chip.slot, chip.value, chip.words) for chip in reading(text).chips] == [
        ("height_cm", 160.0, "160"),
        ("weight_kg", 50.0, "100斤"),
        ("body_shape", "pear", "梨形"),
        ("concerns", "thick_calves", "小腿粗"),
        ("needed_by", "2026-12", "下个月"),
        ("occasion", "wedding", "参加婚礼"),
        ("goals", "slimming", "显瘦"),
        ("owned", "beige shoes", "米色鞋"),
        ("budget_cny_max", 400.0, "400以内"),
    ]
    assert reading(text).not_understood == ()
    assert reading(text).problems == ()


def test_an_english_need() -> None:
    text = (
        "5'4\", 140 lbs, pear shaped, need a dress for a summer wedding that hides my upper arms, "
        "no black"
    )
    assert understood(text) == {
        "height_cm": 162.6,
        "weight_kg": 63.5,
        "body_shape": "pear",
        "goals": ["cover_arms"],
        "occasion": "wedding",
        "categories": ["dress"],
        "color_avoid": ["black"],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("胳膊不粗", {}),
        ("小腿有点粗，胳膊不粗", {"concerns": ["thick_calves"]}),
        ("手臂和小腿都比较粗", {"concerns": ["thick_arms", "thick_calves"]}),
        ("胯大腿粗", {"concerns": ["wide_hips", "thick_thighs"]}),
        ("胸大腿短", {"concerns": ["full_bust", "short_legs"]}),
        ("骨盆大腿短", {"concerns": ["wide_hips", "short_legs"]}),
        ("not too short", {}),
        ("my arms aren't thick", {}),
        ("my arms and calves are a bit thick", {"concerns": ["thick_arms", "thick_calves"]}),
        ("my hips aren't wide and my legs are short", {"concerns": ["short_legs"]}),
        ("wide hips and my legs are long", {"concerns": ["wide_hips"]}),
        ("不显黑", {"goals": ["brighter_skin"]}),
        ("怕显胖", {"goals": ["slimming"]}),
        ("nothing that makes me look short", {"goals": ["taller"]}),
        ("不想露胳膊", {"goals": ["cover_arms"]}),
        ("hide my thick arms", {"concerns": ["thick_arms"], "goals": ["cover_arms"]}),
        ("make my legs look longer", {"goals": ["longer_legs"]}),
    ],
)
def test_concerns_and_goals_with_their_negations(text: str, expected: dict[str, object]) -> None:
    assert understood(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不要黑色", {"color_avoid": ["black"]}),
        ("别太黑", {"color_avoid": ["black"]}),
        ("黑色红色都不要", {"color_avoid": ["black", "red"]}),
        ("红色不要，绿色可以", {"color_like": ["green"], "color_avoid": ["red"]}),
        ("除了红色都行", {"color_avoid": ["red"]}),
        ("anything except red", {"color_avoid": ["red"]}),
        ("I won't wear black, brown or grey", {"color_avoid": ["black", "brown", "grey"]}),
        (
            "I don't like brown but I love purple",
            {"color_like": ["purple"], "color_avoid": ["brown"]},
        ),
        ("不要黑色的裙子", {"categories": ["skirt"], "color_avoid": ["black"]}),
        ("不要裙子", {}),
        ("喜欢黑白灰", {"color_like": ["black", "white", "grey"]}),
        ("皮肤不黑", {}),
        ("黄黑皮", {"skin_tone": "olive"}),
        ("皮肤黑，偏黄", {"skin_tone": "olive"}),
        ("黑色显老", {"goals": ["younger"], "color_avoid": ["black"]}),
        ("brown hair", {}),
    ],
)
def test_colours_liked_and_refused(text: str, expected: dict[str, object]) -> None:
    assert understood(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("配我的米色鞋", {"owned": ["beige shoes"]}),
        ("to go with my beige shoes", {"owned": ["beige shoes"]}),
        (
            "家里有黑色裤子和白衬衫，想买件外套",
            {"categories": ["coat"], "owned": ["black trousers", "white shirt"]},
        ),
        ("鞋子已经有了，想买裙子", {"categories": ["skirt"], "owned": ["shoes"]}),
        ("跟黑裤子搭的上衣", {"categories": ["top"], "owned": ["black trousers"]}),
        ("我的鞋是米色的，想配一条裙子", {"categories": ["skirt"], "owned": ["beige shoes"]}),
        ("配我的珍珠项链", {"owned": ["necklace"]}),
        ("I have a black skirt, want a red bag", {
            "categories": ["bag"], "color_like": ["red"], "owned": ["black skirt"],
        }),
        ("I have a big belly and a red scarf", {"concerns": ["belly"], "owned": ["red scarf"]}),
    ],
)  # fmt: skip
def test_what_she_owns_is_not_what_she_wants(text: str, expected: dict[str, object]) -> None:
    assert understood(text) == expected


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("给妈妈买件外套", "mother"),
        ("我妈158，130斤", "mother"),
        ("女朋友喜欢绿色，想送她一件", "partner"),
        ("gift for my daughter", "child"),
        ("自己穿", "self"),
        ("我自己觉得好看", None),
        ("参加闺蜜婚礼", None),
        ("给闺蜜当伴娘", None),
        ("for my best friend's wedding", None),
        ("不是买给我妈的", None),
    ],
)
def test_for_whom_is_the_wearer_and_not_everybody_named(text: str, person: str | None) -> None:
    assert reading(text).slots.for_whom == person


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("显廋", "goals", "slimming"),
        ("连依裙", "categories", "dress"),
        ("跨宽", "concerns", "wide_hips"),
        ("小腿租", "concerns", "thick_calves"),
        ("weding", "occasion", "wedding"),
        ("broad sholders", "concerns", "broad_shoulders"),
        ("皮膚偏黃", "skin_tone", "olive"),
        ("ＤＲＥＳＳ", "categories", "dress"),
        ("T恤", "categories", "top"),
        ("pear-shaped", "body_shape", "pear"),
    ],
)
def test_everyday_slips_and_other_spellings(text: str, slot: str, value: str) -> None:
    assert [(chip.slot, chip.value) for chip in reading(text).chips] == [(slot, value)]


def test_a_common_word_is_not_taken_for_a_slip() -> None:
    assert understood("please write, I stock cards alone") == {}


def test_the_greatest_occasion_wins_over_the_everyday_one() -> None:
    assert reading("平时也能穿，参加婚礼的裙子").slots.occasion == "wedding"
    assert reading("不是上班穿，约会穿").slots.occasion == "date"


def test_chips_point_into_what_she_typed_and_not_into_the_folded_text() -> None:
    text = "🌸🌸 １６０ｃｍ，一百二十斤，想買顯白的連衣裙!!!!!!"
    for chip in reading(text).chips:
        assert text[chip.start : chip.end] == chip.words
    assert [chip.words for chip in reading(text).chips] == [
        "１６０ｃｍ",
        "一百二十斤",
        "顯白的",
        "連衣裙",
    ]


def test_words_that_gave_no_chip_are_shown() -> None:
    answer = reading("想买蕾丝的连衣裙，要有口袋")
    assert [span.words for span in answer.not_understood] == ["蕾丝", "口袋"]
    for span in answer.not_understood:
        assert answer.chips[0].end <= span.start or span.end <= answer.chips[0].start


@pytest.mark.parametrize(
    ("text", "code", "slot", "words"),
    [
        ("身高16米，梨形", ProblemCode.FACT_IMPLAUSIBLE, "height_cm", "身高16米"),
        ("I am 16 m tall", ProblemCode.FACT_IMPLAUSIBLE, "height_cm", "16 m tall"),
        ("160cm 900斤", ProblemCode.FACT_IMPLAUSIBLE, "weight_kg", "900斤"),
        ("想显瘦又想显胖", ProblemCode.FACTS_CONTRADICT, "goals", "显胖"),
        ("胸大，平胸", ProblemCode.FACTS_CONTRADICT, "concerns", "平胸"),
        ("梨形，沙漏型", ProblemCode.FACTS_CONTRADICT, "body_shape", "沙漏型"),
        ("身高160，身高170", ProblemCode.FACTS_CONTRADICT, "height_cm", "身高170"),
        ("dress under $80", ProblemCode.CURRENCY_UNSUPPORTED, "budget_cny_max", "$80"),
    ],
)
def test_what_cannot_be_is_a_problem_and_not_a_chip(
    text: str, code: ProblemCode, slot: str, words: str
) -> None:
    answer = reading(text)
    assert [(p.code, p.slot, p.words) for p in answer.problems] == [(code, slot, words)]
    assert words not in {chip.words for chip in answer.chips}


def test_a_text_beyond_the_limit_is_refused_by_name() -> None:
    assert reading("裙" * NEED_MAX_CHARS).slots.categories == ("skirt",)
    with pytest.raises(NeedTooLong) as refusal:
        reading("裙" * (NEED_MAX_CHARS + 1))
    assert refusal.value.code == "need_too_long"
    assert refusal.value.details == {"chars": NEED_MAX_CHARS + 1, "limit": NEED_MAX_CHARS}


def test_a_nul_is_refused_by_name() -> None:
    with pytest.raises(NeedHasNul):
        reading("连衣裙\x00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👗" * 500,
        "'; DROP TABLE audience_need; --",
        "\u202eمرحبا فستان\u202c",
        "\x01\x1b[31m",
        "½" * 300,
    ],
)
def test_odd_texts_are_read_as_nothing(text: str) -> None:
    assert understood(text) == {}


PIECES = st.sampled_from(
    [
        *(
            "160",
            "100斤",
            "5'4",
            "400",
            "以内",
            "75C",
            "一百",
            "米",
            "５",
            "㎏",
            "½",
            "~",
            "-",
            "'",
            '"',
        ),
        *(
            "不",
            "不要",
            "黑色",
            "、",
            "，",
            "的",
            "裙子",
            "配",
            "我的",
            "鞋",
            "给",
            "妈妈",
            "胳膊",
            "粗",
        ),
        *("有点", "婚礼", "下个月", "显", "胖", "no ", "not ", "thick ", "arms ", "and ", "my "),
        *("\n", "é", "🌸", "\u202e", "\u200b"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_is_read_with_spans_inside_it_and_values_of_the_taxonomy(text: str) -> None:
    text = text.replace("\x00", " ")
    answer = reading(text)
    pieces = [(one.start, one.end, one.words) for one in answer.chips]
    pieces += [(one.start, one.end, one.words) for one in answer.not_understood]
    pieces += [(one.start, one.end, one.words) for one in answer.problems]
    for start, end, words in pieces:
        assert text[start:end] == words != ""
    stated = slots_to_json(answer.slots)
    assert slots_from_json(stated, vocabulary=shipped().vocabulary) == answer.slots
    count = sum(len(v) if isinstance(v, list) else 1 for v in stated.values())
    assert len(answer.chips) == count
    assert reading(text) == answer
