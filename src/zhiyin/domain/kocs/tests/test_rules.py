"""The score opened to its rows, and what an application and a page may say: without a database."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.domain.kocs.rules import (
    check_age,
    check_shows,
    checked_capacity,
    checked_good_at,
    checked_topics,
    score,
    score_from_json,
    score_to_json,
    why_unavailable,
)
from zhiyin.domain.kocs.types import (
    AgeNeeded,
    CapacityRefused,
    GoodAtRefused,
    ScoreFacts,
    ScoreKey,
    ScoreName,
    ShowNotHers,
    TooYoung,
    TopicsRefused,
    Unavailable,
)
from zhiyin.kit.ids import uuid7

VOCABULARY = {
    "occasion": frozenset({"wedding", "work"}),
    "concerns": frozenset({"belly", "thick_arms", *(f"concern_{n}" for n in range(19))}),
    "weight_kg": frozenset({"50"}),
}


def some_ids(count):
    return tuple(uuid7() for _ in range(count))


def test_a_score_is_the_weighted_mean_of_its_opened_parts():
    bought, shows, answered, let_go = some_ids(6), some_ids(5), some_ids(3), some_ids(1)
    made = score(
        ScoreFacts(
            purchase_ids=bought,
            months_a_member=12,
            useful_votes={shows[0]: 9, shows[1]: 6} | dict.fromkeys(shows[2:], 0),
            answered=answered,
            let_go=let_go,
            weekly_capacity=5,
            away_days=14,
        )
    )
    lines = {line.key: line for part in made.parts for line in part.lines}
    assert {key: (line.count, line.full_at, line.bps) for key, line in lines.items()} == {
        ScoreKey.PURCHASES: (6, 12, 3_500),
        ScoreKey.MONTHS: (12, 24, 1_500),
        ScoreKey.SHOWS: (5, 10, 2_000),
        ScoreKey.USEFUL_VOTES: (15, 30, 2_000),
        ScoreKey.ANSWERS: (3, 10, 600),
        ScoreKey.CAPACITY: (5, 10, 2_000),
        ScoreKey.DAYS_PRESENT: (14, 28, 1_000),
        ScoreKey.ANSWERED_SHARE: (3, 4, 3_000),
    }
    assert lines[ScoreKey.PURCHASES].row_ids == bought
    assert lines[ScoreKey.SHOWS].row_ids == shows
    assert lines[ScoreKey.USEFUL_VOTES].row_ids == shows[:2]
    assert lines[ScoreKey.ANSWERS].row_ids == answered
    assert lines[ScoreKey.ANSWERED_SHARE].row_ids == (*answered, *let_go)
    assert {part.name: part.bps for part in made.parts} == {
        ScoreName.LOYALTY: 5_000,
        ScoreName.HELPFULNESS: 4_600,
        ScoreName.WILLINGNESS: 6_000,
    }
    assert made.total_bps == (5_000 * 3 + 4_600 * 4 + 6_000 * 3) // 10


def test_who_was_never_asked_is_not_held_to_answers():
    made = score(ScoreFacts(weekly_capacity=10, away_days=0))
    willing = made.parts[-1]
    assert [line.key for line in willing.lines] == [ScoreKey.CAPACITY, ScoreKey.DAYS_PRESENT]
    assert willing.bps == 10_000
    assert made.total_bps == 3_000


COUNTS = st.integers(0, 80)


@given(bought=COUNTS, shows=COUNTS, votes=COUNTS, answered=COUNTS, away=COUNTS, capacity=COUNTS)
def test_a_score_stays_within_its_bounds_and_more_never_counts_less(
    bought, shows, votes, answered, away, capacity
):
    facts = {
        "purchase_ids": some_ids(bought),
        "useful_votes": dict.fromkeys(some_ids(shows), votes),
        "answered": some_ids(answered),
        "weekly_capacity": capacity,
        "away_days": away,
    }
    made = score(ScoreFacts(**facts))
    assert 0 <= made.total_bps <= 10_000
    for part in made.parts:
        assert 0 <= part.bps <= 10_000
        assert all(0 <= line.bps <= line.most_bps for line in part.lines)
    more = score(ScoreFacts(**facts | {"purchase_ids": some_ids(bought + 1)}))
    assert more.total_bps >= made.total_bps


def test_a_score_is_kept_as_json_and_read_back():
    made = score(ScoreFacts(purchase_ids=some_ids(2), answered=some_ids(1), weekly_capacity=3))
    assert score_from_json(json.loads(json.dumps(score_to_json(made)))) == made


def test_she_is_good_at_what_a_need_can_say():
    stated = {"concerns": ["belly", "belly", "thick_arms"], "occasion": ["wedding"], "styles": []}
    assert checked_good_at(stated, VOCABULARY) == {
        "concerns": ["belly", "thick_arms"],
        "occasion": ["wedding"],
    }


@pytest.mark.parametrize(
    ("good_at", "details"),
    [
        ({"weight_kg": ["50"]}, {"slot": "weight_kg"}),
        ({"occasion": ["coronation"]}, {"slot": "occasion", "value": "coronation"}),
        (
            {"concerns": sorted(VOCABULARY["concerns"])},
            {"most": 20},
        ),
    ],
)
def test_what_no_need_can_say_is_refused(good_at, details):
    with pytest.raises(GoodAtRefused) as refused:
        checked_good_at(good_at, VOCABULARY)
    assert refused.value.details == details


def test_nobody_under_fourteen_and_nobody_without_an_age():
    check_age(14.0)
    with pytest.raises(TooYoung):
        check_age(13.9)
    with pytest.raises(AgeNeeded):
        check_age(None)


def test_shows_are_her_own_and_at_most_ten():
    own = some_ids(11)
    check_shows(own[:10], own)
    with pytest.raises(ShowNotHers):
        check_shows(own, own)
    with pytest.raises(ShowNotHers):
        check_shows(some_ids(1), own)


def test_topics_and_capacity_have_bounds():
    assert checked_topics([" 裙长 ", "裙长", "", "显瘦"]) == ["裙长", "显瘦"]
    with pytest.raises(TopicsRefused):
        checked_topics([f"题{n}" for n in range(9)])
    assert (checked_capacity(0), checked_capacity(50)) == (0, 50)
    for beyond in (-1, 51):
        with pytest.raises(CapacityRefused):
            checked_capacity(beyond)


def test_who_is_away_or_full_is_not_asked():
    assert why_unavailable(is_away=False, load=4, weekly_capacity=5) is None
    assert why_unavailable(is_away=False, load=5, weekly_capacity=5) is Unavailable.FULL
    assert why_unavailable(is_away=True, load=0, weekly_capacity=5) is Unavailable.AWAY
    assert why_unavailable(is_away=False, load=0, weekly_capacity=0) is Unavailable.FULL
