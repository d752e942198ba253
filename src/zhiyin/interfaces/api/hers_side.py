"""What is a member's own: who is like her, her download, her questions to KOCs."""

from typing import Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from zhiyin.domain.audience.types import NEED_MAX_CHARS
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductNotFound
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import WORDS_CHARS_MAX
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.matching.types import Wearer
from zhiyin.domain.members import operations as member_writes
from zhiyin.domain.members import queries as members
from zhiyin.domain.members.types import MemberNotFound
from zhiyin.flows import answering, decide, ports, privacy
from zhiyin.flows import reading as readers
from zhiyin.interfaces.api.access import ApiRequest, KeyRoleRefused, in_brand, opening_its_own
from zhiyin.interfaces.api.needs_side import OPENS_A_MEMBER
from zhiyin.interfaces.api.shapes import Code, In, Listed, PageQuery, answers, chars, listed, plain
from zhiyin.interfaces.matrix import may
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["hers"])

# As the list of who looked bears them: the call, and what of hers it shows.
LIKE_HER = ("GET api/v1/products/{code}/shows", "body facts she keeps, in an order of wearers")
DOWNLOAD = ("GET api/v1/members/{id}/download", "everything that is held about her")
QUESTIONS = ("GET api/v1/members/{id}/questions", "her questions with their chips")
NOT_SHOWN = ("author_id", "facts", "media_refs")


class WornQuery(PageQuery):
    """With `member`, the wearers most like her come first."""

    member: Code | None = None


class QuestionIn(In):
    """`need` is what she needs, as she would say it; `words` go along to the KOC."""

    need: str = Field(min_length=1, max_length=NEED_MAX_CHARS * 10)
    koc_id: UUID
    words: chars(WORDS_CHARS_MAX) = ""  # type: ignore[valid-type]


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
        asker = decide.Asker(member_id=_member_id(request, query.member))
    page = decide.people_like_me(
        brand_id=request.brand.id,
        asker=asker,
        product_id=found[code],
        offset=query.offset,
        limit=query.limit,
    )
    if asker.member_id and any(one.likeness_bps is not None for one in page.wearers):
        _note(request, asker.member_id, LIKE_HER)
    return {"items": [_worn(one) for one in page.wearers], "total": page.total}


@router.get("/members/{external_id}/download", response=answers(dict))
@opening_its_own
def download_member(request: ApiRequest, external_id: Code) -> Any:
    """Everything that is held about a member, opened, for when she asks the brand for it.

    The brand's list of who looked gets a line.
    """
    with brand_tx(request.brand.id):
        member_id = _member_id(request, external_id)
        _note(request, member_id, DOWNLOAD)
    return privacy.export(brand_id=request.brand.id, member_id=member_id, now=request.now)


@router.get("/members/{external_id}/questions", response=answers(Listed))
@in_brand
def list_her_questions(request: ApiRequest, external_id: Code, query: Query[PageQuery]) -> Any:
    """What a member asked KOCs, last first, with the answers. `total` counts this page.

    The brand's list of who looked gets a line.
    """
    member_id = _member_id(request, external_id)
    cards = talks.questions_of_asker(
        brand_id=request.brand.id, asker_id=member_id, offset=query.offset, limit=query.limit
    )
    _note(request, member_id, QUESTIONS)
    return listed(cards, len(cards))


@router.post("/members/{external_id}/questions", response=answers(dict))
@opening_its_own
def ask_for_her(request: ApiRequest, external_id: Code, question: QuestionIn) -> Any:
    """Put a need of a member to a KOC; the need is kept as hers.

    The KOC sees the chips she may see: body chips go along only under the member's consent.
    """
    brand_id = request.brand.id
    found = readers.read_need(
        brand_id=brand_id,
        text=question.need,
        today=day_of(request.now, request.brand.time_zone),
        second=ports.wired().reader,
    )
    with brand_tx(brand_id):
        member_id = _member_id(request, external_id)
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


def _member_id(request: ApiRequest, external_id: str) -> UUID:
    found = members.members_by_external_id(brand_id=request.brand.id, external_ids=[external_id])
    if external_id not in found:
        raise MemberNotFound(external_id=external_id)
    return found[external_id]


def _note(request: ApiRequest, member_id: UUID, shown: tuple[str, str]) -> None:
    page, what = shown
    member_writes.note_read(
        brand_id=request.brand.id,
        member_id=member_id,
        key_id=request.key_id,
        page=page,
        what=what,
        now=request.now,
    )


def _worn(one: Wearer) -> dict[str, Any]:
    show = {name: value for name, value in plain(one.show).items() if name not in NOT_SHOWN}
    return show | {"likeness_bps": one.likeness_bps}
