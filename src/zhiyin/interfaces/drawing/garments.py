"""Each kind of garment, drawn from its measures: one function a kind, from back to front."""

from dataclasses import dataclass

from zhiyin.interfaces.drawing import bodice, lower, tailoring
from zhiyin.interfaces.drawing.pen import Path, path, whole
from zhiyin.interfaces.drawing.sketch import Sketch


@dataclass(frozen=True, slots=True)
class Shape:
    """What a garment is drawn from: every word is known to the drawing."""

    neckline: str
    sleeve: str
    sleeve_shape: str
    length: str
    cut: str
    waist: str
    kind: str = ""


def dress(sheet: Sketch, shape: Shape) -> None:
    """One outline from shoulder to hem; the cut decides how it falls."""
    cut = {"peplum": "sheath", "wide_leg": "a_line", "tapered": "sheath"}.get(shape.cut, shape.cut)
    hem_y = max(lower.HEMS[shape.length], 150)
    waist_y = 64.0 if cut == "empire" else lower.WAISTS.get(shape.waist, lower.WAIST)
    neckline = _neck_for(cut, shape)
    _body(sheet, shape, neckline=neckline, cut=cut, waist_y=waist_y, hem_y=hem_y)
    if shape.cut == "peplum":
        _peplum(sheet)
    if neckline == "cami" and shape.neckline == "cowl":
        sheet.seam("M20 29 Q13 49 0 49 M25 38 Q15 60 0 60", both=True)


def top(sheet: Sketch, shape: Shape) -> None:
    """A blouse or tee: short, with a plain hem."""
    cut = {
        "a_line": "shift",
        "fit_and_flare": "tailored",
        "pleated": "shift",
        "empire": "empire",
    }.get(shape.cut, shape.cut)
    if cut not in lower.FITTED | lower.LOOSE | {"wrap", "empire", "peplum"}:
        cut = "straight"
    cut = "boxy" if cut == "straight" else cut
    hem_y = min(lower.HEMS[shape.length], 134)
    if cut == "peplum":
        _body(sheet, shape, neckline=shape.neckline, cut="tailored", waist_y=92, hem_y=98)
        _peplum(sheet)
        return
    neckline = _neck_for(cut, shape)
    _body(
        sheet, shape, neckline=neckline, cut=cut, waist_y=64 if cut == "empire" else 92, hem_y=hem_y
    )
    if cut not in ("wrap", "empire"):
        edge = lower.side(cut=cut, waist_y=92, hem_y=hem_y, start=bodice.PIT).end[0]
        sheet.seam(
            f"M0 {hem_y + 1} Q{edge * 0.5:.1f} {hem_y + 1} {edge:.1f} {hem_y - 4}", both=True
        )


def shirt(sheet: Sketch, shape: Shape) -> None:
    """Collar, placket, buttons, a curved hem."""
    hem_y = min(lower.HEMS[shape.length], 138)
    loose = 4.0 if shape.cut in ("oversized", "shift", "straight") else 1.0
    bodice.draw_sleeves(sheet, sleeve=shape.sleeve, shape=shape.sleeve_shape, loose=loose / 2)
    neckline = shape.neckline if shape.neckline in ("v", "crew", "scoop") else "collared"
    bodice.far_neck(sheet, neckline)
    body = bodice.half(neckline=neckline, sleeve=shape.sleeve)
    front = body.start[1]
    edge = 37 + loose if loose > 1 else 34
    body = body.curve(35, 62, edge - 2, hem_y - 40, edge, hem_y - 9)
    body = body.curve(edge - 1, hem_y - 1, edge * 0.62, hem_y + 6, 0, hem_y + 7)
    sheet.piece(whole(body))
    sheet.shade(_side_shade(Path(bodice.PIT).curve(35, 62, edge - 2, hem_y - 40, edge, hem_y - 9)))
    sheet.seam(f"M-4.5 {front} L-4.5 {hem_y + 7} M4.5 {front - 1} L4.5 {hem_y + 7}")
    sheet.seam("M15.5 7 L38 15", both=True)
    count = int((hem_y - front - 6) / 17)
    sheet.dots(*((0, front + 9 + n * 17) for n in range(count)), size=3.2)
    if hem_y > 110 and neckline == "collared":
        sheet.seam("M13 50 L29 50 L29 66 L21 70 L13 66Z M13 54 L29 54")
    if shape.sleeve == "long" and shape.sleeve_shape in ("fitted", "straight"):
        tailoring.cuffs(sheet, loose=loose / 2)
    tailoring.neck_finish(sheet, neckline)


def sweater(sheet: Sketch, shape: Shape) -> None:
    """Knitted: ribs at neck, cuffs and hem, and a softer shoulder."""
    loose = 6.0 if shape.cut in ("oversized", "shift") else 2.0
    hem_y = min(lower.HEMS[shape.length], 130)
    sleeve = shape.sleeve if shape.sleeve != "cap" else "short"
    tip = 43 if loose > 3 else 41
    bodice.draw_sleeves(
        sheet, sleeve=sleeve, shape=shape.sleeve_shape, loose=loose * 0.5, tip_x=tip
    )
    neckline = (
        shape.neckline if shape.neckline in ("v", "crew", "boat", "scoop", "high") else "crew"
    )
    bodice.far_neck(sheet, neckline)
    edge = 36 + loose
    side = Path(bodice.PIT).curve(35.5, 66, edge + 1, hem_y - 30, edge, hem_y - 12)
    body = bodice.half(neckline=neckline, sleeve=sleeve, tip_x=tip).then(side)
    sheet.piece(whole(body.bend(edge * 0.5, hem_y - 9, 0, hem_y - 9)))
    sheet.shade(_side_shade(side))
    rib = path(f"M0 {hem_y - 9} Q{edge * 0.5} {hem_y - 9} {edge} {hem_y - 12} L{edge - 3} {hem_y}")
    sheet.piece(whole(rib.bend(edge * 0.5, hem_y + 3, 0, hem_y + 3)), plain=True)
    for n in range(1, 9):
        x = edge * n / 9
        sheet.seam(
            f"M{x:.1f} {hem_y - 9 - n * 0.25:.1f} L{x * 0.94:.1f} {hem_y + 1.6 - n * 0.1:.1f}",
            both=True,
        )
    if sleeve == "long":
        tailoring.ribbed_cuffs(sheet, loose=loose * 0.5, shape=shape.sleeve_shape)
    tailoring.knit_neck(sheet, neckline)
    if shape.kind == "cardigan":
        tailoring.button_front(sheet, top=41 if neckline == "v" else 16, bottom=hem_y + 2)
    elif sheet.is_solid:
        tailoring.cable(sheet, top=22 if neckline != "v" else 48, bottom=hem_y - 14)


def skirt(sheet: Sketch, shape: Shape) -> None:
    """From the waistband down."""
    cut = {
        "empire": "a_line",
        "shift": "straight",
        "wide_leg": "a_line",
        "tapered": "sheath",
        "oversized": "a_line",
    }.get(shape.cut, shape.cut)
    cut = "sheath" if cut == "peplum" else cut
    hem_y = max(lower.HEMS[shape.length], 152)
    line = Path((26, 92))
    side = lower.side(cut=cut, waist_y=92, hem_y=hem_y, start=(26, 92), limit=74)
    side = Path(line.start, side.pieces)
    x = side.end[0]
    sheet.piece(whole(Path((0, 93)).line(26, 92).then(side).then(lower.hem(x, hem_y, cut=cut))))
    sheet.shade(_side_shade(side))
    lower.folds(sheet, cut=cut, waist_y=92, hem_x=x, hem_y=hem_y)
    if cut == "wrap":
        sheet.edge(f"M-14 92 Q10 {hem_y - 50} 12 {hem_y + 4}", width=1.3)
    elif cut in lower.FITTED:
        sheet.seam("M12 97 L13 112", both=True)
        if cut != "mermaid":
            sheet.seam(f"M0 {hem_y - 20} L0 {hem_y + 5}")
    if shape.cut == "peplum":
        _peplum(sheet)
    tailoring.waistband(sheet, half=26, y=86, elastic=shape.waist == "elastic")
    if shape.waist == "belted":
        tailoring.buckle_belt(sheet, half=26.5, y=89)


def trousers(sheet: Sketch, shape: Shape) -> None:
    """Creased legs under a waistband."""
    hem_y = lower.LEGS[shape.length]
    cut = {
        "pleated": "wide_leg",
        "a_line": "wide_leg",
        "tailored": "straight",
        "sheath": "tapered",
    }.get(shape.cut, shape.cut)
    sheet.piece(lower.legs(cut=cut, hem_y=hem_y, waist_x=27, waist_y=90))
    tailoring.trouser_lines(
        sheet,
        cut=cut,
        hem_y=hem_y,
        spread=_crease(cut),
        pleats=shape.cut in ("pleated", "wide_leg"),
    )
    tailoring.waistband(
        sheet, half=27, y=83 if shape.waist == "high" else 85, elastic=shape.waist == "elastic"
    )
    if shape.waist == "belted":
        tailoring.buckle_belt(sheet, half=27.5, y=87)


def jeans(sheet: Sketch, shape: Shape) -> None:
    """Five pockets, a fly and thread that shows."""
    hem_y = lower.LEGS[shape.length]
    sheet.piece(lower.legs(cut=shape.cut, hem_y=hem_y, waist_x=28, waist_y=90))
    tailoring.denim(sheet, cut=shape.cut, hem_y=hem_y)
    tailoring.waistband(sheet, half=28, y=84, elastic=False)
    sheet.dots((0, 88), size=4)
    tailoring.loops(sheet)


def shorts(sheet: Sketch, shape: Shape) -> None:
    """Legs that stop above the knee."""
    hem_y = 178.0 if shape.length == "knee" else 160.0
    cut = shape.cut if shape.cut in ("wide_leg", "tapered", "straight") else "wide_leg"
    outer = {"wide_leg": 50, "straight": 43, "tapered": 39}[cut]
    line = (
        path("M0 90 L27 90")
        .curve(32, 106, 39, 116, outer - 3, 138)
        .line(outer, hem_y)
        .bend(outer * 0.6, hem_y + 5, 5, hem_y + 3)
        .line(0, 142)
    )
    sheet.piece(whole(line))
    sheet.seam("M0 90 L0 142 M0 118 Q6 118 6 91")
    sheet.seam(
        f"M6 {hem_y - 3} Q{outer * 0.6:.1f} {hem_y - 1} {outer - 0.6} {hem_y - 6}", both=True
    )
    sheet.seam("M22 91 Q25 105 34 110 M14 92 L16 108", both=True)
    sheet.shade(path(f"M0 142 L5 {hem_y + 3} L16 {hem_y + 4} Q12 158 0 142Z"))
    tailoring.waistband(sheet, half=27, y=84, elastic=shape.waist == "elastic")
    if shape.waist == "belted":
        tailoring.sash(sheet, half=27.5, y=88)
    else:
        tailoring.loops(sheet)


def jumpsuit(sheet: Sketch, shape: Shape) -> None:
    """A bodice that goes on into trousers."""
    hem_y = lower.LEGS[shape.length if shape.length not in ("cropped", "waist", "hip") else "ankle"]
    cut = {"a_line": "wide_leg", "shift": "straight"}.get(shape.cut, shape.cut)
    sheet.piece(lower.legs(cut=cut, hem_y=hem_y, waist_x=26, waist_y=90))
    tailoring.trouser_lines(sheet, cut=cut, hem_y=hem_y, spread=_crease(cut), pleats=True)
    _body(sheet, shape, neckline=shape.neckline, cut="tailored", waist_y=92, hem_y=93)
    if shape.waist == "elastic":
        tailoring.waistband(sheet, half=26.5, y=88, elastic=True)
    else:
        tailoring.sash(sheet, half=26.5, y=92)


def coat(sheet: Sketch, shape: Shape) -> None:
    """Lapels, a double row of buttons, pockets; a belt when it has one."""
    hem_y = max(lower.HEMS[shape.length], 168)
    loose = 10.0 if shape.cut in ("oversized", "shift") else 4.0
    sleeve = shape.sleeve if shape.sleeve in bodice.REACH else "long"
    bodice.draw_sleeves(sheet, sleeve=sleeve, shape=_coat_sleeve(shape), loose=3, tip_x=44)
    sheet.inner(path("M-13 0 Q0 -7 13 0 L6 66 L-6 66Z"))
    body = bodice.half(neckline="wide_v", sleeve=sleeve, tip_x=44)
    belted = shape.waist == "belted" or shape.cut == "wrap"
    waist = 29.0 if belted else 33 + loose * 0.5
    edge = 38 + loose * 0.5 + (hem_y - 126) * (0.2 if shape.cut == "a_line" or belted else 0.07)
    side = Path(bodice.PIT).curve(36, 64, waist, 76, waist, 92)
    side.curve(waist + 2, 112, edge - 3, hem_y - 60, edge, hem_y)
    sheet.piece(whole(body.then(side).bend(edge * 0.5, hem_y + 4, 0, hem_y + 4)))
    sheet.shade(_side_shade(side))
    sheet.seam(f"M-3 64 L-3 {hem_y + 4}")
    if not belted:
        sheet.dots(*((x, y) for y in (78, 100, 122) for x in (-12, 7)), size=4.6)
    tailoring.lapels(sheet, break_y=64)
    for tilt in (1, -1):
        sheet.piece(
            path(f"M{tilt * 15} 118 L{tilt * 31} 114 L{tilt * 32} 119 L{tilt * 16} 123Z"),
            plain=True,
        )
    if belted:
        tailoring.sash(sheet, half=30, y=92)
    if sleeve == "long":
        tailoring.cuff_tabs(sheet)


def jacket(sheet: Sketch, shape: Shape) -> None:
    """A blazer when tailored, a trucker when collared, else a short collarless jacket."""
    if shape.cut in ("tailored", "wrap", "sheath") or shape.neckline in ("v", "wide_v"):
        tailoring.blazer(sheet, hem_y=142 if shape.cut != "oversized" else 150, loose=0)
    elif shape.neckline == "collared":
        tailoring.trucker(sheet, loose=5 if shape.cut == "oversized" else 2)
    else:
        tailoring.boxy_jacket(sheet, hem_y=max(104, min(lower.HEMS[shape.length], 124)))


def suit(sheet: Sketch, shape: Shape) -> None:
    """A blazer over its trousers or, where the length says so, its skirt."""
    if shape.length in ("mini", "knee", "midi"):
        hem_y = lower.HEMS[shape.length]
        side = lower.side(cut="sheath", waist_y=92, hem_y=hem_y, start=(26, 92))
        sheet.piece(
            whole(
                Path((0, 93))
                .line(26, 92)
                .then(side)
                .then(lower.hem(side.end[0], hem_y, cut="sheath"))
            )
        )
        sheet.shade(_side_shade(side))
    else:
        cut = "straight" if shape.cut in ("tailored", "sheath") else shape.cut
        sheet.piece(lower.legs(cut=cut, hem_y=256, waist_x=27, waist_y=92))
        tailoring.trouser_lines(sheet, cut=cut, hem_y=256, spread=_crease(cut), pleats=False)
    tailoring.blazer(sheet, hem_y=136, loose=0)


def _body(
    sheet: Sketch, shape: Shape, *, neckline: str, cut: str, waist_y: float, hem_y: float
) -> None:
    """Sleeves, far neck, the front in one outline, then what is sewn on it."""
    loose = 5.0 if cut == "oversized" else 0.0
    bodice.draw_sleeves(
        sheet, sleeve=shape.sleeve, shape=shape.sleeve_shape, neckline=neckline, loose=loose * 0.6
    )
    bodice.far_neck(sheet, neckline)
    start = bodice.PIT
    side = lower.side(cut=cut, waist_y=waist_y, hem_y=hem_y, start=start)
    edge = lower.hem(side.end[0], hem_y, cut=cut)
    if neckline == "one_shoulder":
        right, left = bodice.one_shoulder(sleeve=shape.sleeve)
        sheet.piece(whole(right.then(side).then(edge), left.then(side).then(edge)))
    else:
        sheet.piece(
            whole(bodice.half(neckline=neckline, sleeve=shape.sleeve).then(side).then(edge))
        )
    sheet.shade(_side_shade(side))
    flared = cut in lower.FLARED
    if (flared and hem_y > waist_y + 20) or cut == "mermaid":
        lower.folds(sheet, cut=cut, waist_y=waist_y, hem_x=side.end[0], hem_y=hem_y)
    tailoring.neck_finish(sheet, neckline)
    if cut == "wrap":
        tailoring.wrap_front(sheet, hem_y=hem_y)
    elif shape.waist == "belted":
        tailoring.buckle_belt(sheet, half=lower.waist_width(waist_y) + 0.8, y=waist_y)
    elif shape.waist == "elastic":
        tailoring.gathers(sheet, half=lower.waist_width(waist_y), y=waist_y)
    elif flared and hem_y > waist_y + 20:
        width = lower.waist_width(waist_y)
        sheet.seam(
            f"M0 {waist_y + 2} Q{width * 0.5:.1f} {waist_y + 2} {width:.1f} {waist_y}",
            both=True,
            width=1.3,
        )
    if (
        cut not in lower.LOOSE
        and neckline not in ("cowl", "wide_v", "off_shoulder")
        and cut != "empire"
    ):
        sheet.seam(f"M17 {min(waist_y, hem_y) - 4:.1f} Q18 72 20 62", both=True)


def _peplum(sheet: Sketch) -> None:
    """A short frill around the waist."""
    frill = path("M0 94 L26 92").curve(33, 98, 43, 108, 47, 122)
    frill.bend(40, 131, 31, 124).bend(24, 134, 15, 127).bend(8, 135, 0, 128)
    sheet.piece(whole(frill))
    sheet.seam("M31 124 L20 100 M15 127 L10 101", both=True)
    sheet.seam("M0 128 L0 103")


def _neck_for(cut: str, shape: Shape) -> str:
    """A wrap crosses low; a slip hangs from thin straps."""
    if shape.neckline in ("off_shoulder", "halter", "one_shoulder", "strapless"):
        return shape.neckline
    if cut == "wrap":
        return "wide_v"
    return "cami" if cut == "slip" and shape.sleeve == "sleeveless" else shape.neckline


def _side_shade(side: Path) -> Path:
    """A sliver of shadow along the right edge, so that the cloth looks round."""
    return side.then(side.moved(0.8, 1).reversed())


def _crease(cut: str) -> float:
    return {"wide_leg": 27, "tapered": 18, "mermaid": 18, "oversized": 24}.get(cut, 21)


def _coat_sleeve(shape: Shape) -> str:
    return shape.sleeve_shape if shape.sleeve_shape in ("straight", "bell") else "straight"
