"""Where the room's words are sealed and opened, so that each place is named once."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from zhiyin.domain.conversations.models import Answer, BoardVote, DecisionBoard, Question
from zhiyin.domain.conversations.types import ChipShown
from zhiyin.kit.networks import network_of
from zhiyin.storage.fields import (
    blind_index,
    key_ring,
    seal_json,
    seal_text,
    unseal_json,
    unseal_text,
)


def sealed_chips(*, brand_id: UUID, question_id: UUID, chips: Sequence[ChipShown]) -> bytes:
    return seal_json(
        brand_id=brand_id,
        model=Question,
        field="chips_sealed",
        row_id=question_id,
        facts={"chips": [asdict(chip) for chip in chips]},
    )


def opened_chips(row: Question) -> tuple[ChipShown, ...]:
    facts = unseal_json(
        brand_id=row.brand_id,
        model=Question,
        field="chips_sealed",
        row_id=row.id,
        sealed=row.chips_sealed,
    )
    return tuple(ChipShown(**chip) for chip in facts["chips"])


def sealed_words(*, brand_id: UUID, question_id: UUID, words: str) -> bytes:
    return seal_text(
        brand_id=brand_id, model=Question, field="words_sealed", row_id=question_id, text=words
    )


def opened_words(row: Question) -> str:
    return unseal_text(
        brand_id=row.brand_id,
        model=Question,
        field="words_sealed",
        row_id=row.id,
        sealed=row.words_sealed,
    )


def sealed_answer(*, brand_id: UUID, answer_id: UUID, text: str) -> bytes:
    return seal_text(
        brand_id=brand_id, model=Answer, field="text_sealed", row_id=answer_id, text=text
    )


def opened_answer(row: Answer) -> str:
    return unseal_text(
        brand_id=row.brand_id,
        model=Answer,
        field="text_sealed",
        row_id=row.id,
        sealed=row.text_sealed,
    )


def link_index(*, brand_id: UUID, link: str) -> bytes:
    return blind_index(brand_id=brand_id, model=DecisionBoard, field="link_sealed", value=link)


def client_index(*, brand_id: UUID, client: str) -> bytes:
    """By what votes of one network find each other; the address itself is not kept."""
    return key_ring().blind_index(
        network_of(client), brand_id=brand_id, field="conversations_boardvote.client_index"
    )


def sealed_link(*, brand_id: UUID, board_id: UUID, link: str) -> bytes:
    return seal_text(
        brand_id=brand_id, model=DecisionBoard, field="link_sealed", row_id=board_id, text=link
    )


def opened_link(row: DecisionBoard) -> str:
    return unseal_text(
        brand_id=row.brand_id,
        model=DecisionBoard,
        field="link_sealed",
        row_id=row.id,
        sealed=row.link_sealed,
    )


def sealed_vote(*, brand_id: UUID, vote_id: UUID, words: str) -> bytes:
    return seal_text(
        brand_id=brand_id, model=BoardVote, field="words_sealed", row_id=vote_id, text=words
    )


def opened_vote(row: BoardVote) -> str:
    return unseal_text(
        brand_id=row.brand_id,
        model=BoardVote,
        field="words_sealed",
        row_id=row.id,
        sealed=row.words_sealed,
    )
