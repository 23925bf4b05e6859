"""Drawings say what the lineage says, and no label gets out of its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.drawing import GRAPHML, Drawing, Edge, Node, graphml, mermaid, svg

CHAIN = Drawing(
    (Node("urn:a", "Kế hoạch"), Node("urn:b", "Chương trình"), Node("urn:c", "Nghị quyết")),
    (Edge("urn:a", "thực hiện", "urn:b"), Edge("urn:b", "thực hiện", "urn:c")),
    True,
)
HOSTILE = st.one_of(
    st.sampled_from(('"]; click n0 "javascript:alert(1)"', "<script>", "]]>", "\x00\x0b", "&amp;")),
    st.text(max_size=60),
)


def test_mermaid():
    assert mermaid(CHAIN).splitlines() == [
        "flowchart BT",
        '  n0["Kế hoạch"]',
        '  n1["Chương trình"]',
        '  n2["Nghị quyết"]',
        '  n0 -->|"thực hiện"| n1',
        '  n1 -->|"thực hiện"| n2',
    ]


def test_graphml():
    root = ET.fromstring(graphml(CHAIN))
    space = {"g": GRAPHML}
    assert [n.get("id") for n in root.iterfind(".//g:node", space)] == ["urn:a", "urn:b", "urn:c"]
    ends = [(e.get("source"), e.get("target")) for e in root.iterfind(".//g:edge", space)]
    assert ends == [("urn:a", "urn:b"), ("urn:b", "urn:c")]
    assert next(d.text for d in root.iterfind(".//g:node/g:data", space)) == "Kế hoạch"


def boxes(drawn):
    root = ET.fromstring(svg(drawn))
    found = root.findall(".//{http://www.w3.org/2000/svg}a/{http://www.w3.org/2000/svg}rect")
    return [(int(box.attrib["x"]), int(box.attrib["y"])) for box in found]


def test_what_is_above_stands_to_the_left_in_the_svg():
    lefts = [x for x, _ in boxes(CHAIN)]
    assert lefts == sorted(lefts, reverse=True)
    assert len(set(lefts)) == 3


def test_boxes_do_not_overlap_and_edges_of_one_pair_share_a_label():
    nodes = (Node("urn:c", "Nghị quyết"), *(Node(f"urn:{n}", f"Kế hoạch {n}") for n in range(5)))
    edges = tuple(Edge(f"urn:{n}", name, "urn:c") for n in range(5) for name in ("x", "y"))
    drawn = Drawing(nodes, edges, True)
    tops = sorted(y for x, y in boxes(drawn) if x > boxes(drawn)[0][0])
    assert min(b - a for a, b in pairwise(tops)) > 48
    assert svg(drawn).count(">x; y<") == 5


@pytest.mark.parametrize("draw", [graphml, svg])
def test_a_circle_is_drawn_too(draw):
    edges = (*CHAIN.edges, Edge("urn:c", "thực hiện", "urn:a"), Edge("urn:a", "x", "urn:a"))
    ET.fromstring(draw(Drawing(CHAIN.nodes, edges, True)))


@given(label=HOSTILE)
def test_no_label_gets_out(label):
    drawn = Drawing(
        (Node("urn:a", label), Node("urn:b", "b")), (Edge("urn:a", "e", "urn:b"),), True
    )
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg(drawn)).iter()}
    assert tags <= {"svg", "title", "rect", "path", "text", "tspan", "a"}
    ET.fromstring(graphml(drawn))
    lines = mermaid(drawn).splitlines()
    assert len(lines) == 4
    assert re.fullmatch(r'  n0\["[^"<>\[\]]*"\]', lines[1])
