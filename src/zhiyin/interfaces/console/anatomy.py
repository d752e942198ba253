"""The anatomy of one score: named parts of a bar, each with what it measured and its rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.matching.types import Part, Pick, ReasonKind
from zhiyin.interfaces import chips

WHOLE = 100.0
LESS = "less"
NAMES: Mapping[str, tuple[Any, Any]] = {
    "fit": (gettext_lazy("Fit"), gettext_lazy("The chance that a size in stock fits her.")),
    "body": (
        gettext_lazy("Her build"),
        gettext_lazy("How many of her build said it fits, above or below the usual share."),
    ),
    "shape": (
        gettext_lazy("Her shape"),
        gettext_lazy("How many of her shape said it fits, above or below the usual share."),
    ),
    "demand": (
        gettext_lazy("Wanted"),
        gettext_lazy("How often it is chosen for what she needs it for, recent choices more."),
    ),
    "body_taste": (
        gettext_lazy("Chosen by her build"),
        gettext_lazy("What people of her build choose, whether or not it fitted."),
    ),
    "taste": (
        gettext_lazy("Goes with what she wore"),
        gettext_lazy("What people who wore the same things chose next."),
    ),
    "color_like": (gettext_lazy("Her colour"), gettext_lazy("It comes in a colour she named.")),
    "look": (
        gettext_lazy("Look"),
        gettext_lazy("How many of her chips the look says it answers."),
    ),
    "likeness": (
        gettext_lazy("KOC like her"),
        gettext_lazy("How like her the KOC is, in the traits that matter for this need."),
    ),
    "skill": (
        gettext_lazy("KOC is good at it"),
        gettext_lazy("The share of her chips that the KOC is good at."),
    ),
    "under_budget": (
        gettext_lazy("Below her budget"),
        gettext_lazy("Cheaper than the least she wants to spend."),
    ),
    "too_alike": (
        gettext_lazy("Too alike"),
        gettext_lazy("Too much like a pick above it: three picks should differ."),
    ),
    "same_koc": (
        gettext_lazy("Same KOC"),
        gettext_lazy("The KOC of a pick above it already: three people are better than one."),
    ),
    "nobody": (
        gettext_lazy("Nobody beside it"),
        gettext_lazy("No KOC wore it and was content: a pick with a person goes before it."),
    ),
    "disliked_style": (
        gettext_lazy("Not her style"),
        gettext_lazy("Like something she turned down for its style."),
    ),
    "disliked_body": (
        gettext_lazy("Not her body"),
        gettext_lazy("Like something she turned down for her body."),
    ),
}
TONES = {
    "fit": "1",
    "body": "1",
    "shape": "1",
    "advice": "2",
    "demand": "3",
    "body_taste": "5",
    "taste": "6",
    "likeness": "4",
    "skill": "4",
}
ROWS = {
    "fit": ReasonKind.WORN,
    "body": ReasonKind.WORN,
    "shape": ReasonKind.WORN,
    "demand": ReasonKind.CHOSEN,
    "body_taste": ReasonKind.WORN,
}
"""Part -> the reason whose rows it was counted from."""


def anatomy(
    pick: Pick, *, advice: Sequence[Mapping[str, Any]], taxonomy: Taxonomy, language: str
) -> list[dict[str, Any]]:
    """The parts of a pick's score as `parts/anatomy.html` wants them, the largest first.

    Widths are shares of all that was added and taken away, so that the bar is the whole of it.
    """
    whole = sum(abs(part.share) for part in pick.parts) or 1.0
    counted = {reason.kind for reason in pick.reasons if reason.show_ids}
    rows, start = [], 0.0
    for part in sorted(pick.parts, key=lambda one: (one.share < 0, -abs(one.share), one.name)):
        family = part.name.partition(":")[0]
        width = abs(part.share) / whole * WHOLE
        kind = ROWS.get(family)
        rows.append(
            {
                "tone": TONES.get(family, "5") if part.share > 0 else LESS,
                "name": part_label(part.name, taxonomy=taxonomy, language=language),
                "value": f"{part.share:+.2f}",
                "start": start,
                "width": width,
                "details": _details(part, advice=advice, language=language),
                "href": f"#rows-{kind}" if kind in counted else "",
            }
        )
        start += width
    return rows


def part_label(name: str, *, taxonomy: Taxonomy, language: str) -> str:
    """What a part is called: "Fit", "Advice: slimming"."""
    family, _apart, chip = name.partition(":")
    if chip:
        slot, _apart, value = chip.partition(":")
        # The table speaks of something she owns by its colour or by its noun, each for itself.
        is_color = slot == "owned" and value in taxonomy.vocabulary["color_like"]
        label = chips.label(
            "color" if is_color else slot, value, taxonomy=taxonomy, language=language
        )
        return _("Advice: %(chip)s") % {"chip": label}
    return str(NAMES[family][0]) if family in NAMES else family


def lost(
    parts: Sequence[Part], *, taxonomy: Taxonomy, language: str, most: int = 4
) -> list[dict[str, str]]:
    """The parts in which one pick is behind another, with how much."""
    return [
        {
            "name": part_label(part.name, taxonomy=taxonomy, language=language),
            "share": f"{part.share:.2f}",
        }
        for part in parts[:most]
    ]


def _details(part: Part, *, advice: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    family, _apart, chip = part.name.partition(":")
    measured = _("Measured %(value)s, which adds %(share)s to the score.") % {
        "value": f"{part.value:.2f}",
        "share": f"{part.share:+.2f}",
    }
    if not chip:
        about = [str(NAMES[family][1])] if family in NAMES else []
        return [*about, measured]
    slot, _apart, value = chip.partition(":")
    spoken = "en" if language.startswith("en") else "zh"
    said = [
        f"{'+' if row['direction'] == 'for' else '−'}{row['weight']} {row[spoken]}"
        for row in advice
        if (row["slot"], row["value"]) == (slot, value)
    ]
    return [measured, *said]
