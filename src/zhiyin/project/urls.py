"""Every address of the product. The authorisation matrix knows each of them."""

from django.urls import include, path
from django.views.i18n import set_language

from zhiyin.interfaces.api.urls import api
from zhiyin.interfaces.front import front

urlpatterns = [
    path("", front, name="front"),
    path("", include("zhiyin.interfaces.shop.urls")),
    path("language/", set_language, name="set_language"),
    path("console/", include("zhiyin.interfaces.console.urls")),
    path("api/v1/", api.urls),
    path("hooks/", include("zhiyin.interfaces.hooks.urls")),
]

handler400 = "zhiyin.interfaces.front.unreadable"
handler404 = "zhiyin.interfaces.front.nothing_here"
