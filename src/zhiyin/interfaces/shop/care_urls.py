"""Where a shopper follows what she has bought: parcels, refunds, addresses, invoices."""

from django.urls import path

from zhiyin.interfaces.shop import addresses, aftersales, receiving

ORDER = "orders/<uuid:order_id>/"
CASE = "cases/<uuid:case_id>/"
ADDRESS = "me/addresses/<uuid:address_id>/"

pages = [
    path(f"{ORDER}refund/", aftersales.refund, name="refund"),
    path(f"{ORDER}refund/sum/", aftersales.refund_sum, name="refund-sum"),
    path(f"{ORDER}parcels/", receiving.parcels, name="parcels"),
    path(f"{ORDER}receive/", receiving.receive, name="receive"),
    path(f"{ORDER}invoice/", addresses.invoice, name="invoice"),
    path("cases/", aftersales.case_list, name="cases"),
    path(CASE, aftersales.case, name="case"),
    path(f"{CASE}photos/<int:place>/", aftersales.case_photo, name="case-photo"),
    path(f"{CASE}act/", aftersales.case_act, name="case-act"),
    path("me/addresses/", addresses.addresses, name="addresses"),
    path(ADDRESS, addresses.address, name="address"),
    path(f"{ADDRESS}act/", addresses.address_act, name="address-act"),
]
