"""The folded text as the number rules work on it: what one rule has taken, no other sees."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from zhiyin.domain.audience.types import ProblemCode, Value, is_plausible

TAKEN = "\x00"
"""Stands for a taken character. It is in no need: a text with NUL is refused."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value read from `text[start:end]` of the folded text, or why it cannot be one."""

    slot: str
    value: Value
    start: int
    end: int
    problem: ProblemCode | None = None
    opaque: bool = True  # False: the words may say something else as well (Christmas: a party)


@dataclass(slots=True)
class Sheet:
    """The text still to be read and the facts read so far."""

    text: str
    is_chinese: bool
    facts: list[Fact] = field(default_factory=list)

    def finds(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The matches of a pattern, each looked for in what is left when it is asked for."""
        position = 0
        while match := pattern.search(self.text, position):
            yield match
            position = max(match.end(), match.start() + 1)

    def note(self, slot: str, value: Value, span: tuple[int, int], *, opaque: bool = True) -> None:
        """Take the span as a value of `slot`; a number that no one has becomes a problem."""
        if isinstance(value, float):
            value = round(value, 1)
            if not is_plausible(slot, value):
                self._add(Fact(slot, value, *span, problem=ProblemCode.FACT_IMPLAUSIBLE))
                return
        self._add(Fact(slot, value, *span, opaque=opaque))

    def refuse(self, slot: str, span: tuple[int, int], problem: ProblemCode) -> None:
        """Take the span as words that name `slot` and cannot be its value."""
        self._add(Fact(slot, "", *span, problem=problem))

    def has(self, slot: str) -> bool:
        """Whether a plausible value of `slot` was read."""
        return any(fact.slot == slot and fact.problem is None for fact in self.facts)

    def value(self, slot: str) -> float | None:
        """The first plausible number read for `slot`."""
        for fact in self.facts:
            if fact.slot == slot and fact.problem is None and isinstance(fact.value, float):
                return fact.value
        return None

    def hide(self, span: tuple[int, int]) -> None:
        """Keep a span from every later number rule without reading anything from it."""
        start, end = span
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]

    def _add(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.hide((fact.start, fact.end))
