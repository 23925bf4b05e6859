"""The picture of a document between what it stands on and what carries it out."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from policygraph import iri, ladder, lineage, resources, store
from policygraph.edges import Options
from policygraph.ladder import Ladder
from policygraph.paths import Edge, Node, Paths

TTL = Path(__file__).parent / "fixtures" / "ttl"
DIRECTIVE = iri.THINGS + "doc/vn.bct.nq.2019.52"
PLAN = iri.THINGS + "doc/vn-21.ubnd.kh.2020.99"


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    return Paths(store.open_read_only(root), Options(external=True))


def drawn(rungs):
    return ET.fromstring(ladder.svg(rungs, "<Tên>", lambda address: "/" + address[-5:]))


def rows(svg):
    return [
        (["".join(t.itertext()) for t in link.iter("text")], link.find("rect").attrib["class"])
        for link in svg.iter("a")
    ]


def test_what_stands_above_is_told_step_by_step(paths):
    rungs = ladder.of(paths, PLAN)
    assert [node.iri for node in rungs.uppers] == [DIRECTIVE]
    assert rows(drawn(rungs)) == [
        (["Nghị quyết 52-NQ/TW"], "box other"),
        (["Kế hoạch 99/KH-UBND", "thực hiện"], "box self"),
    ]


def test_what_carries_it_out_stands_below_each_by_its_evidence(paths):
    rungs = ladder.of(paths, DIRECTIVE)
    assert rungs.uppers == ()
    assert PLAN in [node.iri for node in rungs.lowers]
    svg = drawn(rungs)
    assert svg.attrib["aria-label"] == "<Tên>"
    looks = sorted(p.attrib["class"] for p in svg.iter("path") if p.attrib["class"] != "tip")
    assert looks == ["edge external", "edge title"]


def node(name):
    return Node(iri.THINGS + "doc/" + name, "doc", name, None, None, None, ())


def edge(lower, upper):
    said = iri.concept("evidence-class", "title")
    names = (iri.THINGS + "doc/" + lower, iri.term("implements"), "thực hiện")
    words = (None, None, None, None, None)
    return Edge(*names, iri.THINGS + "doc/" + upper, *words, said, None, None, ())


def test_lines_that_would_lie_on_each_other_stand_apart():
    rungs = Ladder(
        node("self"),
        (node("far"), node("near")),
        (node("low"),),
        (edge("self", "far"), edge("self", "near"), edge("near", "far"), edge("low", "self")),
        0,
        0,
    )
    svg = drawn(rungs)
    shapes = [p.attrib["d"].split() for p in svg.iter("path") if p.attrib["class"] != "tip"]
    lanes = {(int(s[1]), int(s[3][1:])): s[2] for s in shapes}
    order = sorted({y for ends in lanes for y in ends})
    far, near, own, low = order
    assert lanes[own, far] == lanes[own, near]
    assert lanes[near, far] != lanes[own, far]
    assert lanes[low, own] == lanes[near, far]


def test_no_more_is_drawn_than_can_be_read(paths, monkeypatch):
    monkeypatch.setattr(ladder, "MOST", 1)
    rungs = ladder.of(paths, DIRECTIVE)
    assert (len(rungs.lowers), rungs.more_below) == (1, 1)
