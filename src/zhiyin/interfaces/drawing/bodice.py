"""The upper body: what surrounds the neck, how the shoulder is cut, and the sleeve.

Half outlines are of the right side and run from the top middle outwards and down.
"""

from dataclasses import dataclass

from zhiyin.interfaces.drawing.pen import Path, path, whole
from zhiyin.interfaces.drawing.sketch import Sketch

PIT = (35.0, 47.0)
"""Where the armhole ends, under the arm."""


@dataclass(frozen=True, slots=True)
class Neck:
    """A neckline: its front edge as a half line, and how the body goes on to the armpit."""

    front: str
    back: float = 3
    """Height of the far neckline in the middle."""
    to_pit: str = ""
    """Where no cloth covers the shoulder: the rest of the way, down to the armpit."""


NECKS: dict[str, Neck] = {
    "crew": Neck("M0 13 Q11 13 14.5 -1"),
    "scoop": Neck("M0 34 Q19 33 20.5 1", back=7),
    "v": Neck("M0 41 Q9 24 15 -1"),
    "square": Neck("M0 31 L21 30 Q21.5 12 20.5 1", back=8),
    "sweetheart": Neck("M0 39 C2 29 17 25 23 33 Q23.5 14 22 1.5", back=11),
    "boat": Neck("M0 9.5 Q17 9.5 30 4", back=5),
    "high": Neck("M0 5 Q8 5 12.5 -2", back=0),
    "collared": Neck("M0 20 Q8 8 14.5 -1"),
    "cowl": Neck("M0 33 Q17 30 22 1", back=6),
    "wide_v": Neck("M0 62 Q11 34 18 0", back=4),
    "halter": Neck("M0 22 Q7 6 8 -10", back=-9, to_pit="M8 -10 L13 -9 Q17 22 35 47"),
    "cami": Neck(
        "M0 37 Q12 33 22.5 26", back=31, to_pit="M22.5 26 L20 -1 L22 -1 L25.5 27 Q29 38 35 47"
    ),
    "off_shoulder": Neck("M0 27 Q27 26 45 16", back=19, to_pit="M45 16 Q44 34 35 47"),
    "strapless": Neck("M0 39 C3 30 20 27 33 38", back=35, to_pit="M33 38 L35 47"),
}


BARE = frozenset({"halter", "strapless", "cami"})
"""Necklines that leave no place for a sleeve."""


def half(*, neckline: str, sleeve: str, tip_x: float = 41) -> Path:
    """From the middle of the neckline over the shoulder to the armpit."""
    neck = NECKS[neckline]
    line = path(neck.front)
    if neck.to_pit:
        return line.then(path(neck.to_pit))
    if sleeve == "sleeveless":
        strap = max(line.end[0] + 5, 33.0)
        return line.line(strap, 6).curve(29.5, 22, 29, 38, *PIT)
    return line.line(tip_x, 9).curve(tip_x - 6, 22, 33, 36, *PIT)


def one_shoulder(*, sleeve: str) -> tuple[Path, Path]:
    """Both halves of a top that leaves one shoulder free, right half first."""
    right = path("M0 17 Q10 8 15 -1")
    if sleeve == "sleeveless":
        right.line(31, 5).curve(28.5, 22, 29, 38, *PIT)
    else:
        right.line(41, 9).curve(35, 22, 33, 36, *PIT)
    return right, path("M0 17 Q13 30 33 39 L35 47")


def far_neck(sheet: Sketch, neckline: str) -> None:
    """The inside of the back, seen through the neckline. Drawn before the front."""
    if neckline == "one_shoulder":
        sheet.inner(path("M-33 39 Q-12 16 15 -1 Q10 8 0 17 Q-13 30 -33 39Z"))
        return
    neck = NECKS[neckline]
    edge = path(neck.front)
    x, y = edge.end
    sheet.inner(whole(Path((0, neck.back)).bend(x * 0.7, neck.back, x, y).then(edge.reversed())))


@dataclass(frozen=True, slots=True)
class Sleeve:
    """How far down the arm (0 shoulder, 1 wrist), and half its width above and at the hem."""

    reach: float
    upper: float = 12
    hem: float = 11


REACH: dict[str, float] = {"short": 0.33, "elbow": 0.52, "three_quarter": 0.74, "long": 1.0}
_HEMS: dict[str, float] = {"fitted": 7.5, "straight": 10.5, "bell": 18, "flutter": 16, "puff": 9}


def sleeve_of(*, sleeve: str, shape: str, loose: float = 0) -> Sleeve | None:
    """The measures of a sleeve, or None where the arm is bare or only capped."""
    if sleeve not in REACH:
        return None
    reach = REACH[sleeve]
    hem = _HEMS[shape]
    if shape in ("fitted", "straight"):
        hem += (1 - reach) * 3.5
    return Sleeve(reach=reach, upper=(10 if shape == "fitted" else 12) + loose, hem=hem + loose)


def draw_sleeves(
    sheet: Sketch,
    *,
    sleeve: str,
    shape: str,
    neckline: str = "crew",
    loose: float = 0,
    tip_x: float = 41,
) -> None:
    """Both sleeves. Drawn before the front so that the armhole closes over them."""
    if neckline in BARE:
        return
    if sleeve == "cap":
        cap = path(f"M{tip_x - 1} 9 Q{tip_x + 8} 12 {tip_x + 12} 27 Q44 33 34 35Z")
        _both(sheet, cap, neckline)
        return
    measured = sleeve_of(sleeve=sleeve, shape=shape, loose=loose)
    if measured is None:
        return
    if shape == "puff":
        _puff(sheet, measured, neckline=neckline, tip_x=tip_x)
    else:
        _plain(sheet, measured, shape=shape, neckline=neckline, tip_x=tip_x)


def _both(sheet: Sketch, outline: Path, neckline: str) -> None:
    """The piece on both sides, or on the covered one where one shoulder is free."""
    if neckline == "one_shoulder":
        sheet.piece(outline)
    else:
        sheet.pair(outline)


def arm(reach: float, across: float) -> tuple[float, float]:
    """A point of the sleeve: `reach` down the arm, `across` its axis (outwards is positive)."""
    return (38 + 22 * reach + 0.982 * across, 19 + 114 * reach - 0.19 * across)


def _plain(sheet: Sketch, sleeve: Sleeve, *, shape: str, neckline: str, tip_x: float) -> None:
    out_x, out_y = arm(sleeve.reach, sleeve.hem)
    in_x, in_y = arm(sleeve.reach, -sleeve.hem)
    shoulder_x, shoulder_y = arm(0.12, sleeve.upper)
    elbow_x, elbow_y = arm(sleeve.reach * 0.55, sleeve.upper)
    inner_x, inner_y = arm(sleeve.reach * 0.6, -sleeve.upper)
    mid_x, mid_y = arm(sleeve.reach + (0.05 if shape in ("bell", "flutter") else 0.015), 0)
    head_y = 18 if neckline == "off_shoulder" else 9
    line = (
        Path((tip_x - 0.5, head_y))
        .bend(shoulder_x, max(shoulder_y - 5, head_y), elbow_x, elbow_y)
        .line(out_x, out_y)
        .bend(mid_x, mid_y, in_x, in_y)
    )
    if sleeve.reach > 0.4:
        line.bend(inner_x, inner_y, *PIT)
    else:
        line.line(35, max(47, in_y - 3))
    _both(sheet, line.then(Path(PIT).bend(33, 28, tip_x - 0.5, head_y)), neckline)
    fold_x, fold_y = arm(sleeve.reach * 0.62, -sleeve.upper * 0.3)
    if sleeve.reach > 0.6:
        sheet.seam(f"M37.5 50 Q42 56 {fold_x:.1f} {fold_y:.1f}", both=neckline != "one_shoulder")
    if shape in ("bell", "flutter"):
        for across in (-0.45, 0.05, 0.5):
            ax, ay = arm(sleeve.reach - 0.02, across * sleeve.hem)
            bx, by = arm(sleeve.reach * 0.55, across * sleeve.upper * 0.7)
            sheet.seam(f"M{ax:.1f} {ay:.1f} L{bx:.1f} {by:.1f}", both=neckline != "one_shoulder")
    else:
        ax, ay = arm(sleeve.reach - 0.03, sleeve.hem * 0.98)
        bx, by = arm(sleeve.reach - 0.03, -sleeve.hem * 0.98)
        sheet.seam(f"M{ax:.1f} {ay:.1f} L{bx:.1f} {by:.1f}", both=neckline != "one_shoulder")


def _puff(sheet: Sketch, sleeve: Sleeve, *, neckline: str, tip_x: float) -> None:
    """Full at the head when short, full above the wrist when long; always a narrow cuff."""
    out_x, out_y = arm(sleeve.reach, sleeve.hem)
    in_x, in_y = arm(sleeve.reach, -sleeve.hem)
    is_short = sleeve.reach < 0.6
    full_x, full_y = arm(sleeve.reach * (0.45 if is_short else 0.8), 30 if is_short else 25)
    under_x, under_y = arm(sleeve.reach * (0.8 if is_short else 0.82), -24 if is_short else -25)
    head_x, head_y = (tip_x + 14, -3) if is_short else arm(0.3, 16)
    line = (
        Path((tip_x - 5, 18 if neckline == "off_shoulder" else 7.5))
        .curve(head_x, head_y, full_x, full_y, out_x, out_y)
        .line(in_x, in_y)
        .curve(under_x, under_y, 40, 60 if not is_short else 52, *PIT)
    )
    _both(sheet, line.then(path("M35 47 Q33 28 36 7.5Z")), neckline)
    cuff_out, cuff_in = (
        arm(sleeve.reach + 0.055, sleeve.hem - 0.5),
        arm(sleeve.reach + 0.055, 0.5 - sleeve.hem),
    )
    cuff = Path((out_x, out_y)).line(*cuff_out).line(*cuff_in).line(in_x, in_y).line(out_x, out_y)
    _both(sheet, cuff, neckline)
    for across in (-0.5, 0.0, 0.5):
        ax, ay = arm(sleeve.reach, across * sleeve.hem)
        bx, by = arm(sleeve.reach - 0.11, across * (sleeve.hem + 7))
        sheet.seam(f"M{ax:.1f} {ay:.1f} L{bx:.1f} {by:.1f}", both=neckline != "one_shoulder")
    if is_short:
        sheet.seam("M40 12 L47 13 M38 20 L46 23 M37 29 L44 32", both=neckline != "one_shoulder")
