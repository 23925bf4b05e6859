"""What is noted while a graph is loaded."""

from __future__ import annotations

import pyoxigraph as ox

from policygraph import iri
from policygraph.edges import REGISTER
from policygraph.links import Links

IMPLEMENTS, LABEL = iri.term("implements"), iri.term("documentNumber")
HERE, THERE = iri.graph("vn-21.ubnd.kh.2020.99"), REGISTER
A, B, C = (iri.thing(iri.Kind.DOCUMENT, name) for name in "abc")


def quad(lower, upper, graph, relation=IMPLEMENTS):
    upper = upper if isinstance(upper, ox.BlankNode | ox.Literal) else ox.NamedNode(upper)
    return ox.Quad(ox.NamedNode(lower), ox.NamedNode(relation), upper, ox.NamedNode(graph))


def named(links, in_register):
    names = links.names
    found = links.of(IMPLEMENTS, in_register=in_register)
    return [(names[lower], names[upper]) for lower, upper in found]


def test_links_are_noted_by_who_states_them_and_all_passes_on():
    given = [
        quad(A, B, HERE),
        quad(B, C, THERE),
        quad(A, ox.Literal("12/KH"), HERE, LABEL),
        quad(A, B, THERE),
        quad(C, A, HERE),
    ]
    links = Links()
    assert list(links.noted(given)) == given
    assert links.names == [A, B, C]
    assert named(links, in_register=False) == [(A, B), (C, A)]
    assert named(links, in_register=True) == [(B, C), (A, B)]


def test_what_has_no_name_is_no_link():
    links = Links()
    blank, text = ox.BlankNode("x"), ox.Literal("kế hoạch")
    unnamed = ox.Quad(blank, ox.NamedNode(IMPLEMENTS), ox.NamedNode(A), ox.NamedNode(HERE))
    assert len(list(links.noted([quad(A, blank, HERE), quad(A, text, HERE), unnamed]))) == 3
    assert links.names == []
    assert named(links, in_register=False) == []
