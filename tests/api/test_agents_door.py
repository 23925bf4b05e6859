"""The tools for agents over HTTP, asked by the protocol's own client as an agent asks them."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from mcp import Client
from tests.api.conftest import serving

from policygraph import lineage, resources, store

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LIMIT = 5.0
WHO_LEADS = """
SELECT ?task ?lead ?leadLabel ?quote {
  ?task a pg:Task ; pg:tracesTo ?directive ; pg:inDocument ?plan ; pg:leadAgency ?lead ;
    pg:evidence/pg:quote ?quote .
  ?directive pg:documentNumber "52-NQ/TW" .
  ?plan pg:jurisdiction/skos:prefLabel "Tỉnh Thanh Hóa"@vi .
  ?lead skos:prefLabel ?leadLabel FILTER(LANG(?leadLabel) = "vi")
} ORDER BY ?task
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("door")
    ttl, ontology = resources.directory("data/ttl"), resources.directory("ontology")
    store.build(ttl, ontology, folder / "store", lineage.derive)
    with serving(folder / "store", folder / "log", timeout=LIMIT, memory_mb=512) as running:
        yield running


@pytest.fixture(scope="module")
def call(service):
    def run(tool, **arguments):
        async def scenario():
            async with Client(f"{service.url}/mcp") as client:
                return await client.call_tool(tool, arguments)

        return asyncio.run(scenario())

    return run


def words(answer):
    return answer.content[0].text


def test_which_tasks_of_a_plan_trace_to_a_directive_and_who_leads_them(call):
    answer = call("tasks", place="Thanh Hóa", traces_to="52-NQ/TW", limit=100).structured_content
    assert answer["total"] == answer["shown"] > 10
    led = {task["iri"]: task["leads"] for task in answer["items"] if task["leads"]}
    assert all(task["quotes"] for task in answer["items"])

    rows = json.loads(words(call("sparql", query=WHO_LEADS)))["results"]["bindings"]
    assert {row["task"]["value"] for row in rows} == set(led)
    assert all(row["lead"]["value"] in led[row["task"]["value"]] for row in rows)
    assert all(row["quote"]["value"] for row in rows)
    assert "Ủy ban nhân dân tỉnh Thanh Hóa" in {row["leadLabel"]["value"] for row in rows}

    steps = call("lineage", thing=next(iter(led))).structured_content["steps"]
    assert steps[-1]["toLabel"] == "Nghị quyết 52-NQ/TW"
    assert "52-NQ/TW" in steps[-1]["quote"]


def test_a_graph_comes_as_turtle(call):
    query = 'CONSTRUCT WHERE { ?d pg:documentNumber "52-NQ/TW" ; dcterms:issued ?day }'
    assert '"2019-09-27"' in words(call("sparql", query=query))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (ENDLESS, f"{LIMIT:g} s"),
        ("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * {" * 100 + "}" * 100, "levels deep"),
        ("DELETE WHERE { ?s ?p ?o }", "read-only"),
        ("SELECT * WHERE {", "line 1, column 16"),
        ("SELECT * { ?s ?p ?o }", "LIMIT"),
    ],
    ids=["endless", "service", "nested", "update", "syntax", "large"],
)
def test_free_queries_have_the_limits_of_the_service(call, query, told):
    answer = call("sparql", query=query)
    assert answer.is_error
    assert told.lower() in words(answer).lower()
    assert "true" in words(call("sparql", query="ASK { ?s ?p ?o }"))


def test_what_cannot_be_answered_says_why(call):
    unknown = call("tasks", document="53-NQ/TW")
    assert unknown.is_error
    assert "53-NQ/TW" in words(unknown)
    assert "52-NQ/TW" in words(unknown)
    assert call("targets", year=5).is_error


def test_there_are_no_sessions_to_listen_to(service):
    accept = {"Accept": "application/json, text/event-stream"}
    assert httpx.get(f"{service.url}/mcp", headers=accept).status_code == 405
    big = httpx.post(f"{service.url}/mcp", headers=accept, json={"text": "x" * 300_000})
    assert big.status_code == 413
