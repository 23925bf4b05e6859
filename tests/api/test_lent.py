"""What a page or a look-up asks of the whole graph is evaluated by workers, under their limits."""

from __future__ import annotations

import pytest

from policygraph.store import Snapshot
from policygraph_api.budgets import Budgets
from policygraph_api.jobs import Refusal
from policygraph_api.sparql import Sparql

FACETS = "/api/tasks?facets=true"


@pytest.mark.parametrize("path", [FACETS, "/api/documents?year=2021", "/api/agencies?limit=3"])
def test_collections_are_evaluated_by_workers(client, path, monkeypatch):
    known = client.get(path).json()

    def here(*_):
        raise AssertionError("evaluated in the process of all requests")

    monkeypatch.setattr(Snapshot, "query", here)
    # Another address, so that the answer is not at hand.
    answer = client.get(f"{path}&lang=vi")
    assert (answer.status_code, answer.json()["items"]) == (200, known["items"])
    assert known["total"] > 0


def test_what_is_counted_is_the_same_as_here(client, store_root):
    graph = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?t a pg:Task }"})
    total = int(graph.json()["results"]["bindings"][0]["n"]["value"])
    answer = client.get(FACETS).json()
    assert answer["total"] == total
    assert sum(count["count"] for count in answer["facets"]["document"]) == total


def test_they_are_on_the_account_of_who_asks(client, monkeypatch):
    monkeypatch.setattr(Budgets, "wait", lambda *_: 9)
    answer = client.get(f"{FACETS}&limit=9")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "9")
    assert answer.json()["type"].endswith("/budget")


def test_a_limit_is_told_without_a_place_in_what_the_client_did_not_write(client, monkeypatch):
    async def ask(*_):
        return Refusal("timeout", "20"), None

    monkeypatch.setattr(Sparql, "ask", ask)
    answer = client.get(f"{FACETS}&limit=8")
    assert answer.status_code == 504
    assert "20" in answer.json()["detail"]
    assert "SELECT" not in answer.text
