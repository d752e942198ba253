"""What stands below /console/<brand>/ for buying: the counter, the orders, their money."""

from django.urls import path

from zhiyin.interfaces.console import counting, money, order, orders, pickups

ORDER = "orders/<uuid:order_id>/"

pages = [
    path("pickup/", pickups.pickup, name="pickup"),
    path("pickup/look/", pickups.look, name="pickup-look"),
    path("pickup/collect/", pickups.collect, name="pickup-collect"),
    path("pickup/undo/", pickups.undo, name="pickup-undo"),
    path("count/", counting.count, name="count"),
    path("count/compare/", counting.compare, name="count-compare"),
    path("count/save/", counting.save, name="count-save"),
    path("stock/stock.csv", counting.as_csv, name="stock-csv"),
    path("stock/stock.xlsx", counting.as_xlsx, name="stock-xlsx"),
    path("orders/", orders.orders, name="orders"),
    path("orders/orders.csv", orders.as_csv, name="orders-csv"),
    path("orders/orders.xlsx", orders.as_xlsx, name="orders-xlsx"),
    path(ORDER, order.order, name="order"),
    path(f"{ORDER}refund/", order.refund, name="order-refund"),
    path("money/", money.money, name="money"),
    path("money/refunds/<uuid:refund_id>/retry/", money.retry, name="refund-retry"),
    path("money/receipts/<uuid:stray_id>/settle/", money.settle, name="stray-settle"),
    path("money/receipts/<uuid:stray_id>/retry/", money.retry_stray, name="stray-retry"),
    path("order-terms/", money.terms, name="order-terms"),
    path("order-terms/freight/", money.freight, name="freight"),
    path("order-terms/limit/", money.limit, name="refund-limit"),
]
