"""A sheet on which a garment is drawn piece by piece, and its SVG."""

from dataclasses import dataclass
from html import escape

from zhiyin.interfaces.drawing import patterns
from zhiyin.interfaces.drawing.palette import Cloth
from zhiyin.interfaces.drawing.pen import Path, paths

WIDTH = 240
HEIGHT = 300
GROUND = "#F1ECE3"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where on the sheet the body stands: units of the sheet per body unit, and the y of y = 0."""

    scale: float
    top: float


class Sketch:
    """The pieces of one drawing, from the back to the front."""

    def __init__(self, *, cloth: Cloth, frame: Frame, pattern: str = "solid") -> None:
        self.cloth = cloth
        self._frame = frame
        self._pattern = pattern
        self._marks: list[str] = []
        self._reach: list[float] = []

    @property
    def is_solid(self) -> bool:
        """Whether the cloth is plain, so that its knit can show."""
        return self._pattern == "solid"

    def piece(self, outline: Path, *, fill: str = "", plain: bool = False) -> None:
        """A piece of cloth with its outline; the pattern is laid on it unless it is `plain`."""
        placed = self._placed(outline)
        self._mark(placed, fill=fill or self.cloth.fill, stroke=self.cloth.outline, closed=True)
        if not plain and self._pattern != "solid":
            self._marks.append(
                patterns.on(placed.points(), pattern=self._pattern, cloth=self.cloth)
            )

    def pair(self, outline: Path, *, fill: str = "", plain: bool = False) -> None:
        """A piece and its twin on the other side of the body."""
        self.piece(outline.mirrored(), fill=fill, plain=plain)
        self.piece(outline, fill=fill, plain=plain)

    def inner(self, outline: Path) -> None:
        """Cloth seen from its far side."""
        self._mark(
            self._placed(outline), fill=self.cloth.inner, stroke=self.cloth.outline, closed=True
        )

    def shade(self, outline: Path) -> None:
        """A soft shadow laid over what is drawn already."""
        placed = self._placed(outline)
        self._marks.append(f'<path d="{placed.d(closed=True)}" fill="#241C16" fill-opacity=".07"/>')

    def seam(self, d: str | Path, *, width: float = 1, both: bool = False) -> None:
        """A line sewn or folded into the cloth; `both` draws it on the other side as well."""
        for line in paths(d) if isinstance(d, str) else [d]:
            for side in (line, line.mirrored()) if both else (line,):
                self._mark(self._placed(side), stroke=self.cloth.seam, width=width)

    def stitch(self, d: str, *, stroke: str = "", both: bool = False) -> None:
        """A dashed line of thread."""
        for line in paths(d):
            for side in (line, line.mirrored()) if both else (line,):
                self._mark(
                    self._placed(side), stroke=stroke or self.cloth.seam, width=0.9, dash="2.4 2.2"
                )

    def edge(self, d: str, *, width: float = 1.5) -> None:
        """A line as strong as an outline."""
        for line in paths(d):
            self._mark(self._placed(line), stroke=self.cloth.outline, width=width)

    def dots(self, *at: tuple[float, float], size: float = 3.4, fill: str = "") -> None:
        """Buttons, studs and pearls."""
        for x, y in at:
            spot = Path((x, y)).line(x, y)
            self._mark(self._placed(spot), stroke=self.cloth.outline, width=size)
            self._mark(self._placed(spot), stroke=fill or self.cloth.light, width=size - 1.6)

    def svg(self, *, title: str) -> str:
        """The whole drawing. Colours are attributes, so a strict content policy lets it through."""
        return (
            '<svg class="drawing" xmlns="http://www.w3.org/2000/svg"'
            f' viewBox="0 0 {WIDTH} {HEIGHT}"'
            f' role="img" focusable="false"><title>{escape(title)}</title>'
            f'<rect class="drawing__ground" width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/>'
            f'<g transform="translate(0 {self._centring():g})" fill="none"'
            ' stroke-linecap="round" stroke-linejoin="round">'
            f"{''.join(self._marks)}</g></svg>"
        )

    def _centring(self) -> int:
        """How far the drawing moves so that it stands in the middle of the sheet."""
        return round((HEIGHT - min(self._reach) - max(self._reach)) / 2) if self._reach else 0

    def _placed(self, line: Path) -> Path:
        scale = self._frame.scale
        return line.moved(scale, scale, WIDTH / 2, self._frame.top)

    def _mark(
        self,
        line: Path,
        *,
        stroke: str,
        fill: str = "",
        width: float = 1.5,
        dash: str = "",
        closed: bool = False,
    ) -> None:
        filled = f' fill="{fill}"' if fill else ""
        self._reach += [y for _, y in line.points()]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._marks.append(
            f'<path d="{line.d(closed=closed)}"{filled} stroke="{stroke}"'
            f' stroke-width="{width:g}"{dashed}/>'
        )
