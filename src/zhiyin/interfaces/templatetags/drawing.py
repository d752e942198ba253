"""Pictures in templates: `{% load drawing %}`, then `{% silhouette %}` and `{% avatar %}`."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from zhiyin.interfaces import drawing

register = template.Library()


@register.simple_tag
def silhouette(
    category: str, color: str, title: str, attributes: Any = None, kind: str | None = None
) -> SafeString:
    """The drawing of a garment. `attributes` may carry any words of `catalog.types.ATTRIBUTES`."""
    words = attributes or {}
    known = {word: words.get(word) for word in _WORDS}
    drawn = drawing.silhouette(category, color, title=title, kind=kind or None, **known)
    return mark_safe(drawn)  # noqa: S308 (the title is escaped there)


@register.simple_tag
def avatar(name: str, hue_key: object) -> SafeString:
    """The initial of a name on the colour that belongs to `hue_key` (her id)."""
    return mark_safe(drawing.avatar(name, str(hue_key)))  # noqa: S308 (the letter is escaped there)


_WORDS = ("neckline", "sleeve", "sleeve_shape", "length", "cut", "waist", "pattern")
