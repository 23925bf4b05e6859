"""A lineage as a drawing: Mermaid text, GraphML, and SVG that needs nothing to be shown."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from policygraph import iri, things
from policygraph.edges import Options
from policygraph.engine import Engine
from policygraph.paths import Paths

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
MAX_NODES = 300
"""Things of a drawing; nobody reads a larger one."""
_BOX, _LINE, _GAP_X, _GAP_Y, _PAD = 240, 16, 150, 16, 10
"""Sizes in the SVG, in pixels."""
_LETTERS = 30
_LINES = 3


@dataclass(frozen=True, slots=True)
class Node:
    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Leads upward; ``label`` is the relation's name."""

    lower: str
    label: str
    upper: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes, and edges upward; ``is_complete`` is False where some were left out."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    is_complete: bool


def lineage(
    snapshot: Engine, thing: str, options: Options, *, upward: bool, downward: bool, lang: str
) -> Drawing:
    """What is above and below a thing, with the direct edges between."""
    paths = Paths(snapshot, options, lang)
    links = set()
    is_complete = True
    if upward:
        links |= {link for found in paths.edges.up(thing).values() for link in found}
    if downward:
        below, is_complete = paths.edges.down(thing)
        links |= {link for found in below.values() for link in found}
    edges = sorted({(link.lower, link.relation, link.upper) for link in links})
    order = list(dict.fromkeys([thing, *(end for edge in edges for end in (edge[0], edge[2]))]))
    kept = set(order[:MAX_NODES])
    shown = [edge for edge in edges if edge[0] in kept and edge[2] in kept]
    names = things.names(snapshot, [*kept, *(relation for _, relation, _ in shown)])

    def name(address: str) -> str:
        found = names[address]
        return found.en if lang == "en" and found.en else found.vi

    return Drawing(
        tuple(Node(address, name(address)) for address in order[:MAX_NODES]),
        tuple(Edge(lower, name(relation), upper) for lower, relation, upper in shown),
        is_complete and len(order) <= MAX_NODES,
    )


def mermaid(drawing: Drawing) -> str:
    """A flowchart; quotes and brackets in labels are written as entities."""
    numbers = {node.iri: f"n{number}" for number, node in enumerate(drawing.nodes)}
    lines = ["flowchart BT"]
    lines += [f'  {numbers[n.iri]}["{_entity(_short(n.label))}"]' for n in drawing.nodes]
    lines += [
        f'  {numbers[e.lower]} -->|"{_entity(e.label)}"| {numbers[e.upper]}' for e in drawing.edges
    ]
    return "\n".join(lines) + "\n"


def graphml(drawing: Drawing) -> str:
    """GraphML with labels of nodes and edges."""
    ET.register_namespace("", GRAPHML)
    root = ET.Element(f"{{{GRAPHML}}}graphml")
    for kind in ("node", "edge"):
        key = {"id": f"{kind}Label", "for": kind, "attr.name": "label", "attr.type": "string"}
        ET.SubElement(root, f"{{{GRAPHML}}}key", key)
    graph = ET.SubElement(root, f"{{{GRAPHML}}}graph", {"edgedefault": "directed"})
    for node in drawing.nodes:
        element = ET.SubElement(graph, f"{{{GRAPHML}}}node", {"id": node.iri})
        ET.SubElement(element, f"{{{GRAPHML}}}data", {"key": "nodeLabel"}).text = _plain(node.label)
    for edge in drawing.edges:
        ends = {"source": edge.lower, "target": edge.upper}
        element = ET.SubElement(graph, f"{{{GRAPHML}}}edge", ends)
        ET.SubElement(element, f"{{{GRAPHML}}}data", {"key": "edgeLabel"}).text = edge.label
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def svg(drawing: Drawing) -> str:
    """Boxes in columns, what is above to the left; every box links to its thing's page."""
    columns = _columns(drawing)
    tall = _PAD * 2 + _LINE * _LINES
    width = len(columns) * (_BOX + _GAP_X) - _GAP_X + 2 * _GAP_Y
    height = max(map(len, columns)) * (tall + _GAP_Y) + _GAP_Y
    places = {}
    for number, column in enumerate(columns):
        top = (height - len(column) * (tall + _GAP_Y) + _GAP_Y) // 2
        for place, address in enumerate(column):
            left = _GAP_Y + number * (_BOX + _GAP_X)
            places[address] = (left, top + place * (tall + _GAP_Y))
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for edge in drawing.edges:
        told[edge.lower, edge.upper].append(edge.label)
    ends = {pair: _ends(places[pair[0]], places[pair[1]], tall) for pair in told}
    body = [_line(*ends[pair]) for pair in told]
    body += [_box(node, places[node.iri], tall) for node in drawing.nodes]
    body += [_label("; ".join(labels), *ends[pair]) for pair, labels in told.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="sans-serif" font-size="12">'
        f"<title>{escape(_plain(drawing.nodes[0].label))}</title>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(body)}</svg>\n'
    )


def _columns(drawing: Drawing) -> Sequence[Sequence[str]]:
    """Things by how far they are from the top, the highest first; one that is below another is
    in a later column, cycles apart."""
    below: Mapping[str, list[str]] = defaultdict(list)
    for edge in drawing.edges:
        below[edge.upper].append(edge.lower)
    depth = {node.iri: 0 for node in drawing.nodes}
    for _ in range(len(depth)):
        moved = False
        for upper, lowers in below.items():
            for lower in lowers:
                if depth[lower] <= depth[upper] < len(depth) - 1 and lower != upper:
                    depth[lower] = depth[upper] + 1
                    moved = True
        if not moved:
            break
    used = sorted(set(depth.values()))
    return [[address for address in depth if depth[address] == step] for step in used]


Point = tuple[int, int]


def _ends(lower: Point, upper: Point, tall: int) -> tuple[Point, Point]:
    """Where an edge leaves the lower box, to the left, and meets the upper one."""
    return (lower[0], lower[1] + tall // 2), (upper[0] + _BOX, upper[1] + tall // 2)


def _line(start: Point, end: Point) -> str:
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) // 2
    return (
        f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2 + 8} {y2}" fill="none" '
        f'stroke="#666"/><path d="M{x2} {y2} l9 -4 v8 z" fill="#666"/>'
    )


def _label(label: str, start: Point, end: Point) -> str:
    """In the gap left of the lower box, where no other box stands, at the height of the curve."""
    x = start[0] - _GAP_X // 2
    way = min(_GAP_X / 2 / max(start[0] - end[0], 1), 1.0)
    y = round(start[1] + (end[1] - start[1]) * way * way * (3 - 2 * way)) + 4
    return (
        f'<text x="{x}" y="{y}" text-anchor="middle" fill="#333" stroke="#fff" stroke-width="4" '
        f'paint-order="stroke">{escape(_plain(label))}</text>'
    )


def _box(node: Node, place: tuple[int, int], height: int) -> str:
    x, y = place
    lines = wrap(_plain(node.label), _LETTERS, max_lines=_LINES, placeholder=" …") or [node.iri]
    top = y + (height - _LINE * len(lines)) // 2 - 4
    texts = "".join(
        f'<tspan x="{x + _BOX // 2}" y="{top + _LINE * (n + 1)}">{escape(text)}</tspan>'
        for n, text in enumerate(lines)
    )
    address = "/" + node.iri.removeprefix(iri.BASE) if node.iri.startswith(iri.BASE) else "#"
    return (
        f'<a href="{escape(address)}"><rect x="{x}" y="{y}" width="{_BOX}" height="{height}" '
        f'rx="6" fill="#eef4fb" stroke="#1a5fb4"/><text text-anchor="middle">{texts}</text></a>'
    )


def _short(text: str) -> str:
    plain = _plain(text)
    return plain if len(plain) <= 80 else plain[:80].rsplit(" ", 1)[0] + " …"


def _plain(text: str) -> str:
    """On one line, without what XML forbids."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


def _entity(text: str) -> str:
    return "".join(c if c.isalnum() or c in _SAFE else f"#{ord(c)};" for c in text)


_SAFE: Iterable[str] = frozenset(" .,/-–:()…")
