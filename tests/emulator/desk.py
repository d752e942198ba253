"""An emulator in a process of its own, a shop that hears its notices, and our client for both."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from zhiyin.connectors.wxpay.account import (
    Account,
    KeyRing,
    Limits,
    PlatformKey,
    account,
    certificate,
    public_key,
)
from zhiyin.connectors.wxpay.client import WxPay
from zhiyin.flows.paying import Notification, PaymentAsked, PaymentError, RefundAsked

REPOSITORY = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
APP = "wx8888888888888888"
SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
HASTY = Limits(connect_s=1.0, wait_s=0.4, bill_s=2.0)
_merchants = count(1900000001)


@cache
def private_key() -> rsa.RSAPrivateKey:
    """The key of every merchant of these tests: making one takes longer than a test."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def platform_key() -> rsa.RSAPrivateKey:
    """The key the platform signs with, for the same reason. Its serials differ."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem_of(key: rsa.RSAPrivateKey) -> str:
    """A private key, PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_pem() -> str:
    """Its public half, PEM."""
    return (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@cache
def first_account() -> Account:
    """An account whose key was read from its PEM: reading one takes a tenth of a second."""
    return account(
        merchant_id="1900000000",
        app_id=APP,
        serial=SERIAL,
        private_key_pem=pem_of(private_key()),
        api_key="x" * 32,
        platform_keys=[],
    )


class Emulator:
    """The emulator as a test speaks to it: over HTTP, as anybody does."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._http = httpx.Client(base_url=f"{address}/__emu/", trust_env=False, timeout=30)

    def ask(self, what: str, **said: Any) -> Any:
        """POST to a control address."""
        answer = self._http.post(what, json=said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, what: str, **query: Any) -> Any:
        """GET a control address."""
        answer = self._http.get(what, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def now(self) -> datetime:
        """The emulator's moment."""
        return datetime.fromisoformat(self.look("clock")["now"]).astimezone(UTC)

    def pass_time(self, **spans: float) -> None:
        """Let time pass: `minutes=5`."""
        self.ask("clock", advance_s=timedelta(**spans).total_seconds())

    def plan(self, on: str, do: str, **more: Any) -> None:
        """Have something go wrong."""
        self.ask("faults", rules=[{"on": on, "do": do, **more}])

    def close(self) -> None:
        """Hang up."""
        self._http.close()


@contextmanager
def emulating(*words: str) -> Iterator[Emulator]:
    """`python -m emulator`, which stands still at START unless told otherwise."""
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", *(words or ("--now", START.isoformat()))],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    emulator = Emulator(json.loads(process.stdout.readline())["address"])
    try:
        yield emulator
    finally:
        emulator.close()
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


class Shop:
    """What stands at a notify address: it writes down each call and answers by `reply`."""

    def __init__(self) -> None:
        self.url = ""
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.reply: Callable[[dict[str, str], bytes], int] = lambda _headers, _body: 204
        self._lock = Lock()

    def hear(self, headers: dict[str, str], body: bytes) -> int:
        """Keep a call, and answer it."""
        with self._lock:
            self.heard.append((headers, body))
        return self.reply(headers, body)


@contextmanager
def listening() -> Iterator[Shop]:
    """A shop on a free port of this machine."""
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = shop.hear(dict(self.headers), body)
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}/hooks/wxpay"
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Merchant:
    """A merchant enrolled with an emulator, with our client for its account."""

    def __init__(self, emulator: Emulator, shop: Shop, *, mode: str = "public_key") -> None:
        self.emulator = emulator
        self.shop = shop
        self.told = emulator.ask(
            "merchants",
            mchid=str(next(_merchants)),
            appid=APP,
            mode=mode,
            serial=SERIAL,
            public_key_pem=public_pem(),
            platform_private_key_pem=pem_of(platform_key()),
        )
        self.mchid = self.told["mchid"]
        self.account = replace(
            first_account(),
            merchant_id=self.mchid,
            api_key=self.told["api_v3_key"].encode(),
            ring=KeyRing(platform_keys(self.told)),
        )
        self.pay = WxPay(self.account, base_url=emulator.address, clock=emulator.now)

    def hasty(self, limits: Limits = HASTY) -> WxPay:
        """Our client with less patience."""
        return WxPay(
            self.account, base_url=self.emulator.address, clock=self.emulator.now, limits=limits
        )

    def asked(self, payment_no: str, fen: int = 36800, **more: Any) -> PaymentAsked:
        """A payment as the shop asks for it."""
        return PaymentAsked(
            payment_no=payment_no,
            amount_fen=fen,
            **{
                "subject": "知音, 米色针织衫 `M`",
                "payer": OPENID,
                "notify_url": self.shop.url,
                "expires_at": self.emulator.now() + timedelta(minutes=30),
                **more,
            },
        )

    def refund_of(
        self, payment_no: str, refund_no: str, fen: int, paid: int = 36800
    ) -> RefundAsked:
        """A refund as the shop asks for it."""
        return RefundAsked(
            payment_no=payment_no,
            refund_no=refund_no,
            amount_fen=fen,
            paid_fen=paid,
            reason="尺码不合",
            notify_url=self.shop.url,
        )

    def paid(self, payment_no: str, fen: int = 36800) -> str:
        """Open a payment and have her pay it; the platform's number of it."""
        self.pay.open_payment(asked=self.asked(payment_no, fen))
        (done,) = self.act("pay", out_trade_no=payment_no)
        return done["transaction_id"]

    def act(self, do: str, **said: Any) -> list[dict[str, Any]]:
        """Have somebody do something with this merchant."""
        return self.emulator.ask("act", do=do, mchid=self.mchid, **said)["results"]

    def books(self) -> dict[str, Any]:
        """The platform's books on this merchant."""
        return self.emulator.look("books")[self.mchid]

    def sent(self, **query: Any) -> list[dict[str, Any]]:
        """What the emulator sent to this merchant."""
        lines = self.emulator.look("journal", kind="notice", limit=100_000, **query)["lines"]
        return [line for line in lines if line["mchid"] == self.mchid]

    def requests(self, operation: str) -> list[dict[str, Any]]:
        """What the emulator was asked by this merchant."""
        lines = self.emulator.look("journal", kind="request", limit=100_000)["lines"]
        return [x for x in lines if x["mchid"] == self.mchid and x["operation"] == operation]

    def understand(self, calls: Sequence[tuple[dict[str, str], bytes]]) -> list[object]:
        """What our hook makes of each call: a Notification, or the `why` of its refusal."""
        return [self._understood(headers, body) for headers, body in calls]

    def _understood(self, headers: dict[str, str], body: bytes) -> Notification | str:
        try:
            return self.pay.verify_notification(headers=headers, body=body, now=self.emulator.now())
        except PaymentError as refused:
            return str(refused)


def platform_keys(told: dict[str, Any]) -> list[PlatformKey]:
    """The platform's keys as the merchant's console hands them out."""
    return [
        certificate(pem=key["certificate_pem"])
        if key["certificate_pem"]
        else public_key(serial=key["serial"], pem=key["public_key_pem"])
        for key in told["platform_keys"]
    ]
