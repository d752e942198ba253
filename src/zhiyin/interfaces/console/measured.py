"""How the serving model did against behaviour alone, as the match lab draws it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.evaluation.own import FEWEST_CHOICES, FIRST

OURS = "zhiyin"
METHODS = (OURS, "occasion_popularity", "recent_popularity", "popularity", "ease", "item_knn")
EPOCH = date(1970, 1, 1)
ROOMY = 5
"""A list's first places tell methods apart where the shop has this many times as many garments."""

SURE = 2.0
"""A difference of fewer standard errors than this may be chance."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One method. `width`, `low` and `high` are places on a scale of 0 to 100."""

    name: str
    is_ours: bool
    share: str
    error: str
    more: str
    width: float
    low: float
    high: float


def measured(brand_id: UUID) -> dict[str, Any] | None:
    """What was found when the serving model was trained; None where it was not looked at."""
    models = matches.trained_models(brand_id=brand_id)
    serving = next((m for m in models if m.serving_since and not m.serving_until), None)
    found = serving.figures.get("need") if serving else None
    if serving is None or not isinstance(found, Mapping) or "from_day" not in found:
        return None
    told = {
        "choices": found["choices"],
        "rows": found["rows"],
        "garments": found["garments"],
        "since": EPOCH + timedelta(days=found["from_day"]),
        "is_sample": found["is_sample"],
        "version": serving.version,
    }
    told["basis"] = _basis(told)
    if not found["methods"]:
        return told | {"fewest": FEWEST_CHOICES}
    first = _first(found["garments"])
    methods = {
        name: found["methods"][name][str(first)] for name in METHODS if name in found["methods"]
    }
    best = max((name for name in methods if name != OURS), key=lambda m: methods[m]["recall"])
    return told | {
        "first": first,
        "is_few": first != FIRST[-1],
        "bars": _bars(methods),
        "meaning": _meaning(methods[OURS], methods[best], _names()[best], first),
    }


def _first(garments: int) -> int:
    """Twenty places, as in the protocol; where they would hold most of the shop, the picks."""
    return FIRST[-1] if garments >= ROOMY * FIRST[-1] else FIRST[0]


def _names() -> dict[str, str]:
    return {
        OURS: _("Ours"),
        "occasion_popularity": _("Popular for the occasion"),
        "recent_popularity": _("Recently popular"),
        "popularity": _("Popular"),
        "ease": "EASE",
        "item_knn": _("Bought together"),
    }


def _bars(methods: Mapping[str, Mapping[str, float]]) -> list[Bar]:
    most = max(one["recall"] + one["error"] for one in methods.values()) or 1.0
    scale, names = 100.0 / most, _names()
    return [
        Bar(
            name=names[name],
            is_ours=name == OURS,
            share=f"{100 * one['recall']:.1f}",
            error=f"{100 * one['error']:.1f}",
            more=""
            if name == OURS
            else f"{100 * one['ours_more']:+.1f} ± {100 * one['ours_more_error']:.1f}".replace(
                "-", "\N{MINUS SIGN}"
            ),
            width=one["recall"] * scale,
            low=max(one["recall"] - one["error"], 0.0) * scale,
            high=(one["recall"] + one["error"]) * scale,
        )
        for name, one in sorted(
            methods.items(), key=lambda item: (item[0] != OURS, -item[1]["recall"])
        )
    ]


def _meaning(ours: Mapping[str, float], best: Mapping[str, float], name: str, first: int) -> str:
    """What the bars say, in a sentence; nothing where the difference may be chance."""
    words = {
        "first": first,
        "ours": f"{100 * ours['recall']:.0f}",
        "best": f"{100 * best['recall']:.0f}",
        "name": name,
        "points": f"{100 * abs(best['ours_more']):.1f}",
        "error": f"{100 * best['ours_more_error']:.1f}",
    }
    if abs(best["ours_more"]) < SURE * best["ours_more_error"] or not best["ours_more"]:
        return (
            _(
                "Level with “%(name)s”: %(ours)s%% against %(best)s%% within the first %(first)d. A"
                " difference of %(points)s points (± %(error)s) may be chance."
            )
            % words
        )
    if best["ours_more"] > 0:
        return (
            _(
                "Of 100 choices, ours had %(ours)s within the first %(first)d; the best list that"
                " does not ask why she came, “%(name)s”, had %(best)s. The difference is %(points)s"
                " points (± %(error)s)."
            )
            % words
        )
    return (
        _(
            "Behind “%(name)s”: %(ours)s%% against %(best)s%% within the first %(first)d, by"
            " %(points)s points (± %(error)s). More rows, or better facts in them, would help."
        )
        % words
    )


def _basis(found: Mapping[str, Any]) -> str:
    """On what the figures stand: choices, since when, among how many garments."""
    return ngettext(
        "%(choices)d choice since %(since)s that no method had seen, among %(garments)d garments;"
        " learned from %(rows)d earlier rows.",
        "%(choices)d choices since %(since)s that no method had seen, among %(garments)d garments;"
        " learned from %(rows)d earlier rows.",
        found["choices"],
    ) % {**found, "since": f"{found['since']:%Y-%m-%d}"}
