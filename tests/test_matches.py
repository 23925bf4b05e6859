"""``pg:matches`` becomes VALUES, wherever and however it is written, or is refused."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.errors import QueryError
from policygraph.matches import MOST, rewrite
from policygraph.store import Snapshot

FOUND = [("https://example.org/a", 7.5), ("https://example.org/b", 1.25)]


class Finder:
    """Gives the same things to every question, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, question, limit, kinds):
        self.asked.append((question, limit, tuple(kinds)))
        return FOUND[:limit]


@pytest.fixture
def find():
    return Finder()


def rows(text):
    empty = Snapshot(ox.Store(), Path(), None)
    return [{k: v.value for k, v in row.items() if v} for row in empty.select(text)]


def test_one_variable(find):
    text = rewrite('SELECT * { ?x pg:matches "chuyen doi so" . }', find)
    assert rows(text) == [{"x": "https://example.org/a"}, {"x": "https://example.org/b"}]
    assert find.asked == [("chuyen doi so", MOST + 1, ())]


def test_with_scores_kind_and_number(find):
    text = rewrite('SELECT * { (?x ?s) pg:matches ("số" "task" "doc" 1) }', find)
    assert rows(text) == [{"x": "https://example.org/a", "s": "7.5"}]
    assert find.asked == [("số", 1, ("task", "doc"))]


@pytest.mark.parametrize(
    "query",
    [
        'PREFIX k: <https://w3id.org/policygraph/ontology#> SELECT * { ?x k:matches "so" }',
        'SELECT * { ?x <https://w3id.org/policygraph/ontology#matches> "so" }',
        "SELECT * { ?x pg:matches 'so' }",
        'SELECT * { ?x pg:matches """so""" . }',
        'SELECT * { FILTER(true) ?x pg:matches "so" }',
        'SELECT * { { ?x pg:matches "so" } UNION { ?x pg:matches "so" } }',
        'SELECT * { BIND(1 AS ?n) $x pg:matches\n # why\n "so" . OPTIONAL { ?x ?p ?o } }',
    ],
)
def test_ways_to_write_it(find, query):
    text = rewrite(query, find)
    assert {row["x"] for row in rows(text)} == {address for address, _ in FOUND}
    assert {question for question, _, _ in find.asked} == {"so"}


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?x a ?c ; pg:matches "so" }',
        'SELECT * { ?x pg:matches "so" ; a ?c }',
        'SELECT * { ?x pg:matches "so"@vi }',
        'SELECT * { ?x pg:matches "so", "ba" }',
        "SELECT * { ?x pg:matches ?y }",
        "SELECT * { ?x pg:matches 5 }",
        'SELECT * { ?x pg:matches ("so" 1 2) }',
        'SELECT * { <https://example.org/a> pg:matches "so" }',
        'SELECT * { ?x pg:matches+ "so" }',
        'SELECT * { ?x ^pg:matches "so" }',
        'pg:matches "so"',
        'SELECT * { ?x pg:matches "so"',
    ],
)
def test_what_stands_otherwise_is_refused_with_its_place(find, query):
    with pytest.raises(QueryError, match=r"error at 1:\d+: pg:matches"):
        rewrite(query, find)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?x rdfs:label "?x pg:matches \\"so\\" ." }',
        'SELECT * { ?x rdfs:label ?y } # ?x pg:matches "so"',
        'SELECT * { ?x pg:matchesNot "so" }',
        'PREFIX pg: <https://example.org/> SELECT * { ?x pg:matches "so" }',
        'SELECT ?matches { ?x other:matches "so" }',
    ],
)
def test_what_is_none_stays_as_it_is(find, query):
    assert rewrite(query, find) == query
    assert not find.asked


def test_too_many_are_not_cut_off_in_silence():
    many = [(f"https://example.org/{n}", 1.0) for n in range(MOST + 1)]
    with pytest.raises(QueryError, match="add words"):
        rewrite('SELECT * { ?x pg:matches "so" }', lambda question, limit, kinds: many)


def test_too_many_patterns(find):
    with pytest.raises(QueryError, match="patterns"):
        rewrite("SELECT * { " + '?x pg:matches "so" . ' * 9 + "}", find)


@given(question=st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=30))
def test_any_question_is_read_as_it_was_meant(question):
    finder = Finder()
    rewrite(f"SELECT * {{ ?x pg:matches {ox.Literal(question)} }}", finder)
    assert [asked for asked, _, _ in finder.asked] == [question]
