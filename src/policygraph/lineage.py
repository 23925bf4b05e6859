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

import pyoxigraph as ox
import rustworkx as rx

from policygraph import iri
from policygraph.edges import BASED_ON, STRICT, policy_types
from policygraph.links import DOCUMENT_TYPE, Edge, Links
from policygraph.store import Derived, Draft, Triple

TRACES_TO, RESTS_ON, TRACES_TO_EXTERNALLY, RESTS_ON_EXTERNALLY = (
    ox.NamedNode(iri.term(name))
    for name in ("tracesTo", "restsOn", "tracesToExternally", "restsOnExternally")
)


def derive(draft: Draft) -> Derived:
    """Both closures over documents, parts and tasks, the pairs that need an outside fact, and
    the cycles met on the way."""
    with _not_collecting():
        names = draft.links.names
        narrow = Edges.of(draft.links, STRICT)
        wide = narrow + _grounds(draft.links, names)
        closure = Closure(len(names), wide.all)

    def triples() -> Iterator[Triple]:
        with _not_collecting():
            things = [ox.NamedNode(name) for name in names]
            for predicate, pairs in (
                (RESTS_ON, closure),
                (TRACES_TO, Closure(len(names), narrow.all)),
                (TRACES_TO_EXTERNALLY, outside_pairs(narrow.text, narrow.outside)),
                (RESTS_ON_EXTERNALLY, outside_pairs(wide.text, wide.outside)),
            ):
                for lower, upper in pairs:
                    yield things[lower], predicate, things[upper]

    cycles = (sorted(names[thing] for thing in members) for members in closure.cycles)
    return Derived(triples(), tuple(map(_cycle_note, sorted(cycles))))


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
        only_there = set(outside)
        only_there.difference_update(self.text)
        self.outside = sorted(only_there)

    @classmethod
    def of(cls, links: Links, relations: Iterable[str]) -> Edges:
        """What review rejects states none: it was not loaded."""
        stated: tuple[list[Edge], list[Edge]] = [], []
        for relation in relations:
            for in_register in (False, True):
                stated[in_register].extend(links.of(relation, in_register=in_register))
        return cls(*stated)

    @property
    def all(self) -> list[Edge]:
        return [*self.text, *self.outside]

    def __add__(self, other: Edges) -> Edges:
        return Edges([*self.text, *other.text], [*self.outside, *other.outside])


def _grounds(links: Links, names: Sequence[str]) -> Edges:
    """``pg:basedOn`` to policy documents; laws that found competence are left out, else
    everything would rest on them."""
    typed = Edges.of(links, (DOCUMENT_TYPE,)).all
    types = policy_types()
    is_policy = {document for document, concept in typed if names[concept] in types}
    found = Edges.of(links, (BASED_ON,))
    return Edges(
        *([edge for edge in edges if edge[1] in is_policy] for edges in (found.text, found.outside))
    )


class Closure:
    """The transitive closure of edges between things numbered below ``size``, without pairs of a
    thing and itself."""

    def __init__(self, size: int, edges: Sequence[Edge]) -> None:
        self._graph: rx.PyDiGraph[None, None] = rx.PyDiGraph(multigraph=False)
        self._graph.add_nodes_from([None] * size)
        self._graph.add_edges_from_no_data(edges)
        self._components = rx.strongly_connected_components(self._graph)

    @property
    def cycles(self) -> Iterator[Sequence[int]]:
        """Groups of things that lead to each other."""
        return (members for members in self._components if len(members) > 1)

    def __iter__(self) -> Iterator[Edge]:
        """All pairs (lower, upper).  Relies on components coming sinks first.

        What a component reaches is forgotten when the last one below it has been told: a
        document's parts and tasks need it no longer.
        """
        graph = self._graph
        component = [-1] * len(graph)
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
                for upper in reached:
                    if upper != node:
                        yield node, upper


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


def _adjacent(edges: Iterable[Edge]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for lower, upper in edges:
        found[lower].append(upper)
    return found


def _reversed(*many: Iterable[Edge]) -> Mapping[int, list[int]]:
    return _adjacent((upper, lower) for edges in many for lower, upper in edges)


def _reached(adjacent: Mapping[int, Sequence[int]], start: set[int]) -> set[int]:
    """The start and all that it leads to."""
    seen, stack = set(start), list(start)
    while stack:
        for node in adjacent.get(stack.pop(), ()):
            if node not in seen:
                seen.add(node)
                stack.append(node)
    return seen


def _cycle_note(members: Sequence[str]) -> str:
    return "vòng dẫn chiếu / cycle of citations: " + ", ".join(members)
