"""HTTP on the loopback: it reads a request, has it answered, and writes what the plan allows."""

import json
import socket
import struct
import sys
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

from emulator import control
from emulator.clock import beijing
from emulator.wechat import oauth
from emulator.world import World
from emulator.wxpay import api
from emulator.wxpay.api import Answer, Call

BODY_MAX = 16 * 1024 * 1024
CONTROL = "/__emu/"


class Server(ThreadingHTTPServer):
    """One emulated world on a port of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self.is_over = Event()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def address(self) -> str:
        """http://127.0.0.1:port"""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault of ours; anything else is told on stderr."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """A connection, which stays open from request to request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._serve()

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002
        """Say nothing: the journal holds it."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > BODY_MAX:
            self.close_connection = True
            self._write(413, b"", {})
            return
        body = self.rfile.read(int(length))
        if self.path.startswith(CONTROL):
            self._control(body)
        elif urlsplit(self.path).path in oauth.ADDRESSES:
            self._wechat()
        else:
            self._platform(body)

    def _control(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        found = control.ADDRESSES.get((self.command, parts.path.removeprefix(CONTROL)))
        status, told = 200, {}
        try:
            said = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if body:
                said |= json.loads(body)
            if found is None:
                status, told = 404, {"error": "no such address"}
            else:
                told = found(self.server.world, said)
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            status, told = 400, {"error": f"{type(wrong).__name__}: {wrong}"}
        written = json.dumps(told, ensure_ascii=False).encode()
        self._write(status, written, {"Content-Type": "application/json"})

    def _wechat(self) -> None:
        """Who a visitor is. Her code and the account's secret stand in no journal."""
        world = self.server.world
        with world.lock:
            now = world.clock.now()
            status, told, way = oauth.answer(world.apps, self.path, now=now, dice=world.dice)
        operation = urlsplit(self.path).path.rpartition("/")[2]
        world.journal.write(
            kind="wechat", at=beijing(now), operation=operation, code=told.get("errcode", 0)
        )
        headers = {"Content-Type": "application/json", **({"Location": way} if way else {})}
        self._write(status, json.dumps(told).encode(), headers)

    def _platform(self, body: bytes) -> None:
        world = self.server.world
        call = Call(self.command, self.path, _plain(self.headers), body, self.server.address)
        answer = api.answer(world, call)
        self._journal(call, answer)
        faults = {rule.do: rule for rule in call.struck}
        if faults.keys() & {"reset", "reset_after"}:
            self._reset()
            return
        if (slow := faults.get("slow")) is not None:
            self.server.is_over.wait(float(slow.more.get("seconds", 1)))
        if (instead := api.error_after(call)) is not None:
            said = {"code": instead.code, "message": instead.message}
            answer.status, answer.body = instead.status, json.dumps(said).encode()
        if "html" in faults:
            page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
            self._write(502, page, {"Content-Type": "text/html"})
            return
        if "not_json" in faults:
            answer.body = b"thank you, we shall see"
        if "of_another" in faults and answer.body:
            said = json.loads(answer.body)
            said |= dict.fromkeys(("out_trade_no", "out_refund_no"), "another-one")
            answer.body = json.dumps(said).encode()
        if "other_shape" in faults:
            answer.body = b'["SUCCESS"]'
        self._answer(call, answer, set(faults))

    def _answer(self, call: Call, answer: Answer, faults: set[str]) -> None:
        world = self.server.world
        body = answer.body or b""
        headers = {"Content-Type": answer.content_type, "Request-ID": world.nonce()}
        if call.merchant is not None and answer.is_signed and "unsigned" not in faults:
            is_strange = "unknown_serial" in faults
            headers |= api.signature(
                world,
                key=world.stranger() if is_strange else call.merchant.signing,
                body=body,
                is_stale="stale_signature" in faults,
                is_bad="bad_signature" in faults,
            )
        if "cut" in faults:
            self.close_connection = True
            self._write(answer.status, body, headers, sent=len(body) // 2)
            return
        self._write(answer.status, body, headers)

    def _journal(self, call: Call, answer: Answer) -> None:
        world = self.server.world
        with world.lock:
            moment = beijing(world.clock.now())
        world.journal.write(
            kind="request",
            at=moment,
            method=call.method,
            target=call.target,
            operation=answer.operation,
            mchid=call.merchant.mchid if call.merchant else None,
            number=call.words.get("number") or call.said.get("out_trade_no"),
            said=call.said,
            status=answer.status,
            code=answer.code,
            faults=[rule.do for rule in call.struck],
        )

    def _write(
        self, status: int, body: bytes, headers: dict[str, str], sent: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if sent is None else body[:sent])
        self.wfile.flush()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def _plain(headers: Message) -> dict[str, str]:
    return {name.title(): value for name, value in headers.items()}
