"""The ontology as a list of terms for people, as triples, and as a JSON-LD context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from policygraph import iri, things
from policygraph.engine import Engine
from policygraph.store import ONTOLOGY

_KINDS = (
    ("classes", "Class", "Lớp", "Classes"),
    ("object-properties", "ObjectProperty", "Quan hệ", "Object properties"),
    ("datatype-properties", "DatatypeProperty", "Thuộc tính", "Datatype properties"),
    ("annotation-properties", "AnnotationProperty", "Chú thích", "Annotation properties"),
)
_RELATIONS = (
    ("rdfs", "subClassOf", "Thuộc lớp", "Subclass of"),
    ("rdfs", "subPropertyOf", "Thuộc quan hệ", "Subproperty of"),
    ("rdfs", "domain", "Của", "Domain"),
    ("rdfs", "range", "Nhận", "Range"),
    ("owl", "inverseOf", "Ngược với", "Inverse of"),
)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a term has to do with others."""

    vi: str
    en: str
    values: tuple[things.Name, ...]


@dataclass(frozen=True, slots=True)
class Term:
    local: str
    name: things.Name
    definitions: tuple[tuple[str, str], ...]
    """(language, text), Vietnamese first."""
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    vi: str
    en: str
    terms: tuple[Term, ...]


def groups(snapshot: Engine) -> tuple[Group, ...]:
    """Classes and properties of ours, by kind and name."""
    made = []
    for identifier, kind, vi, en in _KINDS:
        terms = tuple(_term(snapshot, address) for address in _of_kind(snapshot, kind))
        if terms:
            made.append(Group(identifier, vi, en, terms))
    return tuple(made)


def triples(snapshot: Engine) -> list[ox.Triple]:
    """What the graph says of our terms."""
    addresses = {address for _, kind, _, _ in _KINDS for address in _of_kind(snapshot, kind)}
    said = {
        ox.Triple(ox.NamedNode(address), ox.NamedNode(s.predicate), s.value)
        for address in addresses | {iri.ONTOLOGY.rstrip("#")}
        for s in snapshot.statements(address, None, None)
        if s.graph == ONTOLOGY
    }
    return sorted(said, key=str)


def context(snapshot: Engine) -> Mapping[str, object]:
    """Prefixes, and each property with the type of its values."""
    terms: dict[str, object] = dict(iri.PREFIXES)
    for address in _of_kind(snapshot, "Class"):
        terms[_local(address)] = f"pg:{_local(address)}"
    for address in _of_kind(snapshot, "ObjectProperty"):
        terms[key(address)] = {"@id": f"pg:{_local(address)}", "@type": "@id"}
    for address in _of_kind(snapshot, "DatatypeProperty"):
        ranges = [s.value.value for s in snapshot.statements(address, _in("rdfs", "range"), None)]
        typed = len(ranges) == 1 and ranges[0].startswith(iri.PREFIXES["xsd"])
        is_plain = not typed or ranges[0].endswith("#string")
        shown = {} if is_plain else {"@type": things.curie(ranges[0])}
        terms[key(address)] = {"@id": f"pg:{_local(address)}", **shown}
    return {"@context": terms}


def key(address: str) -> str:
    """What one of our terms is called in JSON-LD: "implements", but "pg:agency" where the short
    name is a prefix already ("agency:vn-61.…"), for it can be one of the two alone."""
    local = _local(address)
    return f"pg:{local}" if local in iri.PREFIXES else local


def _of_kind(snapshot: Engine, kind: str) -> list[str]:
    said = snapshot.statements(None, _in("rdf", "type"), _in("owl", kind))
    return sorted({s.subject for s in said if s.subject.startswith(iri.ONTOLOGY)})


def _term(snapshot: Engine, address: str) -> Term:
    definitions = {
        (s.value.language or "", s.value.value)
        for s in snapshot.statements(address, _in("skos", "definition"), None)
        if isinstance(s.value, ox.Literal)
    }
    relations = []
    for prefix, local, vi, en in _RELATIONS:
        others = [
            s.value.value
            for s in snapshot.statements(address, _in(prefix, local), None)
            if isinstance(s.value, ox.NamedNode)
        ]
        if others:
            known = things.names(snapshot, others)
            relations.append(Relation(vi, en, tuple(known[other] for other in sorted(set(others)))))
    return Term(
        _local(address),
        things.names(snapshot, [address])[address],
        tuple(sorted(definitions, key=lambda pair: (pair[0] != "vi", pair))),
        tuple(relations),
    )


def _local(address: str) -> str:
    return address.removeprefix(iri.ONTOLOGY)


def _in(prefix: str, local: str) -> str:
    return iri.PREFIXES[prefix] + local
