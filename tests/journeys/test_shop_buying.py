"""Buying over HTTP: the cart, the checkout, paying and cancelling, and each refusal."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.journeys.shopping import (
    ADDRESS,
    Shop,
    filled,
    hidden,
    open_shop,
    put,
    signed_in,
)
from tests.journeys.visiting import SHOPPER_PHONE, Visit
from zhiyin.domain.orders import operations
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import Delivery, OrderState
from zhiyin.flows import ports, privacy, purchase
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def shop(own_database) -> Shop:
    return open_shop()


@pytest.fixture
def hers(shop) -> Visit:
    return signed_in()


def order_by_pickup(visit: Visit, **other: str):
    """Press the checkout's button as the page stands; the address she is led to."""
    return visit.post("checkout/", **filled(visit.read("checkout/"), **other)).url


def to_pay(url: str) -> str:
    assert "/sandbox/pay/" in url, url
    return url


def order_page(pay_url: str) -> str:
    """The order's page that a pay page leads back to."""
    return re.sub(r".*next=", "", pay_url).replace("%2F", "/")


def test_a_product_in_a_colour_and_a_size_goes_into_a_guests_cart_which_becomes_hers(shop):
    guest = Visit("cedar")
    assert "Nothing lies here yet" in guest.read("cart/")
    put(guest, shop, "dress-M", 2)
    put(guest, shop, "shoes-L")
    page = guest.read("cart/")
    for words in ("A dress", "A shoes", "¥736", "¥299", "¥1,035", "3 pieces"):
        assert words in page, words
    assert re.search(r'tabbar__count">3<', page)
    assert "Nothing lies here yet" in Visit("cedar").read("cart/")
    guest.sign_in(SHOPPER_PHONE)
    assert [item.quantity for item in shop.cart(shop.member())] == [2, 1]
    assert "¥1,035" in guest.read("cart/")


def test_nothing_is_put_in_without_a_size_or_beyond_what_a_cart_holds(shop, hers):
    page = f"products/{shop.products['dress']}/buy/"
    hers.post(page, act="cart", quantity="1")
    hers.post(page, act="cart", quantity="1", sku=str(shop.skus["shoes-M"]))
    hers.post(page, act="cart", quantity="0", sku=str(shop.skus["dress-M"]))
    hers.post(page, act="cart", quantity="1.5", sku=str(shop.skus["dress-M"]))
    hers.post(page, act="cart", quantity="9" * 5000, sku=str(shop.skus["dress-M"]))
    assert shop.cart(shop.member()) == ()
    hers.post(page, act="cart", quantity="99", sku=str(shop.skus["dress-M"]))
    hers.post(page, act="cart", quantity="1", sku=str(shop.skus["dress-M"]))
    assert "Take something out first" in hers.read("cart/")
    assert [item.quantity for item in shop.cart(shop.member())] == [99]
    hers.post(f"products/{uuid4()}/buy/", 404, act="cart")


def test_she_changes_size_and_number_takes_out_and_puts_back(shop, hers):
    put(hers, shop, "dress-M")
    member = shop.member()
    (item,) = shop.cart(member)
    hers.post(f"cart/{item.id}/", sku=str(shop.skus["dress-L"]))
    (item,) = shop.cart(member)
    assert item.sku_id == shop.skus["dress-L"]
    hers.post(f"cart/{item.id}/", quantity="3")
    assert [one.quantity for one in shop.cart(member)] == [3]
    hers.post(f"cart/{item.id}/take-out/")
    assert shop.cart(member) == ()
    page = hers.read("cart/")
    assert "Taken out." in page
    lines = hidden(page, "lines")
    hers.post("cart/put-back/", lines=lines)
    assert [(one.sku_id, one.quantity) for one in shop.cart(member)] == [(item.sku_id, 3)]


def test_a_cart_takes_no_other_product_and_no_strangers_item(shop, hers):
    put(hers, shop, "dress-M")
    member = shop.member()
    before = shop.cart(member)
    (item,) = before
    hers.post(f"cart/{item.id}/", 404, sku=str(shop.skus["shoes-M"]))
    hers.post(f"cart/{item.id}/", quantity="0")
    hers.post(f"cart/{item.id}/", quantity="-1")
    stranger = Visit("cedar")
    stranger.post(f"cart/{item.id}/", 404, quantity="2")
    stranger.post(f"cart/{item.id}/take-out/", 404)
    stranger.post("cart/put-back/", 422, lines="forged")
    assert shop.cart(member) == before


def test_what_is_sold_out_retired_or_short_is_said_and_not_counted(shop, hers):
    put(hers, shop, "dress-M", 2)
    put(hers, shop, "shoes-M")
    put(hers, shop, "bag-M")
    shop.stock("dress-M", 1, 0)
    shop.stock("shoes-M", 0, 0)
    page = hers.read("cart/")
    assert "Only 1 is left. Not counted: take fewer." in page
    assert "Sold out for now. Not counted." in page
    assert re.search(r"<dd class=\"price\">¥199<", page)
    shop.retire("bag")
    page = hers.read("cart/")
    assert "No longer sold. Not counted." in page
    assert "Nothing here can be bought just now" in page
    assert hers.get("checkout/", 302).url.endswith("/cart/")
    assert shop.orders(shop.member()) == ()


def test_she_orders_pays_and_holds_a_code(shop, hers):
    put(hers, shop, "dress-M")
    put(hers, shop, "shoes-M")
    page = hers.read("checkout/")
    for words in ("¥667", "Store s1", "10:00-22:00", "2 stores have all of it"):
        assert words in page, words
    pay = to_pay(hers.post("checkout/", **filled(page)).url)
    (order,) = shop.orders(shop.member())
    assert (order.state, order.payable_fen) == (OrderState.UNPAID, 66_700)
    assert shop.cart(shop.member()) == ()
    waiting = hers.read(order_page(pay))
    assert "Held for you until" in waiting
    assert "Pay ¥667" in waiting
    back = hers.post(pay, next=order_page(pay)).url
    paid = hers.read(back)
    assert "ready to collect" in paid
    code = re.search(r'pickup__code">(\d{4}) (\d{4}) (\d{4})<', paid)
    assert code is not None
    with brand_tx(shop.brand.id):
        assert "".join(code.groups()) == orders.code_of(brand_id=shop.brand.id, order_id=order.id)
    assert '<svg class="qr"' in paid
    assert "Ordered; the pieces are held for you" in paid
    listed = hers.read("orders/")
    assert "ready to collect" in listed
    assert order.number not in hers.read("orders/?state=unpaid")
    assert "None of your orders stands there" in hers.read("orders/?state=unpaid")


def test_the_page_asks_the_provider_and_believes_nobody_else(shop, hers):
    put(hers, shop, "dress-M")
    page = order_page(to_pay(order_by_pickup(hers)))
    hers.read(f"{page}?paid=1&state=paid")
    (order,) = shop.orders(shop.member())
    assert order.state is OrderState.UNPAID
    asked = hers.get(f"{page}state/")
    assert "HX-Refresh" not in asked
    with brand_tx(shop.brand.id):
        payment = orders.payment_of(brand_id=shop.brand.id, order_id=order.id)
    ports.wired().till.pay(brand_id=shop.brand.id, payment_no=payment.payment_no)
    assert hers.get(f"{page}state/")["HX-Refresh"] == "true"
    assert "ready to collect" in hers.read(page)


def test_pressing_twice_is_one_order_even_for_the_last_piece(shop, hers):
    shop.stock("dress-M", 1, 0)
    put(hers, shop, "dress-M")
    fields = filled(hers.read("checkout/"))
    first = to_pay(hers.post("checkout/", **fields).url)
    again = hers.post("checkout/", **fields).url
    (order,) = shop.orders(shop.member())
    assert str(order.id) in first
    assert str(order.id) in again
    assert shop.held("dress-M") == 1


def test_another_price_is_said_and_nothing_is_ordered_until_she_presses_again(shop, hers):
    put(hers, shop, "dress-M")
    fields = filled(hers.read("checkout/"), delivery="parcel", **ADDRESS)
    shop.price("dress-M", 39_900)
    refused = hers.post("checkout/", 409, **fields).content.decode()
    assert "It costs ¥399 by now, not ¥368" in refused
    assert ADDRESS["street"] in refused
    assert shop.orders(shop.member()) == ()
    assert shop.held("dress-M") == 0
    assert len(shop.cart(shop.member())) == 1
    to_pay(hers.post("checkout/", **filled(refused, delivery="parcel", **ADDRESS)).url)
    assert [one.payable_fen for one in shop.orders(shop.member())] == [39_900]


def test_sold_out_meanwhile_and_retired_meanwhile_are_said_with_what_to_do(shop, hers):
    put(hers, shop, "dress-M")
    put(hers, shop, "shoes-M")
    fields = filled(hers.read("checkout/"))
    assert fields["store"] == str(shop.stores["s1"])
    shop.stock("dress-M", 0, 2)
    refused = hers.post("checkout/", 409, **fields).content.decode()
    assert "The store you chose no longer has all of it" in refused
    assert "1 store has all of it" in refused
    shop.retire("shoes")
    refused = hers.post("checkout/", 409, **filled(refused)).content.decode()
    assert "no longer sold, and is left out below" in refused
    assert shop.orders(shop.member()) == ()
    to_pay(hers.post("checkout/", **filled(refused)).url)
    (order,) = shop.orders(shop.member())
    assert (order.payable_fen, order.store_id) == (36_800, shop.stores["s2"])


def test_a_parcel_needs_an_address_which_is_kept_with_the_order(shop, hers):
    put(hers, shop, "dress-M")
    page = hers.read("checkout/")
    wrong = ADDRESS | {"phone": "12", "street": ""}
    refused = hers.post("checkout/", 422, **filled(page, delivery="parcel", **wrong))
    said = refused.content.decode()
    assert "11 digits" in said
    assert "The parcel needs this." in said
    assert ADDRESS["region"] in said
    assert shop.orders(shop.member()) == ()
    pay = to_pay(hers.post("checkout/", **filled(page, delivery="parcel", **ADDRESS)).url)
    (order,) = shop.orders(shop.member())
    assert order.delivery is Delivery.PARCEL
    shown = hers.read(order_page(pay))
    assert "13800000000" in shown
    assert ADDRESS["street"] in shown


def test_what_a_checkout_is_sent_that_is_not_so_is_refused(shop, hers):
    put(hers, shop, "dress-M")
    page = hers.read("checkout/")
    for wrong in (
        {"lines": "forged"},
        {"lines": hidden(page, "lines")[:-2]},
        {"lines": "x" * 20_000},
    ):
        hers.post("checkout/", 422, **filled(page, **wrong))
    hers.post("checkout/", 422, **filled(page, store=""))
    hers.post("checkout/", 422, **filled(page, store="nonsense"))
    hers.post("checkout/", 409, **filled(page, store=str(uuid4())))
    hers.post("checkout/", 409, **filled(page, expected_fen="1"))
    hers.get("checkout/?lines=forged", 422)
    hers.get("checkout/sum/?lines=forged", 422)
    assert shop.orders(shop.member()) == ()
    assert shop.held("dress-M") == 0
    assert len(shop.cart(shop.member())) == 1


def test_buying_at_once_passes_the_cart_and_signing_in_loses_nothing(shop):
    guest = Visit("cedar")
    page = f"products/{shop.products['bag']}/buy/"
    at_once = guest.post(page, sku=str(shop.skus["bag-M"]), quantity="2", act="buy").url
    sign_in = guest.get(at_once, 302).url
    assert "/sign-in/?next=" in sign_in
    back = guest.sign_in(SHOPPER_PHONE, at_once)
    assert back == at_once
    shown = guest.read(back)
    assert "¥398" in shown
    to_pay(guest.post("checkout/", **filled(shown)).url)
    assert [one.payable_fen for one in shop.orders(shop.member())] == [39_800]


def test_the_sum_follows_how_it_reaches_her(shop, hers):
    with brand_tx(shop.brand.id):
        operations.set_freight(brand_id=shop.brand.id, flat_fen=1_200, free_from_fen=50_000)
    put(hers, shop, "dress-M")
    lines = hidden(hers.read("checkout/"), "lines")
    assert "¥380" in hers.read(f"checkout/sum/?lines={lines}&delivery=parcel")
    assert "¥380" not in hers.read(f"checkout/sum/?lines={lines}&delivery=pickup")


def test_cancelled_before_payment_and_not_after(shop, hers):
    put(hers, shop, "dress-M", 2)
    pay = to_pay(order_by_pickup(hers))
    page = order_page(pay)
    assert shop.held("dress-M") == 2
    hers.post(f"{page}cancel/")
    assert "You cancelled it. Nothing was paid." in hers.read(page)
    assert shop.held("dress-M") == 0
    hers.post(f"{page}pay/")
    assert "does not wait to be paid any more" in hers.read(page)
    put(hers, shop, "dress-M")
    pay = to_pay(order_by_pickup(hers))
    hers.post(pay, next=order_page(pay))
    hers.post(f"{order_page(pay)}cancel/")
    assert [one.state for one in shop.orders(shop.member())] == [
        OrderState.PAID,
        OrderState.CLOSED,
    ]


def test_she_leaves_the_pay_page_and_pays_from_the_order_later(shop, hers):
    put(hers, shop, "dress-M")
    page = order_page(to_pay(order_by_pickup(hers)))
    again = to_pay(hers.post(f"{page}pay/").url)
    hers.post(again, next=page)
    assert "ready to collect" in hers.read(page)


def test_an_order_is_hers_alone(shop, hers):
    put(hers, shop, "dress-M")
    page = order_page(to_pay(order_by_pickup(hers)))
    stranger = Visit("cedar")
    stranger.sign_in("13912345679")
    stranger.get(page, 404)
    stranger.get(f"{page}state/", 404)
    stranger.post(f"{page}pay/", 404)
    stranger.post(f"{page}cancel/", 404)
    assert "/sign-in/" in Visit("cedar").get(page, 302).url
    assert [one.state for one in shop.orders(shop.member())] == [OrderState.UNPAID]


def test_a_shop_that_cannot_be_paid_says_so_before_anything_is_ordered(shop, hers):
    put(hers, shop, "dress-M")
    fields = filled(hers.read("checkout/"))
    wired = ports.wired()
    ports.wire(replace(wired, payments=ports.NoPayments()))
    try:
        assert "cannot take a payment yet" in hers.read("checkout/")
        hers.post("checkout/", 503, **fields)
    finally:
        ports.wire(wired)
    assert shop.orders(shop.member()) == ()
    assert len(shop.cart(shop.member())) == 1


def test_refunds_stand_on_the_order_with_their_steps(shop, hers):
    put(hers, shop, "dress-M")
    put(hers, shop, "shoes-M")
    pay = to_pay(order_by_pickup(hers))
    hers.post(pay, next=order_page(pay))
    (order,) = shop.orders(shop.member())
    key = next(line.key for line in order.lines if line.sku_id == shop.skus["shoes-M"])
    purchase.give_back(
        brand_id=shop.brand.id,
        order_id=order.id,
        cause="case:1",
        reason="鞋偏小",
        pieces={key: 1},
        now=order.placed_at,
    )
    page = hers.read(order_page(pay))
    for words in ("Money that goes back", "¥299", "鞋偏小", "1 given back", "A part is refunded"):
        assert words in page, words


def test_her_download_holds_orders_and_cart_and_deleting_her_leaves_no_address(shop, hers):
    put(hers, shop, "dress-M")
    page = hers.read("checkout/")
    to_pay(hers.post("checkout/", **filled(page, delivery="parcel", **ADDRESS)).url)
    put(hers, shop, "bag-M")
    member = shop.member()
    (order,) = shop.orders(member)
    (held,) = hers.get("me/download/").json()["members"]
    assert held["orders"][0]["number"] == order.number
    assert held["orders"][0]["address"]["street"] == ADDRESS["street"]
    assert [item["sku_id"] for item in held["cart"]] == [str(shop.skus["bag-M"])]
    hers.post("me/delete/", typed_name="delete me")
    assert shop.cart(member) == ()
    (left,) = shop.orders(member)
    assert left.number == order.number
    with brand_tx(shop.brand.id):
        assert orders.address_of(brand_id=shop.brand.id, order_id=order.id) == {}


def test_a_guests_cart_goes_with_her_needs(shop):
    guest = Visit("cedar")
    put(guest, shop, "dress-M")
    privacy.forget_guests(brand_id=shop.brand.id, now=datetime.now(UTC) + timedelta(days=29))
    assert "A dress" in guest.read("cart/")
    privacy.forget_guests(brand_id=shop.brand.id, now=datetime.now(UTC) + timedelta(days=31))
    assert "Nothing lies here yet" in guest.read("cart/")
