"""Charts as SVG to stand inside a page: stacked bars, and figures with what bounds them.

Widths are per cent and heights pixels, so that letters keep their size on a phone.  Looks are
classes of the page's style sheet, never styles of the drawing; no colour says what words do not.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_ROW, _BAR, _LINE, _GAP, _HEAD, _AXIS = 44, 14, 22, 10, 30, 26
"""Heights in pixels: a row with its label, a bar, a line of the legend, the gap below it, a
heading, the axis."""
_WIDE, _LEAST_LABEL = 40, 14
"""Code points of a line on a phone, which the label of a row shares with its value (of a bar only
the sum is written where both would not fit), and of a label beside the longest value."""
_TICKS = 5
_ROOM = 1.1
_LEAST = 1e-6
"""Narrowest axis; no text of policy tells figures apart that are nearer."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart is called (``title``) and says (``description``), for those who do not see it
    too; ``name`` makes its ids differ from those of other charts of the page."""

    name: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; ``values`` are its pieces, in the order of the series."""

    label: str
    values: tuple[int, ...]


class Bound(StrEnum):
    """How a figure bounds a result: the notations of the comparator scheme."""

    EXACT = "="
    FLOOR = ">="
    ABOVE = ">"
    CEILING = "<="
    BELOW = "<"
    ABOUT = "~"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: ``told`` is how it is written ("≥ 30 %"); ``upper`` only of a range."""

    label: str
    told: str
    bound: Bound
    value: float
    upper: float | None = None
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Figures under one heading, such as a year."""

    label: str
    figures: tuple[Figure, ...]


def bars(caption: Caption, series: Sequence[str], rows: Sequence[Bar]) -> str:
    """Horizontal stacked bars with their numbers written out; ``series`` names the pieces."""
    most = max((sum(row.values) for row in rows), default=0) or 1
    top = _LINE * len(series) + _GAP
    svg = _canvas(caption, top + _ROW * len(rows), "chart-bars")
    for number, name in enumerate(series):
        middle = _LINE * number + _LINE // 2
        box = {"x": "0", "y": str(middle - 6), "width": "12", "height": "12"}
        ET.SubElement(svg, "rect", {**box, "class": f"series-{number + 1}"})
        _text(svg, name, "0", middle + 4, dx="20")
    for place, row in enumerate(rows):
        y = top + _ROW * place
        told = " · ".join(f"{n} {v}" for n, v in zip(series, row.values, strict=True) if v)
        if len(row.label) + len(told) > _WIDE:
            told = str(sum(row.values))
        _text(svg, _short(row.label, told), "0", y + 16, "chart-label")
        _text(svg, told, "100%", y + 16, "chart-value", anchor="end")
        start = 0
        for number, value in enumerate(row.values):
            if value:
                box = {"x": _share(start, most), "width": _share(value, most)}
                size = {"y": str(y + 23), "height": str(_BAR), "class": f"series-{number + 1}"}
                ET.SubElement(svg, "rect", box | size)
                start += value
    return ET.tostring(svg, encoding="unicode")


def figures(
    caption: Caption,
    groups: Sequence[Group],
    legend: Mapping[Bound, str],
    write: Callable[[float], str] = "{:g}".format,
    most: float | None = None,
) -> str:
    """Figures on one axis, each with a mark for its bound: a floor opens to the right, a ceiling
    to the left, a range is a bar, an estimate a broken ring.  ``legend`` names the bounds, of
    which those that occur are explained; ``write`` makes the numbers of the axis, which goes no
    further than ``most`` where there can be no more (100 per cent)."""
    shown = [figure for group in groups for figure in group.figures]
    ends = [end for f in shown for end in (f.value, f.upper) if end is not None]
    # What opens to the right needs room to do so.
    ends += [f.value * _ROOM for f in shown if f.bound in (Bound.FLOOR, Bound.ABOVE)]
    high = max(ends, default=0) if most is None else min(max(ends, default=0), most)
    low, high, step = axis(min(ends, default=0), high)
    used = [bound for bound in Bound if any(f.bound is bound for f in shown)]
    top = _LINE * len(used) + _GAP
    height = top + sum(_HEAD + _ROW * len(group.figures) for group in groups) + _AXIS
    svg = _canvas(caption, height, "chart-figures")
    for number, bound in enumerate(used):
        middle = _LINE * number + _LINE // 2
        _mark(svg, bound, "7", middle)
        _text(svg, legend[bound], "0", middle + 4, dx="20")

    def place(value: float) -> str:
        return _share(value - low, high - low)

    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        x = place(value)
        line = {"x1": x, "x2": x, "y1": str(top + 8), "y2": str(height - _AXIS)}
        ET.SubElement(svg, "line", {**line, "class": "chart-grid"})
        anchor = "start" if value == low else "end" if value >= high else "middle"
        _text(svg, write(value), x, height - 8, "chart-tick", anchor)
    y = top
    for group in groups:
        _text(svg, group.label, "0", y + 22, "chart-head")
        y += _HEAD
        for figure in group.figures:
            _figure(svg, figure, y, (place(figure.value), place(figure.upper or figure.value)))
            y += _ROW
    return ET.tostring(svg, encoding="unicode")


def axis(low: float, high: float) -> tuple[float, float, float]:
    """The ends of an axis that shows zero and both values, and the step of its ticks."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low < _LEAST:
        low, high = 0.0, 1.0
    rough = (high - low) / (_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= rough * 0.999)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _canvas(caption: Caption, height: int, kind: str) -> ET.Element:
    title, description = f"{caption.name}-title", f"{caption.name}-desc"
    svg = ET.Element(
        "svg",
        {
            "class": f"chart {kind}",
            "role": "img",
            "width": "100%",
            "height": str(height),
            "aria-labelledby": title,
            "aria-describedby": description,
        },
    )
    ET.SubElement(svg, "title", {"id": title}).text = caption.title
    ET.SubElement(svg, "desc", {"id": description}).text = caption.description
    return svg


def _figure(svg: ET.Element, figure: Figure, y: int, ends: tuple[str, str]) -> None:
    kind = "baseline" if figure.is_baseline else "target"
    row = ET.SubElement(svg, "g", {"class": kind})
    _text(row, _short(figure.label, figure.told), "0", y + 14, "chart-label")
    _text(row, figure.told, "100%", y + 14, "chart-value", anchor="end")
    middle = y + 30
    across = {"y1": str(middle), "y2": str(middle)}
    ET.SubElement(row, "line", {"x1": "0%", "x2": "100%", **across, "class": "chart-track"})
    span = {
        Bound.FLOOR: (ends[0], "100%"),
        Bound.ABOVE: (ends[0], "100%"),
        Bound.CEILING: ("0%", ends[0]),
        Bound.BELOW: ("0%", ends[0]),
        Bound.RANGE: ends,
    }.get(figure.bound)
    if span:
        line = {"x1": span[0], "x2": span[1], **across, "class": "chart-span"}
        ET.SubElement(row, "line", line)
    _mark(row, figure.bound, ends[0], middle)
    if figure.bound is Bound.RANGE:
        _mark(row, figure.bound, ends[1], middle)


_SHAPES = {
    Bound.EXACT: ("M0 -6 A6 6 0 1 1 0 6 A6 6 0 1 1 0 -6 Z", "full"),
    Bound.FLOOR: ("M-4 -7 L8 0 L-4 7 Z", "full"),
    Bound.ABOVE: ("M-4 -7 L8 0 L-4 7 Z", "hollow"),
    Bound.CEILING: ("M4 -7 L-8 0 L4 7 Z", "full"),
    Bound.BELOW: ("M4 -7 L-8 0 L4 7 Z", "hollow"),
    Bound.ABOUT: ("M0 -6 A6 6 0 1 1 0 6 A6 6 0 1 1 0 -6 Z", "broken"),
    Bound.RANGE: ("M-3 -7 L3 -7 L3 7 L-3 7 Z", "full"),
}
"""Outlines around the figure's place, and how they are filled."""


def _mark(parent: ET.Element, bound: Bound, x: str, y: int) -> None:
    # A path knows no per cent; a drawing within the drawing can stand at one.
    place = ET.SubElement(parent, "svg", {"x": x, "y": str(y), "overflow": "visible"})
    shape, fill = _SHAPES[bound]
    ET.SubElement(place, "path", {"d": shape, "class": f"chart-mark {fill}"})


def _text(
    parent: ET.Element,
    text: str,
    x: str,
    y: int,
    kind: str = "chart-text",
    anchor: str = "start",
    dx: str = "0",
) -> None:
    place = {"x": x, "y": str(y), "dx": dx, "text-anchor": anchor, "class": kind}
    ET.SubElement(parent, "text", place).text = text


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%"


def _short(label: str, value: str) -> str:
    """A label cut at a word where its value leaves no room for all of it."""
    room = max(_WIDE - len(value), _LEAST_LABEL)
    return label if len(label) <= room else label[:room].rsplit(" ", 1)[0] + " …"
