"""The words of matching: picks, their parts, and the reasons that can be opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind


class FeedbackKind(StrEnum):
    """What she said of a pick: a matter of taste, or a matter of fit."""

    STYLE = "style"
    BODY = "body"


class ReasonKind(StrEnum):
    """Where a reason comes from. Only the first three are counted from rows."""

    LIKENESS = "likeness"  # the KOC is like her in these traits
    WORN = "worn"  # so many with a body like hers wore it, so many said it fits
    CHOSEN = "chosen"  # so many who came with her occasion chose it
    ADVICE = "advice"  # a garment attribute speaks for her concern, goal or colour
    OWNED = "owned"  # it goes with what she has
    BUDGET = "budget"  # it stays within what she wants to spend
    SKILL = "skill"  # the KOC is good at this


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a pick was made: the chips it answers, plain values for the sentence, and its rows.

    `slots` names the (slot, value) chips it speaks to; `counts` holds whole numbers that were
    counted from `show_ids`; `advice_key` names a row of the advice table.
    """

    kind: ReasonKind
    slots: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, int] | None = None
    show_ids: tuple[UUID, ...] = ()
    advice_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickItem:
    """One part of a pick, in the colour and size chosen for her.

    `fit_bps` are the chances of small, fit and large in basis points, or None for a thing
    without sizes. `price_fen` in fen; `on_hand` in pieces.
    """

    product_id: UUID
    sku_id: UUID
    color: str
    size_code: int
    size_label: str
    price_fen: int
    on_hand: int
    fit_bps: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A named part of a score: what it measured, and what it added to the total."""

    name: str
    value: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A person like her, a look, her sizes, the reasons and the evidence."""

    koc_id: UUID | None
    look_id: UUID | None
    items: tuple[PickItem, ...]
    likeness_bps: int
    score: float
    parts: tuple[Part, ...]
    reasons: tuple[Reason, ...]
    evidence: tuple[UUID, ...]
    worn_count: int
    fit_count: int
    is_thin: bool
    earns: bool

    @property
    def total_fen(self) -> int:
        """What the whole look costs, in fen."""
        return sum(item.price_fen for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Up to three picks, the runners-up for the match lab, and the chips nothing answers yet."""

    picks: tuple[Pick, ...]
    runners_up: tuple[Pick, ...]
    unproven: tuple[tuple[str, str], ...]
    considered: int
    model_version: str


class NothingToPick(DomainError):
    """No look satisfies the hard wishes (budget, colour, category): loosen one of `slots`."""

    code: ClassVar[str] = "nothing_to_pick"
    kind: ClassVar[Kind] = Kind.CONFLICT


class NotTrained(DomainError):
    """The brand has no trained model yet: run `zhiyin train`."""

    code: ClassVar[str] = "not_trained"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class DecisionNotFound(DomainError):
    """There is no such answer for this person."""

    code: ClassVar[str] = "decision_not_found"
    kind: ClassVar[Kind] = Kind.MISSING
