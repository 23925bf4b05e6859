"""The statements of one graph in memory, to be looked up, compared and changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from policygraph.rdf.files import Literal, Node, Triple
from policygraph.rdf.terms import Graph, Object


class Said:
    """The statements of one graph, by subject and predicate (full IRIs)."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._said: dict[str, dict[str, set[Object]]] = defaultdict(lambda: defaultdict(set))
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, Node) and isinstance(value, Node | Literal):
                self._said[subject.value][triple.predicate.value].add(value)

    def __contains__(self, subject: str) -> bool:
        return subject in self._said

    def subjects(self) -> list[str]:
        return sorted(self._said)

    def objects(self, subject: str, predicate: str) -> list[Object]:
        """All values in a fixed order."""
        return sorted(self._said.get(subject, {}).get(predicate, ()), key=str)

    def values(self, subject: str, predicate: str) -> list[str]:
        return [value.value for value in self.objects(subject, predicate)]

    def value(self, subject: str, predicate: str) -> str | None:
        return next(iter(self.values(subject, predicate)), None)

    def predicates(self, subject: str) -> list[str]:
        return sorted(self._said.get(subject, ()))

    def put(self, subject: str, predicate: str, *values: Object) -> None:
        """These values and no others."""
        self._said[subject][predicate] = set(values)

    def add(self, subject: str, predicate: str, value: Object) -> None:
        self._said[subject][predicate].add(value)

    def remove(self, subject: str, predicate: str, value: Object) -> None:
        self._said[subject][predicate].discard(value)

    def graph(self) -> Graph:
        out = Graph()
        for subject, predicates in self._said.items():
            for predicate, values in predicates.items():
                out.add(subject, predicate, *values)
        return out
