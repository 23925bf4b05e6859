"""What lists show of a task, kept ready: the card of each task of a build.

The words, the place and the quote of a task stand in a dozen places of the graph, and to look them
up is nearly all the time that a list of thousands takes (``docs/benchmarks.md``).  A build keeps
them beside its store, in the order of lists: by document, and by place in it.

A query that says which of its lines find tasks (``# found``, see ``queries``) is answered by these
lines and the cards.  Over an engine that has none it is run as it stands, with the same answer.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyoxigraph as ox

from policygraph import beside
from policygraph.engine import Engine, Found, Term
from policygraph.queries import Bound
from policygraph.store import Snapshot

FILE = "cards.sqlite"
FORMAT = 1
"""Raise it when the tables change; a file of another format is not read."""
_DOCUMENTS = 500
"""Documents whose tasks are looked up at once."""
_CARDS = 1000
"""Cards that are read at once."""

# Whatever is shown stands there as N-Triples writes it.
_TABLES = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE document (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, vi TEXT, en TEXT);
CREATE TABLE card (
  place INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES document, task TEXT NOT NULL,
  vi TEXT, en TEXT, text TEXT, path TEXT, start TEXT, until TEXT, file TEXT, quote TEXT
);
CREATE INDEX card_of_task ON card (task);
"""
_COLUMNS = {
    "task": "card.task",
    "label": "COALESCE(card.{lang}, card.vi)",
    "text": "card.text",
    "inDocument": "document.iri",
    "inDocumentLabel": "COALESCE(document.{lang}, document.vi)",
    "path": "card.path",
    "start": "card.start",
    "end": "card.until",
    "file": "card.file",
    "quote": "card.quote",
}
"""Column of an answer -> where a card has it."""

_DOCUMENTS_OF_TASKS = """
SELECT ?document (MIN(?labelVi) AS ?vi) (MIN(?labelEn) AS ?en) WHERE {
  { SELECT DISTINCT ?document WHERE { ?task a pg:Task ; pg:inDocument ?document } }
  OPTIONAL { ?document rdfs:label ?labelVi . FILTER(LANG(?labelVi) = "vi") }
  OPTIONAL { ?document rdfs:label ?labelEn . FILTER(LANG(?labelEn) = "en") }
} GROUP BY ?document ORDER BY STR(?document)
"""
_TASKS = """
SELECT ?document ?task ?vi ?en ?text ?path ?begins ?until ?file ?quote WHERE {
  VALUES ?document { %s }
  ?task pg:inDocument ?document ; a pg:Task .
  OPTIONAL { ?task rdfs:label ?vi . FILTER(LANG(?vi) = "vi") }
  OPTIONAL { ?task rdfs:label ?en . FILTER(LANG(?en) = "en") }
  OPTIONAL { ?task pg:text ?text }
  OPTIONAL { ?task pg:stipulatedIn/pg:path ?path }
  OPTIONAL { ?task pg:evidence ?evidence . ?evidence pg:start ?begins }
  OPTIONAL { ?task pg:evidence ?evidence . ?evidence pg:end ?until }
  OPTIONAL { ?task pg:evidence ?evidence . ?evidence pg:sourceFile ?file }
  OPTIONAL { ?task pg:evidence ?evidence . ?evidence pg:quote ?quote }
}
"""

T = TypeVar("T")
Shown = tuple[Term | None, ...]
"""Document, task, label in Vietnamese and in English, text and path."""
Piece = tuple[int, int, str, str]
"""Of an item that a page break cut: start, end, file and quote."""


class Wanted(NamedTuple):
    """A list of tasks: SPARQL that finds them, the task in its first column, and the columns of
    the answer, those that are on no card last.  ``limit`` is the length of a page."""

    found: str
    columns: tuple[str, ...]
    lang: str
    limit: int | None = None
    offset: int = 0


def wanted(bound: Bound, limit: int | None = None, offset: int = 0) -> Wanted | None:
    """A list as it is asked of the cards; None where the query is no such list."""
    finding = bound.finding
    if finding is None:
        return None
    return Wanted(finding, bound.query.columns, bound.terms["lang"].value, limit, offset)


def write(engine: Engine, directory: Path) -> Path:
    """Write the cards of a graph into a directory (the build's own); gives the file."""
    path = directory / FILE
    with beside.writing(path, _TABLES) as connection:
        documents = list(engine.select(_DOCUMENTS_OF_TASKS))
        numbers = {row["document"]: number for number, row in enumerate(documents)}
        connection.executemany(
            "INSERT INTO document VALUES (?, ?, ?, ?)",
            ((numbers[row["document"]], *map(_written, row.values())) for row in documents),
        )
        for some in _batches(list(numbers), _DOCUMENTS):
            connection.executemany(
                "INSERT INTO card VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (numbers[shown[0]], *map(_written, shown[1:]), *_place(piece))
                    for shown, piece in _in_order(engine, " ".join(map(str, some)))
                ),
            )
    return path


def answer(snapshot: Snapshot, wanted: Wanted) -> Found | None:
    """The rows that the query as a whole would give; None where the build has no cards.  Raises
    QueryError as the engine does, StoreError where the cards are broken."""
    cards = _cards_of(snapshot)
    try:
        return None if cards is None else cards.answer(snapshot, wanted)
    except sqlite3.DatabaseError as error:
        raise beside.broken(snapshot.path / FILE, error) from error


class Cards:
    """The cards of one build."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        weakref.finalize(self, connection.close)

    def answer(self, snapshot: Snapshot, wanted: Wanted) -> Found:
        found: dict[str, list[str]] = {}
        for row in snapshot.select(wanted.found):
            task, *others = row.values()
            behind = "".join(f"\t{_written(other) or ''}" for other in others)
            found.setdefault(str(task), []).append(behind)
        places = [
            (place, others)
            for place, task in self._connection.execute(
                "SELECT place, task FROM json_each(?) CROSS JOIN card ON task = value "
                "ORDER BY place",
                (json.dumps(list(found)),),
            )
            for others in found[task]
        ]
        end = None if wanted.limit is None else wanted.offset + wanted.limit
        rows = b"".join(self._rows(wanted, places[wanted.offset : end]))
        return ox.parse_query_results(rows, format=ox.QueryResultsFormat.TSV)

    def _rows(self, wanted: Wanted, places: Sequence[tuple[int, str]]) -> Iterator[bytes]:
        """The answer in TSV, in pieces."""
        yield ("\t".join(f"?{name}" for name in wanted.columns) + "\n").encode()
        columns = (_COLUMNS[name] for name in wanted.columns if name in _COLUMNS)
        shown = " || char(9) || ".join(
            f"COALESCE({column.format(lang=wanted.lang)}, '')" for column in columns
        )
        text = (
            f"SELECT place, {shown} FROM json_each(?) CROSS JOIN card ON place = value "
            "JOIN document ON document.id = card.document"
        )
        for some in _batches(places, _CARDS):
            asked = json.dumps([place for place, _ in some])
            cards = dict(self._connection.execute(text, (asked,)))
            yield "".join(f"{cards[place]}{others}\n" for place, others in some).encode()


@lru_cache(maxsize=2)
def _cards_of(snapshot: Snapshot) -> Cards | None:
    """Opened when first asked for: a process that serves one build asks again and again."""
    connection = beside.reading(snapshot.path / FILE, FORMAT)
    return None if connection is None else Cards(connection)


def _in_order(engine: Engine, documents: str) -> list[tuple[Shown, Piece | None]]:
    """What is shown of the tasks of some documents, each with its first piece."""
    pieces: dict[Shown, Piece | None] = {}
    for row in engine.select(_TASKS % documents):
        *shown, begins, until, file, quote = row.values()
        known = pieces.setdefault(tuple(shown), None)
        if begins and until and file and quote:
            piece = int(begins.value), int(until.value), file.value, quote.value
            pieces[tuple(shown)] = piece if known is None else min(known, piece)
    return sorted(pieces.items(), key=_order)


def _order(card: tuple[Shown, Piece | None]) -> tuple[str, int, str]:
    (document, task, *_), piece = card
    return document.value if document else "", piece[0] if piece else -1, str(task)


def _place(piece: Piece | None) -> tuple[str | None, ...]:
    """Start, end, file and quote as terms."""
    return (None,) * 4 if piece is None else tuple(str(ox.Literal(value)) for value in piece)


def _written(term: Term | None) -> str | None:
    return None if term is None else str(term)


def _batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
