"""The shopper, the KOCs and the acts that the tests of answering share."""

from datetime import timedelta
from uuid import UUID

from tests.cast import NOW
from zhiyin.connectors.sandbox.sms import SandboxSms
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import Category, ProductFacts
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.models import Question
from zhiyin.domain.conversations.types import (
    QuestionUnanswered,
)
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard, KocFacts
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Purpose
from zhiyin.events.models import Event
from zhiyin.flows import answering, join, privacy
from zhiyin.storage.tenancy import brand_tx

DAY = timedelta(hours=24)
PHONE = "13912345678"
NICKNAME = "金丝雀七号"
SLOTS = NeedSlots(
    height_cm=160.0, weight_kg=52.3, waist_cm=71.4, body_shape="pear", occasion="wedding"
)
WORDS = f"我是{NICKNAME}，电话{PHONE}，52.3公斤（104.6斤），怕显胯"
SECRETS = (PHONE, NICKNAME, "52.3", "104.6", "71.4")


def a_shopper(brand_id, tmp_path) -> UUID:
    """A member by phone, with a name, who shares her body facts with KOCs."""
    sms = SandboxSms(tmp_path)
    join.request_code(brand_id=brand_id, phone=PHONE, language="zh-hans", sender=sms, now=NOW)
    member_id = join.sign_in(
        brand_id=brand_id,
        phone=PHONE,
        code=sms.messages(brand_id=brand_id)[0].code,
        guest_key=None,
        language="zh-hans",
        now=NOW,
    ).member_id
    with brand_tx(brand_id):
        members.rename(brand_id=brand_id, member_id=member_id, nickname=NICKNAME)
    consent(brand_id, member_id)
    return member_id


def consent(brand_id, member_id, purpose=Purpose.SHARE_WITH_KOC):
    privacy.grant_consent(
        brand_id=brand_id,
        member_id=member_id,
        purpose=purpose,
        text_version="2026-11",
        channel="h5",
        now=NOW,
    )


def a_koc(brand_id, handle, **facts) -> KocCard:
    stated = {"name_zh": handle, "name_en": handle, "facts": {}} | facts
    with brand_tx(brand_id):
        member_id = members.create_member(brand_id=brand_id, nickname=handle, now=NOW)
        koc_id = koc_desk.open_profile(
            brand_id=brand_id, member_id=member_id, koc=KocFacts(handle=handle, **stated), now=NOW
        )
        return kocs.koc(brand_id=brand_id, koc_id=koc_id)


def a_need(brand_id, member_id, slots=SLOTS) -> UUID:
    with brand_tx(brand_id):
        return audience.save_need(
            brand_id=brand_id,
            text="",
            slots=slots,
            taxonomy_version=0,
            member_id=member_id,
            now=NOW,
        )


def a_member(brand_id, nickname) -> UUID:
    with brand_tx(brand_id):
        return members.create_member(brand_id=brand_id, nickname=nickname, now=NOW)


def a_product(brand_id) -> UUID:
    facts = ProductFacts(code="D-1", category=Category.DRESS, name_zh="裙", name_en="Dress")
    with brand_tx(brand_id):
        catalog.save_products(brand_id=brand_id, products=[facts], now=NOW)
        return shelf.product_ids_by_code(brand_id=brand_id, codes=["D-1"])["D-1"]


def ask(brand_id, member_id, koc, need_id=None, words=WORDS, now=NOW) -> UUID:
    return answering.ask(
        brand_id=brand_id,
        member_id=member_id,
        need_id=need_id or a_need(brand_id, member_id),
        koc_id=koc.id,
        words=words,
        now=now,
    )


def answer(brand_id, koc, question_id, text="选到脚踝的A字裙", product_ids=(), now=NOW):
    return answering.answer(
        brand_id=brand_id,
        member_id=koc.member_id,
        question_id=question_id,
        text=text,
        product_ids=product_ids,
        now=now,
    )


def inbox(brand_id, koc):
    with brand_tx(brand_id):
        return talks.inbox(brand_id=brand_id, koc_id=koc.id)


def chain(brand_id, question_id):
    """The need's questions in order, as (KOC, state, passing)."""
    with brand_tx(brand_id):
        need_id = Question.objects.get(id=question_id).need_id
        cards = talks.questions_of_need(brand_id=brand_id, need_id=need_id)
    return [(card.koc_id, card.state, card.passing) for card in cards]


def events(brand_id, name):
    with brand_tx(brand_id):
        return Event.objects.filter(name=f"conversations.{name}").count()


def unanswered(brand_id, question_id, at=NOW + DAY) -> QuestionUnanswered:
    with brand_tx(brand_id):
        conversations.expire_due(brand_id=brand_id, now=at, limit=10)
    return QuestionUnanswered(brand_id=brand_id, at=at, question_id=question_id)
