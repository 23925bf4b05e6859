"""What is said of one thing, and what points at it: for pages and for linked data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from policygraph import iri
from policygraph.engine import Engine
from policygraph.errors import QueryError, UnknownThing
from policygraph.store import DERIVED

MOST_VALUES = 200
"""Values of one property that a page lists; a directive has thousands below it."""
PAGE = 50
_FIRST = ("label", "prefLabel", "title", "documentNumber", "text", "quote", "type")
"""Local names of the properties that stand first, in this order."""
_NAMED = """
SELECT ?x ?name ?kind WHERE {
  VALUES ?x { %s }
  { ?x rdfs:label ?name BIND(1 AS ?kind) }
  UNION { ?x skos:prefLabel ?name BIND(1 AS ?kind) }
  UNION { ?x pg:documentNumber ?name BIND(2 AS ?kind) }
  UNION { ?x pg:quote ?name BIND(3 AS ?kind) }
  UNION { ?x pg:text ?name BIND(3 AS ?kind) }
  UNION { ?x pg:surface ?name BIND(3 AS ?kind) }
}
ORDER BY ?x ?kind ?name
"""
_INCOMING = """
SELECT DISTINCT ?s ?p WHERE {
  GRAPH ?g { ?s ?p <%s> } FILTER(?g != <%s> && isIRI(?s)) %s
}
ORDER BY STR(?s) STR(?p) LIMIT %d
"""
_KEY = re.compile(r"[^<>\"{}|^`\\\x00-\x20]{1,500}")


@dataclass(frozen=True, slots=True)
class Name:
    """A term's names; ``vi`` falls back on what there is."""

    iri: str
    vi: str
    en: str | None


@dataclass(frozen=True, slots=True)
class Value:
    """A literal (with its language or datatype) or a link."""

    text: str
    language: str | None
    datatype: str | None
    link: Name | None


@dataclass(frozen=True, slots=True)
class Property:
    """A property with its values; ``more`` counts those that are not listed."""

    name: Name
    values: tuple[Value, ...]
    more: int
    is_derived: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A thing that says something of another."""

    subject: Name
    predicate: Name


@dataclass(frozen=True, slots=True)
class Links:
    """A page of them; ``next`` is the key of the following one."""

    links: tuple[Link, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Description:
    name: Name
    types: tuple[Name, ...]
    properties: tuple[Property, ...]
    graphs: tuple[str, ...]


def describe(snapshot: Engine, thing: str) -> Description:
    """All that is said of a thing; raises UnknownThing where nothing is."""
    said = sorted(set(snapshot.statements(thing, None, None)), key=lambda s: (s[1], str(s[2])))
    if not said:
        raise _unknown(thing)
    grouped: dict[str, dict[object, bool]] = {}
    for statement in said:
        values = grouped.setdefault(statement.predicate, {})
        is_derived = statement.graph == DERIVED
        values[statement.value] = values.get(statement.value, True) and is_derived
    shown = {p: list(values)[:MOST_VALUES] for p, values in grouped.items()}
    linked = [v.value for values in shown.values() for v in values if isinstance(v, ox.NamedNode)]
    known = names(snapshot, [thing, *grouped, *linked])
    properties = [
        Property(
            known[predicate],
            tuple(_value(value, known) for value in shown[predicate]),
            len(values) - len(shown[predicate]),
            all(values.values()),
        )
        for predicate, values in grouped.items()
    ]
    properties.sort(key=_order)
    types = tuple(
        value.link
        for prop in properties
        if prop.name.iri == iri.PREFIXES["rdf"] + "type"
        for value in prop.values
        if value.link is not None
    )
    graphs = tuple(sorted({s.graph for s in said} - {DERIVED}))
    return Description(known[thing], types, tuple(properties), graphs)


def incoming(snapshot: Engine, thing: str, after: str | None = None, size: int = PAGE) -> Links:
    """One page of what points at a thing, in the order of IRIs; ``after`` is a page's key."""
    condition = ""
    if after is not None:
        subject, separator, predicate = after.partition(" ")
        if not separator or not _KEY.fullmatch(subject) or not _KEY.fullmatch(predicate):
            given = after[:40]
            raise QueryError.told(
                f"“{given}” không phải là khóa của trang nào", f"“{given}” is not a key of a page"
            )
        last, by = ox.Literal(subject), ox.Literal(predicate)
        condition = f"FILTER(STR(?s) > {last} || (STR(?s) = {last} && STR(?p) > {by}))"
    rows = list(snapshot.select(_INCOMING % (thing, DERIVED, condition, size + 1)))
    pairs = [(s.value, p.value) for row in rows if (s := row["s"]) and (p := row["p"])]
    known = names(snapshot, [address for pair in pairs for address in pair])
    following = " ".join(pairs[size - 1]) if len(pairs) > size else None
    return Links(tuple(Link(known[s], known[p]) for s, p in pairs[:size]), following)


def names(snapshot: Engine, addresses: Iterable[str]) -> Mapping[str, Name]:
    """What things are called, each by its short name where it has no other."""
    wanted = sorted(set(addresses))
    terms = " ".join(str(ox.NamedNode(address)) for address in wanted)
    found: dict[str, dict[str, str]] = {}
    for row in snapshot.select(_NAMED % terms):
        thing, name = row["x"], row["name"]
        if thing is not None and isinstance(name, ox.Literal):
            spoken = "en" if name.language == "en" else "vi"
            found.setdefault(thing.value, {}).setdefault(spoken, name.value)
    return {
        address: Name(
            address,
            by.get("vi") or by.get("en") or curie(address),
            by.get("en"),
        )
        for address in wanted
        for by in (found.get(address, {}),)
    }


def curie(address: str) -> str:
    """The short form of an IRI, or the IRI where no prefix is known."""
    best = max(
        (p for p, space in iri.PREFIXES.items() if address.startswith(space)),
        key=lambda p: len(iri.PREFIXES[p]),
        default=None,
    )
    return address if best is None else f"{best}:{address.removeprefix(iri.PREFIXES[best])}"


def triples(snapshot: Engine, thing: str, links: Links) -> list[ox.Triple]:
    """What is said of a thing, what points at it on this page, and what all of it is called."""
    node = ox.NamedNode(thing)
    said = [
        ox.Triple(node, ox.NamedNode(s.predicate), s.value)
        for s in snapshot.statements(thing, None, None)
    ]
    if not said:
        raise _unknown(thing)
    said += [
        ox.Triple(ox.NamedNode(x.subject.iri), ox.NamedNode(x.predicate.iri), node)
        for x in links.links
    ]
    others = {t.object.value for t in said if isinstance(t.object, ox.NamedNode)}
    others |= {x.subject.iri for x in links.links}
    label = ox.NamedNode(iri.PREFIXES["rdfs"] + "label")
    for name in names(snapshot, others - {thing}).values():
        if name.vi != curie(name.iri):
            said.append(
                ox.Triple(ox.NamedNode(name.iri), label, ox.Literal(name.vi, language="vi"))
            )
        if name.en:
            said.append(
                ox.Triple(ox.NamedNode(name.iri), label, ox.Literal(name.en, language="en"))
            )
    return sorted(set(said), key=str)


def _unknown(thing: str) -> UnknownThing:
    said = f"Không có trong đồ thị: {thing}", f"Not in the graph: {thing}"
    return UnknownThing(f"không có trong đồ thị / not in the graph: {thing}", said=said)


def _value(value: object, known: Mapping[str, Name]) -> Value:
    if isinstance(value, ox.NamedNode):
        return Value(value.value, None, None, known[value.value])
    if isinstance(value, ox.Literal):
        datatype = None if value.language else curie(value.datatype.value)
        plain = datatype in (None, "xsd:string")
        return Value(value.value, value.language, None if plain else datatype, None)
    return Value(str(value), None, None, None)


def _order(prop: Property) -> tuple[bool, int, str]:
    local = re.split(r"[/#]", prop.name.iri)[-1]
    place = _FIRST.index(local) if local in _FIRST else len(_FIRST)
    return prop.is_derived, place, prop.name.iri
