"""Free queries run in worker processes that can be killed.

Each worker opens the store read-only, bounds its own memory, and leaves the network where the
system lets it.  A stack overflow, a failed allocation or the time limit takes a worker, never
the service.
"""

from __future__ import annotations

import asyncio
import ctypes
import io
import multiprocessing
import os
import resource
import signal
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired, ProcessPool
from typing_extensions import Buffer

from policygraph.errors import QueryError
from policygraph.store import Snapshot, media_types, open_read_only, serialize
from policygraph_api import guard
from policygraph_api.negotiation import choose

MB = 1024 * 1024
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


@dataclass(frozen=True, slots=True)
class Job:
    """A query with its dataset and what the client accepts; ``max_bytes`` bounds the answer."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    accept: str | None
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A query that was not answered; ``kind`` is a kind of problem."""

    kind: str
    detail: str


class Pool:
    """A bounded pool of workers over one store."""

    def __init__(self, store: Path, workers: int, timeout: float, memory_mb: int, queue: int):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._pool = ProcessPool(
            max_workers=workers,
            context=context,
            initializer=_start,
            initargs=(str(store), memory_mb),
        )
        self._timeout = timeout
        self._queue = queue
        self._waiting = 0

    async def run(self, job: Job) -> Answer | Refusal:
        """Answer a query, or say why not; a client that leaves takes its query with it."""
        if self._waiting >= self._queue:
            return Refusal("busy", "")
        self._waiting += 1
        try:
            future = self._pool.schedule(answer, args=[job], timeout=self._timeout)
            result: Answer | Refusal = await asyncio.wrap_future(future)
            return result
        except FutureTimeoutError:
            return Refusal("timeout", f"{self._timeout:g}")
        except (ProcessExpired, BrokenProcessPool, MemoryError) as error:
            return Refusal("worker-died", type(error).__name__)
        finally:
            self._waiting -= 1

    async def is_cut_off(self) -> bool:
        """Whether the workers are cut off from the network."""
        return bool(await asyncio.wrap_future(self._pool.schedule(_network_is_off)))

    def close(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it unannotated
        self._pool.join()


class _Bounded(io.BytesIO):
    """Collects bytes up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self.is_full = False

    def write(self, data: Buffer, /) -> int:
        if self.tell() + len(bytes(data)) > self._limit:
            self.is_full = True
            raise OSError("the answer is larger than allowed")
        return super().write(data)


@dataclass(slots=True)
class _Worker:
    snapshot: Snapshot | None = None
    is_cut_off: bool = False


_worker = _Worker()
"""State of a worker process; pebble gives its initializer no other place."""


def _start(store: str, memory_mb: int) -> None:
    # The engine's loops never come back to Python, where pebble's handler would run.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _worker.is_cut_off = _leave_network()
    _worker.snapshot = open_read_only(Path(store))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + memory_mb * MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _leave_network() -> bool:
    """Move into a network namespace of its own, which has no way out; False if not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(f) == 0 for f in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


def _network_is_off() -> bool:
    return _worker.is_cut_off


def answer(job: Job) -> Answer | Refusal:
    """Run in a worker: check for SERVICE, evaluate, serialise."""
    if _worker.snapshot is None:
        raise RuntimeError("the worker has not been started")
    if guard.calls_service(job.query):
        return Refusal("service-refused", "")
    try:
        found = _worker.snapshot.query(job.query, job.default_graphs, job.named_graphs)
    except QueryError as error:
        return Refusal("syntax", str(error))
    offered = media_types(found)
    media_type = choose(job.accept, offered)
    if media_type is None:
        return Refusal("not-acceptable", ", ".join(offered))
    sink = _Bounded(job.max_bytes)
    try:
        serialize(found, media_type, sink)
    except OSError:
        if sink.is_full:
            return Refusal("answer-too-large", str(job.max_bytes // MB))
        raise
    return Answer(media_type, sink.getvalue())
