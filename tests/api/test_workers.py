"""Workers die; the service does not."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from tests.api.conftest import PATIENCE

from policygraph_api.jobs import SPOOLED, Answer, Job, Refusal, Spool
from policygraph_api.workers import Limits, Pool

POINT = "SELECT ?n { doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber ?n }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
WORK = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d a ?e }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i"
DEEP = "SELECT * { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }"
LARGE = "SELECT * { ?a ?b ?c . ?d a pg:Task } LIMIT 3000"


def job(query):
    return Job(query, (), (), None, 10_000_000)


@pytest.fixture
def within(store_root):
    """Runs a coroutine with a pool of its own."""

    def run(scenario, **limits):
        async def all_of_it():
            given = {"workers": 1, "timeout": 60.0, "memory_mb": 1024, "queue": 8, **limits}
            pool = Pool((store_root / "current").resolve(), Limits(**given))
            await pool.start()
            try:
                return await scenario(pool)
            finally:
                pids = pool.pids()
                await pool.close()
                assert not any(map(is_alive, pids))
                assert not pool.spool.exists()

        return asyncio.run(all_of_it())

    return run


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ask(*queries):
    async def scenario(pool):
        return await asyncio.gather(*(pool.run(job(query)) for query in queries))

    return scenario


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def test_an_endless_query_is_killed_and_the_next_one_answered(within):
    endless, point = within(ask(ENDLESS, POINT), timeout=2.0)
    assert endless == Refusal("timeout", "2")
    assert isinstance(point, Answer)


def test_a_stack_overflow_takes_a_worker_only(within):
    dead, point = within(ask(DEEP, POINT))
    assert dead == Refusal("worker-died", "")
    assert isinstance(point, Answer)


def test_a_query_that_eats_memory_takes_a_worker_only(within):
    dead, point = within(ask(HUNGRY, POINT), memory_mb=256)
    assert dead == Refusal("worker-died", "")
    assert isinstance(point, Answer)


def test_the_queue_has_a_bound_and_tells_the_place(within):
    results = within(ask(ENDLESS, POINT, POINT), timeout=2.0, queue=2)
    assert [type(result) for result in results] == [Refusal, Answer, Refusal]
    assert results[2] == Refusal("busy", "2")


def test_look_ups_are_answered_while_long_queries_fill_the_workers(within):
    async def scenario(pool):
        long = [asyncio.create_task(pool.run(job(f"{ENDLESS} # {n}"))) for n in range(6)]
        await until(lambda: sum(run.is_long for run in pool.runs()) >= 1)
        points = [await pool.run(job(POINT), "someone else") for _ in range(5)]
        assert not any(task.done() for task in long)
        for task in long:
            task.cancel()
        await asyncio.gather(*long, return_exceptions=True)
        return points, pool.counts.put_back

    points, put_back = within(scenario, queue=16)
    assert all(isinstance(point, Answer) for point in points)
    assert put_back >= 1


def test_what_a_worker_was_handed_early_is_answered_by_another_if_need_be(within):
    async def scenario(pool):
        endless = asyncio.create_task(pool.run(job(ENDLESS)))
        points = [asyncio.create_task(pool.run(job(f"{POINT} # {n}"))) for n in range(40)]
        answers = await asyncio.gather(*points)
        was_running = not endless.done()
        endless.cancel()
        await asyncio.gather(endless, return_exceptions=True)
        await until(lambda: not pool.runs())
        return answers, was_running

    answers, was_running = within(scenario, queue=64)
    assert was_running
    assert all(isinstance(answer, Answer) for answer in answers)


def test_what_killed_workers_were_handed_early_is_not_lost(within):
    async def scenario(pool):
        points = [asyncio.create_task(pool.run(job(f"{POINT} # {n}"))) for n in range(40)]
        await asyncio.sleep(0)
        for pid in pool.pids():
            os.kill(pid, signal.SIGKILL)
        return await asyncio.gather(*points)

    answers = within(scenario, queue=64)
    assert all(isinstance(answer, Answer) for answer in answers)


def test_a_query_that_waits_too_long_is_told_to_come_again(within):
    results = within(ask(*(f"{ENDLESS} # {n}" for n in range(4))), patience=0.5, timeout=3.0)
    assert {result.kind for result in results} == {"busy", "timeout"}


def test_a_look_up_on_a_busy_machine_is_not_taken_for_a_long_query(within):
    async def scenario(pool):
        for pid in pool.pids():
            os.kill(pid, signal.SIGSTOP)
        delayed = asyncio.create_task(pool.run(job(POINT)))
        await until(lambda: any(run.is_long for run in pool.runs()))
        for pid in pool.pids():
            os.kill(pid, signal.SIGCONT)
        answer, known = await delayed, [len(pool._state.known_long)]
        await pool.run(job(WORK))
        return answer, [*known, len(pool._state.known_long)]

    answer, known = within(scenario)
    assert isinstance(answer, Answer)
    assert known == [0, 1]


def test_queries_known_to_be_long_take_no_place_while_they_wait(within):
    async def scenario(pool):
        long = [asyncio.create_task(pool.run(job(f"{ENDLESS} # {n}"))) for n in range(6)]
        await until(lambda: pool.counts.put_back == 1)
        answer = await pool.run(job(WORK), "someone else")
        for task in long:
            task.cancel()
        await asyncio.gather(*long, return_exceptions=True)
        return answer, pool.counts.put_back

    answer, put_back = within(scenario, queue=16)
    assert isinstance(answer, Answer)
    assert put_back == 1


def test_clients_take_turns(within):
    async def scenario(pool):
        order = []

        async def follow(client, number):
            _, run = await pool.follow(job(f"{POINT} # {number}"), client)
            order.append((run.started - run.seconds, client))

        await asyncio.gather(
            *(follow("greedy", n) for n in range(20)), *(follow("modest", n) for n in range(2))
        )
        return [client for _, client in sorted(order)]

    order = within(scenario, queue=64)
    assert max(i for i, client in enumerate(order) if client == "modest") < 12


def test_a_client_that_leaves_frees_its_place(within):
    async def scenario(pool):
        leaving = asyncio.create_task(pool.run(job(ENDLESS)))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        answer = await pool.run(job(POINT))
        await until(lambda: not pool.runs())
        return answer

    assert isinstance(within(scenario, queue=1), Answer)


def test_a_killed_worker_loses_the_answer_in_flight_and_no_other(within):
    async def scenario(pool):
        running = asyncio.create_task(pool.run(job(ENDLESS)))
        await until(lambda: any(run.is_long for run in pool.runs()))
        for pid in pool.pids():
            os.kill(pid, signal.SIGKILL)
        lost = await running
        points = await asyncio.gather(*(pool.run(job(POINT)) for _ in range(5)))
        return lost, points

    lost, points = within(scenario)
    assert lost == Refusal("worker-died", "")
    assert all(isinstance(point, Answer) for point in points)


def test_a_large_answer_comes_whole_through_a_file_that_is_gone(within):
    async def scenario(pool):
        answer = await pool.run(job(LARGE))
        left = list(pool.spool.iterdir())
        return answer, left, b"".join(answer.body.chunks())

    answer, left, content = within(scenario)
    assert isinstance(answer.body, Spool)
    assert (len(content), left) == (answer.body.size, [])
    assert answer.body.size > SPOOLED
    assert content.endswith(b"]}}")


def test_an_answer_over_the_bound_leaves_no_file(within):
    async def scenario(pool):
        return await pool.run(Job(LARGE, (), (), None, 300_000)), list(pool.spool.iterdir())

    assert within(scenario) == (Refusal("answer-too-large", "0"), [])


def test_workers_alone_have_the_allocator_that_is_installed(within):
    pytest.importorskip("cmeel", reason="cmeel-mimalloc is not installed")

    async def scenario(pool):
        return [Path(f"/proc/{pid}/maps").read_text(encoding="utf-8") for pid in pool.pids()]

    before = dict(os.environ)
    assert all("libmimalloc" in maps for maps in within(scenario))
    assert "libmimalloc" not in Path("/proc/self/maps").read_text(encoding="utf-8")
    assert dict(os.environ) == before


def test_an_operator_may_end_a_query(within):
    async def scenario(pool):
        running = asyncio.create_task(pool.run(job(ENDLESS)))
        await until(lambda: any(run.started for run in pool.runs()))
        assert not pool.cancel(999)
        assert pool.cancel(pool.runs()[0].id)
        return await running, await pool.run(job(POINT))

    ended, point = within(scenario)
    assert ended == Refusal("cancelled", "")
    assert isinstance(point, Answer)
