"""What is said in a brand of `two_towns`: its own words, applications, a need, a conversation."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from tests.cast import NOW
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import TraitSource
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands.types import (
    BrandCard,
)
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import (
    LookFacts,
    LookItemCard,
)
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.kocs.types import ApplicationFacts
from zhiyin.domain.matching import operations as matching
from zhiyin.flows import answering, decide, koc_review
from zhiyin.flows import board as boards
from zhiyin.storage.tenancy import brand_tx

PRODUCTS, WORN = 6, 30
CROWD = ("asker", "koc", "applicant", "refused", "blocked", "author")
BODY = {"height_cm": 160, "weight_kg": 52, "body_shape": "pear"}


def words(brand: BrandCard, mark: str, user_id: int) -> None:
    """The taxonomy's extension and a row of advice."""
    style = {
        "slot": "styles",
        "value": f"{mark}-style",
        "label": {"zh-Hans": f"{mark}风", "en": f"{mark} style"},
        "en": [f"{mark}ish"],
    }
    audience.save_taxonomy(
        brand_id=brand.id,
        category="apparel",
        extension={"values": [style]},
        based_on=0,
        user_id=user_id,
        now=NOW,
    )
    row = {
        "slot": "goals",
        "value": "slimming",
        "attribute": "cut",
        "attr_values": ["a_line"],
        "direction": "for",
        "weight": 3,
        "zh": f"{mark}的建议",
        "en": f"{mark} advises",
        "source": f"{mark} source",
    }
    matching.edit_advice(brand_id=brand.id, rows=[row], based_on=0, edited_by=user_id, now=NOW)


def applications(
    brand: BrandCard, mark: str, people: dict[str, UUID], user_id: int, ids: dict[str, Any]
) -> None:
    """Two people applied; one was refused."""
    made = {
        one: koc_review.apply(
            brand_id=brand.id,
            member_id=people[one],
            application=ApplicationFacts(
                name=f"{mark}{one}",
                statement=f"{mark} stated",
                good_at={"styles": [f"{mark}-style"]},
            ),
            body=NeedSlots(height_cm=160.0, weight_kg=50.0, age=30.0),
            now=NOW,
        )
        for one in ("applicant", "refused")
    }
    koc_review.decide(
        brand_id=brand.id,
        application_id=made["refused"],
        accepted=False,
        reason=f"{mark} refuses",
        user_id=user_id,
        now=NOW,
    )
    ids["application_id"] = made["applicant"]


def need(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    """Train the model, then answer a saved need of the asker."""
    matching.train(brand_id=brand.id, folder=settings.MODEL_FOLDER, now=NOW)
    asker = people["asker"]
    with brand_tx(brand.id):
        taxonomy = kept.taxonomy(brand_id=brand.id)
        text = need_text(mark)
        reading = read(text, taxonomy, NOW.date())
        assert reading.slots.styles == (f"{mark}-style",)
        ids["need_id"] = audience.save_need(
            brand_id=brand.id,
            text=text,
            slots=reading.slots,
            taxonomy_version=taxonomy.version,
            member_id=asker,
            now=NOW,
        )
        audience.set_saved(
            brand_id=brand.id, need_id=ids["need_id"], member_id=asker, saved=True, now=NOW
        )
        audience.state_traits(
            brand_id=brand.id,
            member_id=asker,
            slots=reading.slots,
            source=TraitSource.NEED,
            now=NOW,
        )
        ids["decision_id"] = decide.answer_need(
            brand_id=brand.id,
            asker=decide.Asker(member_id=asker),
            folder=settings.MODEL_FOLDER,
            now=NOW,
            need_id=ids["need_id"],
        ).decision_id


def need_text(mark: str) -> str:
    """A need that the demo of every brand can answer, in words that only this brand's reads."""
    return f"160cm 100斤 梨形 显瘦 参加婚礼 400以内 {mark}ish {mark}needed"


def talk(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    """A question, its answer, a block, two reports, and a look."""
    own = {"brand_id": brand.id, "now": NOW}
    ids["question_id"] = answering.ask(
        **own,
        member_id=people["asker"],
        need_id=ids["need_id"],
        koc_id=ids["koc_id"],
        words=f"{mark} asks",
    )
    answering.answer(
        **own,
        member_id=people["koc"],
        question_id=ids["question_id"],
        text=f"{mark} answers",
        product_ids=[ids["product_id"]],
    )
    with brand_tx(brand.id):
        ids["block_id"] = conversations.block(
            **own, blocker_id=people["asker"], blocked_id=people["blocked"]
        )
        reports = [
            conversations.report(
                **own,
                question_id=ids["question_id"],
                reporter_id=people[one],
                reason=f"{mark} reports",
            )
            for one in ("asker", "koc")
        ]
        conversations.resolve_report(**own, report_id=reports[0], resolution=f"{mark} resolved")
    ids["report_id"] = reports[1]
    with brand_tx(brand.id):
        ids["look_id"] = content.add_look(
            brand_id=brand.id,
            look=LookFacts(
                code=f"{mark}-look",
                name_zh=f"{mark}搭配",
                name_en=f"{mark} look",
                why_zh=f"{mark}因为",
                why_en=f"{mark} because",
                answers={"styles": [f"{mark}-style"]},
                koc_id=ids["koc_id"],
                items=[LookItemCard(ids["product_id"], "beige")],
            ),
            now=NOW,
        )


def board(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    """A decision board of the asker, with the votes of a member and of the KOC."""
    asker = decide.Asker(member_id=people["asker"])
    question, found = boards.read_question(
        brand_id=brand.id, text=f"{mark} 会不会显胖？", today=NOW.date(), second=None
    )
    with brand_tx(brand.id):
        ids["board_id"] = boards.make(
            brand_id=brand.id,
            asker=asker,
            question=question,
            found=found,
            product_ids=ids["products"][:2],
            request_key=uuid4(),
            now=NOW,
        )
        card = talks.board(brand_id=brand.id, board_id=ids["board_id"], who=boards.who(asker))
    ids["link"] = card.link
    for one in ("author", "koc"):
        ids["vote_id"] = boards.vote(
            brand_id=brand.id,
            friend=decide.Asker(member_id=people[one]),
            link=card.link,
            product_id=ids["product_id"],
            words=f"{mark} votes",
            now=NOW,
        )
