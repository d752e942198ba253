"""A counted sentence claims no more than was counted."""

import pytest

from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.domain.matching.types import MOST_COUNTED, Reason, ReasonKind
from zhiyin.interfaces.wording import reason

BODY = (("height_cm", "160"),)
WEDDING = (("occasion", "wedding"),)


@pytest.mark.parametrize(
    ("kind", "slots", "count", "zh", "en"),
    [
        (ReasonKind.WORN, BODY, 16, "16 位和你体型相近的人穿过，9 位说合身", "16 people"),
        (ReasonKind.WORN, BODY, MOST_COUNTED, "最近 100 位和你体型相近的人穿过", "the latest 100"),
        (ReasonKind.WORN, (), MOST_COUNTED, "最近 100 位人穿过", "Of the latest 100 people who"),
        (ReasonKind.CHOSEN, WEDDING, 1, "1 位为婚礼选过它，9 位说合身", "1 person chose it"),
        (ReasonKind.CHOSEN, WEDDING, MOST_COUNTED, "最近 100 位为婚礼选过它", "the latest 100"),
    ],
)
def test_where_only_the_newest_were_counted_it_says_so(kind, slots, count, zh, en):
    name = "worn" if kind is ReasonKind.WORN else "chosen"
    found = Reason(kind=kind, slots=slots, counts={name: count, "fit": 9}, show_ids=())
    assert zh in reason(found, taxonomy=shipped(), language="zh-hans")
    assert en in reason(found, taxonomy=shipped(), language="en")
