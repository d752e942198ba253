"""Shoes, bags and accessories. Drawn on the sheet itself: x = 0 is its middle, y = 0 its top."""

from collections.abc import Callable
from math import cos, sin

from zhiyin.interfaces.drawing.pen import Path, path, whole
from zhiyin.interfaces.drawing.sketch import Sketch
from zhiyin.interfaces.drawing.tailoring import METAL

_RUBBER = "#F7F4EE"
_FLOOR = "M-96 222 Q0 212 100 222 Q0 232 -96 222Z"


def shoes(sheet: Sketch, kind: str) -> None:
    """A pair from the side, one a little behind the other."""
    draw = {"sneakers": _sneaker, "boots": _boot, "flats": _flat, "sandals": _sandal}.get(
        kind, _pump
    )
    sheet.shade(path(_FLOOR))
    draw(sheet, 20, -34)
    draw(sheet, -8, 6)


def bag(sheet: Sketch, kind: str) -> None:
    """A handbag, a tote, a clutch, a bucket or a small bag on a long strap."""
    {"tote": _tote, "clutch": _clutch, "bucket": _bucket, "crossbody": _crossbody}.get(
        kind, _flap_bag
    )(sheet)


def accessory(sheet: Sketch, kind: str) -> None:
    """A belt, a necklace, a hat, earrings or a scarf."""
    _ACCESSORIES.get(kind, _scarf)(sheet)


def _at(d: str, dx: float, dy: float) -> Path:
    return path(d).moved(1, 1, dx, dy)


def _pump(sheet: Sketch, dx: float, dy: float) -> None:
    sheet.inner(
        _at(
            "M66 116 Q52 110 42 122 Q14 152 -26 160"
            " Q-30 166 -14 168 Q22 170 50 128 Q58 116 66 116Z",
            dx,
            dy,
        )
    )
    sheet.piece(
        _at("M71 156 Q71 190 67 213 L60 213 Q59 188 46 170 Q62 166 71 156Z", dx, dy),
        fill=sheet.cloth.inner,
        plain=True,
    )
    sheet.piece(
        _at(
            "M66 116 Q76 136 72 158 Q66 167 54 169"
            " Q22 178 -10 204 Q-24 213 -50 213.5 Q-84 214 -92 207"
            " Q-95 201 -80 196 Q-48 186 -30 164 Q-27 160 -22 164 Q22 172 50 128 Q58 116 66 116Z",
            dx,
            dy,
        )
    )
    sheet.edge(
        _shifted("M-92 208 Q-70 213 -44 212 Q-22 211 -8 201 Q24 176 56 168", dx, dy), width=2.2
    )
    sheet.seam(_shifted("M62 124 Q69 142 66 158", dx, dy))


def _flat(sheet: Sketch, dx: float, dy: float) -> None:
    sheet.inner(
        _at(
            "M74 172 Q52 160 20 172 Q-14 180 -34 176"
            " Q-34 184 -18 187 Q30 192 62 178 Q70 172 74 172Z",
            dx,
            dy,
        )
    )
    sheet.piece(
        _at(
            "M74 170 Q84 186 82 206 Q80 212 70 212 L-50 213"
            " Q-88 214 -92 204 Q-90 192 -66 188 Q-46 184 -38 175"
            " Q-34 184 -18 187 Q30 192 62 176 Q70 169 74 170Z",
            dx,
            dy,
        )
    )
    sheet.edge(_shifted("M-92 207 Q-70 213 -44 213 L74 212", dx, dy), width=2.4)
    sheet.piece(
        _at(
            "M-36 178 Q-50 168 -56 175 Q-58 184 -38 182 Q-28 190 -21 184 Q-20 175 -36 178Z", dx, dy
        ),
        plain=True,
    )
    sheet.dots((-37 + dx, 180 + dy), size=5, fill=sheet.cloth.fill)


def _sneaker(sheet: Sketch, dx: float, dy: float) -> None:
    sheet.inner(_at("M72 146 Q48 140 22 146 L14 154 Q40 162 72 150Z", dx, dy))
    sheet.piece(
        _at(
            "M72 144 Q66 158 78 174 Q84 190 82 202 L-92 202"
            " Q-96 186 -78 180 Q-40 172 -14 150 Q4 134 20 144"
            " Q30 158 52 154 Q66 150 72 144Z",
            dx,
            dy,
        )
    )
    sheet.piece(
        _at("M-94 198 Q0 203 84 198 Q87 207 82 213 L-84 213 Q-96 211 -94 198Z", dx, dy),
        fill=_RUBBER,
        plain=True,
    )
    sheet.seam(
        _shifted("M-92 205 L84 205 M-62 178 Q-50 186 -52 198 M58 156 Q62 176 54 198", dx, dy)
    )
    sheet.edge(
        _shifted("M-34 164 L-20 176 M-22 156 L-8 168 M-10 147 L4 160 M2 141 L16 154", dx, dy),
        width=2.4,
    )


def _boot(sheet: Sketch, dx: float, dy: float) -> None:
    sheet.inner(_at("M0 92 Q30 84 62 90 Q60 98 30 99 Q4 98 0 92Z", dx, dy))
    sheet.piece(
        _at("M72 184 L71 213 L46 213 Q44 196 34 190Z", dx, dy), fill=sheet.cloth.inner, plain=True
    )
    sheet.piece(
        _at(
            "M0 92 Q30 101 62 90 Q66 140 72 170 Q76 188 70 194"
            " Q44 196 22 202 Q-6 213 -44 213 Q-86 214 -90 205"
            " Q-90 192 -62 184 Q-18 172 -8 148 Q0 122 0 92Z",
            dx,
            dy,
        )
    )
    sheet.seam(
        _shifted("M26 98 Q22 130 26 168 M44 97 Q48 130 44 168 M26 168 Q35 172 44 168", dx, dy)
    )
    sheet.seam(
        _shifted("M31 100 Q28 130 31 166 M36 100 L36 167 M40 100 Q43 130 40 166", dx, dy), width=0.7
    )
    sheet.edge(
        _shifted("M-90 206 Q-70 213 -40 213 Q-4 212 24 201 Q46 194 70 194", dx, dy), width=2.4
    )


def _sandal(sheet: Sketch, dx: float, dy: float) -> None:
    sheet.piece(
        _at("M70 168 L69 213 L50 213 Q48 190 38 178Z", dx, dy), fill=sheet.cloth.inner, plain=True
    )
    sheet.piece(
        _at(
            "M74 164 Q76 172 68 176 Q28 184 -8 206 Q-24 214 -84 213"
            " Q-96 212 -92 206 Q-40 208 -14 196 Q26 170 74 164Z",
            dx,
            dy,
        ),
        plain=True,
    )
    sheet.piece(
        _at(
            "M-74 206 Q-66 182 -48 178 Q-34 180 -30 202"
            " L-42 205 Q-46 190 -52 190 Q-60 192 -63 206Z",
            dx,
            dy,
        )
    )
    sheet.piece(
        _at("M66 166 Q64 140 56 122 Q38 128 14 136 L16 144 Q38 137 52 132 Q58 146 58 167Z", dx, dy)
    )
    sheet.piece(_at("M16 134 Q8 150 12 182 L20 178 Q17 154 23 138Z", dx, dy))
    sheet.dots((20 + dx, 139 + dy), size=5.4, fill=METAL)


def _flap_bag(sheet: Sketch) -> None:
    sheet.shade(path("M-88 236 Q0 226 88 236 Q0 246 -88 236Z"))
    sheet.edge("M-58 140 Q-64 52 0 50 Q64 52 58 140", width=7)
    for x in (-58, 58):
        sheet.dots((x, 140), size=9, fill=METAL)
    sheet.piece(whole(path("M0 134 L66 134 Q74 134 76 144 L84 222 Q85 235 72 235 L0 235")))
    sheet.shade(path("M60 136 Q74 134 76 144 L84 222 Q85 235 72 235 L58 235 Q70 190 60 136Z"))
    sheet.piece(whole(path("M0 130 L68 130 Q76 131 77 140 Q74 186 46 192 L0 194")))
    sheet.stitch("M0 189 L45 187.5 Q68 182 71.5 140", both=True)
    sheet.piece(
        path("M-9 182 L9 182 Q12 194 9 206 L-9 206 Q-12 194 -9 182Z"), fill=METAL, plain=True
    )
    sheet.piece(path("M-3 190 L3 190 L3 198 L-3 198Z"), fill=sheet.cloth.inner, plain=True)


def _tote(sheet: Sketch) -> None:
    sheet.shade(path("M-84 254 Q0 244 84 254 Q0 264 -84 254Z"))
    sheet.edge("M-34 132 Q-38 62 0 60 Q38 62 34 132", width=5)
    sheet.piece(whole(path("M0 116 L78 116 L68 246 Q68 253 60 253 L0 253")))
    sheet.edge("M-38 150 Q-44 48 0 46 Q44 48 38 150", width=6)
    sheet.seam("M0 126 L77 126", both=True)
    sheet.piece(path("M32 146 L44 146 L44 166 L32 166Z"), plain=True)
    sheet.piece(path("M-44 146 L-32 146 L-32 166 L-44 166Z"), plain=True)
    sheet.shade(path("M62 117 L78 116 L68 246 Q68 253 60 253 L50 253 Q62 190 62 117Z"))


def _crossbody(sheet: Sketch) -> None:
    sheet.shade(path("M-62 252 Q0 242 62 252 Q0 262 -62 252Z"))
    sheet.edge("M-54 182 Q-86 44 0 40 Q86 44 54 182", width=3.4)
    sheet.piece(whole(path("M0 172 L52 172 Q60 173 60 182 L60 240 Q60 251 48 251 L0 251")))
    sheet.piece(whole(path("M0 170 L54 170 Q61 171 61 180 Q60 212 30 216 L0 217")))
    sheet.stitch("M0 212 L29 211 Q54 207 56 178", both=True)
    for x in (-54, 54):
        sheet.dots((x, 180), size=8, fill=METAL)
    sheet.dots((0, 210), size=9, fill=METAL)


def _clutch(sheet: Sketch) -> None:
    sheet.shade(path("M-92 218 Q0 208 92 218 Q0 228 -92 218Z"))
    sheet.piece(whole(path("M0 116 L84 116 Q92 117 92 126 L88 208 Q87 217 78 217 L0 217")))
    sheet.piece(whole(path("M0 114 L86 114 Q92 116 90 124 L8 174 L0 177")))
    sheet.stitch("M0 171 L6 169 L84 121", both=True)
    sheet.dots((0, 168), size=11, fill=METAL)


def _bucket(sheet: Sketch) -> None:
    sheet.shade(path("M-64 250 Q0 240 64 250 Q0 260 -64 250Z"))
    sheet.edge("M-44 136 Q-58 44 0 42 Q58 44 44 136", width=6)
    sheet.inner(whole(path("M0 118 Q40 118 52 128 Q40 138 0 138")))
    sheet.piece(whole(path("M0 136 Q40 136 52 127 Q64 190 62 236 Q58 249 0 249")))
    sheet.seam("M0 236 Q50 236 62 228", both=True)
    sheet.edge("M-50 146 Q0 160 50 146", width=2.4)
    sheet.edge("M0 153 Q-8 176 -6 190 M2 153 Q10 172 10 184", width=2.2)
    sheet.dots((-6, 191), (10, 185), size=6, fill=METAL)


def _belt(sheet: Sketch) -> None:
    sheet.inner(path("M-78 124 Q-74 92 0 90 Q74 92 78 124 Q70 104 0 104 Q-70 104 -78 124Z"))
    sheet.piece(
        path("M-78 124 Q-74 92 0 90 Q74 92 78 124 L78 150 Q72 116 0 114 Q-72 116 -78 150Z"),
        fill=sheet.cloth.inner,
        plain=True,
    )
    sheet.piece(
        path("M-80 130 Q-78 176 -4 184 Q78 190 80 132 L80 160 Q76 216 -4 212 Q-78 204 -80 158Z")
    )
    sheet.piece(path("M-4 184 Q56 188 92 204 Q98 212 90 220 Q54 214 -4 212Z"))
    sheet.stitch("M-76 140 Q-70 181 -4 189 Q54 193 88 208 M-76 160 Q-70 199 -4 207 Q54 209 86 216")
    sheet.dots((46, 202), (60, 206), (74, 210), size=4, fill=sheet.cloth.outline)
    sheet.piece(
        path(
            "M-28 174 L6 178 Q12 180 12 186 L12 214 Q11 220 4 220"
            " L-28 216 Q-34 214 -34 208 L-34 180 Q-33 174 -28 174Z"
        ),
        fill=METAL,
        plain=True,
    )
    sheet.piece(path("M-22 182 L0 185 L0 211 L-22 208Z"), plain=True)
    sheet.edge("M-28 194 L6 199", width=3)


def _necklace(sheet: Sketch) -> None:
    """A bust line in pencil, so that the pearls have a neck to lie on."""
    sheet.seam("M30 52 Q26 104 38 118 Q58 132 98 140", both=True, width=1.4)
    sheet.seam("M20 150 Q40 140 66 142", both=True, width=1.2)
    beads = []
    for n in range(-13, 14):
        turn = n / 13 * 1.42
        beads.append((64 * sin(turn) * 0.78, 92 + 98 * cos(turn)))
    for x, y in beads[1:-1]:
        near = 9.5 - abs(x) * 0.075
        sheet.dots((x, y), size=near, fill=sheet.cloth.fill)
    sheet.piece(path("M0 196 Q11 210 8 221 Q0 230 -8 221 Q-11 210 0 196Z"), plain=True)
    sheet.dots((0, 196), size=5, fill=METAL)


def _hat(sheet: Sketch) -> None:
    sheet.shade(path("M-100 208 Q0 224 100 208 Q0 240 -100 208Z"))
    sheet.piece(path("M-104 190 Q-98 164 0 162 Q98 164 104 190 Q98 214 0 216 Q-98 214 -104 190Z"))
    sheet.shade(path("M-58 178 Q0 200 58 178 Q62 194 0 198 Q-62 194 -58 178Z"))
    sheet.piece(
        path("M-56 182 Q-60 122 -42 104 Q-24 92 0 100 Q24 92 42 104 Q60 122 56 182 Q0 200 -56 182Z")
    )
    sheet.piece(
        path("M-57 160 Q0 178 57 160 L56 182 Q0 200 -56 182Z"), fill=sheet.cloth.inner, plain=True
    )
    sheet.seam("M0 100 Q4 116 0 132 M-30 104 Q-26 116 -28 124", width=1.2)
    sheet.seam("M-92 194 Q-84 208 0 209 Q84 208 92 194")


def _earrings(sheet: Sketch) -> None:
    for x in (-38, 38):
        sheet.edge(_shifted("M0 92 Q-10 76 2 72 Q12 76 6 90", x, 0), width=2.2)
        sheet.dots((x, 96), size=12, fill=METAL)
        sheet.piece(
            _at("M0 106 Q26 140 22 172 Q16 196 0 196 Q-16 196 -22 172 Q-26 140 0 106Z", x, 0)
        )
        sheet.inner(_at("M0 128 Q15 150 13 170 Q9 184 0 184 Q-9 184 -13 170 Q-15 150 0 128Z", x, 0))
        sheet.dots((x, 208), size=10, fill=METAL)


def _scarf(sheet: Sketch) -> None:
    sheet.piece(path("M-14 128 Q-30 190 -46 250 L-4 258 Q4 190 8 136Z"))
    sheet.piece(path("M4 130 Q26 180 30 236 L64 228 Q54 170 26 124Z"))
    sheet.shade(path("M26 124 Q54 170 64 228 L50 231 Q44 180 18 134Z"))
    sheet.inner(path("M-46 84 Q0 62 46 84 Q24 100 0 100 Q-24 100 -46 84Z"))
    sheet.piece(
        path(
            "M-62 82 Q-56 66 -44 82 Q-16 104 0 104 Q16 104 44 82"
            " Q56 66 62 82 Q64 116 26 136 Q0 146 -26 136 Q-64 116 -62 82Z"
        )
    )
    sheet.seam("M-56 92 Q-36 122 0 126 M54 96 Q34 122 8 128 M-40 104 Q-20 116 6 116", width=1.2)
    sheet.piece(path("M-18 122 Q-2 114 18 122 Q26 134 16 146 Q0 152 -16 146 Q-26 134 -18 122Z"))
    sheet.seam("M-8 122 Q-14 134 -8 146 M6 120 Q12 134 6 147")
    for n in range(9):
        x = -45 + n * 5.1
        sheet.edge(f"M{x:.1f} {251 + n * 0.9:.1f} L{x - 3:.1f} {263 + n * 0.9:.1f}", width=1.2)
    for n in range(8):
        x = 31 + n * 4.6
        sheet.edge(f"M{x:.1f} {236 - n * 1.1:.1f} L{x + 2:.1f} {248 - n * 1.1:.1f}", width=1.2)


def _shifted(d: str, dx: float, dy: float) -> str:
    """The same lines elsewhere on the sheet."""
    return "".join(
        path("M" + part).moved(1, 1, dx, dy).d(closed=False) for part in d.split("M")[1:]
    )


_ACCESSORIES: dict[str, Callable[[Sketch], None]] = {
    "belt": _belt,
    "necklace": _necklace,
    "hat": _hat,
    "earrings": _earrings,
    "scarf": _scarf,
}
