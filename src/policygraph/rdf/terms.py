"""Triples and their byte-stable Turtle.

The writer is Oxigraph's; stability comes from what goes in: statements sorted by subject,
``rdf:type`` first, no blank nodes, one fixed table of prefixes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri

XSD = iri.PREFIXES["xsd"]
RDF_TYPE = ox.NamedNode(iri.PREFIXES["rdf"] + "type")

Object = ox.NamedNode | ox.Literal


def node(address: str) -> ox.NamedNode:
    return ox.NamedNode(address)


def text(value: str, language: str | None = None) -> ox.Literal:
    return ox.Literal(value, language=language)


def typed(value: object, datatype: str) -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + datatype))


def integer(value: int) -> ox.Literal:
    return typed(value, "integer")


def decimal(value: Decimal) -> ox.Literal:
    """Canonical xsd:decimal lexical form without exponent ("7.5", "1000.0")."""
    plain = format(value.normalize(), "f")
    return typed(plain if "." in plain else plain + ".0", "decimal")


def year(value: int) -> ox.Literal:
    return typed(f"{value:04d}", "gYear")


def day(value: date) -> ox.Literal:
    return typed(value.isoformat(), "date")


class Graph:
    """A set of triples under construction; ``None`` objects are left out."""

    def __init__(self) -> None:
        self._triples: set[ox.Triple] = set()

    def add(self, subject: str, predicate: str, *objects: Object | None) -> None:
        """Add one triple per object; predicates are CURIEs ("pg:text") or full IRIs."""
        s, p = node(subject), node(expand(predicate))
        for value in objects:
            if value is not None:
                self._triples.add(ox.Triple(s, p, value))

    def link(self, subject: str, predicate: str, *targets: str | None) -> None:
        """Add one triple per target IRI or CURIE."""
        self.add(subject, predicate, *(node(expand(t)) for t in targets if t is not None))

    def type(self, subject: str, *classes: str) -> None:
        self.link(subject, "rdf:type", *classes)

    def __len__(self) -> int:
        return len(self._triples)

    def __iter__(self) -> Iterator[ox.Triple]:
        return iter(sorted(self._triples, key=_order))


def expand(name: str) -> str:
    """Full IRI of a CURIE whose prefix is in the table; full IRIs pass unchanged."""
    prefix, _, local = name.partition(":")
    base = iri.PREFIXES.get(prefix)
    return base + local if base is not None and not local.startswith("//") else name


def _order(triple: ox.Triple) -> tuple[list[object], bool, str, str]:
    subject = triple.subject.value  # type: ignore[union-attr]
    return (
        _natural(subject),
        triple.predicate != RDF_TYPE,
        triple.predicate.value,
        str(triple.object),
    )


def _natural(name: str) -> list[object]:
    """Sort key under which "…II.10" follows "…II.9"."""
    key: list[object] = []
    digits = ""
    for char in name:
        if char.isascii() and char.isdigit():
            digits += char
            continue
        if digits:
            key.append((0, int(digits), digits))
            digits = ""
        key.append((1, ord(char), ""))
    if digits:
        key.append((0, int(digits), digits))
    return key


def turtle(triples: Iterable[ox.Triple]) -> bytes:
    """Turtle 1.1 of triples in the order given, with the project's prefixes."""
    ordered = list(triples)
    used = {p: ns for p, ns in iri.PREFIXES.items() if _mentions(ordered, ns)}
    return ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=used)


def _mentions(triples: list[ox.Triple], namespace: str) -> bool:
    def inside(term: object) -> bool:
        if isinstance(term, ox.Literal):
            return term.datatype.value.startswith(namespace)
        return isinstance(term, ox.NamedNode) and term.value.startswith(namespace)

    return any(inside(t.subject) or inside(t.predicate) or inside(t.object) for t in triples)


def write_turtle(path: Path, graph: Graph) -> bool:
    """Write the graph; True if the file's bytes changed.  Written beside, then moved over."""
    content = turtle(graph)
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
    return True
