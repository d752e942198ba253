"""A need in her own words becomes slots, chips, and what is left to ask her about."""

from dataclasses import dataclass, field
from datetime import date

from zhiyin.domain.audience.reading.belongings import Belongings, for_whom
from zhiyin.domain.audience.reading.dates import read_dates
from zhiyin.domain.audience.reading.folding import Folded, fold, is_han
from zhiyin.domain.audience.reading.lexicon import Lexicon, lexicon
from zhiyin.domain.audience.reading.measures import read_bare, read_measures
from zhiyin.domain.audience.reading.money import read_money
from zhiyin.domain.audience.reading.negation import Scopes
from zhiyin.domain.audience.reading.phrases import Finding, find
from zhiyin.domain.audience.reading.sheet import Fact, Sheet
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.reading.tokens import Token, tokenize
from zhiyin.domain.audience.types import (
    NEED_MAX_CHARS,
    SLOTS,
    Chip,
    NeedHasNul,
    NeedSlots,
    NeedTooLong,
    Problem,
    ProblemCode,
    Reading,
    SlotKind,
    Span,
    Value,
    with_value,
)

_FACTS_OF_BODY = ("body_shape", "skin_tone")
_UNDERTONE = "olive"
_APART = ("for_whom", "occasion", "categories", "color", "skin_tone")  # read by rules of their own
_OF_HER_BODY = frozenset({"hair", "haired", "eyes", "eyed", "头发", "眼睛", "发色", "头"})
_PLAIN_NOT = frozenset(
    {"不", "也不", "不太", "不算", "不是", "不是很", "没", "没有", "并不", "不够"}
)
_REACH = 24  # tokens that "last time" may be before what it tells of
_SAYS_NOTHING = frozenset({"neutral"})


def read(text: str, taxonomy: Taxonomy, today: date) -> Reading:
    """Read a need. Deterministic; what it says never makes it fail.

    Units: as `NeedSlots`; `today` is the asking day in the brand's zone, for relative dates.
    Raises: NeedTooLong (over `NEED_MAX_CHARS`), NeedHasNul.
    """
    if "\x00" in text:
        raise NeedHasNul
    if len(text) > NEED_MAX_CHARS:
        raise NeedTooLong(chars=len(text), limit=NEED_MAX_CHARS)
    words = lexicon(taxonomy)
    folded = fold(text)
    facts = _numbers(folded.text, words, today)
    tokens = tokenize(folded.text, facts, words)
    return _Reader(folded, tokens, words).reading(facts)


def _numbers(text: str, words: Lexicon, today: date) -> list[Fact]:
    sheet = Sheet(text, is_chinese=any(is_han(char) for char in text))
    read_dates(sheet, today)
    read_measures(sheet, words.measures)
    read_money(sheet, words.money)
    read_bare(sheet)
    return sheet.facts


@dataclass(slots=True)
class _Answer:
    """What is being put together: one value per single slot, the first one said."""

    slots: NeedSlots = field(default_factory=NeedSlots)
    chips: list[Chip] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    used: set[int] = field(default_factory=set)


class _Reader:
    """One reading of one text."""

    def __init__(self, folded: Folded, tokens: list[Token], words: Lexicon) -> None:
        self._folded = folded
        self._tokens = tokens
        self._words = words
        self._answer = _Answer()
        self._owned_colors: set[frozenset[int]] = set()
        self._findings = [f for f in find(tokens, words) if self._stands(f)]
        self._scopes = Scopes(tokens, self._findings)
        self._belongings = Belongings(tokens, self._findings)

    def reading(self, facts: list[Fact]) -> Reading:
        """Facts with numbers first, then the words; chips in the order of the text."""
        for fact in sorted(facts, key=lambda fact: (fact.start, fact.end)):
            self._take_fact(fact)
        self._take_nouns()
        self._take_occasion()
        self._take_colors()
        self._take_tone()
        person = for_whom(self._tokens, self._findings)
        for finding in self._findings:
            if finding is person or finding.meaning.slot not in _APART:
                self._take(finding)
        answer = self._answer
        return Reading(
            slots=answer.slots,
            chips=tuple(sorted(answer.chips, key=lambda chip: (chip.start, chip.end))),
            not_understood=tuple(self._left_over()),
            problems=tuple(sorted(answer.problems, key=lambda one: (one.start, one.end))),
        )

    def _stands(self, finding: Finding) -> bool:
        """Whether a colour word is one: not of hair or eyes; a single Chinese character only
        beside a garment, another colour or a refusal (黑裤子, 黑白灰, 别太黑).
        """
        if finding.meaning.slot != "color":
            return True
        at = finding.last
        after = self._tokens[at + 1 : at + 3]
        if after and after[0].text in _OF_HER_BODY:
            return False
        token = self._tokens[at]
        if len(token.text) > 1 or not is_han(token.text):
            return True
        if at and not self._tokens[at - 1].boundary and self._lends_color(self._tokens[at - 1]):
            return True
        if len(after) == 2 and "filler" not in after[0].classes:
            after = after[:1]
        return any(
            not one.boundary
            and ("neg_after" in one.classes or _is_of(one, "categories") or _is_of(one, "color"))
            for one in after
        )

    @staticmethod
    def _lends_color(before: Token) -> bool:
        refuses = "neg" in before.classes and before.text not in _PLAIN_NOT
        return refuses or _is_of(before, "color")

    def _take_fact(self, fact: Fact) -> None:
        if fact.problem is not None:
            self._problem(fact.problem, fact.slot, fact.start, fact.end)
            return
        self._chip(fact.slot, fact.value, fact.start, fact.end)

    def _take_nouns(self) -> None:
        for noun in self._findings:
            if noun.meaning.slot != "categories":
                continue
            if self._belongings.is_owned(noun):
                color = self._belongings.color_of(noun)
                name = noun.meaning.item or noun.meaning.value
                tokens = noun.tokens | (color.tokens if color else frozenset())
                if color is not None:
                    self._owned_colors.add(color.tokens)
                value = f"{color.meaning.value} {name}" if color else name
                self._chip_of("owned", value, tokens)
            elif not self._scopes.is_refused(noun) and not self._is_past(noun):
                self._chip_of("categories", noun.meaning.value, noun.tokens)

    def _is_past(self, noun: Finding) -> bool:
        """上次买的裙子: told, not wanted."""
        at = noun.first - 1
        while at >= max(0, noun.first - _REACH) and not self._tokens[at].boundary:
            if "past" in self._tokens[at].classes:
                return True
            if "want" in self._tokens[at].classes and "filler" not in self._tokens[at].classes:
                return False
            at -= 1
        return False

    def _take_occasion(self) -> None:
        said = [
            finding
            for finding in self._findings
            if finding.meaning.slot == "occasion" and not self._scopes.is_refused(finding)
        ]
        if said:
            best = min(said, key=lambda finding: (finding.meaning.rank, finding.first))
            self._take(best)
            for finding in said:
                if finding.meaning.value == best.meaning.value:
                    self._answer.used |= finding.tokens

    def _take(self, finding: Finding) -> None:
        meaning = finding.meaning
        if meaning.adverse:
            self._take_adverse(finding)
        elif self._scopes.is_refused(finding):
            self._answer.used |= finding.tokens
        else:
            self._chip_of(meaning.slot, meaning.value, finding.tokens)

    def _take_colors(self) -> None:
        """The refused ones first: 黑色穿腻了，不要黑色 is no liking; a refusal binds the picks."""
        colors = [
            finding
            for finding in self._findings
            if finding.meaning.slot == "color" and finding.tokens not in self._owned_colors
        ]
        adverse = [
            f for f in self._findings if f.meaning.adverse and not self._scopes.is_refused(f)
        ]
        begins, ends = {f.first for f in adverse}, {f.last for f in adverse}
        refused = {
            finding: None
            for finding in colors
            if self._scopes.is_refused(finding) or self._is_blamed(finding, begins, ends)
        }
        for finding in refused:
            self._chip_of("color_avoid", finding.meaning.value, finding.tokens)
        for finding in colors:
            if finding in refused:
                continue
            avoided = finding.meaning.value in self._answer.slots.color_avoid
            if not avoided or self._scopes.is_wanted(finding):
                self._chip_of("color_like", finding.meaning.value, finding.tokens)

    def _is_blamed(self, color: Finding, begins: set[int], ends: set[int]) -> bool:
        """黑色显老, "washed out in beige": named for the harm it does her."""
        at = color.last + 1
        while at < len(self._tokens) and "filler" in self._tokens[at].classes:
            at += 1
        before = color.first - 1
        said_in = before > 0 and self._tokens[before].text in ("in", "by")
        return at in begins or (said_in and before - 1 in ends)

    def _take_adverse(self, finding: Finding) -> None:
        """显胖 is said to keep it away; wanted outright it contradicts, and is asked back."""
        refused = self._scopes.is_refused(finding)
        if not refused and self._scopes.is_wanted(finding):
            start, end = self._span(finding.tokens)
            self._problem(ProblemCode.FACTS_CONTRADICT, finding.meaning.slot, start, end)
            self._answer.used |= finding.tokens
            return
        self._chip_of(finding.meaning.slot, finding.meaning.value, finding.tokens)

    def _take_tone(self) -> None:
        """The undertone first: of two tones named (黄黑皮) it is the one that colours go by."""
        tones = [
            finding
            for finding in self._findings
            if finding.meaning.slot == "skin_tone" and not self._scopes.is_refused(finding)
        ]
        under = [finding for finding in tones if finding.meaning.value == _UNDERTONE]
        for finding in under or tones:
            self._chip_of("skin_tone", finding.meaning.value, finding.tokens)
        for finding in tones:
            self._answer.used |= finding.tokens

    def _chip_of(self, slot: str, value: Value, tokens: frozenset[int]) -> None:
        start, end = self._span(tokens)
        self._answer.used |= tokens
        self._chip(slot, value, start, end)

    def _span(self, tokens: frozenset[int]) -> tuple[int, int]:
        return self._tokens[min(tokens)].start, self._tokens[max(tokens)].end

    def _chip(self, slot: str, value: Value, start: int, end: int) -> None:
        current = getattr(self._answer.slots, slot)
        if self._contradicts(slot, value, current):
            self._problem(ProblemCode.FACTS_CONTRADICT, slot, start, end)
            return
        if current == value or (isinstance(current, tuple) and value in current):
            return
        if current is not None and SLOTS[slot].kind not in (SlotKind.MANY, SlotKind.OWNED):
            return
        self._answer.slots = with_value(self._answer.slots, slot, value)
        first, last = self._folded.origin(start, end)
        self._answer.chips.append(Chip(slot, value, first, last, self._folded.original[first:last]))

    def _contradicts(self, slot: str, value: Value, current: object) -> bool:
        if slot in _FACTS_OF_BODY or (SLOTS[slot].kind is SlotKind.NUMBER):
            return current is not None and current != value
        slots = self._answer.slots
        if slot == "color_like":
            return value in slots.color_avoid
        if slot == "color_avoid":
            return value in slots.color_like
        if slot != "concerns":
            return False
        named = f"{slot}:{value}"
        for pair in self._words.taxonomy.contradictions:
            if named in pair:
                other = pair[1] if pair[0] == named else pair[0]
                if other.partition(":")[2] in slots.concerns:
                    return True
        return False

    def _problem(self, code: ProblemCode, slot: str, start: int, end: int) -> None:
        first, last = self._folded.origin(start, end)
        self._answer.problems.append(
            Problem(code, slot, first, last, self._folded.original[first:last])
        )

    def _left_over(self) -> list[Span]:
        """The words with content that no chip and no problem came from."""
        spans: list[Span] = []
        run: list[Token] = []
        for at, token in enumerate([*self._tokens, Token("", 0, 0, boundary=True)]):
            if at < len(self._tokens) and self._is_left(at, token):
                run.append(token)
                continue
            if run:
                spans += self._span_of(run)
                run = []
        return spans

    def _is_left(self, at: int, token: Token) -> bool:
        if token.boundary or token.fact or at in self._answer.used:
            return False
        if any(meaning.slot == "for_whom" for meaning in token.meanings):
            return False
        if token.meanings or not token.classes:
            return token.meanings != () or token.text[0].isalnum()
        return not token.classes - _SAYS_NOTHING - self._words.qualities

    def _span_of(self, run: list[Token]) -> list[Span]:
        start, end = run[0].start, run[-1].end
        letters = sum(len(token.text) for token in run)
        if len(run) == 1 and not run[0].known and letters == 1:
            return []  # one unknown character says nothing by itself
        first, last = self._folded.origin(start, end)
        return [Span(first, last, self._folded.original[first:last])]


def _is_of(token: Token, slot: str) -> bool:
    return any(meaning.slot == slot for meaning in token.meanings)
