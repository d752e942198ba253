"""A piece to try, once a person, over HTTP."""

import pytest
from django.core.cache import cache

from tests.journeys.shopping import Shop, open_shop, put, signed_in
from tests.journeys.together import another, ordered, paid, said, set_up
from zhiyin.domain.promotions.types import TrialFacts

TRIAL_FEN = 990
LIST_FEN = 19_900


@pytest.fixture
def shop(own_database: str) -> Shop:
    cache.clear()
    return open_shop()


def test_she_tries_one_piece_once_and_reads_why_not_again(shop: Shop) -> None:
    set_up(shop, TrialFacts(**said("Try a bag"), sku_ids=[shop.skus["bag-M"]], price_fen=TRIAL_FEN))
    hers = signed_in()
    assert "Try a bag" in hers.read(f"products/{shop.products['bag']}/")
    put(hers, shop, "bag-M", 2)
    paid(hers, ordered(hers, "checkout/"))
    put(hers, shop, "bag-M")
    assert "it is given once to a person" in hers.read("checkout/")
    paid(hers, ordered(hers, "checkout/"))
    again, first = shop.orders(shop.member())
    assert first.payable_fen == TRIAL_FEN + LIST_FEN
    assert again.payable_fen == LIST_FEN
    other = another()
    put(other, shop, "bag-M")
    assert "¥9.9" in other.read("checkout/")
