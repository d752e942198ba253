"""`zhiyin serve`: the web server, until Ctrl-C."""

import socket

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from zhiyin.storage import addresses

THREADS = 32
"""Of each process. Most wait: for the database, or for somebody's slow upload."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes that answer requests.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the shop, the console and the API."""
    refuse_taken(host, port)
    addresses.start()
    server(host=host, port=port, workers=workers).serve()


def refuse_taken(host: str, port: int) -> None:
    """Two servers could share a port unseen, each with half of the requests. Raises UsageError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((host, port))
        except OSError as taken:
            raise click.UsageError(
                f"Cannot listen at {host}:{port} ({taken.strerror}). Choose another --port."
            ) from None


def server(*, host: str, port: int, workers: int) -> Granian:
    """The web server, not yet serving. Each process loads the application by itself.

    It forks its processes: a pool of connections that this one has opened would come to them
    without the threads that mend it and make it grow, on sockets that this one may close.
    """
    _leave_no_connection()
    return Granian(
        "zhiyin.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        log_level=LogLevels.error,  # it warns of so many threads at each start
    )


def _leave_no_connection() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
