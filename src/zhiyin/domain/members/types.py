"""The words of people: members, their identities, roles and consents."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.events import DomainEvent


class Channel(StrEnum):
    """Where an identity comes from."""

    PHONE = "phone"
    WECHAT_OPENID = "openid"
    WECHAT_UNIONID = "unionid"
    WECOM = "wecom"
    IMPORT = "import"


class MemberRole(StrEnum):
    """What a person is to the brand; one person may be several of these."""

    SHOPPER = "shopper"
    KOC = "koc"
    STAFF = "staff"


class Purpose(StrEnum):
    """What a consent is for. Body facts have one of their own (PIPL 28 to 30)."""

    BODY_FACTS = "body_facts"
    SHARE_WITH_KOC = "share_with_koc"
    MARKETING = "marketing"


CONSENT_TEXT_VERSION = "2026-11"
CODE_TRIES = 5
CODE_SECONDS = 300
CODES_PER_HOUR = 5
CODES_KEPT_DAYS = 1
CODES_PER_BRAND = 3_000  # an hour: what a brand would pay for at worst
NICKNAME_CHARS_MAX = 40
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A member as her own pages show her. `personalised` is her switch.

    `merged_into_id`: the member who stands for her, once the two were found to be one person.
    """

    id: UUID
    nickname: str
    language: str
    joined_at: datetime
    personalised: bool
    merged_into_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ConsentCard:
    """A consent given: for what, in which words, when; and when it was taken back."""

    id: UUID
    purpose: Purpose
    text_version: str
    channel: str
    granted_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """How a channel knows a member. `value` is her phone, openid or id there: personal data."""

    id: UUID
    channel: Channel
    value: str
    linked_at: datetime
    unlinked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoleCard:
    """A role that a member holds or held."""

    role: MemberRole
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One page of members, and how many the search found in all."""

    members: tuple[MemberCard, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """A member as another system knows her: `external_id` is her id there. "" is not said."""

    external_id: str
    nickname: str = ""
    language: str = ""
    phone: str | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of members did.

    `phone_conflicts` lists the external ids whose phone belongs to somebody else already: the
    members are there, the phone stayed where it was, and a person should look at a merge.
    """

    ids: dict[str, UUID]
    new: int
    phone_conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeCard:
    """Two members found to be one; `moved` maps the kind of row to the ids that changed hands."""

    id: UUID
    survivor_id: UUID
    absorbed_id: UUID
    moved: dict[str, list[str]]
    merged_at: datetime
    undone_at: datetime | None


class Opened(StrEnum):
    """What somebody of the staff, or a key, opened of a member, or did in her name."""

    KOC = "koc"
    APPLICATION = "koc_application"
    MATCH = "api_match"
    WEARERS = "api_wearers"
    NEEDS = "api_needs"
    QUESTIONS = "api_questions"
    DOWNLOAD = "api_download"
    DELETION = "api_deletion"
    ANSWER = "api_answer"
    EXPORT = "export"
    PACKING = "packing_list"
    CASE = "after_sale_case"
    INVOICE = "invoice_title"
    ADDRESSES = "api_addresses"
    TAX = "tax_list"


@dataclass(frozen=True, slots=True)
class PersonalReadCard:
    """Who of the staff opened what of whom, and when.

    `reader` is an account's name; of a key it is the label, and `by_key` says so.
    """

    member_id: UUID
    reader: str
    opened: Opened
    read_at: datetime
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class ErasureCard:
    """A deletion that was asked for; `done_at` is None only if it was cut short."""

    member_id: UUID
    asked_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to be sent now: it is written nowhere else. `phone` is in its normal form."""

    phone: str
    code: str


class CodeOutcome(StrEnum):
    """What became of a try at a phone code."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE_LIVE = "none_live"


@dataclass(frozen=True, slots=True)
class CodeTry:
    """A try that was counted. The caller commits it first and refuses afterwards."""

    outcome: CodeOutcome
    tries_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(DomainEvent):
    """Somebody became a member."""

    name: ClassVar[str] = "members.member_joined"
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberErased(DomainEvent):
    """A member was deleted: whatever was derived from her must go too."""

    name: ClassVar[str] = "members.member_erased"
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(DomainEvent):
    """A member took a consent back."""

    name: ClassVar[str] = "members.consent_withdrawn"
    member_id: UUID
    purpose: Purpose


class MemberNotFound(DomainError):
    """The brand has no such member."""

    code: ClassVar[str] = "member_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class PhoneInvalid(DomainError):
    """This is not a mainland mobile number (11 digits that begin with 1)."""

    code: ClassVar[str] = "phone_invalid"
    kind: ClassVar[Kind] = Kind.INVALID


class CodeWrong(DomainError):
    """The code does not match. `tries_left` says how often she may still try."""

    code: ClassVar[str] = "code_wrong"
    kind: ClassVar[Kind] = Kind.DENIED


class CodeExpired(DomainError):
    """There is no live code for this phone: ask for a new one."""

    code: ClassVar[str] = "code_expired"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TooManyCodes(DomainError):
    """This phone was sent as many codes as an hour allows."""

    code: ClassVar[str] = "too_many_codes"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class TooManyCodesFromHere(DomainError):
    """This network address asked for as many codes as an hour allows, for whichever phones."""

    code: ClassVar[str] = "too_many_codes_from_here"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class TooManyCodesAtOnce(DomainError):
    """The brand sent as many codes as an hour allows. Nobody can be sent one until then."""

    code: ClassVar[str] = "too_many_codes_at_once"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class ConsentNeeded(DomainError):
    """A body fact is kept only with her separate consent."""

    code: ClassVar[str] = "consent_needed"
    kind: ClassVar[Kind] = Kind.DENIED


class IdentityTaken(DomainError):
    """Another member of the brand is known by this phone or id. Merge the two, if they are one."""

    code: ClassVar[str] = "identity_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class IdentityEmpty(DomainError):
    """An identity needs a value."""

    code: ClassVar[str] = "identity_empty"
    kind: ClassVar[Kind] = Kind.INVALID


class MergeRefused(DomainError):
    """These two cannot be merged (one person, one erased, or a KOC or promoter would go)."""

    code: ClassVar[str] = "merge_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT


class MergeNotFound(DomainError):
    """There is no such merge that could still be undone."""

    code: ClassVar[str] = "merge_not_found"
    kind: ClassVar[Kind] = Kind.MISSING
