"""A document between what it stands on and what carries it out, as SVG to stand inside a page.

One box a line, what is above on top, so that the picture is legible on a phone.  Lines run in
lanes left of the boxes and end in an arrow at the upper document; looks are classes of the page's
style sheet.  What the picture says is also told in a list beside it.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from policygraph.edges import Link, kind
from policygraph.paths import Edge, Node, Paths

MOST = 6
"""Documents shown on either side; the others are counted."""
WIDTH = 400
"""Of the picture in its own units; a letter is about 15 high."""
_LANE, _GAP, _PAD, _LINE, _LETTERS = 14, 14, 9, 19, 42


@dataclass(frozen=True, slots=True)
class Ladder:
    """``uppers`` from the farthest to the nearest, ``lowers`` as they are named; the ``edges``
    among all of these; how many documents are left out above and below."""

    document: Node
    uppers: tuple[Node, ...]
    lowers: tuple[Node, ...]
    edges: tuple[Edge, ...]
    more_above: int
    more_below: int


def of(paths: Paths, document: str) -> Ladder:
    """What a document stands on, step by step, and what directly carries it out."""
    above = [node for node in paths.edges.up(document) if node != document and kind(node) == "doc"]
    links = [link for link in paths.edges.below(document) if kind(link.lower) == "doc"]
    below = list(dict.fromkeys(link.lower for link in links if link.lower not in above))
    uppers, lowers = above[:MOST][::-1], below[:MOST]
    kept = {document, *uppers, *lowers}
    edges: dict[tuple[str, str, str], Link] = {}
    for node in (document, *uppers, *lowers):
        for link in paths.edges.above(node):
            if link.upper in kept:
                edges[link.lower, link.upper, link.relation] = link
    return Ladder(
        paths.node(document),
        tuple(map(paths.node, uppers)),
        tuple(map(paths.node, lowers)),
        tuple(map(paths.edge, edges.values())),
        len(above) - len(uppers),
        len(below) - len(lowers),
    )


def svg(ladder: Ladder, name: str, href: Callable[[str], str]) -> str:
    """The picture; ``name`` says in words what it shows, ``href`` gives the page of a document."""
    nodes = (*ladder.uppers, ladder.document, *ladder.lowers)
    lanes = _lanes(ladder, [node.iri for node in nodes])
    left = _LANE * (max(lanes.values(), default=-1) + 2)
    drawn = ET.Element("svg", {"class": "ladder", "role": "group", "aria-label": name})
    middles: dict[str, int] = {}
    top = 1
    boxes = ET.Element("g")
    for node in nodes:
        said = _relations(ladder, node.iri)
        lines = wrap(node.label, _LETTERS - left // 8, max_lines=2, placeholder=" …")
        height = 2 * _PAD + _LINE * (len(lines) + bool(said))
        link = ET.SubElement(boxes, "a", {"href": href(node.iri)})
        box = {"x": str(left), "y": str(top), "width": str(WIDTH - left - 1), "rx": "6"}
        state = "self" if node is ladder.document else "other"
        ET.SubElement(link, "rect", {**box, "height": str(height), "class": f"box {state}"})
        for place, words in enumerate([*lines, *([said] if said else [])], 1):
            look = "relation" if place > len(lines) else "label"
            at = {"x": str(left + 12), "y": str(top + _PAD + _LINE * place - 5), "class": look}
            ET.SubElement(link, "text", at).text = words
        middles[node.iri] = top + height // 2
        top += height + _GAP
    drawn.set("viewBox", f"0 0 {WIDTH} {top - _GAP + 1}")
    for edge in ladder.edges:
        x = left - _LANE * (lanes[edge.lower, edge.upper] + 1)
        start, end = middles[edge.lower], middles[edge.upper]
        shape = f"M{left} {start} H{x} V{end} H{left - 2}"
        tip = f"M{left - 7} {end - 4} L{left} {end} L{left - 7} {end + 4} Z"
        look = edge.evidence_class.rpartition("/")[2]
        ET.SubElement(drawn, "path", {"d": shape, "class": f"edge {look}"})
        ET.SubElement(drawn, "path", {"d": tip, "class": "tip"})
    drawn.append(boxes)
    return ET.tostring(drawn, encoding="unicode")


def _relations(ladder: Ladder, node: str) -> str:
    """How a box stands to those above it, in the words of the relations."""
    return " · ".join(dict.fromkeys(e.relation_label for e in ladder.edges if e.lower == node))


def _lanes(ladder: Ladder, order: Sequence[str]) -> dict[tuple[str, str], int]:
    """Lane of each edge, the innermost 0.  Edges into the document share one lane, and so do those
    that leave one document upward; lanes whose edges overlap stand apart."""
    place = {address: number for number, address in enumerate(order)}
    buses: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    for edge in ladder.edges:
        is_below = edge.upper == ladder.document.iri
        hub = edge.upper if is_below else edge.lower
        buses.setdefault((hub, is_below), []).append((edge.lower, edge.upper))
    spans = {
        bus: (
            min(place[e] for pair in pairs for e in pair),
            max(place[e] for p in pairs for e in p),
        )
        for bus, pairs in buses.items()
    }
    taken: list[list[tuple[int, int]]] = []
    found: dict[tuple[str, str], int] = {}
    for bus in sorted(buses, key=lambda bus: spans[bus][1] - spans[bus][0]):
        low, high = spans[bus]
        lane = next(
            (n for n, used in enumerate(taken) if all(high <= a or b <= low for a, b in used)),
            len(taken),
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        found |= dict.fromkeys(buses[bus], lane)
    return found
