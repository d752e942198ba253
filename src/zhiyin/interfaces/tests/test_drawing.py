"""A drawing stands for a garment: it differs where the garment does, and stays on its sheet."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhiyin.domain.catalog.types import ATTRIBUTES, Category, Color
from zhiyin.interfaces.drawing import AVATAR_HUES, avatar, silhouette

SVG = "{http://www.w3.org/2000/svg}"
WORDS = ("neckline", "sleeve", "sleeve_shape", "length", "cut", "waist", "pattern")
SHOES = ("heels", "sneakers", "boots", "flats", "sandals")
BAGS = ("shoulder", "tote", "clutch", "bucket", "crossbody")
ACCESSORIES = ("belt", "necklace", "hat", "scarf", "earrings")


def drawn(category: str, color: str = "red", **words: str | None) -> str:
    return silhouette(category, color, title="drawing", **words)


def reach(svg: str) -> tuple[float, float, float, float]:
    """The box that holds every outline's points on the sheet: left, top, right, bottom."""
    group = ElementTree.fromstring(svg).find(f"{SVG}g")
    assert group is not None
    shift = float(re.findall(r"-?[\d.]+", group.attrib["transform"])[1])
    numbers: list[float] = []
    for mark in group.findall(f"{SVG}path"):
        if "fill" in mark.attrib:
            ends = re.sub(r"C[-\d.]+ [-\d.]+ [-\d.]+ [-\d.]+ ", "L", mark.attrib["d"])
            numbers += [float(n) for n in re.findall(r"-?[\d.]+", ends)]
    return (
        min(numbers[::2]),
        min(numbers[1::2]) + shift,
        max(numbers[::2]),
        max(numbers[1::2]) + shift,
    )


@given(
    category=st.sampled_from([c.value for c in Category]),
    color=st.sampled_from([c.value for c in Color]),
    words=st.fixed_dictionaries(
        {word: st.none() | st.sampled_from(sorted(ATTRIBUTES[word])) for word in WORDS}
    ),
)
@settings(max_examples=300, deadline=None)
def test_any_words_of_the_catalogue_draw_a_whole_garment(
    category: str, color: str, words: dict[str, str | None]
) -> None:
    svg = drawn(category, color, **words)
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "drawing"
    assert all("style" not in mark.attrib and "id" not in mark.attrib for mark in root.iter())
    left, top, right, bottom = reach(svg)
    assert left >= 4
    assert right <= 236
    assert top >= 4
    assert bottom <= 296


@pytest.mark.parametrize("word", ["neckline", "sleeve", "length", "cut", "pattern"])
def test_every_word_of_a_dress_is_seen(word: str) -> None:
    known = ATTRIBUTES[word]
    if word == "length":
        known = known - {"cropped", "waist", "hip", "ankle"}
    if word == "cut":
        known = known - {"wide_leg", "tapered"}
    seen = {drawn("dress", **{word: value}) for value in known}
    assert len(seen) == len(known)


@pytest.mark.parametrize(
    ("category", "word", "values"),
    [
        ("top", "sleeve_shape", ("fitted", "straight", "puff", "bell", "flutter")),
        ("top", "length", ("cropped", "waist", "hip")),
        ("skirt", "cut", ("a_line", "pleated", "bodycon", "wrap", "fit_and_flare", "mermaid")),
        ("skirt", "length", ("mini", "knee", "midi", "maxi")),
        ("trousers", "cut", ("wide_leg", "straight", "tapered")),
        ("jeans", "length", ("knee", "ankle", "full")),
        ("sweater", "neckline", ("crew", "v", "high", "boat", "scoop")),
        ("coat", "waist", ("belted", "natural")),
        ("jacket", "neckline", ("crew", "collared", "v")),
        ("shoes", "kind", SHOES),
        ("bag", "kind", BAGS),
        ("accessory", "kind", ACCESSORIES),
        ("sweater", "kind", ("sweater", "cardigan")),
        ("shirt", "neckline", ("collared", "v", "crew")),
    ],
)
def test_what_differs_in_the_garment_differs_in_the_drawing(
    category: str, word: str, values: tuple[str, ...]
) -> None:
    assert len({drawn(category, **{word: value}) for value in values}) == len(values)


def test_every_category_and_every_colour_has_a_drawing_of_its_own() -> None:
    assert len({drawn(category) for category in Category}) == len(Category)
    assert len({drawn("dress", color) for color in Color}) == len(Color)


@pytest.mark.parametrize(("category", "color"), [("spaceship", "red"), ("dress", "ultraviolet")])
def test_a_word_outside_the_families_is_refused(category: str, color: str) -> None:
    with pytest.raises(ValueError, match=f"no drawing of a {color} {category}"):
        drawn(category, color)


def test_the_title_cannot_break_out_of_the_drawing() -> None:
    svg = silhouette("bag", "red", title="</title><script>x</script>")
    assert ElementTree.fromstring(svg)[0].text == "</title><script>x</script>"
    assert "<script>" not in svg


def test_an_initial_keeps_its_colour_and_is_escaped() -> None:
    assert avatar("宁", "koc-1") == avatar("宁", "koc-1")
    hues = {re.findall(r"avatar--(\w+)", avatar("宁", f"koc-{n}"))[0] for n in range(200)}
    assert hues == set(AVATAR_HUES)
    assert ">&lt;</text>" in avatar("<b>", "koc-1")
    assert ">A</text>" in avatar(" anna", "koc-1")
    assert ">·</text>" in avatar("", "koc-1")


def test_an_initial_is_legible_on_every_colour() -> None:
    """White on each disc reaches 4.5 : 1 (WCAG 2.2, 1.4.3)."""
    discs = {
        re.findall(r'class="avatar__disc".*?fill="#(\w{6})"', avatar("A", f"{n}"))[0]
        for n in range(200)
    }
    assert len(discs) == len(AVATAR_HUES)
    for disc in discs:
        channels = [int(disc[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5
