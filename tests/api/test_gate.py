"""Whoever asks for much at once waits behind himself, and not everyone behind him."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request

from policygraph_api.gate import Gate
from policygraph_api.problems import ProblemError


def within(gate, client):
    return asynccontextmanager(gate)(
        Request({"type": "http", "headers": [], "client": (client, 1)})
    )


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


def visits(gate, names):
    """A task for each name that goes in and stays until it is told to leave."""
    inside, leave = [], {name: asyncio.Event() for name in names}

    async def visit(name):
        async with within(gate, name[0]):
            inside.append(name)
            await leave[name].wait()
        inside.remove(name)

    return inside, leave, [asyncio.create_task(visit(name)) for name in names]


def test_one_client_does_not_keep_out_another():
    async def run():
        gate = Gate(2, 60)
        inside, leave, tasks = visits(gate, ["a1", "a2", "a3", "b1", "c1"])
        await settle()
        assert inside == ["a1", "b1"]
        leave["b1"].set()
        await settle()
        assert inside == ["a1", "c1"]
        leave["a1"].set()
        await settle()
        assert inside == ["c1", "a2"]
        for event in leave.values():
            event.set()
        await asyncio.gather(*tasks)
        return gate

    gate = asyncio.run(run())
    assert not gate._lanes


def test_who_has_waited_too_long_is_told_to_come_back():
    async def run():
        gate = Gate(2, 0.01)
        async with within(gate, "a"):
            with pytest.raises(ProblemError) as caught:
                await within(gate, "a").__aenter__()
        async with within(gate, "a"):
            return caught.value

    problem = asyncio.run(run())
    assert (problem.kind, problem.headers["Retry-After"]) == ("busy", "5")


def test_what_fails_within_makes_room():
    async def run():
        gate = Gate(1, 60)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with within(gate, "a"):
                    raise ZeroDivisionError

    asyncio.run(run())


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/en/", "/documents", "/tasks", "/gaps", "/lineage?of=52-NQ/TW", "/search?q=so"),
        *("/ontology.html", "/ontology.ttl", "/api/search?q=so", "/api/targets?limit=1"),
        *("/api/lineage/52-NQ/TW", "/api/drawings/lineage?thing=52-NQ/TW"),
        "/export/policygraph.nq",
    ],
)
def test_whatever_is_put_together_in_threads_goes_through_a_gate(client, path, monkeypatch):
    passed = []

    async def note(_, request: Request):
        passed.append(request.url.path)
        yield

    monkeypatch.setattr(Gate, "__call__", note)
    # Nobody has asked in this way before, so that no answer is at hand.
    answer = client.get(path, headers={"Accept": "*/*, text/x-gate"})
    assert (answer.status_code, passed) == (200, [path.partition("?")[0]])
