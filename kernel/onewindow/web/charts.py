"""Lays out small bar and line charts as plain shapes, which a template draws as SVG without any script."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["bar", "line"]
Size = Literal["wide", "narrow"]

_SIZES: dict[str, tuple[int, int]] = {"wide": (720, 280), "narrow": (340, 280)}
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 26, 40
_CHARACTER = 15
"""About how wide one Chinese character of a label is."""


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    words: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart for one width: everything has its place already."""

    width: int
    height: int
    left: float
    right: float
    grid: tuple[float, ...]
    texts: tuple[Text, ...]
    bars: tuple[Bar, ...] = ()
    points: tuple[tuple[float, float], ...] = ()

    @property
    def path(self) -> str:
        """The points of the line, as SVG wants them."""
        return " ".join(f"{x},{y}" for x, y in self.points)


def _ceiling(top: float) -> float:
    """The round number at the top of the axis."""
    if top < 1e-6:  # what nobody can see; far below, the logarithm itself gives out
        return 1.0
    scale = 10.0 ** math.floor(math.log10(top))
    return next(step * scale for step in (1, 2, 2.5, 5, 10) if step * scale >= top)


def draw(labels: Sequence[str], values: Sequence[float], form: Form = "bar", size: Size = "wide") -> Drawing:
    """Lay out a chart of one series, from nought up; a narrow one leaves out labels that would run together."""
    width, height = _SIZES[size]
    top = _ceiling(max(values, default=0))
    inner = height - _TOP - _BOTTOM
    step = (width - _LEFT - _RIGHT) / max(len(labels), 1)

    def y(value: float) -> float:
        return round(_TOP + inner * (1 - max(value, 0) / top), 1)

    def x(n: int) -> float:
        return round(_LEFT + step * (n + 0.5), 1)

    texts = [Text(_LEFT - 6, y(part) + 5, f"{part:g}", "end") for part in (0, top / 2, top)]
    every = math.ceil(max((len(one) for one in labels), default=1) * _CHARACTER / step)
    texts += [Text(x(n), height - _BOTTOM + 22, one) for n, one in enumerate(labels) if n % every == 0]
    shown = list(enumerate(values[: len(labels)]))
    texts += _figures(shown, step, x, y)
    grid = tuple(y(top * part / 4) for part in range(5))
    frame = (width, height, float(_LEFT), float(width - _RIGHT), grid, tuple(texts))
    if form == "line":
        return Drawing(*frame, points=tuple((x(n), y(value)) for n, value in shown))
    thick = min(step * 0.66, 56)
    bars = (Bar(round(x(n) - thick / 2, 1), y(v), round(thick, 1), round(y(0) - y(v), 1)) for n, v in shown)
    return Drawing(*frame, bars=tuple(bars))


def _figures(
    shown: Sequence[tuple[int, float]], step: float, x: Callable[[int], float], y: Callable[[float], float]
) -> list[Text]:
    """The figure over each bar or point, where there is room for all of them."""
    widest = max((len(f"{value:g}") for _n, value in shown), default=0)
    if widest * 9 > step:
        return []
    return [Text(x(n), y(value) - 8, f"{value:g}") for n, value in shown]
