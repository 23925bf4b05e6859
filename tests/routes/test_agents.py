"""The tools, asked through a real client of the protocol."""

from __future__ import annotations

import asyncio

import pytest
from mcp import Client

from policygraph import lineage, resources, store
from policygraph_api import agents
from policygraph_api.shelf import Shelves


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("agents") / "store"
    ttl, ontology = resources.directory("data/ttl"), resources.directory("ontology")
    store.build(ttl, ontology, root, lineage.derive)
    return store.open_read_only(root)


@pytest.fixture(scope="module")
def call(corpus):
    """Calls a tool of the server over the corpus."""
    server = agents.server(Shelves(lambda: corpus))

    def run(tool, **arguments):
        async def scenario():
            async with Client(server) as client:
                return await client.call_tool(tool, arguments)

        return asyncio.run(scenario())

    return run


def test_tasks_of_a_plan_that_trace_to_a_directive_and_who_leads_them(call):
    answer = call("tasks", place="Thanh Hóa", traces_to="52-NQ/TW", limit=100).structured_content
    tasks = answer["items"]
    assert answer["total"] == answer["shown"] == len(tasks) > 10
    assert all(task["quotes"] for task in tasks)
    leads = {answer["labels"][lead] for task in tasks for lead in task["leads"]}
    assert "Ủy ban nhân dân tỉnh Thanh Hóa" in leads
    assert {answer["labels"][task["document"]][:8] for task in tasks} == {"Kế hoạch"}


def test_a_lineage_has_its_words(call):
    task = call("tasks", place="Thanh Hóa", limit=1).structured_content["items"][0]["iri"]
    steps = call("lineage", thing=task).structured_content["steps"]
    assert steps[-1]["toLabel"] == "Nghị quyết 52-NQ/TW"
    assert "52-NQ/TW" in steps[-1]["quote"]
    assert steps[-1]["last"]


def test_find_and_targets(call):
    hits = call("find", question="52nqtw", kind="doc").structured_content["hits"]
    assert hits[0]["number"] == "52-NQ/TW"
    found = call("targets", document="2358/KH-UBND", year=2025).structured_content
    assert found["items"][0]["deadline"] == "2025"


def test_what_cannot_be_answered_is_an_error_and_no_guess(call):
    assert call("tasks", document="53-NQ/TW").is_error
    assert call("find", question="").is_error
    assert call("targets", year=5).is_error


def test_sparql_only_under_the_limits_of_the_service(corpus):
    async def ask(query):
        return f"asked: {query}"

    async def scenario(server):
        async with Client(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            if "sparql" not in names:
                return names, None
            return names, await client.call_tool("sparql", {"query": "ASK {}"})

    shelves = Shelves(lambda: corpus)
    names, answer = asyncio.run(scenario(agents.server(shelves, ask)))
    assert names == {"find", "lineage", "tasks", "targets", "sparql"}
    assert "asked: ASK {}" in answer.content[0].text
    assert "sparql" not in asyncio.run(scenario(agents.server(shelves)))[0]
