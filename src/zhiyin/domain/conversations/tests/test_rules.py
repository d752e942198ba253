"""What a KOC may see, who is asked next, and which moves a question allows: without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.domain.audience.kept import BODY_SLOTS
from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.domain.audience.types import SLOTS, NeedSlots
from zhiyin.domain.conversations.rules import (
    HIDDEN,
    NUMBERS_SHOWN,
    WORDS_SHOWN,
    after,
    before,
    checked_answer,
    checked_picks,
    masked,
    ranked,
    shown_chips,
)
from zhiyin.domain.conversations.types import (
    AnswerEmpty,
    Candidate,
    QuestionMove,
    QuestionMoveRefused,
    QuestionState,
    Sight,
    TooManyPicks,
)
from zhiyin.kit.ids import uuid7
from zhiyin.kit.text import TextTooLong

TAXONOMY = shipped()


def sight(slots=None, *, shares_body=True, names=()) -> Sight:
    return Sight(
        said=(slots or NeedSlots()).said(),
        wording=TAXONOMY,
        shares_body=shares_body,
        hidden_names=names,
    )


def test_a_question_moves_once_and_then_no_more():
    moves = {move: after(QuestionState.WAITING, move) for move in QuestionMove}
    assert moves == {
        QuestionMove.ANSWER: QuestionState.ANSWERED,
        QuestionMove.DECLINE: QuestionState.DECLINED,
        QuestionMove.EXPIRE: QuestionState.EXPIRED,
        QuestionMove.WITHDRAW: QuestionState.WITHDRAWN,
    }
    for state in set(QuestionState) - {QuestionState.WAITING}:
        for move in QuestionMove:
            with pytest.raises(QuestionMoveRefused) as refused:
                after(state, move)
            assert refused.value.details == {"state": state.value, "move": move.value}
    assert all(before(move) == (QuestionState.WAITING,) for move in QuestionMove)


def test_every_slot_is_told_in_one_way_or_not_at_all():
    assert NUMBERS_SHOWN.keys() | WORDS_SHOWN.keys() == SLOTS.keys()
    assert not NUMBERS_SHOWN.keys() & WORDS_SHOWN.keys()


def test_chips_are_worded_in_both_languages():
    slots = NeedSlots(
        height_cm=160.0,
        weight_kg=50.0,
        age=29.0,
        body_shape="pear",
        concerns=("thick_calves",),
        occasion="wedding",
        color_avoid=("black",),
        budget_cny_max=400.0,
    )
    assert [(chip.slot, chip.zh, chip.en) for chip in shown_chips(sight(slots))] == [
        ("height_cm", "身高 160 cm", "height 160 cm"),
        ("weight_kg", "体重 47–53 kg", "weight 47–53 kg"),
        ("age", "年龄 20–30 岁", "age 20–30 years"),
        ("body_shape", *labels("body_shape", "pear")),
        ("concerns", *labels("concerns", "thick_calves")),
        ("occasion", *labels("occasion", "wedding")),
        ("color_avoid", *(named("color_avoid", "black"))),
        ("budget_cny_max", *(f"{name('budget_cny_max', at)} 400 {unit}" for at, unit in UNITS)),
    ]


UNITS = (("zh-Hans", "元"), ("en", "CNY"))


def name(slot, language):
    return TAXONOMY.slot_label(slot, language)


def labels(slot, value):
    return tuple(TAXONOMY.value_label(slot, value, language) for language, _ in UNITS)


def named(slot, value):
    words = labels(slot, value)
    return tuple(f"{name(slot, at)} {word}" for (at, _), word in zip(UNITS, words, strict=True))


def test_without_her_consent_no_body_fact_goes_along():
    slots = NeedSlots(
        height_cm=160.0,
        weight_kg=50.0,
        bust_cm=88.0,
        waist_cm=70.0,
        hip_cm=95.0,
        age=29.0,
        band_cm=75.0,
        cup="c",
        body_shape="pear",
        skin_tone="olive",
        concerns=("belly",),
        goals=("slimming",),
        occasion="wedding",
    )
    assert slots.said().keys() >= BODY_SLOTS
    hidden = shown_chips(sight(slots, shares_body=False))
    assert [chip.slot for chip in hidden] == ["goals", "occasion"]
    shared = shown_chips(sight(slots))
    assert {chip.slot for chip in shared if chip.is_body} == BODY_SLOTS


@given(tenths=st.integers(30, 3_000))
def test_a_weight_lies_in_its_range_and_is_never_one_of_its_ends(tenths):
    weight_kg = tenths / 10
    (chip,) = shown_chips(sight(NeedSlots(weight_kg=weight_kg)))
    low, high = (int(end) for end in chip.en.split()[1].split("–"))
    assert low < weight_kg < high
    assert high - low == 6


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("我电话13800138000，加我", f"我电话{HIDDEN}，加我"),
        ("call +86 138-0013-8000 ok", f"call {HIDDEN} ok"),
        ("mail me: xw@example.com please", f"mail me: {HIDDEN} please"),
        ("160，104斤，梨形", f"160，{HIDDEN}，梨形"),
        ("体重是52.5，怕胖", f"{HIDDEN}，怕胖"),
        ("一百零四斤左右", f"{HIDDEN}左右"),
        ("I weigh about 115 lbs", f"I weigh about {HIDDEN}"),
        ("160/52 求推荐", f"160{HIDDEN} 求推荐"),
        ("我是晓雯，52那种", f"我是{HIDDEN}，{HIDDEN}那种"),
        ("６５　ｋｇ，怕胖", f"{HIDDEN}，怕胖"),
        ("160，６６，怕胖", f"160，{HIDDEN}，怕胖"),
        ("160 梨形 66 怕胖", f"160 梨形 {HIDDEN} 怕胖"),
        ("一百零四，怕胖", f"{HIDDEN}，怕胖"),
        ("一百三十多斤", HIDDEN),
        ("about one hundred and thirty pounds", f"about {HIDDEN}"),
        ("I am 6 5 kg now", f"I am {HIDDEN} now"),
        ("I am 9st 4lb now", f"I am {HIDDEN} now"),
        *(
            (f"call {separator.join(('138', '1234', '5678'))} ok", f"call {HIDDEN} ok")
            for separator in (",", "，", "/", "_", "~", "\n", " - ", "—")
        ),
        ("加我一三八一二三四五六七八", f"加我{HIDDEN}"),
        ("加我幺三八，１２３４，五六七八", f"加我{HIDDEN}"),
        ("预算400，12月20日婚礼", "预算400，12月20日婚礼"),
        ("12月的婚礼，1件，400-600元，M码", "12月的婚礼，1件，400-600元，M码"),
        ("need it by 2026-12-20, height 160", "need it by 2026-12-20, height 160"),
    ],
)
def test_what_her_words_must_not_tell_is_hidden(words, left):
    assert masked(words, sight(NeedSlots(weight_kg=52.0), names=("晓雯",))) == left


def test_hiding_twice_changes_nothing_more():
    seen = sight(NeedSlots(weight_kg=52.0), names=("晓雯",))
    once = masked("晓雯 13800138000 104斤 weigh 52", seen)
    assert masked(once, seen) == once


def test_the_next_to_be_asked_is_good_at_it_then_alike_then_least_loaded():
    said = NeedSlots(height_cm=160.0, body_shape="pear", concerns=("belly", "thick_calves")).said()
    good, alike, idle, busy = (uuid7() for _ in range(4))
    choices = ranked(
        said,
        [
            Candidate(busy, {}, {}, load=3),
            Candidate(idle, {}, {"height_cm": 175}, load=0),
            Candidate(alike, {}, {"height_cm": 162, "body_shape": "pear"}, load=9),
            Candidate(good, {"concerns": ["belly"], "goals": ["slimming"]}, {}, load=9),
        ],
    )
    assert [choice.koc_id for choice in choices] == [good, alike, idle, busy]
    assert choices[0].good_at == (("concerns", "belly"),)
    assert choices[1].alike == ("height_cm", "body_shape")


@given(st.permutations(range(5)))
def test_the_order_of_the_candidates_does_not_matter(order):
    ids = [uuid7() for _ in range(5)]
    candidates = [Candidate(ids[n], {}, {}, load=0) for n in order]
    assert ranked({}, candidates) == ranked({}, sorted(candidates, key=lambda c: str(c.koc_id)))


def test_an_answer_has_words_and_no_more_than_a_thousand():
    assert checked_answer(" 选  小两码 \n\n\n\n好看 ") == "选 小两码\n\n好看"
    assert len(checked_answer("好" * 1_000)) == 1_000
    with pytest.raises(TextTooLong):
        checked_answer("好" * 1_001)
    with pytest.raises(AnswerEmpty):
        checked_answer(" \n ")


def test_an_answer_has_at_most_three_picks_each_once():
    one, two, three, four = (uuid7() for _ in range(4))
    assert checked_picks([one, two, one, three]) == (one, two, three)
    with pytest.raises(TooManyPicks):
        checked_picks([one, two, three, four])
