"""Reading a need, answering it, and the taxonomy both are done with."""

from typing import Any

from django.conf import settings
from ninja import Router
from pydantic import Field

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.audience.types import NEED_MAX_CHARS, Reading, slots_from_json
from zhiyin.domain.members.types import Opened
from zhiyin.flows import decide, ports, taxonomy
from zhiyin.flows import reading as readers
from zhiyin.flows.ports import NeedReader
from zhiyin.interfaces.api.access import ApiRequest, KeyRoleRefused, in_brand, opening_its_own
from zhiyin.interfaces.api.answering import answer_json, reading_json
from zhiyin.interfaces.api.opening import member_named, note_read
from zhiyin.interfaces.api.shapes import Code, In, answers, chars
from zhiyin.interfaces.matrix import may
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

# The answer names what she keeps: with `member` it is for whoever may open her, and is noted.
OPENS_A_MEMBER = "GET api/v1/members/{external_id}"

router = Router(tags=["needs"])


class ReadIn(In):
    text: str = Field(max_length=NEED_MAX_CHARS * 10)


class MatchIn(In):
    """Words or slots, or both: then the slots stand for what the words say."""

    text: str = Field("", max_length=NEED_MAX_CHARS * 10)
    slots: dict[Code, Any] | None = Field(None, max_length=40)
    member: Code | None = None
    personal: bool = True


class TaxonomyIn(In):
    """`based_on` is the version that was edited; an older one is a conflict."""

    extension: dict[chars(80, least=1), Any]  # type: ignore[valid-type]
    based_on: int = Field(ge=0, le=2_000_000_000)


@router.post("/needs/read", response=answers(dict))
@opening_its_own
def read_need(request: ApiRequest, need: ReadIn) -> Any:
    """What a need in her own words says: chips with the words they came from, and what is left."""
    found = read_words(request, need.text, ports.wired().reader)
    return reading_json(found.reading, taxonomy=found.taxonomy, language=request.language)


@router.post("/match", response=answers(dict))
@opening_its_own
def match(request: ApiRequest, need: MatchIn) -> Any:
    """Three picks for a need, each with `koc`, `look`, `size`, `reasons` and `evidence`.

    With `member`, what she agreed to keep is laid under what the need says: for the roles that may
    open a member, and the brand's list of who looked gets a line. Nothing else is kept.
    """
    brand_id = request.brand.id
    # Slots that are stated stand for the words: then nobody outside is asked what those say.
    found = read_words(request, need.text, ports.wired().reader if need.slots is None else None)
    words, reading = found.taxonomy, found.reading
    if need.slots is not None:
        slots = slots_from_json(need.slots, vocabulary=words.vocabulary)
        reading = Reading(slots, (), reading.not_understood, reading.problems)
    with brand_tx(brand_id):
        asker = _asker(request, need)
        answered = decide.answer_need(
            brand_id=brand_id,
            asker=asker,
            folder=settings.MODEL_FOLDER,
            now=request.now,
            slots=reading.slots,
        )
        if asker.member_id is not None and answered.personalised:
            note_read(request, asker.member_id, Opened.MATCH)
        return answer_json(
            brand=request.brand,
            reading=reading,
            answered=answered,
            taxonomy=words,
            language=request.language,
        )


@router.get("/taxonomy", response=answers(dict))
@in_brand
def get_taxonomy(request: ApiRequest) -> Any:
    """The brand's additions to the shipped taxonomy, and the words that each slot may hold."""
    edit = audience.taxonomy_edit(brand_id=request.brand.id)
    words = audience.taxonomy(brand_id=request.brand.id)
    return {
        "version": edit.version,
        "edited_at": edit.edited_at,
        "extension": edit.extension,
        "values": {slot: sorted(held) for slot, held in sorted(words.vocabulary.items())},
    }


@router.put("/taxonomy", response=answers(dict))
@opening_its_own
def put_taxonomy(request: ApiRequest, edit: TaxonomyIn) -> Any:
    """Save additions as the next version, and say how many recent needs it reads differently."""
    saved = taxonomy.save(
        brand_id=request.brand.id,
        extension=edit.extension,
        based_on=edit.based_on,
        user_id=None,
        now=request.now,
    )
    found = saved.comparison
    return {
        "version": saved.version,
        "needs_read": found.read,
        "read_differently": len(found.differences),
    }


def read_words(request: ApiRequest, text: str, second: NeedReader | None) -> readers.NeedRead:
    """A need in words, as this call's brand and day read it. Opens its own transaction."""
    return readers.read_need(
        brand_id=request.brand.id,
        text=text,
        today=day_of(request.now, request.brand.time_zone),
        second=second,
    )


def _asker(request: ApiRequest, need: MatchIn) -> decide.Asker:
    if need.member is None:
        return decide.Asker(wants_personal=need.personal)
    if not may([request.auth], OPENS_A_MEMBER):
        raise KeyRoleRefused(role=request.auth.value, field="member")
    member_id = member_named(request, need.member)
    return decide.Asker(member_id=member_id, wants_personal=need.personal)
