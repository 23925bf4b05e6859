"""A build whose queries the workers evaluate: pages and look-ups may ask it for a lot.

What a query costs shows only when it runs, and in a thread it could not be stopped.  So the counts
of a collection and the canned queries of pages run where free queries do, under the same limits
and on the account of who asks; single statements, microseconds each, are read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import anyio.from_thread
import pyoxigraph as ox

from policygraph.engine import Engine, Found, Memory, Statement
from policygraph.store import Snapshot
from policygraph_api.served import asked, caller
from policygraph_api.sparql import Sparql

ACCEPT = "application/sparql-results+json"


class Lent(Engine):
    """To be asked in the threads of a request, not on the loop of all."""

    def __init__(self, snapshot: Snapshot, sparql: Sparql) -> None:
        self._snapshot, self._sparql = snapshot, sparql
        self.hash = snapshot.hash

    def query(
        self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Found:
        """Of a SELECT or ASK over all graphs; raises ProblemError where a limit is reached."""
        body = anyio.from_thread.run(self._ask, text)
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)

    async def _ask(self, text: str) -> bytes:
        scope, receive = caller.get()
        return await self._sparql.own(scope, receive, asked(), text, ACCEPT)

    def __len__(self) -> int:
        return len(self._snapshot)

    def graphs(self) -> Mapping[str, int]:
        return self._snapshot.graphs()

    def close(self) -> None:
        """The build is closed by whom it belongs to."""

    def memory(self) -> Memory:
        return self._snapshot.memory()

    def has_subject(self, address: str) -> bool:
        return self._snapshot.has_subject(address)

    def statements(
        self, subject: str | None, predicate: str | None, value: str | None
    ) -> Iterator[Statement]:
        return self._snapshot.statements(subject, predicate, value)


def lender(sparql: Sparql) -> Callable[[Snapshot], Engine]:
    """Lends a build to the workers that hold it; a copy beside another engine they do not."""

    def lend(snapshot: Snapshot) -> Engine:
        return Lent(snapshot, sparql) if asked().engine is snapshot else snapshot

    return lend
