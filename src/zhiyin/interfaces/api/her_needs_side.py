"""A member's kept needs: asked in her name, answered, and what she says of the picks."""

from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from ninja import Router
from pydantic import Field

from zhiyin.domain.audience import operations as need_writes
from zhiyin.domain.audience import queries as needs
from zhiyin.domain.audience.kept import NeedCard
from zhiyin.domain.audience.types import NEED_MAX_CHARS, slots_from_json, slots_to_json
from zhiyin.domain.matching.types import FeedbackKind
from zhiyin.domain.members.types import Opened
from zhiyin.flows import decide, ports
from zhiyin.flows import reading as readers
from zhiyin.interfaces.api.access import ApiRequest, in_brand, opening_its_own
from zhiyin.interfaces.api.answering import answer_json, reading_json
from zhiyin.interfaces.api.needs_side import read_words
from zhiyin.interfaces.api.opening import member_named, note_read
from zhiyin.interfaces.api.shapes import Code, In, Listed, answers, chars
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["needs of a member"])


class NeedIn(In):
    text: chars(NEED_MAX_CHARS * 10, least=1)  # type: ignore[valid-type]


class SlotsIn(In):
    slots: dict[Code, Any] = Field(max_length=40)


class Verdict(StrEnum):
    """Taste and fit are told apart: each changes the next answer in its own way."""

    NOT_MY_STYLE = "not_my_style"
    NOT_MY_BODY = "not_my_body"


FEEDBACK = {Verdict.NOT_MY_STYLE: FeedbackKind.STYLE, Verdict.NOT_MY_BODY: FeedbackKind.BODY}


class VerdictIn(In):
    """`decision_id` is the answer that showed her the product."""

    decision_id: UUID
    product_id: UUID
    verdict: Verdict


class TakenBackIn(In):
    product_id: UUID
    verdict: Verdict


@router.get("/members/{external_id}/needs", response=answers(Listed))
@in_brand
def list_her_needs(request: ApiRequest, external_id: Code) -> Any:
    """What a member asked lately, last first, without what she hid. At most 20.

    The brand's list of who looked gets a line.
    """
    member_id = member_named(request, external_id)
    cards = needs.recent_needs(brand_id=request.brand.id, member_id=member_id)
    note_read(request, member_id, Opened.NEEDS)
    return {"items": [_need(card) for card in cards], "total": len(cards)}


@router.post("/members/{external_id}/needs", response=answers(dict))
@opening_its_own
def keep_her_need(request: ApiRequest, external_id: Code, need: NeedIn) -> Any:
    """Read a need and keep it as hers. `match` on it answers."""
    with brand_tx(request.brand.id):
        member_id = member_named(request, external_id)
    found = read_words(request, need.text, ports.wired().reader)
    with brand_tx(request.brand.id):
        need_id = need_writes.save_need(
            brand_id=request.brand.id,
            text=need.text,
            slots=found.reading.slots,
            taxonomy_version=found.taxonomy.version,
            heard=found.heard,
            member_id=member_id,
            now=request.now,
        )
    heard = reading_json(found.reading, taxonomy=found.taxonomy, language=request.language)
    return {"id": need_id} | heard


@router.put("/members/{external_id}/needs/{need_id}", response=answers(dict))
@in_brand
def correct_her_need(request: ApiRequest, external_id: Code, need_id: UUID, said: SlotsIn) -> Any:
    """Replace what was understood of a kept need: she corrects a chip, and keeps her words."""
    taxonomy = needs.taxonomy(brand_id=request.brand.id)
    slots = slots_from_json(said.slots, vocabulary=taxonomy.vocabulary)
    need_writes.change_slots(
        brand_id=request.brand.id,
        need_id=need_id,
        slots=slots,
        member_id=member_named(request, external_id),
    )
    return {"id": need_id, "slots": slots_to_json(slots)}


@router.post("/members/{external_id}/needs/{need_id}/match", response=answers(dict))
@in_brand
def answer_her_need(request: ApiRequest, external_id: Code, need_id: UUID) -> Any:
    """Three picks for a kept need, as the shop would show them to her, verdicts included.

    The answer is kept: its `decision_id` is what a verdict names. The brand's list of who looked
    gets a line.
    """
    member_id = member_named(request, external_id)
    answered = decide.answer_need(
        brand_id=request.brand.id,
        asker=decide.Asker(member_id=member_id),
        folder=settings.MODEL_FOLDER,
        now=request.now,
        need_id=need_id,
    )
    note_read(request, member_id, Opened.MATCH)
    kept = needs.need(brand_id=request.brand.id, need_id=need_id, member_id=member_id)
    taxonomy = needs.taxonomy(brand_id=request.brand.id)
    heard = readers.read_kept(kept, taxonomy, request.brand.time_zone)
    answer = answer_json(
        brand=request.brand,
        reading=replace(heard, slots=kept.slots),
        answered=answered,
        taxonomy=taxonomy,
        language=request.language,
    )
    return answer | {"decision_id": answered.decision_id}


@router.post("/members/{external_id}/needs/{need_id}/verdicts", response=answers(dict))
@in_brand
def turn_down_pick(request: ApiRequest, external_id: Code, need_id: UUID, said: VerdictIn) -> Any:
    """She says "not my style" or "not my body" of a pick; the next `match` is another."""
    decide.turn_down(
        brand_id=request.brand.id,
        asker=decide.Asker(member_id=member_named(request, external_id)),
        need_id=need_id,
        decision_id=said.decision_id,
        product_id=said.product_id,
        feedback=FEEDBACK[said.verdict],
        now=request.now,
    )
    return {"product_id": said.product_id, "verdict": said.verdict}


@router.post("/members/{external_id}/needs/{need_id}/verdicts/take-back", response=answers(dict))
@in_brand
def take_verdict_back(
    request: ApiRequest, external_id: Code, need_id: UUID, said: TakenBackIn
) -> Any:
    """She takes a verdict back. `taken_back` says whether there was one."""
    taken_back = decide.take_back(
        brand_id=request.brand.id,
        asker=decide.Asker(member_id=member_named(request, external_id)),
        need_id=need_id,
        product_id=said.product_id,
        feedback=FEEDBACK[said.verdict],
        now=request.now,
    )
    return {"product_id": said.product_id, "verdict": said.verdict, "taken_back": taken_back}


def _need(card: NeedCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "text": card.text,
        "slots": slots_to_json(card.slots),
        "asked_at": card.asked_at,
        "saved_at": card.saved_at,
    }
