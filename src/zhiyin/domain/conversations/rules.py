"""Decisions about conversations, without a database."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from zhiyin.domain.audience.reading.folding import fold
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.domain.audience.types import told
from zhiyin.domain.conversations.boards import BoardMove, BoardMoveRefused, BoardState
from zhiyin.domain.conversations.types import (
    ANSWER_CHARS_MAX,
    PICKS_MAX,
    REPORT_CHARS_MAX,
    WORDS_CHARS_MAX,
    AnswerEmpty,
    Candidate,
    ChipShown,
    Choice,
    QuestionMove,
    QuestionMoveRefused,
    QuestionState,
    ReportEmpty,
    Said,
    Sight,
    TooManyPicks,
    Wording,
)
from zhiyin.kit.text import clean_block, clean_line

MOVES: dict[tuple[QuestionState, QuestionMove], QuestionState] = {
    (QuestionState.WAITING, QuestionMove.ANSWER): QuestionState.ANSWERED,
    (QuestionState.WAITING, QuestionMove.DECLINE): QuestionState.DECLINED,
    (QuestionState.WAITING, QuestionMove.EXPIRE): QuestionState.EXPIRED,
    (QuestionState.WAITING, QuestionMove.WITHDRAW): QuestionState.WITHDRAWN,
}

BOARD_MOVES: dict[tuple[BoardState, BoardMove], BoardState] = {
    (BoardState.OPEN, BoardMove.CLOSE): BoardState.CLOSED,
    (BoardState.OPEN, BoardMove.DECIDE): BoardState.DECIDED,
    (BoardState.CLOSED, BoardMove.DECIDE): BoardState.DECIDED,
}

NUMBERS_SHOWN: dict[str, tuple[str, str]] = {
    "height_cm": (" cm", " cm"),
    "weight_kg": (" kg", " kg"),
    "bust_cm": (" cm", " cm"),
    "waist_cm": (" cm", " cm"),
    "hip_cm": (" cm", " cm"),
    "band_cm": (" cm", " cm"),
    "age": (" 岁", " years"),
    "budget_cny_min": (" 元", " CNY"),
    "budget_cny_max": (" 元", " CNY"),
}
"""Number slot -> its unit in both languages. Figures of her body are told as ranges."""

WORDS_SHOWN: dict[str, bool] = {
    "body_shape": False,
    "skin_tone": False,
    "concerns": False,
    "goals": False,
    "occasion": False,
    "categories": False,
    "styles": False,
    "cup": True,
    "color_like": True,
    "color_avoid": True,
    "owned": True,
    "for_whom": True,
    "needed_by": True,
}
"""Word slot -> whether its name stands before the value. A slot in neither table is not shown."""

CHIP_LANGUAGES = ("zh-Hans", "en")

HIDDEN = "•••"
_NUMERAL = r"[\d一二两三四五六七八九十百零半点.]+"
_FIGURE = rf"(?:(?<!\d)\d(?:\s+\d(?!\d))+|{_NUMERAL})"  # 6 5 kg as well
_HAN_DIGITS = str.maketrans("〇零幺一二两三四五六七八九", "0011223456789")
_SECRETS = (
    re.compile(r"\S+@\S+\.\S+"),
    # A mobile number however it is set apart; no date and no price begins like one.
    re.compile(r"(?<!\d)(?:\+?86[\W_]{0,3})?1[\W_]{0,3}[3-9](?:[\W_]{0,3}\d){9}(?!\d)"),
    re.compile(r"\d{7,}|\+?\d(?:[ \-.()]{0,2}\d){8,}"),
    re.compile(r"\d{1,2}\s*(?:st|stones?)\s*\d{1,2}(?!\d)(?:\s*(?:lbs?|pounds?)(?![a-z]))?"),
    re.compile(
        _FIGURE + r"\s*[多几来余]?\s*"
        r"(?:kgs?|kilos?|kilograms?|公斤|千克|斤|磅|lbs?|pounds?|stones?)(?![a-z])"
    ),
    re.compile(
        r"(?:体重|净重|重|weigh(?:s|t|ing)?)\W{0,3}(?:is|was|about|around|是|大概|约|在)?\W{0,3}"
        + _FIGURE
    ),
    re.compile(r"(?<=\d)\s*/\s*\d{2,3}(?!\d)"),
)
"""Looked for in folded words: NFKC, lower case, numbers in words as digits."""

ANY_DAY = date(2026, 1, 1)
"""The reader wants the day for dates like "next week"; a weight is the same on all."""

KG_PER_JIN = 0.5
KG_PER_LB = 0.45359237

TOLERANCE: dict[str, float] = {
    "height_cm": 3,
    "weight_kg": 5,
    "bust_cm": 5,
    "waist_cm": 5,
    "hip_cm": 5,
    "band_cm": 0,
    "age": 7,
}
"""How far apart two numbers may be for two people to be alike in them."""

ALIKE_WORDS = ("body_shape", "skin_tone", "cup", "concerns")


def after(state: QuestionState, move: QuestionMove) -> QuestionState:
    """The state that `move` leads to. Raises QuestionMoveRefused for what is not in the table."""
    try:
        return MOVES[state, move]
    except KeyError:
        raise QuestionMoveRefused(state=state.value, move=move.value) from None


def before(move: QuestionMove) -> tuple[QuestionState, ...]:
    """The states that allow `move`, for a statement that guards itself."""
    return tuple(state for state, made in MOVES if made is move)


def board_after(state: BoardState, move: BoardMove) -> BoardState:
    """The state that `move` leads a board to. Raises BoardMoveRefused."""
    try:
        return BOARD_MOVES[state, move]
    except KeyError:
        raise BoardMoveRefused(state=state.value, move=move.value) from None


def shown_chips(sight: Sight) -> tuple[ChipShown, ...]:
    """The chips of a need that a KOC may see, worded in both languages.

    Without the asker's consent to share them, body facts are left out. With it, weight and
    girths are told as ranges and the age by its decade, never the figure itself.
    """
    chips = []
    for slot, held in sight.said.items():
        for value in held if isinstance(held, tuple) else (held,):
            is_body = sight.wording.is_sensitive(slot, value if isinstance(value, str) else None)
            if is_body and not sight.shares_body:
                continue
            zh, en = (_worded(slot, value, language, sight.wording) for language in CHIP_LANGUAGES)
            if zh and en:
                chips.append(ChipShown(slot, zh, en, is_body))
    return tuple(chips)


def _worded(slot: str, value: float | str, language: str, wording: Wording) -> str:
    """A chip in one language; empty for what is not shown."""
    if slot in NUMBERS_SHOWN and not isinstance(value, str):
        unit = NUMBERS_SHOWN[slot][CHIP_LANGUAGES.index(language)]
        return f"{wording.slot_label(slot, language)} {told(slot, value)}{unit}"
    if slot in WORDS_SHOWN and isinstance(value, str):
        word = wording.value_label(slot, value, language)
        return f"{wording.slot_label(slot, language)} {word}" if WORDS_SHOWN[slot] else word
    return ""


def masked(words: str, sight: Sight) -> str:
    """The asker's words without what a KOC must not learn from them.

    Hidden are phone numbers and other long numbers, addresses with an @, her names, and weights:
    figures with a unit of weight or after a word for it, the need's own weight in kilograms, jin
    or pounds wherever it stands, and what our own reader takes for a weight. Too much is hidden
    rather than too little: the chips say what matters.
    """
    words = hidden_secrets(words, sight.said, sight.hidden_names)
    found = read(words, shipped(), ANY_DAY)
    spans = [(one.start, one.end) for one in found.chips if one.slot == "weight_kg"]
    spans += [(one.start, one.end) for one in found.problems if one.slot == "weight_kg"]
    return without_spans(words, spans)


def hidden_secrets(words: str, said: Said, hidden_names: Sequence[str]) -> str:
    """The words without names, phones, addresses, and figures that patterns take for weights."""
    for name in hidden_names:
        if len(name) > 1:
            words = re.sub(re.escape(name), HIDDEN, words, flags=re.IGNORECASE)
    for pattern in (*_SECRETS, *_own_weight(said.get("weight_kg"))):
        words = _hidden(words, pattern)
    return words


def _own_weight(weight_kg: object) -> list[re.Pattern[str]]:
    """Her weight as a bare figure, in each unit that people use without naming it."""
    if not isinstance(weight_kg, int | float):
        return []
    figures = {weight_kg, weight_kg / KG_PER_JIN, round(weight_kg / KG_PER_LB)}
    return [
        re.compile(rf"(?<![\d.]){re.escape(f'{figure:g}')}(?![\d.]*\d)")
        for figure in sorted(figures, reverse=True)
    ]


def _hidden(words: str, pattern: re.Pattern[str]) -> str:
    """The words without what a pattern finds in them once they are folded, Han digits and all."""
    folded = fold(words)
    spans = [
        folded.origin(*match.span())
        for text in (folded.text, folded.text.translate(_HAN_DIGITS))
        for match in pattern.finditer(text)
    ]
    return without_spans(words, spans)


def without_spans(words: str, spans: Iterable[tuple[int, int]]) -> str:
    """The words with a mark in the place of each of some spans."""
    kept, done = "", 0
    for start, end in sorted(spans):
        if start >= done:
            kept += words[done:start] + HIDDEN
        done = max(done, end)
    return kept + words[done:]


def checked_words(words: str) -> str:
    """The asker's words as they are kept; empty is right, the chips ask by themselves.

    Raises TextTooLong, TextHasNul.
    """
    return clean_block(words, WORDS_CHARS_MAX)


def checked_answer(text: str) -> str:
    """An answer as it is kept. Raises AnswerEmpty, TextTooLong, TextHasNul."""
    cleaned = clean_block(text, ANSWER_CHARS_MAX)
    if not cleaned:
        raise AnswerEmpty()
    return cleaned


def checked_picks(product_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """The picks in their order, each once. Raises TooManyPicks."""
    picks = tuple(dict.fromkeys(product_ids))
    if len(picks) > PICKS_MAX:
        raise TooManyPicks(most=PICKS_MAX, got=len(picks))
    return picks


def checked_report(reason: str) -> str:
    """What a report says. Raises ReportEmpty, TextTooLong, TextHasNul."""
    cleaned = clean_line(reason, REPORT_CHARS_MAX)
    if not cleaned:
        raise ReportEmpty()
    return cleaned


def ranked(said: Said, candidates: Iterable[Candidate]) -> tuple[Choice, ...]:
    """Who should be asked about a need, best first, each with why.

    First who is good at most of the need's chips; then who is like the asker in most body facts;
    then who has the fewest questions this week; then the id, so that two runs choose alike.
    """
    choices = [
        Choice(
            koc_id=one.koc_id,
            good_at=_shared(said, one.good_at),
            alike=_alike(said, one.facts),
            load=one.load,
        )
        for one in candidates
    ]
    return tuple(
        sorted(choices, key=lambda c: (-len(c.good_at), -len(c.alike), c.load, str(c.koc_id)))
    )


def _shared(said: Said, good_at: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (slot, value)
        for slot, held in said.items()
        for value in (held if isinstance(held, tuple) else (held,))
        if isinstance(value, str) and value in good_at.get(slot, ())
    )


def _alike(said: Said, facts: Mapping[str, object]) -> tuple[str, ...]:
    numbers = [
        slot
        for slot, tolerance in TOLERANCE.items()
        if _is_near(said.get(slot), facts.get(slot), tolerance)
    ]
    words = [slot for slot in ALIKE_WORDS if _words(said.get(slot)) & _words(facts.get(slot))]
    return (*numbers, *words)


def _is_near(one: object, other: object, tolerance: float) -> bool:
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return False
    return abs(one - other) <= tolerance


def _words(held: object) -> frozenset[str]:
    if isinstance(held, str):
        return frozenset({held})
    if isinstance(held, list | tuple):
        return frozenset(value for value in held if isinstance(value, str))
    return frozenset()
