"""When a delivery is tried again, when an endpoint is given up, and which addresses may be one."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from zhiyin.domain.webhooks.types import URL_CHARS_MAX, WebhookUrlRefused
from zhiyin.kit.networks import is_public

# Eight tries over 27 hours and a half. Source: the schedule of Standard Webhooks' authors (Svix).
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
GIVEN_UP_AFTER = timedelta(days=5)
FORMER_SECRET_FOR = timedelta(hours=24)
SECRET_BYTES = 32


def next_try(tries: int, at: datetime) -> datetime | None:
    """When to try again after so many tries in vain, the last one at `at`; None: never."""
    return at + WAITS[tries - 1] if tries <= len(WAITS) else None


def is_given_up(failing_since: datetime, at: datetime) -> bool:
    """Whether an endpoint that let nothing through since then is switched off."""
    return at - failing_since >= GIVEN_UP_AFTER


def written_secret(random: bytes) -> str:
    """A secret as Standard Webhooks writes it: `whsec_` and base64."""
    return f"whsec_{base64.b64encode(random).decode()}"


def body_of(*, event_type: str, at: datetime, data: Mapping[str, object]) -> str:
    """The body of a webhook: `type`, `timestamp` and `data`, as Standard Webhooks has them."""
    return json.dumps(
        {"type": event_type, "timestamp": at.isoformat(), "data": dict(data)},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def checked_url(url: str, *, may_http: bool, may_private: bool) -> str:
    """The address of an endpoint. Where its name leads is looked at whenever something is sent.

    Raises WebhookUrlRefused.
    """
    if not 0 < len(url) <= URL_CHARS_MAX or not url.isascii() or not url.isprintable():
        raise WebhookUrlRefused(why="not_an_address")
    if " " in url or "\\" in url:
        raise WebhookUrlRefused(why="not_an_address")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise WebhookUrlRefused(why="not_an_address") from None
    if parts.scheme != "https" and not (may_http and parts.scheme == "http"):
        raise WebhookUrlRefused(why="not_https")
    if not host:
        raise WebhookUrlRefused(why="not_an_address")
    if "@" in parts.netloc:
        raise WebhookUrlRefused(why="user_in_address")
    if "#" in url:
        raise WebhookUrlRefused(why="fragment")
    if not may_private and _is_private(host):
        raise WebhookUrlRefused(why="private_address")
    return url


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not is_public(host)
    except ValueError:
        return False
