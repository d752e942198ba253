"""Over HTTP: she makes a board, friends vote through the link, and she decides."""

import pytest

from tests.journeys import api_town
from tests.journeys.visiting import Visit


@pytest.fixture
def town(own_database):
    return api_town.found("cedar")


def test_try(town):
    her = Visit("cedar")
    ids = [str(town.product_id)]
    from zhiyin.domain.catalog import queries as goods
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(town.brand.id):
        ids = [str(p.id) for p in goods.products(brand_id=town.brand.id, limit=3).products]
    her.read(f"boards/new/?product={ids[0]}")
    at = her.post("boards/new/", question="会不会显胖? 我160 50kg", product=ids[:2]).url
    page = her.read(at)
    print(page[page.index("<main") :])
    her.read("boards/")
    import re

    link = re.search(r'id="board-link" value="[^"]*(/s/cedar/boards/shared/[^"]+)"', page)[1]
    friend = Visit("cedar")
    print(friend.read(link).split("<main")[1])
    friend.post(link, product=ids[0], words="<b>好看</b>")
    friend.post(link, product=ids[1], words="<b>好看</b>")
    print(her.read(at).split("<main")[1][-3000:])
    her.post(at + "decide/", product=ids[1])
    friend.read(link, 409)
    assert 0
