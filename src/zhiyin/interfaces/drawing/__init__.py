"""Drawn garments and initials: what a shopper sees where there is no photograph.

Pure functions from words to SVG: no database, no framework, the same drawing for the same words.
Colours are attributes and classes, never a style attribute, so a strict content policy lets them
through. The words are those of `domain.catalog.types`; a word the drawing does not know falls back
to the plainest shape of the category, because a product must never be without a picture.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from zlib import crc32

from zhiyin.interfaces.drawing import bodice, garments, lower, small
from zhiyin.interfaces.drawing.palette import FAMILIES, cloth
from zhiyin.interfaces.drawing.sketch import Frame, Sketch

AVATAR_HUES = ("clay", "rose", "plum", "iris", "sea", "jade", "moss", "ochre")
"""The colours an initial may stand on; `tokens.css` gives each its light and its dark value."""

_AVATAR_FILLS = (
    "#8F4A36",
    "#9A4561",
    "#7A4A86",
    "#54569A",
    "#2F6485",
    "#2A6F5F",
    "#56692F",
    "#80591A",
)


@dataclass(frozen=True, slots=True)
class _Plain:
    """The plainest shape of a category, and how large it stands on the sheet."""

    frame: Frame
    neckline: str = "crew"
    sleeve: str = "long"
    length: str = "hip"
    cut: str = "straight"


_PLAIN: dict[str, _Plain] = {
    "dress": _Plain(Frame(1.08, 24), neckline="scoop", sleeve="short", length="midi", cut="a_line"),
    "skirt": _Plain(Frame(1.46, -98), length="midi", cut="a_line"),
    "top": _Plain(Frame(1.43, 44), sleeve="short", cut="straight"),
    "shirt": _Plain(Frame(1.42, 46), neckline="collared"),
    "sweater": _Plain(Frame(1.41, 54)),
    "coat": _Plain(Frame(1.12, 24), length="midi"),
    "jacket": _Plain(Frame(1.42, 44)),
    "trousers": _Plain(Frame(1.38, -90), length="full"),
    "jeans": _Plain(Frame(1.38, -90), length="full"),
    "shorts": _Plain(Frame(1.75, -66), length="mini", cut="wide_leg"),
    "suit": _Plain(Frame(1.04, 22), length="full", cut="tailored"),
    "jumpsuit": _Plain(
        Frame(1.04, 24), neckline="v", sleeve="sleeveless", length="full", cut="wide_leg"
    ),
    "shoes": _Plain(Frame(1, 0)),
    "bag": _Plain(Frame(1, 0)),
    "accessory": _Plain(Frame(1, 0)),
}
_BODY = {
    "dress": garments.dress, "skirt": garments.skirt, "top": garments.top, "shirt": garments.shirt,
    "sweater": garments.sweater, "coat": garments.coat, "jacket": garments.jacket,
    "trousers": garments.trousers, "jeans": garments.jeans, "shorts": garments.shorts,
    "suit": garments.suit, "jumpsuit": garments.jumpsuit,
}  # fmt: skip
_SMALL = {"shoes": small.shoes, "bag": small.bag, "accessory": small.accessory}
_NECKLINES = frozenset([*bodice.NECKS, "one_shoulder"]) - {"wide_v", "cami"}
_SLEEVES = frozenset([*bodice.REACH, "sleeveless", "cap"])
_SLEEVE_SHAPES = frozenset({"fitted", "straight", "puff", "bell", "flutter"})
_CUTS = frozenset([*lower.FITTED, *lower.LOOSE, *lower.FLARED, "peplum", "wide_leg", "tapered"])


@lru_cache(maxsize=1024)
def silhouette(
    category: str,
    color: str,
    *,
    title: str,
    neckline: str | None = None,
    sleeve: str | None = None,
    sleeve_shape: str | None = None,
    length: str | None = None,
    cut: str | None = None,
    waist: str | None = None,
    pattern: str | None = None,
    kind: str | None = None,
) -> str:
    """A garment drawn from its attributes, as one SVG element of 240 x 300 units.

    `title` is the name of the drawing for who cannot see it; say in it that it is a drawing.
    `kind` tells shoes (heels, flats, sneakers, boots, sandals), bags (shoulder, tote, clutch,
    bucket, crossbody), accessories (belt, necklace, hat, scarf, earrings) and a cardigan apart.

    Raises:  ValueError for a category or a colour family that does not exist.
    """
    if category not in _PLAIN or color not in FAMILIES:
        raise ValueError(f"no drawing of a {color} {category}")
    plain = _PLAIN[category]
    sheet = Sketch(cloth=cloth(color), frame=plain.frame, pattern=pattern or "solid")
    if category in _SMALL:
        _SMALL[category](sheet, kind or "")
        return sheet.svg(title=title)
    shape = garments.Shape(
        neckline=_known(neckline, _NECKLINES, plain.neckline),
        sleeve=_known(sleeve, _SLEEVES, plain.sleeve),
        sleeve_shape=_known(sleeve_shape, _SLEEVE_SHAPES, "straight"),
        length=_known(length, frozenset(lower.HEMS), plain.length),
        cut=_known(cut, _CUTS, plain.cut),
        waist=waist or "natural",
        kind=kind or "",
    )
    _BODY[category](sheet, shape)
    return sheet.svg(title=title)


def avatar(initial: str, hue_key: str) -> str:
    """A person's initial on her colour, for who has no photograph: an SVG of 48 x 48 units.

    `hue_key` is anything that stays the same for her (her id): it fixes the colour. The letter is
    decoration beside her name, so it is hidden from who listens to the page.
    """
    hue = crc32(hue_key.encode()) % len(AVATAR_HUES)
    letter = escape(initial.strip()[:1].upper() or "·")
    return (
        f'<svg class="avatar avatar--{AVATAR_HUES[hue]}" xmlns="http://www.w3.org/2000/svg"'
        ' viewBox="0 0 48 48" aria-hidden="true" focusable="false">'
        f'<circle class="avatar__disc" cx="24" cy="24" r="24" fill="{_AVATAR_FILLS[hue]}"/>'
        '<text class="avatar__letter" x="24" y="31.4" text-anchor="middle" font-size="21"'
        f' font-weight="600" fill="#FFFFFF">{letter}</text></svg>'
    )


def _known(word: str | None, words: frozenset[str], otherwise: str) -> str:
    return word if word is not None and word in words else otherwise
