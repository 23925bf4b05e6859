"""Statements as Turtle: the bytes that Oxigraph's writer gives, without a term built for each.

Nearly all of a graph is names under the project's prefixes, strings and integers; these are
written here.  The prologue and every other term are left to Oxigraph, which also refuses what is
no IRI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

import pyoxigraph as ox

from policygraph import iri

IS_A = "a"
"""``rdf:type`` as a predicate: Turtle's own word for it, which sorts before every IRI."""
RDF_TYPE = iri.PREFIXES["rdf"] + "type"
STRING = iri.PREFIXES["xsd"] + "string"
INTEGER = iri.PREFIXES["xsd"] + "integer"

Row = tuple[str, str, str]
"""What is said of a subject: the predicate's IRI (or ``IS_A``); the IRI or the lexical form of the
object; and its kind: "" for an IRI, "@vi" for a text in a language, else the datatype's IRI."""

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
"""Local names that Turtle writes as they are (PN_LOCAL without its escapes)."""
_BASES = {base: f"{prefix}:" for prefix, base in iri.PREFIXES.items()}
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)}
_ESCAPES |= {
    ord(sign): "\\" + letter for sign, letter in zip('"\\\b\t\n\f\r', '"\\btnfr', strict=True)
}


def write(subjects: Iterable[tuple[str, Iterable[Row]]]) -> bytes:
    """Turtle 1.1 of subjects (IRIs) with what is said of each, in the order given.

    Raises ValueError where something is no absolute IRI.
    """
    out = []
    names = _Names({IS_A: IS_A})
    for subject, rows in subjects:
        head, before = f"{names[subject]} ", None
        for predicate, value, kind in rows:
            term = _literal(value, kind) if kind else names[value]
            if predicate == before:
                out.append(f" , {term}")
            else:
                out.append(f"{head}{names[predicate]} {term}")
                head, before = " ;\n\t", predicate
        if before is not None:
            out.append(" .\n")
    return (_prologue() + "".join(out)).encode() if out else b""


class _Names(dict[str, str]):
    """IRIs as they are written, shortened by the prefix whose name ends where the IRI's last "/"
    or "#" stands."""

    def __missing__(self, address: str) -> str:
        cut = max(address.rfind("/"), address.rfind("#")) + 1
        prefix = _BASES.get(address[:cut])
        if prefix is not None and _LOCAL.fullmatch(address, cut):
            written = prefix + address[cut:]
        else:
            written = _by_oxigraph(ox.NamedNode(address))
        self[address] = written
        return written


def _literal(value: str, kind: str) -> str:
    if kind == INTEGER and value.isascii() and value.isdigit():
        return value
    if kind != STRING and kind[0] != "@":
        return _typed(value, kind)
    if _SPECIAL.search(value):
        value = value.translate(_ESCAPES)
    return f'"{value}"' if kind == STRING else f'"{value}"{kind}'


@lru_cache(maxsize=1024)
def _typed(value: str, datatype: str) -> str:
    return _by_oxigraph(ox.Literal(value, datatype=ox.NamedNode(datatype)))


_ANY = ox.NamedNode(RDF_TYPE)


def _by_oxigraph(term: ox.NamedNode | ox.Literal) -> str:
    """A term as Oxigraph's writer shows it."""
    return _serialized(term).rpartition(" .\n")[0].partition("\nrdf:type a ")[2]


@cache
def _prologue() -> str:
    """The table of prefixes, in Oxigraph's order."""
    return _serialized(_ANY).partition("rdf:type a ")[0]


def _serialized(term: ox.NamedNode | ox.Literal) -> str:
    triple = ox.Triple(_ANY, _ANY, term)
    content = ox.serialize([triple], format=ox.RdfFormat.TURTLE, prefixes=iri.PREFIXES)
    return (content or b"").decode()
