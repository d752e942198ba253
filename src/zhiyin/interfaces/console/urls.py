"""The operator's addresses: signing in, and what stands below /console/<brand>/."""

from django.urls import include, path

from zhiyin.interfaces.console import access, accounts_urls, match_lab, overview, stores

pages = [
    path("", overview.overview, name="overview"),
    path("asked.csv", overview.asked_csv, name="asked-csv"),
    path("match-lab/", match_lab.match_lab, name="match-lab"),
    path("stores/", stores.stores, name="stores"),
    path("stores/add/", stores.add, name="store-add"),
    path("stores/close/", stores.close, name="stores-close"),
    path("stores/reopen/", stores.reopen, name="stores-reopen"),
    path("stores/<uuid:store_id>/", stores.store, name="store"),
]
console = [path("", access.home, name="home"), path("<slug:slug>/", include(pages))]
urlpatterns = [
    path("account/", include(accounts_urls)),
    path("", include((console, "console"))),
]
