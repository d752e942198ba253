"""The words of needs and garments as small whole numbers, so that arrays can hold them."""

from collections.abc import Iterable

from zhiyin.domain.catalog.types import ATTRIBUTES, Category, Color


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


CATEGORIES = tuple(category.value for category in Category)
COLORS = tuple(color.value for color in Color)
SHAPES = _words("pear apple hourglass rectangle inverted_triangle petite athletic full_figured")
TONES = _words("fair medium olive tan dark")
OCCASIONS = _words(
    "wedding party work date vacation everyday graduation interview formal sport photo "
    "maternity school"
)
CONCERNS = _words(
    "short_neck thick_arms thick_calves thick_thighs wide_hips broad_shoulders narrow_shoulders "
    "belly thick_waist small_bust full_bust short_legs short_height tall_height flat_hips "
    "bow_legs sensitive_skin"
)
GOALS = _words(
    "slimming taller brighter_skin cover_arms cover_belly cover_hips cover_legs longer_neck "
    "longer_legs younger mature comfortable"
)
STYLES = _words("minimal sweet retro street elegant casual sporty french preppy boho")
CUPS = _words("aa a b c d dd e f g h i j")

TOKENS = tuple(
    (attribute, value) for attribute in ATTRIBUTES for value in sorted(ATTRIBUTES[attribute])
)
"""Every (attribute, value) that a garment can have, in a fixed order."""

TOKEN_CODE = {token: code for code, token in enumerate(TOKENS)}
SIZELESS = frozenset({Category.SHOES.value, Category.BAG.value, Category.ACCESSORY.value})
"""Categories whose size says nothing about the body facts that a need states."""

OWNED_ACCESSORIES = frozenset(_words("necklace belt hat scarf"))
UNKNOWN = -1


ANSWERABLE: dict[str, tuple[str, ...]] = {
    "concerns": CONCERNS,
    "goals": GOALS,
    "styles": STYLES,
    "occasion": OCCASIONS,
}
"""The slots whose words a KOC is good at, and a look answers."""

BIT = {
    chip: 1 << place
    for place, chip in enumerate(
        (slot, word) for slot, known in ANSWERABLE.items() for word in known
    )
}
"""Each of their chips in one number of 64 bits."""


def code(word: object, words: tuple[str, ...]) -> int:
    """The place of `word` in `words`, UNKNOWN for one that is not there (a brand's own word)."""
    return words.index(word) if isinstance(word, str) and word in words else UNKNOWN


def mask(chosen: Iterable[object], words: tuple[str, ...]) -> int:
    """The known words of `chosen` as bits, the first word in the lowest bit."""
    bits = 0
    for word in chosen:
        if (place := code(word, words)) != UNKNOWN:
            bits |= 1 << place
    return bits


def split_owned(owned: str) -> tuple[str, str]:
    """Colour ("" when she named none) and noun of something she owns: "beige shoes"."""
    first, _, rest = owned.partition(" ")
    return (first, rest) if rest and first in COLORS else ("", owned)


def category_of(noun: str) -> str:
    """The category that an owned noun belongs to: a necklace is an accessory."""
    return Category.ACCESSORY.value if noun in OWNED_ACCESSORIES else noun
