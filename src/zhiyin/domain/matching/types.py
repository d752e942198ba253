"""The words of matching: picks, their parts, and the reasons that can be opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.content.types import ShowCard
from zhiyin.kit.errors import DomainError, Kind

Chip = tuple[str, str]
"""A slot and one of its values as a word: ("height_cm", "160"), ("goals", "slimming")."""

PICKS = 3
A_PERSON = 1.0
"""An option beside whom nobody stands goes first only if its score is higher by more than this.

It is part of the order and not of the score: no part of a need earned it.
"""
RUNNERS_UP = 10
MOST_COUNTED = 100
"""At most so many shows are counted for one reason, the newest ones; all of them can be opened."""
THIN_BELOW = 5
"""Fewer wearers with a body like hers than this is thin evidence, and is called so."""


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
    CAUTION = "caution"  # a garment attribute speaks against it: said, not hidden
    OWNED = "owned"  # it goes with what she has
    BUDGET = "budget"  # it stays within what she wants to spend
    SKILL = "skill"  # the KOC is good at this
    COLOR = "color"  # it is in a colour she named
    CATEGORY = "category"  # it is what she came for
    IN_STOCK = "in_stock"  # it lies in a store, so it can be had by her day
    SIZE = "size"  # the size was chosen for these measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Disliked:
    """A product she turned down, and whether for its style or for her body."""

    product_id: UUID
    feedback: FeedbackKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Everything an answer may depend on.

    `slots` is the need, with her kept traits laid under it where she agreed to that. Without
    `personalised`, only the wishes of `SPOKEN_WISHES` are read, and nothing of the rest.
    `member_id` finds her own wearings in the world; None for a guest.
    """

    slots: NeedSlots
    personalised: bool = True
    disliked: tuple[Disliked, ...] = ()
    member_id: UUID | None = None


SPOKEN_WISHES = frozenset(
    {
        "occasion",
        "categories",
        "color_like",
        "color_avoid",
        "owned",
        "budget_cny_min",
        "budget_cny_max",
        "needed_by",
    }
)
"""The slots that say what is bought and nothing about who buys it: all that is read when she has
turned personalisation off. Goals and styles describe a person, so they are set aside too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a pick was made: the chips it answers, plain values for the sentence, and its rows.

    `slots` names the chips it speaks to. `counts` holds whole numbers: of wearers, where `show_ids`
    are the rows they were counted from; else differences (`height_cm`), fen or pieces.
    ADVICE and OWNED carry the row of the advice table and its two sentences.
    """

    kind: ReasonKind
    slots: tuple[Chip, ...] = ()
    counts: Mapping[str, int] | None = None
    show_ids: Sequence[UUID] = ()
    advice_key: str = ""
    advice_zh: str = ""
    advice_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickItem:
    """One part of a pick, in the colour and size chosen for her.

    `fit_bps` are the chances of small, fit and large in basis points. None for a thing without
    sizes, and where her measures are not known: then the size is the one most often worn.
    `price_fen` in fen; `on_hand` in pieces.
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
    """A named part of a score: what it measured, and what it added to the total.

    `name` is the part alone ("fit") or with its chip ("advice:goals:slimming").
    """

    name: str
    value: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A person like her, a look, her sizes, the reasons and the evidence.

    The first item is what the pick is about. `likeness_bps` is 0 without a KOC and where nothing
    about her body may be used. `worn_count` are wearers with a body like hers (all wearers, where
    her body is not known), `fit_count` those of them who said that it fits; both leave authored
    shows out. `evidence` are shows of the first item, chosen without looking at their verdict;
    `quote` is the KOC's own show of it. `score` is the sum of the shares of `parts`.
    """

    koc_id: UUID | None
    look_id: UUID | None
    items: tuple[PickItem, ...]
    likeness_bps: int
    score: float
    parts: tuple[Part, ...]
    reasons: tuple[Reason, ...]
    evidence: Sequence[UUID]
    quote: UUID | None
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
    """Up to three picks, the runners-up for the match lab, and the chips nothing answers yet.

    `unproven` are chips that no reason of the picks speaks to. `set_aside` are chips that were not
    read because she has turned personalisation off. `considered` counts the garments (product and
    colour) that pass her hard wishes.
    """

    picks: tuple[Pick, ...]
    runners_up: tuple[Pick, ...]
    unproven: tuple[Chip, ...]
    set_aside: tuple[Chip, ...]
    considered: int
    model_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCard:
    """An answer as it was shown to her."""

    id: UUID
    need_id: UUID
    answer: Answer
    personalised: bool
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceTable:
    """The need-to-attribute table as JSON rows: as it is used, as it ships, and the edits."""

    version: int
    rows: tuple[Mapping[str, object], ...]
    shipped: tuple[Mapping[str, object], ...]
    edits: tuple[Mapping[str, object], ...]
    edited_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A trained model of a brand. `figures` says what it was trained on and how it did."""

    version: str
    figures: Mapping[str, object]
    trained_at: datetime
    serving_since: datetime | None
    serving_until: datetime | None


@dataclass(frozen=True, slots=True)
class Wearer:
    """A show in the order she should read it. `likeness_bps` is None where nothing compares."""

    show: ShowCard
    likeness_bps: int | None


@dataclass(frozen=True, slots=True)
class WearerPage:
    """One page of a product's wearers, and how many there are in all."""

    wearers: tuple[Wearer, ...]
    total: int


class NothingToPick(DomainError):
    """Nothing satisfies the hard wishes together: loosen one of `slots`.

    `cheapest_fen` is what the budget would have to be, when the budget alone is in the way.
    """

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


class AdviceMalformed(DomainError):
    """A row of the advice table is not usable. Details say the line and what is wrong with it."""

    code: ClassVar[str] = "advice_malformed"
    kind: ClassVar[Kind] = Kind.INVALID


class AdviceConflict(DomainError):
    """Somebody saved another version meanwhile. `current` is its number: look at it, then retry."""

    code: ClassVar[str] = "advice_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT


class VersionNotFound(DomainError):
    """There is no trained model of that version to go back to."""

    code: ClassVar[str] = "model_version_not_found"
    kind: ClassVar[Kind] = Kind.MISSING
