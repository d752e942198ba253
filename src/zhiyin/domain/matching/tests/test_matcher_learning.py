"""What a large shop is learned from, and how near the tabled stage comes to the full one."""

from dataclasses import fields
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.matching.learned import first_wearings, newest_of_each
from zhiyin.domain.matching.learning.choices import without_repeats
from zhiyin.domain.matching.tests.market import matcher, world
from zhiyin.domain.matching.types import Ask
from zhiyin.domain.matching.world import World


def test_first_wearings_are_those_of_the_protocol() -> None:
    worn = world().shows.worn
    doubled = worn.take(np.concatenate([np.arange(len(worn)), np.arange(0, len(worn), 3)]))
    shuffled = doubled.take(np.random.default_rng(0).permutation(len(doubled)))
    ours, theirs = first_wearings(shuffled), without_repeats(shuffled)
    assert len(ours) < len(doubled)
    for field in fields(ours):
        np.testing.assert_array_equal(getattr(ours, field.name), getattr(theirs, field.name))


@given(
    garments=st.lists(st.integers(0, 5), min_size=1, max_size=60),
    most=st.integers(1, 70),
    seed=st.integers(0, 9),
)
def test_the_newest_of_each_leave_no_garment_out(garments: list[int], most: int, seed: int) -> None:
    garment = np.array(garments)
    day = np.random.default_rng(seed).integers(0, 20, len(garment))
    kept = newest_of_each(garment, day, most)
    assert len(kept) <= max(most, len(set(garments)))
    assert list(kept) == sorted(set(kept.tolist()))
    assert set(garment[kept].tolist()) == set(garments)
    for one in set(garments):
        own, left = day[kept][garment[kept] == one], np.delete(day, kept)
        gone = left[np.delete(garment, kept) == one]
        assert not len(gone) or own.min() >= gone.max()


def test_the_tabled_stage_holds_the_best_of_the_full_one() -> None:
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(40):
        need = NeedSlots(
            height_cm=float(rng.integers(150, 178)),
            weight_kg=float(rng.integers(44, 76)),
            age=float(rng.integers(18, 60)),
            occasion=str(rng.choice(["wedding", "party", "work", "date"])),
        )
        full = matcher().ranked(Ask(slots=need), len(world().variants))
        near = matcher().ranked(Ask(slots=need), 20)
        shares.append(float(np.isin(full.rows[:10], near.rows).mean()))
    assert np.mean(shares) >= 0.95
    assert len(full.rows) > 40


def test_a_world_survives_being_saved(tmp_path: Path) -> None:
    world().save(tmp_path)
    again = World.load(tmp_path)
    assert again.labels == world().labels
    for name in ("garments", "variants", "skus", "kocs", "looks"):
        mine, theirs = getattr(world(), name), getattr(again, name)
        for field in fields(mine):
            np.testing.assert_array_equal(getattr(mine, field.name), getattr(theirs, field.name))
    for field in fields(world().shows.worn):
        np.testing.assert_array_equal(
            getattr(world().shows.worn, field.name), getattr(again.shows.worn, field.name)
        )
