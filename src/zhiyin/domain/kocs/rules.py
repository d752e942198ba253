"""Decisions about KOCs, without a database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from zhiyin.domain.kocs.types import (
    AGE_MIN,
    APPLICATION_SHOWS_MAX,
    GOOD_AT_MAX,
    GOOD_AT_SLOTS,
    TOPIC_CHARS_MAX,
    TOPICS_MAX,
    WEEKLY_CAPACITY_MAX,
    AgeNeeded,
    CapacityRefused,
    GoodAtRefused,
    Score,
    ScoreFacts,
    ScoreKey,
    ScoreLine,
    ScoreName,
    ScorePart,
    ShowNotHers,
    TooYoung,
    TopicsRefused,
    Unavailable,
    Vocabulary,
    WordsMissing,
)
from zhiyin.kit.text import clean_block, clean_line

FULL_BPS = 10_000
PRESENCE_DAYS = 28

WEIGHTS_BPS: dict[ScoreName, int] = {
    ScoreName.LOYALTY: 3_000,
    ScoreName.HELPFULNESS: 4_000,
    ScoreName.WILLINGNESS: 3_000,
}

LINES: dict[ScoreKey, tuple[int, int]] = {
    ScoreKey.PURCHASES: (12, 7_000),
    ScoreKey.MONTHS: (24, 3_000),
    ScoreKey.SHOWS: (10, 4_000),
    ScoreKey.USEFUL_VOTES: (30, 4_000),
    ScoreKey.ANSWERS: (10, 2_000),
    ScoreKey.CAPACITY: (10, 4_000),
    ScoreKey.DAYS_PRESENT: (PRESENCE_DAYS, 2_000),
}
"""What a line counts -> (the count that earns it whole, the basis points it is worth). More than
that earns nothing more, so that nobody can buy or post her way past the other parts."""

ANSWERED_SHARE_BPS = 4_000


def why_unavailable(*, is_away: bool, load: int, weekly_capacity: int) -> Unavailable | None:
    """Why a KOC cannot be asked now, or None. `load`: her questions this week."""
    if is_away:
        return Unavailable.AWAY
    return Unavailable.FULL if load >= weekly_capacity else None


def score(facts: ScoreFacts) -> Score:
    """How well a member would do as a KOC, each number opened to what it counts.

    A part is what its lines reach of what they could. Who was never asked has no share of answers:
    the line is left out, and the others of the part weigh as much more.

    Units:  basis points in everything; `total_bps` is the weighted mean, rounded down.
    """
    shows = tuple(facts.useful_votes)
    voted = tuple(show_id for show_id, votes in facts.useful_votes.items() if votes)
    votes = sum(facts.useful_votes.values())
    asked = (*facts.answered, *facts.let_go)
    willing = [
        _line(ScoreKey.CAPACITY, facts.weekly_capacity),
        _line(ScoreKey.DAYS_PRESENT, PRESENCE_DAYS - min(facts.away_days, PRESENCE_DAYS)),
    ]
    if asked:
        willing.append(
            _worth(
                ScoreKey.ANSWERED_SHARE, len(facts.answered), len(asked), ANSWERED_SHARE_BPS, asked
            )
        )
    parts = (
        _part(
            ScoreName.LOYALTY,
            [
                _line(ScoreKey.PURCHASES, len(facts.purchase_ids), facts.purchase_ids),
                _line(ScoreKey.MONTHS, facts.months_a_member),
            ],
        ),
        _part(
            ScoreName.HELPFULNESS,
            [
                _line(ScoreKey.SHOWS, len(shows), shows),
                _line(ScoreKey.USEFUL_VOTES, votes, voted),
                _line(ScoreKey.ANSWERS, len(facts.answered), facts.answered),
            ],
        ),
        _part(ScoreName.WILLINGNESS, willing),
    )
    return Score(sum(part.bps * part.weight_bps for part in parts) // FULL_BPS, parts)


def _line(key: ScoreKey, count: int, row_ids: Sequence[UUID] = ()) -> ScoreLine:
    full_at, most_bps = LINES[key]
    return _worth(key, count, full_at, most_bps, row_ids)


def _worth(
    key: ScoreKey, count: int, full_at: int, most_bps: int, row_ids: Sequence[UUID]
) -> ScoreLine:
    bps = most_bps * min(count, full_at) // full_at
    return ScoreLine(key, count, full_at, bps, most_bps, tuple(row_ids))


def _part(name: ScoreName, lines: Sequence[ScoreLine]) -> ScorePart:
    reached = sum(line.bps for line in lines) * FULL_BPS // sum(line.most_bps for line in lines)
    return ScorePart(name, reached, WEIGHTS_BPS[name], tuple(lines))


def score_to_json(score: Score) -> dict[str, Any]:
    """A score as its application keeps it."""
    kept = asdict(score)
    for part in kept["parts"]:
        for line in part["lines"]:
            line["row_ids"] = [str(row_id) for row_id in line["row_ids"]]
    return kept


def score_from_json(kept: Mapping[str, Any]) -> Score:
    """The score that `score_to_json` wrote."""
    return Score(
        kept["total_bps"],
        tuple(
            ScorePart(
                ScoreName(part["name"]),
                part["bps"],
                part["weight_bps"],
                tuple(_line_from_json(line) for line in part["lines"]),
            )
            for part in kept["parts"]
        ),
    )


def _line_from_json(kept: Mapping[str, Any]) -> ScoreLine:
    return ScoreLine(
        ScoreKey(kept["key"]),
        kept["count"],
        kept["full_at"],
        kept["bps"],
        kept["most_bps"],
        tuple(UUID(row_id) for row_id in kept["row_ids"]),
    )


def check_age(age: object) -> None:
    """Refuse an applicant who is too young, or does not say. Raises AgeNeeded, TooYoung."""
    if not isinstance(age, int | float):
        raise AgeNeeded()
    if age < AGE_MIN:
        raise TooYoung(least=AGE_MIN)


def check_shows(show_ids: Collection[UUID], own_ids: Collection[UUID]) -> None:
    """Refuse shows that are not the applicant's own. Raises ShowNotHers."""
    if len(show_ids) > APPLICATION_SHOWS_MAX or not set(show_ids) <= set(own_ids):
        raise ShowNotHers(most=APPLICATION_SHOWS_MAX)


def checked_good_at(
    good_at: Mapping[str, Sequence[str]], vocabulary: Vocabulary
) -> dict[str, list[str]]:
    """What she is good at, each value once, without empty slots. Raises GoodAtRefused."""
    checked: dict[str, list[str]] = {}
    for slot, values in good_at.items():
        if slot not in GOOD_AT_SLOTS:
            raise GoodAtRefused(slot=slot[:40])
        for value in values:
            if value not in vocabulary.get(slot, frozenset()):
                raise GoodAtRefused(slot=slot, value=value[:40])
        if values:
            checked[slot] = list(dict.fromkeys(values))
    if sum(map(len, checked.values())) > GOOD_AT_MAX:
        raise GoodAtRefused(most=GOOD_AT_MAX)
    return checked


def checked_topics(topics: Sequence[str]) -> list[str]:
    """Her topics, each once. Raises TopicsRefused, TextTooLong, TextHasNul."""
    cleaned = [clean_line(topic, TOPIC_CHARS_MAX) for topic in topics]
    kept = list(dict.fromkeys(topic for topic in cleaned if topic))
    if len(kept) > TOPICS_MAX:
        raise TopicsRefused(most=TOPICS_MAX)
    return kept


def checked_capacity(weekly_capacity: int) -> int:
    """Questions a week; 0 is a pause. Raises CapacityRefused."""
    if not 0 <= weekly_capacity <= WEEKLY_CAPACITY_MAX:
        raise CapacityRefused(most=WEEKLY_CAPACITY_MAX)
    return weekly_capacity


def needed_line(field: str, text: str, max_chars: int) -> str:
    """One line that may not be empty. Raises WordsMissing, TextTooLong, TextHasNul."""
    cleaned = clean_line(text, max_chars)
    if not cleaned:
        raise WordsMissing(field=field)
    return cleaned


def needed_block(field: str, text: str, max_chars: int) -> str:
    """Several lines that may not be empty. Raises WordsMissing, TextTooLong, TextHasNul."""
    cleaned = clean_block(text, max_chars)
    if not cleaned:
        raise WordsMissing(field=field)
    return cleaned
