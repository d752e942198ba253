"""A real server over the demo world, and a real browser in front of it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from zhiyin.storage import addresses

WORLD = "zhiyin_world"
STATES = Path(addresses.STATE)
FLAGS = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address, the state folder it uses, and its demo operator's name."""

    url: str
    state: Path
    database: str


@pytest.fixture(scope="session")
def shop_server(django_db_setup: None, copy_database: Callable[[str], None]) -> Iterator[Served]:
    """The demo world, loaded and trained once, served over HTTP until the run ends."""
    copy_database(WORLD)
    environment = os.environ | {"ZHIYIN_DB_NAME": WORLD, "ZHIYIN_DEMO": "1"}
    zhiyin = [sys.executable, "-m", "zhiyin"]
    played = subprocess.run(
        [*zhiyin, "demo", "--no-serve"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr
    port = _free_port()
    log = (STATES / "server.log").open("w")
    server = subprocess.Popen(
        [*zhiyin, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_served(f"{url}/s/anning/", server)
        yield Served(url, STATES, WORLD)
    finally:
        server.terminate()
        server.wait()
        log.close()


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
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert errors == []


def _wait_until_served(url: str, server: subprocess.Popen[bytes]) -> None:
    transport = httpx.HTTPTransport(retries=START_SECONDS)
    with httpx.Client(transport=transport, timeout=START_SECONDS) as client:
        answered: Any = client.get(url)
    assert server.poll() is None
    assert answered.status_code == 200, answered.text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
