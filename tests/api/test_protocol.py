"""The protocol beyond queries: graphs, validators of access, budgets, metrics, headers."""

from __future__ import annotations

import http.server
import json
import threading

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from policygraph import iri, store
from policygraph_api.app import create_app
from policygraph_api.budgets import Budgets
from policygraph_api.cache import OVERHEAD, Cache
from policygraph_api.replies import reply

GRAPH = iri.graph("vn-61.ubnd.kh.2021.2358")
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
POINT = "SELECT ?n { doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber ?n }"


def graph(client, accept="text/turtle", **params):
    return client.get("/graphs", params=params, headers={"Accept": accept})


@pytest.mark.parametrize("media_type", store.GRAPH_FORMATS)
def test_a_graph_is_read_in_every_format(client, media_type):
    answer = graph(client, media_type, graph=GRAPH)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    found = {
        (str(q.subject), str(q.predicate), str(q.object))
        for q in ox.parse(answer.content, format=store.GRAPH_FORMATS[media_type])
    }
    description = client.get("/sparql").text
    assert len(found) > 50
    assert f"<http://rdfs.org/ns/void#triples> {len(found)} " in description


def test_all_graphs_as_one(client):
    answer = graph(client, "application/n-triples", default="")
    assert answer.text.count(" .\n") > graph(
        client, "application/n-triples", graph=GRAPH
    ).text.count(" .\n")
    assert "etag" in answer.headers


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"graph": iri.graph("none")}, 404),
        ({"graph": "no iri"}, 404),
        ({}, 400),
        ({"graph": GRAPH, "default": ""}, 400),
        ({"graph": [GRAPH, GRAPH]}, 400),
    ],
)
def test_wrong_graphs(client, params, status):
    answer = graph(client, **params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("params", "count"), [({}, 0), ({"graph": GRAPH, "default": ""}, 2)])
def test_who_names_no_graph_is_told_how(client, params, count):
    problem = graph(client, **params).json()
    assert problem["type"].endswith("/bad-graph-request")
    assert f"Có {count} tham số `graph`" in problem["detail"]
    assert f"are {count} `graph`" in problem["detail_en"]
    for advice in (problem["advice"], problem["advice_en"]):
        assert "`graph=<IRI>`" in advice
        assert "query" not in advice


def test_graphs_are_only_read(client):
    assert graph(client, "image/png", graph=GRAPH).status_code == 406
    assert client.options("/graphs").headers["allow"] == "GET, HEAD, OPTIONS"
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        answer = client.request(method, "/graphs", params={"graph": GRAPH})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_head_says_what_get_would(client):
    for path, params in (("/sparql", {"query": POINT}), ("/graphs", {"graph": GRAPH})):
        got, head = client.get(path, params=params), client.head(path, params=params)
        assert head.content == b""
        assert dict(head.headers) == dict(got.headers)


ACCEPTED = st.lists(
    st.tuples(
        st.sampled_from([*store.RESULT_FORMATS, "text/*", "*/*", "image/png", "application/json"]),
        st.integers(0, 1000),
    ),
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(ACCEPTED)
def test_the_client_gets_what_it_accepts_or_is_told(client, accepted):
    accept = ", ".join(f"{name};q={quality / 1000:.3f}" for name, quality in accepted)
    answer = client.get("/sparql", params={"query": POINT}, headers={"Accept": accept})
    if answer.status_code == 406:
        assert answer.json()["formats"] == list(store.RESULT_FORMATS)
        return
    given_type = answer.headers["content-type"].partition(";")[0]
    assert given_type in store.RESULT_FORMATS
    exact = {name: quality for name, quality in accepted if name == given_type}
    assert all(quality > 0 for quality in exact.values()) or len(accepted) > len(dict(accepted))


def test_every_answer_has_the_security_headers(client):
    for path in ("/", "/sparql", "/health", "/api/queries", "/nothing", "/metrics", "/graphs"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["access-control-allow-origin"] == "*"


def test_preflight_lets_browsers_ask(client):
    asked = {
        "Origin": "https://e.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = client.options("/sparql", headers=asked)
    assert answer.status_code == 200
    assert "content-type" in answer.headers["access-control-allow-headers"]


def test_metrics(client):
    client.get("/sparql", params={"query": "ASK { } # metrics"})
    client.get("/sparql", params={"query": "ASK {"})
    text = client.get("/metrics").text
    values = {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if not line.startswith("#")
    }
    assert values['policygraph_requests_total{status="200"}'] >= 1
    assert values['policygraph_requests_total{status="400"}'] >= 1
    assert values["policygraph_query_seconds_count"] >= 2
    assert values["policygraph_workers"] == 3
    assert values["policygraph_triples"] == client.get("/health").json()["triples"]
    build = client.get("/health").json()["build"]
    assert values[f'policygraph_build_info{{hash="{build}"}}'] == 1


def test_health_for_machines(client):
    assert client.get("/health/live").json() == {"status": "ok"}
    ready = client.get("/health/ready")
    assert ready.json()["status"] == "ok"
    assert ready.headers["cache-control"] == "no-store"


def test_a_used_up_budget_is_told_with_the_time_to_wait(settings):
    limits = {"timeout": 1.0, "budget": 0.5, "budget_period": 1000.0, "workers": 1}
    with TestClient(create_app(settings.model_copy(update=limits))) as client:
        first = client.get("/sparql", params={"query": SLOW})
        assert first.status_code == 504
        assert first.json()["limit"] == 1.0
        second = client.get("/sparql", params={"query": POINT})
        assert second.status_code == 429
        assert second.json()["type"].endswith("/budget")
        assert 0 < int(second.headers["retry-after"]) <= 2000
        assert client.get("/api/queries/documents").status_code == 429
        # What costs the workers nothing is still answered.
        assert client.get("/api/queries").status_code == 200


def test_budgets_count_seconds_and_fill_up_again():
    now = [100.0]
    budgets = Budgets(10.0, 100.0, lambda: now[0])
    assert budgets.wait("a") == 0
    budgets.charge("a", 12.0)
    assert (budgets.wait("a"), budgets.wait("b")) == (20, 0)
    now[0] += 19.0
    assert budgets.wait("a") == 1
    now[0] += 2.0
    assert budgets.wait("a") == 0
    budgets.charge("a", 0.5)
    assert budgets.wait("a") > 0


def test_the_cache_lets_the_oldest_go():
    cache = Cache(8 * (OVERHEAD + 100))
    for number in range(8):
        cache.put(number, reply(200, "text/plain", b"x" * 100))
    assert cache.get(0) is not None
    cache.put(8, reply(200, "text/plain", b"x" * 100))
    assert (cache.get(0) is None, cache.get(1) is None, len(cache)) == (False, True, 8)
    cache.put(9, reply(200, "text/plain", b"x" * 10_000))
    assert cache.get(9) is None
    cache.put(0, reply(200, "text/plain", b""))
    assert cache.size == 7 * (OVERHEAD + 100) + OVERHEAD


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """An endpoint with one row."""

    def do_POST(self) -> None:
        row = {"s": {"type": "literal", "value": "far"}}
        found = {"head": {"vars": ["s"]}, "results": {"bindings": [row]}}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing on the terminal."""


def test_a_service_on_the_list_is_called_and_no_other(settings):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        allowed = settings.model_copy(update={"services": (f"{base}/open/",), "workers": 1})
        try:
            with TestClient(create_app(allowed)) as client:
                query = f"SELECT * {{ SERVICE <{base}/open/sparql> {{ ?s ?p ?o }} }}"
                answer = client.get("/sparql", params={"query": query})
                assert "far" in answer.text
                assert answer.headers["cache-control"] == "no-store"
                for target in (f"<{base}/secret>", "?x", "<http://127.0.0.1:1/>"):
                    query = f"SELECT * {{ SERVICE {target} {{ ?s ?p ?o }} }}"
                    refused = client.get("/sparql", params={"query": query})
                    assert refused.status_code == 403
                    assert refused.json()["line"] == 1
        finally:
            server.shutdown()
            thread.join()


def test_a_syntax_error_names_what_was_expected(client):
    body = client.get("/sparql", params={"query": "SELECT * {\n ?s ?p }"}).json()
    assert (body["line"], body["column"]) == (2, 2)
    assert body["expected"] == "?s ?p ?o ."
    assert "dòng 2, cột 2" in body["detail"].lower()
    assert "line 2, column 2" in body["detail_en"].lower()


def test_waiting_is_told_in_the_answer(settings):
    with TestClient(create_app(settings.model_copy(update={"workers": 1}))) as client:
        answers = []

        def ask(number):
            query = f"{POINT} # {number}"
            answers.append(client.get("/sparql", params={"query": query}))

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in answers} == {200}
        told = [a.headers["server-timing"] for a in answers if "server-timing" in a.headers]
        assert all('desc="place ' in text for text in told)
