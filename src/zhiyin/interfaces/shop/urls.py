"""The shopper's addresses, below /s/<brand>/."""

from django.urls import include, path

from zhiyin.interfaces.shop import browsing, deciding, joining

app_name = "shop"

NEED = "needs/<uuid:need_id>/"

pages = [
    path("", deciding.home, name="decide"),
    path(NEED, deciding.need, name="need"),
    path(f"{NEED}chips/", deciding.change_chip, name="chips"),
    path(f"{NEED}picks/", deciding.picks, name="picks"),
    path(f"{NEED}picks/<uuid:decision_id>/<int:rank>/", deciding.pick, name="pick"),
    path(f"{NEED}verdict/", deciding.verdict, name="verdict"),
    path("browse/", browsing.browse, name="browse"),
    path("products/<uuid:product_id>/", browsing.product, name="product"),
    path(
        "products/<uuid:product_id>/shows/<uuid:show_id>/useful/", browsing.useful, name="useful"
    ),
    path("sign-in/", joining.sign_in, name="sign-in"),
    path("sign-out/", joining.sign_out, name="sign-out"),
    path("sandbox/", joining.sandbox, name="sandbox"),
]
urlpatterns = [path("s/<slug:slug>/", include(pages))]
