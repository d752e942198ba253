"""Decide: a need, three picks, what she says of them, and the models behind."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import numpy as np
import pytest
from django.db import connection

from tests.cast import NOW, enter, make_brand
from tests.journeys.deciding import SLOTS, Shop, open_shop
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience.kept import NeedNotFound, TraitSource
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog.types import StockFacts
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.models import Decision, PickFeedback
from zhiyin.domain.matching.types import (
    AdviceConflict,
    AdviceMalformed,
    FeedbackKind,
    NotTrained,
    VersionNotFound,
)
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Purpose
from zhiyin.flows import decide, privacy
from zhiyin.flows.decide import Asker
from zhiyin.kit.ids import uuid7
from zhiyin.storage.encryption import CiphertextMisplaced
from zhiyin.storage.tenancy import brand_tx

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def shop(brand, tmp_path) -> Shop:
    """A small shop with a trained model."""
    return open_shop(brand.id, tmp_path)


def a_need(shop, asker, slots=SLOTS):
    return audience.save_need(
        brand_id=shop.brand_id,
        text="",
        slots=slots,
        taxonomy_version=1,
        member_id=asker.member_id,
        guest_key=asker.guest_key,
        now=NOW,
    )


def answer(shop, asker=None, now=NOW, **more):
    found = decide.answer_need(
        brand_id=shop.brand_id,
        asker=asker or Asker(guest_key=uuid7()),
        folder=shop.folder,
        now=now,
        **({"slots": SLOTS} | more),
    )
    return found.answer if "need_id" not in more else found


def a_member(shop):
    member_id = members.create_member(brand_id=shop.brand_id, nickname="", now=NOW)
    privacy.grant_consent(
        brand_id=shop.brand_id,
        member_id=member_id,
        purpose=Purpose.BODY_FACTS,
        text_version="2026-11",
        channel="h5",
        now=NOW,
    )
    return member_id


class TestAnswering:
    def test_a_guest_gets_picks_and_can_open_them_again(self, shop):
        asker = Asker(guest_key=uuid7())
        need_id = a_need(shop, asker)
        found = answer(shop, asker, need_id=need_id, slots=None)
        assert len(found.answer.picks) == 3
        kept = decide.decision(
            brand_id=shop.brand_id, asker=asker, need_id=need_id, decision_id=found.decision_id
        )
        assert kept.answer == found.answer
        again = answer(shop, asker, need_id=need_id, slots=None)
        assert again.decision_id == found.decision_id, "a page opened twice writes nothing"
        stranger = Asker(guest_key=uuid7())
        with pytest.raises(NeedNotFound):
            decide.decision(
                brand_id=shop.brand_id,
                asker=stranger,
                need_id=need_id,
                decision_id=found.decision_id,
            )

    def test_a_kept_answer_is_sealed(self, shop):
        asker = Asker(guest_key=uuid7())
        found = answer(shop, asker, need_id=a_need(shop, asker))
        stored = Decision.objects.get(id=found.decision_id).answer_sealed
        assert b"height_cm" not in bytes(stored)
        assert b"likeness" not in bytes(stored)

    def test_what_is_kept_of_her_is_laid_under_her_need(self, shop):
        member_id = a_member(shop)
        wish = NeedSlots(occasion="wedding")
        audience.state_traits(
            brand_id=shop.brand_id,
            member_id=member_id,
            slots=SLOTS,
            source=TraitSource.FORM,
            now=NOW,
        )
        hers = answer(shop, Asker(member_id=member_id), slots=wish)
        known = replace(SLOTS, occasion="wedding", goals=())
        assert hers.picks == answer(shop, slots=known).picks
        for_mother = answer(
            shop, Asker(member_id=member_id), slots=replace(wish, for_whom="mother")
        )
        assert for_mother.picks == answer(shop, slots=replace(wish, for_whom="mother")).picks

    def test_with_the_switch_off_nothing_of_her_is_read(self, shop):
        wish = NeedSlots(occasion="wedding")
        plain = answer(shop, Asker(guest_key=uuid7(), wants_personal=False), slots=wish)
        member_id = a_member(shop)
        audience.state_traits(
            brand_id=shop.brand_id,
            member_id=member_id,
            slots=SLOTS,
            source=TraitSource.FORM,
            now=NOW,
        )
        assert answer(shop, Asker(member_id=member_id), slots=wish).picks != plain.picks
        assert answer(shop, Asker(member_id=member_id, wants_personal=False), slots=wish) == plain
        members.set_personalisation(brand_id=shop.brand_id, member_id=member_id, on=False, now=NOW)
        assert answer(shop, Asker(member_id=member_id), slots=wish) == plain

    def test_two_questions_when_nothing_changed(self, shop, django_assert_num_queries):
        answer(shop)
        with django_assert_num_queries(2):
            answer(shop)


class TestTheShelf:
    def test_a_price_that_rose_above_her_budget_is_not_picked(self, shop):
        need = replace(SLOTS, budget_cny_max=400.0)
        first = answer(shop, slots=need).picks[0]
        catalog.set_price(brand_id=shop.brand_id, sku_ids=[first.items[0].sku_id], price_fen=40_001)
        found = answer(shop, slots=need)
        assert all(pick.total_fen <= 40_000 for pick in found.picks)
        assert first.items[0].sku_id not in {i.sku_id for p in found.picks for i in p.items}

    def test_the_price_of_this_moment_is_shown(self, shop):
        first = answer(shop).picks[0].items[0]
        catalog.set_price(brand_id=shop.brand_id, sku_ids=[first.sku_id], price_fen=12_300)
        again = {i.sku_id: i for p in answer(shop).picks for i in p.items}
        assert again[first.sku_id].price_fen == 12_300

    def test_a_size_that_is_gone_is_not_picked(self, shop):
        first = answer(shop).picks[0].items[0]
        catalog.set_stock(
            brand_id=shop.brand_id,
            stock=[StockFacts(sku_code=shop.code_of(first), store_code="S-1", on_hand=0)],
            store_ids=shop.store_ids,
            now=NOW,
        )
        found = answer(shop)
        assert len(found.picks) == 3
        assert first.sku_id not in {i.sku_id for p in found.picks for i in p.items}

    def test_a_koc_who_went_away_is_not_named(self, shop):
        named = {pick.koc_id for pick in answer(shop).picks} - {None}
        for koc_id in named:
            kocs.go_away(
                brand_id=shop.brand_id,
                koc_id=koc_id,
                starts_at=NOW,
                ends_at=NOW + timedelta(days=7),
                now=NOW,
            )
        assert named
        found = answer(shop, now=LATER)
        assert not named & {pick.koc_id for pick in (*found.picks, *found.runners_up)}


class TestFeedback:
    def test_what_she_turns_down_changes_the_next_answer_until_she_takes_it_back(self, shop):
        asker = Asker(guest_key=uuid7())
        need_id = a_need(shop, asker)
        first = answer(shop, asker, need_id=need_id)
        product_id = first.answer.picks[0].items[0].product_id
        said = {
            "brand_id": shop.brand_id,
            "asker": asker,
            "need_id": need_id,
            "product_id": product_id,
            "feedback": FeedbackKind.STYLE,
            "now": NOW,
        }
        decide.turn_down(decision_id=first.decision_id, **said)
        decide.turn_down(decision_id=first.decision_id, **said)
        assert PickFeedback.objects.count() == 1
        style = answer(shop, asker, need_id=need_id).answer
        assert product_id not in {p.items[0].product_id for p in (*style.picks, *style.runners_up)}
        assert decide.take_back(**said)
        assert not decide.take_back(**said)
        decide.turn_down(decision_id=first.decision_id, **(said | {"feedback": FeedbackKind.BODY}))
        body = answer(shop, asker, need_id=need_id).answer
        assert [p.score for p in body.picks] != [p.score for p in style.picks]
        decide.take_back(**(said | {"feedback": FeedbackKind.BODY}))
        assert answer(shop, asker, need_id=need_id).answer == first.answer

    def test_nobody_speaks_for_another(self, shop):
        asker = Asker(guest_key=uuid7())
        need_id = a_need(shop, asker)
        first = answer(shop, asker, need_id=need_id)
        with pytest.raises(NeedNotFound):
            decide.turn_down(
                brand_id=shop.brand_id,
                asker=Asker(guest_key=uuid7()),
                need_id=need_id,
                decision_id=first.decision_id,
                product_id=first.answer.picks[0].items[0].product_id,
                feedback=FeedbackKind.STYLE,
                now=NOW,
            )
        assert not PickFeedback.objects.exists()

    def test_erasing_leaves_no_answer(self, shop):
        asker = Asker(guest_key=uuid7())
        need_id = a_need(shop, asker)
        first = answer(shop, asker, need_id=need_id)
        matching.give_feedback(
            brand_id=shop.brand_id,
            decision_id=first.decision_id,
            need_id=need_id,
            product_id=first.answer.picks[0].items[0].product_id,
            feedback=FeedbackKind.BODY,
            now=NOW,
        )
        assert matching.erase_answers(brand_id=shop.brand_id, need_ids=[need_id]) == 1
        assert not Decision.objects.exists()
        assert not PickFeedback.objects.exists()


class TestModels:
    def test_a_new_model_serves_at_once_and_can_be_rolled_back(self, shop):
        first = answer(shop).model_version
        second = matching.train(brand_id=shop.brand_id, folder=shop.folder, now=LATER).version
        enter(shop.brand_id)
        assert answer(shop, now=LATER).model_version == second != first
        back = matching.roll_back(brand_id=shop.brand_id, folder=shop.folder, now=LATER)
        assert answer(shop, now=LATER).model_version == back == first
        held = {m.version: m for m in matches.trained_models(brand_id=shop.brand_id)}
        assert held[first].serving_until is None
        assert held[second].serving_until == LATER
        with pytest.raises(VersionNotFound):
            matching.roll_back(
                brand_id=shop.brand_id, folder=shop.folder, now=LATER, version="never"
            )
        assert answer(shop, now=LATER).model_version == first

    def test_its_files_are_sealed_and_open_for_no_other_brand(self, shop):
        home = shop.folder / str(shop.brand_id)
        version = (home / "serving").read_text()
        for file in (home / version).iterdir():
            assert not file.read_bytes().startswith(b"PK")
        other = uuid7()
        (shop.folder / str(other)).mkdir()
        (home / version).rename(shop.folder / str(other) / version)
        (home / "serving").rename(shop.folder / str(other) / "serving")
        with pytest.raises(CiphertextMisplaced):
            matches.matcher_for(brand_id=other, folder=shop.folder, now=NOW)

    def test_without_a_model_there_is_no_answer(self, shop, tmp_path):
        with pytest.raises(NotTrained):
            decide.answer_need(
                brand_id=shop.brand_id,
                asker=Asker(guest_key=uuid7()),
                folder=tmp_path / "elsewhere",
                now=NOW,
                slots=SLOTS,
            )

    def test_nothing_plain_is_left_on_disk(self, shop):
        names = {file.name.split("-")[0] for file in (shop.folder / str(shop.brand_id)).iterdir()}
        assert "plain" not in names
        assert (shop.folder / str(shop.brand_id)).stat().st_mode & 0o077 == 0


class TestAdvice:
    ROW = {
        "slot": "goals",
        "value": "slimming",
        "attribute": "color",
        "attr_values": ["green"],
        "direction": "for",
        "weight": 3,
        "zh": "绿色收",
        "en": "Green draws in",
    }

    def edit(self, shop, rows, based_on=0):
        return matching.edit_advice(
            brand_id=shop.brand_id, rows=rows, based_on=based_on, edited_by=None, now=NOW
        )

    def test_an_edit_acts_on_the_next_answers(self, shop):
        matcher = matches.matcher_for(brand_id=shop.brand_id, folder=shop.folder, now=NOW)
        before = matcher.advice.strength_of(("goals", "slimming"))
        assert self.edit(shop, [self.ROW]) == 1
        matcher = matches.matcher_for(brand_id=shop.brand_id, folder=shop.folder, now=LATER)
        after = matcher.advice.strength_of(("goals", "slimming"))
        green = matcher.world.variants.color == 9
        assert green.any()
        assert (after[green] > before[green]).all()
        assert np.allclose(after[~green], before[~green])
        table = matches.advice(brand_id=shop.brand_id)
        assert (table.version, len(table.edits)) == (1, 1)
        assert len(table.rows) == len(table.shipped) + 1

    def test_of_editors_at_once_one_wins_and_the_others_are_told(self, own_database):
        brand_id, gate = make_brand("cedar").id, Barrier(4)

        def edit(_):
            gate.wait()
            try:
                with brand_tx(brand_id):
                    return matching.edit_advice(
                        brand_id=brand_id, rows=[self.ROW], based_on=0, edited_by=None, now=NOW
                    )
            except AdviceConflict as refused:
                return refused.details
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(edit, range(4)))
        assert sorted(found, key=str) == [1, *[{"current": 1}] * 3]

    def test_weight_nothing_takes_a_row_out(self, shop):
        shipped = matches.advice(brand_id=shop.brand_id).shipped
        self.edit(shop, [dict(shipped[0]) | {"weight": 0}])
        assert len(matches.advice(brand_id=shop.brand_id).rows) == len(shipped) - 1

    @pytest.mark.parametrize(
        "wrong",
        [{"attribute": "mood"}, {"attr_values": ["loud"]}, {"weight": 9}, {"direction": "up"}],
    )
    def test_a_row_that_means_nothing_is_refused(self, shop, wrong):
        with pytest.raises(AdviceMalformed) as refusal:
            self.edit(shop, [self.ROW, self.ROW | wrong])
        assert refusal.value.details["line"] == 2
        assert matches.advice(brand_id=shop.brand_id).version == 0

    def test_two_editors_do_not_overwrite_each_other(self, shop):
        self.edit(shop, [self.ROW])
        with pytest.raises(AdviceConflict) as refusal:
            self.edit(shop, [])
        assert refusal.value.details["current"] == 1
        assert len(matches.advice(brand_id=shop.brand_id).edits) == 1
