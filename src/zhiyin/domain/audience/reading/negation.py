"""How far a "no" reaches: over the next thing and what is joined to it, not over the sentence."""

from zhiyin.domain.audience.reading.phrases import Finding
from zhiyin.domain.audience.reading.tokens import Token

_PASSED = frozenset({"filler", "through"})
_MAX_UNKNOWN = 1
_REACH = 24  # tokens that a "no" may be away, so that a text of nothing but "no" stays cheap


class Scopes:
    """Answers, for the findings of one text, whether the shopper refuses, fears or wants them."""

    def __init__(self, tokens: list[Token], findings: list[Finding]) -> None:
        self._tokens = tokens
        self._slot_at: dict[int, set[str]] = {}
        self._inside: set[int] = set()
        for finding in findings:
            self._inside |= set(range(finding.first, finding.last)) - finding.tokens
            for at in finding.tokens:
                self._slot_at.setdefault(at, set()).add(finding.meaning.slot)

    def is_refused(self, finding: Finding) -> bool:
        """Whether a "no" before it, inside it or after it takes it back."""
        return finding.negated or self._reaches_back(finding, "neg") or self._refused_after(finding)

    def is_wanted(self, finding: Finding) -> bool:
        """Whether a "want" stands right before it: 想显胖."""
        return self._reaches_back(finding, "want")

    def _reaches_back(self, finding: Finding, name: str) -> bool:
        slot, unknown, joined = finding.meaning.slot, 0, True
        at = finding.first - 1
        gap = self._tokens[finding.first].gap
        while at >= max(0, finding.first - _REACH):
            token = self._tokens[at]
            if token.boundary and self._lists(at, slot):
                at, joined = at - 1, True
                continue
            if token.boundary or token.fact or "contrast" in token.classes:
                return False
            own = slot in self._slot_at.get(at, ())
            if name in token.classes and at in self._inside:
                return False  # my hips aren't wide and my legs are short
            if name in token.classes and not own:
                # 红色不要 黑色可以: that "no" has found its thing already
                return not (gap and self._closes(at, slot))
            if own and (joined or self._runs_on(at, at + 1, slot)):
                joined = False
            elif "conj" in token.classes:
                joined = True
            elif own or not self._is_light(token, at):
                if token.known or unknown == _MAX_UNKNOWN:
                    return False
                unknown += 1
            gap = gap or token.gap
            at -= 1
        return False

    def _runs_on(self, at: int, following: int, slot: str) -> bool:
        """黑白灰: colours side by side are one list."""
        return (
            slot == "color"
            and slot in self._slot_at.get(at, ())
            and slot in self._slot_at.get(following, ())
            and self._tokens[at].end == self._tokens[following].start
        )

    def _lists(self, comma: int, slot: str) -> bool:
        """no black, brown or grey: the next part is nothing but more colours.

        Other things are not listed so: 不是上班穿，约会穿 corrects.
        """
        if slot != "color" or self._tokens[comma].text not in ",，":
            return False
        if slot not in self._slot_at.get(comma - 1, ()):
            return False
        at = comma + 1
        while at < min(len(self._tokens), comma + _REACH) and not self._tokens[at].boundary:
            if slot not in self._slot_at.get(at, ()) and "conj" not in self._tokens[at].classes:
                return False
            at += 1
        return True

    def _is_light(self, token: Token, at: int) -> bool:
        return bool(token.classes & _PASSED) and at not in self._slot_at

    def _closes(self, at: int, slot: str) -> bool:
        """Whether the "no" at `at` refuses something of this slot that stands before it."""
        token = self._tokens[at]
        return "neg_after" in token.classes and slot in self._slot_at.get(at - 1, ())

    def _refused_after(self, finding: Finding) -> bool:
        slot, at, joined = finding.meaning.slot, finding.last + 1, True
        while at < min(len(self._tokens), finding.last + _REACH):
            token = self._tokens[at]
            if token.boundary or token.fact:
                return False
            if "neg_after" in token.classes:
                return "neg" not in token.classes or self._ends(at + 1)
            own = slot in self._slot_at.get(at, ())
            if own and (joined or self._runs_on(at - 1, at, slot)):
                joined = False
            elif "conj" in token.classes:
                joined = True
            elif own or at in self._slot_at or not token.classes & _PASSED:
                return False
            at += 1
        return False

    def _ends(self, at: int) -> bool:
        """Whether the phrase is over at `at`, but for particles: 黑色不要了哦。"""
        for token in self._tokens[at : at + _REACH]:
            if token.boundary or token.gap:
                return True
            if "neg_done" not in token.classes:
                return False
        return True
