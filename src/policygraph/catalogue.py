"""DCAT and VoID of a graph, with counts that were counted."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from policygraph import iri
from policygraph.engine import Engine

DCAT = "http://www.w3.org/ns/dcat#"
VOID = "http://rdfs.org/ns/void#"
FOAF = "http://xmlns.com/foaf/0.1/"
SPDX = "http://spdx.org/rdf/terms#"
DATASET = iri.BASE + "dataset"
CATALOGUE = iri.BASE + "catalogue"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
DOWNLOADS = {
    "ttl": "text/turtle",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "csv.zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""Extension of ``/export/policygraph.…`` -> media type."""
_TITLES = {
    "vi": "PolicyGraph: từ văn bản chỉ đạo đến nhiệm vụ",
    "en": "PolicyGraph: from policy directives to tasks",
}
_DESCRIPTIONS = {
    "vi": "Văn bản, nhiệm vụ, phân công, chỉ tiêu, căn cứ; mỗi khẳng định có trích dẫn nguyên văn.",
    "en": "Documents, tasks, assignments, targets and lineage, each assertion with its quote.",
}
_CLASSES = "SELECT ?key (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?key } GROUP BY ?key ORDER BY ?key"
_PROPERTIES = (
    "SELECT ?key (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?key ?o WHERE { ?s ?key ?o } } "
    "GROUP BY ?key ORDER BY ?key"
)
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }"
_TRIPLES = "SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }"
_PARTITIONS = (
    ("classPartition", "class", "classes", "entities"),
    ("propertyPartition", "property", "properties", "triples"),
)
"""VoID's names: the link to a part, what the part is of, their number, what it counts."""
_PREFIXES = {**iri.PREFIXES, "dcat": DCAT, "void": VOID, "foaf": FOAF}


def turtle(snapshot: Engine, build: str | None, base: str | None = None) -> bytes:
    """The description; with the address of the service, also where it can be asked and fetched."""
    # Seconds of counting in a large graph, and every name of the host asks anew.
    counted = snapshot.memory().get(
        ("catalogue", build), lambda: (*_dataset(snapshot, build), *_partitions(snapshot))
    )
    triples = list(counted)
    if base is not None:
        triples += _access(base.rstrip("/"))
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES) or b""


def _dataset(snapshot: Engine, build: str | None) -> list[ox.Triple]:
    dataset, a = DATASET, iri.PREFIXES["rdf"] + "type"
    dcterms = iri.PREFIXES["dcterms"]
    found = [
        _link(CATALOGUE, a, DCAT + "Catalog"),
        _link(CATALOGUE, DCAT + "dataset", dataset),
        _link(dataset, a, DCAT + "Dataset"),
        _link(dataset, a, VOID + "Dataset"),
        _link(dataset, dcterms + "license", LICENSE),
        _link(dataset, VOID + "vocabulary", iri.ONTOLOGY),
        _text(dataset, VOID + "uriSpace", iri.THINGS),
        _count(dataset, VOID + "triples", _number(snapshot, _TRIPLES)),
        _count(dataset, VOID + "distinctSubjects", _number(snapshot, _SUBJECTS)),
        _count(dataset, VOID + "distinctObjects", _number(snapshot, _OBJECTS)),
    ]
    for language, title in _TITLES.items():
        found += [
            _text(CATALOGUE, dcterms + "title", title, language),
            _text(dataset, dcterms + "title", title, language),
            _text(dataset, dcterms + "description", _DESCRIPTIONS[language], language),
        ]
    if build is not None:
        found.append(_text(dataset, DCAT + "version", build))
    return found


def usage(snapshot: Engine) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many things each class has, and how many statements each property; by IRI."""
    classes, properties = (
        {
            key.value: int(number.value)
            for row in snapshot.select(text)
            if isinstance(key := row["key"], ox.NamedNode) and (number := row["n"]) is not None
        }
        for text in (_CLASSES, _PROPERTIES)
    )
    return classes, properties


def _partitions(snapshot: Engine) -> list[ox.Triple]:
    found = []
    for (link, name, key, count), counted in zip(_PARTITIONS, usage(snapshot), strict=True):
        found.append(_count(DATASET, VOID + key, len(counted)))
        for address, number in counted.items():
            part = f"{DATASET}/{name}/{_local(address)}"
            found += [
                _link(DATASET, VOID + link, part),
                _link(part, VOID + name, address),
                _count(part, VOID + count, number),
            ]
    return found


def _local(address: str) -> str:
    """A name of a term that is its own in the dataset: "pg-Task"."""
    for prefix, space in sorted(iri.PREFIXES.items(), key=lambda pair: -len(pair[1])):
        if address.startswith(space):
            return f"{prefix}-{address.removeprefix(space)}"
    return iri.slug(address)


def _access(base: str) -> list[ox.Triple]:
    a, dcterms = iri.PREFIXES["rdf"] + "type", iri.PREFIXES["dcterms"]
    found = [
        _link(DATASET, VOID + "sparqlEndpoint", f"{base}/sparql"),
        _link(DATASET, FOAF + "homepage", f"{base}/"),
        _text(DATASET, VOID + "uriLookupEndpoint", f"{base}/api/search?q="),
    ]
    for extension, media_type in DOWNLOADS.items():
        place = f"{DATASET}/distribution/{extension}"
        address = f"{base}/export/policygraph.{extension}"
        found += [
            _link(DATASET, DCAT + "distribution", place),
            _link(place, a, DCAT + "Distribution"),
            _link(place, DCAT + "downloadURL", address),
            _link(
                place,
                DCAT + "mediaType",
                f"https://www.iana.org/assignments/media-types/{media_type}",
            ),
            _link(place, dcterms + "license", LICENSE),
        ]
        if extension in ("ttl", "nq", "jsonld"):
            found.append(_link(DATASET, VOID + "dataDump", address))
    return found


def _number(snapshot: Engine, text: str) -> int:
    return next(int(n.value) for row in snapshot.select(text) if (n := row["n"]) is not None)


def _link(subject: str, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))


def _text(subject: str, predicate: str, value: str, language: str | None = None) -> ox.Triple:
    return ox.Triple(
        ox.NamedNode(subject), ox.NamedNode(predicate), ox.Literal(value, language=language)
    )


def _count(subject: str, predicate: str, value: int) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.Literal(value))
