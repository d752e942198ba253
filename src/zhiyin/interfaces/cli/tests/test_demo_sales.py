"""Whoever tries the demo finds something on sale, also a month after it was loaded."""

from datetime import UTC, datetime, timedelta

from tests.journeys.shopping import open_shop
from tests.journeys.visiting import Visit
from zhiyin.domain.promotions import queries
from zhiyin.domain.promotions.types import PromotionKind, PromotionState
from zhiyin.interfaces.cli.demo.sales import CODE, WEEK, on_sale
from zhiyin.storage.tenancy import brand_tx

NOW = datetime.now(UTC)


def test_the_demo_has_something_on_sale_once_and_again_when_it_is_over(own_database) -> None:
    brand_id = open_shop().brand.id

    def running(now: datetime) -> list[PromotionKind]:
        with brand_tx(brand_id):
            found = queries.promotions(brand_id=brand_id, state=PromotionState.RUNNING, now=now)
        return sorted(card.terms.kind for card in found.promotions)

    for _ in range(2):
        on_sale(brand_id=brand_id, now=NOW)
        assert running(NOW) == ["coupon", "flash", "group_buy"]
    listed = Visit("cedar").read("browse/")
    assert "Group-buy ¥239" in listed
    assert "Flash sale ¥" in listed
    later = NOW + WEEK + timedelta(days=1)
    assert running(later) == ["coupon"]
    on_sale(brand_id=brand_id, now=later)
    assert running(later) == ["coupon", "flash", "group_buy"]
    with brand_tx(brand_id):
        found = queries.promotions(brand_id=brand_id, now=later).promotions
    assert len(found) == 5
    assert {card.terms.code for card in found} == {"", CODE}
