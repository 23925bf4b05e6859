"""Making a build of all Turtle, aside, and swapping it in whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import pyoxigraph as ox

from policygraph import iri
from policygraph.errors import DataError, StoreError
from policygraph.links import Links
from policygraph.store.kept import lock, remove_old, serve, sync
from policygraph.store.snapshot import MANIFEST, TEXTS, Draft, Manifest, counts, read_manifest

SCHEMA = "6"
"""Part of the hash; raise it when the loading or the derivation changes what a build holds."""
DERIVED = iri.graph("derived")
ONTOLOGY = iri.graph("ontology")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, steps done and steps in all."""

Triple = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]


@dataclass(frozen=True, slots=True)
class Derived:
    """What a derivation adds: triples, and notes for people (cycles it met); ``finish`` is called
    when the store is complete, to write what stands beside it."""

    triples: Iterable[Triple | ox.Triple]
    notes: tuple[str, ...] = ()
    finish: Callable[[Draft], object] | None = None


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
        with lock(store_root):
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
                sync(builds)
            serve(store_root, done)
            remove_old(builds, done)
            manifest = read_manifest(done)
    except OSError as error:
        raise StoreError(
            f"{store_root}: không ghi được kho / the store cannot be written: "
            f"{error.strerror or error}"
        ) from error
    return Build(done, name, manifest.graphs, manifest.notes, fresh)


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
        sync(path)


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
    draft = Draft(store, directory, name, links)
    derived = derive(draft)
    in_graph = ox.NamedNode(DERIVED)
    store.bulk_extend(ox.Quad(s, p, o, in_graph) for s, p, o in derived.triples)
    report("optimize", len(inputs) + 1, steps)
    store.optimize()
    store.flush()
    if derived.finish is not None:
        derived.finish(draft)
    manifest = Manifest(name, SCHEMA, counts(store), derived.notes)
    del draft, store
    content = json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True)
    target = directory / MANIFEST
    target.write_text(content + "\n", encoding="utf-8")
    for path in directory.iterdir():
        sync(path)
    sync(directory)
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
