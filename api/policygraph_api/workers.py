"""Queries run in worker processes that can be killed.

Each worker opens the store read-only, bounds its own memory, and leaves the network where the
system lets it.  A stack overflow, a failed allocation or the time limit takes a worker, never
the service.

A query is handed over and answered through a socket; the worker writes an answer in Rust, into
memory while it is small and into a spool file beyond, so the service sends only whole answers
and a slow client holds no worker.

One worker more is kept than may be busy with long queries.  Whatever runs longer than a look-up
gives its place up when a look-up waits and all places are taken: it is killed, and waits among
the long ones.  Clients take turns, so one that sends a hundred queries waits for itself.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import marshal
import multiprocessing
import os
import shutil
import socket
import tempfile
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, distribution
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import cast

from policygraph.errors import StoreError
from policygraph_api.jobs import (
    ANSWER,
    HEAD,
    LENGTH,
    QUICK,
    READY,
    SPOOL,
    Answer,
    Job,
    Refusal,
    Result,
    Spool,
)
from policygraph_api.runs import Queue, Run, nobody
from policygraph_api.worker import work

log = logging.getLogger(__name__)

PRESSED, CROWD = 0.025, 16
"""What counts as long while more than so many queries wait for their first try."""
TICK, PRESSED_TICK = 0.05, 0.01
AHEAD = 0.005
"""Seconds a query may have run for its worker to be handed the next one already; after them, the
next one is asked of another worker."""
REMEMBERED = 4096
"""Texts of long queries that are known again."""
DAMPING = 0.5
"""Seconds before a worker that died at once is started again."""

ALLOCATOR = {"LD_PRELOAD": "", "MIMALLOC_ARENA_RESERVE": "65536"}
"""What the workers' environment says of their allocator: the library, and KiB of address space that
it takes at once, which count against a worker's limit."""
START_WITHIN = 60.0
"""Seconds in which the workers must have opened their store."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``workers`` long queries run at once, each for ``timeout`` seconds in ``memory_mb`` beyond
    its store; ``queue`` queries may run or wait, none waits longer than ``patience`` seconds."""

    workers: int
    timeout: float
    memory_mb: int
    queue: int
    patience: float = 30.0


class _Link(asyncio.Protocol):
    """The service's end of one worker: its process, its socket and the queries it has, the first of
    which it is at."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self.process: ForkServerProcess | None = None
        self.runs: deque[Run] = deque()
        self.is_ready = self.is_cut_off = self.is_leaving = False

    @property
    def run(self) -> Run | None:
        return self.runs[0] if self.runs else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not descend from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        while len(data) >= HEAD.size:
            kind, leaves, was_long, note_size, body_size = HEAD.unpack_from(data)
            at = HEAD.size + note_size
            end = at + body_size
            if len(data) < end:
                break
            note = data[HEAD.size : at].decode("utf-8")
            body, data = data[at:end], data[end:]
            self.is_leaving = leaves
            if kind == READY:
                self.is_ready, self.is_cut_off = True, body == b"1"
                self._pool.became_free(self)
            else:
                self._pool.finished(self, self._result(kind, note, body), was_long)
        self._rest = data

    def _result(self, kind: bytes, note: str, body: bytes) -> Result:
        if kind == ANSWER:
            return Answer(note, body)
        if kind == SPOOL:
            path = self._pool.spool / os.fsdecode(body)
            file = path.open("rb")
            path.unlink()
            return Answer(note, Spool(file, os.fstat(file.fileno()).st_size))
        return Refusal(note, body.decode("utf-8"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._pool.lost(self)

    def send(self, run: Run) -> None:
        if not self.runs:
            run.started = time.monotonic()
        self.runs.append(run)
        packed = marshal.dumps(tuple(run.job))
        if self._transport is not None:
            self._transport.write(LENGTH.pack(len(packed)) + packed)

    def ended(self, now: float) -> Run | None:
        """The query it was at, which is over; it is at the next one from now."""
        run = self.runs.popleft() if self.runs else None
        if self.runs:
            self.runs[0].started = now
        return run

    def kill(self) -> None:
        if self.process is not None and self.process.pid is not None:
            self.process.kill()
        if self._transport is not None:
            self._transport.close()


@dataclass(slots=True)
class Counts:
    """What happened since the start, for metrics."""

    killed: int = 0
    died: int = 0
    put_back: int = 0
    refused: int = 0
    recycled: int = 0


@dataclass(slots=True)
class _State:
    links: set[_Link] = field(default_factory=set)
    free: list[_Link] = field(default_factory=list)
    fresh: Queue = field(default_factory=Queue)
    long: Queue = field(default_factory=Queue)
    known_long: OrderedDict[int, None] = field(default_factory=OrderedDict)
    open: int = 0
    is_closed: bool = False


class Pool:
    """A bounded pool of workers over one store.  Lives in one event loop."""

    def __init__(self, store: Path, limits: Limits, connected: bool = False) -> None:
        """``connected`` workers keep the network; only for SERVICE that is allowed."""
        self._store, self.limits, self._connected = store, limits, connected
        self.spool = Path(tempfile.mkdtemp(prefix="policygraph-"))
        self.counts = Counts()
        self._ids = itertools.count(1)
        self._state = _State()
        self._starting: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Start the workers and wait until they have opened the store."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(_ready_to_fork)
        await asyncio.gather(*(self._start_worker() for _ in range(self.limits.workers + 1)))
        patience = time.monotonic() + START_WITHIN
        while not all(link.is_ready for link in self._state.links):
            if time.monotonic() > patience:
                await self.close()
                raise StoreError(f"{self._store}: không mở được kho / the store cannot be opened")
            await asyncio.sleep(0.005)
        self._tick()

    async def run(
        self, job: Job, client: str = "", on_long: Callable[[], None] | None = None
    ) -> Result:
        """Answer a query, or say why not; a client that leaves takes its query with it.
        ``on_long`` is called once if the query waits long or turns out to be no look-up."""
        result, _ = await self.follow(job, client, on_long)
        return result

    async def follow(
        self,
        job: Job,
        client: str = "",
        on_long: Callable[[], None] | None = None,
        on_work: Callable[[float], None] | None = None,
    ) -> tuple[Result, Run]:
        """As ``run``, with what is known of the way it took."""
        state = self._state
        run = Run(
            next(self._ids),
            job,
            client,
            asyncio.get_running_loop().create_future(),
            time.monotonic(),
            on_long=on_long,
            on_work=on_work,
        )
        if state.open >= self.limits.queue or state.is_closed:
            self.counts.refused += 1
            run.place = state.open
            run.finish(Refusal("busy", str(state.open)))
            return await run.future, run
        state.open += 1
        try:
            self._accept(run)
            return await run.future, run
        finally:
            state.open -= 1

    @property
    def is_cut_off(self) -> bool:
        """Whether the workers are cut off from the network."""
        return all(link.is_cut_off for link in self._state.links if link.is_ready)

    @property
    def waiting(self) -> int:
        return len(self._state.fresh) + len(self._state.long)

    @property
    def is_idle(self) -> bool:
        return self._state.open == 0

    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers."""
        return tuple(
            link.process.pid
            for link in self._state.links
            if link.process is not None and link.process.pid is not None
        )

    def runs(self) -> list[Run]:
        """Queries that run, then those that wait, in no order among each other."""
        running = itertools.chain.from_iterable(link.runs for link in self._state.links)
        return [*running, *self._state.fresh, *self._state.long]

    def cancel(self, run_id: int) -> bool:
        """End a query by its number; False where there is none."""
        for run in self.runs():
            if run.id == run_id:
                run.finish(Refusal("cancelled", ""))
                self._kill_abandoned()
                return True
        return False

    async def close(self) -> None:
        """Kill all workers and refuse what still waits."""
        state = self._state
        state.is_closed = True
        if self._ticking is not None:
            self._ticking.cancel()
        for run in self.runs():
            run.finish(Refusal("busy", ""))
        await asyncio.gather(*self._starting, return_exceptions=True)
        processes = [link.process for link in state.links if link.process is not None]
        for link in tuple(state.links):
            link.kill()
        await asyncio.to_thread(_reap, processes)
        shutil.rmtree(self.spool, ignore_errors=True)

    # What links report.

    def became_free(self, link: _Link) -> None:
        if link.is_leaving or self._state.is_closed:
            return
        if not link.runs:
            self._state.free.append(link)
        if len(self._state.fresh) == 0:
            self._take_back(time.monotonic())
        self._dispatch()

    def finished(self, link: _Link, result: Result, was_long: bool) -> None:
        now = time.monotonic()
        run = link.ended(now)
        if run is not None:
            if was_long:
                self._remember(run)
            elif run.is_long:
                # It was the machine that was slow.
                self._state.known_long.pop(run.kind, None)
            run.worked(now)
            if run.future.done() and isinstance(result, Answer) and isinstance(result.body, Spool):
                result.body.file.close()
            run.finish(result)
        if link.is_leaving:
            self.counts.recycled += 1
        self.became_free(link)

    def lost(self, link: _Link) -> None:
        """A worker is gone: killed by us, or dead of its query."""
        state = self._state
        state.links.discard(link)
        if state.is_closed:
            return
        if link in state.free:
            state.free.remove(link)
        now = time.monotonic()
        run = link.ended(now)
        if run is not None:
            run.worked(now)
            is_wanted = not run.future.done()
            if is_wanted and run.repeated <= self.limits.workers and not run.is_long:
                # It may have been handed to a worker that was dead already, as all may be.
                run.repeated, run.started = run.repeated + 1, 0.0
                state.fresh.push(run)
            elif is_wanted:
                self.counts.died += 1
                run.finish(Refusal("worker-died", ""))
        self._ask_again(link)
        if link.process is not None:
            link.process.kill()
        self._spawn(0.0 if link.is_ready else DAMPING, link.process)

    # The ways of a query.

    def _accept(self, run: Run) -> None:
        state = self._state
        if state.free and not (self.waiting or self._is_known_long(run)):
            # As nearly always: it need not stand in line.
            state.free.pop().send(run)
            return
        run.place = self._line_up(run)
        self._dispatch()

    def _line_up(self, run: Run) -> int:
        """How many wait before it."""
        run.is_long = self._is_known_long(run)
        queue = self._state.long if run.is_long else self._state.fresh
        queue.push(run)
        return len(queue) - 1

    def _dispatch(self) -> None:
        state = self._state
        while len(state.fresh) or len(state.long):
            link = state.free[-1] if state.free else self._soon_free()
            if link is None:
                if len(state.fresh):
                    self._make_room()
                return
            run = state.fresh.pop()
            if run is None:
                # While killed workers come back, the last one left is for look-ups.
                if len(state.free) < 2 or self._long_running() >= self.limits.workers:
                    return
                run = state.long.pop()
                if run is None:
                    return
            if state.free:
                state.free.pop()
            link.send(run)

    def _soon_free(self) -> _Link | None:
        """A worker that is at a look-up and may be handed the next already: while many wait, it
        need not wait for the service in between."""
        links = self._state.links
        if len(self._state.fresh) <= len(links):
            return None
        soon = time.monotonic() - AHEAD
        for link in links:
            run = link.run
            if run is not None and len(link.runs) == 1 and run.started > soon and not run.is_long:
                return link
        return None

    def _take_back(self, now: float) -> None:
        """What was handed to a worker that is at its query for longer than was thought is asked of
        another; the worker answers it to nobody."""
        for link in self._state.links:
            if len(link.runs) > 1 and now - link.runs[0].started > AHEAD:
                first = link.runs.popleft()
                left = [replace(run, future=nobody(), on_work=None) for run in link.runs]
                self._ask_again(link)
                link.runs.extend((first, *left))

    def _ask_again(self, link: _Link) -> None:
        while link.runs:
            run = link.runs.popleft()
            run.started = 0.0
            self._line_up(run)

    def _long_running(self) -> int:
        return sum(1 for link in self._state.links if link.run is not None and link.run.is_long)

    def _make_room(self) -> None:
        """Take a place from a long query, if long ones have more than their share."""
        now = time.monotonic()
        quick = PRESSED if len(self._state.fresh) > CROWD else QUICK
        long = [
            (link.run.started, link)
            for link in self._state.links
            if link.run is not None and now - link.run.started > quick
        ]
        ready = sum(link.is_ready for link in self._state.links)
        if len(long) < ready or ready < 2:
            return
        _, link = max(long, key=lambda pair: pair[0])
        run = link.ended(now)
        self._ask_again(link)
        link.kill()
        if run is not None:
            run.worked(now)
            run.started, run.is_long = 0.0, True
            self._remember(run)
            self.counts.put_back += 1
            self._state.long.push(run)

    def _is_known_long(self, run: Run) -> bool:
        known = self._state.known_long
        return bool(known) and run.kind in known

    def _tell_long(self, run: Run) -> None:
        if run.on_long is not None:
            run.on_long()
            run.on_long = None

    def _tick(self) -> None:
        """Enforce what depends on time."""
        if self._loop is None or self._state.is_closed:
            return
        now = time.monotonic()
        state = self._state
        waits = len(state.fresh) > 0 or any(len(link.runs) > 1 for link in state.links)
        self._ticking = self._loop.call_later(PRESSED_TICK if waits else TICK, self._tick)
        self._take_back(now)
        for link in tuple(state.links):
            run = link.run
            if run is None:
                continue
            running = now - run.started
            if running > self.limits.timeout and not run.future.done():
                self.counts.killed += 1
                run.worked(now)
                run.finish(Refusal("timeout", f"{self.limits.timeout:g}"))
            if running > QUICK:
                if run.future.done():
                    self._remember(run)
                    link.kill()
                elif not run.is_long:
                    run.is_long = True
                    self._tell_long(run)
        for run in (*state.fresh, *state.long):
            if now - run.queued > QUICK:
                self._tell_long(run)
            if now - run.queued > self.limits.patience and not run.future.done():
                self.counts.refused += 1
                run.finish(Refusal("busy", str(run.place)))
        self._dispatch()

    def _remember(self, run: Run) -> None:
        """Of a query that ended, by the worker's clock or by force: one that is still running may
        be a look-up on a machine that is busy with other things."""
        state = self._state
        is_new = run.kind not in state.known_long
        state.known_long[run.kind] = None
        if len(state.known_long) > REMEMBERED:
            state.known_long.popitem(last=False)
        if is_new:
            # Those that wait are no look-ups either, for which others must make room.
            waiting, state.fresh = state.fresh, Queue()
            while (one := waiting.pop()) is not None:
                one.is_long = one.kind == run.kind
                (state.long if one.is_long else state.fresh).push(one)

    def _kill_abandoned(self) -> None:
        for link in tuple(self._state.links):
            if link.run is not None and link.run.future.done():
                link.kill()

    # Processes.

    def _spawn(self, delay: float, old: ForkServerProcess | None) -> None:
        async def replace() -> None:
            if old is not None:
                await asyncio.to_thread(_reap, [old])
            await asyncio.sleep(delay)
            if not self._state.is_closed:
                await self._start_worker()

        task = asyncio.get_running_loop().create_task(replace())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start_worker(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        process = context().Process(
            target=work,
            args=(
                theirs,
                str(self._store),
                self.limits.memory_mb,
                str(self.spool),
                self._connected,
            ),
            daemon=True,
        )
        with theirs:
            await asyncio.to_thread(process.start)
        link = _Link(self)
        link.process = process
        self._state.links.add(link)
        await asyncio.get_running_loop().create_connection(lambda: link, sock=ours)


def context() -> multiprocessing.context.ForkServerContext:
    """Workers are forked from a small clean process, not from the service with its threads."""
    return multiprocessing.get_context("forkserver")


def _ready_to_fork() -> None:
    """Start the process that workers are forked from, with an allocator under which queries of
    many small terms take a fifth less time (``docs/benchmarks.md``), where that is installed."""
    # With the main module preloaded, no worker loads it anew.
    context().set_forkserver_preload(["__main__", work.__module__])
    before = {name: os.environ.get(name) for name in ALLOCATOR}
    try:
        place = distribution("cmeel-mimalloc").locate_file("cmeel.prefix/lib/libmimalloc.so")
        os.environ.update({**ALLOCATOR, "LD_PRELOAD": f"{place} {before['LD_PRELOAD'] or ''}"})
    except PackageNotFoundError:
        log.info("workers run on the system's allocator")
    try:
        forkserver.ensure_running()
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _reap(processes: list[ForkServerProcess]) -> None:
    for process in processes:
        process.join()
        process.close()
