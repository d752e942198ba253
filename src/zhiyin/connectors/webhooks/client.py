"""Sends a webhook: to the addresses that its name has at that moment, if they are public."""

import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic

import httpx

from zhiyin.connectors.webhooks import signing
from zhiyin.domain.webhooks.types import ANSWER_CHARS_MAX, Attempt, Failure
from zhiyin.kit.networks import is_public

CONNECT_S, ANSWER_S = 5.0, 10.0
ANSWER_BYTES_MAX = 4 * ANSWER_CHARS_MAX
AGENT = "Zhiyin-Webhooks/1"


def resolved(host: str, port: int) -> list[str]:
    """The addresses that a name has now, in the system's order; a decimal or hexadecimal too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


class HttpsWebhooks:
    """A `WebhookSender` over HTTP.

    The name is looked up once, every address it has must be public, and the connection goes to
    the address that was looked at: a name that changes its mind meanwhile changes nothing. The
    certificate is still checked against the name. No redirect is followed, no proxy of the
    environment is used, and of the answer no more is read than is kept.
    """

    def __init__(
        self,
        *,
        may_private: bool,
        resolve: Callable[[str, int], list[str]] = resolved,
        verify: ssl.SSLContext | bool = True,
        clock: Callable[[], float] = monotonic,
        answer_s: float = ANSWER_S,
    ) -> None:
        """Units: `answer_s` in seconds, for each wait and for all of the answer."""
        self._may_private = may_private
        self._resolve = resolve
        self._verify = verify
        self._clock = clock
        self._answer_s = answer_s

    def send(
        self, *, url: str, message_id: str, body: str, secrets: Sequence[str], now: datetime
    ) -> Attempt:
        """One try. What fails is told by name, and never raised."""
        began = self._clock()
        content = body.encode()
        headers = signing.headers(message_id=message_id, body=content, secrets=secrets, now=now)
        status, failure, answer = self._tried(url, content, headers, began)
        took_ms = int((self._clock() - began) * 1_000)
        return Attempt(at=now, took_ms=took_ms, status=status, failure=failure, answer=answer)

    def _tried(
        self, url: str, content: bytes, headers: dict[str, str], began: float
    ) -> tuple[int | None, Failure | None, str]:
        try:
            target = httpx.URL(url)
            address = self._address(target)
            if isinstance(address, Failure):
                return None, address, ""
            status, answer = self._post(target, address, content, headers, began)
        except httpx.TimeoutException:
            return None, Failure.TIMEOUT, ""
        except httpx.ConnectError as error:
            return None, Failure.TLS if _is_tls(error) else Failure.CONNECTION, ""
        except httpx.InvalidURL:
            return None, Failure.NO_ADDRESS, ""
        except httpx.HTTPError:
            return None, Failure.CONNECTION, ""
        if httpx.codes.is_success(status):
            return status, None, answer
        failure = Failure.REDIRECTED if httpx.codes.is_redirect(status) else Failure.STATUS
        return status, failure, answer

    def _address(self, target: httpx.URL) -> str | Failure:
        """The address to connect to, or why there is none."""
        port = target.port or (443 if target.scheme == "https" else 80)
        try:
            found = self._resolve(target.host, port)
        except (OSError, UnicodeError):
            return Failure.NO_ADDRESS
        if not found:
            return Failure.NO_ADDRESS
        if not self._may_private and not all(is_public(address) for address in found):
            return Failure.ADDRESS_REFUSED
        return found[0]

    def _post(
        self,
        target: httpx.URL,
        address: str,
        content: bytes,
        headers: dict[str, str],
        began: float,
    ) -> tuple[int, str]:
        sent = {
            **headers,
            "Host": target.netloc.decode(),
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",
        }
        limits = httpx.Timeout(self._answer_s, connect=min(CONNECT_S, self._answer_s))
        with (
            httpx.Client(
                timeout=limits, trust_env=False, follow_redirects=False, verify=self._verify
            ) as client,
            client.stream(
                "POST",
                target.copy_with(host=address.partition("%")[0]),
                content=content,
                headers=sent,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            read = bytearray()
            # httpx bounds each wait, not their sum: an answer that drips is stopped here
            for chunk in answer.iter_raw(chunk_size=1_024):
                read += chunk
                if len(read) >= ANSWER_BYTES_MAX:
                    break
                if self._clock() - began > self._answer_s:
                    break
            text = bytes(read[:ANSWER_BYTES_MAX]).decode(errors="replace")
            return answer.status_code, text.replace("\0", "")[:ANSWER_CHARS_MAX]


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
