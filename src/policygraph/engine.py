"""What the project asks of an engine, whichever stands behind it.

    Engine
    ├── store.Snapshot         the embedded Oxigraph, the default
    └── engine_http.Remote     any SPARQL 1.1 server over HTTP

An engine answers in pyoxigraph's result types, so that what reads rows and what writes formats
is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import pyoxigraph as ox

from policygraph.errors import QueryError

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = dict[str, Term | None]
T = TypeVar("T")
Found = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class Statement(NamedTuple):
    """A triple in its named graph; all IRIs but perhaps the value."""

    subject: str
    predicate: str
    value: Term
    graph: str


MEMORY = 20_000
"""Things remembered of one build, about a kilobyte each; then all are forgotten."""


class Memory:
    """What was worked out of a graph that does not change, so that it is read once: the same few
    documents stand above most tasks.  Safe between threads: at worst two work out the same."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def get(self, key: Hashable, work: Callable[[], T]) -> T:
        """What is known under a key, or else what ``work`` gives, which must be immutable; that
        there is nothing (None) is worked out each time."""
        known: T | None = self._known.get(key)
        if known is None:
            known = work()
            if len(self._known) >= MEMORY:
                self._known = {}
            self._known[key] = known
        return known


class Engine(ABC):
    """A graph that does not change while it is read.  By default a query sees all named graphs
    as one."""

    hash: str | None
    """Names the build; None where there is nothing that tells builds apart."""

    @abstractmethod
    def query(
        self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Found:
        """Evaluate SPARQL; graphs given here override the query's own FROM clauses, as the
        protocol demands.  Raises QueryError on a syntax error, with its line and column."""

    @abstractmethod
    def __len__(self) -> int:
        """Number of quads."""

    @abstractmethod
    def graphs(self) -> Mapping[str, int]:
        """Triples of each named graph by its IRI."""

    @abstractmethod
    def close(self) -> None:
        """Give back what is held open; nothing may be asked any more."""

    def memory(self) -> Memory:
        """What is remembered of this graph; a new memory each time where it may have changed."""
        return Memory()

    def select(self, text: str) -> Iterator[Row]:
        """Rows of a SELECT as dictionaries from variable to term."""
        found = self.query(text)
        if not isinstance(found, ox.QuerySolutions):
            raise QueryError("a SELECT query is needed here")
        names = [variable.value for variable in found.variables]
        for solution in found:
            yield {name: solution[name] for name in names}

    def has_subject(self, address: str) -> bool:
        """Whether anything is said of an IRI; an ill-formed one is the subject of nothing."""
        try:
            subject = ox.NamedNode(address)
        except ValueError:
            return False
        return bool(self.query(f"ASK {{ {subject} ?p ?o }}"))

    def statements(
        self, subject: str | None, predicate: str | None, value: str | None
    ) -> Iterator[Statement]:
        """Statements of the named graphs that match the given IRIs, for walks along edges."""
        given = {"s": subject, "p": predicate, "o": value}
        bound = " ".join(
            f"VALUES ?{name} {{ {ox.NamedNode(address)} }}"
            for name, address in given.items()
            if address is not None
        )
        for row in self.select(f"SELECT ?s ?p ?o ?g WHERE {{ {bound} GRAPH ?g {{ ?s ?p ?o }} }}"):
            yield statement(row["s"], row["p"], row["o"], row["g"])


def statement(subject: object, predicate: object, value: object, graph: object) -> Statement:
    """The parts of a quad as a statement; QueryError where an IRI is none."""
    if (
        isinstance(subject, ox.NamedNode)
        and isinstance(predicate, ox.NamedNode)
        and isinstance(value, Term)
        and isinstance(graph, ox.NamedNode)
    ):
        return Statement(subject.value, predicate.value, value, graph.value)
    raise QueryError(f"not a statement of this graph: {subject} {predicate} {value}")
