"""She leaves, and what was computed of her goes, from the model that serves and all before it."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from django.db import connection

from tests.cast import NOW, enter
from tests.journeys.deciding import SLOTS, fill_shop
from tests.journeys.visiting import Visit
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.catalog import queries as shelves
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import FitVerdict, ShowFacts, ShowSource, ShowState
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.kocs.types import KocFacts
from zhiyin.domain.matching import artefacts
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.forgetting import numbers
from zhiyin.domain.matching.history import IdIndex
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.types import VersionNotFound
from zhiyin.domain.matching.vocabulary import UNKNOWN
from zhiyin.domain.matching.world import World
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Purpose
from zhiyin.events.models import Event
from zhiyin.flows import decide, merging, privacy
from zhiyin.flows.decide import Asker
from zhiyin.interfaces import jobs
from zhiyin.kit.ids import uuid7
from zhiyin.storage.media import MediaStore

LATER = NOW + timedelta(minutes=1)
WORN = 60
BODY = {"height_cm": 187.0, "weight_kg": 91.0, "age": 33, "body_shape": "athletic"}
WAITING = "SELECT args->>'brand_id' FROM procrastinate_jobs WHERE task_name = 'forget_people'"


@pytest.fixture
def folder(tmp_path, settings):
    settings.MODEL_FOLDER = tmp_path / "models"
    return settings.MODEL_FOLDER


@pytest.fixture
def shop(brand, folder) -> BrandCard:
    fill_shop(brand.id)
    return brand


def a_wearer(brand_id: UUID, handle: str) -> tuple[UUID, UUID]:
    """A KOC who wore sixty dresses. Returns her and her profile."""
    her = members.create_member(brand_id=brand_id, nickname=handle, now=NOW)
    members.grant_consent(
        brand_id=brand_id, member_id=her, purpose=Purpose.BODY_FACTS, channel="h5", now=NOW
    )
    facts = KocFacts(handle=handle, name_zh="她", name_en="She", facts=BODY)
    koc_id = kocs.open_profile(brand_id=brand_id, member_id=her, koc=facts, now=NOW)
    products = [card.id for card in shelves.all_products(brand_id=brand_id)]
    content.save_shows(
        brand_id=brand_id,
        shows=[
            ShowFacts(
                product_id=products[n % len(products)],
                author_id=her,
                koc_id=koc_id,
                size_code=12,
                fit=FitVerdict.FIT,
                rating=9,
                worn_at=NOW - timedelta(days=n),
                source=ShowSource.IMPORT,
                facts=BODY,
                external_ref=f"{handle}:{n}",
                text_en=f"worn by {handle}",
            )
            for n in range(WORN)
        ],
        state=ShowState.PUBLISHED,
        now=NOW,
    )
    return her, koc_id


def trained(brand_id: UUID, folder, now=NOW) -> str:
    made = matching.train(brand_id=brand_id, folder=folder, now=now)
    enter(brand_id)
    return made.version


def held(brand_id: UUID, folder, version: str) -> tuple[World, Learned]:
    with artefacts.reading(folder=folder, brand_id=brand_id, version=version) as files:
        return World.load(files), Learned.load(files)


def of_her(world: World, learned: Learned, her: UUID, koc_id: UUID) -> dict[str, int]:
    """How much of a wearer a model holds, by where."""
    tall = (world.shows.worn.height_cm == BODY["height_cm"]) | (
        world.shows.worn.weight_kg == BODY["weight_kg"]
    )
    number = numbers(world.wearers, [her])
    assert learned.evidence is not None
    assert learned.fit is not None
    return {
        "named": len(number),
        "bodies": int(tall.sum()),
        "shows": int(np.isin(world.shows.worn.wearer, number).sum()) if len(number) else 0,
        "koc": int(IdIndex.of(world.kocs.id).row(koc_id) != UNKNOWN),
        "koc_body": int((world.kocs.height_cm == BODY["height_cm"]).sum()),
        "habits": int(np.isin(learned.evidence.people, number).sum()),
        "fits": int(np.isin(learned.fit.memory.wearers, number).sum()),
    }


WHOLE = {
    "named": 1,
    "bodies": WORN,
    "shows": WORN,
    "koc": 1,
    "koc_body": 1,
    "habits": 1,
    "fits": 1,
}

ALL_BODIES = {"bodies": 3 * WORN, "koc_body": 3}


def react_to_all(brand_id: UUID, name: str) -> list[str]:
    """Run the reactions to every event of a name. Returns the brands whose models wait."""
    for event in Event.objects.filter(name=name):
        jobs.react(str(brand_id), str(event.id))
        enter(brand_id)
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return [found for (found,) in cursor.fetchall()]


def answer(brand_id: UUID, folder, now=LATER):
    asker = Asker(guest_key=uuid7())
    return decide.answer_need(
        brand_id=brand_id, asker=asker, folder=folder, now=now, slots=SLOTS
    ).answer


def test_who_left_is_in_no_model_and_the_pages_open_meanwhile(shop, folder, tmp_path):
    (lin, lins), (wei, weis), (mo, mos) = (a_wearer(shop.id, name) for name in ("lin", "wei", "mo"))
    versions = [trained(shop.id, folder, NOW), trained(shop.id, folder, LATER)]
    for version in versions:
        for her, koc_id in ((lin, lins), (wei, weis), (mo, mos)):
            assert of_her(*held(shop.id, folder, version), her, koc_id) == WHOLE | ALL_BODIES
    answer(shop.id, folder)

    privacy.erase(brand_id=shop.id, member_id=lin, media=MediaStore(tmp_path / "m"), now=LATER)
    for purpose in (Purpose.MARKETING, Purpose.BODY_FACTS):
        enter(shop.id)
        members.grant_consent(
            brand_id=shop.id, member_id=mo, purpose=purpose, channel="h5", now=NOW
        )
        privacy.withdraw_consent(brand_id=shop.id, member_id=mo, purpose=purpose, now=LATER)
        enter(shop.id)
        waits = [str(shop.id)] if purpose is Purpose.BODY_FACTS else []
        assert react_to_all(shop.id, "members.consent_withdrawn") == waits
    assert matches.matcher_for(brand_id=shop.id, folder=folder, now=LATER).version == versions[1]
    visit = Visit(shop.slug)
    need = visit.post("", need="187 cm 91 kg dress for a wedding").url
    links = set(re.findall(rf"{need}picks/[^\"]+/1/", visit.read(f"{need}picks/")))
    assert links
    for link in links:
        assert "worn by lin" not in visit.read(link)
    enter(shop.id)

    assert react_to_all(shop.id, "members.member_erased") == [str(shop.id)], "one job for both"
    jobs.forget_people(str(shop.id))
    enter(shop.id)
    models = matches.trained_models(brand_id=shop.id)
    assert [model.version.partition(".")[0] for model in models] == versions[::-1]
    for model in models:
        world, learned = held(shop.id, folder, model.version)
        left = of_her(world, learned, lin, lins)
        assert left == dict.fromkeys(left, 0) | {"bodies": WORN, "koc_body": 1}
        assert of_her(world, learned, wei, weis) == WHOLE
        bare = {"habits": 0, "fits": 0}
        assert of_her(world, learned, mo, mos) == WHOLE | bare
        assert len(world.shows) == world.shows.first[-1] == 150 + 9 + 2 * WORN
    assert sorted(path.name for path in (folder / str(shop.id)).iterdir()) == sorted(
        ["serving", *(model.version for model in models)]
    )
    served = matches.matcher_for(brand_id=shop.id, folder=folder, now=LATER)
    assert served.version == models[0].version != versions[1]
    assert answer(shop.id, folder).picks

    name = versions[0]
    assert matching.roll_back(brand_id=shop.id, folder=folder, now=LATER) == models[1].version
    back = matches.matcher_for(brand_id=shop.id, folder=folder, now=LATER)
    assert of_her(back.world, back.learned, lin, lins)["shows"] == 0
    again = matching.roll_back(brand_id=shop.id, folder=folder, now=LATER, version=name)
    assert again == models[1].version
    with pytest.raises(VersionNotFound):
        matching.roll_back(brand_id=shop.id, folder=folder, now=LATER, version=name[:-1])
    assert matching.forget_people(brand_id=shop.id, folder=folder, now=LATER) == 0


def test_a_body_taken_back_after_a_merge_leaves_under_her_former_name_too(shop, folder):
    former, koc_id = a_wearer(shop.id, "lin")
    kocs.close_profile(brand_id=shop.id, koc_id=koc_id, now=NOW)
    version = trained(shop.id, folder)
    assert of_her(*held(shop.id, folder, version), former, koc_id)["bodies"] == WORN
    now_called = members.create_member(brand_id=shop.id, now=NOW)
    merging.merge_members(brand_id=shop.id, survivor_id=now_called, absorbed_id=former, now=LATER)
    privacy.withdraw_consent(
        brand_id=shop.id, member_id=now_called, purpose=Purpose.BODY_FACTS, now=LATER
    )
    assert matching.forget_people(brand_id=shop.id, folder=folder, now=LATER) == 1
    (model,) = matches.trained_models(brand_id=shop.id)
    assert of_her(*held(shop.id, folder, model.version), former, koc_id)["bodies"] == 0


def test_who_leaves_while_a_model_is_being_learned_is_not_in_it(shop, folder, tmp_path):
    her, koc_id = a_wearer(shop.id, "lin")
    asked = []

    def leave(step: str, _done: float) -> None:
        if step == "write":
            media = MediaStore(tmp_path / "media")
            privacy.erase(brand_id=shop.id, member_id=her, media=media, now=LATER)
            asked.append(her)

    made = matching.train(brand_id=shop.id, folder=folder, now=LATER, progress=leave)
    enter(shop.id)
    assert asked == [her]
    found = of_her(*held(shop.id, folder, made.version), her, koc_id)
    assert found == dict.fromkeys(found, 0)


def test_the_newest_models_stay_and_the_one_that_serves(shop, folder, monkeypatch):
    monkeypatch.setattr(matching, "MODELS_KEPT", 1)
    first, _, last = [
        matching.train(brand_id=shop.id, folder=folder, now=NOW + timedelta(minutes=n)).version
        for n in range(3)
    ]
    enter(shop.id)
    matching.roll_back(brand_id=shop.id, folder=folder, now=LATER, version=first)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    matching.forget_people(brand_id=shop.id, folder=folder, now=tomorrow)
    enter(shop.id)
    left = {path.name for path in (folder / str(shop.id)).iterdir()}
    assert left == {"serving", first, last}


def test_a_former_model_that_cannot_be_read_is_deleted(shop, folder):
    a_wearer(shop.id, "lin")
    former, serves = (trained(shop.id, folder, NOW + timedelta(minutes=n)) for n in range(2))
    home = folder / str(shop.id)
    next(file for file in (home / former).iterdir() if "features" in file.name).unlink()
    matching.forget_people(brand_id=shop.id, folder=folder, now=LATER)
    enter(shop.id)
    assert {path.name for path in home.iterdir()} == {"serving", serves}
