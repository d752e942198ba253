"""The folded text as words of the lexicon, with the places where a phrase must end."""

from dataclasses import dataclass

from zhiyin.domain.audience.reading.folding import is_han
from zhiyin.domain.audience.reading.lexicon import Atom, Entry, Lexicon, Meaning, atoms
from zhiyin.domain.audience.reading.sheet import Fact

_BOUNDARIES = frozenset("，。！？；,.!?;:：\n…()（）[]【】{}|~")
_JOINTS = frozenset("、/&+")
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the folded text, with everything the lexicon knows of it.

    `boundary`: a phrase ends here. `fact`: a number rule has taken these words.
    `gap`: Chinese words stand before and after, with a space between: a weak end.
    """

    text: str
    start: int
    end: int
    classes: frozenset[str] = _NOTHING
    meanings: tuple[Meaning, ...] = ()
    boundary: bool = False
    fact: bool = False
    gap: bool = False
    possessive: bool = False

    @property
    def known(self) -> bool:
        """Whether the lexicon has this word."""
        return bool(self.classes or self.meanings or self.boundary or self.fact)


def tokenize(text: str, facts: list[Fact], lexicon: Lexicon) -> list[Token]:
    """Cut the folded text into words, longest first, left to right; facts are one word each."""
    opaque = sorted((fact.start, fact.end) for fact in facts if fact.opaque)
    line: list[Atom] = atoms(text)
    found: list[Token] = []
    at = taken = 0
    while at < len(line):
        atom = line[at]
        while taken < len(opaque) and opaque[taken][1] <= atom.start:
            taken += 1
        if taken < len(opaque) and opaque[taken][0] <= atom.start:
            start, end = opaque[taken]
            found.append(Token(text[start:end], start, end, fact=True))
            while at < len(line) and line[at].start < end:
                at += 1
            continue
        limit = opaque[taken][0] if taken < len(opaque) else len(text)
        word = _word(line, at, limit, lexicon)
        count, entry = _recut(line, at, word, found, lexicon)
        found.append(_token(line, at, count, entry, found))
        at += count
    return found


def _word(line: list[Atom], at: int, limit: int, lexicon: Lexicon) -> tuple[int, Entry | None]:
    """The longest word at `at` that ends before the next fact, or one unknown atom."""
    match = lexicon.longest(line, at)
    if match is not None and line[at + match[0] - 1].end <= limit:
        return match
    if match is None and line[at].text[0].isalpha():
        better = lexicon.respell(line[at].text)
        if better is not None:
            corrected = [*line[:at], Atom(better, line[at].start, line[at].end), *line[at + 1 :]]
            respelt = lexicon.longest(corrected, at)
            if respelt is not None and corrected[at + respelt[0] - 1].end <= limit:
                return respelt
    shorter = lexicon.longest(line[: at + 1], at)
    return shorter if shorter is not None else (1, None)


def _recut(
    line: list[Atom],
    at: int,
    word: tuple[int, Entry | None],
    found: list[Token],
    lexicon: Lexicon,
) -> tuple[int, Entry | None]:
    """胸大腿短: after 胸, 大 is her measure and not the first half of 大腿."""
    count, entry = word
    if count < 2 or entry is None or not (entry.classes & lexicon.parts) or not found:
        return word
    before = found[-1]
    if before.end != line[at].start or not before.classes & lexicon.parts:
        return word
    first, rest = lexicon.longest(line[: at + 1], at), lexicon.longest(line[: at + count], at + 1)
    if first is None or rest is None or not rest[1].classes & lexicon.parts:
        return word
    fits = any(
        (part, quality) in lexicon.pairs for part in before.classes for quality in first[1].classes
    )
    return first if fits else word


def _token(line: list[Atom], at: int, count: int, entry: Entry | None, found: list[Token]) -> Token:
    first, last = line[at], line[at + count - 1]
    words = "".join(atom.text for atom in line[at : at + count])
    before = found[-1] if found else None
    gap = (
        before is not None
        and before.end != first.start
        and is_han(first.text[0])
        and (before.fact or is_han(before.text[-1]))
    )
    joint = count == 1 and first.text in _JOINTS
    return Token(
        words,
        first.start,
        last.end,
        classes=frozenset(entry.classes) if entry else frozenset({"conj"}) if joint else _NOTHING,
        meanings=tuple(entry.meanings) if entry else (),
        boundary=count == 1
        and (first.text in _BOUNDARIES or not (first.text[0].isalnum() or joint)),
        gap=gap,
        possessive=last.possessive,
    )
