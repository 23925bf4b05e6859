"""Full-text search that needs no diacritics: "chuyen doi so" finds "chuyển đổi số".

An SQLite FTS5 file stands inside the build it was made from, so the two are never out of step;
a store without one (a bare Oxigraph directory) is indexed in memory when it is opened.

Every thing with a name or a text is one entry.  Two indexes hold its words: ``exact`` as they are
written, in lower case, ``folded`` without diacritics and with d for đ.  What is found is what
``folded`` finds, so leaving marks out loses nothing; ``exact`` only puts first what is written as
it was asked.  A document number is known however it is cut: "52NQTW" and "52 nq-tw" are
52-NQ/TW, in the number of a document and in every text that names it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import sqlite3
import threading
import unicodedata
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from policygraph import beside, iri
from policygraph.engine import Engine
from policygraph.errors import QueryError, StoreError
from policygraph.store import Snapshot

FILE = "search.sqlite"
FORMAT = 1
"""Raise it when the tables change; a file of another format is not read."""
MAX_WORDS = 32
MAX_QUERY = 400
"""Longest question, in code points."""
MAX_PAGE = 200
SNIPPET = 160
"""Length of a snippet, in code points, before it is cut at words."""

_MOST_OF_NUMBER = 6
"""Words of the longest document number: 12-CTr/BCSĐ-ĐU-…"""
_LEAST_TYPO = 5
"""Shorter numbers are not corrected: too many are one letter apart."""
_WEIGHTS = "10.0, 5.0, 1.0"
"""What a word counts for in a number, a name and a text."""
_SHOWN = "iri, kind, label, label_en, number, document, names, text"
_WORD = re.compile(r"[^\W_]+")
_ASKED = re.compile(r'"([^"]*)"?|([^\W_]+)(\*?)')

_TABLES = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE entry (
  id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, document TEXT,
  number TEXT, label TEXT NOT NULL, label_en TEXT, names TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE number (key TEXT PRIMARY KEY, words TEXT NOT NULL, number TEXT NOT NULL);
CREATE VIRTUAL TABLE folded USING fts5(
  number, names, text, content='', tokenize="unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE exact USING fts5(
  number, names, text, content='', tokenize="unicode61 remove_diacritics 0"
);
"""
_TEXTS = """
SELECT ?thing ?property ?value WHERE {
  VALUES ?property {
    rdfs:label skos:prefLabel skos:altLabel skos:hiddenLabel skos:definition skos:notation
    dcterms:title pg:documentNumber pg:heading pg:text pg:inDocument
  }
  ?thing ?property ?value .
}
"""
_NAMES = ("prefLabel", "label", "title", "altLabel", "hiddenLabel", "notation")
_BODIES = ("heading", "text", "definition")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found.  ``marks`` are the spans of ``snippet``, in code points, that answer the
    question; ``exact`` tells that it has the words as they were typed, diacritics and all."""

    iri: str
    kind: str
    label: str
    label_en: str | None
    number: str | None
    document: str | None
    exact: bool
    score: float
    snippet: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Hits best first; ``next`` is the key of the page after this one; ``kinds`` counts all that
    was found; ``corrected`` is the number that was taken for the one asked, which nothing has."""

    hits: tuple[Hit, ...]
    total: int
    kinds: Mapping[str, int]
    next: str | None
    corrected: str | None


@dataclass(frozen=True, slots=True)
class _Group:
    """Words that must stand together; ``is_prefix`` for one that is only begun."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def fts(self) -> str:
        return '"' + " ".join(self.words) + '"' + ("*" if self.is_prefix else "")


@dataclass(slots=True)
class _Entry:
    """What is gathered of one thing: property's local name -> values, by language."""

    values: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def all(self, names: Sequence[str]) -> list[str]:
        found = [text for name in names for _, text in self.values.get(name, ())]
        return list(dict.fromkeys(found))

    def first(self, names: Sequence[str], language: str) -> str | None:
        for name in names:
            for spoken, text in self.values.get(name, ()):
                if spoken == language:
                    return text
        return None


def build_index(snapshot: Snapshot, directory: Path) -> Path:
    """Write the index of a graph into a directory (the build's own); gives the file."""
    path = directory / FILE
    with beside.writing(path, _TABLES) as connection:
        _fill(connection, snapshot)
    return path


class Index:
    """Questions to the index of one snapshot; may be asked from many threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        weakref.finalize(self, connection.close)

    @classmethod
    def open(cls, snapshot: Snapshot) -> Index:
        """The index that stands beside a store, or one made in memory where there is none."""
        connection = beside.reading(snapshot.path / FILE, FORMAT)
        return cls.of(snapshot) if connection is None else cls(connection)

    @classmethod
    def of(cls, engine: Engine) -> Index:
        """An index made in memory of what an engine has now."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.executescript(_TABLES)
        with connection:
            _fill(connection, engine)
        return cls(connection)

    def close(self) -> None:
        self._connection.close()

    def search(
        self,
        question: str,
        kinds: Sequence[str] = (),
        document: str | None = None,
        limit: int = 20,
        after: str | None = None,
    ) -> Page:
        """One page of hits.  Raises QueryError on a question without words, one that is too long,
        or a key that is no key of a page."""
        asked, groups, corrected = self._understand(question)
        where, values = _conditions(groups, kinds, document)
        position = _read_key(after) if after else None
        rows = self._rows(asked, groups, where, values, position, limit + 1, _SHOWN)
        of_any_kind, given = _conditions(groups, (), document)
        counts = self._all(
            "SELECT kind, COUNT(*) FROM folded JOIN entry ON entry.id = folded.rowid "
            f"WHERE {of_any_kind} GROUP BY kind ORDER BY kind",
            given,
        )
        by_kind = {str(kind): int(number) for kind, number in counts}
        total = sum(n for kind, n in by_kind.items() if not kinds or kind in kinds)
        page = rows[:limit]
        following = _write_key(page[-1][:3]) if len(rows) > limit else None
        wanted = _wanted(groups)
        hits = tuple(self._hit(row, wanted) for row in page)
        return Page(hits, total, by_kind, following, corrected)

    def matching(
        self, question: str, limit: int, kinds: Sequence[str] = ()
    ) -> list[tuple[str, float]]:
        """IRIs of the best things with their scores, for joining with the graph."""
        asked, groups, _ = self._understand(question)
        where, values = _conditions(groups, kinds, None)
        rows = self._rows(asked, groups, where, values, None, limit, "iri")
        return [(str(row[3]), -float(str(row[1]))) for row in rows]

    def _understand(self, question: str) -> tuple[str, list[_Group], str | None]:
        """The question as words; where nothing has its number, the nearest number instead."""
        if len(question) > MAX_QUERY:
            raise QueryError.told(
                f"q: dài quá {MAX_QUERY} ký tự", f"q: longer than {MAX_QUERY} characters"
            )
        asked = unicodedata.normalize("NFC", question).lower()
        groups = self._groups(asked)
        if not groups:
            raise QueryError.told("q: không có từ nào để tìm", "q: there is no word to look for")
        if len(groups) > MAX_WORDS:
            raise QueryError.told(f"q: nhiều hơn {MAX_WORDS} từ", f"q: more than {MAX_WORDS} words")
        if not self._has_any(groups):
            near = self._nearest(asked)
            if near is not None:
                words, number = near
                return number.lower(), [_Group(tuple(words.split()))], number
        return asked, groups, None

    def _groups(self, asked: str) -> list[_Group]:
        """Folded words, those of a known number together and as the number writes them."""
        groups: list[_Group] = []
        loose: list[str] = []
        for found in _ASKED.finditer(asked):
            quoted, word, star = found.groups()
            if word and not star:
                loose.append(iri.fold(word))
                continue
            groups += self._with_numbers(loose)
            loose = []
            words = tuple(_WORD.findall(iri.fold(quoted if quoted is not None else word)))
            if words:
                groups.append(_Group(words, bool(star)))
        return [*groups, *self._with_numbers(loose)]

    def _with_numbers(self, words: list[str]) -> Iterator[_Group]:
        start = 0
        while start < len(words):
            for width in range(min(_MOST_OF_NUMBER, len(words) - start), 0, -1):
                known = self._numbers.get("".join(words[start : start + width]))
                if known:
                    yield _Group(tuple(known[0].split()))
                    start += width
                    break
            else:
                yield _Group((words[start],))
                start += 1

    @cached_property
    def _numbers(self) -> Mapping[str, tuple[str, str]]:
        """Letters and digits of every number -> its words, and the number itself."""
        return {key: (words, n) for key, words, n in self._all("SELECT * FROM number", ())}

    def _nearest(self, asked: str) -> tuple[str, str] | None:
        """The only number one slip of the pen away; None where there are none or several."""
        key = "".join(_WORD.findall(iri.fold(asked)))
        if len(key) < _LEAST_TYPO or not any(map(str.isdigit, key)):
            return None
        near = [
            known
            for other, known in self._numbers.items()
            if Levenshtein.distance(key, other, score_cutoff=1) <= 1
        ]
        return near[0] if len(near) == 1 else None

    def _has_any(self, groups: Sequence[_Group]) -> bool:
        where, values = _conditions(groups, (), None)
        return bool(
            self._all(
                f"SELECT 1 FROM folded JOIN entry ON entry.id = folded.rowid WHERE {where} LIMIT 1",
                values,
            )
        )

    def _rows(
        self,
        asked: str,
        groups: Sequence[_Group],
        where: str,
        values: Sequence[object],
        after: tuple[int, float, int] | None,
        limit: int,
        columns: str,
    ) -> Sequence[tuple[object, ...]]:
        """(tier, bm25, id, columns …), best first: a number that was asked for, then words as they
        were typed, together before apart, then the same without diacritics."""
        typed = _WORD.findall(asked)
        together = '"' + " ".join(typed) + '"'
        apart = " ".join(
            f'"{word[0]}"' + "*" * asked.startswith("*", word.end())
            for word in _WORD.finditer(asked)
        )
        plain = '"' + " ".join(word for group in groups for word in group.words) + '"'
        tier = (
            "CASE WHEN folded.rowid IN (SELECT rowid FROM folded WHERE folded MATCH ?) THEN 0 "
            "WHEN folded.rowid IN (SELECT rowid FROM exact WHERE exact MATCH ?) THEN 1 "
            "WHEN folded.rowid IN (SELECT rowid FROM exact WHERE exact MATCH ?) THEN 2 "
            "WHEN folded.rowid IN (SELECT rowid FROM folded WHERE folded MATCH ?) THEN 3 "
            "ELSE 4 END"
        )
        text = (
            f"SELECT {tier} AS tier, bm25(folded, {_WEIGHTS}) AS score, folded.rowid AS id "
            f"FROM folded WHERE {where}"
        )
        given: list[object] = [f"number : {plain}", together, apart, plain, *values]
        if after is not None:
            text = f"SELECT * FROM ({text}) WHERE (tier, score, id) > (?, ?, ?)"
            given += after
        ranked = f"{text} ORDER BY tier, score, id LIMIT ?"
        return self._all(
            f"SELECT ranked.*, {columns} FROM ({ranked}) AS ranked "
            "JOIN entry ON entry.id = ranked.id ORDER BY tier, score, ranked.id",
            [*given, limit],
        )

    def _hit(self, row: tuple[object, ...], wanted: re.Pattern[str]) -> Hit:
        tier, score, _, address, kind, label, label_en, number, document, names, text = row
        bodies = (str(names), str(text)) if number else (str(text), str(names))
        snippet, marks = next(
            (found for body in bodies if (found := _snippet(body, wanted))[1]), (str(label), ())
        )
        return Hit(
            str(address),
            str(kind),
            str(label),
            _optional(label_en),
            _optional(number),
            _optional(document),
            int(str(tier)) < 3,
            round(-float(str(score)), 4),
            snippet,
            marks,
        )

    def _all(self, text: str, values: Iterable[object]) -> list[tuple[str, ...]]:
        try:
            with self._lock:
                return self._connection.execute(text, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"chỉ mục hỏng / the search index failed: {error}") from error


@lru_cache(maxsize=2)
def index_of(snapshot: Snapshot) -> Index:
    """The index of a snapshot, opened when it is first asked for: a process that serves one build
    asks it again and again."""
    return Index.open(snapshot)


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _conditions(
    groups: Sequence[_Group], kinds: Sequence[str], document: str | None
) -> tuple[str, list[object]]:
    where = ["folded MATCH ?"]
    values: list[object] = [" ".join(group.fts() for group in groups)]
    if kinds:
        where.append(
            f"folded.rowid IN (SELECT id FROM entry WHERE kind IN ({', '.join('?' * len(kinds))}))"
        )
        values += kinds
    if document is not None:
        where.append("folded.rowid IN (SELECT id FROM entry WHERE document = ?)")
        values.append(document)
    return " AND ".join(where), values


def _write_key(position: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(position)).encode()).decode().rstrip("=")


def _read_key(key: str) -> tuple[int, float, int]:
    try:
        raw = base64.urlsafe_b64decode(key.encode("ascii") + b"=" * (-len(key) % 4))
        tier, score, number = json.loads(raw)
        place = (int(tier), float(score), int(number))
        if not all(abs(part) < 2**53 for part in place):
            raise ValueError("out of range")
    except (ValueError, TypeError, UnicodeError, RecursionError, binascii.Error) as error:
        given = key[:40]
        raise QueryError.told(
            f"“{given}” không phải là khóa của trang nào", f"“{given}” is not a key of a page"
        ) from error
    return place


def _fill(connection: sqlite3.Connection, snapshot: Engine) -> None:
    for number, (address, entry) in enumerate(sorted(_gather(snapshot).items()), 1):
        _insert(connection, number, address, entry)
    for table in ("folded", "exact"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")


def _gather(snapshot: Engine) -> dict[str, _Entry]:
    """Everything that has a name or a text, by IRI."""
    entries: dict[str, _Entry] = {}
    for row in snapshot.select(_TEXTS):
        thing, prop, value = row["thing"], row["property"], row["value"]
        if thing is None or prop is None or value is None:
            continue
        name = re.split(r"[/#]", prop.value)[-1]
        entry = entries.setdefault(thing.value, _Entry())
        language = getattr(value, "language", None) or ""
        entry.values.setdefault(name, []).append((language, value.value))
    for entry in entries.values():
        for values in entry.values.values():
            values.sort(key=lambda pair: (pair[0] != "vi", pair))
    return {
        address: entry
        for address, entry in entries.items()
        if entry.values.keys() & {*_NAMES, *_BODIES, "documentNumber"}
    }


def _insert(connection: sqlite3.Connection, row: int, address: str, entry: _Entry) -> None:
    number = next(iter(entry.all(["documentNumber"])), None)
    names = "\n".join(entry.all(_NAMES))
    text = "\n".join(entry.all(_BODIES))
    label = entry.first(_NAMES, "vi") or next(iter(entry.all(_NAMES)), None) or number
    document = next(iter(entry.all(["inDocument"])), None)
    kind = kind_of(address)
    if kind == iri.Kind.DOCUMENT.value:
        document = address
    connection.execute(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row,
            address,
            kind,
            document,
            number,
            label or text[:80] or address,
            entry.first(_NAMES, "en"),
            names,
            text,
        ),
    )
    columns = [unicodedata.normalize("NFC", part).lower() for part in (number or "", names, text)]
    connection.execute(
        "INSERT INTO exact(rowid, number, names, text) VALUES (?, ?, ?, ?)", (row, *columns)
    )
    folded = [iri.fold(part) for part in columns]
    connection.execute(
        "INSERT INTO folded(rowid, number, names, text) VALUES (?, ?, ?, ?)", (row, *folded)
    )
    words = _WORD.findall(folded[0])
    key = "".join(words)
    if number and not key.isdigit():
        connection.execute(
            "INSERT OR IGNORE INTO number VALUES (?, ?, ?)", (key, " ".join(words), number)
        )


def kind_of(address: str) -> str:
    """Kind of a thing by its IRI (doc, task …); concept, term for the vocabularies; else other."""
    name = iri.parse(address)
    if name:
        return name.kind.value
    if address.startswith(iri.VOCAB):
        return "concept"
    return "term" if address.startswith(iri.ONTOLOGY) else "other"


def _snippet(text: str, wanted: re.Pattern[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The stretch of a text around the first words that stand together as asked, with the spans
    of what answers; no spans where nothing does."""
    folded = iri.fold(text)
    if len(folded) != len(text):
        folded = "".join(iri.fold(char)[:1] or " " for char in text)
    spans = [(match.start(), match.end()) for match in wanted.finditer(folded)]
    if not spans:
        return "", ()
    best = max(spans, key=lambda span: (span[1] - span[0], -span[0]))
    start = max(0, best[0] - SNIPPET // 3)
    end = min(len(text), max(start + SNIPPET, best[1]))
    while 0 < start < best[0] and not text[start - 1].isspace():
        start += 1
    while best[1] < end < len(text) and not text[end].isspace():
        end -= 1
    head, tail = "… " if start else "", " …" if end < len(text) else ""
    shift = len(head) - start
    marks = tuple(
        (word.start() + shift, word.end() + shift)
        for a, b in spans
        if a >= start and b <= end
        for word in _WORD.finditer(folded, a, b)
    )
    return head + text[start:end].replace("\n", " ") + tail, marks


def _wanted(groups: Sequence[_Group]) -> re.Pattern[str]:
    """What answers, in folded text: all words together, else each of the groups."""
    words = [word for group in groups for word in group.words]
    whole = _Group(tuple(words), groups[-1].is_prefix)
    texts = (
        r"[\W_]+".join(map(re.escape, group.words))
        + (r"[^\W_]*" if group.is_prefix else r"(?![^\W_])")
        for group in (whole, *sorted(groups, key=lambda group: -len(group.words)))
    )
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(dict.fromkeys(texts))})")
