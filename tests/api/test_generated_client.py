"""A client that a program's author generates from the OpenAPI document, and what it then does."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import sysconfig

import pytest


@pytest.fixture(scope="module")
def generated(client, tmp_path_factory):
    """The package that openapi-python-client makes, with a client of the service in it."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_bytes(client.get("/openapi.json").content)
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", "openapi.json", "--output-path", "policygraph_http"),
        ],
        cwd=folder,
        env={**os.environ, "PATH": f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    warned = [line for line in made.stderr.splitlines() if line.startswith("WARNING")]
    # It knows no bodies of SPARQL, and sends queries as forms.
    assert warned == ["WARNING parsing POST /sparql within sparql."], made.stderr
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("policygraph_http")
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def call(generated, client):
    """Calls an operation by the module that was generated for it."""
    service = generated.Client(base_url="http://testserver").set_httpx_client(client)

    def run(module, **given):
        operation = importlib.import_module(f"policygraph_http.api.{module}")
        return operation.sync_detailed(client=service, **given)

    return run


def test_a_canned_query_gives_typed_records(call, client):
    answer = call("queries.tasks_tracing_to", document="52-NQ/TW")
    plain = client.get("/api/queries/tasks-tracing-to", params={"document": "52-NQ/TW"}).json()
    assert type(answer.parsed).__name__ == "Records"
    assert answer.parsed.count == len(answer.parsed.rows) == plain["count"] > 0
    assert [row["task"] for row in answer.parsed.rows] == [row["task"] for row in plain["rows"]]


def test_look_ups_search_and_lineage(call):
    listed = call("look_ups.list_tasks", traces_to="52-NQ/TW", limit=2, facets=True).parsed
    assert len(listed.items) == 2
    assert listed.total > 2
    assert listed.next_
    assert listed.facets["document"][0].count > 1
    found = call("search.search", q="2358khubnd").parsed
    assert found.hits[0].number == "2358/KH-UBND"
    task = listed.items[0]["iri"]
    up = call("lineage.lineage", thing=task).parsed
    assert up.thing == task
    assert "Nghị quyết 52-NQ/TW" in {node.label for node in up.nodes}
    assert any("52-NQ/TW" in (edge.quote or "") for edge in up.edges)


def test_what_is_refused_is_a_typed_problem(call):
    answer = call("queries.tasks_tracing_to", document="không có")
    assert answer.status_code == 404
    assert type(answer.parsed).__name__ == "Problem"
    assert answer.parsed.type_.endswith("/problem/unknown-thing")
    assert answer.parsed.advice_en
    wrong = call("look_ups.list_tasks", limit=100_000)
    assert (wrong.status_code, type(wrong.parsed).__name__) == (422, "Problem")
