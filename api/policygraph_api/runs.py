"""Queries on their way to a worker, and those that wait."""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policygraph.sparql_text import shape
from policygraph_api.jobs import Job, Result


@dataclass(slots=True, eq=False)
class Run:
    """A query on its way: what operators may see of it, and its result to come."""

    id: int
    job: Job
    client: str
    future: asyncio.Future[Result]
    queued: float
    """Seconds of ``time.monotonic``, as are the other times."""
    place: int = 0
    """How many were waiting before it when it came."""
    started: float = 0.0
    seconds: float = 0.0
    """Of work done for it, attempts that were broken off included."""
    is_long: bool = False
    repeated: int = 0
    """How often its worker died at once, and another was asked."""
    on_long: Callable[[], None] | None = None
    """Called once when it turns out to be no look-up."""
    on_work: Callable[[float], None] | None = None
    """Called with the seconds of work whenever some have been given to it."""
    _kind: int | None = None

    @property
    def kind(self) -> int:
        """The same for queries that are as much work."""
        if self._kind is None:
            self._kind = hash(shape(self.job.query))
        return self._kind

    def worked(self, now: float) -> None:
        """Account for what was done since ``started``."""
        seconds = now - self.started
        self.seconds += seconds
        self.started = now
        if self.on_work is not None:
            self.on_work(seconds)

    def finish(self, result: Result) -> None:
        if not self.future.done():
            self.future.set_result(result)


class Queue:
    """Runs that wait; clients take turns."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, deque[Run]] = OrderedDict()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Run]:
        return itertools.chain.from_iterable(self._clients.values())

    def push(self, run: Run) -> None:
        self._clients.setdefault(run.client, deque()).append(run)
        self._length += 1

    def pop(self) -> Run | None:
        """The next that still has someone waiting for it."""
        while self._clients:
            client, runs = next(iter(self._clients.items()))
            run = runs.popleft()
            self._length -= 1
            if runs:
                self._clients.move_to_end(client)
            else:
                del self._clients[client]
            if not run.future.done():
                return run
        return None


def nobody() -> asyncio.Future[Result]:
    """Stands for one who has left."""
    future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
    future.cancel()
    return future
