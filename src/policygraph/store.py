"""Immutable builds of the graph, and reading them.

    <root>/current          symbolic link to the build that is served
    <root>/builds/<hash>/   an Oxigraph store and ``build.json``; never written after its rename
    <root>/builds/<hash>.part/   a build that is under way, or that was killed
    <root>/lock             held while building

The hash covers the names and bytes of all Turtle that goes in, so equal input is built once.
A build appears under its name only when it is complete, and ``current`` moves last: whatever
kills a build, the previous one stays served.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from policygraph import iri, sparql_text
from policygraph.errors import DataError, QueryError, StoreError

SCHEMA = "1"
"""Part of the hash; raise it when the loading or the derivation changes what a build holds."""
KEPT_BUILDS = 3
MANIFEST = "build.json"
DERIVED = iri.graph("derived")
ONTOLOGY = iri.graph("ontology")

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = dict[str, Term | None]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, steps done and steps in all."""

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
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media type -> serialisation of CONSTRUCT and DESCRIBE; the first is the default."""


@dataclass(frozen=True, slots=True)
class Build:
    """A complete build: its directory, the hash of its input, triples per named graph (IRI ->
    count), and what the derivation has to tell people."""

    path: Path
    hash: str
    graphs: Mapping[str, int]
    notes: tuple[str, ...]
    fresh: bool
    """False where the same input had been built before."""

    @property
    def triples(self) -> int:
        return sum(self.graphs.values())


@dataclass(frozen=True, slots=True)
class Derived:
    """What a derivation adds: triples as IRIs, and notes for people (cycles it met)."""

    triples: Iterable[tuple[str, str, str]]
    notes: tuple[str, ...] = ()


class Snapshot:
    """A store that does not change.  By default a query sees all named graphs as one."""

    def __init__(self, store: ox.Store, path: Path, build_hash: str | None) -> None:
        self._store = store
        self.path = path
        self.hash = build_hash

    def __len__(self) -> int:
        return len(self._store)

    def query(
        self,
        text: str,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Evaluate SPARQL; graphs given here override the query's own FROM clauses, as the
        protocol demands.  Raises QueryError on a syntax error, with its line and column."""
        given = bool(default_graphs or named_graphs)
        # The union of all graphs would hide FROM clauses, so a query that has some goes without.
        as_union = not given and not sparql_text.has_dataset(text)
        readable = sparql_text.escape_dots(text)
        try:
            return self._store.query(
                readable,
                prefixes=dict(iri.PREFIXES),
                use_default_graph_as_union=as_union,
                default_graph=[ox.NamedNode(g) for g in default_graphs] if given else None,
                named_graphs=[ox.NamedNode(g) for g in named_graphs] if given else None,
            )
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise QueryError(_syntax_message(str(error), text, readable)) from error

    def select(self, text: str) -> Iterator[Row]:
        """Rows of a SELECT as dictionaries from variable to term."""
        found = self.query(text)
        if not isinstance(found, ox.QuerySolutions):
            raise QueryError("a SELECT query is needed here")
        names = [variable.value for variable in found.variables]
        for solution in found:
            yield {name: solution[name] for name in names}

    def has_subject(self, address: str) -> bool:
        """Whether anything is said of an IRI; an ill-formed one is the subject of nothing."""
        try:
            subject = ox.NamedNode(address)
        except ValueError:
            return False
        return next(self._store.quads_for_pattern(subject, None, None, None), None) is not None


def _syntax_message(message: str, sent: str, readable: str) -> str:
    """The engine's message with the column of the query as it was sent, and without the
    ranges of characters that it lists for a name."""

    def place(at: re.Match[str]) -> str:
        line, column = int(at[1]), int(at[2])
        return f"error at {line}:{sparql_text.original_column(sent, readable, line, column)}"

    short = re.sub(r",? ?\['.*?'\](?=,|$)", "", message, flags=re.DOTALL)
    return re.sub(r"error at (\d+):(\d+)", place, short, count=1)


def serialize(
    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, media_type: str, out: BinaryIO
) -> None:
    """Write an answer in one of ``RESULT_FORMATS`` or ``GRAPH_FORMATS``, as fits its kind."""
    if isinstance(found, ox.QueryTriples):
        found.serialize(out, GRAPH_FORMATS[media_type])
    else:
        found.serialize(out, RESULT_FORMATS[media_type])


def to_bytes(
    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, media_type: str
) -> bytes:
    out = io.BytesIO()
    serialize(found, media_type, out)
    return out.getvalue()


def media_types(
    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
) -> tuple[str, ...]:
    """Media types an answer of this kind can be written in, the default first."""
    return tuple(GRAPH_FORMATS if isinstance(found, ox.QueryTriples) else RESULT_FORMATS)


def open_read_only(path: Path) -> Snapshot:
    """Open the served build under a root, or a bare Oxigraph directory, for reading only."""
    directory, build_hash = path, None
    if (path / "current").exists():
        directory = (path / "current").resolve()
        build_hash = _read_manifest(directory).hash
    elif not (path / "CURRENT").is_file():
        raise StoreError(
            f"{path}: không có kho dữ liệu; hãy chạy `policygraph build` / "
            "no store here; run `policygraph build`"
        )
    try:
        return Snapshot(ox.Store.read_only(str(directory)), directory, build_hash)
    except OSError as error:
        raise StoreError(
            f"{directory}: không mở được kho; hãy chạy lại `policygraph build` / "
            f"the store cannot be opened ({error}); run `policygraph build` again"
        ) from error


def build(
    ttl_dir: Path,
    ontology_dir: Path,
    store_root: Path,
    derive: Callable[[Snapshot], Derived],
    progress: Progress | None = None,
) -> Build:
    """Build the graph of all Turtle under two directories, and serve it.

    ``ttl_dir`` has one file per named graph, named by its stem; everything under
    ``ontology_dir`` (subdirectories too) goes into the graph ``ontology``.
    Raises DataError on broken Turtle, StoreError where the root cannot be written.
    """
    report = progress or _silent
    inputs = _inputs(ttl_dir, ontology_dir)
    name = _hash(inputs)
    try:
        with _lock(store_root):
            builds = store_root / "builds"
            for leftover in builds.glob("*.part"):
                shutil.rmtree(leftover)
            done = builds / name
            fresh = not (done / MANIFEST).is_file()
            if fresh:
                part = builds / f"{name}.part"
                try:
                    _fill(part, name, inputs, derive, report)
                except BaseException:
                    shutil.rmtree(part, ignore_errors=True)
                    raise
                part.rename(done)
                _sync(builds)
            _serve(store_root, done)
            _prune(builds, keep=done)
            manifest = _read_manifest(done)
    except OSError as error:
        raise StoreError(
            f"{store_root}: không ghi được kho / the store cannot be written: "
            f"{error.strerror or error}"
        ) from error
    return Build(done, name, manifest.graphs, manifest.notes, fresh)


@dataclass(frozen=True, slots=True)
class _Manifest:
    hash: str
    schema: str
    graphs: Mapping[str, int]
    notes: tuple[str, ...]


def _silent(stage: str, done: int, total: int) -> None:
    """Progress nobody watches."""


def _inputs(ttl_dir: Path, ontology_dir: Path) -> list[tuple[str, str, Path]]:
    """(name that is hashed, graph IRI, file), in a fixed order."""
    for directory in (ttl_dir, ontology_dir):
        if not directory.is_dir():
            raise DataError(directory, "no such directory of Turtle files")
    found = []
    for path in sorted(ttl_dir.glob("*.ttl")):
        try:
            found.append((f"ttl/{path.name}", iri.graph(path.stem), path))
        except ValueError as error:
            raise DataError(path, f"the file name names no graph: {error}") from error
    found.extend(
        (f"ontology/{path.relative_to(ontology_dir).as_posix()}", ONTOLOGY, path)
        for path in sorted(ontology_dir.rglob("*.ttl"))
    )
    return found


def _hash(inputs: list[tuple[str, str, Path]]) -> str:
    """First 32 hex digits of SHA-256 over the schema and each input's name, length and bytes."""
    digest = hashlib.sha256(f"policygraph-store {SCHEMA}\n".encode())
    for name, _, path in inputs:
        content = _read(path)
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(path, f"cannot be read: {error.strerror or error}") from error


def _fill(
    directory: Path,
    name: str,
    inputs: list[tuple[str, str, Path]],
    derive: Callable[[Snapshot], Derived],
    report: Progress,
) -> None:
    """Make a complete store in a fresh directory."""
    directory.mkdir(parents=True)
    store = ox.Store(str(directory))
    steps = len(inputs) + 2
    for step, (label, graph, path) in enumerate(inputs):
        report(f"load {label}", step, steps)
        _load(store, path, graph)
    report("derive lineage", len(inputs), steps)
    derived = derive(Snapshot(store, directory, name))
    store.bulk_extend(_quads(derived.triples))
    report("optimize", len(inputs) + 1, steps)
    store.optimize()
    store.flush()
    manifest = _Manifest(name, SCHEMA, _counts(store), derived.notes)
    del store
    content = json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True)
    target = directory / MANIFEST
    target.write_text(content + "\n", encoding="utf-8")
    for path in directory.iterdir():
        _sync(path)
    _sync(directory)
    report("done", steps, steps)


def _load(store: ox.Store, path: Path, graph: str) -> None:
    try:
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))
    except SyntaxError as error:
        raise DataError(path, f"broken Turtle: {error.msg}", error.lineno) from error


def _quads(triples: Iterable[tuple[str, str, str]]) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(DERIVED)
    for subject, predicate, value in triples:
        yield ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value), graph)


def _counts(store: ox.Store) -> dict[str, int]:
    found = store.query("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    if not isinstance(found, ox.QuerySolutions):
        raise StoreError("counting the graphs gave no rows")
    counts = {}
    for row in found:
        graph, count = row["g"], row["n"]
        if isinstance(graph, ox.NamedNode) and isinstance(count, ox.Literal):
            counts[graph.value] = int(count.value)
    return dict(sorted(counts.items()))


def _read_manifest(directory: Path) -> _Manifest:
    path = directory / MANIFEST
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _Manifest(raw["hash"], raw["schema"], dict(raw["graphs"]), tuple(raw["notes"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path}: bản dựng không đầy đủ; hãy chạy `policygraph build` / "
            f"not a complete build ({error}); run `policygraph build`"
        ) from error


def _serve(store_root: Path, done: Path) -> None:
    """Point ``current`` at a build; a reader sees the old one or the new one, never neither."""
    beside = store_root / "current.part"
    beside.unlink(missing_ok=True)
    beside.symlink_to(done.relative_to(store_root))
    beside.replace(store_root / "current")
    _sync(store_root)
    os.utime(done)


def _prune(builds: Path, keep: Path) -> None:
    """Remove all but the newest builds; the one just served counts as newest."""
    complete = sorted(
        (path for path in builds.iterdir() if path.is_dir()),
        key=lambda path: (path == keep, path.stat().st_mtime_ns),
        reverse=True,
    )
    for old in complete[KEPT_BUILDS:]:
        shutil.rmtree(old)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _lock(store_root: Path) -> Iterator[None]:
    """Hold the root's lock; a second build waits.  The system frees it when a build dies."""
    (store_root / "builds").mkdir(parents=True, exist_ok=True)
    with (store_root / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
