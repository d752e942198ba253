"""A member's decision boards, made and read in her name, and the votes of friends."""

from typing import Any
from uuid import UUID, uuid4

from ninja import Query, Router
from pydantic import Field

from zhiyin.domain.audience import queries as needs
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import slots_to_json
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.boards import (
    ITEMS_MAX,
    ITEMS_MIN,
    QUESTION_CHARS_MAX,
    VOTE_CHARS_MAX,
    BoardCard,
    Who,
)
from zhiyin.domain.members.types import Opened
from zhiyin.flows import board as boards
from zhiyin.flows import ports
from zhiyin.flows.decide import Asker
from zhiyin.interfaces import board_wording
from zhiyin.interfaces.api.access import ApiRequest, in_brand, opening_its_own
from zhiyin.interfaces.api.once import Once, takes_key
from zhiyin.interfaces.api.opening import member_named, note_read
from zhiyin.interfaces.api.shapes import Code, In, Listed, PageQuery, answers, chars, plain
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

router = Router(tags=["boards of a member"])


class BoardIn(In):
    """Two or three products and one question."""

    question: chars(QUESTION_CHARS_MAX * 10, least=1)  # type: ignore[valid-type]
    product_ids: list[UUID] = Field(min_length=ITEMS_MIN, max_length=ITEMS_MAX)


class DecisionIn(In):
    product_id: UUID


class VoteIn(In):
    """`member` votes as a member; without it `guest_key` tells one friend from another: a random
    id that your system gives each browser. Exactly one of the two.
    """

    product_id: UUID
    words: chars(VOTE_CHARS_MAX) = ""  # type: ignore[valid-type]
    member: Code | None = None
    guest_key: UUID | None = None


@router.get("/members/{external_id}/boards", response=answers(Listed))
@in_brand
def list_her_boards(request: ApiRequest, external_id: Code, query: Query[PageQuery]) -> Any:
    """A member's boards, last first. The brand's list of who looked gets a line."""
    brand_id, member_id = request.brand.id, member_named(request, external_id)
    who = Who(member_id=member_id)
    cards = talks.boards_of(brand_id=brand_id, who=who, **query.dict())
    kept = needs.needs_by_id(
        brand_id=brand_id, need_ids=[card.need_id for card in cards], member_id=member_id
    )
    note_read(request, member_id, Opened.NEEDS)
    return {
        "items": [_board(card, kept[card.need_id].text) for card in cards],
        "total": talks.count_boards(brand_id=brand_id, who=who),
    }


@router.post("/members/{external_id}/boards", response=answers(dict))
@opening_its_own
@takes_key
def make_board(request: ApiRequest, external_id: Code, board: BoardIn) -> Any:
    """Make a board for a member. `link` is what her friends open in the shop, for 14 days.

    The same Idempotency-Key answers with the same board; without one, each call makes another.
    """
    brand, keyed = request.brand, Once.of(request)
    with brand_tx(brand.id):
        asker = Asker(member_id=member_named(request, external_id))
    question, found = boards.read_question(
        brand_id=brand.id,
        text=board.question,
        today=day_of(request.now, brand.time_zone),
        second=ports.wired().reader,
    )

    def made() -> dict[str, Any]:
        board_id = boards.make(
            brand_id=brand.id,
            asker=asker,
            question=question,
            found=found,
            product_ids=board.product_ids,
            request_key=keyed.cause if keyed else uuid4(),
            now=request.now,
        )
        card = talks.board(brand_id=brand.id, board_id=board_id, who=boards.who(asker))
        return _board(card, question)

    with brand_tx(brand.id):
        return keyed.run(made) if keyed else made()


@router.get("/members/{external_id}/boards/{board_id}", response=answers(dict))
@in_brand
def get_her_board(request: ApiRequest, external_id: Code, board_id: UUID) -> Any:
    """A board with what buyers like her answer about each product, and her friends' votes.

    The brand's list of who looked gets a line.
    """
    brand, member_id = request.brand, member_named(request, external_id)
    view = boards.view(
        brand_id=brand.id,
        asker=Asker(member_id=member_id),
        board_id=board_id,
        time_zone=brand.time_zone,
        now=request.now,
    )
    note_read(request, member_id, Opened.NEEDS)
    return _board(view.card, view.need.text) | {
        "slots": slots_to_json(view.need.slots),
        "friends_read": view.shown,
        "topic": plain(view.topic),
        "answers": [_answer(request, view.taxonomy, one) for one in view.answers],
        "votes": [plain(vote) for vote in view.votes],
        "ask_koc_id": view.ask_koc_id,
    }


@router.delete("/members/{external_id}/boards/{board_id}", response=answers(dict))
@in_brand
def delete_her_board(request: ApiRequest, external_id: Code, board_id: UUID) -> Any:
    """Delete a board with its question and the votes on it, for good.

    A question that a KOC was asked, or that was answered with picks, stays among her needs.
    """
    asker = Asker(member_id=member_named(request, external_id))
    boards.delete(brand_id=request.brand.id, asker=asker, board_id=board_id)
    return {"id": board_id}


@router.post("/members/{external_id}/boards/{board_id}/decision", response=answers(dict))
@in_brand
def decide_her_board(
    request: ApiRequest, external_id: Code, board_id: UUID, decision: DecisionIn
) -> Any:
    """She decides for one product of the board; friends vote no more."""
    hers = _hers(request, external_id, board_id)
    conversations.decide_board(**hers, product_id=decision.product_id, now=request.now)
    return {"id": board_id, "chosen_id": decision.product_id}


@router.post("/members/{external_id}/boards/{board_id}/close", response=answers(dict))
@in_brand
def close_her_board(request: ApiRequest, external_id: Code, board_id: UUID) -> Any:
    """Friends vote no more, and nothing stands behind the link; she may still decide."""
    conversations.close_board(**_hers(request, external_id, board_id), now=request.now)
    return {"id": board_id}


@router.delete("/members/{external_id}/boards/{board_id}/votes/{vote_id}", response=answers(dict))
@in_brand
def remove_vote(request: ApiRequest, external_id: Code, board_id: UUID, vote_id: UUID) -> Any:
    """Take a friend's vote off her board; that friend does not vote on it again."""
    hers = _hers(request, external_id, board_id)
    conversations.remove_vote(**hers, vote_id=vote_id, now=request.now)
    return {"id": vote_id}


@router.get("/boards/shared/{link}", response=answers(dict))
@in_brand
def get_shared_board(request: ApiRequest, link: Code) -> Any:
    """What a friend sees behind a link: the question, the products and the votes; never whose."""
    view = boards.shared(
        brand_id=request.brand.id,
        visitor=None,
        link=link,
        time_zone=request.brand.time_zone,
        now=request.now,
    )
    return {
        "question": view.question,
        "until": view.until,
        "products": [
            {
                "product_id": product.id,
                "code": product.code,
                "name": name_in(request.language, product),
                "price_from_fen": product.price_from_fen if product.skus else None,
                "votes": view.votes[product.id],
            }
            for product in view.products
        ],
    }


@router.post("/boards/shared/{link}/votes", response=answers(dict))
@opening_its_own
def vote(request: ApiRequest, link: Code, vote: VoteIn) -> Any:
    """A friend's vote through the link; given again it is changed, until the board is closed."""
    member_id = None
    if vote.member is not None:
        with brand_tx(request.brand.id):
            member_id = member_named(request, vote.member)
    vote_id = boards.vote(
        brand_id=request.brand.id,
        friend=Asker(member_id=member_id, guest_key=vote.guest_key),
        link=link,
        product_id=vote.product_id,
        words=vote.words,
        now=request.now,
    )
    return {"id": vote_id}


def _hers(request: ApiRequest, external_id: str, board_id: UUID) -> dict[str, Any]:
    return {
        "brand_id": request.brand.id,
        "board_id": board_id,
        "who": Who(member_id=member_named(request, external_id)),
    }


def _board(card: BoardCard, question: str) -> dict[str, Any]:
    return {
        "id": card.id,
        "question": question,
        "state": card.state.value,
        "made_at": card.made_at,
        "ended_at": card.ended_at,
        "link": card.link,
        "link_until": card.link_until,
        "chosen_id": card.chosen_id,
        "items": [{"product_id": one, "votes": card.votes[one]} for one in card.product_ids],
    }


def _answer(request: ApiRequest, taxonomy: Taxonomy, found: boards.ItemAnswer) -> dict[str, Any]:
    tally = found.tally
    return {
        "product_id": found.product.id,
        "code": found.product.code,
        "name": name_in(request.language, found.product),
        "on_shop": found.is_on_shop,
        "price_from_fen": found.product.price_from_fen if found.product.skus else None,
        "on_hand": sum(sku.on_hand for sku in found.product.skus) if found.is_on_shop else 0,
        "sentence": board_wording.answer(found, taxonomy=taxonomy, language=request.language),
        "like_her": found.is_like_her,
        "asked": tally.asked,
        "heard": tally.heard,
        "read": tally.read,
        "told": {str(show_id): told.value for show_id, told in tally.told.items()},
        "fits": dict(tally.fits),
        "thin": tally.is_thin,
        "show_ids": [one.show.id for one in found.behind],
    }
