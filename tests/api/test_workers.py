"""Workers die; the service does not."""

from __future__ import annotations

import asyncio

import pytest
from starlette.testclient import TestClient

from policygraph_api.app import create_app
from policygraph_api.workers import Answer, Job, Pool, Refusal

POINT = "SELECT ?n { doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber ?n }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i"
DEEP = "SELECT * { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }"


def job(query):
    return Job(query, (), (), None, 1_000_000)


@pytest.fixture
def pool(store_root):
    made = []

    def make(**limits):
        given = {"workers": 1, "timeout": 60.0, "memory_mb": 1024, "queue": 8, **limits}
        made.append(Pool((store_root / "current").resolve(), **given))
        return made[-1]

    yield make
    for each in made:
        each.close()


def run(pool, *queries):
    async def all_of_them():
        return await asyncio.gather(*(pool.run(job(query)) for query in queries))

    return asyncio.run(all_of_them())


def test_an_endless_query_is_killed_and_the_next_one_answered(pool):
    workers = pool(timeout=1.0)
    endless, point = run(workers, ENDLESS, POINT)
    assert endless == Refusal("timeout", "1")
    assert isinstance(point, Answer)


def test_a_stack_overflow_takes_a_worker_only(pool):
    dead, point = run(pool(), DEEP, POINT)
    assert isinstance(dead, Refusal)
    assert dead.kind == "worker-died"
    assert isinstance(point, Answer)


def test_a_query_that_eats_memory_takes_a_worker_only(pool):
    dead, point = run(pool(memory_mb=256), HUNGRY, POINT)
    assert isinstance(dead, Refusal)
    assert dead.kind == "worker-died"
    assert isinstance(point, Answer)


def test_the_queue_has_a_bound(pool):
    results = run(pool(timeout=1.0, queue=2), ENDLESS, POINT, POINT)
    assert [type(result) for result in results] == [Refusal, Answer, Refusal]
    assert results[2].kind == "busy"


def test_a_client_that_leaves_frees_its_place(pool):
    workers = pool(queue=1)

    async def leave_and_ask():
        leaving = asyncio.create_task(workers.run(job(ENDLESS)))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        return await workers.run(job(POINT))

    assert isinstance(asyncio.run(leave_and_ask()), Answer)


def test_death_and_timeout_are_problems_with_a_way_out(settings):
    limits = {"timeout": 1.0, "workers": 1, "max_nesting": 100_000}
    app = create_app(settings.model_copy(update=limits))
    with TestClient(app) as client:
        for query, status, kind in ((ENDLESS, 504, "timeout"), (DEEP, 503, "worker-died")):
            answer = client.post("/sparql", data={"query": query})
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"].endswith(kind)
            assert answer.json()["advice"]
        assert client.get("/sparql", params={"query": POINT}).status_code == 200
