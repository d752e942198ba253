"""Somebody who tries the demo can be a KOC of it, with the code that anybody is sent."""

import json
from dataclasses import replace

from tests.cast import NOW, make_brand
from tests.journeys.visiting import Visit
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs.types import KocFacts
from zhiyin.domain.members import operations as members
from zhiyin.interfaces.cli.demo import loader
from zhiyin.interfaces.cli.demo.kocs import koc_logins
from zhiyin.storage.tenancy import brand_tx

XIAOMAN = KocFacts(
    handle="xiaoman",
    name_zh="小满",
    name_en="Xiaoman",
    city="上海",
    persona_zh="",
    persona_en="",
    good_at={},
    topics=(),
    facts={},
    weekly_capacity=3,
    can_earn=False,
    is_demo=True,
)


def test_a_demo_koc_signs_in_with_the_phone_that_is_printed(own_database, settings):
    brand = make_brand("anning")
    with brand_tx(brand.id):
        for koc in (XIAOMAN, replace(XIAOMAN, handle="muzi", is_demo=False)):
            member_id = members.create_member(brand_id=brand.id, now=NOW)
            koc_desk.open_profile(brand_id=brand.id, member_id=member_id, koc=koc, now=NOW)
    (login,) = koc_logins(slug="anning", now=NOW)
    assert koc_logins(slug="anning", now=NOW) == (login,)
    assert (login.handle, login.name) == ("xiaoman", "小满 Xiaoman")
    visit = Visit("anning")
    assert visit.sign_in(login.phone, back="/s/anning/koc/") == "/s/anning/koc/"
    assert "Nobody waits for you" in visit.read("koc/")


def test_the_phones_of_the_demo_are_nobodys_and_all_different():
    world = json.loads((loader.WORLD / "kocs.json").read_text(encoding="utf-8"))["kocs"]
    phones = [koc["phone"] for koc in world]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("120") and len(phone) == 11 for phone in phones)
