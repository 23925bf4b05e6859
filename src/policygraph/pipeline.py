"""The visible composition: texts -> readings -> facts -> Turtle -> store."""

from __future__ import annotations

import datetime as dt
import gc
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from policygraph import (
    cards,
    decisions,
    formats,
    identity,
    importing,
    iri,
    lineage,
    review,
    search,
    similarity,
    store,
)
from policygraph import registers as registry
from policygraph.errors import DataError, SourceError
from policygraph.mentions import units
from policygraph.mentions.agencies import find_agencies
from policygraph.mentions.assignments import find_assignments
from policygraph.mentions.citations import find_citations
from policygraph.mentions.metadata import concludes, read_metadata
from policygraph.mentions.targets import find_targets
from policygraph.mentions.tasks import find_tasks
from policygraph.model import AgencyMention, Reading, Source
from policygraph.rdf import documents, fulfilments, indicators, terms
from policygraph.rdf import registers as register_graphs
from policygraph.registers import Registers
from policygraph.resolve import CorpusFacts, notation, resolve, starts_with_type
from policygraph.structure import parse
from policygraph.text import read

Progress = Callable[[str, int, int], None]
"""Called with the name of what is done, how many are done, and how many there are."""

RELATIONS = (
    "pg:implements",
    "pg:issuedWith",
    "pg:fulfils",
    "pg:basedOn",
    "pg:disseminates",
    "pg:amends",
    "pg:replaces",
    "pg:approves",
    "pg:proposedBy",
    "pg:cites",
)
"""Relations between documents: a register may state them of a document that is in the corpus."""
MANIFEST = "manifest.toml"


@dataclass(frozen=True, slots=True)
class Problem:
    """A text that could not be taken in, and why; the others are built all the same."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Populated:
    """What a run over a directory of texts gave."""

    facts: CorpusFacts
    problems: tuple[Problem, ...]
    changed: tuple[Path, ...]
    """Turtle files whose bytes are, or would be, other than before; removed ones included."""


def texts_of(facts: CorpusFacts) -> dict[str, str]:
    """The characters of every text that the graph was read from, by the SHA-256 of its bytes."""
    sources = (document.reading.tree.source for document in facts.documents)
    return {source.sha256: source.text for source in sources}


def read_text(source: Source, registers: Registers) -> Reading:
    """Everything read from one text, before anything outside it is asked."""
    tree = parse(source)
    metadata = read_metadata(tree, registers)
    programmes = [
        name
        for row in registers.programmes
        for name in (row.name, *row.other_names)
        if starts_with_type(name)
    ]
    own = metadata.number.value if metadata.number else None
    citations = find_citations(tree, own, programmes)
    code = notation(metadata.type.value) if metadata.type else None
    tasks = find_tasks(tree, "KL" if concludes(metadata) else code)
    in_tasks = frozenset(task.part for task in tasks)
    targets, unread = find_targets(tree, in_tasks)
    rows = frozenset(t.part for t in targets if not t.is_baseline and tree.parts[t.part].cells)
    place = metadata.jurisdiction.value if metadata.jurisdiction else None
    owner = units.owner_of(metadata.issuer_agency, place, registers)
    day = dt.date.fromisoformat(metadata.date.value) if metadata.date else None
    unborn = registers.not_yet(day) if day else frozenset()

    def actors(
        text: str, start: int, end: int, code: str | None, known: Registers
    ) -> list[AgencyMention]:
        found = find_agencies(text, start, end, code, known)
        found = [m for m in found if m.local.partition(".")[2] not in unborn] if unborn else found
        return found if owner is None else list(map(owner, found))

    assignments, unassigned = find_assignments(tree, tasks, rows, place, registers, actors)
    return Reading(tree, metadata, citations, tasks, assignments, targets, (*unread, *unassigned))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Nothing that is read here is garbage before the end, and none of it is in cycles; looking
    for some took a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def turtle_of(sources: Sequence[Source], registers: Registers) -> dict[str, bytes]:
    """Texts to the Turtle of their graphs, by file name: the whole of reading, in memory."""
    with _collector_paused():
        return _turtle_of(sources, registers)


def _turtle_of(sources: Sequence[Source], registers: Registers) -> dict[str, bytes]:
    """The same; what was read is let go before the collector runs again."""
    facts = resolve([read_text(source, registers) for source in sources], registers)
    graphs = document_graphs(facts, registers)
    return {name: terms.turtle(graph) for name, graph in graphs.items()}


def populate(
    texts: Path,
    ttl: Path,
    registers_dir: Path,
    *,
    write: bool = True,
    progress: Progress | None = None,
) -> Populated:
    """Read every text of a directory and write (or, without ``write``, only compare) its Turtle."""
    with _collector_paused():
        return _populate(texts, ttl, registry.load(registers_dir), write=write, progress=progress)


def _populate(
    texts: Path, ttl: Path, registers: Registers, *, write: bool, progress: Progress | None
) -> Populated:
    readings, problems = [], []
    problems += _extract(texts) if write else []
    paths = source_paths(texts)
    sums = _manifest(texts)
    for done, path in enumerate(paths):
        name = path.relative_to(texts).as_posix()
        if progress:
            progress(name, done, len(paths))
        try:
            source = read(path, name)
            if sums.get(name, source.sha256) != source.sha256:
                raise SourceError(
                    f"{name}: the file's SHA-256 is not the one in {MANIFEST}; restore the file or "
                    "correct the manifest / tệp khác với bản kê"
                )
            readings.append(read_text(source, registers))
        except SourceError as error:
            problems.append(Problem(name, str(error)))
    if progress:
        progress("", len(paths), len(paths))
    facts = resolve(readings, registers)
    for kept, other in facts.duplicates:
        problems.append(
            Problem(other, f"{other}: the same document as {kept}, which was kept / trùng văn bản")
        )
    return Populated(facts, tuple(problems), tuple(_write(facts, registers, ttl, write=write)))


def _extract(texts: Path) -> list[Problem]:
    """Take the text out of the files of other forms, and keep it beside them."""
    problems = []
    for path in sorted(texts.rglob("*")) if texts.is_dir() else []:
        form = path.suffix.lower()
        if form not in formats.SUFFIXES or form == ".txt" or path.stem.upper() == "README":
            continue
        name = path.relative_to(texts).as_posix()
        try:
            notes = formats.extract(path, name).notes
        except SourceError as error:
            problems.append(Problem(name, str(error)))
            continue
        problems += [Problem(name, f"{name}: {note}") for note in notes]
    return problems


def source_paths(texts: Path) -> list[Path]:
    """The ``.txt`` files of a directory, sorted; DataError if it is no directory or has none."""
    if not texts.is_dir():
        raise DataError(texts, "no such directory of texts / không có thư mục văn bản này")
    paths = sorted(p for p in texts.rglob("*.txt") if p.is_file())
    if not paths:
        raise DataError(texts, "no .txt files here / không có tệp .txt nào")
    return paths


def _manifest(texts: Path) -> dict[str, str]:
    """SHA-256 by file name, from the manifest if the directory has one."""
    path = texts / MANIFEST
    if not path.exists():
        return {}
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("text", [])
        return {row["file"]: row["sha256"] for row in rows}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(path, f"cannot be used: {error!r}") from error


def _write(facts: CorpusFacts, registers: Registers, ttl: Path, *, write: bool) -> Iterable[Path]:
    graphs = document_graphs(facts, registers)
    graphs |= register_turtle(facts, registers)
    for name, graph in sorted(graphs.items()):
        path = ttl / name
        content = terms.turtle(graph)
        if path.exists() and path.read_bytes() == content:
            continue
        if write:
            terms.write_bytes(path, content)
        yield path
    for path in sorted(ttl.glob("*.ttl")) if ttl.is_dir() else []:
        if path.name not in graphs:
            if write:
                path.unlink()
            yield path


def document_graphs(facts: CorpusFacts, registers: Registers) -> dict[str, terms.Graph]:
    """The graph of each source document, by file name, with what its planned documents came to."""
    identified = identity.identify(facts, registers)
    graphs = {}
    for document in facts.documents:
        found = identified.get(document.key, identity.Identified())
        whole = replace(document, unresolved=(*document.unresolved, *found.unresolved))
        graph = documents.document_graph(whole, registers)
        fulfilments.add(graph, document, found)
        graphs[f"{document.key.local}.ttl"] = graph
    return graphs


def register_turtle(facts: CorpusFacts, registers: Registers) -> dict[str, terms.Graph]:
    """The graphs of the registers: places, agencies, indicators, documents known from outside."""
    own = {document.key for document in facts.documents}
    mentions: list[AgencyMention] = [
        assignment.agency
        for document in facts.documents
        for assignment in document.reading.assignments
    ]
    issuers = (document.reading.metadata.issuer_agency for document in facts.documents)
    mentions += [issuer for issuer in issuers if issuer is not None]
    mentions += [known.issuer for known in facts.cited if known.issuer is not None]
    codes = {
        document.reading.metadata.jurisdiction.value
        for document in facts.documents
        if document.reading.metadata.jurisdiction
    }
    codes |= {row.jurisdiction for row in registers.documents}
    register = register_graphs.documents_graph(registers)
    register.drop({iri.document(key) for key in own}, set(RELATIONS))
    documents.cited_graph(register, facts.cited, registers)
    targets = [target for document in facts.documents for target in document.reading.targets]
    return {
        "register-indicators.ttl": indicators.indicators_graph(targets),
        "register-places.ttl": register_graphs.places_graph(registers),
        "register-agencies.ttl": register_graphs.agencies_graph(registers, sorted(codes), mentions),
        "register-documents.ttl": register,
    }


def build_store(
    ttl: Path,
    ontology: Path,
    root: Path,
    progress: Progress | None = None,
    reviews: Path | None = None,
    texts: Mapping[str, str] | None = None,
    imports: Path | None = None,
) -> store.Build:
    """Load the Turtle and the ontology into a fresh store, with the decisions of a directory of
    reviews applied, what other offices sent taken along, and the texts (by SHA-256) beside it;
    derive the closures and the similar tasks; swap the store in."""
    applied = review.overlay(ttl, decisions.load(reviews) if reviews else ())
    files = dict(applied.files)
    if imports is not None:
        files |= importing.overlay(imports, ttl, applied.files)

    def derived(draft: store.Draft) -> store.Derived:
        found = derive(draft)
        return replace(found, notes=(*applied.warnings, *found.notes), finish=_beside)

    return store.build(ttl, ontology, root, derived, progress, files, texts)


def _beside(draft: store.Draft) -> None:
    search.build_index(draft, draft.path)
    cards.write(draft, draft.path)


def derive(draft: store.Draft) -> store.Derived:
    """All that a build derives: the closures, and what is alike in wording."""
    closures = lineage.derive(draft)
    return replace(closures, triples=chain(closures.triples, similarity.derive(draft)))
