"""A buyer show as a row of the console: who wore what, how it went, and how we know."""

from typing import Any

from django.utils.translation import gettext as _

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.content.types import FitVerdict, ShowCard, ShowSource
from zhiyin.interfaces import chips

FACTS = (
    "height_cm",
    "weight_kg",
    "body_shape",
    "bust_cm",
    "band_cm",
    "cup",
    "waist_cm",
    "hip_cm",
    "age",
    "skin_tone",
)


def wearing(show: ShowCard, *, taxonomy: Taxonomy, language: str) -> dict[str, Any]:
    """The words of one show."""
    facts = [
        chips.told_label(slot, show.facts[slot], taxonomy=taxonomy, language=language)
        for slot in FACTS
        if show.facts.get(slot)
    ]
    rating = _("%(rating)d of 10") % {"rating": show.rating} if show.rating else ""
    return {
        "id": str(show.id),
        "product_id": show.product_id,
        "koc_id": show.koc_id,
        "body": " · ".join(facts),
        "fit": fit_words()[show.fit] if show.fit else "",
        "fit_is_good": show.fit is FitVerdict.FIT,
        "rating": rating,
        "size_code": show.size_code,
        "color": show.color,
        "occasion": chips.label("occasion", show.occasion, taxonomy=taxonomy, language=language)
        if show.occasion
        else "",
        "text": show.text_en if language.startswith("en") else show.text_zh,
        "when": f"{show.worn_at:%Y-%m-%d}",
        "source": source_words()[show.source],
        "is_demo": show.source is ShowSource.AUTHORED,
    }


def fit_words() -> dict[FitVerdict, str]:
    """How it fitted, in words."""
    return {
        FitVerdict.SMALL: _("runs small"),
        FitVerdict.FIT: _("fits"),
        FitVerdict.LARGE: _("runs large"),
    }


def source_words() -> dict[ShowSource, str]:
    """How we know that she wore it."""
    return {
        ShowSource.PURCHASE: _("bought here"),
        ShowSource.IMPORT: _("imported review"),
        ShowSource.AUTHORED: _("written for the demo"),
    }
