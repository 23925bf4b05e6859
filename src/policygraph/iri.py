"""The only place where IRIs are minted and taken apart.

    https://w3id.org/policygraph/ontology#Term          terms of the ontology
    https://w3id.org/policygraph/vocab/<scheme>/<name>  concepts of the SKOS schemes
    https://w3id.org/policygraph/id/<kind>/<local>      things

A local name is ASCII, has no "/", and never ends in ".", so Turtle can write it as
``task:vn-61.ubnd.kh.2021.2358.II.5.b.4``.  A document's local name has exactly five parts:
jurisdiction, issuer, type, year ("nd" where no date is known) and number.  What hangs
under a document repeats these five and goes on with its own.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

BASE = "https://w3id.org/policygraph/"
ONTOLOGY = BASE + "ontology#"
VOCAB = BASE + "vocab/"
THINGS = BASE + "id/"

NO_YEAR = "nd"
DOCUMENT_PARTS = 5


class Kind(StrEnum):
    """Kinds of things; the value stands in the IRI and is also the Turtle prefix."""

    DOCUMENT = "doc"
    PART = "part"
    TASK = "task"
    ASSIGNMENT = "assignment"
    TARGET = "target"
    BASELINE = "baseline"
    CITATION = "citation"
    METADATA = "metadata"
    EVIDENCE = "evidence"
    UNRESOLVED = "unresolved"
    CONFLICT = "conflict"
    AGENCY = "agency"
    PLACE = "place"
    INDICATOR = "indicator"
    EVENT = "event"
    REVIEW = "review"
    PERSON = "person"
    SIMILARITY = "similarity"
    CHANGE = "change"
    GRAPH = "graph"


_KINDS = {kind.value: kind for kind in Kind}


class Name(NamedTuple):
    """A thing's IRI taken apart."""

    kind: Kind
    local: str


class DocumentKey(NamedTuple):
    """What identifies a document: number, issuer and year together, within a jurisdiction.

    >>> DocumentKey("vn-61", "ubnd", "kh", "2021", "2358").local
    'vn-61.ubnd.kh.2021.2358'
    """

    jurisdiction: str
    issuer: str
    type: str
    year: str
    number: str

    @property
    def local(self) -> str:
        return ".".join(self)


_MARKS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9_~-])?")


def fold(text: str) -> str:
    """Lower-case letters without marks for search and names: "Thể dục Đảng" -> "the duc dang".

    Vietnamese vowels lose their marks by canonical decomposition; đ has none and is mapped.
    """
    lowered = text.lower().replace("đ", "d")
    return _MARKS.sub("", unicodedata.normalize("NFD", lowered))


@lru_cache(maxsize=8192)
def slug(text: str) -> str:
    """ASCII words joined by hyphens: "Sở Tài chính" -> "so-tai-chinh"; "x" if nothing is left."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(text))) or "x"


def document_key(
    jurisdiction: str, issuer: str, type_code: str, year: int | None, number: str
) -> DocumentKey:
    """Key from the printed codes ("VN-61", "UBND", "KH", 2021, "2358")."""
    return DocumentKey(
        slug(jurisdiction),
        slug(issuer),
        slug(type_code),
        f"{year:04d}" if year else NO_YEAR,
        slug(number),
    )


@lru_cache(maxsize=4096)
def path_local(path: str) -> str:
    """A provision's path as a tail of a local name: "II/5/đ/1.3" -> "II.5.dd.1_3".

    Points d and đ must stay apart, so đ is doubled; a dot inside a number becomes "_".
    """
    segments = []
    for segment in path.split("/"):
        plain = segment.replace("đ", "dd").replace("Đ", "DD").replace(".", "_")
        decomposed = unicodedata.normalize("NFD", plain)
        segments.append(re.sub(r"[^A-Za-z0-9_~-]", "", decomposed) or "x")
    return ".".join(segments)


def thing(kind: Kind, *parts: str) -> str:
    """IRI of a thing from the parts of its local name; raises ValueError on an illegal name."""
    local = ".".join(parts)
    if not _LOCAL.fullmatch(local):
        raise ValueError(f"not a local name: {local!r}")
    return THINGS + kind + "/" + local


@lru_cache(maxsize=1024)
def _of_document(kind: Kind, document_local: str) -> str:
    return thing(kind, document_local)


def document(key: DocumentKey) -> str:
    return thing(Kind.DOCUMENT, key.local)


def under(kind: Kind, document_local: str, path: str) -> str:
    """IRI of what stands at a path of a document (its part, its task)."""
    return f"{_of_document(kind, document_local)}.{path_local(path)}"


def at(kind: Kind, document_local: str, start: int, end: int, ordinal: int = 0) -> str:
    """IRI of what is said at a span; the ordinal tells apart what one span says twice."""
    span = f"{start}-{end}"
    return f"{_of_document(kind, document_local)}.{span}" + (f"-{ordinal}" if ordinal else "")


def graph(local: str) -> str:
    """IRI of a named graph: a document's local name, "register-<name>", "derived", "ontology"."""
    return thing(Kind.GRAPH, local)


def term(name: str) -> str:
    return ONTOLOGY + name


def concept(scheme: str, name: str) -> str:
    return f"{VOCAB}{scheme}/{name}"


def parse(iri: str) -> Name | None:
    """Kind and local name of a thing's IRI; None if it is not one of ours."""
    kind, _, local = iri.removeprefix(THINGS).partition("/")
    if not iri.startswith(THINGS) or kind not in _KINDS or not _LOCAL.fullmatch(local):
        return None
    return Name(_KINDS[kind], local)


def document_of(local: str) -> str:
    """The document's local name at the head of a local name that hangs under it."""
    return ".".join(local.split(".")[:DOCUMENT_PARTS])


PREFIXES: dict[str, str] = {
    "dcterms": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pg": ONTOLOGY,
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    **{kind.value: f"{THINGS}{kind.value}/" for kind in Kind},
    **{
        scheme: f"{VOCAB}{scheme}/"
        for scheme in (
            "document-type",
            "part-kind",
            "role",
            "via",
            "comparator",
            "unit",
            "evidence-class",
            "status",
            "recurrence",
            "reason",
            "check",
        )
    },
}
"""Prefixes that every file of the project binds, and no others."""
