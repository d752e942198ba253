"""What the journeys need from outside, in their own words. `project/wiring.py` says who answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind


class SmsUnavailable(DomainError):
    """The message could not be handed over. The code it carried is spent: ask for another."""

    code: ClassVar[str] = "sms_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class SmsSender(Protocol):
    """Carries a sign-in code to a phone, signed by the brand it is for."""

    def send(self, *, brand_id: UUID, phone: str, code: str, language: str) -> None:
        """Hand a code over. Returns once the carrier has taken it. Raises SmsUnavailable."""


class SandboxMessage(Protocol):
    """A message that a sandbox kept instead of sending it."""

    @property
    def phone(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def sent_at(self) -> str: ...


class Sandbox(Protocol):
    """Where a demo's messages can be read, because nothing was sent."""

    def messages(self, *, brand_id: UUID) -> Sequence[SandboxMessage]:
        """What was sent for a brand, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Who answers each port in this process. A live installation has no sandbox."""

    sms: SmsSender
    sandbox: Sandbox | None = None


_wired: list[Ports] = []


def wire(ports: Ports) -> None:
    """Say who answers. `project/wiring.py` does, once, when a process starts."""
    _wired[:] = [ports]


def wired() -> Ports:
    """Who answers in this process. An interface passes them on to the flows it calls."""
    return _wired[0]
