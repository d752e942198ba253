"""What every recorded event has in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """Something that happened to a brand's people or goods. Carries ids, never personal data."""

    name: ClassVar[str]
    brand_id: UUID
    at: datetime
