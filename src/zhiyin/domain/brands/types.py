"""The words of the tenant: brands, their stores, who works for them and who carries their money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind


class Role(StrEnum):
    """What a member of staff may do; the authorisation matrix spells each one out."""

    ADMIN = "admin"
    OPERATOR = "operator"
    MODERATOR = "moderator"
    MANAGER = "manager"
    CLERK = "clerk"
    AUDITOR = "auditor"


class ImportKind(StrEnum):
    """What a file of rows holds."""

    PRODUCTS = "products"
    STORES = "stores"
    MEMBERS = "members"
    PURCHASES = "purchases"
    REVIEWS = "reviews"


class ImportState(StrEnum):
    """Where an import stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PayProvider(StrEnum):
    """Who carries a brand's money."""

    WXPAY = "wxpay"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class BrandCard:
    """A brand as every page needs it."""

    id: UUID
    slug: str
    name_zh: str
    name_en: str
    is_demo: bool
    time_zone: str


@dataclass(frozen=True, slots=True)
class StoreCard:
    """A store as lists show it."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    city: str
    address: str
    hours: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """What an operator says of a store. Latitude and longitude are decimal degrees (WGS 84)."""

    code: str
    name_zh: str
    name_en: str
    city: str
    address: str
    hours: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None

    def as_columns(self) -> dict[str, object]:
        """The facts by column name."""
        return {field: getattr(self, field) for field in self.__slots__}


@dataclass(frozen=True, slots=True)
class StorePage:
    """One page of a store list, and how many stores the search found in all."""

    stores: tuple[StoreCard, ...]
    total: int


@dataclass(frozen=True, slots=True)
class StaffCard:
    """Somebody's role at a brand, or at one of its stores."""

    id: UUID
    user_id: int
    user_name: str
    role: Role
    store_id: UUID | None
    store_name: str


@dataclass(frozen=True, slots=True)
class ApiKeyCard:
    """A developer's key as lists show it: never the key itself."""

    id: UUID
    label: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFacts:
    """A file about to be loaded. `file_hash` and the mapping's text tell runs apart.

    `rows_total` is a guess until the run is done, or None.
    """

    kind: ImportKind
    file_name: str
    file_hash: str
    mapping: Mapping[str, object]
    rows_total: int | None


@dataclass(frozen=True, slots=True)
class ImportRunCard:
    """A run as lists show it: `rows_bad` of the `rows_read` rows did not load."""

    id: UUID
    kind: ImportKind
    file_name: str
    file_hash: str
    mapping: Mapping[str, object]
    state: ImportState
    rows_total: int | None
    rows_read: int
    rows_bad: int
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that could not be loaded. `line` as an editor counts it; `column` as in the file."""

    line: int
    column: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformKeyFacts:
    """A key that signs for the provider: its PEM, and its id (empty for a certificate)."""

    serial: str
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAccountFacts:
    """A merchant account as the provider handed it out. What is secret is not in its repr.

    serial: of the merchant's own certificate. app_secret: of the official account, with which
    WeChat says who she is (empty: she is not asked). base_url: empty is the provider's own.
    """

    provider: PayProvider
    merchant_id: str
    app_id: str
    serial: str = ""
    private_key_pem: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    platform_keys: tuple[PlatformKeyFacts, ...] = ()
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class PaymentAccountCard:
    """A merchant account of a brand. A new `version` says that something of it changed.

    The one with no `retired_at` is paid into; the others still tell of what was paid into them.
    """

    id: UUID
    facts: PaymentAccountFacts
    version: int
    active_since: datetime
    retired_at: datetime | None


class PaymentAccountMissing(DomainError):
    """The brand has no such payment account: name one before anybody can pay."""

    code: ClassVar[str] = "payment_account_missing"
    kind: ClassVar[Kind] = Kind.CONFLICT


class BrandNotFound(DomainError):
    """No brand has this address."""

    code: ClassVar[str] = "brand_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class StoreNotFound(DomainError):
    """The brand has no such store."""

    code: ClassVar[str] = "store_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class StoreCodeTaken(DomainError):
    """Another store of the brand has this code already."""

    code: ClassVar[str] = "store_code_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class LastAdmin(DomainError):
    """A brand keeps at least one admin, or nobody could let anyone in again."""

    code: ClassVar[str] = "last_admin"
    kind: ClassVar[Kind] = Kind.CONFLICT


class StaffNotFound(DomainError):
    """The brand has no such member of staff."""

    code: ClassVar[str] = "staff_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class AccountTaken(DomainError):
    """Somebody signs in by this name already, in whatever case."""

    code: ClassVar[str] = "account_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class ApiKeyNotFound(DomainError):
    """The brand has no such key that still works."""

    code: ClassVar[str] = "api_key_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class ImportNotFound(DomainError):
    """The brand has no such import."""

    code: ClassVar[str] = "import_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class ImportBusy(DomainError):
    """Another process is loading this very file. Let it finish, then look again."""

    code: ClassVar[str] = "import_busy"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """What a keyed call was answered the first time: HTTP status and body."""

    status: int
    body: str


class IdempotencyKeyReused(DomainError):
    """This Idempotency-Key came with another request before. A new request needs a new key."""

    code: ClassVar[str] = "idempotency_key_reused"
    kind: ClassVar[Kind] = Kind.INVALID


class IdempotencyInFlight(DomainError):
    """A request with this Idempotency-Key is being worked on. Send it again in a moment."""

    code: ClassVar[str] = "idempotency_in_flight"
    kind: ClassVar[Kind] = Kind.CONFLICT
