"""Immutable builds of the graph, and reading them.

    <root>/current          symbolic link to the build that is served
    <root>/builds/<hash>/   an Oxigraph store and ``build.json``; never written after its rename
    <root>/builds/<hash>/texts/<SHA-256 of the source file>.txt   its characters, in NFC
    <root>/builds/<hash>.part/   a build that is under way, or that was killed
    <root>/lock             held while building

The hash covers the names and bytes of all Turtle and texts that go in, so equal input is built
once, and a build shows its sentences wherever it is copied to.
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
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from policygraph import iri, sparql_text
from policygraph.engine import Engine, Found, Memory, Statement, statement
from policygraph.errors import DataError, QueryError, StoreError
from policygraph.links import Links

SCHEMA = "5"
"""Part of the hash; raise it when the loading or the derivation changes what a build holds."""
KEPT_BUILDS = 3
MANIFEST = "build.json"
TEXTS = "texts"
_HASH = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ATTEMPTS = 5
DERIVED = iri.graph("derived")
ONTOLOGY = iri.graph("ontology")

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
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
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
class KeptBuild:
    """A complete build as it lies in its root: when it was made, its size on disk in bytes, its
    triples, and whether it is the one that is served."""

    hash: str
    made: datetime
    size: int
    triples: int
    is_current: bool


Triple = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]


@dataclass(frozen=True, slots=True)
class Derived:
    """What a derivation adds: triples, and notes for people (cycles it met)."""

    triples: Iterable[Triple | ox.Triple]
    notes: tuple[str, ...] = ()


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
            self._graphs = _read_manifest(self.path).graphs if built else _counts(self._store)
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


def serialize(found: Found, media_type: str, out: BinaryIO) -> None:
    """Write an answer in one of ``RESULT_FORMATS`` or ``GRAPH_FORMATS``, as fits its kind."""
    if isinstance(found, ox.QueryTriples):
        found.serialize(out, GRAPH_FORMATS[media_type])
    else:
        found.serialize(out, RESULT_FORMATS[media_type])


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


def open_read_only(path: Path, name: str | None = None) -> Snapshot:
    """Open for reading only: the served build under a root, the build of that hash, or a bare
    Oxigraph directory.  While the snapshot lives, its build is not removed."""
    for _ in range(_ATTEMPTS):
        directory, is_bare = _directory(path, name)
        try:
            return _open(directory, is_bare)
        except FileNotFoundError:
            # Removed between finding and locking it: ``current`` has moved on.
            continue
        except OSError as error:
            raise StoreError(
                f"{directory}: không mở được kho; hãy chạy lại `policygraph build` / "
                f"the store cannot be opened ({error}); run `policygraph build` again"
            ) from error
    raise StoreError(f"{path}: bản dựng luôn thay đổi / the builds keep changing")


def _directory(path: Path, name: str | None) -> tuple[Path, bool]:
    """Where the store lies, and whether it is a bare one."""
    if name is not None:
        directory = path / "builds" / name
        if not _HASH.fullmatch(name) or not (directory / MANIFEST).is_file():
            raise StoreError(f"{name}: không có bản dựng này / no such build")
        return directory, False
    if (path / "current").exists():
        return (path / "current").resolve(), False
    if (path / "CURRENT").is_file():
        return path, True
    raise StoreError(
        f"{path}: không có kho dữ liệu; hãy chạy `policygraph build` / "
        "no store here; run `policygraph build`"
    )


def _open(directory: Path, is_bare: bool) -> Snapshot:
    if is_bare:
        name = _fingerprint(directory)
        return Snapshot(ox.Store.read_only(str(directory)), directory, name)
    manifest = _read_manifest(directory)
    handle = os.open(directory / MANIFEST, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        snapshot = Snapshot(ox.Store.read_only(str(directory)), directory, manifest.hash)
    except BaseException:
        os.close(handle)
        raise
    snapshot.hold(handle)
    return snapshot


def current_hash(path: Path) -> str | None:
    """Name of what ``open_read_only`` would open now; cheap enough to be asked every second."""
    link = path / "current"
    if link.is_symlink():
        return link.readlink().name
    return _fingerprint(path) if (path / "CURRENT").is_file() else None


def _fingerprint(directory: Path) -> str:
    """Tells states of a bare store apart by the names, sizes and times of its data files."""
    digest = hashlib.sha256()
    for path in sorted(directory.iterdir()):
        if path.suffix in (".sst", ".log") or path.name.startswith(("MANIFEST", "CURRENT")):
            found = path.stat()
            digest.update(f"{path.name}\n{found.st_size}\n{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def builds(store_root: Path) -> list[str]:
    """Hashes of the complete builds, the one served last first."""
    found = [p.parent for p in (store_root / "builds").glob(f"*/{MANIFEST}")]
    complete = (path for path in found if _HASH.fullmatch(path.name))
    return [p.name for p in sorted(complete, key=lambda p: p.stat().st_mtime_ns, reverse=True)]


def kept_builds(store_root: Path) -> list[KeptBuild]:
    """What is known of the complete builds, the one served last first."""
    now = current_hash(store_root)
    return [_kept(store_root / "builds" / name, name == now) for name in builds(store_root)]


def _kept(path: Path, is_current: bool) -> KeptBuild:
    made = datetime.fromtimestamp((path / MANIFEST).stat().st_mtime, UTC)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    triples = sum(_read_manifest(path).graphs.values())
    return KeptBuild(path.name, made, size, triples, is_current)


def find_build(store_root: Path, beginning: str) -> str:
    """Hash of the one build whose hash begins so; StoreError where there is none, or several."""
    there = builds(store_root)
    found = [name for name in there if beginning and name.startswith(beginning)]
    if len(found) != 1:
        fault = "chỉ nhiều bản dựng / names several builds" if found else "không có / no such build"
        listed = ", ".join(name[:12] for name in found or there) or "–"
        raise StoreError(f"{beginning}: {fault}; có / there are: {listed}")
    return found[0]


def switch(store_root: Path, name: str) -> None:
    """Serve another build that is there; raises StoreError where it is not."""
    _directory(store_root, name)
    with _lock(store_root):
        # Once more, since it may have been removed before the lock was ours.
        target, _ = _directory(store_root, name)
        _serve(store_root, target)


def roll_back(store_root: Path) -> str:
    """Serve the build that was served before the present one; gives its hash."""
    now = current_hash(store_root)
    before = [name for name in builds(store_root) if name != now]
    if not before:
        raise StoreError(f"{store_root}: không có bản dựng trước / there is no earlier build")
    switch(store_root, before[0])
    return before[0]


def prune(store_root: Path, keep: int = KEPT_BUILDS) -> list[str]:
    """Remove all but ``keep`` builds, those served longest ago first, where nobody reads them;
    gives the hashes that went.  The build that is served stays."""
    if not (store_root / "builds").is_dir():
        return []
    with _lock(store_root):
        return _prune(store_root / "builds", (store_root / "current").resolve(), keep)


def build(
    ttl_dir: Path,
    ontology_dir: Path,
    store_root: Path,
    derive: Callable[[Draft], Derived],
    progress: Progress | None = None,
    overlay: Mapping[str, bytes] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Build:
    """Build the graph of all Turtle under two directories, and serve it.

    ``ttl_dir`` has one file per named graph, named by its stem; everything under
    ``ontology_dir`` (subdirectories too) goes into the graph ``ontology``.  ``overlay`` is Turtle
    by file name that is loaded in place of, or beside, the files of ``ttl_dir``.  ``texts`` are the
    characters of the source files by the SHA-256 of their bytes; the build keeps them.
    Raises DataError on broken Turtle, StoreError where the root cannot be written.
    """
    report = progress or _silent
    inputs = _inputs(ttl_dir, ontology_dir, overlay or {})
    kept = {sha256: text.encode() for sha256, text in sorted((texts or {}).items())}
    name = _hash(inputs, kept)
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
                    _keep(part / TEXTS, kept)
                    _fill(part, name, inputs, derive, report)
                except BaseException:
                    shutil.rmtree(part, ignore_errors=True)
                    raise
                part.rename(done)
                _sync(builds)
            _serve(store_root, done)
            _prune(builds, done)
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


@dataclass(frozen=True, slots=True)
class _Input:
    """Turtle to be loaded: the name that is hashed, its graph's IRI, its file, and its bytes where
    they do not come from that file."""

    name: str
    graph: str
    path: Path
    content: bytes | None = None


def _inputs(ttl_dir: Path, ontology_dir: Path, overlay: Mapping[str, bytes]) -> list[_Input]:
    """Everything that goes in, in a fixed order."""
    for directory in (ttl_dir, ontology_dir):
        if not directory.is_dir():
            raise DataError(directory, "no such directory of Turtle files")
    found = []
    for name in sorted({path.name for path in ttl_dir.glob("*.ttl")} | overlay.keys()):
        path = ttl_dir / name
        try:
            found.append(_Input(f"ttl/{name}", iri.graph(path.stem), path, overlay.get(name)))
        except ValueError as error:
            raise DataError(path, f"the file name names no graph: {error}") from error
    found.extend(
        _Input(f"ontology/{path.relative_to(ontology_dir).as_posix()}", ONTOLOGY, path)
        for path in sorted(ontology_dir.rglob("*.ttl"))
    )
    return found


def _hash(inputs: Sequence[_Input], texts: Mapping[str, bytes]) -> str:
    """First 32 hex digits of SHA-256 over the schema and each input's name, length and bytes."""
    digest = hashlib.sha256(f"policygraph-store {SCHEMA}\n".encode())
    turtle = ((s.name, _read(s.path) if s.content is None else s.content) for s in inputs)
    for name, content in chain(turtle, texts.items()):
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(path, f"cannot be read: {error.strerror or error}") from error


def _keep(directory: Path, texts: Mapping[str, bytes]) -> None:
    """Write the texts of a build that begins."""
    directory.mkdir(parents=True)
    for sha256, content in texts.items():
        path = directory / f"{sha256}.txt"
        path.write_bytes(content)
        _sync(path)


def _fill(
    directory: Path,
    name: str,
    inputs: Sequence[_Input],
    derive: Callable[[Draft], Derived],
    report: Progress,
) -> None:
    """Make a complete store in a directory that has its texts."""
    store = ox.Store(str(directory))
    steps = len(inputs) + 2
    # All at once: each call of its own costs the engine a tenth of a second.
    links = Links()
    store.bulk_extend(links.noted(_loaded(inputs, report, steps)))
    report("derive lineage", len(inputs), steps)
    derived = derive(Draft(store, directory, name, links))
    in_graph = ox.NamedNode(DERIVED)
    store.bulk_extend(ox.Quad(s, p, o, in_graph) for s, p, o in derived.triples)
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


def _loaded(inputs: Sequence[_Input], report: Progress, steps: int) -> Iterator[ox.Quad]:
    for step, source in enumerate(inputs):
        report(f"load {source.name}", step, steps)
        content, path = source.content, str(source.path) if source.content is None else None
        graph = ox.NamedNode(source.graph)
        turtle = ox.RdfFormat.TURTLE
        try:
            for quad in ox.parse(content, path=path, format=turtle, rename_blank_nodes=True):
                yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
        except SyntaxError as error:
            raise DataError(source.path, f"broken Turtle: {error.msg}", error.lineno) from error


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


def _prune(builds: Path, served: Path, keep: int = KEPT_BUILDS) -> list[str]:
    """Remove all but the newest builds; the one just served counts as newest."""
    complete = sorted(
        (path for path in builds.iterdir() if _HASH.fullmatch(path.name)),
        key=lambda path: (path == served, path.stat().st_mtime_ns),
        reverse=True,
    )
    removed = [old for old in complete[max(1, keep) :] if not _is_read(old)]
    for old in removed:
        shutil.rmtree(old)
    return [old.name for old in removed]


def _is_read(build: Path) -> bool:
    """Whether a snapshot of it is open in any process."""
    try:
        handle = os.open(build / MANIFEST, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


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
