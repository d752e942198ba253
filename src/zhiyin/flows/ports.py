"""What the journeys need from outside, in their own words. `project/wiring.py` says who answers."""

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
