"""Buying with others over HTTP: what runs, opening, joining, the end, the seat given back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.journeys.shopping import ADDRESS, Shop, filled, hidden, open_shop, put, signed_in
from tests.journeys.together import (
    GROUP_FEN,
    OTHERS,
    a_coupon,
    a_flash_sale,
    a_group_buy,
    another,
    join_url,
    open_url,
    ordered,
    paid,
    words_of,
)
from tests.journeys.visiting import SHOPPER_PHONE, Visit
from zhiyin.domain.orders.types import OrderState
from zhiyin.domain.promotions import operations
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import Delivery, GroupPage, GroupState
from zhiyin.flows import purchase
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def shop(own_database) -> Shop:
    return open_shop()


@pytest.fixture
def hers(shop) -> Visit:
    return signed_in()


def group_of(shop: Shop, phone: str = SHOPPER_PHONE) -> UUID:
    (order,) = shop.orders(shop.member(phone))
    assert order.group_id is not None
    return order.group_id


def group_page(shop: Shop, group_id: UUID) -> GroupPage:
    with brand_tx(shop.brand.id):
        return promotions.group_page(
            brand_id=shop.brand.id, group_id=group_id, now=datetime.now(UTC)
        )


def opened(visit: Visit, shop: Shop, group_buy: UUID) -> UUID:
    """She opens a group and pays for it."""
    paid(visit, ordered(visit, open_url(visit, shop, group_buy)))
    return group_of(shop)


def test_a_products_page_says_what_runs_for_it(shop, hers):
    group_buy = a_group_buy(shop, per_person=2)
    a_flash_sale(shop)
    a_coupon(shop, is_claimable=True)
    page = Visit("cedar").read(f"products/{shop.products['dress']}/")
    for words in (
        "Two dresses",
        "2 people pay this price each. A group has 24 hours",
        "2 seats a person.",
        "Open a group: ¥299 with 2 people",
        "¥30 off",
    ):
        assert words in page, words
    assert "Groups you may join" not in page
    bag = Visit("cedar").read(f"products/{shop.products['bag']}/")
    for words in ("Friday bags", "¥99", "3 pieces left", "In M.", "6 d 2"):
        assert words in bag, words
    assert "Open a group" not in bag
    listed = Visit("cedar").read("browse/")
    assert "Group-buy ¥299" in listed
    assert "Flash sale ¥99" in listed
    assert "Friday bags" not in Visit("cedar").read(f"products/{shop.products['shoes']}/")
    group_id = opened(hers, shop, group_buy)
    page = Visit("cedar").read(f"products/{shop.products['dress']}/")
    for words in ("Groups you may join", "1 of 2 has paid", f"/groups/{group_id}/", "23 h 5"):
        assert words in page, words
    with brand_tx(shop.brand.id):
        operations.stop(
            brand_id=shop.brand.id, promotion_id=group_buy, user_id=None, now=datetime.now(UTC)
        )
    assert "Open a group" not in Visit("cedar").read(f"products/{shop.products['dress']}/")


def test_a_guest_opens_a_group_another_joins_by_its_link_and_it_is_won(shop, zhiyin, own_database):
    group_buy = a_group_buy(shop)
    guest = Visit("cedar")
    checkout = open_url(guest, shop, group_buy)
    assert guest.sign_in(SHOPPER_PHONE, checkout) == checkout
    page = guest.read(checkout)
    assert "You open a group: Two dresses, 2 people." in page
    assert "Order and pay ¥299" in page
    order_page = paid(guest, ordered(guest, checkout))
    group_id = group_of(shop)
    shown = guest.read(order_page)
    for words in (
        "waiting for the group",
        "1 person more",
        "1 of 2 have paid",
        "Give my seat back",
    ):
        assert words in shown, words
    assert f"http://testserver/s/cedar/groups/{group_id}/" in shown
    still = f"{order_page}state/?was=grouping"
    assert "HX-Refresh" not in guest.get(still)
    group = Visit("cedar").read(f"groups/{group_id}/")
    for words in ("1 person more, and it is complete", "A shopper", "opened it", "a free seat"):
        assert words in group, words
    assert "Join for ¥299" in group
    assert '<svg class="qr"' in group
    friend = another()
    assert "You join a group" in friend.read(join_url(friend, shop, group_id))
    paid(friend, ordered(friend, join_url(friend, shop, group_id)))
    assert group_page(shop, group_id).state is GroupState.WON
    zhiyin("worker", "--once", database=own_database)
    assert guest.get(still)["HX-Refresh"] == "true"
    for one, phone in ((guest, SHOPPER_PHONE), (friend, OTHERS[0])):
        (order,) = shop.orders(shop.member(phone))
        assert (order.state, order.payable_fen) == (OrderState.PAID, GROUP_FEN)
        shown = one.read(f"orders/{order.id}/")
        assert "ready to collect" in shown
        assert "Everybody in it gets the goods." in shown
        assert "Give my seat back" not in shown
    won = Visit("cedar").read(f"groups/{group_id}/")
    assert "The group is complete" in won
    assert "Join for" not in won


def test_only_who_paid_is_named_and_only_by_a_page_of_her_own(shop, hers):
    member = shop.member()
    group_id = opened(hers, shop, a_group_buy(shop, seats=3))
    hers.post("me/nickname/", nickname="秘密的小禾")
    friend = another()
    ordered(friend, join_url(friend, shop, group_id))
    page = Visit("cedar").read(f"groups/{group_id}/")
    assert page.count('class="person"') == 1
    assert page.count("a free seat") == 2
    for secret in ("秘密的小禾", str(member), SHOPPER_PHONE, OTHERS[0]):
        assert secret not in page
    assert ">You<" in hers.read(f"groups/{group_id}/").replace("\n", "")
    Visit("cedar").get(f"groups/{uuid4()}/", 404)


def test_nobody_changes_the_group_of_her_lines(shop, hers):
    group_id = opened(hers, shop, a_group_buy(shop))
    friend = another()
    page = friend.read(join_url(friend, shop, group_id))
    alone = friend.post(
        f"products/{shop.products['shoes']}/buy/", sku=str(shop.skus["shoes-M"]), act="buy"
    ).url
    shoes = hidden(friend.read(alone), "lines")
    fields = filled(page, group_id=str(group_id), lines=shoes)
    assert "It costs ¥299 by now" not in friend.post("checkout/", **fields).url
    (order,) = shop.orders(shop.member(OTHERS[0]))
    assert (order.group_id, order.payable_fen) == (None, 29_900)
    lines = hidden(page, "lines")
    friend.post("checkout/", 422, **filled(page, lines=lines[:10] + "A" + lines[11:]))
    assert group_page(shop, group_id).card.seats_left == 1


def test_what_a_page_sends_that_is_not_in_the_group_buy_is_refused_in_words(shop, hers):
    group_buy = a_group_buy(shop, sku_ids=(shop.skus["dress-M"],))
    page = f"products/{shop.products['dress']}/"
    assert open_url(hers, shop, group_buy, "dress-L").endswith(page)
    assert "not in that group-buy" in hers.read(page)
    hers.post(f"{page}buy/", sku=str(shop.skus["dress-M"]), quantity="1", act="group:nonsense")
    assert "not in that group-buy" in hers.read(page)
    group_id = opened(hers, shop, group_buy)
    friend = another()
    for wrong in (
        {},
        {"sku": "nonsense"},
        {"sku": str(shop.skus["shoes-M"])},
        {"sku": str(shop.skus["dress-M"]), "quantity": "0"},
    ):
        where = friend.post(f"groups/{group_id}/join/", **wrong).url
        assert where.endswith(f"/groups/{group_id}/"), wrong
    friend.post(f"groups/{uuid4()}/join/", 404, sku=str(shop.skus["dress-M"]))
    assert group_page(shop, group_id).card.seats_left == 1
    assert shop.orders(shop.member(OTHERS[0])) == ()


def test_a_seat_that_went_meanwhile_is_said_with_what_to_do_and_nothing_typed_is_lost(shop, hers):
    group_id = opened(hers, shop, a_group_buy(shop))
    first, second = another(0), another(1)
    late = second.read(join_url(second, shop, group_id))
    pay = ordered(first, join_url(first, shop, group_id))
    typed = filled(late, delivery="parcel", **ADDRESS)
    refused = words_of(second.post("checkout/", 409, **typed))
    assert "Every seat of the group is taken." in refused
    assert ADDRESS["street"] in refused
    assert "Buy it alone" in refused
    assert "Order and pay" not in refused
    assert "every seat of the group is taken" in refused
    full = second.read(f"groups/{group_id}/")
    assert "Somebody is paying for each seat that is left." in full
    assert "Join for" not in full
    paid(first, pay)
    refused = words_of(second.post("checkout/", 409, **typed))
    assert "The group is complete, or its time is over." in refused
    assert shop.orders(shop.member(OTHERS[1])) == ()
    assert shop.held("dress-L") == 1
    alone = refused.split("Buy it alone")[0].rsplit('href="', 1)[1].split('"')[0]
    assert "Order and pay ¥368" in second.read(alone.replace("&amp;", "&"))


def test_one_seat_a_person_and_as_many_groups_as_the_limit_says(shop, hers):
    group_buy = a_group_buy(shop, seats=3, per_person=1)
    group_id = opened(hers, shop, group_buy)
    (order,) = shop.orders(shop.member())
    where = hers.post(f"groups/{group_id}/join/", sku=str(shop.skus["dress-M"])).url
    assert where.endswith(f"/orders/{order.id}/")
    again = hers.read(open_url(hers, shop, group_buy))
    assert "there is one a person" in again
    refused = words_of(hers.post("checkout/", 409, **filled(again)))
    assert "there is one a person" in refused
    assert len(shop.orders(shop.member())) == 1


def test_a_group_of_some_stores_and_of_pickup_says_so_and_lists_those_alone(shop, hers):
    group_buy = a_group_buy(
        shop, store_ids=(shop.stores["s2"],), deliveries=(Delivery.PICKUP,), takes_coupons=False
    )
    checkout = open_url(hers, shop, group_buy)
    page = hers.read(checkout)
    assert "Store s2" in page
    assert "Store s1" not in page
    for words in ("Only for pickup in a store.", "In 1 store only.", "Coupons do not go with it."):
        assert words in page, words
    lines = hidden(page, "lines")
    by_parcel = hers.read(f"checkout/sum/?lines={lines}&delivery=parcel")
    assert "The group's price is for pickup in a store." in by_parcel
    other = f"store={shop.stores['s1']}&delivery=pickup"
    assert "Order and pay ¥299" in hers.read(f"checkout/sum/?lines={lines}&{other}")
    refused = hers.post("checkout/", 409, **filled(page, store=str(shop.stores["s1"])))
    assert "The group's price is for other stores." in words_of(refused)
    assert shop.orders(shop.member()) == ()
    ordered(hers, checkout)
    (order,) = shop.orders(shop.member())
    assert (order.store_id, order.payable_fen) == (shop.stores["s2"], GROUP_FEN)


def test_a_promotion_of_some_stores_costs_a_parcel_what_its_page_said(shop, hers):
    a_flash_sale(shop, store_ids=(shop.stores["s1"],))
    put(hers, shop, "bag-M")
    page = hers.read("checkout/")
    assert "Order and pay ¥99" in page
    lines = hidden(page, "lines")
    by_parcel = hers.read(f"checkout/sum/?lines={lines}&delivery=parcel")
    assert "Order and pay ¥199" in by_parcel
    fields = filled(page, delivery="parcel", expected_fen=hidden(by_parcel, "expected_fen"))
    hers.post("checkout/", **fields, **ADDRESS)
    assert [one.payable_fen for one in shop.orders(shop.member())] == [19_900]


def test_she_gives_her_seat_back_with_a_reason_until_the_group_is_complete(shop, hers):
    group_id = opened(hers, shop, a_group_buy(shop))
    (order,) = shop.orders(shop.member())
    page = f"orders/{order.id}/"
    stranger = another(1)
    stranger.post(f"{page}leave-group/", 404, reason="mine")
    hers.post(f"{page}leave-group/", reason=" ")
    assert "Say why, in 1 to 200 characters." in hers.read(page)
    assert group_page(shop, group_id).card.seats_paid == 1
    hers.post(f"{page}leave-group/", reason="买错了")
    shown = hers.read(page)
    for words in ("You have no seat in it any more.", "refunded", "买错了", "¥299"):
        assert words in shown, words
    assert group_page(shop, group_id).card.seats_paid == 0
    assert shop.held("dress-M") == 0
    friend = another()
    paid(friend, ordered(friend, join_url(friend, shop, group_id)))
    paid(hers, ordered(hers, join_url(hers, shop, group_id)))
    mine = next(one for one in shop.orders(shop.member()) if one.id != order.id)
    hers.post(f"orders/{mine.id}/leave-group/", reason="还是不要")
    assert "so the seat stays" in hers.read(f"orders/{mine.id}/")
    assert group_page(shop, group_id).card.seats_paid == 2


def test_a_group_that_falls_short_says_that_the_money_goes_back(shop, hers, zhiyin, own_database):
    group_id = opened(hers, shop, a_group_buy(shop))
    (order,) = shop.orders(shop.member())
    over = datetime.now(UTC) + timedelta(hours=25)
    assert purchase.close_groups(brand_id=shop.brand.id, now=over, limit=10) == 1
    zhiyin("worker", "--once", database=own_database)
    lost = Visit("cedar").read(f"groups/{group_id}/")
    assert "The group did not come together" in lost
    assert "Join for" not in lost
    shown = hers.read(f"orders/{order.id}/")
    assert "What you paid goes back in full, by itself." in shown
    assert "My order in this group" in hers.read(f"groups/{group_id}/")
    friend = another()
    late = friend.read(join_url(friend, shop, group_id))
    assert "The group is complete, or its time is over." in late
    assert "Order and pay" not in late
