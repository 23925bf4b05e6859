"""Triples and their byte-stable Turtle.

The writer is Oxigraph's; stability comes from what goes in: statements sorted by subject,
``rdf:type`` first, no blank nodes, one fixed table of prefixes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri

XSD = iri.PREFIXES["xsd"]
_DIGITS = re.compile(r"(\d+)")
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

    def drop(self, subjects: set[str], kept_predicates: set[str]) -> None:
        """Take out what is said of the subjects, but for the kept predicates (CURIEs)."""
        kept = {expand(p) for p in kept_predicates}
        self._triples = {
            t
            for t in self._triples
            if not (_address(t) in subjects and t.predicate.value not in kept)
        }

    def __len__(self) -> int:
        return len(self._triples)

    def __iter__(self) -> Iterator[ox.Triple]:
        by_subject: dict[str, list[ox.Triple]] = defaultdict(list)
        for triple in self._triples:
            by_subject[_address(triple)].append(triple)
        for subject in sorted(by_subject, key=_natural):
            yield from sorted(by_subject[subject], key=_order)


def expand(name: str) -> str:
    """Full IRI of a CURIE whose prefix is in the table; full IRIs pass unchanged."""
    prefix, _, local = name.partition(":")
    base = iri.PREFIXES.get(prefix)
    return base + local if base is not None and not local.startswith("//") else name


def _address(triple: ox.Triple) -> str:
    """The subject's IRI; the graph makes no other subjects."""
    return triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""


def _order(triple: ox.Triple) -> tuple[bool, str, str]:
    return (triple.predicate != RDF_TYPE, triple.predicate.value, str(triple.object))


def _natural(name: str) -> list[str]:
    """Sort key under which "…II.10" follows "…II.9"."""
    return [part.zfill(9) if part.isdigit() else part for part in _DIGITS.split(name)]


def turtle(triples: Iterable[ox.Triple]) -> bytes:
    """Turtle 1.1 of triples in the order given, with those of the project's prefixes they use."""
    ordered = list(triples)
    spaces = {_space(name) for name in _addresses(ordered)}
    used = {prefix: ns for prefix, ns in iri.PREFIXES.items() if ns in spaces}
    return ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=used) or b""


def _addresses(triples: Iterable[ox.Triple]) -> set[str]:
    found = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode):
                found.add(term.value)
            elif isinstance(term, ox.Literal):
                found.add(term.datatype.value)
    return found


def _space(address: str) -> str:
    """The namespace of an IRI: up to its last "#", else its last "/"."""
    return address[: max(address.rfind("#"), address.rfind("/") * ("#" not in address)) + 1]


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it over: no reader sees a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
