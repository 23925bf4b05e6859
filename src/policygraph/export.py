"""The graph, or a part that stands alone, as files: Turtle, N-Quads, JSON-LD.

A part is made of whole entities.  From what was chosen one goes forward along everything that is
said of it (a task's part, document, agencies, evidence …), and back to what makes it evident: who
is assigned to a task, which citations say what a document carries out.  So an extract keeps to
the shapes without the rest of the graph.
"""

from __future__ import annotations

import heapq
import io
import itertools
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from policygraph import iri
from policygraph.engine import Engine
from policygraph.errors import QueryError
from policygraph.store import DERIVED, ONTOLOGY, Snapshot

FORMATS: dict[str, ox.RdfFormat] = {
    "ttl": ox.RdfFormat.TURTLE,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
}
"""File extension -> format.  Turtle has no named graphs and merges them."""

CHUNK = 1 << 18
_UP = frozenset(map(iri.term, ("implements", "issuedWith", "fulfils")))
_EVIDENT = frozenset({*_UP, iri.term("inDocument"), iri.term("assigns")})
"""What is reached along these comes with what proves it."""
_BACK = tuple(map(iri.term, ("assigns", "citingSubject", "conflictAbout")))
"""Said of a thing by others, and part of its evidence."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to take; every field is an IRI but the year, and what is not given does not narrow."""

    document: str | None = None
    agency: str | None = None
    place: str | None = None
    year: int | None = None
    lineage: str | None = None
    """Everything that traces to this directive."""

    @property
    def is_everything(self) -> bool:
        return all(getattr(self, f.name) is None for f in fields(self))


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that stands at its place only when it is whole; what was there before stays
    until then, also where the disk is full."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("wb") as out:
            yield out
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def stream(snapshot: Snapshot, selection: Selection, extension: str) -> Iterator[bytes]:
    """The file in chunks.  The whole graph is never held: it is written at one end of a pipe as
    it is read at the other."""
    form = FORMATS[extension]
    if selection.is_everything:
        return piped(lambda out: dump(snapshot, form, out))
    quads = extract(snapshot, selection)
    return piped(lambda out: write(quads, form, out))


def dump(snapshot: Snapshot, form: ox.RdfFormat, out: BinaryIO) -> None:
    """The whole graph; named graphs where the format has them, else one graph after the other: a
    statement of two graphs may stand twice, and none has to be remembered."""
    store = _reopened(snapshot)
    if form.supports_datasets:
        store.dump(out, form, prefixes=iri.PREFIXES)
        return
    unnamed = ox.DefaultGraph()
    for graph in (unnamed, *sorted(store.named_graphs(), key=str)):
        if graph != unnamed or any(store.quads_for_pattern(None, None, None, unnamed)):
            store.dump(out, form, from_graph=graph, prefixes=iri.PREFIXES)


def write(quads: Iterable[ox.Quad], form: ox.RdfFormat, out: BinaryIO) -> None:
    """Quads in a fixed order; as triples, each once, where the format has no named graphs."""
    if form.supports_datasets:
        ox.serialize(sorted(quads, key=str), out, form, prefixes=iri.PREFIXES)
        return
    triples = {quad.triple for quad in quads}
    ox.serialize(sorted(triples, key=str), out, form, prefixes=iri.PREFIXES)


def canonical(quads: Iterable[ox.Quad]) -> bytes:
    """Canonical N-Quads (RDFC-1.0): equal bytes for equal graphs, whatever they were read from.

    The names of blank nodes come from the quads that have some, and only these are canonicalised:
    the engine does it in one go, during which no other thread of the process runs.
    """
    lines: set[bytes] = set()
    blank = ox.Dataset()
    for quad in quads:
        if any(isinstance(term, ox.BlankNode) for term in quad):
            blank.add(quad)
        else:
            lines.add(_line(quad))
    blank.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines.update(map(_line, blank))
    return b"".join(sorted(lines))


def _line(quad: ox.Quad) -> bytes:
    return ox.serialize([quad], format=ox.RdfFormat.N_QUADS) or b""


def write_canonical(snapshot: Snapshot, out: BinaryIO) -> None:
    """The whole graph as ``canonical`` writes it, sorted in files and not in memory, but for the
    few lines with blank nodes; that of the others is no more than an order."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder, "all.nq")
        with lines.open("wb") as dumped:
            dump(snapshot, ox.RdfFormat.N_QUADS, dumped)
        blank: list[bytes] = []
        runs = list(_sorted_runs(lines, blank))
        named = canonical(ox.parse(b"".join(blank), format=ox.RdfFormat.N_QUADS))
        out.writelines(heapq.merge(io.BytesIO(named), *map(_lines, runs)))


_BLANK = re.compile(rb"_:|(?:<[^>]*> ){2}_:")
"""A line with a blank node as its subject or its object; no graph is named by one."""
_RUN = 64 << 20
"""Bytes of lines that are sorted in memory at once."""


def _sorted_runs(path: Path, blank: list[bytes]) -> Iterator[Path]:
    """Files of sorted lines; those with blank nodes go into ``blank``."""
    with path.open("rb") as source:
        for number in itertools.count():
            lines = source.readlines(_RUN)
            if not lines:
                return
            named: list[bytes] = []
            for line in lines:
                (blank if _BLANK.match(line) else named).append(line)
            run = path.with_suffix(f".{number}")
            with run.open("wb") as out:
                out.writelines(sorted(named))
            yield run


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        yield from source


def merged(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    """The same statements in the default graph, for comparing with files without named graphs."""
    return {ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads}


def everything(snapshot: Snapshot) -> list[ox.Quad]:
    """All quads, in memory."""
    return list(_reopened(snapshot))


def extract(snapshot: Engine, selection: Selection) -> list[ox.Quad]:
    """The quads of a part; raises QueryError where nothing answers to the selection."""
    seeds = _seeds(snapshot, selection)
    if not seeds:
        raise QueryError.told("không có gì để xuất", "nothing answers to the selection")
    inside = _closure(snapshot, seeds)
    quads = []
    for subject in inside:
        node = ox.NamedNode(subject)
        for said in snapshot.statements(subject, None, None):
            is_ours = said.graph != ONTOLOGY and (
                said.graph != DERIVED or said.value.value in inside
            )
            if is_ours:
                quads.append(
                    ox.Quad(
                        node, ox.NamedNode(said.predicate), said.value, ox.NamedNode(said.graph)
                    )
                )
    return quads


def as_snapshot(quads: Iterable[ox.Quad]) -> Snapshot:
    """A small graph to ask questions of."""
    store = ox.Store()
    store.bulk_extend(quads)
    return Snapshot(store, Path(), None)


def _closure(snapshot: Engine, seeds: set[str]) -> dict[str, bool]:
    """Every thing that belongs to the extract -> whether what proves it belongs too."""
    inside: dict[str, bool] = {}
    waiting = [(seed, True) for seed in sorted(seeds)]
    while waiting:
        thing, is_evident = waiting.pop()
        known = inside.get(thing)
        if known is not None and (known or not is_evident):
            continue
        inside[thing] = is_evident
        if known is None:
            waiting += _forward(snapshot, thing, is_evident)
        else:
            waiting += ((t, True) for t, e in _forward(snapshot, thing, True) if e)
        if is_evident:
            waiting += ((other, True) for other in _proofs(snapshot, thing))
    return inside


def _forward(snapshot: Engine, thing: str, is_evident: bool) -> Iterator[tuple[str, bool]]:
    for said in snapshot.statements(thing, None, None):
        if said.graph in (DERIVED, ONTOLOGY) or not isinstance(said.value, ox.NamedNode):
            continue
        address = said.value.value
        if address.startswith((iri.THINGS, iri.VOCAB)) and _is_data(snapshot, address):
            yield address, is_evident and said.predicate in _EVIDENT


def _proofs(snapshot: Engine, thing: str) -> Iterator[str]:
    for predicate in _BACK:
        for said in snapshot.statements(None, predicate, thing):
            yield said.subject
    name = iri.parse(thing)
    if name and name.kind is iri.Kind.DOCUMENT:
        for said in snapshot.statements(None, iri.term("inDocument"), thing):
            other = iri.parse(said.subject)
            if other and other.kind is iri.Kind.METADATA:
                yield said.subject


def _is_data(snapshot: Engine, address: str) -> bool:
    """Whether something is said of it outside the ontology and what is derived."""
    said = snapshot.statements(address, None, None)
    return any(statement.graph not in (DERIVED, ONTOLOGY) for statement in said)


def _seeds(snapshot: Engine, selection: Selection) -> set[str]:
    documents = _documents(snapshot, selection)
    if selection.agency is not None:
        found = {
            said.subject
            for said in snapshot.statements(None, iri.term("agency"), selection.agency)
            if documents is None or _document_of(snapshot, said.subject) in documents
        }
        return found | {selection.agency} if found or documents is None else set()
    seeds = set(documents or ())
    for document in documents or ():
        seeds.update(
            said.subject for said in snapshot.statements(None, iri.term("inDocument"), document)
        )
    if selection.lineage is not None and _is_only_lineage(selection):
        seeds.update(_tracing(snapshot, selection.lineage))
    return seeds


def _is_only_lineage(selection: Selection) -> bool:
    return selection == Selection(lineage=selection.lineage)


def _documents(snapshot: Engine, selection: Selection) -> set[str] | None:
    """Documents that answer to the selection; None where it says nothing of documents."""
    sets: list[set[str]] = []
    if selection.document is not None:
        sets.append({selection.document})
    if selection.place is not None:
        place = ox.NamedNode(selection.place)
        sets.append(_column(snapshot, f"?d a pg:PolicyDocument ; pg:jurisdiction {place}"))
    if selection.year is not None:
        issued = f"dcterms:issued ?date FILTER(YEAR(?date) = {selection.year:d})"
        sets.append(_column(snapshot, f"?d a pg:PolicyDocument ; {issued}"))
    if selection.lineage is not None:
        directive = ox.NamedNode(selection.lineage)
        below = _column(snapshot, f"?d pg:tracesTo {directive} ; a pg:PolicyDocument")
        sets.append(below | {selection.lineage})
    return set.intersection(*sets) if sets else None


def _tracing(snapshot: Engine, directive: str) -> set[str]:
    return _column(snapshot, f"?d pg:tracesTo {ox.NamedNode(directive)}")


def _column(snapshot: Engine, pattern: str) -> set[str]:
    rows = snapshot.select(f"SELECT DISTINCT ?d WHERE {{ {pattern} }}")
    return {term.value for row in rows if (term := row["d"]) is not None}


def _document_of(snapshot: Engine, thing: str) -> str | None:
    said = snapshot.statements(thing, iri.term("inDocument"), None)
    return next((statement.value.value for statement in said), None)


def _reopened(snapshot: Snapshot) -> ox.Store:
    """A second look at a build, for what reads it from end to end."""
    return ox.Store.read_only(str(snapshot.path))


def piped(produce: Callable[[BinaryIO], object]) -> Iterator[bytes]:
    """What a producer writes, in chunks; a reader that leaves early stops it."""
    read_end, write_end = os.pipe()
    failures: list[Exception] = []

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb", buffering=CHUNK) as out:
                produce(out)
        except BrokenPipeError:
            return
        except Exception as error:  # noqa: BLE001 - carried over to the reader's side
            failures.append(error)

    thread = threading.Thread(target=run, name="export", daemon=True)
    thread.start()
    with os.fdopen(read_end, "rb", buffering=0) as source:
        while chunk := source.read(CHUNK):
            yield chunk
    thread.join()
    if failures:
        raise failures[0]
