"""What somebody's words say of an effect: 显瘦, 不显瘦, "makes my legs look short"."""

from dataclasses import dataclass

from zhiyin.domain.audience.reading.folding import fold
from zhiyin.domain.audience.reading.lexicon import lexicon
from zhiyin.domain.audience.reading.negation import Scopes
from zhiyin.domain.audience.reading.phrases import find
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.reading.tokens import tokenize


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of the taxonomy in a text: `text[start:end]`, in code points of what was typed.

    `adverse`: it names the opposite of the value (显胖 of slimming). `refused`: a "no" takes it
    back (不显胖).
    """

    slot: str
    value: str
    adverse: bool
    refused: bool
    start: int
    end: int

    @property
    def is_for(self) -> bool:
        """Whether it says that the value holds: 显瘦, 不显胖."""
        return self.adverse == self.refused


def mentions(text: str, taxonomy: Taxonomy) -> tuple[Mention, ...]:
    """Every word of the taxonomy that a text holds, in its order, with what the text says of it.

    Unlike a need, a text of somebody who wore a thing wants nothing: both sides are told as they
    stand. A few milliseconds for a hundred characters; the caller bounds the text.
    """
    folded = fold(text)
    tokens = tokenize(folded.text, [], lexicon(taxonomy))
    findings = find(tokens, lexicon(taxonomy))
    scopes = Scopes(tokens, findings)
    found = []
    for one in findings:
        first, last = tokens[one.first].start, tokens[one.last].end
        start, end = folded.origin(first, last)
        refused = scopes.is_refused(one)
        found.append(
            Mention(one.meaning.slot, one.meaning.value, one.meaning.adverse, refused, start, end)
        )
    return tuple(found)
