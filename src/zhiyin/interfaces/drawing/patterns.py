"""Patterns of cloth, laid only where the whole motif fits, so that nothing needs to be clipped."""

from collections.abc import Callable, Iterator, Sequence
from math import cos, pi, sin

from zhiyin.interfaces.drawing.palette import Cloth
from zhiyin.interfaces.drawing.pen import Point, crossings


def on(outline: Sequence[Point], *, pattern: str, cloth: Cloth) -> str:
    """The marks of a pattern within a closed outline, as SVG. An unknown pattern marks nothing."""
    draw = _PATTERNS.get(pattern)
    return draw(outline, cloth) if draw else ""


def _spots(
    outline: Sequence[Point], *, step: float, radius: float, loose: float = 0
) -> Iterator[Point]:
    """A staggered grid of places whose whole disc lies inside, each moved a little if `loose`."""
    left, right = min(x for x, _ in outline), max(x for x, _ in outline)
    top, bottom = min(y for _, y in outline), max(y for _, y in outline)
    rows = int((bottom - top) / (step * 0.86)) + 2
    columns = int((right - left) / step) + 2
    middle = (left + right) / 2
    for row in range(rows):
        level = top + step * 0.5 + row * step * 0.86
        bands = [crossings(level + shift, outline) for shift in (-radius, 0, radius)]
        if not all(bands):
            continue
        for column in range(-columns // 2, columns // 2 + 1):
            turn = (row * 7 + column * 13) * 2.4
            x = middle + column * step + (step / 2 if row % 2 else 0) + loose * cos(turn)
            if all(_between(x, band, radius) for band in bands):
                yield x, level + loose * sin(turn)


def _between(x: float, band: Sequence[float], margin: float) -> bool:
    """Whether `x` lies inside the cloth on one level line, `margin` away from its edges."""
    pairs = zip(band[::2], band[1::2], strict=False)
    return any(left + margin <= x <= right - margin for left, right in pairs)


def _round(at: Sequence[Point], *, stroke: str, width: float, opacity: float = 1) -> str:
    """Many round spots in one path: a stroke of no length with round caps."""
    if not at:
        return ""
    d = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in at)
    faint = f' stroke-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{d}" stroke="{stroke}" stroke-width="{width:g}"{faint}/>'


def _lines(d: str, *, stroke: str, width: float, opacity: float = 1) -> str:
    faint = f' stroke-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<path d="{d}" stroke="{stroke}" stroke-width="{width:g}"{faint}/>' if d else ""


def _dot(outline: Sequence[Point], cloth: Cloth) -> str:
    return _round(list(_spots(outline, step=13, radius=4)), stroke=cloth.motif, width=4.4)


def _floral(outline: Sequence[Point], cloth: Cloth) -> str:
    petals: dict[int, list[Point]] = {0: [], 1: []}
    hearts: dict[int, list[Point]] = {0: [], 1: []}
    leaves = ""
    for n, (x, y) in enumerate(_spots(outline, step=21, radius=7.5, loose=2.6)):
        kind = n % 3 % 2
        turn = n * 1.1
        reach = 3.1 if kind == 0 else 2.2
        petals[kind] += [
            (x + reach * cos(turn + k * 0.4 * pi), y + reach * sin(turn + k * 0.4 * pi))
            for k in range(5)
        ]
        hearts[kind].append((x, y))
        lx, ly = cos(turn + 0.2 * pi), sin(turn + 0.2 * pi)
        leaves += f"M{x + 5.4 * lx:.1f} {y + 5.4 * ly:.1f}l{2.2 * lx:.1f} {2.2 * ly:.1f}"
    return (
        _lines(leaves, stroke=cloth.seam, width=2, opacity=0.8)
        + _round(petals[0], stroke=cloth.motif, width=4)
        + _round(petals[1], stroke=cloth.motif_second, width=2.9)
        + _round(hearts[0], stroke=cloth.motif_second, width=2.4)
        + _round(hearts[1], stroke=cloth.motif, width=1.7)
    )


def _stripe(outline: Sequence[Point], cloth: Cloth) -> str:
    top, bottom = min(y for _, y in outline), max(y for _, y in outline)
    d = ""
    y = 8.5 * (int(top / 8.5) + 1)
    while y < bottom - 3:
        ends = crossings(y, outline)
        for left, right in zip(ends[::2], ends[1::2], strict=False):
            if right - left > 5:
                d += f"M{left + 1.9:.1f} {y:.1f}H{right - 1.9:.1f}"
        y += 8.5
    return _lines(d, stroke=cloth.motif, width=2.6)


def _print(outline: Sequence[Point], cloth: Cloth) -> str:
    """Brushed strokes in two tones, like a hand print."""
    one = two = ""
    for n, (x, y) in enumerate(_spots(outline, step=17, radius=6, loose=3)):
        turn = (n % 5) * 0.62 - 1.2
        dx, dy = 4.2 * cos(turn), 4.2 * sin(turn)
        start = f"M{x - dx:.1f} {y - dy:.1f}"
        stroke = f"{start}q{dx - dy / 2:.1f} {dy + dx / 2:.1f} {2 * dx:.1f} {2 * dy:.1f}"
        if n % 2:
            one += stroke
        else:
            two += stroke
    return _lines(one, stroke=cloth.motif, width=2.8) + _lines(
        two, stroke=cloth.motif_second, width=2.2
    )


def _sequin(outline: Sequence[Point], cloth: Cloth) -> str:
    at = list(_spots(outline, step=9, radius=3))
    return (
        _round(at, stroke=cloth.seam, width=5.2, opacity=0.35)
        + _round([(x - 0.5, y - 0.5) for x, y in at], stroke=cloth.light, width=2.8)
        + _round(at[3::11], stroke="#FFFFFF", width=2.4)
    )


def _lace(outline: Sequence[Point], cloth: Cloth) -> str:
    """A net of scallops with a knot in each."""
    at = list(_spots(outline, step=13, radius=5.6))
    arcs = "".join(f"M{x - 5.6:.1f} {y:.1f}q5.6 7.4 11.2 0" for x, y in at)
    return _lines(arcs, stroke=cloth.motif, width=1.1, opacity=0.9) + _round(
        at, stroke=cloth.motif, width=2.3
    )


_PATTERNS: dict[str, Callable[[Sequence[Point], Cloth], str]] = {
    "dot": _dot,
    "floral": _floral,
    "stripe": _stripe,
    "print": _print,
    "sequin": _sequin,
    "lace": _lace,
}
