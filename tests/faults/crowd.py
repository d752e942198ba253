"""A crowd at a real server: granian as `zhiyin serve` starts it, and clients that never pause."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Lock, Thread

START_S, ANSWER_S = 60, 60
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Call:
    """A request of somebody."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What she was told; `status` 0: the connection broke. `in_flight` others were out with her.

    `told`: the cookie in which the page that it leads on to has a message for her.
    """

    status: int
    seconds: float
    in_flight: int
    body: bytes = field(repr=False)
    location: str = ""
    told: str = ""


@contextmanager
def served(database: str, **env: str) -> Iterator[int]:
    """The port of `zhiyin serve` on this database, with a process for each core."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    words = ["serve", "--port", str(port), "--workers", str(WORKERS)]
    server = subprocess.Popen(
        [sys.executable, "-m", "zhiyin", *words],
        env=os.environ | {"ZHIYIN_DB_NAME": database} | env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + START_S
        with closing(HTTPConnection("127.0.0.1", port)) as line:
            while ask(line, Call("/", {}, b"", "GET")).status == 0:
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def ask(line: HTTPConnection, call: Call, in_flight: int = 1) -> Answer:
    """One request over this connection, which opens itself when it has to."""
    began = time.perf_counter()
    try:
        line.request(call.method, call.path, call.body, dict(call.headers))
        answer = line.getresponse()
        body, status = answer.read(), answer.status
        location = answer.getheader("Location", "")
        cookies = (kept.partition(";")[0] for kept in answer.headers.get_all("Set-Cookie", ()))
        told = next((kept for kept in cookies if kept.startswith("messages=")), "")
    except (OSError, HTTPException):
        line.close()
        body, status, location, told = b"", 0, "", ""
    return Answer(status, time.perf_counter() - began, in_flight, body, location, told)


def press(port: int, calls: Sequence[Call], *, at_once: int) -> list[Answer]:
    """Send every call once, so many at a time, each as soon as one before it is answered."""
    answers: list[Answer | None] = [None] * len(calls)
    turns, lock, out = count(), Lock(), [0]

    def client() -> None:
        line = HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
        while (n := next(turns)) < len(calls):
            with lock:
                out[0] += 1
                in_flight = out[0]
            answers[n] = ask(line, calls[n], in_flight)
            with lock:
                out[0] -= 1
        line.close()

    clients = [Thread(target=client) for _ in range(at_once)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return [one for one in answers if one is not None]
