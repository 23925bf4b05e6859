"""``pg:matches`` in free queries: full-text search inside the workers, with all their limits."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.api.conftest import TTL

from policygraph import iri, pipeline, resources, search
from policygraph.settings import Settings
from policygraph_api.app import create_app

HOSTILE = ('"', "\\", "'''", "}", "{", "\n", "> <", "javascript:alert(1)", "*", "NEAR(", "số", "中")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A service over a build as ``policygraph build`` makes it, with its index beside it."""
    root = tmp_path_factory.mktemp("matches") / "store"
    pipeline.build_store(resources.directory("data/ttl"), resources.directory("ontology"), root)
    given = Settings(store=root, workers=1, memory_mb=512)
    with TestClient(create_app(given), raise_server_exceptions=False) as opened:
        yield opened


def ask(web, query):
    return web.post("/sparql", data={"query": query})


def column(answer, name="x"):
    assert answer.status_code == 200, answer.text
    return [row[name]["value"] for row in answer.json()["results"]["bindings"]]


def found(web, question, **wanted):
    answer = web.get("/api/search", params={"q": question, "limit": 200, **wanted}).json()
    assert answer["next"] is None
    return [hit["iri"] for hit in answer["hits"]]


@pytest.mark.parametrize("service", ["client", "built"])
def test_it_finds_what_the_search_finds(service, request):
    web = request.getfixturevalue(service)
    matched = column(ask(web, 'SELECT ?x { ?x pg:matches ("chuyen doi so" "task") }'))
    assert sorted(matched) == sorted(found(web, "chuyen doi so", kind="task"))
    assert matched


def test_it_joins_with_the_graph_best_first(built):
    query = """
        SELECT ?x ?score ?lead {
          (?x ?score) pg:matches ("chuyen doi so" "task") .
          OPTIONAL { ?x pg:leadAgency ?lead }
        } ORDER BY DESC(?score)"""
    rows = ask(built, query).json()["results"]["bindings"]
    scores = [float(row["score"]["value"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert any("lead" in row for row in rows)


def test_the_example_in_the_documentation_runs(built, root):
    page = (root / "docs" / "search.md").read_text(encoding="utf-8")
    query = page.split("```sparql\n")[1].split("```")[0]
    assert "pg:matches" in query
    assert column(ask(built, query), "task")


def test_plain_sparql_of_it_answers_the_same(built):
    query = 'SELECT ?x { ?x pg:matches ("52nqtw" 5) }'
    plain = built.get("/api/search/sparql", params={"query": query}).text
    assert "pg:matches" not in plain
    assert column(ask(built, plain)) == column(ask(built, query)) != []


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ('SELECT * { ?x a pg:Task ;\n pg:matches "so" }', 2, 2),
        ('SELECT * { ?x pg:matches "!!!" }', 1, 15),
        ('SELECT * {\n ?x pg:matches "chuyen doi so" . ?x a }', 2, 34),
        (f'SELECT * {{ ?x pg:matches "{"a " * 40}" }}', 1, 15),
    ],
    ids=["not alone", "no word", "syntax after it", "many words"],
)
def test_what_is_wrong_is_told_at_its_place(built, query, line, column):
    answer = ask(built, query)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/problem/syntax")
    assert (answer.json()["line"], answer.json()["column"]) == (line, column)


def test_no_limit_is_lifted_by_it(built):
    called = 'SELECT * { ?x pg:matches "so" . SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }'
    assert ask(built, called).status_code == 403
    many = "SELECT * { " + '?x pg:matches "chuyen" . ' * 9 + "}"
    assert ask(built, many).status_code == 400


@settings(max_examples=40)
@given(pieces=st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=6))
@example(pieces=['x" } SERVICE <http://127.0.0.1:1/> { ?a ?b ?c'])
def test_no_question_gets_out_of_its_string(built, pieces):
    """Bound as a term or refused, never a failure; and what comes is things of the graph."""
    question = "".join(pieces).encode("utf-8", "ignore").decode()
    answer = ask(built, f"SELECT ?x {{ ?x pg:matches {ox.Literal(question)} }}")
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert all(address.startswith("http") for address in column(answer))
        searched = built.get("/api/search", params={"q": question, "limit": 1}).json()
        assert len(column(answer)) == searched["total"]


def test_a_broken_index_is_told_and_stops_nothing_else(tmp_path):
    made = pipeline.build_store(TTL, resources.directory("ontology"), tmp_path)
    given = Settings(store=tmp_path, workers=1, memory_mb=512)
    (made.path / search.FILE).write_bytes(b"no database at all" * 100)
    with TestClient(create_app(given), raise_server_exceptions=False) as web:
        answer = ask(web, 'SELECT ?x { ?x pg:matches "so" }')
        assert answer.status_code == 502
        assert "build the store again" in answer.json()["detail"]
        assert ask(web, f"ASK {{ ?x a <{iri.term('Task')}> }}").json()["boolean"]
