"""What staff do after an order is paid: parcels, after-sales cases, invoices."""

from django.urls import path

from zhiyin.interfaces.console import cases, invoices, parcels

pages = [
    path("parcels/", parcels.parcels, name="parcels"),
    path("parcels/<uuid:order_id>/", parcels.parcel, name="parcel"),
    path("parcels/<uuid:order_id>/send/", parcels.send, name="parcel-send"),
    path("cases/", cases.cases, name="cases"),
    path("cases/terms/", cases.terms, name="case-terms"),
    path("cases/<uuid:case_id>/", cases.case, name="case"),
    path("cases/<uuid:case_id>/photos/<int:place>/", cases.photo, name="case-photo"),
    path("cases/<uuid:case_id>/act/", cases.act, name="case-act"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<uuid:invoice_id>/", invoices.invoice, name="invoice"),
    path("invoices/<uuid:invoice_id>/answer/", invoices.answer, name="invoice-answer"),
]
