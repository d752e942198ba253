"""Words that people type: cleaned before they are stored, and cut into tokens for search."""

import re
import unicodedata
from typing import ClassVar

from zhiyin.kit.errors import DomainError, Kind

# UAX #15 (stream-safe text): no writing stacks more than 30 marks on one letter. Longer runs
# make normalisation quadratic (20,000 marks cost 0.8 s) and paint over the lines around them.
MARKS_PER_LETTER = 30

# One composed character stands for at most four decomposed ones.
NFC_SHRINKS_AT_MOST = 4

# Characters that show nothing and mislead: zero-width spaces, soft hyphen, and the marks that
# turn the direction of what follows (a name that reads backwards). The zero-width joiner
# stays: emoji are built with it.
_MISLEADING = frozenset(
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)

_CJK = (
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
)
_RUN = re.compile(f"([{_CJK}]+)|[^\\W_{_CJK}]+")


class TextHasNul(DomainError):
    """The text holds a NUL byte, which PostgreSQL cannot store and nobody types."""

    code: ClassVar[str] = "text_has_nul"
    kind: ClassVar[Kind] = Kind.INVALID


class TextTooLong(DomainError):
    """The text is longer than its place allows. Details: `max_chars`."""

    code: ClassVar[str] = "text_too_long"
    kind: ClassVar[Kind] = Kind.INVALID


def clean_line(text: str, max_chars: int) -> str:
    """One line, as it is stored: NFC, spaces collapsed, nothing invisible.

    Line breaks, tabs and the Chinese space become one space; control characters, halves of
    characters and direction marks are dropped. An empty result is the caller's to judge.

    Units:   `max_chars` counts Unicode code points of the result.
    Raises:  TextHasNul, TextTooLong.
    """
    return _bounded(" ".join(_visible(text).split()), max_chars)


def clean_block(text: str, max_chars: int) -> str:
    """Several lines, as they are stored: each cleaned like `clean_line`, joined by "\\n".

    At most one empty line stands between two others, and none at either end.

    Units:   `max_chars` counts Unicode code points of the result, line breaks included.
    Raises:  TextHasNul, TextTooLong.
    """
    lines = [" ".join(line.split()) for line in _visible(text).splitlines()]
    return _bounded(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"), max_chars)


def bigrams(text: str) -> list[str]:
    """The tokens of a text for a search column, each once, in order of first appearance.

    A run of Chinese (or kana, or Hangul) gives its single characters and its pairs; any other
    run of letters and digits gives itself in lower case. Width is folded ("Ａ" is "a").

    With `search_tokens` this keeps one law: every piece of a Chinese run is found, i.e.
    `search_tokens(piece)` is a subset of `bigrams(text)`.
    """
    return _tokens(text, singles=True)


def search_tokens(query: str) -> list[str]:
    """The tokens that a text must all hold to answer the query, each once, in order.

    Pairs for a Chinese run, the character itself for a run of one, lower-cased words for the
    rest. As many tokens as the query has characters at most: clean the query first.
    """
    return _tokens(query, singles=False)


def _visible(text: str) -> str:
    if "\0" in text:
        raise TextHasNul()
    return "".join(
        char
        for char in text
        if char.isspace() or not (char in _MISLEADING or unicodedata.category(char) in ("Cc", "Cs"))
    )


def has_han(text: str) -> bool:
    """Whether a text has a Chinese character: then its writer reads Chinese."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _bounded(text: str, max_chars: int) -> str:
    if len(text) > max_chars * NFC_SHRINKS_AT_MOST:
        raise TextTooLong(max_chars=max_chars)
    # Twice, because a mark may itself decompose into several.
    text = _without_towers(unicodedata.normalize("NFC", _without_towers(text)))
    if len(text) > max_chars:
        raise TextTooLong(max_chars=max_chars)
    return text


def _without_towers(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MARKS_PER_LETTER:
            kept.append(char)
    return "".join(kept)


def _tokens(text: str, *, singles: bool) -> list[str]:
    found: dict[str, None] = {}
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).lower()):
        run = match.group()
        if match.group(1) is None:
            found[run] = None
            continue
        if singles or len(run) == 1:
            found.update(dict.fromkeys(run))
        found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
    return list(found)
