"""Another office's export, taken into a named graph of its own, and compared with what is here.

What is taken in is kept whole as ``import-<office>.ttl`` in a directory of imports, never among the
graph's own files, so that it can be removed as a whole.  A build loads of it what the graph does
not say itself: a statement in two graphs would count twice.  What it says otherwise is told, and
nothing is overwritten.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from policygraph import bundle, export, iri, things
from policygraph.engine import Engine, Term
from policygraph.errors import DataError
from policygraph.store import DERIVED, ONTOLOGY
from policygraph.verify import verify

_PREFIX = "import-"
_PUBLISHER = ox.NamedNode(iri.PREFIXES["dcterms"] + "publisher")
MOST_TOLD = 20
"""Conflicts that are told to people; programs get them all."""
_SINGLE = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?path WHERE { ?shape sh:path ?path ; sh:maxCount 1 FILTER(isIRI(?path)) }
"""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A property that takes one value has another there than here."""

    subject: str
    predicate: str
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Statements that only the import has, that both have, that contradict; and its things that
    are not here at all."""

    new: int
    same: int
    conflicts: tuple[Conflict, ...]
    new_things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """Where an import was put, how it compares, and whether it took the place of an older one."""

    path: Path
    graph: str
    office: str
    is_signed: bool
    replaced: bool
    comparison: Comparison

    def lines(self) -> Iterator[str]:
        """What happened, for people."""
        found = self.comparison
        yield f"{self.office} → {self.path}"
        if self.replaced:
            yield "thay cho bản nhận trước / in place of what was taken in before"
        signed = "có chữ ký / signed" if self.is_signed else "không có chữ ký / not signed"
        yield f"toàn vẹn, đúng khuôn / whole, in shape; {signed}"
        yield f"mới / new: {found.new:,} ({len(found.new_things):,} đối tượng / things)"
        yield f"giống / the same: {found.same:,}"
        yield f"mâu thuẫn / in conflict: {len(found.conflicts):,}"
        for c in found.conflicts[:MOST_TOLD]:
            told = f"{things.curie(c.subject)} {things.curie(c.predicate)}"
            yield f"  {told}: ở đây / here “{c.here}”, bên kia / there “{c.there}”"
        if len(found.conflicts) > MOST_TOLD:
            yield f"  … còn / and {len(found.conflicts) - MOST_TOLD:,} (--json)"
        yield "Lần dựng sau sẽ có phần này / the next `policygraph build` takes it along."

    def as_json(self) -> object:
        return {**asdict(self), "path": str(self.path)}


@dataclass(frozen=True, slots=True)
class Kept:
    """One import that is here."""

    path: Path
    office: str
    triples: int


def take_in(
    file: Path,
    office: str,
    directory: Path,
    snapshot: Engine,
    ontology: Path,
    trusted: Ed25519PublicKey | None = None,
) -> Imported:
    """Check an export and write it into the directory of imports as one graph, in place of what
    the office sent before; compared with a build.

    Raises DataError where the file is no export, CheckError where it is not whole, not signed by
    the trusted key, or not in shape; then nothing is written.
    """
    opened = bundle.read(file)
    checked = verify(opened, ontology, trusted)
    name = _PREFIX + iri.slug(office)
    quads = [quad for quad in opened.quads() if not _is_derived(quad)]
    about = ox.Quad(ox.NamedNode(iri.graph(name)), _PUBLISHER, ox.Literal(office, language="vi"))
    target = directory / f"{name}.ttl"
    replaced = target.exists()
    compared = compare(quads, snapshot, except_graph=iri.graph(name))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.write_bytes(_turtle([about, *quads]))
        part.replace(target)
    except OSError as error:
        raise DataError(target, f"không ghi được / cannot be written: {error.strerror}") from error
    return Imported(target, iri.graph(name), office, checked.is_signed, replaced, compared)


def kept(directory: Path) -> list[Kept]:
    """The imports of a directory; none where there is no such directory."""
    found = []
    for path in sorted(directory.glob(f"{_PREFIX}*.ttl")):
        said = _read(path)
        graph = ox.NamedNode(iri.graph(path.stem))
        names = [t.object for t in said if (t.subject, t.predicate) == (graph, _PUBLISHER)]
        office = names[0].value if names and isinstance(names[0], ox.Literal) else path.stem
        found.append(Kept(path, office, len(said)))
    return found


def remove(office: str, directory: Path) -> Path:
    """Take an office's import out; raises DataError where there is none."""
    path = directory / f"{_PREFIX}{iri.slug(office)}.ttl"
    if not path.is_file():
        offices = ", ".join(f"“{one.office}”" for one in kept(directory)) or "–"
        raise DataError(path, f"không có bản nhận này / no such import; có / there are: {offices}")
    path.unlink()
    return path


def overlay(directory: Path, own: Path, changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Turtle of the imports by file name, without what the graph says itself: the files of ``own``,
    of which ``changed`` has some in other words."""
    paths = sorted(directory.glob(f"{_PREFIX}*.ttl"))
    if not paths:
        return {}
    # A store knows "0.90" and "0.9" for one number, as the build will.
    said = ox.Store()
    for name in {path.name for path in own.glob("*.ttl")} | changed.keys():
        said.bulk_extend(_read(own / name, changed.get(name)))
    found = {}
    for path in paths:
        fresh = [quad for quad in _read(path) if quad not in said]
        said.bulk_extend(fresh)
        found[path.name] = _turtle(fresh)
    return found


def compare(
    quads: Iterable[ox.Quad], snapshot: Engine, except_graph: str | None = None
) -> Comparison:
    """Hold statements against those of a build, but for one of its graphs."""
    single = {term.value for row in snapshot.select(_SINGLE) if (term := row["path"]) is not None}
    here: dict[str, dict[str, list[Term]]] = {}
    new, same = 0, 0
    conflicts: list[Conflict] = []
    for quad in sorted(export.merged(quads), key=str):
        subject, value = quad.subject, quad.object
        if not isinstance(subject, ox.NamedNode) or not isinstance(value, Term):
            continue
        predicate = quad.predicate.value
        if subject.value not in here:
            here[subject.value] = _said(snapshot, subject.value, (DERIVED, except_graph))
        known = here[subject.value].get(predicate, [])
        if value in known:
            same += 1
            continue
        new += 1
        if predicate in single:
            conflicts += (
                Conflict(subject.value, predicate, other.value, value.value)
                for other in _instead(known, value)
            )
    things = tuple(sorted(address for address, said in here.items() if not said))
    return Comparison(new, same, tuple(conflicts), things)


def _read(path: Path, content: bytes | None = None) -> list[ox.Quad]:
    """Raises DataError on broken Turtle."""
    try:
        text = path.read_bytes() if content is None else content
        return list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    except (OSError, SyntaxError) as error:
        raise DataError(path, f"không đọc được / cannot be read: {error}") from error


def _turtle(quads: Iterable[ox.Quad]) -> bytes:
    out = io.BytesIO()
    export.write(quads, export.FORMATS["ttl"], out)
    return out.getvalue()


def _is_derived(quad: ox.Quad) -> bool:
    graph = quad.graph_name
    return isinstance(graph, ox.NamedNode) and graph.value in (DERIVED, ONTOLOGY)


def _said(snapshot: Engine, subject: str, without: tuple[str | None, ...]) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for said in snapshot.statements(subject, None, None):
        if said.graph not in without:
            found.setdefault(said.predicate, []).append(said.value)
    return found


def _instead(known: Iterable[Term], value: Term) -> Iterator[Term]:
    """What stands where the value should; a label in another language stands elsewhere."""
    language = getattr(value, "language", None)
    return (other for other in known if getattr(other, "language", None) == language)
