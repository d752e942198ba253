"""Lines and outlines: what a garment is drawn with before it becomes SVG.

Garments are drawn in body units: x = 0 is the middle of the body, y = 0 the base of the neck, and
one unit is about 0.6 cm of a body 168 cm tall. Outlines are written in the path language of SVG
(absolute M, L, Q, C, Z only) so that a drawing reads like the curve it is.
"""

import re
from collections.abc import Iterable, Sequence

Point = tuple[float, float]
Piece = tuple[Point, Point, Point]

_STEPS = 10
_TOKEN = re.compile(r"[MLQCZ]|-?\d+(?:\.\d+)?")


class Path:
    """A run of cubic curves; a straight line is a curve that does not bend."""

    def __init__(self, start: Point, pieces: Iterable[Piece] = ()) -> None:
        self.start = start
        self.pieces = list(pieces)

    @property
    def end(self) -> Point:
        return self.pieces[-1][2] if self.pieces else self.start

    def line(self, x: float, y: float) -> "Path":
        """Go straight to a point."""
        return self.curve(*self.end, x, y, x, y)

    def bend(self, cx: float, cy: float, x: float, y: float) -> "Path":
        """Go to a point, pulled towards one control point."""
        (sx, sy) = self.end
        return self.curve(
            sx + (cx - sx) * 2 / 3,
            sy + (cy - sy) * 2 / 3,
            x + (cx - x) * 2 / 3,
            y + (cy - y) * 2 / 3,
            x,
            y,
        )

    def curve(self, ax: float, ay: float, bx: float, by: float, x: float, y: float) -> "Path":
        """Go to a point, leaving towards the first control point and arriving from the second."""
        self.pieces.append(((ax, ay), (bx, by), (x, y)))
        return self

    def then(self, other: "Path") -> "Path":
        """This path and the other one, joined by a straight line where they do not meet."""
        whole = Path(self.start, self.pieces)
        if other.start != whole.end:
            whole.line(*other.start)
        whole.pieces.extend(other.pieces)
        return whole

    def reversed(self) -> "Path":
        """The same line, walked from its end to its start."""
        ends = [self.start, *(piece[2] for piece in self.pieces)]
        back = [(b, a, ends[i]) for i, (a, b, _) in reversed(list(enumerate(self.pieces)))]
        return Path(self.end, back)

    def moved(self, scale_x: float, scale_y: float, dx: float = 0, dy: float = 0) -> "Path":
        """Every point scaled, then shifted. A negative `scale_x` mirrors."""

        def at(point: Point) -> Point:
            return (point[0] * scale_x + dx, point[1] * scale_y + dy)

        return Path(at(self.start), [(at(a), at(b), at(c)) for a, b, c in self.pieces])

    def mirrored(self) -> "Path":
        """The same line on the other side of the body."""
        return self.moved(-1, 1)

    def points(self) -> list[Point]:
        """The line as short straight steps, for questions of inside and outside."""
        found = [self.start]
        for a, b, c in self.pieces:
            s = found[-1]
            for i in range(1, _STEPS + 1):
                t = i / _STEPS
                u = 1 - t
                w = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
                x = w[0] * s[0] + w[1] * a[0] + w[2] * b[0] + w[3] * c[0]
                y = w[0] * s[1] + w[1] * a[1] + w[2] * b[1] + w[3] * c[1]
                found.append((x, y))
        return found

    def d(self, *, closed: bool) -> str:
        """The line in the path language of SVG, to a tenth of a unit."""
        out = [f"M{_number(self.start[0])} {_number(self.start[1])}"]
        at = self.start
        for a, b, c in self.pieces:
            if a == at and b == c:
                out.append(f"L{_number(c[0])} {_number(c[1])}")
            else:
                out.append("C" + " ".join(_number(v) for p in (a, b, c) for v in p))
            at = c
        return "".join(out) + ("Z" if closed else "")


def path(d: str) -> Path:
    """Read one line written in the path language of SVG: absolute M, L, Q, C, Z, one M."""
    tokens = _TOKEN.findall(d)
    need = {"L": 2, "Q": 4, "C": 6}
    at = 3
    drawn = Path((float(tokens[1]), float(tokens[2])))
    command = "L"
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
            if command == "Z":
                return drawn.line(*drawn.start)
        values = [float(v) for v in tokens[at : at + need[command]]]
        at += need[command]
        if command == "L":
            drawn.line(*values)
        elif command == "Q":
            drawn.bend(*values)
        else:
            drawn.curve(*values)
    return drawn


def paths(d: str) -> list[Path]:
    """Read several lines, each beginning with its own M."""
    return [path("M" + part) for part in d.split("M")[1:]]


def whole(right: Path, left: Path | None = None) -> Path:
    """A closed outline from its right half, walked from the top middle to the bottom middle.

    The left half mirrors the right one unless it is given (as if it were on the right).
    """
    return right.then((left or right).mirrored().reversed())


def crossings(y: float, outline: Sequence[Point]) -> list[float]:
    """The x of every place where a level line enters or leaves a closed outline, left to right."""
    found = []
    previous = outline[-1]
    for point in outline:
        if (point[1] > y) != (previous[1] > y):
            share = (y - point[1]) / (previous[1] - point[1])
            found.append(point[0] + share * (previous[0] - point[0]))
        previous = point
    return sorted(found)


def _number(value: float) -> str:
    """A tenth of a unit is finer than a pixel: more digits only make the page heavier."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text
