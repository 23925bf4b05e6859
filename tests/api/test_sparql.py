"""The SPARQL endpoint: the protocol, the formats, and what it does not let in."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from policygraph import iri, store

SELECT = "SELECT ?n { doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber ?n }"
DESCRIBE = "DESCRIBE doc:vn-61.ubnd.kh.2021.2358"
DIRECT = {"Content-Type": "application/sparql-query"}


def get(client, query, **headers):
    return client.get("/sparql", params={"query": query}, headers=headers)


def values(response):
    return [row["n"]["value"] for row in response.json()["results"]["bindings"]]


def is_problem(response, status, name):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"].endswith(f"/problem/{name}")
    assert body["status"] == status
    assert all(body[key] for key in ("title", "title_en", "detail", "detail_en", "advice"))
    return body


def test_three_ways_to_send_a_query(client):
    answers = (
        get(client, SELECT),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", content=SELECT, headers=DIRECT),
    )
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/sparql-results+json"
        assert "Accept" in answer.headers["vary"]
        assert values(answer) == ["2358/KH-UBND"]


@pytest.mark.parametrize("media_type", store.RESULT_FORMATS)
@pytest.mark.parametrize("query", [SELECT, "ASK { ?s a pg:Task }"])
def test_result_formats(client, media_type, query):
    answer = get(client, query, Accept=media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert ("2358/KH-UBND" if query == SELECT else "true") in answer.text


@pytest.mark.parametrize("media_type", store.GRAPH_FORMATS)
@pytest.mark.parametrize("query", [DESCRIBE, "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t }"])
def test_graph_formats(client, media_type, query):
    answer = get(client, query, Accept=media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    triples = set(ox.parse(answer.content, format=store.GRAPH_FORMATS[media_type]))
    turtle = get(client, query)
    assert turtle.headers["content-type"].startswith("text/turtle")
    assert triples == set(ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))
    assert len(triples) > 5


def test_a_format_that_does_not_exist(client):
    body = is_problem(get(client, SELECT, Accept="image/png"), 406, "not-acceptable")
    assert body["formats"] == list(store.RESULT_FORMATS)
    body = is_problem(get(client, DESCRIBE, Accept="text/csv"), 406, "not-acceptable")
    assert body["formats"] == list(store.GRAPH_FORMATS)


COUNT = "SELECT DISTINCT (STR(?d) AS ?n) { ?d a pg:PolicyDocument }"
GRAPH = iri.graph("vn-61.ubnd.kh.2021.2358")
REGISTER = iri.graph("register-documents")


def test_datasets_of_the_protocol(client):
    everywhere = len(values(get(client, COUNT)))
    registered = len(
        values(client.get("/sparql", params={"query": COUNT, "default-graph-uri": REGISTER}))
    )
    assert everywhere > registered > 1
    for send in (
        lambda graphs: client.get("/sparql", params={"query": COUNT, **graphs}),
        lambda graphs: client.post("/sparql", data={"query": COUNT, **graphs}),
        lambda graphs: client.post("/sparql", content=COUNT, params=graphs, headers=DIRECT),
    ):
        assert len(values(send({"default-graph-uri": GRAPH}))) == 1
        assert len(values(send({"default-graph-uri": [GRAPH, REGISTER]}))) == registered + 1
        assert len(values(send({"named-graph-uri": GRAPH}))) == 0
    own = COUNT.replace("{ ?d", f"FROM <{REGISTER}> {{ ?d", 1)
    assert len(values(get(client, own))) == registered
    both = client.get("/sparql", params={"query": own, "default-graph-uri": GRAPH})
    assert len(values(both)) == 1


def test_a_graph_that_is_no_iri(client):
    answer = client.get("/sparql", params={"query": COUNT, "default-graph-uri": "a b"})
    is_problem(answer, 400, "syntax")


def test_head_and_options_and_cors(client):
    head = client.head("/sparql", params={"query": SELECT})
    assert (head.status_code, head.content) == (200, b"")
    options = client.options("/sparql")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    origin = {"Origin": "https://e.org", "Access-Control-Request-Method": "POST"}
    preflight = client.options("/sparql", headers=origin)
    assert preflight.headers["access-control-allow-origin"] == "*"
    simple = get(client, SELECT, Origin="https://e.org")
    assert simple.headers["access-control-allow-origin"] == "*"


def test_broken_requests(client):
    is_problem(client.get("/sparql", params={"format": "x"}), 400, "bad-request")
    is_problem(client.get("/sparql", params={"query": [SELECT, SELECT]}), 400, "bad-request")
    is_problem(
        client.post("/sparql", content="\xff".encode("latin-1"), headers=DIRECT), 400, "bad-request"
    )
    latin = {"Content-Type": "application/sparql-query; charset=latin1"}
    is_problem(client.post("/sparql", content=SELECT, headers=latin), 400, "bad-request")
    plain = {"Content-Type": "text/plain"}
    is_problem(client.post("/sparql", content=SELECT, headers=plain), 415, "media-type")
    is_problem(client.put("/sparql", content=SELECT), 405, "method")


def test_a_syntax_error_says_where(client):
    body = is_problem(get(client, "SELECT * {\n  ?s ?p ?o }}"), 400, "syntax")
    assert (body["line"], body["column"]) == (2, 13)


@pytest.mark.parametrize(
    "update", ["DROP ALL", "INSERT DATA { <a:a> <a:b> <a:c> }", "LOAD <http://127.0.0.1/x>"]
)
def test_updates_are_refused(client, update):
    direct = {"Content-Type": "application/sparql-update"}
    is_problem(client.post("/sparql", content=update, headers=direct), 403, "update-refused")
    is_problem(client.post("/sparql", data={"update": update}), 403, "update-refused")
    is_problem(get(client, update), 403, "update-refused")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { ?x a pg:Task . service ?x { ?s ?p ?o } }",
        "SELECT * { { SELECT * { OPTIONAL { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } } } } }",
        "ASK { FILTER EXISTS { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } } }",
        "CONSTRUCT { ?s a ?o } { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { ?s a doc:a.b.c SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ",
    ],
)
def test_service_is_refused(client, query):
    is_problem(get(client, query), 403, "service-refused")


def test_escaped_service_reaches_nothing(client):
    escaped = "SELECT * { \\u0053ERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    assert get(client, escaped).status_code in (400, 403)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s rdfs:label "SERVICE <http://e/> {" }',
        "SELECT * { ?service a <http://e/service> } # SERVICE",
        "SELECT ?s { ?s pg:service service:x } ".replace("service:x", "pg:SERVICE"),
    ],
)
def test_the_word_service_alone_is_no_service(client, query):
    assert get(client, query).status_code == 200


def test_bombs_of_brackets(client):
    for opening, closing in (("{", "}"), ("(", ")"), ("[", "]")):
        bomb = "SELECT * WHERE " + opening * 5000 + closing * 5000
        is_problem(client.post("/sparql", content=bomb, headers=DIRECT), 400, "nesting")
    deep = "SELECT * " + "{" * 60 + "}" * 60
    assert get(client, deep).status_code == 200
    hidden = 'SELECT * { FILTER("' + "(" * 500 + '" = "") }'
    assert get(client, hidden).status_code == 200


def test_long_queries(client):
    long = SELECT + " " * 70_000
    is_problem(client.post("/sparql", content=long, headers=DIRECT), 413, "too-long")
    is_problem(client.post("/sparql", data={"query": long}), 413, "too-long")
    is_problem(client.post("/sparql", data={"query": long * 10}), 413, "too-long")


def test_an_answer_that_is_too_large(client):
    every = "SELECT * { ?s ?p ?o . ?a ?b ?c }"
    is_problem(get(client, every), 422, "answer-too-large")


def test_language_tags_and_datatypes_survive(client):
    query = (
        "SELECT * { doc:vn.bct.nq.2019.52 rdfs:label ?label ; dcterms:issued ?day "
        'FILTER(LANG(?label) = "vi") }'
    )
    (row,) = json.loads(get(client, query).content)["results"]["bindings"]
    assert row["label"]["xml:lang"] == "vi"
    assert row["day"]["datatype"].endswith("#date")
