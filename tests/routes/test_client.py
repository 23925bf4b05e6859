"""The client over the real routes."""

from __future__ import annotations

import json
import sys

import httpx
import pytest

from policygraph.client import Client, Records, ServiceError
from policygraph.errors import PolicyGraphError, QueryError


@pytest.fixture
def graph(web):
    """A client whose requests go to the routes in this process."""

    def answer(request):
        path = request.url.raw_path.decode("ascii")
        found = web.request(request.method, path, content=request.content)
        return httpx.Response(found.status_code, content=found.content)

    transport = httpx.MockTransport(answer)
    with Client(http=httpx.Client(base_url="http://x", transport=transport)) as opened:
        yield opened


def answering(body, status=200):
    def answer(request):
        return httpx.Response(status, content=body)

    return Client(http=httpx.Client(base_url="http://x", transport=httpx.MockTransport(answer)))


def test_all_pages_are_fetched(graph, web):
    total = web.get("/api/tasks?limit=1").json()["total"]
    assert len(graph.listing("tasks", limit=2)) == len(graph.tasks()) == total > 2


def test_filters_go_through(graph):
    below = graph.documents(tracesTo="52-NQ/TW", lang="en")
    assert 0 < len(below) < len(graph.documents())
    ids = [row["iri"] for row in below]
    assert [row["iri"] for row in graph.documents(id=ids)] == ids


def test_names_stand_in_for_iris(graph):
    found = graph.listing("tasks", limit=2)
    named = found.named()
    assert [row["iri"] for row in named] == [row["iri"] for row in found]
    assert {row["document"] for row in named} <= set(found.labels.values())
    leads = [lead for row in named for lead in row["leads"]]
    assert leads
    assert not [lead for lead in leads if lead.startswith("http")]


def test_search(graph):
    assert graph.search("52NQTW", limit=1)[0]["number"] == "52-NQ/TW"


def test_a_problem_is_raised_in_words(graph):
    with pytest.raises(ServiceError, match="53-NQ/TW") as raised:
        graph.tasks(document="53-NQ/TW")
    assert raised.value.status == 404


def test_an_answer_that_is_no_json():
    with answering(b"<html>", 502) as graph, pytest.raises(ServiceError, match="<html>"):
        graph.search("so")


def test_rows_of_sparql():
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    row = {"n": {"type": "literal", "value": "3", "datatype": integer}, "x": {"value": "urn:a"}}
    found = {"head": {"vars": ["n", "x", "y"]}, "results": {"bindings": [row]}}
    with answering(json.dumps(found).encode()) as graph:
        assert graph.sparql("SELECT …") == [{"n": 3, "x": "urn:a", "y": None}]
    with answering(b'{"head": {}, "boolean": true}') as graph, pytest.raises(QueryError):
        graph.sparql("ASK {}")


def test_frames():
    pandas = pytest.importorskip("pandas")
    frame = Records([{"a": 1}, {"a": 2}]).pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["a"]) == [1, 2]


def test_a_missing_library_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(PolicyGraphError, match="pip install polars"):
        Records().polars()
