"""The operator's addresses: signing in, and what stands below /console/<brand>/."""

from django.urls import URLPattern, URLResolver, include, path

from zhiyin.interfaces.console import (
    access,
    accounts_urls,
    advice,
    importing,
    imports,
    kocs,
    looks,
    match_lab,
    overview,
    pictures,
    product,
    products,
    reads,
    show_reports,
    shows,
    staff,
    stores,
    taxonomy,
    units,
)

PRODUCT = "products/<uuid:product_id>/"
LOOK = "looks/<uuid:look_id>/"
APPLICATION = "applications/<uuid:application_id>/"

pages = [
    path("", overview.overview, name="overview"),
    path("asked.csv", overview.asked_csv, name="asked-csv"),
    path("match-lab/", match_lab.match_lab, name="match-lab"),
    path("stores/", stores.stores, name="stores"),
    path("stores/add/", stores.add, name="store-add"),
    path("stores/close/", stores.close, name="stores-close"),
    path("stores/reopen/", stores.reopen, name="stores-reopen"),
    path("stores/<uuid:store_id>/", stores.store, name="store"),
    path("staff/", staff.staff, name="staff"),
    path("staff/add/", staff.add, name="staff-add"),
    path("staff/grant/", staff.grant, name="staff-grant"),
    path("staff/<uuid:role_id>/end/", staff.end, name="staff-end"),
    path("staff/<int:user_id>/renew/", staff.renew, name="staff-renew"),
    path("products/", products.products, name="products"),
    path("products/add/", products.add, name="product-add"),
    path("products/retire/", products.retire, name="products-retire"),
    path("products/relist/", products.relist, name="products-relist"),
    path(PRODUCT, product.product, name="product"),
    path(f"{PRODUCT}save/", product.save, name="product-save"),
    path(f"{PRODUCT}prices/", product.save_prices, name="product-prices"),
    path(f"{PRODUCT}stock/<uuid:store_id>/", product.save_stock, name="product-stock"),
    path(f"{PRODUCT}sku/", product.add_sku, name="sku-add"),
    path("looks/", looks.looks, name="looks"),
    path("looks/add/", looks.add, name="look-add"),
    path(LOOK, looks.look, name="look"),
    path(f"{LOOK}retire/", looks.retire, name="look-retire"),
    path(f"{LOOK}relist/", looks.relist, name="look-relist"),
    path("words/", taxonomy.taxonomy, name="taxonomy"),
    path("words/restore/", taxonomy.restore, name="taxonomy-restore"),
    path("words/units/", units.add, name="unit-add"),
    path("words/<slug:term_slot>/<str:value>/", taxonomy.term, name="term"),
    path("advice/", advice.advice, name="advice"),
    path("advice/row/", advice.row, name="advice-row"),
    path("advice/undo/", advice.undo, name="advice-undo"),
    path("kocs/", kocs.kocs, name="kocs"),
    path("kocs/<uuid:koc_id>/", kocs.koc, name="koc"),
    path(APPLICATION, kocs.application, name="application"),
    path(f"{APPLICATION}decide/", kocs.decide, name="application-decide"),
    path("shows/", shows.shows, name="shows"),
    path("shows/moderate/", shows.moderate, name="shows-moderate"),
    path("shows/<uuid:show_id>/photos/<str:ref>", pictures.picture, name="show-photo"),
    path("reports/", shows.reports, name="reports"),
    path("reads/", reads.reads, name="reads"),
    path("imports/", imports.imports, name="imports"),
    path("imports/upload/", importing.upload, name="import-upload"),
    path("imports/map/<uuid:upload_id>/", importing.mapping, name="import-map"),
    path("imports/<uuid:run_id>/", imports.run, name="import-run"),
    path("imports/<uuid:run_id>/problems.csv", imports.problems, name="import-problems"),
    path("reports/<uuid:report_id>/resolve/", shows.resolve, name="report-resolve"),
    path(
        "reports/shows/<uuid:report_id>/resolve/",
        show_reports.resolve_show,
        name="show-report-resolve",
    ),
]
console: list[URLPattern | URLResolver] = [
    path("", access.home, name="home"),
    path("<slug:slug>/", include(pages)),
]
urlpatterns = [
    path("account/", include(accounts_urls)),
    path("", include((console, "console"))),
]
