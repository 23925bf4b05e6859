"""Queries as people get them wrong: each is refused by the engine, and told at its place."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph.errors import QueryError
from policygraph.store import Snapshot
from policygraph_api import mistakes

EMPTY = Snapshot(ox.Store(), Path(), None)
CASES = [
    # query, line, column, what is said of it, what was expected
    ("SELCT * { ?s ?p ?o }", 1, 1, "perhaps SELECT", "SELECT"),
    ("hello", 1, 1, "from “hello” on", "SELECT, CONSTRUCT, DESCRIBE, ASK"),
    (" ", 1, 1, "no query", "SELECT"),
    ("SELECT ?s, ?o { ?s ?p ?o }", 1, 10, "from “,” on", None),
    ("SELECT ?s WERE { ?s ?p ?o }", 1, 11, "perhaps WHERE", "WHERE"),
    ("SELECT * {\n ?s ?p ?o\n OPTINAL { ?s ?a ?b } }", 3, 2, "perhaps OPTIONAL", "OPTIONAL"),
    ("SELECT * WHERE { ?s ?p ?o LIMIT 2", 1, 16, "“{” is not closed", "}"),
    ("# } \nSELECT * { ?s ?p ?o FILTER(?o < 3 }", 2, 27, "“(” is not closed", ")"),
    ("SELECT * { ?s ?p ?o }}", 1, 22, "“}” closes nothing", None),
    ('SELECT * { ?s ?p "abc }', 1, 18, "string", '"'),
    ('SELECT * { ?s ?p "abc\\" }', 1, 18, "string", '"'),
    ("SELECT * { ?s ?p '''abc' }", 1, 18, "string", "'''"),
    ("SELECT * { ?s pgg:text ?o }", 1, 15, "perhaps “pg:”", "PREFIX pgg: <…>"),
    ("PREFIX a: <http://e.org/> SELECT * { ?s a:b/c:d ?o }", 1, 45, "“c:”", "PREFIX c: <…>"),
    ("SELECT * { ?s ?p ?o ?s ?p ?o }", 1, 21, "from “?s” on", "?s ?p ?o ."),
    ("SELECT * { ?s ?p ?o FILTER ?o = 3 }", 1, 21, "from “FILTER” on", "FILTER ( … )"),
    ("SELECT * { ?s ?p ?o } LIMIT ten", 1, 23, "from “LIMIT” on", "LIMIT 10"),
    ("SELECT * { task:vn-61.ubnd.kh.2021.2358.II ?p ?o ?x }", 1, 50, "from “?x” on", "?s ?p ?o ."),
    ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }", 1, 41, "neither in GROUP BY", None),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 34, "SELECT * cannot be used", None),
]


def said_of(query):
    with pytest.raises(QueryError) as refused:
        EMPTY.query(query)
    return str(refused.value)


@pytest.mark.parametrize(("query", "line", "column", "words", "expected"), CASES)
def test_a_mistake_is_told_where_it_stands(query, line, column, words, expected):
    found = mistakes.explain(query, said_of(query))
    assert found is not None
    assert (found.line, found.column) == (line, column)
    assert words in found.en
    assert found.expected == expected
    assert found.vi != found.en
    assert mistakes.unpacked(found.packed().decode()) == found


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o BIND(1 AS ?o) }",
        "SELECT * { ?s ?p ?o ; " + "?p ?o ; " * 4000 + " ?x }",
    ],
    ids=["no mistake of the grammar", "too long for the second parser"],
)
def test_where_nothing_better_is_known_the_engine_speaks(query):
    assert mistakes.explain(query, said_of(query)) is None


@settings(max_examples=150, deadline=None)
@given(st.text("SELCT{}()[]<>?$:.;,\"'\\#\n\r abpg@^|/*+-\u00a0ệ", max_size=60))
def test_every_text_has_an_explanation_at_a_place_within_it_or_none(text):
    found = mistakes.explain(text, "")
    if found is not None:
        lines = text.split("\n")
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1
