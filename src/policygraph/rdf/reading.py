"""Turtle files as one table of statements in memory, for those who need no SPARQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from policygraph.errors import DataError
from policygraph.rdf.terms import expand
from policygraph.rdf.turtle import RDF_TYPE


class Statements:
    """Statements by subject and predicate; IRIs and literals alike are given as strings.

    Predicates and classes are CURIEs of the project's prefixes or full IRIs.
    """

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._objects: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._instances: dict[str, set[str]] = defaultdict(set)
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
                self._objects[subject.value, triple.predicate.value].add(value.value)
                if triple.predicate.value == RDF_TYPE:
                    self._instances[value.value].add(subject.value)

    def objects(self, subject: str, predicate: str) -> list[str]:
        """All values, sorted."""
        return sorted(self._objects.get((subject, expand(predicate)), ()))

    def value(self, subject: str, predicate: str) -> str | None:
        """The first value in sorted order; None if there is none."""
        return next(iter(self.objects(subject, predicate)), None)

    def instances(self, of: str) -> list[str]:
        """Subjects that are asserted to be of a class, sorted."""
        return sorted(self._instances.get(expand(of), ()))


def read_turtle(directory: Path) -> Statements:
    """Everything in the ``.ttl`` files of a directory; raises DataError where one is broken."""
    paths = sorted(directory.rglob("*.ttl"))
    if not paths:
        raise DataError(directory, "no Turtle files here; build the graph first")
    return Statements(triple for path in paths for triple in _triples(path))


def _triples(path: Path) -> Iterable[ox.Triple]:
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            yield quad.triple
    except SyntaxError as error:
        raise DataError(path, f"broken Turtle: {error.msg}", error.lineno) from error
    except OSError as error:
        raise DataError(path, f"cannot be read: {error.strerror or error}") from error
