"""The order of a product's wearers: likeness, usefulness, proof; never the verdict."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from zhiyin.domain.content.types import FitVerdict, ShowCard, ShowSource, ShowState
from zhiyin.domain.matching.likeness import in_order, likeness

HER = {"height_cm": 160.0, "weight_kg": 50.0, "body_shape": "pear"}


def a_show(**changes: object) -> ShowCard:
    show = ShowCard(
        id=uuid4(),
        product_id=uuid4(),
        koc_id=None,
        author_id=None,
        color="",
        size_code=4,
        fit=FitVerdict.FIT,
        rating=8,
        text_zh="",
        text_en="",
        occasion="",
        worn_at=datetime(2026, 5, 1, tzinfo=UTC),
        source=ShowSource.IMPORT,
        facts=dict(HER),
        useful_votes=0,
        state=ShowState.PUBLISHED,
        media_refs=(),
    )
    return replace(show, **changes)


def test_the_likest_comes_first() -> None:
    tall = a_show(facts={"height_cm": 175.0, "weight_kg": 70.0, "body_shape": "athletic"})
    near = a_show(facts={"height_cm": 161.0, "weight_kg": 52.0, "body_shape": "pear"})
    assert [wearer.show for wearer in in_order([tall, near], HER)] == [near, tall]


def test_nobody_finds_out_a_weight_or_an_age_by_asking_for_one_after_another() -> None:
    lighter = a_show(facts={"weight_kg": 48.0, "age": 31})
    heavier = a_show(facts={"weight_kg": 52.0, "age": 38})
    for weight in range(40, 60):
        for age in (29, 35, 39):
            hers = {"weight_kg": weight, "age": age}
            assert likeness(hers, lighter.facts) == likeness(hers, heavier.facts)
    assert likeness({"weight_kg": 50}, lighter.facts) != likeness(
        {"weight_kg": 50}, {"weight_kg": 53.0}
    )


def test_of_two_alike_the_more_useful_comes_first() -> None:
    plain, useful = a_show(), a_show(useful_votes=9)
    assert [wearer.show for wearer in in_order([plain, useful], HER)] == [useful, plain]


def test_a_picture_without_measures_or_verdict_sinks() -> None:
    model_like = a_show(facts={}, useful_votes=500)
    silent = a_show(fit=None, rating=None, useful_votes=500)
    unlike = a_show(facts={"height_cm": 180.0, "weight_kg": 90.0})
    assert in_order([model_like, silent, unlike], HER)[0].show == unlike


def test_flipping_every_verdict_moves_nobody() -> None:
    shows = [a_show(facts={"height_cm": 150.0 + n}) for n in range(20)]
    flipped = [replace(show, fit=FitVerdict.LARGE, rating=1) for show in shows]
    before = [wearer.show.id for wearer in in_order(shows, HER)]
    assert [wearer.show.id for wearer in in_order(flipped, HER)] == before


def test_two_who_share_no_fact_are_not_compared() -> None:
    assert likeness({"height_cm": 160.0}, {"age": 30.0}) is None


def test_more_facts_in_common_say_more() -> None:
    one, three = likeness(HER, {"height_cm": 160.0}), likeness(HER, HER)
    assert one is not None
    assert three is not None
    assert one < three < 1.0
