"""She leaves, and what was computed of her goes, from the model that serves and all before it."""

import re
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from django.db import connection

from tests.cast import NOW, enter
from tests.journeys.deciding import SLOTS, open_shop
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
from zhiyin.flows import decide, privacy
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
    open_shop(brand.id, folder)
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


def test_an_erased_member_is_in_no_model_and_the_pages_open_meanwhile(shop, folder, tmp_path):
    her, koc_id = a_wearer(shop.id, "lin")
    others = [a_wearer(shop.id, "wei"), a_wearer(shop.id, "mo")]
    versions = [trained(shop.id, folder, NOW), trained(shop.id, folder, LATER)]
    for version in versions:
        assert of_her(*held(shop.id, folder, version), her, koc_id) == WHOLE | {
            "bodies": 3 * WORN,
            "koc_body": 3,
        }
    answer(shop.id, folder)
    media = MediaStore(tmp_path / "media")
    for gone in (her, others[1][0]):
        privacy.erase(brand_id=shop.id, member_id=gone, media=media, now=LATER)
        enter(shop.id)
    assert matches.matcher_for(brand_id=shop.id, folder=folder, now=LATER).version == versions[1]

    visit = Visit(shop.slug)
    need = visit.post("", need="187 cm 91 kg dress for a wedding").url
    picks = visit.read(f"{need}picks/")
    links = set(re.findall(rf"{need}picks/[^\"]+/1/", picks))
    assert links
    for link in links:
        assert "worn by lin" not in visit.read(link)
    enter(shop.id)

    assert react_to_all(shop.id, "members.member_erased") == [str(shop.id)]
    jobs.forget_people(str(shop.id))
    enter(shop.id)
    models = matches.trained_models(brand_id=shop.id)
    assert len(models) == 3
    for model in models[:2]:
        world, learned = held(shop.id, folder, model.version)
        left = of_her(world, learned, her, koc_id)
        assert left == dict.fromkeys(left, 0) | {"bodies": WORN, "koc_body": 1}
        wei = of_her(world, learned, *others[0])
        assert wei == WHOLE
        assert len(world.shows) == 150 + 9 + WORN
        assert world.shows.first[-1] == len(world.shows)
    assert sorted(path.name for path in (folder / str(shop.id)).iterdir()) == sorted(
        ["serving", *(model.version for model in models)]
    )
    served = matches.matcher_for(brand_id=shop.id, folder=folder, now=LATER)
    assert served.version == models[0].version != versions[1]
    assert answer(shop.id, folder).picks

    assert matching.roll_back(brand_id=shop.id, folder=folder, now=LATER) == models[1].version
    back = matches.matcher_for(brand_id=shop.id, folder=folder, now=LATER)
    assert of_her(back.world, back.learned, her, koc_id)["shows"] == 0
    name = versions[1]
    assert matching.roll_back(brand_id=shop.id, folder=folder, now=LATER, version=name).startswith(
        name
    )
    with pytest.raises(VersionNotFound):
        matching.roll_back(brand_id=shop.id, folder=folder, now=LATER, version=name[:-1])
    assert matching.forget_people(brand_id=shop.id, folder=folder, now=LATER) == 0


def test_a_body_taken_back_leaves_her_wearings_and_one_who_leaves_during_training_is_not_in_it(
    shop, folder, tmp_path
):
    her, koc_id = a_wearer(shop.id, "lin")
    version = trained(shop.id, folder)
    for purpose in (Purpose.MARKETING, Purpose.BODY_FACTS):
        members.grant_consent(
            brand_id=shop.id, member_id=her, purpose=purpose, channel="h5", now=NOW
        )
        privacy.withdraw_consent(brand_id=shop.id, member_id=her, purpose=purpose, now=LATER)
        enter(shop.id)
        waits = [str(shop.id)] if purpose is Purpose.BODY_FACTS else []
        assert react_to_all(shop.id, "members.consent_withdrawn") == waits
    assert matching.forget_people(brand_id=shop.id, folder=folder, now=LATER) == 1
    enter(shop.id)
    serving = matches.trained_models(brand_id=shop.id)[0].version
    assert serving.startswith(version)
    left = of_her(*held(shop.id, folder, serving), her, koc_id)
    assert left == WHOLE | {"bodies": 0, "koc_body": 0, "habits": 0, "fits": 0}

    asked = []

    def leave(step: str, _done: float) -> None:
        if step == "write":
            privacy.erase(
                brand_id=shop.id, member_id=her, media=MediaStore(tmp_path / "media"), now=LATER
            )
            asked.append(her)

    made = matching.train(brand_id=shop.id, folder=folder, now=LATER, progress=leave)
    enter(shop.id)
    assert asked == [her]
    found = of_her(*held(shop.id, folder, made.version), her, koc_id)
    assert found == dict.fromkeys(found, 0)
