"""Free queries for another engine, under the same limits and with the same answers as here."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from policygraph import engine_http, matches
from policygraph.engine import Engine
from policygraph.errors import QueryError, StoreError
from policygraph.search import Index
from policygraph.settings import Settings
from policygraph.sparql_text import form
from policygraph.store import GRAPH_FORMATS, RESULT_FORMATS
from policygraph_api import guard
from policygraph_api.jobs import MB, SPOOLED, Answer, Job, Refusal, Result, Spool
from policygraph_api.negotiation import choose
from policygraph_api.runs import Run
from policygraph_api.workers import Counts

_REFUSED = 400
_BUSY = frozenset({429, 503})


class RemoteRunner:
    """Passes queries on.  That the work there stops with the connection is up to the engine."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        """``engine`` is the same server, for what the search index is made of."""
        self._engine = engine
        self._indexing = threading.Lock()
        self._index: Index | None = None
        self._server = engine_http.server(settings)
        self._settings = settings
        self.counts = Counts()
        self._ids = itertools.count(1)
        self._running: dict[int, Run] = {}
        self._client: httpx.AsyncClient | None = None
        self._spool = Path(tempfile.mkdtemp(prefix="policygraph-"))

    async def start(self) -> None:
        server = self._server
        self._client = httpx.AsyncClient(
            auth=server.auth(),
            headers=server.headers(),
            timeout=httpx.Timeout(server.timeout, connect=5.0),
            limits=httpx.Limits(max_connections=self._settings.workers * 8),
        )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
        shutil.rmtree(self._spool, ignore_errors=True)

    @property
    def waiting(self) -> int:
        return 0

    @property
    def is_cut_off(self) -> bool:
        return False

    def runs(self) -> list[Run]:
        return list(self._running.values())

    def cancel(self, run_id: int) -> bool:
        run = self._running.get(run_id)
        if run is not None:
            run.finish(Refusal("cancelled", ""))
        return run is not None

    def pids(self) -> tuple[int, ...]:
        return ()

    async def follow(
        self,
        job: Job,
        client: str = "",
        on_long: Callable[[], None] | None = None,
        on_work: Callable[[float], None] | None = None,
    ) -> tuple[Result, Run]:
        """As the pool of workers does."""
        now = time.monotonic()
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        run = Run(next(self._ids), job, client, future, now, started=now, on_work=on_work)
        if len(self._running) >= self._settings.queue:
            self.counts.refused += 1
            return Refusal("busy", str(len(self._running))), run
        self._running[run.id] = run
        passing = asyncio.create_task(self._pass_on(run))
        if on_long is not None:
            on_long()
        try:
            return await future, run
        finally:
            passing.cancel()
            run.worked(time.monotonic())
            del self._running[run.id]

    async def _pass_on(self, run: Run) -> None:
        try:
            async with asyncio.timeout(self._settings.timeout):
                run.finish(await self._answer(run.job))
        except (TimeoutError, httpx.TimeoutException):
            self.counts.killed += 1
            run.finish(Refusal("timeout", f"{self._settings.timeout:g}"))
        except httpx.HTTPError as error:
            run.finish(Refusal("engine", repr(error)))

    async def _answer(self, job: Job) -> Result:
        kind = form(job.query)
        if kind is None:
            return Refusal("syntax", "no SELECT, ASK, CONSTRUCT or DESCRIBE")
        for called in await asyncio.to_thread(guard.called_services, job.query):
            if not (job.services and called.startswith(job.services)):
                return Refusal("service-refused", called)
        offered = tuple(RESULT_FORMATS if kind in ("SELECT", "ASK") else GRAPH_FORMATS)
        media_type = choose(job.accept, offered)
        if media_type is None:
            return Refusal("not-acceptable", ", ".join(offered))
        query = job.query
        if "matches" in query:
            try:
                query = await asyncio.to_thread(matches.rewrite, query, self._find)
            except QueryError as error:
                return Refusal("syntax", str(error))
            except StoreError as error:
                return Refusal("engine", str(error))
        sent = {
            "query": self._server.readable(query),
            "default-graph-uri": list(job.default_graphs),
            "named-graph-uri": list(job.named_graphs),
        }
        if self._client is None:
            raise RuntimeError("the runner has not been started")
        request = self._client.build_request(
            "POST", self._server.query_url, data=sent, headers={"Accept": media_type}
        )
        for pause in engine_http.pauses(self._server):
            answer = await self._client.send(request, stream=True)
            try:
                if answer.status_code not in _BUSY or pause is None:
                    return await self._read(answer, job, media_type)
            finally:
                await answer.aclose()
            await asyncio.sleep(pause)
        raise AssertionError("the last pause is None")

    def _find(self, question: str, limit: int, kinds: Sequence[str]) -> Sequence[tuple[str, float]]:
        """What ``pg:matches`` stands for; the names and texts are read from the server once."""
        with self._indexing:
            if self._index is None:
                self._index = Index.of(self._engine)
        return self._index.matching(question, limit, kinds)

    async def _read(self, answer: httpx.Response, job: Job, media_type: str) -> Result:
        """The whole answer, into a file where it is large."""
        if not answer.is_success:
            words = (await answer.aread())[:2000].decode("utf-8", "replace").strip()
            return Refusal("syntax" if answer.status_code == _REFUSED else "engine", words)
        handle, name = tempfile.mkstemp(dir=self._spool)
        file = os.fdopen(handle, "w+b", buffering=MB)
        Path(name).unlink()
        size = 0
        async for chunk in answer.aiter_bytes(SPOOLED):
            size += len(chunk)
            if size > job.max_bytes:
                file.close()
                return Refusal("answer-too-large", str(job.max_bytes // MB))
            file.write(chunk)
        file.seek(0)
        given = answer.headers.get("content-type", media_type).partition(";")[0].strip()
        return Answer(given, Spool(file, size))
