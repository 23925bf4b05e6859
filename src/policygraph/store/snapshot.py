"""A store that does not change, and what its manifest says of it."""

from __future__ import annotations

import json
import os
import re
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri, sparql_text
from policygraph.engine import Engine, Found, Memory, Statement, statement
from policygraph.errors import QueryError, StoreError
from policygraph.links import Links

MANIFEST = "build.json"
TEXTS = "texts"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build says of itself: the hash of its input, the schema, triples per named graph
    (IRI -> count), and the derivation's notes."""

    hash: str
    schema: str
    graphs: Mapping[str, int]
    notes: tuple[str, ...]


class Snapshot(Engine):
    """An Oxigraph store that does not change."""

    def __init__(self, store: ox.Store, path: Path, build_hash: str | None) -> None:
        self._store = store
        self.path = path
        self.hash = build_hash
        self._graphs: Mapping[str, int] | None = None
        self._let_go: Callable[[], object] | None = None
        self._memory = Memory()

    def hold(self, handle: int) -> None:
        """Keep a file open, whose shared lock keeps the build from being removed."""
        self._let_go = weakref.finalize(self, os.close, handle)

    def close(self) -> None:
        if self._let_go is not None:
            self._let_go()

    def graphs(self) -> Mapping[str, int]:
        if self._graphs is None:
            manifest = self.path / MANIFEST
            built = self.hash is not None and manifest.is_file()
            self._graphs = read_manifest(self.path).graphs if built else counts(self._store)
        return self._graphs

    def __len__(self) -> int:
        return len(self._store)

    def memory(self) -> Memory:
        return self._memory

    def text(self, sha256: str) -> str | None:
        """The characters that the offsets of a source file count, by the SHA-256 of its bytes;
        None where the build was made without it."""
        path = self.path / TEXTS / f"{sha256}.txt"
        if not _SHA256.fullmatch(sha256) or not path.is_file():
            return None
        return path.read_bytes().decode("utf-8")

    def query(
        self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Found:
        given = bool(default_graphs or named_graphs)
        # The union of all graphs would hide FROM clauses, so a query that has some goes without.
        as_union = not given and not sparql_text.has_dataset(text)
        readable = sparql_text.escape_dots(text)
        try:
            return self._store.query(
                readable,
                base_iri=iri.BASE,
                prefixes=sparql_text.used(text, iri.PREFIXES),
                use_default_graph_as_union=as_union,
                default_graph=[ox.NamedNode(g) for g in default_graphs] if given else None,
                named_graphs=[ox.NamedNode(g) for g in named_graphs] if given else None,
            )
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise QueryError(_syntax_message(str(error), text, readable)) from error

    def has_subject(self, address: str) -> bool:
        try:
            subject = ox.NamedNode(address)
        except ValueError:
            return False
        return next(self._store.quads_for_pattern(subject, None, None, None), None) is not None

    def statements(
        self, subject: str | None, predicate: str | None, value: str | None
    ) -> Iterator[Statement]:
        """As of any engine, without parsing or planning: a few microseconds each."""
        s = None if subject is None else ox.NamedNode(subject)
        p = None if predicate is None else ox.NamedNode(predicate)
        o = None if value is None else ox.NamedNode(value)
        for quad in self._store.quads_for_pattern(s, p, o, None):
            yield statement(quad.subject, quad.predicate, quad.object, quad.graph_name)


class Draft(Snapshot):
    """A store that is being built: all but what is yet to be derived, and the links noted while
    it was loaded."""

    def __init__(self, store: ox.Store, path: Path, build_hash: str | None, links: Links) -> None:
        super().__init__(store, path, build_hash)
        self.links = links


def _syntax_message(message: str, sent: str, readable: str) -> str:
    """The engine's message with the column of the query as it was sent, and without the
    ranges of characters that it lists for a name."""

    def place(at: re.Match[str]) -> str:
        line, column = int(at[1]), int(at[2])
        return f"error at {line}:{sparql_text.original_column(sent, readable, line, column)}"

    short = re.sub(r",? ?\['.*?'\](?=,|$)", "", message, flags=re.DOTALL)
    return re.sub(r"error at (\d+):(\d+)", place, short, count=1)


def counts(store: ox.Store) -> dict[str, int]:
    """Triples of each named graph."""
    found = store.query("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    if not isinstance(found, ox.QuerySolutions):
        raise StoreError("counting the graphs gave no rows")
    counts = {}
    for row in found:
        graph, count = row["g"], row["n"]
        if isinstance(graph, ox.NamedNode) and isinstance(count, ox.Literal):
            counts[graph.value] = int(count.value)
    return dict(sorted(counts.items()))


def read_manifest(directory: Path) -> Manifest:
    """StoreError where the directory holds no complete build."""
    path = directory / MANIFEST
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(raw["hash"], raw["schema"], dict(raw["graphs"]), tuple(raw["notes"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path}: bản dựng không đầy đủ; hãy chạy `policygraph build` / "
            f"not a complete build ({error}); run `policygraph build`"
        ) from error
