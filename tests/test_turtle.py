"""The Turtle writer gives what Oxigraph's gives, and what every reader reads back."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri
from policygraph.rdf import terms
from policygraph.rdf.terms import Graph
from policygraph.rdf.turtle import RDF_TYPE

LOCALS = [
    "a",
    "vn-61.ubnd.2021",
    "II.5",
    "5",
    "-a",
    "a.",
    "a~b",
    "a,b",
    "a/b",
    "",
    "đ",
    "%41",
]
BASES = [*iri.PREFIXES.values(), "http://x.example/", "urn:x:"]
addresses = st.builds(str.__add__, st.sampled_from(BASES), st.sampled_from(LOCALS))
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "\\", "\n", "\t", "\r", "\b", "\f", "\x00", "\x7f", "\x85", "\u2028", "\ufeff", "😀"]
)
numbers = st.sampled_from(
    [
        "5",
        "-5",
        "+5",
        "05",
        "",
        "x",
        "٣",
        "1.0",
        "1.",
        ".5",
        "1e3",
        "true",
        "2021",
        "2021-01-01",
        '"',
    ]
)
datatypes = st.sampled_from(["integer", "decimal", "double", "boolean", "gYear", "date", "string"])
literals = (
    st.builds(terms.text, words, st.sampled_from([None, "vi", "en"]))
    | st.builds(terms.typed, numbers, datatypes)
    | st.builds(ox.Literal, words, datatype=st.just(ox.NamedNode("http://x.example/type")))
)
objects = st.builds(terms.node, addresses) | literals
predicates = st.sampled_from(
    ["rdf:type", "rdfs:label", "pg:text", "skos:altLabel", "http://x.example/p"]
)
statements = st.lists(st.tuples(addresses, predicates, objects), min_size=1, max_size=12)


def graph_of(said: Sequence[tuple[str, str, terms.Object]]) -> Graph:
    graph = Graph()
    for subject, predicate, value in said:
        graph.add(subject, predicate, value)
    return graph


@given(statements)
def test_same_bytes_as_oxigraph(said):
    graph = graph_of(said)
    theirs = ox.serialize(graph, format=ox.RdfFormat.TURTLE, prefixes=iri.PREFIXES)
    assert terms.turtle(graph) == theirs


@given(statements)
def test_oxigraph_reads_what_was_said(said):
    content = terms.turtle(graph_of(said))
    read = {quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE)}
    meant = {ox.Triple(terms.node(s), terms.node(terms.expand(p)), o) for s, p, o in said}
    assert read == meant


TEXTS = [
    '"""',
    "\\",
    'a "b"\\',
    "\n\r\t\b\f",
    "".join(map(chr, range(1, 0x100))),
    "Đảng 😀 \u2028",
    "ﬁ",
]


def test_rdflib_reads_what_was_said():
    """Only words and integers: of other numbers rdflib makes terms of its own."""
    graph = Graph()
    for number, words in enumerate(TEXTS):
        graph.text(iri.thing(iri.Kind.TASK, str(number)), "pg:text", words, "vi")
        graph.text(iri.thing(iri.Kind.TASK, str(number)), "pg:rule", words)
        graph.integer(iri.thing(iri.Kind.TASK, str(number)), "pg:start", number)
    read = rdflib.Graph().parse(data=terms.turtle(graph), format="turtle")
    task = rdflib.Namespace(iri.PREFIXES["task"])
    pg = rdflib.Namespace(iri.ONTOLOGY)
    for number, words in enumerate(TEXTS):
        assert read.value(task[str(number)], pg.text) == rdflib.Literal(words, lang="vi")
        assert read.value(task[str(number)], pg.rule) == rdflib.Literal(words)
        assert read.value(task[str(number)], pg.start) == rdflib.Literal(number)
    assert len(read) == 3 * len(TEXTS)


def test_order_is_natural_and_type_comes_first():
    graph = Graph()
    for local in ("x.II.10", "x.II.9", "x.II"):
        graph.text(iri.thing(iri.Kind.TASK, local), "dcterms:title", "…")
        graph.type(iri.thing(iri.Kind.TASK, local), "pg:Task")
    lines = terms.turtle(graph).decode().splitlines()
    begun = [line for line in lines if line.startswith("task:")]
    assert begun == [f"task:{local} a pg:Task ;" for local in ("x.II", "x.II.9", "x.II.10")]


def test_equal_graphs_give_equal_bytes():
    said = [("http://x.example/s", "pg:text", terms.text("a", tag)) for tag in ("vi", "en", None)]
    assert terms.turtle(graph_of(said)) == terms.turtle(graph_of(said[::-1]))


def test_graph_without_statements_is_an_empty_file():
    assert terms.turtle(Graph()) == b""


@pytest.mark.parametrize("address", ["", "no iri", "pg:x y", "task/1"])
def test_what_is_no_iri_is_refused(address):
    graph = Graph()
    graph.link(iri.thing(iri.Kind.TASK, "1"), "pg:mandates", address)
    with pytest.raises(ValueError, match="IRI"):
        terms.turtle(graph)


def test_type_is_said_by_its_iri():
    graph = Graph()
    graph.type("http://x.example/s", "pg:Task")
    assert list(graph.said()) == [("http://x.example/s", RDF_TYPE, iri.term("Task"))]
