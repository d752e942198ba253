"""The shopper, the KOCs and the sight of a need that the room's tests share."""

from uuid import UUID

from tests.cast import NOW
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import Category, ProductFacts
from zhiyin.domain.conversations import operations
from zhiyin.domain.conversations.types import Sight
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard, KocFacts
from zhiyin.domain.members import operations as members

SLOTS = NeedSlots(height_cm=160.0, weight_kg=50.0, body_shape="pear", occasion="wedding")


def a_member(brand_id: UUID, nickname: str = "晓雯") -> UUID:
    return members.create_member(brand_id=brand_id, nickname=nickname, now=NOW)


def a_koc(brand_id: UUID, handle: str = "muzi", **facts) -> KocCard:
    stated = {"name_zh": handle, "name_en": handle, "facts": {}} | facts
    koc_id = koc_desk.open_profile(
        brand_id=brand_id,
        member_id=a_member(brand_id, handle),
        koc=KocFacts(handle=handle, **stated),
        now=NOW,
    )
    return kocs.koc(brand_id=brand_id, koc_id=koc_id)


def a_need(brand_id: UUID, member_id: UUID, slots: NeedSlots = SLOTS, now=NOW) -> UUID:
    return audience.save_need(
        brand_id=brand_id, text="", slots=slots, taxonomy_version=0, member_id=member_id, now=now
    )


def a_sight(brand_id: UUID, *, shares_body: bool = True, slots: NeedSlots = SLOTS) -> Sight:
    return Sight(
        said=slots.said(),
        wording=kept.taxonomy(brand_id=brand_id),
        shares_body=shares_body,
        hidden_names=("晓雯",),
    )


def a_question(brand_id: UUID, asker_id: UUID, koc: KocCard, **facts) -> UUID:
    stated = {"sight": a_sight(brand_id), "words": "怕显胯", "now": NOW} | facts
    need_id = stated.pop("need_id", None) or a_need(brand_id, asker_id)
    return operations.ask(brand_id=brand_id, need_id=need_id, asker_id=asker_id, koc=koc, **stated)


def some_products(brand_id: UUID, count: int) -> list[UUID]:
    codes = [f"D-{n}" for n in range(count)]
    catalog.save_products(
        brand_id=brand_id,
        products=[
            ProductFacts(code=code, category=Category.DRESS, name_zh="裙", name_en="Dress")
            for code in codes
        ],
        now=NOW,
    )
    ids = shelf.product_ids_by_code(brand_id=brand_id, codes=codes)
    return [ids[code] for code in codes]
