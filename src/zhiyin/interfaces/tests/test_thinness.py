"""What a pick says of thin evidence claims no more than was counted."""

from uuid import uuid4

import pytest
from django.utils.translation import override

from zhiyin.domain.matching.types import Pick, PickItem, Reason, ReasonKind
from zhiyin.interfaces.shop.thinness import how_thin

BODY = (("height_cm", "160"),)


def a_pick(worn: int, *, body: tuple[tuple[str, str], ...] = (), is_thin: bool = True) -> Pick:
    item = PickItem(
        product_id=uuid4(),
        sku_id=uuid4(),
        color="navy",
        size_code=12,
        size_label="M",
        price_fen=1,
        on_hand=1,
        fit_bps=None,
    )
    told = Reason(kind=ReasonKind.WORN, slots=body, counts={"worn": worn, "fit": 0}, show_ids=())
    return Pick(
        koc_id=None,
        look_id=None,
        items=(item,),
        likeness_bps=0,
        score=0.0,
        parts=(),
        reasons=(told,) if worn else (),
        evidence=(),
        quote=None,
        worn_count=worn,
        fit_count=0,
        is_thin=is_thin,
        earns=False,
    )


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        (a_pick(0), "Nobody we could compare you with has said how it fits yet."),
        (a_pick(2), "Only 2 people have said how it fits."),
        (a_pick(1, body=BODY), "Only 1 person with a body like yours has said how it fits."),
        (a_pick(9, body=BODY, is_thin=False), ""),
    ],
)
def test_a_body_like_hers_is_spoken_of_only_where_hers_is_known(pick: Pick, words: str) -> None:
    with override("en"):
        assert how_thin(pick) == words
