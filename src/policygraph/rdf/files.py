"""Turtle files and bytes as triples, for those who change or compare what is said."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from policygraph.errors import DataError

Triple = ox.Triple
Node = ox.NamedNode
Literal = ox.Literal


def read(path: Path) -> list[Triple]:
    """The triples of one file; raises DataError with path and line where it is broken."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(path, f"cannot be read: {error.strerror or error}") from error
    return parse(content, path)


def parse(content: bytes, shown: object) -> list[Triple]:
    """The triples of some Turtle; ``shown`` names it in messages."""
    try:
        return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise DataError(shown, f"broken Turtle: {error.msg}", error.lineno) from error
