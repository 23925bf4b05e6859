"""The direct relations that lineage follows, noted while a graph is loaded.

Read back out of a store, each of millions of relations would cost two look-ups in the engine's
dictionary, dearer the larger the store is; noted in passing, a statement costs the same in a
graph of any size.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from policygraph import iri
from policygraph.edges import BASED_ON, REGISTER, STRICT

Edge = tuple[int, int]
"""Numbers of the lower and the upper thing."""

DOCUMENT_TYPE = iri.term("documentType")
_FOLLOWED = frozenset(map(ox.NamedNode, (*STRICT, BASED_ON, DOCUMENT_TYPE)))
_REGISTER = ox.NamedNode(REGISTER)


class Links:
    """Things by number, from 0 in the order in which they were met, and the relations between
    them, those of the register apart."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        # Lower and upper in turns: eight bytes each, where tuples would take a hundred.
        self._ends: defaultdict[tuple[str, bool], array[int]] = defaultdict(lambda: array("q"))

    def noted(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """The same statements, noted as they pass by."""
        for quad in quads:
            if quad.predicate in _FOLLOWED:
                self._note(quad)
            yield quad

    def _note(self, quad: ox.Quad) -> None:
        lower, upper = quad.subject, quad.object
        if isinstance(lower, ox.NamedNode) and isinstance(upper, ox.NamedNode):
            ends = self._ends[quad.predicate.value, quad.graph_name == _REGISTER]
            numbers = self._numbers
            ends.append(numbers.setdefault(lower.value, len(numbers)))
            ends.append(numbers.setdefault(upper.value, len(numbers)))

    @property
    def names(self) -> list[str]:
        """The IRI of each thing, at its number."""
        return list(self._numbers)

    def of(self, relation: str, *, in_register: bool) -> list[Edge]:
        """The edges of a relation that the register states, or that anything else does; one that
        several graphs state comes as often."""
        ends = self._ends.get((relation, in_register), array("q"))
        return list(zip(ends[::2], ends[1::2], strict=True))
