"""Where things come from: the closures that a build derives, and one thing's path upward.

The closure is a sum over strongly connected components, sinks first, so cycles of citations do
no harm, and its time is linear in what it gives out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import rustworkx as rx

from policygraph import iri
from policygraph.errors import DataError
from policygraph.lookup import Lookup
from policygraph.queries import CannedQuery, Record, bind, records
from policygraph.store import Derived, Snapshot

STRICT = tuple(map(iri.term, ("implements", "issuedWith", "fulfils", "stipulatedIn", "partOf")))
"""What ``pg:tracesTo`` follows; all of it leads upward, toward the directive."""
BASED_ON = iri.term("basedOn")
TRACES_TO = iri.term("tracesTo")
RESTS_ON = iri.term("restsOn")

Edge = tuple[str, str]


def derive(snapshot: Snapshot) -> Derived:
    """Both closures over documents, parts and tasks, and the cycles met on the way."""
    strict = asserted(snapshot, STRICT)
    wide = [*strict, *_grounds(snapshot)]
    narrow_closure, wide_closure = Closure(strict), Closure(wide)

    def triples() -> Iterator[tuple[str, str, str]]:
        for predicate, closure in ((TRACES_TO, narrow_closure), (RESTS_ON, wide_closure)):
            for lower, upper in closure:
                yield lower, predicate, upper

    return Derived(triples(), tuple(map(_cycle_note, wide_closure.cycles)))


def asserted(snapshot: Snapshot, relations: Sequence[str]) -> list[Edge]:
    """Direct edges of some relations, as (lower, upper).  The one place that says which
    assertions count: what review rejects is to be left out here."""
    listed = " ".join(f"<{relation}>" for relation in relations)
    text = f"SELECT ?s ?o WHERE {{ VALUES ?p {{ {listed} }} ?s ?p ?o . FILTER(isIRI(?o)) }}"
    return list(_edges(snapshot, text))


def _grounds(snapshot: Snapshot) -> Iterator[Edge]:
    """``pg:basedOn`` to policy documents; laws that found competence are left out, else
    everything would rest on them."""
    types = " ".join(f"<{concept}>" for concept in policy_types())
    return _edges(
        snapshot,
        f"SELECT ?s ?o WHERE {{ VALUES ?type {{ {types} }} "
        f"?o pg:documentType ?type . ?s <{BASED_ON}> ?o }}",
    )


def policy_types() -> tuple[str, ...]:
    """Concepts of the documents that the wide lineage follows, from ``lexicon/lineage.toml``."""
    path = files("policygraph") / "lexicon" / "lineage.toml"
    try:
        names = tomllib.loads(path.read_text(encoding="utf-8"))["policy_types"]
        return tuple(iri.concept("document-type", str(name)) for name in names)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(path, f"cannot be used: {error!r}") from error


def _edges(snapshot: Snapshot, text: str) -> Iterator[Edge]:
    for row in snapshot.select(text):
        lower, upper = row["s"], row["o"]
        if lower is not None and upper is not None:
            yield lower.value, upper.value


class Closure:
    """The transitive closure of edges, without pairs of a thing and itself."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        numbers: dict[str, int] = {}
        pairs = [
            (numbers.setdefault(lower, len(numbers)), numbers.setdefault(upper, len(numbers)))
            for lower, upper in edges
        ]
        self._names = list(numbers)
        self._graph: rx.PyDiGraph[None, None] = rx.PyDiGraph(multigraph=False)
        self._graph.add_nodes_from([None] * len(numbers))
        self._graph.add_edges_from_no_data(pairs)
        self._components = rx.strongly_connected_components(self._graph)

    @property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Groups of things that lead to each other, each sorted."""
        return tuple(
            sorted(
                tuple(sorted(self._names[node] for node in members))
                for members in self._components
                if len(members) > 1
            )
        )

    def __iter__(self) -> Iterator[Edge]:
        """All pairs (lower, upper).  Relies on components coming sinks first."""
        names, graph = self._names, self._graph
        component = [-1] * len(names)
        above: dict[int, frozenset[int]] = {}
        for number, members in enumerate(self._components):
            for node in members:
                component[node] = number
            reached: set[int] = set(members)
            for node in members:
                for upper in graph.successor_indices(node):
                    if component[upper] != number:
                        reached |= above[component[upper]]
            if any(graph.in_degree(node) for node in members):
                above[number] = frozenset(reached)
            for node in members:
                lower = names[node]
                for upper in reached:
                    if upper != node:
                        yield lower, names[upper]


def _cycle_note(members: tuple[str, ...]) -> str:
    return "vòng dẫn chiếu / cycle of citations: " + ", ".join(members)


@dataclass(frozen=True, slots=True)
class Node:
    """A thing on a path, with its label in the asked language."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Step:
    """One edge upward.  Offsets count code points of ``file``; ``source`` is the address that
    vouches for an external fact; None where there is no such thing."""

    lower: Node
    relation: str
    upper: Node
    quote: str | None
    file: str | None
    start: int | None
    end: int | None
    evidence_class: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Path:
    """Every edge above a thing, nearest first, and the last things reached: those with no
    further edge (the thing itself where nothing leads up from it)."""

    steps: tuple[Step, ...]
    last: tuple[Node, ...]


def path_up(
    snapshot: Snapshot, lineage_of: CannedQuery, thing: str, lookup: Lookup, lang: str = "vi"
) -> Path:
    """The path of a thing upward, by the canned query ``lineage-of``, so that the library, the
    command line and the service can never differ."""
    bound = bind(lineage_of, {"thing": thing, "lang": lang}, lookup)
    found = records(snapshot, bound)
    last: dict[str, Node] = {}
    for row in found:
        if row["last"]:
            end = "to" if row["to"] else "from"
            last[str(row[end])] = _node(row, end)
    return Path(tuple(_step(row) for row in found if row["to"]), tuple(last.values()))


def _node(row: Mapping[str, object], column: str) -> Node:
    return Node(str(row[column]), str(row[column + "Label"] or row[column]))


def _step(row: Record) -> Step:
    def words(column: str) -> str | None:
        value = row[column]
        return None if value is None else str(value)

    def offset(column: str) -> int | None:
        value = row[column]
        return value if isinstance(value, int) else None

    return Step(
        _node(row, "from"),
        str(row["relation"]),
        _node(row, "to"),
        words("quote"),
        words("file"),
        offset("start"),
        offset("end"),
        words("evidenceClass"),
        words("source"),
    )
