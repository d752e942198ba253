"""The words of the catalogue: garments and the attributes that a need can ask for."""

from enum import StrEnum


class Category(StrEnum):
    """What a garment is, in the shopper's words (`need-slots`)."""

    DRESS = "dress"
    SKIRT = "skirt"
    TOP = "top"
    SHIRT = "shirt"
    SWEATER = "sweater"
    COAT = "coat"
    JACKET = "jacket"
    TROUSERS = "trousers"
    JEANS = "jeans"
    SHORTS = "shorts"
    SUIT = "suit"
    JUMPSUIT = "jumpsuit"
    SHOES = "shoes"
    BAG = "bag"
    ACCESSORY = "accessory"


class Color(StrEnum):
    """The colour families that a need names."""

    BLACK = "black"
    WHITE = "white"
    GREY = "grey"
    BEIGE = "beige"
    BROWN = "brown"
    RED = "red"
    PINK = "pink"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    NAVY = "navy"
    PURPLE = "purple"


ATTRIBUTES: dict[str, frozenset[str]] = {
    "neckline": frozenset(
        "v scoop square sweetheart boat crew high halter off_shoulder one_shoulder collared cowl strapless".split()
    ),
    "sleeve": frozenset("sleeveless cap short elbow three_quarter long".split()),
    "sleeve_shape": frozenset("fitted straight puff bell flutter".split()),
    "length": frozenset("cropped waist hip mini knee midi maxi ankle full".split()),
    "cut": frozenset(
        "a_line sheath bodycon shift wrap fit_and_flare empire straight wide_leg tapered tailored oversized peplum mermaid slip pleated".split()
    ),
    "waist": frozenset("natural high low empire drop elastic belted none".split()),
    "stretch": frozenset("none some high".split()),
    "fabric": frozenset(
        "chiffon satin crepe lace knit cotton linen wool denim sequin velvet jersey leather".split()
    ),
    "pattern": frozenset("solid floral stripe dot print sequin lace".split()),
    "style": frozenset(
        "minimal sweet retro street elegant casual sporty french preppy boho".split()
    ),
}
"""Attribute -> the values it may have. A product has one value of each that applies to it."""
