"""Refusals. Each has a stable code and a kind; what the kind means to HTTP is decided above."""

from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """Why an act was refused, in the few ways a caller can react to."""

    INVALID = "invalid"  # the input is wrong: correct it
    DENIED = "denied"  # this person may not
    MISSING = "missing"  # there is no such thing (or it is not hers to know)
    CONFLICT = "conflict"  # the state does not allow it now
    TOO_MANY = "too_many"  # a cap is reached: later
    UNAVAILABLE = "unavailable"  # something we depend on is down: try again


class DomainError(Exception):
    """A refusal by name. Subclasses fix `code` (stable, documented) and `kind`.

    `details` are plain values that help the reader mend the input; never personal data.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]

    def __init__(self, **details: object) -> None:
        self.details = details
        words = ", ".join(f"{name}={value}" for name, value in details.items())
        super().__init__(f"{self.code}: {words}" if words else self.code)

    @property
    def sentence(self) -> str:
        """What is refused and what to do, in English: the first paragraph of its docstring."""
        return " ".join((type(self).__doc__ or "").strip().split("\n\n")[0].split())
