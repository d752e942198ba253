"""Whose word stands beside a pick, and what an answer may not depend on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import builds, floats, none, sampled_from

from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.matching.bodies import Body, comparable, likeness
from zhiyin.domain.matching.dressing import Vouched
from zhiyin.domain.matching.evidence import SHOWS
from zhiyin.domain.matching.gathering import gather
from zhiyin.domain.matching.tests.market import an_id, cards, matcher, rebuilt, world
from zhiyin.domain.matching.types import (
    A_PERSON,
    SPOKEN_WISHES,
    Answer,
    Ask,
    Disliked,
    FeedbackKind,
    ReasonKind,
)
from zhiyin.domain.matching.wearings import FIT, LARGE, SMALL
from zhiyin.domain.matching.world import World

WISH = NeedSlots(occasion="wedding", categories=("dress",), budget_cny_max=600.0)
PEAR = replace(WISH, height_cm=160.0, weight_kg=50.0, body_shape="pear", goals=("slimming",))
TALL = replace(WISH, height_cm=176.0, weight_kg=72.0, body_shape="athletic", age=44.0)
HERS = Body(height_cm=160.0, weight_kg=50.0, shape=0)


def with_shows(**columns: Any) -> World:
    """The world with some columns of its shows' wearings replaced."""
    shows = world().shows
    return replace(world(), shows=replace(shows, worn=replace(shows.worn, **columns)))


class TestEvidence:
    def test_the_same_shows_are_read_when_every_verdict_is_turned(self) -> None:
        worn = world().shows.worn
        turned = with_shows(
            fit=np.where(worn.fit == FIT, SMALL, np.where(worn.fit == SMALL, LARGE, FIT)).astype(
                np.int8
            ),
            rating=(12 - worn.rating).astype(np.float32),
        )
        before, after = matcher().reading, rebuilt(turned).reading
        for garment in range(len(world().garments)):
            for body in (HERS, Body()):
                chosen = before.choose(body, [(garment, 8)], world())
                assert chosen == after.choose(body, [(garment, 8)], turned)

    def test_the_nearest_are_read_and_the_unhappy_among_them(self) -> None:
        shows = {card.id: card for card in cards()["shows"]}
        unhappy, apart, usual = 0, [], []
        for garment in range(6):
            (read,) = matcher().reading.choose(HERS, [(garment, 4)], world())
            assert len(read) == SHOWS
            rows = [shows[show] for show in read]
            unhappy += sum(row.fit != "fit" for row in rows)
            apart += [abs(float(str(row.facts["weight_kg"])) - 50) for row in rows]
            usual += [
                abs(float(str(card.facts["weight_kg"])) - 50)
                for card in shows.values()
                if card.product_id == rows[0].product_id and card.source == "import"
            ]
        assert unhappy
        assert np.mean(apart) < np.mean(usual) / 2

    def test_authored_shows_change_no_number(self) -> None:
        authored = ~world().shows.counted
        worn = world().shows.worn
        other = with_shows(
            rating=np.where(authored, 10, worn.rating).astype(np.float32),
            height_cm=np.where(authored, 160, worn.height_cm).astype(np.float32),
            weight_kg=np.where(authored, 50, worn.weight_kg).astype(np.float32),
        )
        found = rebuilt(other)
        assert (found.signals.by_cell == matcher().signals.by_cell).all()
        assert (found.sizes.fit == matcher().sizes.fit).all()
        for pick, again in zip(
            matcher().answer(Ask(slots=PEAR)).picks,
            found.answer(Ask(slots=PEAR)).picks,
            strict=True,
        ):
            assert (pick.worn_count, pick.fit_count) == (again.worn_count, again.fit_count)


class TestKocs:
    def test_who_cannot_be_asked_is_not_named(self) -> None:
        before = matcher().answer(Ask(slots=PEAR))
        named = {pick.koc_id for pick in before.picks} - {None}
        assert named
        taken = np.array([an_id(f"koc:{n}") in named for n in range(14)])
        away = matcher().fresh(matcher().shelf.without_kocs(taken))
        after = away.answer(Ask(slots=PEAR))
        everybody = (*after.picks, *after.runners_up)
        assert not named & {pick.koc_id for pick in everybody}

    def test_a_brand_without_any_answers_all_the_same(self) -> None:
        shows = [replace(show, koc_id=None) for show in cards()["shows"]]
        looks = [replace(look, koc_id=None) for look in cards()["looks"]]
        alone = rebuilt(gather(**cards() | {"shows": shows, "looks": looks, "kocs": []}))
        for slots in (PEAR, NeedSlots()):
            found = alone.answer(Ask(slots=slots))
            assert [pick.koc_id for pick in found.picks] == [None] * 3

    def test_nobody_finds_out_their_weight_or_age_by_asking_for_one_after_another(self) -> None:
        everybody = world().kocs
        light, heavy = (
            replace(everybody, weight_kg=np.full(len(everybody), weight, dtype=np.float32))
            for weight in (47.4, 52.1)
        )
        young, old = (
            replace(light, age=np.full(len(light), age, dtype=np.float32)) for age in (30.0, 39.0)
        )
        for one, other in ((light, heavy), (young, old)):
            for weight, age in ((40.0, 25.0), (50.0, 35.0), (60.0, 45.0)):
                body = Body(weight_kg=weight, age=age)
                rows = np.arange(len(one))
                alike, _ = likeness(body, comparable(one), rows, tone_matters=False)
                same, _ = likeness(body, comparable(other), rows, tone_matters=False)
                assert (alike == same).all()

    def test_of_two_sizes_that_are_level_the_one_that_fitted_a_koc_like_her_stands(self) -> None:
        wardrobe, shelf = matcher()._wardrobe(), matcher().shelf
        moved = []
        for variant in range(len(world().variants)):
            first, last = world().variants.first_sku[variant : variant + 2]
            sizes = world().skus.size[first:last][shelf.on_hand[first:last] > 0]
            if not len(sizes) or not matcher().sizes.sized[world().variants.garment[variant]]:
                continue
            ((plain,),) = wardrobe.dress(HERS, -1, [(variant,)])
            usual = int(world().skus.size[plain.sku])
            for size in sizes.tolist():
                for likeness_of_her in (1.0, 0.3):
                    hers = {variant: Vouched.by(size, likeness_of_her)}
                    ((chosen,),) = wardrobe.dress(HERS, -1, [(variant,)], hers)
                    taken = int(world().skus.size[chosen.sku])
                    assert taken in (usual, size)
                    moved += [likeness_of_her] * (taken != usual)
        assert moved.count(1.0) > 5 * max(moved.count(0.3), 1)

    def test_an_unsigned_look_past_the_twelfth_candidate_stands_with_a_wearer(self) -> None:
        """Looks are sought about sixteen candidates, garments alone among the best twelve."""
        ask = Ask(slots=PEAR)
        bare = rebuilt(gather(**cards() | {"looks": []})).answer(ask, runners_up=100)
        twelve = {pick.items[0].product_id for pick in (*bare.picks, *bare.runners_up)}
        pattern = cards()["looks"][0]
        looks = [
            replace(
                pattern,
                id=an_id(f"nobodys:{card.id}"),
                koc_id=None,
                items=(replace(pattern.items[0], product_id=card.id, color=sku.color),),
            )
            for card in cards()["products"]
            if card.id not in twelve
            for sku in card.skus[:1]
        ]
        found = rebuilt(gather(**cards() | {"looks": looks})).answer(ask, runners_up=100)
        about = {
            pick.items[0].product_id: pick.koc_id
            for pick in (*found.picks, *found.runners_up)
            if pick.look_id is not None
        }
        content = {
            product_id: {
                show.koc_id
                for show in cards()["shows"]
                if show.product_id == product_id and show.fit == "fit" and show.rating >= 8
            }
            - {None, an_id("koc:13")}
            for product_id in about
        }
        assert not twelve & about.keys()
        assert any(content.values())
        for product_id, koc_id in about.items():
            assert koc_id in (content[product_id] or {None})

    def test_without_room_in_her_week_she_is_not_named(self) -> None:
        for slots in (PEAR, TALL, NeedSlots()):
            found = matcher().answer(Ask(slots=slots))
            assert an_id("koc:13") not in {p.koc_id for p in (*found.picks, *found.runners_up)}

    def test_she_wore_it_or_composed_it_and_was_not_unhappy(self) -> None:
        shows, looks = cards()["shows"], {look.id: look for look in cards()["looks"]}
        for slots in (PEAR, TALL, NeedSlots(), NeedSlots(occasion="party")):
            found = matcher().answer(Ask(slots=slots))
            for pick in (*found.picks, *found.runners_up):
                if pick.koc_id is None:
                    continue
                product = pick.items[0].product_id
                own = [s for s in shows if s.koc_id == pick.koc_id and s.product_id == product]
                composed = pick.look_id and looks[pick.look_id].koc_id == pick.koc_id
                assert composed or any(s.fit == "fit" and s.rating >= 8 for s in own)
                assert not own or any(s.fit == "fit" and s.rating >= 8 for s in own)
                assert pick.quote in {s.id for s in own} | {None}

    def test_a_koc_who_earns_is_marked(self) -> None:
        earning = {card.id for card in cards()["kocs"] if card.can_earn}
        for slots in (PEAR, TALL, NeedSlots()):
            found = matcher().answer(Ask(slots=slots))
            for pick in (*found.picks, *found.runners_up):
                assert pick.earns == (pick.koc_id in earning)


class TestPersonalisationOff:
    def off(self, slots: NeedSlots, **more: Any) -> Answer:
        return matcher().answer(Ask(slots=slots, personalised=False, **more))

    def test_two_women_with_the_same_wish_get_the_same_answer(self) -> None:
        pear, tall = self.off(PEAR), self.off(TALL)
        assert (pear.picks, pear.runners_up) == (tall.picks, tall.runners_up)
        assert pear.picks != matcher().answer(Ask(slots=PEAR)).picks

    @pytest.mark.parametrize("slot", sorted(set(NeedSlots.__dataclass_fields__) - SPOKEN_WISHES))
    def test_nothing_about_her_is_read(self, slot: str) -> None:
        stated: dict[str, Any] = {
            "cup": "c",
            "body_shape": "apple",
            "skin_tone": "olive",
            "for_whom": "mother",
            "concerns": ("belly",),
            "goals": ("younger",),
            "styles": ("sweet",),
        }
        hers: dict[str, Any] = {slot: stated.get(slot, 90.0)}
        assert self.off(replace(WISH, **hers)).picks == self.off(WISH).picks

    def test_nor_what_she_wore_or_turned_down(self) -> None:
        plain = self.off(WISH)
        refused = Disliked(
            product_id=plain.picks[0].items[0].product_id, feedback=FeedbackKind.STYLE
        )
        member = world().wearers[3].tobytes()
        wearer = next(s.author_id for s in cards()["shows"] if s.author_id.bytes == member)
        assert self.off(WISH, member_id=wearer, disliked=(refused,)) == plain

    def test_what_was_set_aside_is_said(self) -> None:
        found = self.off(PEAR)
        assert ("weight_kg", "50") in found.set_aside
        assert ("occasion", "wedding") not in found.set_aside
        assert all(pick.likeness_bps == 0 for pick in found.picks)
        kinds = {reason.kind for pick in found.picks for reason in pick.reasons}
        assert ReasonKind.LIKENESS not in kinds

    def test_wishes_still_count(self) -> None:
        cheap = self.off(replace(WISH, budget_cny_max=300.0))
        assert all(pick.total_fen <= 30_000 for pick in cheap.picks)


class TestFeedback:
    def refused(self, feedback: FeedbackKind) -> Answer:
        product = matcher().answer(Ask(slots=PEAR)).picks[0].items[0].product_id
        turned_down = Disliked(product_id=product, feedback=feedback)
        return matcher().answer(Ask(slots=PEAR, disliked=(turned_down,)))

    def test_style_and_body_change_the_next_answer_differently(self) -> None:
        before = matcher().answer(Ask(slots=PEAR))
        style, body = self.refused(FeedbackKind.STYLE), self.refused(FeedbackKind.BODY)
        first = before.picks[0].items[0].product_id
        for after in (style, body):
            offered = {i.product_id for p in (*after.picks, *after.runners_up) for i in p.items}
            assert first not in offered
        names = [{part.name for p in one.runners_up for part in p.parts} for one in (style, body)]
        assert "disliked_style" in names[0] - names[1]
        assert "disliked_body" in names[1] - names[0]
        scores = [{p.items[0].product_id: p.score for p in one.runners_up} for one in (style, body)]
        assert scores[0] != scores[1]

    def test_after_not_my_body_fit_counts_more(self) -> None:
        def weight(found: Answer) -> float:
            part = next(p for p in found.picks[0].parts if p.name == "fit")
            return part.share / part.value

        before = matcher().answer(Ask(slots=PEAR))
        assert weight(self.refused(FeedbackKind.BODY)) > weight(before)
        assert weight(self.refused(FeedbackKind.STYLE)) == pytest.approx(weight(before))


class TestHistory:
    def test_what_she_had_is_not_offered_again(self) -> None:
        offered = matcher().answer(Ask(slots=PEAR)).picks[0].items[0].product_id
        wearer = next(
            s.author_id for s in cards()["shows"] if s.product_id == offered and s.author_id
        )
        found = matcher().answer(Ask(slots=PEAR, member_id=wearer))
        assert offered not in {p.items[0].product_id for p in (*found.picks, *found.runners_up)}
        stranger = matcher().answer(Ask(slots=PEAR, member_id=an_id("nobody")))
        assert stranger.picks[0].items[0].product_id == offered


class TestThreePeople:
    @given(
        slots=builds(
            NeedSlots,
            height_cm=none() | floats(148, 180),
            weight_kg=none() | floats(42, 95),
            occasion=none() | sampled_from(("wedding", "party", "work")),
            goals=sampled_from(((), ("slimming",), ("taller",))),
            categories=sampled_from(((), ("dress",))),
        )
    )
    @settings(max_examples=60, deadline=None)
    def test_a_person_stands_twice_only_where_nobody_elses_comes_near(
        self, slots: NeedSlots
    ) -> None:
        found = matcher().answer(Ask(slots=slots), runners_up=100)
        garments = [pick.items[0].product_id for pick in found.picks]
        assert len(set(garments)) == len(garments)
        named = [pick.koc_id for pick in found.picks]
        others = [one.score for one in found.runners_up if one.koc_id not in (None, *named)]
        for place, pick in enumerate(found.picks):
            if pick.koc_id is None:
                assert all(pick.score > other + A_PERSON for other in others)
            if pick.koc_id in named[:place]:
                penalty = sum(part.share for part in pick.parts if part.name == "same_koc")
                assert all(pick.score - penalty > other + 2 for other in others)
