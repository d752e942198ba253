"""What every answer owes: hard wishes, chips that act, honest counts, three that differ."""

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog.types import ProductCard, SkuCard
from zhiyin.domain.matching import stored
from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.matcher import why_not
from zhiyin.domain.matching.tests.market import an_id, cards, matcher, world
from zhiyin.domain.matching.types import A_PERSON, Answer, Ask, NothingToPick, ReasonKind
from zhiyin.domain.matching.wishes import chips_of

HERS = NeedSlots(
    height_cm=160.0,
    weight_kg=50.0,
    body_shape="pear",
    concerns=("thick_calves",),
    occasion="wedding",
    goals=("slimming",),
    owned=("beige shoes",),
    budget_cny_max=400.0,
)
EMPTY = NeedSlots()


def answer(slots: NeedSlots) -> Answer:
    return matcher().answer(Ask(slots=slots))


def sold() -> dict[UUID, tuple[ProductCard, SkuCard]]:
    """SKU id -> its product's card and its own."""
    return {sku.id: (card, sku) for card in cards()["products"] for sku in card.skus}


def drawn_need(rng: np.random.Generator) -> NeedSlots:
    """A need with any mixture of wishes."""

    def some(known: tuple[str, ...], most: int) -> tuple[str, ...]:
        count = int(rng.integers(0, most + 1))
        return tuple(str(word) for word in rng.choice(known, count, replace=False))

    def perhaps(low: int, high: int) -> float | None:
        value = float(rng.integers(low, high))
        return value if rng.random() < 0.6 else None

    return NeedSlots(
        height_cm=perhaps(150, 180),
        weight_kg=perhaps(42, 75),
        age=perhaps(18, 70),
        body_shape=str(rng.choice(words.SHAPES)) if rng.random() < 0.5 else None,
        concerns=some(words.CONCERNS, 2),
        goals=some(words.GOALS, 2),
        occasion=str(rng.choice(words.OCCASIONS)) if rng.random() < 0.7 else None,
        categories=some(("dress", "skirt", "top", "jacket"), 2),
        styles=some(words.STYLES, 1),
        color_like=some(words.COLORS, 1),
        color_avoid=some(words.COLORS, 2),
        owned=some(("beige shoes", "necklace", "black skirt", "jacket", "dress"), 2),
        budget_cny_max=perhaps(150, 900),
    )


def open_need(seed: int) -> NeedSlots:
    """A drawn need without hard wishes, so that there is an answer."""
    need = drawn_need(np.random.default_rng(seed))
    return replace(need, owned=(), categories=(), color_avoid=(), budget_cny_max=None)


class TestHardWishes:
    @pytest.mark.parametrize("seed", range(200))
    def test_no_pick_breaks_one(self, seed: int) -> None:
        need = drawn_need(np.random.default_rng(seed))
        try:
            found = answer(need)
        except NothingToPick:
            return  # what the refusal says is another test's matter
        owned = {words.category_of(words.split_owned(thing)[1]) for thing in need.owned}
        assert found.picks
        for pick in (*found.picks, *found.runners_up):
            assert need.budget_cny_max is None or pick.total_fen <= need.budget_cny_max * 100
            for item in pick.items:
                card, sku = sold()[item.sku_id]
                assert (item.product_id, item.price_fen) == (card.id, sku.price_fen)
                assert item.on_hand == sku.on_hand > 0
                assert item.color not in need.color_avoid
                assert card.category.value not in owned
            lead = sold()[pick.items[0].sku_id][0]
            assert not need.categories or lead.category.value in need.categories

    def test_few_of_the_drawn_needs_are_refused(self) -> None:
        """Else the test above would say little."""
        refused = 0
        for seed in range(200):
            try:
                answer(drawn_need(np.random.default_rng(seed)))
            except NothingToPick as refusal:
                refused += 1
                slots = refusal.details["slots"]
                if not isinstance(slots, list) or not slots:
                    raise
        assert refused < 60

    def test_the_refusal_names_what_to_loosen(self) -> None:
        need = replace(EMPTY, categories=("dress",), budget_cny_max=20.0, color_avoid=("red",))
        with pytest.raises(NothingToPick) as refusal:
            answer(need)
        assert refusal.value.details["slots"] == ["budget_cny_max"]
        fen = int(str(refusal.value.details["cheapest_fen"]))
        assert answer(replace(need, budget_cny_max=fen / 100)).picks
        with pytest.raises(NothingToPick):
            answer(replace(need, budget_cny_max=(fen - 1) / 100))

    def test_wanting_what_she_owns_names_both(self) -> None:
        with pytest.raises(NothingToPick) as refusal:
            answer(replace(EMPTY, categories=("skirt",), owned=("black skirt",)))
        assert refusal.value.details["slots"] == ["owned", "categories"]


class TestChips:
    @pytest.mark.parametrize("chip", chips_of(HERS))
    def test_each_of_the_eight_acts_or_is_called_unproven(self, chip: tuple[str, str]) -> None:
        whole = answer(HERS)
        empty = getattr(EMPTY, chip[0])
        without = answer(replace(HERS, **{chip[0]: empty}))
        assert chip in whole.unproven or shown(whole) != shown(without)

    def test_there_are_eight(self) -> None:
        assert len(chips_of(HERS)) == 8

    def test_what_no_reason_speaks_to_is_listed(self) -> None:
        found = answer(replace(HERS, hip_cm=94.0))
        assert ("hip_cm", "94") in found.unproven
        spoken = {c for p in found.picks for r in p.reasons for c in r.slots}
        assert not spoken & set(found.unproven)

    def test_advice_moves_the_garments_it_speaks_for(self) -> None:
        moved = 0.0
        for concern in words.CONCERNS:
            plain, asked = answer(EMPTY), answer(replace(EMPTY, concerns=(concern,)))
            moved += points(asked, concern) - points(plain, concern)
        assert moved > 0.1


def shown(found: Answer) -> list[object]:
    """Picks, sizes and reasons."""
    return [([(i.sku_id, i.fit_bps) for i in p.items], p.koc_id, p.reasons) for p in found.picks]


def points(found: Answer, concern: str) -> float:
    """What the advice table says of the picks for a concern."""
    strength = matcher().advice.strength_of(("concerns", concern))
    assert strength is not None
    rows = {world().skus.id[row].tobytes(): row for row in range(len(world().skus))}
    variants = [world().skus.variant[rows[p.items[0].sku_id.bytes]] for p in found.picks]
    return float(strength[variants].mean())


class TestPicks:
    def test_three_differ_and_come_with_runners_up(self) -> None:
        found = answer(HERS)
        everything = (*found.picks, *found.runners_up)
        assert len(found.picks) == 3
        assert len({pick.items[0].product_id for pick in everything}) == len(everything)

    def test_a_score_is_the_sum_of_its_parts(self) -> None:
        found = answer(HERS)
        for pick in (*found.picks, *found.runners_up):
            assert pick.score == pytest.approx(sum(part.share for part in pick.parts), abs=1e-9)

    def test_picks_stand_above_runners_up(self) -> None:
        for seed in range(20):
            found = answer(open_need(seed))
            scores = [
                pick.score + A_PERSON * (pick.koc_id is not None)
                for pick in (*found.picks[2:], *found.runners_up)
            ]
            assert scores == sorted(scores, reverse=True)

    def test_why_the_fourth_was_not_third(self) -> None:
        found = answer(HERS)
        third, fourth = found.picks[2], found.runners_up[0]
        lost = why_not(fourth, third)
        won = why_not(third, fourth)
        assert lost
        difference = sum(part.share for part in lost) - sum(part.share for part in won)
        assert difference == pytest.approx(third.score - fourth.score, abs=1e-6)

    def test_the_same_need_gets_the_same_answer(self) -> None:
        assert answer(HERS) == answer(HERS)

    def test_an_answer_survives_being_stored(self) -> None:
        found = answer(HERS)
        assert stored.from_json(stored.to_json(found)) == found

    def test_a_size_is_chosen_for_her_measures_only(self) -> None:
        measured, unmeasured = answer(HERS), answer(replace(HERS, weight_kg=None))
        for pick in measured.picks:
            fit = pick.items[0].fit_bps
            assert fit is not None
            assert sum(fit) == 10_000
        assert all(item.fit_bps is None for pick in unmeasured.picks for item in pick.items)

    def test_larger_bodies_get_larger_sizes(self) -> None:
        small = answer(replace(HERS, weight_kg=44.0, budget_cny_max=None))
        large = answer(replace(HERS, weight_kg=74.0, budget_cny_max=None))
        assert max(p.items[0].size_code for p in small.picks) < min(
            p.items[0].size_code for p in large.picks
        )

    def test_nothing_is_known_and_still_there_is_an_answer(self) -> None:
        found = answer(EMPTY)
        assert len(found.picks) == 3
        assert found.unproven == ()
        assert all(pick.likeness_bps == 0 for pick in found.picks)


class TestReasons:
    def test_every_count_can_be_opened(self) -> None:
        shows = {card.id: card for card in cards()["shows"]}
        for seed in range(30):
            for pick in answer(open_need(seed)).picks:
                for reason in pick.reasons:
                    rows = [shows[show] for show in reason.show_ids]
                    if reason.kind is ReasonKind.WORN:
                        assert reason.counts is not None
                        assert len(rows) == reason.counts["worn"] == pick.worn_count
                        fitted = sum(row.fit == "fit" for row in rows)
                        assert fitted == reason.counts["fit"] == pick.fit_count
                    assert all(row.source == "import" for row in rows)
                    assert {row.product_id for row in rows} <= {pick.items[0].product_id}

    def test_thin_evidence_is_called_thin(self) -> None:
        giant = replace(EMPTY, height_cm=199.0, weight_kg=61.0, categories=("dress",))
        assert all(pick.is_thin and pick.worn_count < 5 for pick in answer(giant).picks)
        plain = answer(replace(EMPTY, height_cm=163.0, weight_kg=57.0))
        assert not any(pick.is_thin for pick in plain.picks)

    def test_what_speaks_against_a_pick_is_said(self) -> None:
        need = replace(EMPTY, concerns=("belly", "thick_arms", "broad_shoulders", "short_neck"))
        kinds = [r.kind for p in answer(need).picks for r in p.reasons]
        assert ReasonKind.CAUTION in kinds

    def test_accessories_she_owns_are_not_offered(self) -> None:
        found = answer(replace(EMPTY, owned=("necklace",)))
        products = {card.id: card for card in cards()["products"]}
        for pick in (*found.picks, *found.runners_up):
            for item in pick.items:
                assert products[item.product_id].category.value != "accessory"

    def test_the_koc_most_like_her_stands_first(self) -> None:
        found = answer(replace(HERS, budget_cny_max=None))
        assert an_id("koc:0") in {pick.koc_id for pick in found.picks}
        hers = next(pick for pick in found.picks if pick.koc_id == an_id("koc:0"))
        assert hers.likeness_bps > 9_000
        likeness = next(r for r in hers.reasons if r.kind is ReasonKind.LIKENESS)
        assert ("body_shape", "pear") in likeness.slots
        assert likeness.counts == {"height_cm": 0}
