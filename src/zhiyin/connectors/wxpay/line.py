"""The line to WeChat Pay: calls that we sign, answers that are proven, files that are fetched."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from ssl import SSLContext
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

import httpx

from zhiyin.connectors.wxpay import bills, reading, refusals, signing
from zhiyin.connectors.wxpay.account import Account, Limits, checked_base
from zhiyin.connectors.wxpay.bills import BillLink
from zhiyin.flows.paying import (
    BillDamaged,
    PaymentOutcomeUnknown,
    PaymentProviderRefused,
    PaymentProviderUnreached,
)

AGENT = "zhiyin-wxpay/1"
Found = TypeVar("Found")


class Line:
    """Speaks for one account: it follows no redirect, reads no proxy and tries once.

    Threads may share one; a forked process opens connections of its own.
    """

    def __init__(
        self, account: Account, *, base_url: str, clock: Callable[[], datetime], limits: Limits
    ) -> None:
        """Raises WxPayMisconfigured."""
        self._account = account
        self._base = checked_base(base_url)
        self._clock = clock
        self._limits = limits
        self._turns = Lock()
        self._kept = (os.getpid(), self._connections())

    def call(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | None = None,
        *,
        about: str = "",
        may_be_empty: bool = False,
        sealed_by: str = "",
    ) -> Mapping[str, Any]:
        """Ask, and answer what the platform says, once it is proven to be the platform."""
        request = self.request(method, target, body)
        if sealed_by:
            request.headers["Wechatpay-Serial"] = sealed_by
        status, headers, said = self.exchange(request)
        if not 200 <= status < 300:
            raise self.refused(status, headers, said, about=about)
        why = self.doubt(headers, said)
        if why:
            raise PaymentOutcomeUnknown(why=f"answer_{why}")
        if may_be_empty and not said:
            return {}
        return checked(lambda: reading.document(said))

    def download(self, link: BillLink) -> bytes:
        """The unzipped file, which has the announced hash. Raises BillDamaged (`link`: expired).

        The link's path is asked of our own base URL: no other host is ever called.
        """
        deadline = monotonic() + self._limits.bill_s
        request = self.request("GET", link.target, None)
        try:
            answer = self._http().send(request, stream=True)
            try:
                if answer.status_code != httpx.codes.OK:
                    raise BillDamaged(why="link")
                chunks = _before(deadline, answer.iter_raw())
                return bills.unzipped(chunks, link=link, limits=self._limits)
            finally:
                answer.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PaymentProviderUnreached(why=type(error).__name__) from None
        except httpx.HTTPError as error:
            raise BillDamaged(why=type(error).__name__) from None

    def close(self) -> None:
        """Close the connections that were kept."""
        self._http().close()

    def refused(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        about: str = "",
    ) -> Exception:
        """What an answer that is no success means. Only a proven one can mean "for good"."""
        try:
            code = reading.text(reading.document(body), "code")
        except ValueError:
            code = ""
        if self.doubt(headers, body):
            if status == httpx.codes.UNAUTHORIZED:
                return PaymentProviderRefused(why=code or "status_401")
            return PaymentOutcomeUnknown(why=f"status_{status}")
        return refusals.refusal(status=status, code=code, about=about)

    def doubt(self, headers: Mapping[str, str], body: bytes) -> str:
        """Why an answer is not proven to be the platform's, just now; "" if it is."""
        return signing.doubt(
            self._account.ring,
            headers,
            body,
            now=self._clock(),
            window_s=self._limits.window_s,
        )

    def request(self, method: str, target: str, body: Mapping[str, Any] | None) -> httpx.Request:
        """A signed request. What is signed is read back from it, so it is what is sent."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = self._http().build_request(method, self._base + target, content=content)
        request.headers["Accept"] = "application/json"
        request.headers["Accept-Encoding"] = "identity"
        request.headers["User-Agent"] = AGENT
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        if serial := self._account.ring.preferred():
            request.headers["Wechatpay-Serial"] = serial
        request.headers["Authorization"] = signing.authorization(
            self._account,
            method=method,
            target=request.url.raw_path.decode(),
            body=content.decode(),
            now=self._clock(),
        )
        return request

    def exchange(self, request: httpx.Request) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of an answer, whoever sent it."""
        deadline, said = monotonic() + self._limits.wait_s, bytearray()
        try:
            answer = self._http().send(request, stream=True)
            try:
                # httpx bounds each wait, not their sum: an answer that drips meets the deadline
                for chunk in _before(deadline, answer.iter_raw()):
                    said += chunk
                    if len(said) > self._limits.answer_bytes:
                        raise PaymentOutcomeUnknown(why="too_long")
                return answer.status_code, answer.headers, bytes(said)
            finally:
                answer.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PaymentProviderUnreached(why=type(error).__name__) from None
        except httpx.HTTPError as error:
            raise PaymentOutcomeUnknown(why=type(error).__name__) from None

    def _http(self) -> httpx.Client:
        """The connections of this process: a forked one leaves its parent's alone."""
        if self._kept[0] != os.getpid():
            with self._turns:
                if self._kept[0] != os.getpid():
                    self._kept = (os.getpid(), self._connections())
        return self._kept[1]

    def _connections(self) -> httpx.Client:
        wait = httpx.Timeout(self._limits.wait_s, connect=self._limits.connect_s)
        return httpx.Client(
            timeout=wait, trust_env=False, follow_redirects=False, verify=_trusted()
        )


@cache
def _trusted() -> SSLContext:
    """The authorities we trust, read once: it takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


def checked(read: Callable[[], Found]) -> Found:
    """What is read from a proven answer. If it is not of the shape, the outcome is not known."""
    try:
        return read()
    except ValueError as unread:
        raise PaymentOutcomeUnknown(why=str(unread)) from None


def _before(deadline: float, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if monotonic() > deadline:
            raise httpx.ReadTimeout("the whole answer took too long")
        yield chunk
