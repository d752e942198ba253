"""Money that goes out to a person: what is asked of whoever carries it, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TransferState(StrEnum):
    """Where a transfer to a person stands with its provider."""

    PROCESSING = "processing"
    UNCONFIRMED = "unconfirmed"  # she has to confirm it, within a day
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # it did not happen, and never will under this number
    CANCELLED = "cancelled"  # the same, because we asked for it


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAsked:
    """A transfer to be made.

    bill_no: ours, 1 to 32 letters and digits, fixed before the call. A retry bears the same, and
    is the same transfer.
    payee: who she is to the provider (WeChat: her openid under the merchant's app).
    name: as it stands on her identity card; the provider compares it.
    notify_url: https, without a query; empty: nobody is told, and the transfer is asked about.
    """

    bill_no: str
    amount_fen: int
    payee: str
    name: str
    remark: str
    notify_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFact:
    """What the provider says of a transfer.

    `page` is what a page needs to have her confirm it, while it is UNCONFIRMED; a query may not
    have it, the call that asked for the transfer does, and repeats it. `why` is the provider's
    word for what failed.
    """

    bill_no: str
    state: TransferState
    merchant_id: str
    amount_fen: int
    provider_bill_id: str
    page: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    settled_at: datetime | None = None
