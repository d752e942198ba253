"""What a key question asks about, and what shows say to it. Without a database."""

from datetime import date
from uuid import uuid4

import pytest

from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import merge, shipped, taxonomy_from_json
from zhiyin.domain.conversations.boards import Told, Topic, TopicKind, Voice
from zhiyin.domain.conversations.key_question import for_friends, tallied, topic_of

TODAY = date(2026, 11, 22)


def asked(question: str) -> Topic:
    return topic_of(question, read(question, shipped(), TODAY), shipped())


def says(question: str, *texts: str) -> list[Told]:
    """What each text says to the question; a text that does not speak of it is left out."""
    voices = [Voice(show_id=uuid4(), texts=(one,), fit="", occasion="") for one in texts]
    return list(tallied(asked(question), voices, shipped(), 60).told.values())


def shown(question: str, *names: str) -> str:
    return for_friends(question, read(question, shipped(), TODAY), shipped(), names)


@pytest.mark.parametrize(
    ("question", "kind", "value", "adverse"),
    [
        ("会不会显脖子短？", TopicKind.EFFECT, "longer_neck", True),
        ("我160，100斤，会不会显腿短", TopicKind.EFFECT, "longer_legs", True),
        ("显瘦吗", TopicKind.EFFECT, "slimming", False),
        ("Does it make my neck look short?", TopicKind.EFFECT, "longer_neck", True),
        ("合身吗", TopicKind.FIT, "fit", False),
        ("尺码偏小吗", TopicKind.FIT, "small", True),
        ("will it run small", TopicKind.FIT, "small", True),
        ("梨形身材适合吗", TopicKind.FIT, "fit", False),
        ("婚礼能穿吗", TopicKind.OCCASION, "wedding", False),
        ("会不会显得手臂粗", TopicKind.BODY, "thick_arms", True),
        ("会不会起球", TopicKind.WORD, "起球", True),
        ("透不透", TopicKind.WORD, "透", True),
        ("does it look cheap", TopicKind.WORD, "cheap", True),
        ("哪个好？", TopicKind.NONE, "", False),
        ("???", TopicKind.NONE, "", False),
    ],
)
def test_what_a_question_asks_about(question, kind, value, adverse):
    topic = asked(question)
    assert (topic.kind, topic.value, topic.adverse) == (kind, value, adverse)


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("会不会显脖子短？", "脖子短的我穿着不显脖子短", [Told.NO]),
        ("会不会显脖子短？", "V 领拉长脖子", [Told.NO]),
        ("会不会显脖子短？", "领口有点显脖子短", [Told.YES]),
        ("会不会显脖子短？", "我怕显脖子短", [Told.UNCLEAR]),
        ("会不会显脖子短？", "不显脖子短，但是坐下显脖子短", [Told.UNCLEAR]),
        ("会不会显脖子短？", "料子软，很显瘦", []),
        ("显瘦吗", "不怎么显瘦", [Told.NO]),
        ("显瘦吗", "一点也不显胖", [Told.YES]),
        ("遮肚子吗", "肚子遮不住", [Told.NO]),
        ("遮肚子吗", "肚子能遮住", [Told.YES]),
        ("does it make my legs look longer", "It makes my legs look longer", [Told.YES]),
        ("会不会显得手臂粗", "手臂粗的我很喜欢", [Told.UNCLEAR]),
        ("会不会起球", "洗了三次不起球", [Told.NO]),
        ("会不会起球", "没穿几次就起球", [Told.YES]),
        ("会不会起球", "不知道会不会起球", [Told.UNCLEAR]),
        ("质量好吗", "质量还行", [Told.UNCLEAR]),
        ("does it pill", "it did not pill", [Told.NO]),
    ],
)
def test_what_a_show_says(question, text, told):
    assert says(question, text) == told


def test_yes_and_no_are_counted_apart_and_few_are_thin():
    topic = asked("会不会显胖")
    voices = [
        Voice(show_id=uuid4(), texts=(text,), fit="fit", occasion="")
        for text in ("不显胖", "显胖", "显瘦", "好看", "我怕显胖")
    ]
    tally = tallied(
        topic,
        [*voices, voices[0].__class__(show_id=uuid4(), texts=(), fit="", occasion="")],
        shipped(),
        60,
    )
    assert (tally.asked, tally.heard, tally.read, len(tally.told)) == (6, 5, 5, 4)
    assert [tally.count(one) for one in (Told.YES, Told.NO, Told.UNCLEAR)] == [1, 2, 1]
    assert not tally.is_thin
    assert tallied(topic, voices[:2], shipped(), 60).is_thin


def test_everybody_is_counted_though_only_some_are_read():
    voices = [
        Voice(show_id=uuid4(), texts=("料子软",) if n % 2 else (), fit="fit", occasion="work")
        for n in range(240)
    ]
    for question, counts in (
        ("会不会起球", (240, 120, 60)),
        ("哪个好？", (240, 120, 60)),
        ("合身吗", (240, 240, 240)),
        ("上班能穿吗", (240, 240, 240)),
    ):
        tally = tallied(asked(question), voices, shipped(), 60)
        assert (tally.asked, tally.heard, tally.read) == counts, question


def test_a_question_of_fit_is_answered_by_verdicts_and_one_of_occasion_by_wearings():
    voices = [
        Voice(show_id=uuid4(), texts=(), fit=fit, occasion=occasion)
        for fit, occasion in (("fit", "wedding"), ("small", "wedding"), ("fit", "work"), ("", ""))
    ]
    fit = tallied(asked("合身吗"), voices, shipped(), 60)
    assert (fit.heard, dict(fit.fits)) == (3, {"fit": 2, "small": 1})
    wedding = tallied(asked("婚礼能穿吗"), voices, shipped(), 60)
    assert (wedding.heard, wedding.count(Told.YES), dict(wedding.fits)) == (
        3, 2, {"fit": 1, "small": 1},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "friends_read"),
    [
        ("会不会显脖子短？", "会不会显脖子短？"),
        ("我160，100斤，会不会显腿短", "会不会显腿短"),
        ("我是晓雯，13912345678，50kg 梨形，会不会显胖？", "会不会显胖？"),
        ("胸围90 腰围70，C罩杯，合身吗", "合身吗"),
        ("5'4\", 140 lbs, does it fit?", "does it fit?"),
        ("50kg梨形会不会显胖", "••••••会不会显胖"),
        ("160 50kg", ""),
        ("我怀孕了，这条显胖吗", "这条显胖吗"),
        ("孕妇能穿吗", "•••能穿吗"),
        ("我敏感肌，O型腿，平胸，显胖吗", "显胖吗"),
        ("我小腿粗，肚子大，这条显胖吗", "这条显胖吗"),
        ("手臂粗能穿吗", "•••能穿吗"),
        ("会不会显得手臂粗", "会不会显得手臂粗"),
        ("我110，显胖吗", "显胖吗"),
        ("我98会显胖吗", "我•••会显胖吗"),
        ("我98会显胖吗，婚礼穿", "我•••会显胖吗"),
        ("一百二，显胖吗", "显胖吗"),
        ("我九八会显胖吗", "我•••会显胖吗"),
        ("玖拾捌显胖吗", "•••显胖吗"),
        ("大腿围58，显胖吗", "显胖吗"),
        ("体脂28，显胖吗", "显胖吗"),
        ("bmi 24 显胖吗", "bmi ••• 显胖吗"),
        ("one hundred ten, does it fit?", "does it fit?"),
        ("产后半年，显胖吗", "显胖吗"),
        ("I just had a baby, does it look slimming", "does it look slimming"),
        ("预算五百，显瘦吗", "显瘦吗"),
        ("我怀孕了，平时，想显瘦", "平时， 想显瘦"),
        ("两件哪一件好，十分百搭吗", "两件哪一件好， 十分百搭吗"),
        ("九分裤显腿短吗", "九分裤显腿短吗"),
    ],
)
def test_friends_read_a_question_without_figures_of_her_body_her_name_or_her_phone(
    question, friends_read
):
    assert shown(question, "晓雯") == friends_read


def test_friends_read_no_word_that_the_brand_calls_sensitive():
    label = {"zh-Hans": "住院", "en": "hospital"}
    ward = {"slot": "occasion", "value": "ward", "label": label, "zh": ["住院"], "sensitive": True}
    own = taxonomy_from_json({"name": "apparel", "values": [ward]})
    wider = merge(shipped(), own)
    question = "住院能穿吗"
    for taxonomy, friends_read in ((shipped(), question), (wider, "•••能穿吗")):
        reading = read(question, taxonomy, TODAY)
        assert for_friends(question, reading, taxonomy) == friends_read
