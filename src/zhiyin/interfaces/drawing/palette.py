"""The thirteen colour families as cloth on paper: a fill, its shade, its outline, its seams."""

from dataclasses import dataclass

Rgb = tuple[int, int, int]

FAMILIES: dict[str, str] = {
    "black": "#35343A",
    "white": "#FCFAF6",
    "grey": "#A9A9A6",
    "beige": "#DCC8A8",
    "brown": "#86604A",
    "red": "#B4433C",
    "pink": "#E6AFAE",
    "orange": "#DB8A50",
    "yellow": "#E6C463",
    "green": "#66866A",
    "blue": "#7FA3C4",
    "navy": "#34456A",
    "purple": "#8C79A8",
}
"""Colour family -> the cloth of it on warm paper (#F1ECE3), softer than the screen's own colour."""

_INK: Rgb = (31, 28, 30)
_WHITE: Rgb = (255, 255, 255)
_MOTIFS: dict[str, tuple[str, str]] = {
    "black": ("#E8E1D5", "#C98A7D"),
    "white": ("#7F94AE", "#C7796C"),
    "grey": ("#F6F3EE", "#6B6B70"),
    "beige": ("#FBF7EF", "#A8714E"),
    "brown": ("#EAD9C2", "#C99A6B"),
    "red": ("#F7E6D8", "#E8B46A"),
    "pink": ("#FFF6F2", "#B7606A"),
    "orange": ("#FFF1E0", "#A2502F"),
    "yellow": ("#FFFAEC", "#B7762F"),
    "green": ("#EFEBD8", "#D9B469"),
    "blue": ("#F7FAFC", "#3F618A"),
    "navy": ("#E9E4DA", "#C8837A"),
    "purple": ("#F3EDF6", "#D9AFBE"),
}


@dataclass(frozen=True, slots=True)
class Cloth:
    """What one colour family is drawn with."""

    fill: str
    inner: str
    """The far side of the cloth, seen through a neckline or a hem."""
    outline: str
    seam: str
    light: str
    motif: str
    motif_second: str


def cloth(color: str) -> Cloth:
    """The cloth of a colour family. Raises KeyError for a family that does not exist."""
    base = _rgb(FAMILIES[color])
    dark = _luminance(base) < 0.09
    motif, motif_second = _MOTIFS[color]
    return Cloth(
        fill=FAMILIES[color],
        inner=_hex(_mix(base, _INK, 0.38 if dark else 0.2)),
        outline=_hex(_mix(base, _INK, 0.7 if dark else 0.62)),
        seam=_hex(_mix(base, _WHITE, 0.32) if dark else _mix(base, _INK, 0.42)),
        light=_hex(_mix(base, _WHITE, 0.16 if dark else 0.4)),
        motif=motif,
        motif_second=motif_second,
    )


def _rgb(value: str) -> Rgb:
    return (int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16))


def _hex(value: Rgb) -> str:
    return "#{:02X}{:02X}{:02X}".format(*value)


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _luminance(value: Rgb) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [
        c / 12.92 if (c := v / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for v in value
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
