"""The lower body: how a side falls from armpit or waist to the hem, and how legs are cut."""

from zhiyin.interfaces.drawing.pen import Path, path, whole
from zhiyin.interfaces.drawing.sketch import Sketch

WAISTS: dict[str, float] = {"high": 82, "empire": 64, "low": 106, "drop": 118}
"""Height of the waist seam; every other word for a waist is the natural one."""
WAIST = 92.0
HEMS: dict[str, float] = {
    "cropped": 82, "waist": 97, "hip": 127, "mini": 160, "knee": 188,
    "midi": 216, "maxi": 244, "ankle": 244, "full": 250,
}  # fmt: skip
"""Height of a hem by its word, in body units."""
LEGS: dict[str, float] = {
    "cropped": 148, "waist": 148, "hip": 148, "mini": 156, "knee": 192,
    "midi": 222, "maxi": 258, "ankle": 246, "full": 262,
}  # fmt: skip
"""Height of a trouser hem by its word."""

FITTED = {"sheath", "bodycon", "straight", "slip", "mermaid", "tailored"}
LOOSE = {"shift", "oversized"}
FLARED: dict[str, float] = {
    "a_line": 0.31,
    "wrap": 0.27,
    "fit_and_flare": 0.5,
    "pleated": 0.4,
    "empire": 0.27,
}
_WAIST_X = {
    "bodycon": 25,
    "sheath": 27,
    "tailored": 26.5,
    "straight": 31,
    "slip": 29,
    "mermaid": 25,
}
_HIP_X = {
    "bodycon": 35.5,
    "sheath": 36,
    "tailored": 36.5,
    "straight": 36,
    "slip": 36,
    "mermaid": 36,
}


def side(
    *, cut: str, waist_y: float, hem_y: float, start: tuple[float, float], limit: float = 96
) -> Path:
    """The right edge from `start` (armpit or waistband) down to the hem.

    `limit` is the furthest from the middle that a hem may swing.
    """
    line = Path(start)
    if cut == "boxy":
        return line.curve(start[0] - 0.5, 62, 33.5, hem_y - 30, 34.5, hem_y)
    if cut in LOOSE:
        spread = 0.1 if cut == "shift" else 0.05
        base = 37 if cut == "shift" else 44
        x = base + spread * (hem_y - 50)
        return line.curve(start[0] + 1, 70, x - 4, hem_y - 50, x, hem_y)
    if cut in FITTED:
        return _fitted(line, cut=cut, hem_y=hem_y)
    waist_x = waist_width(waist_y)
    if start[1] < waist_y:
        line.curve(start[0] - 1, start[1] + 14, waist_x + 1, waist_y - 16, waist_x, waist_y)
    x = min(waist_x + FLARED.get(cut, 0.3) * (hem_y - waist_y), limit)
    drop = hem_y - waist_y
    if cut == "fit_and_flare":
        return line.curve(waist_x + 15, waist_y + 10, x - 11, hem_y - drop * 0.42, x, hem_y)
    return line.curve(waist_x + 6, waist_y + drop * 0.2, x - 7, hem_y - drop * 0.45, x, hem_y)


def waist_width(y: float) -> float:
    """Half the body's width at a waist seam."""
    if y <= 70:
        return 32
    if y <= 95:
        return 26 + (92 - y) * 0.1
    return 26 + (y - 92) * 0.36


def _fitted(line: Path, *, cut: str, hem_y: float) -> Path:
    waist_x, hip_x = _WAIST_X[cut], _HIP_X[cut]
    if hem_y < 100 and line.end[1] < WAIST:
        return line.curve(
            line.end[0] - 1, 60, waist_x + 1, hem_y - 12, waist_x + abs(WAIST - hem_y) * 0.2, hem_y
        )
    if line.end[1] < WAIST:
        line.curve(line.end[0] - 1, 62, waist_x, 78, waist_x, WAIST)
    if hem_y <= 130:
        return line.curve(waist_x, 104, hip_x - 2, hem_y - 14, hip_x - (128 - hem_y) * 0.12, hem_y)
    line.curve(waist_x + 1.5, 104, hip_x - 0.5, 112, hip_x, 130)
    if cut == "mermaid":
        knee_y = min(182, hem_y - 36)
        line.curve(hip_x, 150, 29, knee_y - 18, 29, knee_y)
        return line.curve(
            29.5, knee_y + 14, 36, hem_y - 16, min(62, 40 + (hem_y - knee_y) * 0.4), hem_y
        )
    narrow = {"bodycon": -0.13, "sheath": -0.07, "tailored": -0.08, "slip": 0.05}.get(cut, 0.0)
    hem_x = hip_x + narrow * (hem_y - 130)
    return line.curve(hip_x, 142, hem_x + 1, hem_y - 24, hem_x, hem_y)


def hem(x: float, y: float, *, cut: str) -> Path:
    """The right half of the hem, from the side seam to the middle."""
    line = Path((x, y))
    if cut == "fit_and_flare" or (cut == "mermaid" and x > 45):
        for share in (0.72, 0.4, 0.0):
            line.bend((line.end[0] + share * x) / 2, y + 11, share * x, y + (3 if share else 5))
        return line
    if cut == "pleated":
        count = max(5, round(x / 9))
        for n in range(count - 1, -1, -1):
            at = x * n / count
            line.line(at + x / count * 0.28, y + 5).line(at, y + 1.5 + 2.5 * (1 - n / count))
        return line
    return line.bend(x * 0.5, y + 5, 0, y + 5)


def folds(sheet: Sketch, *, cut: str, waist_y: float, hem_x: float, hem_y: float) -> None:
    """The folds in which a skirt falls."""
    waist_x = waist_width(waist_y)
    drop = hem_y - waist_y
    if cut == "pleated":
        count = max(5, round(hem_x / 9))
        for n in range(1, count):
            share = n / count
            sheet.seam(
                f"M{waist_x * share:.1f} {waist_y + 3:.1f} L{hem_x * share:.1f} {hem_y + 1:.1f}",
                both=True,
            )
        sheet.seam(f"M0 {waist_y + 3:.1f} L0 {hem_y + 3:.1f}")
    elif cut == "fit_and_flare":
        for share, up in ((0.72, 0.74), (0.4, 0.86)):
            sheet.seam(
                f"M{hem_x * share:.1f} {hem_y + 3:.1f}"
                f" Q{(hem_x * share + waist_x * share) * 0.46:.1f}"
                f" {hem_y - drop * 0.45:.1f} {waist_x * share:.1f} {hem_y - drop * up:.1f}",
                both=True,
            )
        sheet.seam(f"M0 {hem_y + 4:.1f} L0 {hem_y - drop * 0.55:.1f}")
        sheet.seam(
            f"M{waist_x * 0.3:.1f} {waist_y + 2:.1f} L{waist_x * 0.4:.1f} {waist_y + 12:.1f}",
            both=True,
        )
    elif cut in FLARED:
        for share, up in ((0.62, 0.62), (0.24, 0.44)):
            sheet.seam(
                f"M{hem_x * share:.1f} {hem_y - 1:.1f}"
                f" Q{hem_x * share * 0.86:.1f} {hem_y - drop * 0.4:.1f}"
                f" {(waist_x + (hem_x - waist_x) * (1 - up)) * share:.1f} {hem_y - drop * up:.1f}",
                both=True,
            )
    elif cut == "mermaid" and hem_x > 45:
        for share in (0.72, 0.4):
            sheet.seam(
                f"M{hem_x * share:.1f} {hem_y + 3:.1f} L{24 * share:.1f} {hem_y - 40:.1f}",
                both=True,
            )


_LEGS: dict[str, tuple[float, float, float, float]] = {
    "wide_leg": (40, 51, 44, 6),
    "straight": (35.5, 35, 33.5, 9),
    "tapered": (34.5, 28, 26, 11.5),
    "mermaid": (32, 40, 28, 7),
    "oversized": (42, 44, 40, 9),
}
"""Cut -> half widths: thigh, outer hem, knee, and the inner edge at the hem."""


def legs(*, cut: str, hem_y: float, waist_x: float, waist_y: float) -> Path:
    """Both legs as one closed outline, from the waist to the hems."""
    thigh, outer, knee, _ = _LEGS.get(cut, _LEGS["straight"])
    share = (hem_y - 140) / 122
    outer_x = thigh + (outer - thigh) * share
    seam = inseam(cut=cut, hem_y=hem_y)
    inner_x = seam.start[0]
    line = (
        path(f"M0 {waist_y} L{waist_x} {waist_y}")
        .curve(waist_x + 4, waist_y + 16, thigh + 1, 118, thigh, 136)
        .curve(
            thigh - 0.5, 150, (knee if share > 0.5 else outer_x), hem_y - 60 * share, outer_x, hem_y
        )
        .bend((outer_x + inner_x) / 2, hem_y + 3.5, inner_x, hem_y)
    )
    return whole(line.then(seam))


def inseam(*, cut: str, hem_y: float) -> Path:
    """The inner edge of the right leg, from the hem up to the crotch."""
    inner = _LEGS.get(cut, _LEGS["straight"])[3]
    share = (hem_y - 140) / 122
    inner_x = 2 + (inner - 2) * share
    return Path((inner_x, hem_y)).curve(inner_x - 1, hem_y - 50 * share, 3, 160, 0, 145)


def leg_hem(*, cut: str, hem_y: float) -> tuple[float, float]:
    """The inner and the outer end of the right leg's hem."""
    thigh, outer, _, _ = _LEGS.get(cut, _LEGS["straight"])
    inner_x = inseam(cut=cut, hem_y=hem_y).start[0]
    return inner_x, thigh + (outer - thigh) * (hem_y - 140) / 122


def shade_inseam(sheet: Sketch, *, cut: str, hem_y: float) -> None:
    """The shadow on the inside of each leg."""
    seam = inseam(cut=cut, hem_y=hem_y)
    deep = (
        Path(seam.start)
        .line(seam.start[0] + 9, hem_y + 1.5)
        .curve(seam.start[0] + 8, hem_y - 40, 9, 165, 0, 145)
    )
    sliver = deep.then(seam.reversed())
    sheet.shade(sliver)
    sheet.shade(sliver.mirrored())
