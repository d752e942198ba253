"""A chat-completions server of the test's own, on a free port of this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

PAYLOADS = Path(__file__).parents[1] / "payloads"


class Stub:
    """What the server answers next, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.body = b""
        self.is_silent = False
        self.over = Event()
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []

    def answer(self, payload: str) -> None:
        """Answer with a file of `payloads/` from now on."""
        self.body = (PAYLOADS / f"{payload}.json").read_bytes()

    def question(self) -> dict[str, Any]:
        """The data of the only request, as the model would read it."""
        (asked,) = self.asked
        return json.loads(asked["messages"][1]["content"])


@contextmanager
def serving() -> Iterator[Stub]:
    """A server that runs while the block does."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            stub.asked.append(json.loads(self.rfile.read(length)))
            stub.headers.append(dict(self.headers))
            stub.paths.append(self.path)
            if stub.is_silent:
                stub.over.wait()
                return
            self.send_response(stub.status)
            self.send_header("Content-Length", str(len(stub.body)))
            if stub.status == 307:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(stub.body)

        def log_message(self, *words: object) -> None:
            """Say nothing: the test looks at what our side logs."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield stub
    finally:
        stub.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
