"""Triples and their byte-stable Turtle.

Stability comes from what goes in: statements sorted by subject, ``rdf:type`` first, no blank
nodes, one fixed table of prefixes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri
from policygraph.rdf.turtle import INTEGER, IS_A, RDF_TYPE, STRING, Row, write

XSD = iri.PREFIXES["xsd"]
_DIGITS = re.compile(r"(\d+)")

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
    """A set of triples under construction; ``None`` objects are left out.

    Predicates, classes and targets are CURIEs of the project's prefixes or full IRIs.
    """

    def __init__(self) -> None:
        self._said: dict[str, dict[Row, None]] = defaultdict(dict)
        """By subject: what is said of it, once."""

    def add(self, subject: str, predicate: str, *objects: Object | None) -> None:
        """Add one triple per object."""
        said = self._said[subject]
        name = _predicate(predicate)
        for value in objects:
            if value is not None:
                said[name, value.value, _kind(value)] = None

    def link(self, subject: str, predicate: str, *targets: str | None) -> None:
        """Add one triple per target IRI or CURIE."""
        said = self._said[subject]
        name = _predicate(predicate)
        for target in targets:
            if target is not None:
                full = target if target.startswith("http") else expand(target)
                said[name, full, ""] = None

    def type(self, subject: str, *classes: str) -> None:
        self.link(subject, "rdf:type", *classes)

    def text(self, subject: str, predicate: str, value: str, language: str | None = None) -> None:
        """Add words, in a language or as a plain string."""
        kind = f"@{language}" if language else STRING
        self._said[subject][_predicate(predicate), value, kind] = None

    def integer(self, subject: str, predicate: str, value: int) -> None:
        self._said[subject][_predicate(predicate), str(value), INTEGER] = None

    def typed(self, subject: str, predicate: str, value: str, datatype: str) -> None:
        """Add a literal of a datatype of XML Schema ("decimal", "gYear")."""
        self._said[subject][_predicate(predicate), value, XSD + datatype] = None

    def drop(self, subjects: set[str], kept_predicates: set[str]) -> None:
        """Take out what is said of the subjects, but for the kept predicates (CURIEs)."""
        kept = {_predicate(p) for p in kept_predicates}
        for subject in subjects & set(self._said):
            said = self._said[subject]
            self._said[subject] = {row: None for row in said if row[0] in kept}

    def said(self) -> Iterator[tuple[str, str, str]]:
        """Subject, predicate and value of each triple as plain strings, in no order."""
        for subject, said in self._said.items():
            for name, value, _ in said:
                yield subject, RDF_TYPE if name == IS_A else name, value

    def target(self, subject: str, predicate: str) -> str | None:
        """The first IRI that is said of a subject with a predicate; None if there is none."""
        name = _predicate(predicate)
        rows = self._said.get(subject, ())
        return next((value for p, value, kind in rows if p == name and not kind), None)

    def __len__(self) -> int:
        return sum(map(len, self._said.values()))

    def __iter__(self) -> Iterator[ox.Triple]:
        """Triples in the order of the Turtle."""
        for subject, rows in self.sorted():
            here = node(subject)
            for name, value, kind in rows:
                predicate = node(RDF_TYPE if name == IS_A else name)
                yield ox.Triple(here, predicate, _term(value, kind))

    def sorted(self) -> Iterator[tuple[str, list[Row]]]:
        """Subjects with what is said of each, ``rdf:type`` first."""
        for subject in sorted(self._said, key=_natural):
            yield subject, sorted(self._said[subject])


@lru_cache(maxsize=8192)
def expand(name: str) -> str:
    """Full IRI of a CURIE whose prefix is in the table; full IRIs pass unchanged."""
    prefix, _, local = name.partition(":")
    base = iri.PREFIXES.get(prefix)
    return base + local if base is not None and not local.startswith("//") else name


@lru_cache(maxsize=1024)
def _predicate(name: str) -> str:
    address = expand(name)
    return IS_A if address == RDF_TYPE else address


def _kind(term: Object) -> str:
    if isinstance(term, ox.NamedNode):
        return ""
    return f"@{term.language}" if term.language else term.datatype.value


def _term(value: str, kind: str) -> Object:
    if not kind:
        return node(value)
    if kind.startswith("@"):
        return text(value, kind[1:])
    return ox.Literal(value, datatype=node(kind))


def _natural(name: str) -> str:
    """Sort key under which "…II.10" follows "…II.9"; subjects share most of their names."""
    head, dot, tail = name.rpartition(".")
    return _natural_head(head) + dot + _padded(tail)


@lru_cache(maxsize=1024)
def _natural_head(name: str) -> str:
    return _padded(name)


def _padded(name: str) -> str:
    # As most last pieces of a name are.
    if name.isdecimal():
        return f"\0{name.zfill(9)}\0"
    parts = _DIGITS.split(name)
    parts[1::2] = [digits.zfill(9) for digits in parts[1::2]]
    return "\0".join(parts)


def turtle(graph: Graph) -> bytes:
    """Turtle 1.1 of a graph, with the project's prefixes: equal graphs give equal bytes."""
    return write(graph.sorted())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it over: no reader sees a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
