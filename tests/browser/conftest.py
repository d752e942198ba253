"""A real server over the demo world, and a real browser in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.databases import inside
from zhiyin.storage import addresses

WORLD = "zhiyin_world"
STATES = Path(addresses.STATE)
FLAGS = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 120
CONNECTS = 7  # each waits twice as long as the one before, a minute in all
ABORTED = "net::ERR_ABORTED"
HTMX_LEFT = ("htmx:afterRequest", "htmx:sendError")
LAST_LINE = "Ctrl-C stops it"


class Terminal:
    """What a running command has printed so far; its lines may be waited for."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._has_ended = False
        self._grew = threading.Condition()

    def read(self, lines: Iterable[str]) -> None:
        """Read until the command has ended."""
        for line in lines:
            with self._grew:
                self._lines.append(line)
                self._grew.notify_all()
        with self._grew:
            self._has_ended = True
            self._grew.notify_all()

    def line(self, words: str) -> str:
        """The first line with these words, printed already or soon."""
        with self._grew:
            self._grew.wait_for(lambda: self._has_ended or self._with(words), START_SECONDS)
            found = self._with(words)
        assert found, f"{words!r} was not printed: {self.text}"
        return found

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._lines)

    def _with(self, words: str) -> str | None:
        return next((line for line in self._lines if words in line), None)


@dataclass(frozen=True, slots=True)
class Served:
    """A running demo: its address, the state folder and the database it uses, its terminal.

    `played` is what a first run printed that only played the two needs.
    """

    url: str
    state: Path
    database: str
    played: str
    terminal: Terminal


@pytest.fixture(scope="session")
def shop_server(django_db_setup: None, copy_database: Callable[[str], None]) -> Iterator[Served]:
    """The demo world, loaded and trained once, then served as a newcomer's demo serves it."""
    copy_database(WORLD)
    environment = os.environ | {"ZHIYIN_DB_NAME": WORLD, "PYTHONUNBUFFERED": "1"}
    demo = [sys.executable, "-m", "zhiyin", "demo"]
    played = subprocess.run(
        [*demo, "--no-serve"], env=environment, capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stderr
    port = free_port()
    server = subprocess.Popen(
        [*demo, "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    terminal = Terminal()
    reader = threading.Thread(target=terminal.read, args=(server.stdout,))
    reader.start()
    url = f"http://127.0.0.1:{port}"
    try:
        terminal.line(LAST_LINE)
        _wait_until_served(f"{url}/s/anning/", server, terminal)
        yield Served(url, STATES, WORLD, played.stdout, terminal)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
        reader.join()
        assert server.stdout is not None
        server.stdout.close()


@pytest.fixture(scope="module")
def backstage(shop_server: Served, django_db_blocker: Any) -> Iterator[None]:
    """The database behind the server, for what a test sets up or looks at behind the pages."""
    with inside(shop_server.database, django_db_blocker):
        yield


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's Chromium. The set-up installed it, or named it as missing.

    Playwright keeps an event loop running in this thread, in which Django would refuse to ask the
    database; so it ends with the tests of this folder, and they may ask meanwhile.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = next(path for name in BROWSERS if (path := shutil.which(name)))
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=flags)
        yield running
        running.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def phone(browser: Browser, shop_server: Served) -> Iterator[Page]:
    """A page as a phone in China opens it. Every error in its console fails the test."""
    yield from _page(browser, shop_server, width=390, height=844)


@pytest.fixture
def desk(browser: Browser, shop_server: Served) -> Iterator[Page]:
    """A page as a desktop opens it. Every error in its console fails the test."""
    yield from _page(browser, shop_server, width=1280, height=900)


def _page(browser: Browser, served: Served, **size: int) -> Iterator[Page]:
    context = browser.new_context(base_url=served.url, viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    errors: list[str] = []
    left_behind: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.on(
        "requestfailed",
        lambda sent: left_behind.append(sent.url) if sent.failure == ABORTED else None,
    )
    yield page
    context.close()
    # Whoever follows a link leaves behind what the page was just asking for, and htmx says so.
    of_leaving = [line for line in errors if line.startswith(HTMX_LEFT)]
    assert [line for line in errors if line not in of_leaving] == []
    assert len(of_leaving) <= len(HTMX_LEFT) * len(left_behind), errors


def _wait_until_served(url: str, server: subprocess.Popen[str], terminal: Terminal) -> None:
    transport = httpx.HTTPTransport(retries=CONNECTS)
    with httpx.Client(transport=transport, timeout=START_SECONDS) as client:
        answered: Any = client.get(url)
    assert server.poll() is None, terminal.text
    assert answered.status_code == 200, answered.text


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
