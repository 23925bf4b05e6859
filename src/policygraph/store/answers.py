"""Answers as bytes, in the media types that SPARQL 1.1 names."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import BinaryIO, Protocol, cast

import pyoxigraph as ox

from policygraph.engine import Found

RESULT_FORMATS: Mapping[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
"""Media type -> serialisation of SELECT and ASK; the first is the default."""

GRAPH_FORMATS: Mapping[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media type -> serialisation of CONSTRUCT and DESCRIBE; the first is the default."""


class Writable(Protocol):
    """What an answer can be written to."""

    def write(self, data: bytes, /) -> object: ...

    def flush(self) -> object: ...


def serialize(found: Found, media_type: str, out: Writable) -> None:
    """Write an answer in one of ``RESULT_FORMATS`` or ``GRAPH_FORMATS``, as fits its kind."""
    taking = cast("BinaryIO", out)
    if isinstance(found, ox.QueryTriples):
        found.serialize(taking, GRAPH_FORMATS[media_type])
    else:
        found.serialize(taking, RESULT_FORMATS[media_type])


def to_bytes(found: Found, media_type: str) -> bytes:
    out = io.BytesIO()
    serialize(found, media_type, out)
    return out.getvalue()


def media_types(found: Found) -> tuple[str, ...]:
    """Media types an answer of this kind can be written in, the default first."""
    return tuple(GRAPH_FORMATS if isinstance(found, ox.QueryTriples) else RESULT_FORMATS)


def convert(turtle: str, media_type: str) -> bytes:
    """Turtle in another of ``GRAPH_FORMATS``."""
    triples = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    out = io.BytesIO()
    ox.serialize(triples, out, format=GRAPH_FORMATS[media_type])
    return out.getvalue()
