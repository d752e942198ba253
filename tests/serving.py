"""The product behind real HTTP in this process: for what a client inside Django would not show."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connection


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        """Answer, and give the thread's connection to the database back."""
        try:
            super().finish_request(request, client_address)
        finally:
            connection.close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *words: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server on the database that this process speaks to."""
    application = get_wsgi_application()
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
