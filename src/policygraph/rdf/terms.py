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
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri

XSD = iri.PREFIXES["xsd"]
_DIGITS = re.compile(r"(\d+)")
TYPE = iri.PREFIXES["rdf"] + "type"
RDF_TYPE = ox.NamedNode(TYPE)

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
        self._said: dict[str, dict[tuple[str, str | ox.Literal], None]] = defaultdict(dict)
        """By subject: predicate and object of each triple, once; IRIs as plain strings."""

    def add(self, subject: str, predicate: str, *objects: Object | None) -> None:
        """Add one triple per object; predicates are CURIEs ("pg:text") or full IRIs."""
        said = self._said[subject]
        name = expand(predicate)
        for value in objects:
            if value is not None:
                said[name, value if isinstance(value, ox.Literal) else value.value] = None

    def link(self, subject: str, predicate: str, *targets: str | None) -> None:
        """Add one triple per target IRI or CURIE."""
        said = self._said[subject]
        name = expand(predicate)
        for target in targets:
            if target is not None:
                said[name, expand(target)] = None

    def type(self, subject: str, *classes: str) -> None:
        self.link(subject, "rdf:type", *classes)

    def drop(self, subjects: set[str], kept_predicates: set[str]) -> None:
        """Take out what is said of the subjects, but for the kept predicates (CURIEs)."""
        kept = {expand(p) for p in kept_predicates}
        for subject in subjects & set(self._said):
            said = self._said[subject]
            self._said[subject] = {key: None for key in said if key[0] in kept}

    def said(self) -> Iterator[tuple[str, str, str]]:
        """Subject, predicate and value of each triple as plain strings, in no order."""
        for subject, said in self._said.items():
            for name, value in said:
                yield subject, name, value if isinstance(value, str) else value.value

    def __len__(self) -> int:
        return sum(map(len, self._said.values()))

    def __iter__(self) -> Iterator[ox.Triple]:
        """Triples sorted by subject, ``rdf:type`` first."""
        for subject in sorted(self._said, key=_natural):
            here = node(subject)
            for name, value in sorted(self._said[subject], key=_order):
                term = _named(value) if isinstance(value, str) else value
                yield ox.Triple(here, _named(name), term)


@lru_cache(maxsize=8192)
def expand(name: str) -> str:
    """Full IRI of a CURIE whose prefix is in the table; full IRIs pass unchanged."""
    prefix, _, local = name.partition(":")
    base = iri.PREFIXES.get(prefix)
    return base + local if base is not None and not local.startswith("//") else name


@lru_cache(maxsize=8192)
def _named(address: str) -> ox.NamedNode:
    return ox.NamedNode(address)


def _order(said: tuple[str, str | ox.Literal]) -> tuple[bool, str, str]:
    name, value = said
    return (name != TYPE, name, value if isinstance(value, str) else value.value)


def _natural(name: str) -> list[str]:
    """Sort key under which "…II.10" follows "…II.9"."""
    return [part.zfill(9) if part.isdigit() else part for part in _DIGITS.split(name)]


def turtle(triples: Iterable[ox.Triple]) -> bytes:
    """Turtle 1.1 of triples in the order given, with the project's prefixes."""
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=iri.PREFIXES) or b""


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it over: no reader sees a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
