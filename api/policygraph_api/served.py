"""The builds that are open: the one that is current, and old ones that someone still asks for.

A request takes one build when it arrives and keeps it to its end, so no answer mixes two.  A new
build is opened beside the old one, with workers of its own that are ready, before it becomes
current; the old one is closed when its last request has been answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from starlette.types import Receive, Scope

from policygraph import engine_http, store
from policygraph.engine import Engine
from policygraph.engine_virtuoso import Virtuoso
from policygraph.errors import StoreError
from policygraph.lookup import Lookup
from policygraph.queries import CannedQuery
from policygraph.settings import Settings
from policygraph_api.jobs import Job, Result
from policygraph_api.remote import RemoteRunner
from policygraph_api.runs import Run
from policygraph_api.workers import Counts, Limits, Pool

_REMOTES = {"standard": engine_http.Remote, "virtuoso": Virtuoso}
log = logging.getLogger(__name__)


class Runner(Protocol):
    """What answers free queries: workers here, or another engine."""

    counts: Counts

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def follow(
        self,
        job: Job,
        client: str = "",
        on_long: Callable[[], None] | None = None,
        on_work: Callable[[float], None] | None = None,
    ) -> tuple[Result, Run]: ...

    def runs(self) -> list[Run]: ...

    def cancel(self, run_id: int) -> bool: ...

    def pids(self) -> tuple[int, ...]: ...

    @property
    def waiting(self) -> int: ...

    @property
    def is_cut_off(self) -> bool: ...


class Served:
    """One open build, with what is made from it once.

    ``beside`` is a local copy of what another engine holds, for what is no query: exports,
    look-ups, search and pages.
    """

    def __init__(
        self,
        engine: Engine,
        runner: Runner,
        connected: Runner | None,
        code: str,
        beside: store.Snapshot | None = None,
    ) -> None:
        self.engine, self.runner, self._connected = engine, runner, connected
        self.beside = engine if isinstance(engine, store.Snapshot) else beside
        self.lookup = Lookup(engine)
        self.triples = len(engine)
        self.name = engine.hash or "none"
        self.tag = hashlib.sha256(f"{self.name}\n{code}".encode()).hexdigest()[:16]
        """Names everything that answers depend on."""
        self.readers = 0
        self.is_closed = False

    @property
    def connected(self) -> Runner:
        """Workers with a network, for SERVICE that is allowed."""
        return self._connected or self.runner

    async def start(self) -> None:
        await self.runner.start()
        if self._connected is not None:
            await self._connected.start()

    async def close(self) -> None:
        self.is_closed = True
        await self.runner.close()
        if self._connected is not None:
            await self._connected.close()
        self.engine.close()
        if self.beside is not None and self.beside is not self.engine:
            self.beside.close()


def fingerprint(queries: Mapping[str, CannedQuery], pages: str) -> str:
    """Of what answers depend on beside the build: the code, the canned queries, and ``pages``,
    which names what pages are made of."""
    digest = hashlib.sha256(f"{version('policygraph')}\n{pages}\n".encode())
    for query in queries.values():
        digest.update("\n".join((query.name, *query.lines)).encode())
    return digest.hexdigest()


def _copy(root: Path, engine: Engine) -> store.Snapshot | None:
    """The local build, if it is the one that was published to the engine: each of its graphs has as
    many triples there."""
    try:
        snapshot = store.open_read_only(root)
    except StoreError:
        return None
    there = engine.graphs()
    other = [name for name, triples in snapshot.graphs().items() if there.get(name) != triples]
    if not other:
        return snapshot
    log.warning("the engine does not hold the build in %s: %s", root, ", ".join(sorted(other)[:5]))
    snapshot.close()
    return None


_asked: ContextVar[Served] = ContextVar("_asked")
caller: ContextVar[tuple[Scope, Receive]] = ContextVar("caller")
"""The present request, where the application answers it: on whose account, and until when."""


class Asking:
    """Within, ``asked()`` is this build, and it stays open.  A class, since every request enters it
    and a generator takes three times as long."""

    __slots__ = ("_served", "_token")

    def __init__(self, served: Served) -> None:
        self._served = served

    def __enter__(self) -> None:
        self._token = _asked.set(self._served)
        self._served.readers += 1

    def __exit__(self, *_: object) -> None:
        self._served.readers -= 1
        _asked.reset(self._token)


def asked() -> Served:
    """The build that the present request is about."""
    return _asked.get()


@dataclass(frozen=True, slots=True)
class Switch:
    """Told to who listens: a build became current."""

    old: str
    new: str


class Builds:
    """Opens and closes builds, and follows ``current``.  ``code`` is a fingerprint."""

    def __init__(
        self,
        settings: Settings,
        code: str,
        on_switch: Callable[[Switch], None],
    ) -> None:
        self._settings, self._code, self._on_switch = settings, code, on_switch
        self._old: OrderedDict[str, Served] = OrderedDict()
        self._drained: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()
        # Opened at once, so that an unusable store stops the start.
        self.current = self._make(None)

    @property
    def open(self) -> int:
        return 1 + len(self._old) + len(self._drained)

    def served(self) -> list[Served]:
        return [self.current, *self._old.values()]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Workers run and ``current`` is followed while this is entered."""
        await self.current.start()
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            for task in self._drained:
                task.cancel()
            await asyncio.gather(*self._drained, return_exceptions=True)
            for served in self.served():
                if not served.is_closed:
                    await served.close()

    async def get(self, name: str) -> Served | None:
        """An open or openable build by its hash; None where there is none."""
        if name == self.current.name:
            return self.current
        found = self._old.get(name)
        if found is None:
            async with self._changing:
                found = self._old.get(name) or await self._open_old(name)
        if found is not None and name in self._old:
            self._old.move_to_end(name)
        return found

    async def refresh(self) -> bool:
        """Switch if another build has become current on disk; whether it had."""
        async with self._changing:
            name = await asyncio.to_thread(store.current_hash, self._settings.store)
            if self._settings.engine_url or name == self.current.name:
                return False
            fresh = self._old.pop(name, None) if name else None
            if fresh is None:
                fresh = await asyncio.to_thread(self._make, None)
                await fresh.start()
            old, self.current = self.current, fresh
            self._retire(old)
            self._on_switch(Switch(old.name, fresh.name))
            return True

    def _make(self, name: str | None) -> Served:
        settings = self._settings
        if settings.engine_url:
            kind = _REMOTES[settings.engine_dialect]
            engine: Engine = kind(engine_http.server(settings))
            beside = _copy(settings.store, engine)
            return Served(engine, RemoteRunner(settings, engine), None, self._code, beside)
        snapshot = store.open_read_only(settings.store, name)
        limits = Limits(
            settings.workers,
            settings.timeout,
            settings.memory_mb,
            settings.queue,
            settings.patience,
        )
        pool = Pool(snapshot.path, limits)
        connected = None
        if settings.services:
            few = Limits(1, settings.timeout, settings.memory_mb, settings.queue, settings.patience)
            connected = Pool(snapshot.path, few, connected=True)
        return Served(snapshot, pool, connected, self._code)

    async def _open_old(self, name: str) -> Served | None:
        try:
            found = await asyncio.to_thread(self._make, name)
            await found.start()
        except StoreError:
            return None
        self._old[name] = found
        while len(self._old) > self._settings.open_builds:
            _, oldest = self._old.popitem(last=False)
            self._retire(oldest)
        return found

    def _retire(self, served: Served) -> None:
        """Close a build when nobody reads it any more, then remove what is not kept."""

        async def drain() -> None:
            while served.readers:
                await asyncio.sleep(0.05)
            await served.close()
            if not self._settings.engine_url:
                await asyncio.to_thread(store.prune, self._settings.store)

        task = asyncio.create_task(drain())
        self._drained.add(task)
        task.add_done_callback(self._drained.discard)

    async def _follow(self) -> None:
        failed = ""
        while True:
            await asyncio.sleep(self._settings.watch)
            try:
                await self.refresh()
                failed = ""
            except StoreError as error:
                # The build in service stays; the same failure is told once.
                if str(error) != failed:
                    log.error("the new build cannot be served: %s", error)
                failed = str(error)
