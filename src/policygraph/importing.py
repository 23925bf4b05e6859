"""Another office's export, taken into a named graph of its own, and compared with what is here.

What is taken in never mixes with the graph's own statements: it can be asked for, and removed, as
a whole.  What it says otherwise is told, and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from policygraph import bundle, export, iri
from policygraph.engine import Engine, Term
from policygraph.errors import DataError
from policygraph.store import DERIVED, ONTOLOGY

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
    """Where an import was put, and how it compares."""

    path: Path
    graph: str
    comparison: Comparison


def take_in(file: Path, office: str, directory: Path, snapshot: Engine) -> Imported:
    """Write an export as ``import-<office>.ttl`` into a directory of Turtle files, so that the next
    build holds it as one graph.

    Raises DataError where the file is no export, CheckError where it is not whole.
    """
    opened = bundle.read(file)
    bundle.check(opened)
    quads = [quad for quad in opened.quads() if not _is_derived(quad)]
    name = f"import-{iri.slug(office)}"
    target = directory / f"{name}.ttl"
    compared = compare(quads, snapshot)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            export.write(quads, export.FORMATS["ttl"], out)
    except OSError as error:
        raise DataError(target, f"không ghi được / cannot be written: {error.strerror}") from error
    return Imported(target, iri.graph(name), compared)


def compare(quads: Iterable[ox.Quad], snapshot: Engine) -> Comparison:
    """Hold statements against those of a graph."""
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
            here[subject.value] = _said(snapshot, subject.value)
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


def _is_derived(quad: ox.Quad) -> bool:
    graph = quad.graph_name
    return isinstance(graph, ox.NamedNode) and graph.value in (DERIVED, ONTOLOGY)


def _said(snapshot: Engine, subject: str) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for said in snapshot.statements(subject, None, None):
        if said.graph != DERIVED:
            found.setdefault(said.predicate, []).append(said.value)
    return found


def _instead(known: Iterable[Term], value: Term) -> Iterator[Term]:
    """What stands where the value should; a label in another language stands elsewhere."""
    language = getattr(value, "language", None)
    return (other for other in known if getattr(other, "language", None) == language)
