"""What is told from a SPARQL text alone, and the rewriting of dotted names."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import sparql_text
from policygraph.sparql_text import bare, depth, escape_dots, has_dataset, original_column, used


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { ?s ?p ?o }", 1),
        ("{ ( [ ] ) }", 3),
        ('{ "((((" }', 1),
        ("{ '''((' ((''' }", 1),
        ("{ # ((((\n }", 1),
        ("{ <http://e/#a> ( ) }", 2),
        ("} } {", 1),
        ("FILTER(?a<((?b>?c", 3),
        ('"never closed ((((', 0),
    ],
)
def test_depth(text, expected):
    assert depth(text) == expected


def test_depth_is_counted_only_where_there_are_brackets_enough():
    assert depth("{} {} {}", 3) == 3
    assert depth("{} {} {}", 2) == 1


def test_used_prefixes():
    known = {"a": "http://a/", "b": "http://b/"}
    assert used("SELECT * { ?s a:x ?o }", known) == {"a": "http://a/"}
    assert used(r"SELECT * { ?s \u0062:x ?o }", known) == known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM <http://e/g> {}", True),
        ("select * from named e:g {}", True),
        ("SELECT * { ?from ?p 'FROM <x>' }", False),
        ("SELECT * { from:x from:FROM <http://e/FROM> } # FROM", False),
    ],
)
def test_from_is_seen(text, expected):
    assert has_dataset(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("doc:a.b.c a ?x", r"doc:a\.b\.c a ?x"),
        ("?s ?p doc:a.b.c. ?s", r"?s ?p doc:a\.b\.c. ?s"),
        (r"doc:a\.b.c", r"doc:a\.b\.c"),
        (":a.b.c", r":a\.b\.c"),
        ('"doc:a.b.c"', '"doc:a.b.c"'),
        ("<doc:a.b.c>", "<doc:a.b.c>"),
        ("# doc:a.b.c", "# doc:a.b.c"),
        ("_:a.b.c", "_:a.b.c"),
        ("1.5 ?x.?y", "1.5 ?x.?y"),
    ],
)
def test_dots_of_names_are_escaped(text, expected):
    assert escape_dots(text) == expected


LOCAL = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}[A-Za-z0-9_-]", fullmatch=True)


@given(LOCAL)
def test_every_local_name_reaches_the_engine(local):
    query = escape_dots(f"SELECT (e:{local} AS ?x) {{}}")
    found = ox.Store().query(query, prefixes={"e": "http://e/"})
    assert isinstance(found, ox.QuerySolutions)
    assert next(found)["x"] == ox.NamedNode(f"http://e/{local}")


@given(st.text(alphabet="ae:.\\\"'<>#({ \n?-", max_size=60))
def test_rewriting_only_adds_backslashes_and_can_be_undone(text):
    escaped = escape_dots(text)
    lines = text.split("\n")
    assert len(escaped.split("\n")) == len(lines)
    kept = iter(escaped)
    assert all(char in kept for char in text)
    for number, line in enumerate(escaped.split("\n"), 1):
        assert original_column(text, escaped, number, len(line) + 1) == len(lines[number - 1]) + 1


def test_a_column_beyond_the_text_stays_what_it_was():
    assert original_column("a", "a", 7, 3) == 3


def test_bare_text_keeps_the_keywords():
    assert bare('SELECT "x" <y> # z').split() == ["SELECT"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"S\u0045RVICE", "SERVICE"),
        (r"S\U00000045RVICE", "SERVICE"),
        (r"S\u005Cu0045RVICE", "SERVICE"),
        (r"\uD", r"\uD"),
        (r"\UFFFFFFFF", ""),
        ("plain", "plain"),
    ],
)
def test_codepoint_escapes(written, meant):
    assert sparql_text.unescape(written) == meant


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("select * {}", "SELECT"),
        ("PREFIX a: <b> BASE <c> # SELECT\n ASK {}", "ASK"),
        ("PREFIX : <b> CONSTRUCT WHERE {}", "CONSTRUCT"),
        ("DESCRIBE <a>", "DESCRIBE"),
        ("DROP ALL", None),
        ("INSERT { } WHERE { SELECT * {} }", None),
        ("", None),
    ],
)
def test_form(text, form):
    assert sparql_text.form(text) == form


def test_only_prefixes_in_use_are_declared():
    prefixes = {"a": "http://a/", "b": "http://b/"}
    assert sparql_text.prologue('SELECT * { a:x ?p "b:" }', prefixes) == "PREFIX a: <http://a/> "


def test_queries_of_one_shape_are_as_much_work():
    first = sparql_text.shape('SELECT * { ?a ?b "x" } # one\n LIMIT 10')
    assert first == sparql_text.shape("SELECT *  {\n?a ?b 'other' }\nLIMIT 20000")
    assert first != sparql_text.shape('SELECT * { ?a <http://e/1> "x" } LIMIT 10')
    assert sparql_text.shape("ASK {<a:1> ?p 1}") != sparql_text.shape("ASK {<a:2> ?p 1}")
