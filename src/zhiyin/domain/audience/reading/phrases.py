"""What the words say, alone and together: "thick arms", 胳膊有点粗, "make my legs look longer"."""

from dataclasses import dataclass

from zhiyin.domain.audience.reading.lexicon import Lexicon, Meaning, Pattern
from zhiyin.domain.audience.reading.tokens import Token

_MAX_UNKNOWN = 2  # unknown words that may stand between the parts of one phrase

_REACH = 12  # tokens from one part of a phrase to the next
_NEW_SUBJECT = frozenset({"my", "the", "i", "her", "我", "我的"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A meaning and the tokens that carry it. `negated`: a "not" stands inside the phrase."""

    meaning: Meaning
    tokens: frozenset[int]
    negated: bool = False

    @property
    def first(self) -> int:
        """The index of the first token."""
        return min(self.tokens)

    @property
    def last(self) -> int:
        """The index of the last token."""
        return max(self.tokens)


def find(tokens: list[Token], lexicon: Lexicon) -> list[Finding]:
    """Every meaning of the words and of their phrases; a phrase replaces the words inside it."""
    found = [
        Finding(meaning, frozenset({at}))
        for at, token in enumerate(tokens)
        for meaning in token.meanings
    ]
    for at, token in enumerate(tokens):
        for name in token.classes:
            for pattern in lexicon.patterns.get(name, ()):
                match = _match(pattern, tokens, at, lexicon)
                if match is not None:
                    found.append(match)
    return _outermost(found)


def _match(pattern: Pattern, tokens: list[Token], at: int, lexicon: Lexicon) -> Finding | None:
    """The pattern beginning at a token, with filler words, "not" and further body parts between."""
    used, negated, place = [at], False, at
    for name in pattern.classes[1:]:
        step = _next(name, tokens, place, lexicon)
        if step is None:
            return None
        place, inverted = step
        negated ^= inverted
        if ":" not in name:  # a value named inside a phrase keeps its own finding
            used.append(place)
    return Finding(pattern.meaning, frozenset(used), negated)


def _next(name: str, tokens: list[Token], place: int, lexicon: Lexicon) -> tuple[int, bool] | None:
    """The next token of a class and whether a "not" was passed; None if something else comes."""
    unknown, inverted, joined = 0, False, False
    for at in range(place + 1, min(place + 1 + _REACH, len(tokens))):
        token = tokens[at]
        if name in token.classes:
            return at, inverted
        if joined and name in lexicon.parts and token.text in _NEW_SUBJECT:
            return None  # wide hips and my legs: "wide" is not said of the legs
        if token.boundary or token.fact:
            return None
        if "neg" in token.classes and not joined:
            inverted = not inverted
        elif name in lexicon.parts and token.classes & lexicon.qualities - lexicon.parts:
            continue  # hide my flabby upper arms
        elif "conj" in token.classes or token.classes & lexicon.parts:
            joined = True
        elif "filler" in token.classes:
            continue
        elif not token.known and unknown < _MAX_UNKNOWN:
            unknown += 1
        else:
            return None
    return None


def _outermost(found: list[Finding]) -> list[Finding]:
    """Without the findings whose words all belong to a longer one, and without repeats."""
    around: dict[int, list[frozenset[int]]] = {}
    for one in found:
        if len(one.tokens) > 1:
            for at in one.tokens:
                around.setdefault(at, []).append(one.tokens)
    kept: dict[tuple[Meaning, frozenset[int]], Finding] = {}
    for one in found:
        if not any(one.tokens < longer for longer in around.get(one.first, ())):
            kept.setdefault((one.meaning, one.tokens), one)
    return sorted(kept.values(), key=lambda one: (one.first, one.last))
