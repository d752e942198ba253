"""Style sheets, scripts and pictures of the house's own: /static/ and below."""

from collections.abc import Callable

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware


async def _nothing_behind(_request: HttpRequest) -> HttpResponseBase:
    """What ServeStatic's middleware stands before, which asks for something asynchronous."""
    return HttpResponseNotFound()


class StaticFilesMiddleware:
    """Answers with a file that ServeStatic found when the process started; all else passes by.

    ServeStatic's own middleware is asynchronous: below it, Django would take every request of a
    WSGI server through an event loop and three changes of thread, which costs more than a page's
    queries. Here only files take that way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._files = ServeStaticMiddleware(_nothing_behind).files

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = self._files.get(request.path_info)
        if found is None:
            return self.get_response(request)
        return async_to_sync(ServeStaticMiddleware.aserve)(found, request)
