"""What is a member's own: who is like her, her download and deletion, her questions to KOCs."""

from typing import Any
from uuid import UUID

from django.conf import settings
from ninja import Query, Router
from ninja.errors import ValidationError
from pydantic import Field

from zhiyin.domain.audience.types import NEED_MAX_CHARS
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductNotFound
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import (
    ANSWER_CHARS_MAX,
    PICKS_MAX,
    WORDS_CHARS_MAX,
    DeclineReason,
    QuestionState,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.matching.types import Wearer
from zhiyin.domain.members.types import Opened
from zhiyin.flows import answering, decide, ports, privacy
from zhiyin.interfaces.api.access import ApiRequest, KeyRoleRefused, in_brand, opening_its_own
from zhiyin.interfaces.api.needs_side import OPENS_A_MEMBER, read_words
from zhiyin.interfaces.api.opening import member_named, note_read
from zhiyin.interfaces.api.shapes import Code, In, Listed, PageQuery, answers, chars, listed, plain
from zhiyin.interfaces.matrix import may
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["hers"])

NOT_SHOWN = ("author_id", "facts", "media_refs")


class WornQuery(PageQuery):
    """With `member`, the wearers most like her come first."""

    member: Code | None = None


class DeletionIn(In):
    """`member` repeats the id of the address, so that nobody is deleted by a slip."""

    member: Code


class QuestionIn(In):
    """`need` is what she needs, as she would say it; `words` go along to the KOC."""

    need: chars(NEED_MAX_CHARS * 10, least=1)  # type: ignore[valid-type]
    koc_id: UUID
    words: chars(WORDS_CHARS_MAX) = ""  # type: ignore[valid-type]


class AnswerIn(In):
    text: chars(ANSWER_CHARS_MAX, least=1)  # type: ignore[valid-type]
    product_ids: list[UUID] = Field(default_factory=list, max_length=PICKS_MAX)


class DeclineIn(In):
    reason: DeclineReason


@router.get("/products/{code}/shows", response=answers(Listed))
@in_brand
def list_product_shows(request: ApiRequest, code: Code, query: Query[WornQuery]) -> Any:
    """Who wore a product: with `member` the wearers most like her first, else the most useful.

    `member` is for the roles that may open a member; where what she keeps is used, the brand's
    list of who looked gets a line. The wearers' body facts are not among what is given.
    """
    found = catalog.product_ids_by_code(brand_id=request.brand.id, codes=[code])
    if code not in found:
        raise ProductNotFound(code=code)
    asker = decide.Asker(wants_personal=False)
    if query.member is not None:
        if not may([request.auth], OPENS_A_MEMBER):
            raise KeyRoleRefused(role=request.auth.value, field="member")
        asker = decide.Asker(member_id=member_named(request, query.member))
    page = decide.people_like_me(
        brand_id=request.brand.id,
        asker=asker,
        product_id=found[code],
        offset=query.offset,
        limit=query.limit,
    )
    if asker.member_id and any(one.likeness_bps is not None for one in page.wearers):
        note_read(request, asker.member_id, Opened.WEARERS)
    return {"items": [_worn(one) for one in page.wearers], "total": page.total}


@router.get("/members/{external_id}/download", response=answers(dict))
@opening_its_own
def download_member(request: ApiRequest, external_id: Code) -> Any:
    """Everything that is held about a member, opened, for when she asks the brand for it.

    The brand's list of who looked gets a line.
    """
    with brand_tx(request.brand.id):
        member_id = member_named(request, external_id)
        note_read(request, member_id, Opened.DOWNLOAD)
    return privacy.export(brand_id=request.brand.id, member_id=member_id, now=request.now)


@router.post("/members/{external_id}/deletion", response=answers(dict))
@opening_its_own
def delete_member(request: ApiRequest, external_id: Code, deletion: DeletionIn) -> Any:
    """Delete a member for good, for when she asks the brand for it. It cannot be taken back.

    The brand's list of who looked gets a line.
    """
    with brand_tx(request.brand.id):
        member_id = member_named(request, external_id)
        if deletion.member != external_id:
            where = ("body", "deletion", "member")
            raise ValidationError(
                [{"loc": where, "msg": "Must repeat the id of the address", "type": "not_repeated"}]
            )
        note_read(request, member_id, Opened.DELETION)
    privacy.erase(
        brand_id=request.brand.id,
        member_id=member_id,
        media=MediaStore(settings.MEDIA_FOLDER),
        now=request.now,
    )
    return {"external_id": external_id, "deleted_at": request.now}


@router.get("/members/{external_id}/questions", response=answers(Listed))
@in_brand
def list_her_questions(request: ApiRequest, external_id: Code, query: Query[PageQuery]) -> Any:
    """What a member asked KOCs, last first, with the answers. `total` counts this page.

    The brand's list of who looked gets a line.
    """
    member_id = member_named(request, external_id)
    cards = talks.questions_of_asker(
        brand_id=request.brand.id, asker_id=member_id, offset=query.offset, limit=query.limit
    )
    note_read(request, member_id, Opened.QUESTIONS)
    return listed(cards, len(cards))


@router.post("/members/{external_id}/questions", response=answers(dict))
@opening_its_own
def ask_for_her(request: ApiRequest, external_id: Code, question: QuestionIn) -> Any:
    """Put a need of a member to a KOC; the need is kept as hers.

    The KOC sees the chips she may see: body chips go along only under the member's consent.
    """
    brand_id = request.brand.id
    with brand_tx(brand_id):
        member_id = member_named(request, external_id)
        kocs.koc(brand_id=brand_id, koc_id=question.koc_id)
    found = read_words(request, question.need, ports.wired().reader)
    need_id, question_id = answering.state_and_ask(
        brand_id=brand_id,
        member_id=member_id,
        text=question.need,
        found=found,
        koc_id=question.koc_id,
        words=question.words,
        now=request.now,
    )
    return {"id": question_id, "need_id": need_id}


@router.get("/kocs/{koc_id}/questions", response=answers(dict))
@in_brand
def list_koc_questions(request: ApiRequest, koc_id: UUID, query: Query[PageQuery]) -> Any:
    """A KOC's inbox as she sees it: chips and words, and nothing that says who asks."""
    kocs.koc(brand_id=request.brand.id, koc_id=koc_id)
    page = talks.inbox(brand_id=request.brand.id, koc_id=koc_id, **query.dict())
    return listed(page.questions, page.total) | {"waiting": page.waiting}


@router.post("/kocs/{koc_id}/questions/{question_id}/answer", response=answers(dict))
@opening_its_own
def answer_question(request: ApiRequest, koc_id: UUID, question_id: UUID, said: AnswerIn) -> Any:
    """The KOC's answer, in words and up to three products, as she gave it in your own system.

    The brand's list of who looked gets a line.
    """
    answering.answer(
        brand_id=request.brand.id,
        member_id=_koc_member_id(request, koc_id),
        key_id=request.key_id,
        question_id=question_id,
        text=said.text,
        product_ids=said.product_ids,
        now=request.now,
    )
    return {"id": question_id, "state": QuestionState.ANSWERED}


@router.post("/kocs/{koc_id}/questions/{question_id}/decline", response=answers(dict))
@opening_its_own
def decline_question(request: ApiRequest, koc_id: UUID, question_id: UUID, said: DeclineIn) -> Any:
    """The KOC would rather not answer; somebody else is asked in her place.

    The brand's list of who looked gets a line.
    """
    answering.decline(
        brand_id=request.brand.id,
        member_id=_koc_member_id(request, koc_id),
        key_id=request.key_id,
        question_id=question_id,
        reason=said.reason,
        now=request.now,
    )
    return {"id": question_id, "state": QuestionState.DECLINED}


def _koc_member_id(request: ApiRequest, koc_id: UUID) -> UUID:
    with brand_tx(request.brand.id):
        return kocs.koc(brand_id=request.brand.id, koc_id=koc_id).member_id


def _worn(one: Wearer) -> dict[str, Any]:
    show = {name: value for name, value in plain(one.show).items() if name not in NOT_SHOWN}
    return show | {"likeness_bps": one.likeness_bps}
