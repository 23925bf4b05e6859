"""Drawings say what the lineage says, and no label gets out of its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

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


def test_what_is_above_stands_higher_in_the_svg():
    root = ET.fromstring(svg(CHAIN))
    boxes = root.findall(".//{http://www.w3.org/2000/svg}a/{http://www.w3.org/2000/svg}rect")
    heights = [int(box.attrib["y"]) for box in boxes]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3


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
    assert tags <= {"svg", "title", "rect", "line", "text", "tspan", "a"}
    ET.fromstring(graphml(drawn))
    lines = mermaid(drawn).splitlines()
    assert len(lines) == 4
    assert re.fullmatch(r'  n0\["[^"<>\[\]]*"\]', lines[1])
