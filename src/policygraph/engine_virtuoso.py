"""Virtuoso 7, which finds triples fast and evaluates much of SPARQL 1.1 wrongly.

Of the canned queries half failed or, worse, gave other answers: it divides by zero where an
error should leave a variable unbound, turns booleans into integers, reads the arguments of
GROUP_CONCAT in another encoding, loses OPTIONALs that filter by a bound variable, and stops at
internal errors of its compiler.  So it is asked only for what it does well, all triples of a
predicate; they are kept, since a graph does not change, and the query is evaluated here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox
from pyparsing import ParseBaseException
from rdflib import Variable
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from policygraph import iri, sparql_text
from policygraph.engine import Found, Term
from policygraph.engine_http import Remote, Server
from policygraph.store import Snapshot

_RDF_TYPE = iri.PREFIXES["rdf"] + "type"
_NAME = re.compile(r"<([^<>\s]+)>|(?<![\w?$<])([A-Za-z][\w-]*):([\w.~-]*[\w~-])")
_NOWHERE = Path()
EVERYTHING = ""
"""Stands for all predicates where a query leaves the predicate open."""


class Virtuoso(Remote):
    """A server whose triples are gathered by predicate and kept in memory."""

    def __init__(self, server: Server, name: str | None = None) -> None:
        super().__init__(server, name)
        self._kept = ox.Store()
        self._gathered: set[str] = set()
        self._gathering = threading.Lock()

    def query(
        self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Found:
        with self._gathering:
            for predicate in self._needed(text):
                self._gather(predicate)
        return Snapshot(self._kept, _NOWHERE, self.hash).query(text, default_graphs, named_graphs)

    def plain(self, results: bytes) -> bytes:
        """Blank nodes are named like addresses there."""
        return results.replace(b'"nodeID://', b'"n')

    def _needed(self, text: str) -> Iterator[str]:
        if EVERYTHING in self._gathered:
            return
        if is_open(text):
            yield EVERYTHING
            return
        yield from sorted({_RDF_TYPE, *names(text)} - self._gathered)

    def _gather(self, predicate: str) -> None:
        """Fetch all triples of a predicate; an IRI that is none has no triples."""
        bound = f"VALUES ?p {{ {ox.NamedNode(predicate)} }}" if predicate else ""
        # The server's own graphs are no part of ours.
        ours = f'FILTER(STRSTARTS(STR(?g), "{iri.BASE}"))'
        found = super().query(
            f"SELECT ?s ?p ?o ?g WHERE {{ {bound} GRAPH ?g {{ ?s ?p ?o }} {ours} }}"
        )
        if isinstance(found, ox.QuerySolutions):
            self._kept.extend(quad for row in found for quad in _quads(row))
        self._gathered.add(predicate)


def names(text: str) -> set[str]:
    """Every IRI that a query writes, in full or by one of the project's prefixes."""
    found = set()
    for name in _NAME.finditer(text):
        if name[1]:
            found.add(name[1])
        elif name[2] in iri.PREFIXES:
            found.add(iri.PREFIXES[name[2]] + name[3])
    return {address for address in found if ":" in address}


def is_open(text: str) -> bool:
    """Whether a variable stands for a predicate somewhere that VALUES does not bind in the text,
    or a path excludes some; a query that cannot be read counts as open."""
    try:
        parsed = parseQuery(
            sparql_text.prologue(text, iri.PREFIXES) + sparql_text.escape_dots(text)
        )
    except (ParseBaseException, RecursionError, ValueError):
        return True
    open_names: set[Variable] = set()
    bound: set[Variable] = set()
    stack: list[object] = [parsed]
    while stack:
        node = stack.pop()
        if isinstance(node, CompValue):
            if node.name == "PathNegatedPropertySet":
                return True
            if node.name == "InlineData":
                bound.update(node.var if isinstance(node.var, list) else [node.var])
            groups: Iterable[Iterable[object]] = dict(node).get("triples", ())
            for group in groups:
                flat = list(group)
                open_names.update(p for p in flat[1::3] if isinstance(p, Variable))
            stack.extend(node.values())
        elif isinstance(node, (list, tuple)) or hasattr(node, "as_list"):
            stack.extend(node)  # type: ignore[arg-type]  # pyparsing's results are sequences
    return bool(open_names - bound)


def _quads(row: ox.QuerySolution) -> Iterator[ox.Quad]:
    subject, predicate, value, graph = row["s"], row["p"], row["o"], row["g"]
    if (
        isinstance(subject, ox.NamedNode | ox.BlankNode)
        and isinstance(predicate, ox.NamedNode)
        and isinstance(value, Term)
        and isinstance(graph, ox.NamedNode)
    ):
        yield ox.Quad(subject, predicate, value, graph)
