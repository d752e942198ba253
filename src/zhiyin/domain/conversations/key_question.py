"""What a key question asks about, and what a show says to it. Pure: words in, counts out.

Simple on purpose: a text answers when it names the thing with the taxonomy's words (显瘦, "longer
legs") or hers (起球); it says yes or no where it says so plainly, and is unclear otherwise.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from zhiyin.domain.audience.kept import is_body
from zhiyin.domain.audience.reading.folding import fold
from zhiyin.domain.audience.reading.mentions import Mention, mentions
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import SLOTS, Reading, SlotKind
from zhiyin.domain.conversations.boards import Tally, Told, Topic, TopicKind, Voice
from zhiyin.domain.conversations.rules import HIDDEN, hidden_secrets, without_spans
from zhiyin.kit.text import bigrams, search_tokens

FIT, SMALL, LARGE = "fit", "small", "large"
_FITS = (
    (SMALL, re.compile(r"偏小|小不小|太小|太紧|紧不紧|勒|\bruns? small\b|\btoo (?:small|tight)\b")),
    (
        LARGE,
        re.compile(r"偏大|大不大|太大|太松|\bruns? (?:large|big)\b|\btoo (?:big|large|loose)\b"),
    ),
    (FIT, re.compile(r"合身|合适吗|尺码|码数|\bfits?\b|\btrue to size\b|\bsizing\b")),
)
_ASIDE = re.compile(r"会不会|是不是|不知道|担心|害怕|怕|\bwhether\b|\bworr(?:y|ied)\b|\bafraid\b")
_SHOWS = re.compile(r"显得?|看起来|看着|看上去|\b(?:look|looks|looked|looking)\b")
_UNABLE = ("不住", "不了", "不到", "不上")
_NOT_BEFORE = re.compile(
    r"(?:不|没|没有|无|未|别)[一-鿿]{0,3}$|\b(?:not|no|never|without|n't|t)\s+(?:\w+\s+){0,2}$"
)
_CLAUSE = re.compile(r"[，。；！？,.;!?\n]+")
_APART = re.compile(r"(?<=[，。；！？,;!?\n])|(?<=\. )")
_A_NOT_A = re.compile(r"([一-鿿])不\1")
_PARTICLES = re.compile(
    r"会不会|是不是|能不能|有没有|适不适合|适合|会|能|吗|呢|吧|啊|么|容易|这件|这条|这款|这个|它|哪个|哪件|哪条|穿着|穿上"
    r"|穿|的|了|得|着|过|是|有|和|我|更|比较|\?|？|·"
)
_JUDGED = re.compile(r"怎么样|怎样|如何|好不好|好|多|大|行|可以|严重|很|太")
_COMMON = frozenset(
    "a an and any are be better but can could do does for get good have how i if in is it its"
    " look looks make makes me more my nice of on one or so than that the these this to too up was"
    " wear well what when which will with would you".split()
)
_MIN_LETTERS = 3
_IN_A_WORD = (TopicKind.FIT, TopicKind.OCCASION)
"""What a wearer states apart from her text, so that nothing must be read."""
_ASKS = re.compile(
    r"吗|呢|[?]|哪|谁|怎么|怎样|如何|什么|多少|有没有|([一-鿿])不\1"
    r"|^\s*(?:(?:and|but|or|so)\s+)?(?:do|does|did|is|are|will|would|can|could|should|has|have"
    r"|which|what|how)\b"
)
_PLAIN_NUMERAL = (
    "万一|统一|唯一|一[点下样起直定般些]|[一两三][件条个款套双种](?![半多月])|十分|百搭|百褶|千万"
    "|四季|[一二三四五六七八九十]分[袖裤]"
)
_FIGURE = re.compile(
    rf"(?:{_PLAIN_NUMERAL})|(?P<figure>\d+|[〇零一二两三四五六七八九十百千廿卅壹贰叁肆伍陆柒捌玖拾佰仟]+)"
)
"""Any numeral, but for those in words that count no body: 两件, 十分, 九分裤."""


def for_friends(
    question: str, reading: Reading, taxonomy: Taxonomy, hidden_names: Sequence[str] = ()
) -> str:
    """A key question as somebody else may read it: the clauses that ask, without her names and
    phones, any figure, and any words in which our reader found a fact of her body.

    What only tells of her is left out whole, because no reader knows every word for a body; so is
    a clause that holds what must be covered, where others remain. Where no clause asks, those that
    hold no such thing remain; where nothing but covers would be left it is empty.
    """
    said = [(one.slot, one.value, one.start, one.end) for one in reading.chips]
    said += [(one.slot, "", one.start, one.end) for one in reading.problems]
    hers = [(start, end) for slot, value, start, end in said if _is_hers(slot, value, taxonomy)]
    open_words = without_spans(question, hers)
    covered = _without_figures(hidden_secrets(open_words, {}, hidden_names))
    clauses = [one.strip() for one in _APART.split(covered) if one.strip()]
    asking = [one for one in clauses if _ASKS.search(fold(one).text)] or clauses
    shown = " ".join([one for one in asking if HIDDEN not in one] or asking)
    return shown.rstrip("，,；;") if any(char.isalpha() for char in shown) else ""


def _is_hers(slot: str, value: object, taxonomy: Taxonomy) -> bool:
    """Whether others are shown no word of it: a fact of a body, a figure, her budget."""
    return SLOTS[slot].kind is SlotKind.NUMBER or is_body(slot, value, taxonomy)


def _without_figures(words: str) -> str:
    folded = fold(words)
    found = [one for one in _FIGURE.finditer(folded.text) if one["figure"]]
    return without_spans(words, [folded.origin(*one.span()) for one in found])


def topic_of(question: str, reading: Reading, taxonomy: Taxonomy) -> Topic:
    """What a key question asks about: the first effect it names, else how it fits, else an
    occasion, a part of the body, a word of hers, nothing.
    """
    said = mentions(question, taxonomy)
    folded = fold(question).text
    for one in said:
        if one.slot == "goals":
            return Topic(kind=TopicKind.EFFECT, slot=one.slot, value=one.value, adverse=one.adverse)
    for verdict, words in _FITS:
        if words.search(folded):
            return Topic(kind=TopicKind.FIT, value=verdict, adverse=verdict != FIT)
    for one in said:
        if one.slot == "occasion":
            return Topic(kind=TopicKind.OCCASION, slot=one.slot, value=one.value)
    for one in said:
        if one.slot == "concerns":
            shows = bool(_SHOWS.search(_clause_before(question, one.start)))
            return Topic(
                kind=TopicKind.BODY,
                slot=one.slot,
                value=one.value,
                adverse=shows,
                only_named=not shows,
            )
    rest = without_spans(question, [(chip.start, chip.end) for chip in reading.chips])
    if (named := _named(rest.replace(HIDDEN, " "))) is not None:
        return named
    if reading.chips:  # 梨形能穿吗: a body and nothing else asks how it fits one
        return Topic(kind=TopicKind.FIT, value=FIT)
    return Topic(kind=TopicKind.NONE)


def tallied(topic: Topic, voices: Sequence[Voice], taxonomy: Taxonomy, texts_max: int) -> Tally:
    """How some wearers answer. `voices` stand in the order in which she should read them.

    Where words must be read, those of the first `texts_max` who left any are.
    """
    heard = [voice for voice in voices if _speaks(topic, voice)]
    read = heard if topic.kind in _IN_A_WORD else heard[:texts_max]
    told: dict[object, Told] = {}
    for voice in read:
        if (says := _says(topic, voice, taxonomy)) is not None:
            told[voice.show_id] = says
    answering = heard if topic.kind is TopicKind.FIT else [v for v in read if v.show_id in told]
    return Tally(
        topic=topic,
        asked=len(voices),
        heard=len(heard),
        read=len(read),
        told=told,  # type: ignore[arg-type]
        fits=_fits(answering),
    )


def _fits(voices: Iterable[Voice]) -> Mapping[str, int]:
    return dict(Counter(voice.fit for voice in voices if voice.fit))


def _named(rest: str) -> Topic | None:
    """The longest word of hers that is left when the words of asking are taken away."""
    text = _A_NOT_A.sub(r"\1", fold(rest).text)
    plain = _PARTICLES.sub(" ", text)
    judged = _JUDGED.sub(" ", plain)
    words = [
        word
        for word in re.findall(r"[一-鿿]+|[a-z]+", judged)
        if not word.isascii() or (len(word) >= _MIN_LETTERS and word not in _COMMON)
    ]
    if not words:
        return None
    return Topic(
        kind=TopicKind.WORD,
        value=max(words, key=lambda word: (not word.isascii(), len(word))),
        adverse=True,
        only_named=judged != plain,
    )


def _speaks(topic: Topic, voice: Voice) -> bool:
    if topic.kind is TopicKind.FIT:
        return bool(voice.fit)
    if topic.kind is TopicKind.OCCASION:
        return bool(voice.occasion)
    return bool(voice.texts)


def _says(topic: Topic, voice: Voice, taxonomy: Taxonomy) -> Told | None:
    if topic.kind is TopicKind.FIT:
        return Told.YES if voice.fit == topic.value else Told.NO
    if topic.kind is TopicKind.OCCASION:
        return Told.YES if voice.occasion == topic.value else None
    if topic.kind is TopicKind.NONE:
        return None
    said = {one for text in voice.texts for one in _of_text(topic, text, taxonomy)}
    if not said:
        return None
    plain = said - {Told.UNCLEAR}
    return plain.pop() if len(plain) == 1 else Told.UNCLEAR


def _of_text(topic: Topic, text: str, taxonomy: Taxonomy) -> list[Told]:
    """What each place of a text says that names the topic; the same word may stand there twice."""
    if topic.kind is TopicKind.WORD:
        return _of_word(topic, text)
    return [
        _of_mention(topic, text, one)
        for one in mentions(text, taxonomy)
        if (one.slot, one.value) == (topic.slot, topic.value)
    ]


def _of_mention(topic: Topic, text: str, one: Mention) -> Told:
    before = _clause_before(text, one.start)
    if topic.only_named or _ASIDE.search(before):
        return Told.UNCLEAR
    if topic.kind is TopicKind.BODY:  # 显得手臂粗, 不显得手臂粗; 手臂粗 alone says who she is
        if not (shows := _SHOWS.search(before)):
            return Told.UNCLEAR
        return Told.NO if one.refused or _NOT_BEFORE.search(before[: shows.start()]) else Told.YES
    holds = one.is_for
    if text.startswith(_UNABLE, one.end):  # 肚子遮不住
        holds = not holds
    return Told.YES if holds is not topic.adverse else Told.NO


def _of_word(topic: Topic, text: str) -> list[Told]:
    folded = fold(text).text
    found: list[Told] = []
    tokens = set(search_tokens(topic.value))
    for clause in _CLAUSE.split(folded):
        at = clause.find(topic.value)
        if at < 0 or not tokens <= set(bigrams(clause)):
            continue
        before = clause[:at]
        if topic.only_named or _ASIDE.search(before):
            found.append(Told.UNCLEAR)
        else:
            found.append(Told.NO if _NOT_BEFORE.search(before) else Told.YES)
    return found


def _clause_before(text: str, at: int) -> str:
    return _CLAUSE.split(fold(text[:at]).text)[-1]
