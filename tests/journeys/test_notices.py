"""What she is told in the app of her orders: once each, unread until she looks, gone with her."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings

from tests.cast import NOW
from tests.journeys import buying
from tests.journeys.buying import SOON, Market, open_market
from tests.journeys.test_after_sales_pages import visitor
from tests.journeys.test_parcels import ADDRESS, keys
from tests.journeys.visiting import Visit
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import Carrier, CaseAsked, CaseKind, CaseReason, GoingBack
from zhiyin.domain.orders.models import Notice
from zhiyin.domain.orders.types import Delivery, NoticeKind, Placed
from zhiyin.domain.promotions.types import GroupLost, GroupWon
from zhiyin.events.models import Event
from zhiyin.events.queries import event
from zhiyin.flows import privacy, purchase, reactions
from zhiyin.flows.paying import RefundFact, RefundState
from zhiyin.flows.purchase import cases, parcels, telling
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def market(own_database) -> Market:
    return open_market([9, 9], [36_800, 8_900])


def react(market: Market, times: int = 1) -> None:
    """Answer everything that happened, so many times."""
    with brand_tx(market.brand_id):
        ids = list(Event.objects.order_by("id").values_list("id", flat=True))
    for _ in range(times):
        for event_id in ids:
            with brand_tx(market.brand_id):
                stored = event(event_id=event_id)
            reactions.answer(stored)


def told(market: Market, member_id) -> list[NoticeKind]:
    """What she was told, oldest first."""
    with brand_tx(market.brand_id):
        page = ordered.notices(brand_id=market.brand_id, member_ids=[member_id])
    return [one.kind for one in page.notices][::-1]


def sent_home(market: Market, member_id, *lines: tuple[int, int]) -> Placed:
    placed = purchase.place(
        brand_id=market.brand_id,
        member_id=member_id,
        request_key=uuid4(),
        basket=market.basket(*lines, delivery=Delivery.PARCEL),
        provider=buying.PROVIDER,
        address=ADDRESS,
        now=NOW,
    )
    market.pay(placed)
    parcels.send_parcel(
        brand_id=market.brand_id,
        order_id=placed.order_id,
        carrier=Carrier.SF,
        tracking_no="SF123456",
        now=SOON,
    )
    return placed


def unread(visit: Visit) -> str:
    return visit.read("browse/").partition('<span class="tabbar__count">')[2][:1]


def test_ready_is_told_once_and_seen_with_its_order(market) -> None:
    shopper = market.shopper()
    placed = market.place(shopper, (0, 1))
    market.pay(placed)
    react(market, times=3)
    assert told(market, shopper) == [NoticeKind.READY]
    hers = visitor(market, shopper)
    assert unread(hers) == "1"
    page = hers.read("messages/")
    assert "Ready to collect at Store." in page
    assert f"orders/{placed.order_id}/" in page
    assert unread(hers) == "1"  # a list is not the order itself
    assert '<span class="tabbar__count">' not in hers.read(f"orders/{placed.order_id}/")
    assert unread(hers) == ""
    assert "All read" not in hers.read("messages/")
    market.collect(market.code(placed))
    react(market)
    assert told(market, shopper) == [NoticeKind.READY]
    stranger = visitor(market, market.shopper())
    assert "Ready to collect" not in stranger.read("messages/")
    assert "sign-in" in Visit("cedar").post("messages/seen/").url


def test_an_order_to_pay_is_told_in_time_and_that_it_ended(market) -> None:
    shopper = market.shopper()
    placed = market.place(shopper, (0, 1))
    own = {"brand_id": market.brand_id, "limit": 10}
    assert telling.remind(now=NOW + timedelta(minutes=9), **own) == 0
    late = NOW + timedelta(minutes=11)
    assert [telling.remind(now=late, **own), telling.remind(now=late, **own)] == [1, 0]
    hers = visitor(market, shopper)
    assert "Still to be paid: the pieces are held until" in hers.read("messages/")
    purchase.close_overdue(now=NOW + timedelta(minutes=16), **own)
    react(market, times=2)
    assert told(market, shopper) == [NoticeKind.PAY_SOON, NoticeKind.CLOSED]
    page = hers.read("messages/")
    assert "It was not paid in time." in page
    assert "It was waiting to be paid." in page
    cancelled = market.place(shopper, (1, 1))
    purchase.cancel(
        brand_id=market.brand_id, order_id=cancelled.order_id, member_id=shopper, now=SOON
    )
    react(market)
    assert told(market, shopper) == [NoticeKind.PAY_SOON, NoticeKind.CLOSED]
    assert market.order(placed).close_reason == "expired"


def test_a_group_won_and_a_group_lost_are_told_to_who_paid(market) -> None:
    won, lost = market.shopper(), market.shopper()
    ids = {}
    for who in (won, lost):
        placed = market.place(who, (0, 1))
        market.pay(placed)
        ids[who] = placed.order_id
    own = {"brand_id": market.brand_id, "at": SOON, "group_id": uuid4()}
    for _ in range(2):
        telling.tell_group_won(GroupWon(order_ids=(ids[won],), **own))
        telling.tell_group_lost(GroupLost(order_ids=(ids[lost],), **own))
    assert told(market, won) == [NoticeKind.GROUP_WON]
    assert told(market, lost) == [NoticeKind.GROUP_LOST]
    assert "The group is complete. Collect it at Store." in visitor(market, won).read("messages/")
    assert "What you paid goes back." in visitor(market, lost).read("messages/")


def test_a_parcel_a_case_and_the_money_are_told(market) -> None:
    shopper = market.shopper()
    placed = sent_home(market, shopper, (0, 2))
    (dress,) = keys(market, placed)
    asked = CaseAsked(
        kind=CaseKind.RETURN,
        reason=CaseReason.SIZE,
        pieces={dress: 1},
        going_back=GoingBack.PARCEL,
    )
    own = {"brand_id": market.brand_id, "now": SOON + timedelta(minutes=1)}
    hers = {"member_id": shopper, "order_id": placed.order_id, "asked": asked}
    case = cases.ask(request_key=uuid4(), **hers, **own)
    own["now"] += timedelta(minutes=1)
    cases.refuse(case_id=case.id, answer="worn", user_id=market.clerk, **own)
    own["now"] += timedelta(minutes=1)
    with brand_tx(market.brand_id):
        orders.escalate_case(case_id=case.id, member_id=shopper, **own)
    own["now"] += timedelta(minutes=1)
    cases.approve(case_id=case.id, user_id=market.clerk, **own)
    own["now"] += timedelta(minutes=1)
    cases.goods_are_back(case_id=case.id, restock=True, **own)
    with brand_tx(market.brand_id):
        (refund,) = ordered.refunds_of(brand_id=market.brand_id, order_id=placed.order_id)
        fact = RefundFact(
            refund_no=refund.refund_no,
            payment_no=refund.payment_id.hex,
            state=RefundState.SUCCEEDED,
            amount_fen=refund.amount_fen,
            provider_refund_id="r1",
            transaction_id="t1",
            merchant_id="m",
            paid_fen=refund.paid_fen,
        )
        own["now"] += timedelta(minutes=1)
        purchase.settle_refund(fact=fact, **own)
    react(market, times=2)
    assert told(market, shopper) == [
        NoticeKind.SENT,
        NoticeKind.CASE_REFUSED,
        NoticeKind.CASE_GOODS,
        NoticeKind.CASE_GRANTED,
        NoticeKind.REFUNDED,
    ]
    visit = visitor(market, shopper)
    page = visit.read("messages/")
    for words in (
        "A parcel is on its way to you.",
        "The shop refused. Read why",
        "The shop agreed to take it back.",
        "The money is on its way.",
        "¥368 has arrived where you paid from.",
        f"cases/{case.id}/",
        f"orders/{placed.order_id}/parcels/",
    ):
        assert words in page
    # Each message's own page, before the order's: what it is about is then seen.
    for link in (f"cases/{case.id}/", f"orders/{placed.order_id}/parcels/"):
        assert '<span class="tabbar__count">' not in visit.read(link)
    assert "Follow the parcels" in visit.read(f"orders/{placed.order_id}/")
    chinese = visit.client.get(visit.at("messages/"), headers={"accept-language": "zh-hans"})
    assert "有一个包裹寄出了" in chinese.content.decode()


def test_what_she_was_told_goes_along_when_she_downloads_or_leaves(market) -> None:
    shopper = market.shopper()
    placed = market.place(shopper, (0, 1))
    market.pay(placed)
    react(market)
    own = {"brand_id": market.brand_id, "member_id": shopper, "now": SOON}
    (held,) = privacy.export(**own)["members"]
    (notice,) = held["after_sales"]["notices"]
    assert (notice["kind"], notice["order"]) == ("ready", placed.number)
    privacy.erase(media=MediaStore(settings.MEDIA_FOLDER), **own)
    react(market, times=2)  # an event that was left behind
    with brand_tx(market.brand_id):
        assert not Notice.objects.filter(brand_id=market.brand_id).exists()


def test_all_read_and_the_count_of_queries(market, django_assert_num_queries) -> None:
    shopper = market.shopper()
    for _ in range(3):
        market.pay(market.place(shopper, (1, 1)))
    react(market)
    hers = visitor(market, shopper)
    assert unread(hers) == "3"
    with brand_tx(market.brand_id), django_assert_num_queries(5):
        ordered.notices(brand_id=market.brand_id, member_ids=[shopper])
    hers.post("messages/seen/")
    assert unread(hers) == ""
