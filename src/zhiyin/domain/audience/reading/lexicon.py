"""A taxonomy compiled for reading: words cut into atoms, longest match, sounds, spelling."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from zhiyin.domain.audience.reading.folding import fold, is_han
from zhiyin.domain.audience.reading.measures import MeasureRules, measure_rules
from zhiyin.domain.audience.reading.money import MoneyRules, money_rules
from zhiyin.domain.audience.reading.taxonomy import Taxonomy, Term

_ATOM = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:\.\d+)?|[^\w\s]|_|\n")
_HAN_CHAR = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff〇]|[^\u3400-\u4dbf\u4e00-\u9fff〇']+(?:'[^\W\u3400-\u9fff]+)*"
)
_SPELLING_MIN_LETTERS = 5
_TWO_SLIPS_MIN_LETTERS = 8


_COUNTED = frozenset({"categories", "color", "concerns", "for_whom"})  # their words have plurals
_GRAMMAR = frozenset(
    {"neg", "fear", "look", "i_am"}
)  # in patterns, and never content by themselves


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest piece a word is made of: one Chinese character, one Latin word, one number."""

    text: str
    start: int
    end: int
    possessive: bool = False  # friend's


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word or a pattern may say. `adverse`: it names the opposite bad effect."""

    slot: str
    value: str
    adverse: bool = False
    item: str | None = None
    rank: int = 2


@dataclass(slots=True)
class Entry:
    """What one word may be: its classes and its meanings."""

    classes: set[str]
    meanings: list[Meaning]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Classes that must follow each other, and what they then say."""

    classes: tuple[str, ...]
    meaning: Meaning


Node = dict[str, object]
_HERE = ""  # the key under which a node keeps its entry: no atom is empty


def atoms(text: str) -> list[Atom]:
    """Folded text cut into atoms. A hyphen inside a word separates; 's is noted and dropped."""
    found: list[Atom] = []
    for match in _ATOM.finditer(text):
        word, start = match[0], match.start()
        if not word[0].isalpha():
            if (
                word == "-"
                and text[start - 1 : start].isalpha()
                and text[match.end() :][:1].isalpha()
            ):
                continue
            found.append(Atom(word, start, match.end()))
            continue
        for piece in _HAN_CHAR.finditer(word):
            found.append(_word_atom(piece[0], start + piece.start()))
    return found


def _word_atom(word: str, start: int) -> Atom:
    end = start + len(word)
    if "'" not in word:
        return Atom(word, start, end)
    stem, _, tail = word.rpartition("'")
    if tail == "s" and stem not in ("it", "that", "what", "who", "he", "she", "let", "there"):
        return Atom(stem.replace("'", ""), start, end, possessive=True)
    return Atom(word.replace("'", ""), start, end)


class Lexicon:
    """Finds the longest word of a taxonomy at a place in a list of atoms."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.measures: MeasureRules = measure_rules(taxonomy)
        self.money: MoneyRules = money_rules(taxonomy)
        self.parts = frozenset(one.name for one in taxonomy.classes if one.part)
        self.patterns: dict[str, list[Pattern]] = {}
        self._sound_of = {char: group[0] for group in taxonomy.homophones for char in group}
        self._exact: Node = {}
        self._sounds: Node = {}
        self._words: dict[tuple[str, int], list[str]] = {}
        self._spelt: set[str] = set()
        for one in taxonomy.classes:
            for word in one.words:
                self._learn(word, one.name, None, plural=one.part)
        for term in taxonomy.values:
            self._learn_term(term)
        self.qualities = self.parts | {
            name
            for many in self.patterns.values()
            for one in many
            for name in one.classes
            if name not in _GRAMMAR
        }
        self.pairs = frozenset(
            one.classes for many in self.patterns.values() for one in many if len(one.classes) == 2
        )

    def longest(self, line: list[Atom], at: int) -> tuple[int, Entry] | None:
        """The number of atoms and the entry of the longest word that begins at `at`."""
        exact = self._walk(self._exact, [atom.text for atom in line[at : at + 9]], line, at)
        if self._sound_of and is_han(line[at].text[0]):
            heard = self._walk(
                self._sounds,
                [self._sound_of.get(atom.text, atom.text) for atom in line[at : at + 9]],
                line,
                at,
            )
            if heard is not None and (exact is None or heard[0] > exact[0]):
                return heard
        return exact

    @staticmethod
    def _walk(node: Node, keys: list[str], line: list[Atom], at: int) -> tuple[int, Entry] | None:
        best = None
        for offset, key in enumerate(keys):
            if offset:
                before, here = line[at + offset - 1], line[at + offset]
                # a space between Chinese characters separates phrases
                if before.end != here.start and is_han(before.text[0]) and is_han(here.text[0]):
                    break
            following = node.get(key)
            if not isinstance(following, dict):
                break
            node = following
            entry = node.get(_HERE)
            if isinstance(entry, Entry):
                best = (offset + 1, entry)
        return best

    def respell(self, word: str) -> str | None:
        """The one word of the lexicon that an unknown Latin word is a slip of, if there is one."""
        if len(word) < _SPELLING_MIN_LETTERS or word in self._spelt or not word.isascii():
            return None
        if word in self.taxonomy.common_words:
            return None
        slips = 2 if len(word) >= _TWO_SLIPS_MIN_LETTERS else 1
        candidates = [
            known
            for length in range(len(word) - slips, len(word) + slips + 1)
            for known in self._words.get((word[0], length), ())
        ]
        found = extractOne(word, candidates, scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else None

    def _learn_term(self, term: Term) -> None:
        meaning = Meaning(term.slot, term.value, rank=term.rank)
        adverse = Meaning(term.slot, term.value, adverse=True, rank=term.rank)
        for word in term.words:
            self._learn(word, f"{term.slot}:{term.value}", meaning, plural=term.slot in _COUNTED)
        for word in term.against:
            self._learn(word, None, adverse, plural=False)
        for item in term.items:
            for word in item.words:
                self._learn(word, None, Meaning(term.slot, term.value, item=item.item), plural=True)
        for patterns, said in ((term.patterns, meaning), (term.against_patterns, adverse)):
            for pattern in patterns:
                classes = tuple(pattern.split())
                self.patterns.setdefault(classes[0], []).append(Pattern(classes, said))

    def _learn(self, word: str, name: str | None, meaning: Meaning | None, *, plural: bool) -> None:
        keys = [atom.text for atom in atoms(fold(word).text)]
        if not keys:
            return
        self._put(self._exact, keys, name, meaning)
        last = keys[-1]
        if all(is_han(key[0]) for key in keys):
            sounds = [self._sound_of.get(key, key) for key in keys]
            if len(keys) > 1:
                self._put(self._sounds, sounds, name, meaning)
            return
        if (
            plural
            and last.isascii()
            and last.isalpha()
            and not last.endswith("s")
            and len(last) > 2
        ):
            ending = "es" if last.endswith(("x", "ch", "sh")) else "s"
            self._put(self._exact, [*keys[:-1], last + ending], name, meaning)
        for key in keys:
            if key.isascii() and key.isalpha() and key not in self._spelt:
                self._spelt.add(key)
                if len(key) >= _SPELLING_MIN_LETTERS:
                    self._words.setdefault((key[0], len(key)), []).append(key)

    def _put(self, node: Node, keys: list[str], name: str | None, meaning: Meaning | None) -> None:
        for key in keys:
            following = node.setdefault(key, {})
            assert isinstance(following, dict)
            node = following
        entry = node.setdefault(_HERE, Entry(set(), []))
        assert isinstance(entry, Entry)
        if name is not None:
            entry.classes.add(name)
        if meaning is not None and meaning not in entry.meanings:
            entry.meanings.append(meaning)


@lru_cache(maxsize=32)
def lexicon(taxonomy: Taxonomy) -> Lexicon:
    """The compiled form of a taxonomy, built once."""
    return Lexicon(taxonomy)
