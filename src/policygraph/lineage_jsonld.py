"""A lineage as JSON-LD: its things, the edges between them, and what says each edge with its words,
as the graph has them, under the short names of ``/context.jsonld``."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from policygraph import iri, ontology_terms, things
from policygraph.engine import Engine, Statement, Term

MEDIA_TYPE = "application/ld+json"
CONTEXT = "/context.jsonld"
_TYPE = iri.PREFIXES["rdf"] + "type"
_EVIDENCE = iri.term("evidence")
_STRING = iri.PREFIXES["xsd"] + "string"
_OF_NODES = frozenset(
    {
        _TYPE,
        iri.PREFIXES["rdfs"] + "label",
        iri.PREFIXES["dcterms"] + "issued",
        iri.term("documentNumber"),
        iri.term("path"),
    }
)
"""What is told of the things themselves; all else of them is at their own addresses."""

Edge = tuple[str, str, str, str | None]
"""Lower end, relation, upper end, and what says so."""
Triple = tuple[str, str, Term]


def write(engine: Engine, nodes: Iterable[str], edges: Iterable[Edge]) -> bytes:
    """The lineage as one document; IRIs are whole, so that no prefix is needed to read them."""
    said: defaultdict[str, defaultdict[str, dict[Term, None]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for subject, predicate, value in _triples(engine, nodes, edges):
        said[subject][predicate][value] = None
    graph = [
        {"@id": subject, **{_key(p): _values(p, found) for p, found in sorted(by.items())}}
        for subject, by in sorted(said.items())
    ]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False).encode()


def _triples(engine: Engine, nodes: Iterable[str], edges: Iterable[Edge]) -> Iterator[Triple]:
    for node in nodes:
        yield from _triples_of(s for s in _about(engine, node) if s.predicate in _OF_NODES)
    for lower, relation, upper, assertion in edges:
        yield lower, relation, ox.NamedNode(upper)
        if assertion is None:
            continue
        # A task or a part says its own edge and is told as a node: only its words are needed.
        is_node = assertion in (lower, upper)
        for statement in _about(engine, assertion):
            if not is_node or statement.predicate == _EVIDENCE:
                yield from _triples_of([statement])
            if statement.predicate == _EVIDENCE:
                yield from _triples_of(_about(engine, statement.value.value))


def _about(engine: Engine, subject: str) -> Iterator[Statement]:
    yield from engine.statements(subject, None, None)


def _triples_of(statements: Iterable[Statement]) -> Iterator[Triple]:
    for statement in statements:
        yield statement.subject, statement.predicate, statement.value


def _key(predicate: str) -> str:
    """The term of the context for our own properties; the short form of others'."""
    if predicate == _TYPE:
        return "@type"
    if predicate.startswith(iri.ONTOLOGY):
        return ontology_terms.key(predicate)
    return things.curie(predicate)


def _values(predicate: str, found: Iterable[Term]) -> list[object]:
    """Values in a fixed order, each with its language or datatype."""
    ordered = sorted(found, key=str)
    if predicate == _TYPE:
        return [term.value for term in ordered]
    return [_value(term) for term in ordered]


def _value(term: Term) -> object:
    if not isinstance(term, ox.Literal):
        return {"@id": term.value}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype.value == _STRING:
        return {"@value": term.value}
    return {"@value": term.value, "@type": term.datatype.value}
