"""The form of a commission plan."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiyin.domain.commissions.types import (
    LEAST_WINDOW_DAYS,
    MOST_RATE_BPS,
    MOST_WINDOW_DAYS,
    NAME_CHARS_MAX,
    Earner,
    PlanCard,
    PlanFacts,
)
from zhiyin.interfaces.console.forms import CONTROL, choice, line
from zhiyin.interfaces.console.promotion_forms import BPS_PER_CENT, number, yuan
from zhiyin.kit.money import FEN_PER_CNY

EARNER_WORDS = {
    Earner.KOC: _("KOCs, on what was bought from their looks"),
    Earner.STAFF: _("Staff, on what they hand over"),
}
"""Partners earn by links of attribution, which are not built yet: nobody can be offered that."""


def percent(label: Any, *, required: bool, hint: Any) -> forms.DecimalField:
    """A rate in percent with two decimals."""
    return forms.DecimalField(
        label=label,
        required=required,
        help_text=hint,
        min_value=Decimal("0.01"),
        max_value=Decimal(MOST_RATE_BPS) / BPS_PER_CENT,
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(CONTROL | {"step": "0.01", "inputmode": "decimal"}),
    )


class PlanForm(forms.Form):
    """What an operator says of a plan."""

    name = line(_("Name"), NAME_CHARS_MAX, hint=_("For you and your colleagues."))
    earner = choice(_("Who earns"), list(EARNER_WORDS.items()))
    rate = percent(
        _("Rate in percent"), required=True, hint=_("Of what was paid for the goods, no freight.")
    )
    cap = yuan(_("At most on one line, in yuan"), required=False, hint=_("Empty: no limit."))
    second = percent(
        _("Second level in percent"),
        required=False,
        hint=_("To whoever introduced her. Empty, as it should be: one level."),
    )
    categories = forms.MultipleChoiceField(
        label=_("Goods"),
        required=False,
        help_text=_("None ticked: all goods."),
        widget=forms.CheckboxSelectMultiple,
    )
    window_days = number(
        _("Days in which goods may go back"),
        LEAST_WINDOW_DAYS,
        MOST_WINDOW_DAYS,
        required=True,
        hint=_("It is hers after that. The law lets a shopper return for seven days."),
    )

    def __init__(
        self,
        *args: Any,
        categories: Sequence[tuple[str, str]],
        plan: PlanCard | None = None,
        **kwargs: Any,
    ) -> None:
        given = _initial(plan) if plan else {"window_days": LEAST_WINDOW_DAYS}
        super().__init__(*args, initial=given, **kwargs)
        self.fields["categories"].choices = list(categories)  # type: ignore[attr-defined]

    def facts(self) -> PlanFacts:
        """What was said, as the room takes it."""
        said = self.cleaned_data
        return PlanFacts(
            name=said["name"],
            earner=Earner(said["earner"]),
            rate_bps=_bps(said["rate"]),
            cap_fen=int(said["cap"] * FEN_PER_CNY) if said["cap"] else None,
            second_bps=_bps(said["second"]) if said["second"] else None,
            categories=tuple(said["categories"]),
            window_days=said["window_days"],
        )


def _bps(percent_said: Decimal) -> int:
    return int(percent_said * BPS_PER_CENT)


def _initial(plan: PlanCard) -> dict[str, Any]:
    return {
        "name": plan.name,
        "earner": plan.earner.value,
        "rate": Decimal(plan.rate_bps) / BPS_PER_CENT,
        "cap": Decimal(plan.cap_fen) / FEN_PER_CNY if plan.cap_fen else None,
        "second": Decimal(plan.second_bps) / BPS_PER_CENT if plan.second_bps else None,
        "categories": list(plan.categories),
        "window_days": plan.window_days,
    }
