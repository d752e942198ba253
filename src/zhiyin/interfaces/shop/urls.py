"""The shopper's addresses, below /s/<brand>/."""

from django.urls import include, path

from zhiyin.interfaces.shop import deciding

app_name = "shop"

NEED = "needs/<uuid:need_id>/"

pages = [
    path("", deciding.home, name="decide"),
    path(NEED, deciding.need, name="need"),
    path(f"{NEED}chips/", deciding.change_chip, name="chips"),
    path(f"{NEED}picks/", deciding.picks, name="picks"),
    path(f"{NEED}picks/<uuid:decision_id>/<int:rank>/", deciding.pick, name="pick"),
    path(f"{NEED}verdict/", deciding.verdict, name="verdict"),
]
urlpatterns = [path("s/<slug:slug>/", include(pages))]
