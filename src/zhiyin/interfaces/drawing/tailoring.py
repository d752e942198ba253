"""What a tailor adds: collars, cuffs, belts, pockets, plackets, and the jackets made of them."""

from zhiyin.interfaces.drawing import bodice, lower
from zhiyin.interfaces.drawing.pen import Path, path, whole
from zhiyin.interfaces.drawing.sketch import Sketch

THREAD = "#D9A35C"
"""The thread that shows on denim."""
METAL = "#D8C08A"


def neck_finish(sheet: Sketch, neckline: str) -> None:
    """The edge that makes a neckline what it is."""
    if neckline == "crew":
        sheet.seam("M0 17 Q13 17 18 0.6", both=True)
    elif neckline == "high":
        sheet.piece(whole(path("M0 -9 Q7 -9 10 -11 L12.5 -2 Q8 6 0 6")), plain=True)
        sheet.seam("M0 -4 Q7 -4 11 -6.5", both=True)
    elif neckline == "collared":
        shirt_collar(sheet)
    elif neckline == "cowl":
        sheet.seam("M21 8 Q14 42 0 43 M24 20 Q15 53 0 54 M28 34 Q18 63 0 64", both=True)
    elif neckline == "off_shoulder":
        band = path("M0 27 Q27 26 45 16 Q48 26 45 35 Q28 45 0 45")
        sheet.piece(whole(band))
        sheet.seam("M12 29 L11 43 M25 27 L24 40 M37 23 L37 36", both=True)
    elif neckline == "halter":
        sheet.seam("M0 26 Q9 10 11 -9", both=True)
    elif neckline in ("v", "scoop"):
        sheet.seam(
            {"v": "M0 46 Q12 26 18.5 0.4", "scoop": "M0 38 Q22 37 24 2.4"}[neckline], both=True
        )
    elif neckline == "strapless":
        sheet.seam("M0 43 C4 34 20 31 34 42", both=True)
    elif neckline == "one_shoulder":
        sheet.seam("M-34.4 42.5 Q-12 32 1 20 Q13 10 19 0.4 M-16 38 L-4 62 M-6 32 L4 58")


def shirt_collar(sheet: Sketch) -> None:
    """Two leaves on a stand."""
    sheet.pair(path("M13.5 -6.5 Q7 3 0 10 L10.5 25 Q17 14 18 2 Q17 -4 13.5 -6.5Z"), plain=True)


def knit_neck(sheet: Sketch, neckline: str) -> None:
    """A ribbed neckband, or a rolled collar when it is high."""
    if neckline == "high":
        sheet.piece(whole(path("M0 -20 Q9 -20 13 -22 Q16 -8 15.5 -1 Q9 7 0 7")), plain=True)
        sheet.piece(whole(path("M0 -8 Q9 -8 16 -11 Q17.5 -5 16.5 1 Q9 8 0 8")), plain=True)
        sheet.seam("M5 -7 L5 6 M10.5 -8 L11 4", both=True)
        return
    edge = path(bodice.NECKS[neckline].front)
    outer = {
        "v": "M0 48 Q12 28 19.5 0.6",
        "crew": "M0 19 Q14.5 19 19.5 0.6",
        "scoop": "M0 40 Q22 39 25.5 2.6",
        "boat": "M0 15 Q20 15 35 6",
    }
    band = edge.then(path(outer[neckline]).reversed())
    sheet.piece(whole(band), plain=True)


def button_front(sheet: Sketch, *, top: float, bottom: float) -> None:
    """The ribbed band of a cardigan, with its buttons."""
    band = path(f"M-4 {top} L4 {top} L4 {bottom} L-4 {bottom}Z")
    sheet.piece(band, plain=True)
    count = int((bottom - top) / 18)
    sheet.dots(*((0, top + 9 + n * 18) for n in range(count)), size=4.2)


def cable(sheet: Sketch, *, top: float, bottom: float) -> None:
    """Two cables knitted down the front."""
    for x in (-13, 13):
        y = top + 4
        d = ""
        while y + 12 < bottom:
            d += (
                f"M{x - 3.5} {y} Q{x + 5} {y + 6} {x - 3.5} {y + 12}M{x + 3.5} {y}"
                f" Q{x - 5} {y + 6} {x + 3.5} {y + 12}"
            )
            y += 12
        sheet.seam(d)
    sheet.seam(f"M0 {top + 4} L0 {bottom}", width=0.8)


def cuffs(sheet: Sketch, *, loose: float) -> None:
    """A buttoned cuff at the wrist."""
    half = 10.5 + loose
    corners = [
        bodice.arm(0.93, half),
        bodice.arm(1.03, half - 2),
        bodice.arm(1.03, 2 - half),
        bodice.arm(0.93, -half),
    ]
    sheet.pair(_polygon(corners), plain=True)
    sheet.dots(bodice.arm(0.98, 4 - half), size=2.8)


def ribbed_cuffs(sheet: Sketch, *, loose: float, shape: str) -> None:
    """A knitted cuff that holds the wrist."""
    half = (7.5 if shape in ("fitted", "puff") else 9.5) + loose
    wide = half + (1 if shape != "bell" else 10)
    sheet.pair(
        _polygon(
            [
                bodice.arm(0.95, wide),
                bodice.arm(1.06, half),
                bodice.arm(1.06, -half),
                bodice.arm(0.95, -wide),
            ]
        ),
        plain=True,
    )
    for across in (-0.5, 0.0, 0.5):
        ax, ay = bodice.arm(0.96, across * half)
        bx, by = bodice.arm(1.05, across * half)
        sheet.seam(f"M{ax:.1f} {ay:.1f} L{bx:.1f} {by:.1f}", both=True)


def cuff_tabs(sheet: Sketch) -> None:
    """The line of a turned-up coat cuff."""
    ax, ay = bodice.arm(0.88, 13.5)
    bx, by = bodice.arm(0.88, -13.5)
    sheet.seam(f"M{ax:.1f} {ay:.1f} L{bx:.1f} {by:.1f}", both=True, width=1.2)


def waistband(sheet: Sketch, *, half: float, y: float, elastic: bool) -> None:
    """The band at the top of a skirt or trousers, 8 units deep."""
    sheet.piece(
        whole(
            path(
                f"M0 {y + 1} Q{half * 0.5} {y + 1} {half} {y}"
                f" L{half + 1} {y + 8} Q{half * 0.5} {y + 9.5} 0 {y + 9.5}"
            )
        ),
        plain=True,
    )
    if elastic:
        for n in range(1, 8):
            x = half * n / 8
            sheet.seam(f"M{x:.1f} {y + 1.5:.1f} L{x:.1f} {y + 9:.1f}", both=True)
        sheet.seam(f"M0 {y + 1.5} L0 {y + 9}")
        gathers(sheet, half=half, y=y + 9)


def gathers(sheet: Sketch, *, half: float, y: float) -> None:
    """The small folds below and above something that pulls the cloth in."""
    d = "".join(
        f"M{half * n / 6:.1f} {y + 3:.1f} L{half * n / 6 * 1.06:.1f} {y + (13 if n % 2 else 9):.1f}"
        f"M{half * n / 6:.1f} {y - 3:.1f} L{half * n / 6 * 1.03:.1f} {y - (10 if n % 2 else 7):.1f}"
        for n in range(1, 6)
    )
    sheet.seam(d, both=True)
    sheet.seam(f"M0 {y} L{half} {y - 0.6}", both=True)


def loops(sheet: Sketch) -> None:
    """Belt loops."""
    sheet.pair(path("M14 83.5 L17 83.4 L17.2 94 L14.2 94.2Z"), plain=True)


def buckle_belt(sheet: Sketch, *, half: float, y: float) -> None:
    """A narrow belt with a buckle."""
    sheet.piece(
        whole(
            path(
                f"M0 {y - 3} Q{half * 0.5} {y - 3} {half} {y - 4}"
                f" L{half} {y + 3} Q{half * 0.5} {y + 4} 0 {y + 4}"
            )
        ),
        fill=sheet.cloth.inner,
        plain=True,
    )
    sheet.piece(path(f"M-5 {y - 4} L5 {y - 4} L5 {y + 5} L-5 {y + 5}Z"), fill=METAL, plain=True)
    sheet.piece(
        path(f"M-2.4 {y - 1.6} L2.4 {y - 1.6} L2.4 {y + 2.6} L-2.4 {y + 2.6}Z"),
        fill=sheet.cloth.inner,
        plain=True,
    )


def sash(sheet: Sketch, *, half: float, y: float) -> None:
    """A belt of the same cloth, tied, with its ends hanging."""
    sheet.piece(
        path(f"M2 {y + 2} Q12 {y + 20} 9 {y + 46} L16 {y + 45} Q19 {y + 18} 6 {y}Z"), plain=True
    )
    sheet.piece(
        path(f"M-1 {y + 2} Q1 {y + 20} -5 {y + 38} L2 {y + 40} Q8 {y + 18} 4 {y}Z"), plain=True
    )
    sheet.piece(
        whole(
            path(
                f"M0 {y - 3.5} Q{half * 0.5} {y - 3.5} {half} {y - 5}"
                f" L{half} {y + 4} Q{half * 0.5} {y + 5} 0 {y + 5}"
            )
        ),
        plain=True,
    )
    sheet.piece(
        path(
            f"M-3 {y - 5} Q3 {y - 7} 8 {y - 4} Q9 {y + 2} 6 {y + 6}"
            f" Q0 {y + 8} -4 {y + 5} Q-6 {y} -3 {y - 5}Z"
        ),
        plain=True,
    )


def wrap_front(sheet: Sketch, *, hem_y: float) -> None:
    """One side laid over the other and tied at the waist."""
    sheet.edge("M18 0 Q12 38 -6 66 Q-14 80 -25 90", width=1.4)
    if hem_y > 110:
        sheet.edge(f"M-20 92 Q8 {hem_y - 52:.0f} 11 {hem_y + 4:.0f}", width=1.3)
    y = min(92, hem_y - 4)
    sheet.piece(
        whole(path(f"M0 {y - 3} Q13 {y - 3} 26.4 {y - 4} L26.4 {y + 3} Q13 {y + 4} 0 {y + 4}")),
        plain=True,
    )
    sheet.piece(
        path(f"M-23 {y} Q-32 {y + 14} -28 {y + 34} L-22 {y + 34} Q-25 {y + 16} -18 {y + 2}Z"),
        plain=True,
    )
    sheet.piece(
        path(f"M-24 {y - 5} Q-17 {y - 7} -15 {y} Q-16 {y + 6} -22 {y + 5} Q-27 {y} -24 {y - 5}Z"),
        plain=True,
    )


def trouser_lines(sheet: Sketch, *, cut: str, hem_y: float, spread: float, pleats: bool) -> None:
    """Fly, pockets, creases, and the shadow between the legs."""
    sheet.seam("M0 93 L0 145 M0 124 Q6.5 124 6.5 93")
    sheet.seam("M23 93 Q25 106 33 116", both=True)
    crease_top = 96 if pleats else 124
    sheet.seam(f"M15 {crease_top} Q18 150 {spread:.1f} {hem_y + 1:.1f}", both=True)
    if pleats:
        sheet.seam("M10 96 L11 108", both=True)
    lower.shade_inseam(sheet, cut=cut, hem_y=hem_y)


def denim(sheet: Sketch, *, cut: str, hem_y: float) -> None:
    """Pockets, fly, a faded thigh, and stitches in the colour of thread."""
    sheet.seam("M0 93 L0 145")
    sheet.stitch("M7 94 Q8 122 1.5 127", stroke=THREAD)
    sheet.seam("M13 93 Q15 107 31.5 105", both=True)
    sheet.stitch("M11 94 Q13 110 32 108", stroke=THREAD, both=True)
    inner, outer = lower.leg_hem(cut=cut, hem_y=hem_y)
    hem = f"M{inner + 1:.1f} {hem_y - 6:.1f} Q{(inner + outer) / 2:.1f} {hem_y - 3:.1f}"
    sheet.stitch(f"{hem} {outer - 1:.1f} {hem_y - 6:.1f}", stroke=THREAD, both=True)
    sheet.dots((14.5, 96), (29.5, 105), (-14.5, 96), (-29.5, 105), size=2.8, fill=METAL)
    lower.shade_inseam(sheet, cut=cut, hem_y=hem_y)
    sheet.seam("M3 140 L12 134 M3 146 L10 145", both=True)


def lapels(sheet: Sketch, *, break_y: float) -> None:
    """Notched lapels, the right one over the left."""
    for mirror in (True, False):
        leaf = path(f"M17 15 L34 25 L27 36 Q17 52 -2 {break_y + 2} L2 48 Q9 22 14 4Z")
        collar = path("M11 -5 Q16 -7 20 0 L33 19 L27 26.5 L16 16 Q12 6 11 -5Z")
        for part in (leaf, collar):
            sheet.piece(part.mirrored() if mirror else part, plain=True)


def blazer(sheet: Sketch, *, hem_y: float, loose: float) -> None:
    """One button, notched lapels, flap pockets."""
    bodice.draw_sleeves(sheet, sleeve="long", shape="straight", loose=1, tip_x=44)
    sheet.piece(path("M-14 0 Q0 -6 14 0 L3 80 L-3 80Z"), fill="#FBF8F2", plain=True)
    sheet.seam("M-9 10 Q0 26 9 10")
    body = bodice.half(neckline="wide_v", sleeve="long", tip_x=44)
    body = body.curve(35, 62, 30 + loose, 76, 30.5 + loose, 92)
    side = (
        Path(bodice.PIT)
        .curve(35, 62, 30, 76, 30.5, 92)
        .curve(33, 112, 39, hem_y - 16, 40, hem_y - 2)
    )
    body = body.curve(33, 112, 39, hem_y - 16, 40, hem_y - 2).bend(24, hem_y + 3, 12, hem_y + 2)
    body = body.curve(5, hem_y + 1, 1.5, hem_y - 12, 0, hem_y - 30)
    sheet.piece(whole(body))
    sheet.shade(side.then(side.moved(0.8, 1).reversed()))
    sheet.edge(f"M-2 80 Q0 {hem_y - 34} 0 {hem_y - 28}", width=1.2)
    lapels(sheet, break_y=80)
    sheet.seam("M20 64 Q19 84 22 106", both=True)
    sheet.pair(path("M16 108 L33 106 L34 114 L17 116Z"), plain=True)
    sheet.seam("M-16 56 L-28 53", width=1.2)
    sheet.dots((0, 88), size=4.6)
    for reach in (0.9, 0.94, 0.98):
        x, y = bodice.arm(reach, 8)
        sheet.dots((x, y), (-x, y), size=2.6)


def trucker(sheet: Sketch, *, loose: float) -> None:
    """Short, with a shirt collar, chest pockets and a waistband."""
    bodice.draw_sleeves(sheet, sleeve="long", shape="straight", loose=2 + loose / 2, tip_x=43)
    bodice.far_neck(sheet, "collared")
    edge = 35 + loose
    body = bodice.half(neckline="collared", sleeve="long", tip_x=43)
    body = body.curve(35, 66, edge, 82, edge - 1, 106).line(0, 109)
    sheet.piece(whole(body))
    sheet.piece(whole(path(f"M0 109 L{edge - 1} 106 L{edge - 2} 116 Q16 119 0 119")), plain=True)
    sheet.seam("M5 20 L5 119 M-5 20 L-5 119")
    sheet.seam("M5 44 L39 40 M19 62 L16 106 M27 62 L28 106", both=True)
    sheet.pair(path("M12 44 L32 43 L32 51 L22 57 L12 52Z"), plain=True)
    sheet.dots(
        *((0, y) for y in (32, 50, 68, 86, 104, 114)), (22, 52), (-22, 52), size=3.2, fill=METAL
    )
    cuffs(sheet, loose=2 + loose / 2)
    shirt_collar(sheet)


def boxy_jacket(sheet: Sketch, *, hem_y: float) -> None:
    """Collarless and square, four pockets, a braided edge."""
    bodice.draw_sleeves(sheet, sleeve="long", shape="straight", loose=2, tip_x=43)
    bodice.far_neck(sheet, "crew")
    body = bodice.half(neckline="crew", sleeve="long", tip_x=43)
    sheet.piece(whole(body.curve(36, 64, 38, hem_y - 30, 38, hem_y).line(0, hem_y + 3)))
    sheet.edge(f"M0 13 L0 {hem_y + 3}")
    braid = f"M3.4 15 L3.4 {hem_y - 0.6} L37.6 {hem_y - 3.4} M3.4 16 Q13 15 18 1.4"
    sheet.seam(braid, both=True, width=1.8)
    for y in (52, hem_y - 34):
        sheet.pair(path(f"M12 {y} L29 {y - 1} L29 {y + 16} L12 {y + 17}Z"), plain=True)
        sheet.seam(f"M12 {y + 4} L29 {y + 3}", both=True, width=1.8)
    sheet.dots(
        *((x, y) for y in range(28, int(hem_y) - 6, 17) for x in (-6, 6)), size=3.4, fill=METAL
    )
    ax, ay = bodice.arm(0.95, 12.5)
    bx, by = bodice.arm(0.95, -12.5)
    sheet.seam(f"M{ax:.1f} {ay:.1f} L{bx:.1f} {by:.1f}", both=True, width=1.8)


def _polygon(corners: list[tuple[float, float]]) -> Path:
    line = Path(corners[0])
    for x, y in (*corners[1:], corners[0]):
        line.line(x, y)
    return line
