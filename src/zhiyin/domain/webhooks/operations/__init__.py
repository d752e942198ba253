"""The only writers of webhooks. Locks: an endpoint first, then its deliveries."""

from zhiyin.domain.webhooks.operations.deliveries import (
    forget_old,
    queue,
    queue_test,
    record,
    replay,
    take_due,
)
from zhiyin.domain.webhooks.operations.endpoints import (
    add_endpoint,
    change_endpoint,
    rotate_secret,
    switch_off,
    switch_on,
)

__all__ = [
    "add_endpoint",
    "change_endpoint",
    "forget_old",
    "queue",
    "queue_test",
    "record",
    "replay",
    "rotate_secret",
    "switch_off",
    "switch_on",
    "take_due",
]
