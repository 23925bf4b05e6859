"""What is told of a query that was stopped: the part that probably took the time, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph_api.jobs import Refusal
from policygraph_api.sparql import as_problem
from policygraph_api.suspects import suspects

NESTED, PRODUCT, LONG = "within a path", "shares no variable", "of any length"
WHOLE, ROWS, MANY = "every statement", "all rows", "very many"


def found(query):
    return [
        (query.split("\n")[s.line - 1][s.column - 1 :][: len(s.text)], s.en)
        for s in suspects(query)
    ]


@pytest.mark.parametrize(
    ("query", "begins", "said"),
    [
        ("ASK { ?x ((pg:p*)*)* ?y }", "((pg:p*)*)*", NESTED),
        ("SELECT * {\n  ?a pg:p ?b .\n  ?c pg:q ?d .\n}", "?c pg:q", PRODUCT),
        ("SELECT * { ?a pg:p ?v . ?b pg:p ?w FILTER(?v = ?w) }", "?b pg:p", PRODUCT),
        ("SELECT * { ?a pg:p 1 . ?b pg:p 2 . ?c pg:p 3 . ?a pg:q ?c }", "?b pg:p", PRODUCT),
        ("SELECT * { GRAPH ?g { ?a a ?t } GRAPH ?h { ?b a ?u } }", "GRAPH ?h", PRODUCT),
        ("SELECT * { { SELECT ?a { ?a pg:p ?b } } ?c pg:q ?d }", "?c pg:q", PRODUCT),
        ("ASK { ?a pg:p ?b . OPTIONAL { ?c pg:q ?d } }", "{ ?c", PRODUCT),
        ("ASK { ?a pg:p ?b . FILTER EXISTS { ?c pg:q ?d . ?e pg:q ?f } }", "?e pg:q", PRODUCT),
        ('ASK { ?a pg:p "} ?c ?d" . # {\n ?c pg:q <http://e/?d> }', "?c pg:q", PRODUCT),
        ("ASK { doc:vn.cp.1.2 pg:p ?a . ?b pg:q 1.5 . }", "?b pg:q", PRODUCT),
        ("ASK { ?x pg:a/pg:b.c+ ?y }", "pg:b.c+", LONG),
        ("ASK { ?x <http://e/p>* ?y }", "<http://e/p>*", LONG),
        ("ASK { ?x (pg:a|^pg:b)+ ?y }", "(pg:a|^pg:b)+", LONG),
        ("ASK { ?x a* ?y }", "a* ?y", LONG),
        ("SELECT * { ?s ?p ?o }", "?s ?p ?o", WHOLE),
        ("SELECT * { ?s pg:p ?o } ORDER BY ?o", "ORDER BY", ROWS),
        ("SELECT * { ?s pg:p ?o } OFFSET 1000000", "OFFSET 1000000", ROWS),
        (f"ASK {{ ?s pg:p ?o {'OPTIONAL { ?s pg:q ?v } ' * 21} }}", "OPTIONAL", MANY),
        (f"ASK {{ {'{ ?s pg:q ?v } UNION ' * 21} {{ ?s pg:p ?v }} }}", "UNION", MANY),
        (f"ASK {{ ?s pg:a{'/pg:b' * 21} ?o }}", "pg:a", MANY),
    ],
)
def test_the_likeliest_part_is_named_first(query, begins, said):
    text, reason = found(query)[0]
    assert text.startswith(begins)
    assert said in reason


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?a a pg:Task ; pg:inDocument ?d . OPTIONAL { ?d pg:p ?l FILTER(LANG(?l) = 'vi') } }",
        "SELECT ?a { { ?a a pg:T } UNION { ?b a pg:U } ?b pg:x ?a }",
        "ASK { VALUES ?a { pg:x pg:y } VALUES ?b { 1 2 } ?a pg:z ?c . ?c pg:d ?b }",
        "ASK { ?a pg:p ?b . BIND(?b AS ?c) ?c pg:q ?d }",
        "ASK { GRAPH ?g { ?a pg:p ?b } GRAPH ?g { ?c pg:q ?d } }",
        "ASK { _:a pg:x ?b . _:a pg:y ?c . [ pg:z ?b ] pg:d ?e . doc:a pg:p doc:b }",
        "ASK { ?x pg:p ?y MINUS { ?q pg:p ?r } FILTER(?x * 2 + (1 + 2) * 3 > ?y + ?x) }",
        'SELECT (xsd:integer("5") * 2 AS ?z) (COUNT(*) + 1 AS ?n) { ?x pg:p ?y }',
        "SELECT * { ?s pg:p ?o } LIMIT 10",
        "",
    ],
)
def test_what_is_ordinary_is_not_suspected(query):
    assert found(query) == []


@given(st.text(alphabet="?$ab:_.;,{}()[]*+|/^!<>\"'#§¶ \n" + "é", max_size=200))
def test_any_text_can_be_looked_at(text):
    lines = text.split("\n")
    for suspect in suspects(text):
        assert lines[suspect.line - 1][suspect.column - 1 :].startswith(suspect.text)


@given(
    st.lists(
        st.sampled_from(
            [
                *("{", "}", "(", ")", "?a", "?b", "pg:p", "a", ".", "*", "+", "/"),
                *("UNION", "OPTIONAL", "FILTER", "BIND", "VALUES", "SELECT", "GRAPH", "MINUS"),
                *("EXISTS", "ORDER", "BY"),
            ]
        )
    )
)
def test_any_words_can_be_looked_at(words):
    assert len(suspects(" ".join(words))) <= 3


def test_a_problem_says_where():
    query = "SELECT * {\n  ?a pg:p ?b .\n  ?c pg:q ?d .\n}"
    for kind in ("timeout", "worker-died"):
        problem = as_problem(Refusal(kind, "20"), query)
        assert (problem.members["line"], problem.members["column"]) == (3, 3)
        assert "dòng 3, cột 3" in problem.vi
        assert "line 3, column 3" in (problem.en or "")


def test_nothing_is_said_of_a_query_that_the_client_did_not_write():
    problem = as_problem(Refusal("timeout", "20"))
    assert problem.members == {"limit": 20.0}
