"""An agency and those it shares work with, as SVG to stand inside a page: the more they share, the
thicker the line.  Partners stand below each other, so that their names are legible on a phone;
looks are classes of the page's style sheet."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

WIDTH = 400
"""Of the picture in its own units; a letter is about 15 high."""
_ROW, _HUB, _NODE, _TEXT = 62, 22, 112, 128
_THIN, _THICK = 1.5, 9.0
_LETTERS = 33


@dataclass(frozen=True, slots=True)
class Spoke:
    """A partner: its name and page, how much is shared, and that in words."""

    name: str
    href: str
    share: int
    told: str


def svg(spokes: Sequence[Spoke], name: str) -> str:
    """The picture; ``name`` says in words what it shows."""
    height = max(_ROW * len(spokes), 1)
    drawn = ET.Element(
        "svg",
        {
            "class": "spokes",
            "role": "group",
            "aria-label": name,
            "viewBox": f"0 0 {WIDTH} {height}",
        },
    )
    middle = height // 2
    most = max((spoke.share for spoke in spokes), default=1)
    for place, spoke in enumerate(spokes):
        y = _ROW * place + _ROW // 2
        bend = (_HUB + _NODE) // 2
        width = _THIN + (_THICK - _THIN) * spoke.share / most
        line = {"d": f"M{_HUB} {middle} C{bend} {middle} {bend} {y} {_NODE} {y}"}
        ET.SubElement(drawn, "path", {**line, "class": "spoke", "stroke-width": f"{width:.1f}"})
    for place, spoke in enumerate(spokes):
        y = _ROW * place + _ROW // 2
        link = ET.SubElement(drawn, "a", {"href": spoke.href})
        ET.SubElement(link, "circle", {"cx": str(_NODE), "cy": str(y), "r": "7", "class": "end"})
        lines = wrap(spoke.name, _LETTERS, max_lines=2, placeholder=" …")
        top = y - 9 * len(lines)
        for number, words in enumerate([*lines, spoke.told]):
            look = "label" if number < len(lines) else "told"
            at = {"x": str(_TEXT), "y": str(top + 4 + 17 * number), "class": look}
            ET.SubElement(link, "text", at).text = words
    ET.SubElement(drawn, "circle", {"cx": str(_HUB), "cy": str(middle), "r": "14", "class": "hub"})
    return ET.tostring(drawn, encoding="unicode")
