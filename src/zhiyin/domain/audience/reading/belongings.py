"""What she already has, and whom she shops for: read from the words around a noun."""

from zhiyin.domain.audience.reading.phrases import Finding
from zhiyin.domain.audience.reading.tokens import Token

_BETWEEN = frozenset({"filler", "counter", "neutral", "conj", "style", "stop"})
_MAX_UNKNOWN = 3
_REACH = 24  # tokens around a noun that may say whose it is
_NAME_WORDS = 2  # for my dear old mum: unknown words right before the person
_METALS = frozenset({"gold", "golden", "silver", "rosegold", "金", "银", "金色", "银色"})
_ONE = ("一", "件", "条", "双", "个", "套", "顶", "款", "身")


class Belongings:
    """Answers, for the nouns of one text, whether they are hers already and of which colour."""

    def __init__(self, tokens: list[Token], findings: list[Finding]) -> None:
        self._tokens = tokens
        self._nouns = {f.last: f for f in findings if f.meaning.slot == "categories"}
        self._colors = {
            at: finding
            for finding in findings
            if finding.meaning.slot == "color"
            for at in finding.tokens
        }
        self._owned: dict[int, bool] = {}

    def is_owned(self, noun: Finding) -> bool:
        """Whether she has it: "my ...", 家里有 ..., "to go with ...", 鞋子已经有了."""
        at = noun.last
        if at not in self._owned:
            self._owned[at] = self._said_before(noun) or self._said_after(noun)
        return self._owned[at]

    def color_of(self, noun: Finding) -> Finding | None:
        """The colour of that noun: "beige shoes", 我的鞋是米色的."""
        if noun.last in self._colors:
            return self._colors[noun.last]  # 小白鞋 says both
        at = noun.first - 1
        while at >= max(0, noun.first - _REACH) and not self._tokens[at].boundary:
            if at in self._colors:
                return self._near_color(at, noun)
            token = self._tokens[at]
            if token.fact or at in self._nouns or token.classes & {"own_with", "want", "conj"}:
                break
            if token.classes & {"own"} and "filler" not in token.classes:
                break
            at -= 1
        return self._color_after(noun)

    def _near_color(self, at: int, noun: Finding) -> Finding | None:
        """A gold necklace is a necklace: metal is no colour family of an accessory."""
        is_metal = noun.meaning.item is not None and self._tokens[at].text in _METALS
        return None if is_metal else self._colors[at]

    def _color_after(self, noun: Finding) -> Finding | None:
        for at in range(noun.last + 1, min(noun.last + 5, len(self._tokens))):
            token = self._tokens[at]
            if at in self._colors:
                linked = any(
                    self._tokens[i].text in ("是", "is", "are", "in")
                    for i in range(noun.last + 1, at)
                )
                return self._colors[at] if linked else None
            if token.boundary or token.fact or not token.classes & _BETWEEN:
                return None
        return None

    def _said_before(self, noun: Finding) -> bool:
        unknown, at, joined = 0, noun.first - 1, False
        while at >= max(0, noun.first - _REACH):
            token = self._tokens[at]
            if token.boundary or token.fact:
                return False
            if at in self._nouns:
                # "my black boots and beige bag", 配我的裤子、衬衫
                return joined and self.is_owned(self._nouns[at])
            if token.classes & {"own", "own_with"} and self._speaks_of(at, noun):
                return True
            if "want" in token.classes or "neg" in token.classes or "contrast" in token.classes:
                return False
            joined = joined or "conj" in token.classes
            if not (token.classes & _BETWEEN or at in self._colors or token.meanings):
                if (token.known and not token.classes) or unknown == _MAX_UNKNOWN:
                    return False
                unknown += 1
            at -= 1
        return False

    def _speaks_of(self, at: int, noun: Finding) -> bool:
        """Whether the "my" or "with" at `at` makes the noun hers.

        想配一条裙子 wants one, 黑裤子搭的上衣 has said its noun before, "my dress to be ..." is
        what she is looking for.
        """
        token, following = self._tokens[at], self._tokens[at + 1]
        if "own_with" in token.classes:
            return following.text != "的" and not following.text.startswith(_ONE)
        after = noun.last + 1
        return not (
            token.text == "my" and after < len(self._tokens) and self._tokens[after].text == "to"
        )

    def _said_after(self, noun: Finding) -> bool:
        at = noun.last + 1
        while at < min(len(self._tokens), noun.last + _REACH):
            token = self._tokens[at]
            if token.boundary or token.fact:
                return False
            if "own_after" in token.classes:
                return True
            if "joint_end" in token.classes and self._joined_to(noun):
                return True
            if not token.classes & {"filler", "conj", "counter"} and at not in self._nouns:
                return False
            at += 1
        return False

    def _joined_to(self, noun: Finding) -> bool:
        """跟黑裤子搭: a "with" before the noun and its colour."""
        at = noun.first - 1
        while at >= max(0, noun.first - _REACH) and not self._tokens[at].boundary:
            if "joint" in self._tokens[at].classes:
                return True
            if not (self._tokens[at].classes & _BETWEEN or at in self._colors):
                return False
            at -= 1
        return False


_BARE_SELF = frozenset({"自己", "我自己", "myself", "self", "my own", "myown"})
"""These may be no more than an emphasis: 我自己觉得. 给自己 and 自己穿 are words of their own."""


def for_whom(tokens: list[Token], findings: list[Finding]) -> Finding | None:
    """The person she shops for, if she says so. A friend's wedding is not a friend to dress."""
    people = [f for f in findings if f.meaning.slot == "for_whom" and not _is_not_given(tokens, f)]
    for person in people:
        if _is_given(tokens, person):
            return person
    others = [f for f in people if f.meaning.value != "self"]
    for person in others:
        if _wears(tokens, person):
            return person
    if others and any(_gives_to_pronoun(tokens, at) for at in range(len(tokens))):
        return others[0]
    return None


def _is_given(tokens: list[Token], person: Finding) -> bool:
    """给妈妈, "for my mom": and not 给闺蜜当伴娘, "for my friend's wedding"."""
    if person.meaning.value == "self" and tokens[person.first].text not in _BARE_SELF:
        return True
    if _owns_an_event(tokens, person):
        return False
    at = person.first - 1
    while at >= max(0, person.first - _REACH):
        token = tokens[at]
        if "give" in token.classes:
            return True
        if token.fact:  # 给45岁的妈妈
            at -= 1
            continue
        is_light = bool(token.classes & {"filler", "counter", "own"})
        is_far = token.known or person.first - at > _NAME_WORDS or not token.text.isalpha()
        if not is_light and is_far and not (token.text.isalpha() and "stop" in token.classes):
            return False
        at -= 1
    return False


def _is_not_given(tokens: list[Token], person: Finding) -> bool:
    """不是买给我妈的, "not for my mom"."""
    at = person.first - 1
    while at >= max(0, person.first - _REACH) and not tokens[at].boundary:
        if "neg" in tokens[at].classes:
            return True
        if not tokens[at].classes & {"give", "filler", "counter", "own", "through"}:
            return False
        at -= 1
    return False


def _owns_an_event(tokens: list[Token], person: Finding) -> bool:
    after = person.last + 1
    if after < len(tokens) and tokens[after].text == "的":
        after += 1
    if after >= len(tokens):
        return False
    following = tokens[after]
    if "event_owner" in following.classes or "purpose" in following.classes:
        return True
    is_occasion = any(meaning.slot == "occasion" for meaning in following.meanings)
    return tokens[person.last].possessive or (is_occasion and not following.classes & {"wears"})


def _wears(tokens: list[Token], person: Finding) -> bool:
    """妈妈158, "my mom needs": what follows is said of that person."""
    before = tokens[person.first - 1] if person.first else None
    if before is not None and before.classes & {"conj", "joint"} and not before.boundary:
        return False
    after = person.last + 1
    while after < len(tokens) and tokens[after].text in ("她", "他", "who", "的"):
        after += 1
    if after >= len(tokens) or tokens[person.last].possessive:
        return False
    following = tokens[after]
    if following.text == "生日" or "过生日" in following.text:
        return any("送" in token.text or token.text in ("gift", "present") for token in tokens)
    if following.text == "is" and after + 1 < len(tokens):
        # my friend is getting married: told of her day, not of her wardrobe
        next_means = tokens[after + 1].meanings
        return not any(meaning.slot == "occasion" for meaning in next_means)
    return following.fact or (
        "wears" in following.classes and "event_owner" not in following.classes
    )


def _gives_to_pronoun(tokens: list[Token], at: int) -> bool:
    """送她, "for her": the person named elsewhere in the text."""
    if "pronoun" in tokens[at].classes and "give" in tokens[at].classes:
        return True
    if "pronoun" not in tokens[at].classes:
        return False
    return tokens[at].text.startswith(("送", "给", "帮", "for")) or (
        at > 0 and "give" in tokens[at - 1].classes
    )
