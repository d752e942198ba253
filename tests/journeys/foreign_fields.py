"""Every field of a form, a query or a body that names a row, and how to send it."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse

from tests.journeys.two_towns import Town


class Field(NamedTuple):
    """Who sends it and where to, what stands for it in a town, and what is sent with a value."""

    who: str
    method: str
    path: str
    key: str
    sent: Callable[[Any], dict[str, Any]]


def fields(town: Town, question_id: UUID) -> list[Field]:
    """The fields of the shop, the console and the API; `question_id` waits for the town's KOC."""
    return [*_shop(town, question_id), *_console(town), *_api(town, question_id)]


def _shop(town: Town, question_id: UUID) -> list[Field]:
    def page(name: str, **more: Any) -> str:
        return reverse(f"shop:{name}", kwargs={"slug": town.mark, **more})

    verdicts = page("verdict", need_id=town.ids["need_id"])
    verdict = {
        "product": str(town.ids["product_id"]),
        "decision": str(town.ids["decision_id"]),
        "verdict": "not_my_style",
    }
    question = page("koc-question", question_id=question_id)
    decision = page("board-decide", board_id=town.ids["board_id"])
    shared = page("board-shared", link=town.ids["link"])
    board = {"question": "显瘦吗"}
    buy = page("product-buy", product_id=town.ids["product_id"])
    change = page("cart-change", item_id=town.ids["item_id"])
    return [
        Field("asker", "POST", verdicts, "product_id", lambda x: verdict | {"product": x}),
        Field("asker", "POST", verdicts, "decision_id", lambda x: verdict | {"decision": x}),
        Field("asker", "POST", buy, "sku_id", lambda x: {"sku": x, "act": "cart"}),
        Field("asker", "POST", change, "sku_id", lambda x: {"sku": x}),
        Field("asker", "GET", page("form"), "need_id", lambda x: {"need": x}),
        Field("asker", "GET", page("browse"), "code", lambda x: {"q": x}),
        Field("asker", "GET", page("board-new"), "product_id", lambda x: {"product": x}),
        Field("asker", "GET", page("board-new"), "look_id", lambda x: {"look": x}),
        Field("asker", "GET", page("board-new"), "code", lambda x: {"q": x}),
        Field("asker", "POST", page("board-new"), "product_id", lambda x: board | {"product": x}),
        Field("asker", "POST", decision, "product_id", lambda x: {"product": x}),
        Field("author", "POST", shared, "product_id", lambda x: {"product": x}),
        Field("asker", "POST", page("koc-apply"), "show_id", lambda x: {"shows": x}),
        Field("koc", "GET", page("koc-shows"), "product_id", lambda x: {"product": x}),
        Field("koc", "GET", page("koc-shows"), "code", lambda x: {"q": x}),
        Field("koc", "GET", page("koc-goods"), "product_id", lambda x: {"product": x}),
        Field("koc", "POST", question, "product_id", lambda x: {"text": "yes", "product": x}),
    ]


def _console(town: Town) -> list[Field]:
    def page(name: str, **more: Any) -> str:
        return reverse(f"console:{name}", kwargs={"slug": town.mark, **more})

    look = {
        "code": "new",
        "name_zh": "新",
        "name_en": "New",
        "why_zh": "新",
        "why_en": "New",
        "item": f"{town.ids['product_id']}|beige",
        "act": "save",
    }
    lists = {
        "stores-close": "store_id",
        "stores-reopen": "store_id",
        "products-retire": "product_id",
        "products-relist": "product_id",
        "shows-moderate": "pending_id",
    }
    ticked = {"confirmed": "1", "state": "published"}
    grant = {"user": str(town.user_id), "role": "clerk"}
    add, staff = page("look-add"), page("staff-grant")
    place = {"product_id": town.ids["product_id"], "store_id": town.ids["store_id"]}
    adjust, hot = page("product-adjust", **place), page("product-hot", **place)
    pickup, orders = page("pickup-look"), page("orders")
    undo = {"store": str(town.ids["store_id"]), "reason": "torn"}
    return [
        Field("staff", "POST", pickup, "store_id", lambda x: {"store": x, "code": "0" * 12}),
        Field("staff", "POST", page("pickup-undo"), "order_id", lambda x: undo | {"order": x}),
        Field("staff", "GET", orders, "store_id", lambda x: {"store": x}),
        Field("staff", "GET", orders, "order_id", lambda x: {"q": x}),
        Field(
            "staff", "POST", adjust, "sku_id", lambda x: {"sku": x, "change": "1", "reason": "new"}
        ),
        Field("staff", "POST", hot, "sku_id", lambda x: {"sku": x, "way": "unit"}),
        *(
            Field("staff", "POST", page(name), key, lambda x: ticked | {"ids": x})
            for name, key in lists.items()
        ),
        Field("staff", "POST", staff, "user_id", lambda x: grant | {"user": x}),
        Field("staff", "POST", staff, "store_id", lambda x: grant | {"store": x}),
        Field("staff", "POST", add, "product_id", lambda x: look | {"item": f"{x}|beige"}),
        Field("staff", "POST", add, "koc_id", lambda x: look | {"koc": x}),
        Field("staff", "GET", page("stores"), "code", lambda x: {"q": x}),
        Field("staff", "GET", page("products"), "code", lambda x: {"q": x}),
    ]


def _api(town: Town, question_id: UUID) -> list[Field]:
    at = "/api/v1"
    item = {"product_id": str(town.ids["product_id"]), "color": "beige"}
    look = {"code": "newer", "name_zh": "新", "name_en": "New", "items": [item]}
    line = {"sku_code": f"{town.mark}-p0-2", "store_code": f"{town.mark}-store", "on_hand": 3}
    verdict = f"{at}/shows/{town.ids['pending_id']}/verdict"
    decision = f"{at}/koc-applications/{town.ids['application_id']}/decision"
    no = {"reason": "no"}
    grant = {"user": f"{town.mark}-staff", "role": "clerk"}
    asked = {"need": "1米6", "koc_id": str(town.ids["koc_id"])}
    worn, hers = f"{at}/products/{town.mark}-p0/shows", f"{at}/members/{town.mark}-author/questions"
    question = f"{at}/kocs/{town.ids['koc_id']}/questions/{question_id}/answer"
    need = f"{at}/members/{town.mark}-asker/needs/{town.ids['need_id']}/verdicts"
    adjusted, more = f"{at}/stock/adjustments", {"change": 1, "reason": "found"}
    place = {"sku_code": f"{town.mark}-p0-2", "store_code": f"{town.mark}-store"} | more
    sent = f"{at}/webhook-deliveries"
    said = {
        "decision_id": str(town.ids["decision_id"]),
        "product_id": str(town.ids["product_id"]),
        "verdict": "not_my_style",
    }

    own = str(town.ids["product_id"])
    boards = f"{at}/members/{town.mark}-asker/boards"
    board, board_at = {"question": "显瘦吗"}, f"{boards}/{town.ids['board_id']}"
    voter = {"member": f"{town.mark}-blocked"}
    votes = f"{at}/boards/shared/{town.ids['link']}/votes"
    asked_for = {"sku_code": f"{town.mark}-p1-2", "quantity": 1}
    shop = f"{town.mark}-store"
    order = {"lines": [asked_for], "store_code": shop, "member": f"{town.mark}-asker"}
    hers_now = f"{at}/members/{town.mark}-asker"
    counter = {"code": "0" * 12, "store_code": shop, "by": f"{town.mark}-staff"}

    sales = f"{at}/promotions"
    sale = {
        "kind": "flash",
        "name_zh": "秒杀",
        "name_en": "Flash",
        "starts_at": "2040-01-01T00:00:00Z",
        "ends_at": "2040-01-02T00:00:00Z",
        "sku_code": f"{town.mark}-p1-2",
        "price_fen": 100,
    }

    def of_sku(**changed: str) -> dict[str, Any]:
        return order | {"lines": [asked_for | changed]}

    def lines(**changed: str) -> dict[str, Any]:
        return {"lines": [line | changed]}

    return [
        Field("key", "POST", f"{at}/quotes", "sku", lambda x: of_sku(sku_code=x)),
        Field("key", "POST", f"{at}/quotes", "look_id", lambda x: of_sku(look_id=x)),
        Field("key", "POST", f"{at}/quotes", "store", lambda x: order | {"store_code": x}),
        Field("key", "POST", f"{at}/quotes", "external_id", lambda x: order | {"member": x}),
        Field("key", "POST", f"{at}/quotes", "coupon_id", lambda x: order | {"coupon_ids": [x]}),
        Field("key", "POST", f"{at}/quotes", "promotion_id", lambda x: order | {"group_buy_id": x}),
        Field("key", "POST", f"{at}/quotes", "group_id", lambda x: order | {"group_id": x}),
        Field("key", "POST", f"{hers_now}/coupons", "coupon_id", lambda x: {"coupon_id": x}),
        Field("key", "POST", sales, "sku", lambda x: {"promotion": sale | {"sku_code": x}}),
        Field("key", "POST", sales, "store", lambda x: {"promotion": sale | {"store_codes": [x]}}),
        Field("key", "GET", f"{at}/cases", "store", lambda x: {"store_code": x}),
        Field("key", "GET", f"{at}/parcels/to-send", "store", lambda x: {"store_code": x}),
        Field("key", "POST", f"{hers_now}/cart", "sku", lambda x: asked_for | {"sku_code": x}),
        Field("key", "POST", f"{hers_now}/cart", "look_id", lambda x: asked_for | {"look_id": x}),
        Field("key", "GET", f"{at}/orders", "store", lambda x: {"store_code": x}),
        Field(
            "key",
            "POST",
            f"{at}/pickups/preview",
            "store",
            lambda x: counter | {"store_code": x},
        ),
        Field("key", "POST", f"{at}/pickups/preview", "staff", lambda x: counter | {"by": x}),
        Field("key", "GET", f"{at}/members", "external_id", lambda x: {"external_id": x}),
        Field("key", "GET", f"{at}/stores", "code", lambda x: {"search": x}),
        Field("key", "GET", f"{at}/products", "code", lambda x: {"search": x}),
        Field("key", "POST", f"{at}/match", "external_id", lambda x: {"text": "1米6", "member": x}),
        Field("key", "POST", f"{at}/looks", "koc_id", lambda x: look | {"koc_id": x}),
        Field(
            "key",
            "POST",
            f"{at}/looks",
            "product_id",
            lambda x: look | {"items": [item | {"product_id": x}]},
        ),
        Field("key", "PUT", f"{at}/stock", "sku", lambda x: lines(sku_code=x)),
        Field("key", "PUT", f"{at}/stock", "store", lambda x: lines(store_code=x)),
        Field("key", "POST", adjusted, "sku", lambda x: place | {"sku_code": x}),
        Field("key", "POST", adjusted, "store", lambda x: place | {"store_code": x}),
        Field("key", "GET", sent, "endpoint_id", lambda x: {"endpoint": x}),
        Field("key", "POST", verdict, "staff", lambda x: no | {"state": "refused", "by": x}),
        Field("key", "POST", f"{at}/staff", "staff", lambda x: grant | {"user": x}),
        Field("key", "POST", f"{at}/staff", "store", lambda x: grant | {"store": x}),
        Field("key", "GET", worn, "external_id", lambda x: {"member": x}),
        Field("key", "POST", hers, "koc_id", lambda x: asked | {"koc_id": x}),
        Field("key", "POST", question, "product_id", lambda x: {"text": "y", "product_ids": [x]}),
        Field("key", "POST", boards, "product_id", lambda x: board | {"product_ids": [x, own]}),
        Field("key", "POST", f"{board_at}/decision", "product_id", lambda x: {"product_id": x}),
        Field("key", "POST", votes, "product_id", lambda x: voter | {"product_id": x}),
        Field("key", "POST", votes, "external_id", lambda x: {"product_id": own, "member": x}),
        Field("key", "POST", need, "decision_id", lambda x: said | {"decision_id": x}),
        Field("key", "POST", need, "product_id", lambda x: said | {"product_id": x}),
        Field("key", "POST", decision, "staff", lambda x: no | {"accepted": False, "by": x}),
    ]
