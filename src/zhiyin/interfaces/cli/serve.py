"""`zhiyin serve`: the web server, until Ctrl-C."""

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from zhiyin.storage import addresses


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes that answer requests.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the shop, the console and the API."""
    addresses.start()
    server(host=host, port=port, workers=workers).serve()


def server(*, host: str, port: int, workers: int) -> Granian:
    """The web server, not yet serving. Each process loads the application by itself."""
    return Granian(
        "zhiyin.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        log_level=LogLevels.warning,
    )
