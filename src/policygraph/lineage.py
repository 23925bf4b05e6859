"""Where things come from: the closures that a build derives.

For each pair only its triple is stored, which is what listing and counting need; the paths of a
pair are found on demand (``paths``).  The closure is a sum over strongly connected components,
sinks first, so cycles of citations do no harm, and its time is linear in what it gives out.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import rustworkx as rx

from policygraph import iri
from policygraph.edges import BASED_ON, REGISTER, STRICT, policy_types
from policygraph.store import Derived, Snapshot

TRACES_TO = iri.term("tracesTo")
RESTS_ON = iri.term("restsOn")
TRACES_TO_EXTERNALLY = iri.term("tracesToExternally")
RESTS_ON_EXTERNALLY = iri.term("restsOnExternally")
Edge = tuple[str, str]


def derive(snapshot: Snapshot) -> Derived:
    """Both closures over documents, parts and tasks, the pairs that need an outside fact, and
    the cycles met on the way."""
    with _not_collecting():
        narrow = asserted(snapshot, STRICT)
        wide = narrow + _grounds(snapshot)
        closure = Closure(wide.all)

    def triples() -> Iterator[tuple[str, str, str]]:
        with _not_collecting():
            for predicate, pairs in ((RESTS_ON, closure), (TRACES_TO, Closure(narrow.all))):
                for lower, upper in pairs:
                    yield lower, predicate, upper
            for predicate, edges in ((TRACES_TO_EXTERNALLY, narrow), (RESTS_ON_EXTERNALLY, wide)):
                for lower, upper in outside_pairs(edges.text, edges.outside):
                    yield lower, predicate, upper

    return Derived(triples(), tuple(map(_cycle_note, closure.cycles)))


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Millions of small values are made here that refer to each other in no circle; looking for
    one again and again would take time that grows faster than their number."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Edges:
    """Direct edges as (lower, upper): those a text of the corpus states, and those that only the
    register does."""

    def __init__(self, text: Iterable[Edge], outside: Iterable[Edge]) -> None:
        self.text = list(text)
        stated = set(self.text) if outside else set()
        self.outside = [edge for edge in outside if edge not in stated]

    @property
    def all(self) -> list[Edge]:
        return [*self.text, *self.outside]

    def __add__(self, other: Edges) -> Edges:
        return Edges([*self.text, *other.text], [*self.outside, *other.outside])


def asserted(snapshot: Snapshot, relations: Sequence[str], among: str = "") -> Edges:
    """Direct edges of some relations, ``among`` a pattern that narrows their upper ends ?o.  What
    review rejects states none, so that it is not here."""
    names: dict[str, str] = {}

    def read(pattern: str) -> Iterator[Edge]:
        for row in snapshot.select(f"SELECT ?s ?o WHERE {{ {pattern} }}"):
            lower, upper = row["s"], row["o"]
            if lower is not None and upper is not None:
                # One string for each name, however many edges it has: millions are held at once.
                low, up = lower.value, upper.value
                yield names.setdefault(low, low), names.setdefault(up, up)

    text: list[Edge] = []
    outside: list[Edge] = []
    for relation in relations:
        edge = f"?s <{relation}> ?o"
        # The graph of each of millions of edges is not asked: only the register's few matter.
        only_there = set(
            read(
                f"GRAPH <{REGISTER}> {{ {edge} }} {among} FILTER(isIRI(?o)) "
                f"FILTER NOT EXISTS {{ GRAPH ?g {{ {edge} }} FILTER(?g != <{REGISTER}>) }}"
            )
        )
        outside += only_there
        text += (
            pair for pair in read(f"{among} {edge} FILTER(isIRI(?o))") if pair not in only_there
        )
    return Edges(text, outside)


def _grounds(snapshot: Snapshot) -> Edges:
    """``pg:basedOn`` to policy documents; laws that found competence are left out, else
    everything would rest on them."""
    types = " ".join(f"<{concept}>" for concept in policy_types())
    return asserted(snapshot, (BASED_ON,), f"VALUES ?type {{ {types} }} ?o pg:documentType ?type .")


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
        """All pairs (lower, upper).  Relies on components coming sinks first.

        What a component reaches is forgotten when the last one below it has been told: a
        document's parts and tasks need it no longer.
        """
        names, graph = self._names, self._graph
        component = [-1] * len(names)
        above: dict[int, frozenset[int]] = {}
        waiting: dict[int, int] = {}
        for number, members in enumerate(self._components):
            for node in members:
                component[node] = number
            reached: set[int] = set(members)
            for node in members:
                for upper in graph.successor_indices(node):
                    other = component[upper]
                    if other != number:
                        reached |= above[other]
                        waiting[other] -= 1
                        if not waiting[other]:
                            del above[other]
            below = sum(
                component[lower] != number
                for node in members
                for lower in graph.predecessor_indices(node)
            )
            if below:
                above[number], waiting[number] = frozenset(reached), below
            for node in members:
                lower_name = names[node]
                for upper in reached:
                    if upper != node:
                        yield lower_name, names[upper]


def outside_pairs(text: Sequence[Edge], outside: Sequence[Edge]) -> Iterator[Edge]:
    """Pairs (lower, upper) of the closure of all edges that the text's edges alone do not join.

    Only what leads to the lower end of an outside edge is looked at.
    """
    if not outside:
        return
    by_text, by_all, below = _adjacent(text), _adjacent([*text, *outside]), _reversed(text, outside)
    for node in _reached(below, {lower for lower, _ in outside}):
        for upper in _reached(by_all, {node}) - _reached(by_text, {node}):
            yield node, upper


def _adjacent(edges: Iterable[Edge]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for lower, upper in edges:
        found[lower].append(upper)
    return found


def _reversed(*many: Iterable[Edge]) -> Mapping[str, list[str]]:
    return _adjacent((upper, lower) for edges in many for lower, upper in edges)


def _reached(adjacent: Mapping[str, Sequence[str]], start: set[str]) -> set[str]:
    """The start and all that it leads to."""
    seen, stack = set(start), list(start)
    while stack:
        for node in adjacent.get(stack.pop(), ()):
            if node not in seen:
                seen.add(node)
                stack.append(node)
    return seen


def _cycle_note(members: tuple[str, ...]) -> str:
    return "vòng dẫn chiếu / cycle of citations: " + ", ".join(members)
