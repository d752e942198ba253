"""Schemathesis against the real server: whatever is sent by the document's rules, no 5xx."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys import api_town

CASES, LEAST_CASES = 8, 250


@pytest.fixture
def server(own_database) -> Iterator[tuple[str, str]]:
    """The address of a server on the test's database, and a key that may do everything."""
    town = api_town.trained(api_town.found("cedar"))
    key = api_town.key(town)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "zhiyin", "serve", "--port", str(port)],
        env=os.environ | {"ZHIYIN_DB_NAME": own_database},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=20)) as client:
            assert client.get(f"{address}/api/v1/openapi.json", timeout=60).status_code == 200
        yield address, key
    finally:
        process.terminate()
        process.wait()


def test_whatever_the_document_allows_no_server_error_follows(server, tmp_path):
    address, key = server
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{address}/api/v1/openapi.json",
            "--header",
            f"X-Api-Key: {key}",
            "--checks",
            "not_a_server_error",
            "--max-examples",
            str(CASES),
            "--phases",
            "examples,fuzzing",
            "--mode",
            "all",
            "--seed",
            "20261122",
            "--generation-database",
            "none",
            "--warnings",
            "off",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-8_000:] + run.stderr[-2_000:]
    cases = re.search(r"generated, (\d+) passed", run.stdout)
    assert cases is not None, run.stdout
    assert int(cases[1]) >= LEAST_CASES
    assert "failed" not in run.stdout
