"""Annotations by hand: JSON lines, the documents they speak of, and what they cover.

``documents.toml`` beside them is optional.  ``[documents]`` maps the annotation's name of a
document to the file name of its text.  ``[coverage.<name>]`` says, for a document that is
annotated in part, where each kind of fact is annotated in full: a list of places, each of them
a path ("PL1" covers "PL1/I/4" too), "document" (what stands under no path), "from:IV/2/2"
(assignments that this clause makes, wherever the task stands), or "*" (everywhere).  A kind
that is not listed is not annotated there.

Where the table does not name a document, its coverage is taken from the lines: a document with
metadata or tasks is annotated in full, in every kind that the directory has; but if all its
tasks and targets stand in appendices, then these appendices are covered, with the clauses that
its cross-references name and the chapters and appendices where its citations stand.  A document
that has neither metadata nor tasks is covered in the kinds of its lines only.
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from policygraph.errors import DataError
from policygraph.evaluate import facts
from policygraph.evaluate.facts import Fact, coded, figure, named
from policygraph.model import Span

Row = Mapping[str, object]

TABLE = "documents.toml"
FILES: Mapping[str, str] = {
    facts.TASKS: "tasks.jsonl",
    facts.METADATA: "meta.jsonl",
    facts.CITATIONS: "citations.jsonl",
    facts.ASSIGNMENTS: "assignments.jsonl",
    facts.TARGETS: "targets.jsonl",
    facts.BASELINES: "baselines.jsonl",
}
EVERYWHERE = "*"
NO_PATH = "document"
CLAUSE = "from:"
UNKNOWN_PATH = "?"
APPENDIX = "PL"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The places of one document where one kind of fact is annotated in full."""

    places: tuple[str, ...]

    def holds(self, fact: Fact) -> bool:
        return any(_holds(place, fact) for place in self.places)


@dataclass(frozen=True, slots=True)
class Gold:
    """All annotations of a directory.

    ``files`` maps names of documents to file names, as far as the table gives them; ``quotes``
    are the annotated words with their spans, by document; ``kinds`` the annotated kinds.
    """

    directory: Path
    documents: tuple[str, ...]
    kinds: tuple[str, ...]
    files: Mapping[str, str]
    facts: tuple[Fact, ...]
    quotes: Mapping[str, tuple[tuple[tuple[Span, ...], str], ...]]
    coverage: Mapping[tuple[str, str], Coverage]

    def of(self, document: str, kind: str) -> list[Fact]:
        return [f for f in self.facts if (f.document, f.kind) == (document, kind)]


def read_gold(directory: Path) -> Gold:
    """Read a directory; raises DataError with file and line where a line is wrong."""
    rows = {
        kind: list(_rows(directory / name))
        for kind, name in FILES.items()
        if (directory / name).is_file()
    }
    if not rows:
        raise DataError(directory, f"no annotations here; looked for {', '.join(FILES.values())}")
    files, table = _table(directory / TABLE)
    found: list[Fact] = []
    quotes: dict[str, list[tuple[tuple[Span, ...], str]]] = defaultdict(list)
    clauses: dict[str, set[str]] = defaultdict(set)
    for kind, listed in rows.items():
        for number, row in enumerate(listed, start=1):
            try:
                read = list(_FACTS[kind](row))
            except (KeyError, TypeError, ValueError) as error:
                place = directory / FILES[kind]
                raise DataError(place, f"not a line of {kind}: {error!r}", number) from error
            found += read
            clauses[str(row["doc"])].update(fact.clause for fact in read if fact.clause)
            if kind != facts.ASSIGNMENTS and row.get("text") and read:
                quotes[read[0].document].append((read[0].pieces, str(row["text"])))
    documents = sorted({str(row["doc"]) for listed in rows.values() for row in listed})
    coverage: dict[tuple[str, str], Coverage] = {}
    for document in documents:
        own = [fact for fact in found if fact.document == document]
        places = table.get(document) or _inferred(own, tuple(rows), clauses[document])
        coverage |= {(document, kind): Coverage(tuple(p)) for kind, p in places.items()}
    return Gold(
        directory,
        tuple(documents),
        tuple(kind for kind in facts.LINES if kind in rows),
        files,
        tuple(found),
        {document: tuple(listed) for document, listed in quotes.items()},
        coverage,
    )


def _rows(path: Path) -> Iterable[Row]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise DataError(path, f"not JSON: {error.msg}", number) from error
        if not isinstance(row, dict) or "doc" not in row:
            raise DataError(path, 'not an object with "doc"', number)
        yield row


def _table(path: Path) -> tuple[dict[str, str], dict[str, dict[str, list[str]]]]:
    """File names, and the places of coverage by document and kind."""
    if not path.is_file():
        return {}, {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(path, str(error)) from error
    files, coverage = data.get("documents", {}), data.get("coverage", {})
    for document, kinds in coverage.items():
        for kind, places in kinds.items():
            if kind not in FILES or not isinstance(places, list):
                raise DataError(path, f"coverage.{document}.{kind}: no list of a known kind")
    return files, coverage


def _inferred(own: list[Fact], kinds: tuple[str, ...], clauses: set[str]) -> dict[str, list[str]]:
    present = {fact.kind for fact in own}
    if not present & {facts.METADATA, facts.TASKS}:
        return {kind: [EVERYWHERE] for kind in present}
    work = {_top(f) for f in own if f.kind in (facts.TASKS, facts.TARGETS)}
    if not work or not all(place.startswith(APPENDIX) for place in work):
        return {kind: [EVERYWHERE] for kind in kinds}
    places = {kind: sorted(work) for kind in kinds}
    places[facts.METADATA] = [EVERYWHERE]
    places[facts.ASSIGNMENTS] = [*sorted(work), *sorted(CLAUSE + c for c in clauses)]
    places[facts.CITATIONS] = sorted({_top(f) for f in own if f.kind == facts.CITATIONS})
    return {kind: listed for kind, listed in places.items() if kind in kinds and listed}


def _top(fact: Fact) -> str:
    return fact.path.partition("/")[0] or NO_PATH


def _holds(place: str, fact: Fact) -> bool:
    if place == EVERYWHERE:
        return True
    if place == NO_PATH:
        return not fact.path
    if place.startswith(CLAUSE):
        return _within(fact.clause, place.removeprefix(CLAUSE))
    return _within(fact.path, place)


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith(place + "/")


def _pieces(row: Row) -> tuple[Span, ...]:
    more = row.get("more") or []
    if not isinstance(more, list):
        raise TypeError("more is no list")
    return (_span(row["start"], row["end"]), *(_span(start, end) for start, end in more))


def _span(start: object, end: object) -> Span:
    if not isinstance(start, int) or not isinstance(end, int):
        raise TypeError(f"no span: {start!r}..{end!r}")
    return Span(start, end)


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)


def _number(row: Row, name: str) -> Decimal | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{name} is no number")
    return Decimal(value)


def _task(row: Row) -> Iterable[Fact]:
    values = {"kind": coded(str(row["kind"]))}
    text = _text(row, "text") or ""
    yield Fact(facts.TASKS, str(row["doc"]), str(row["path"]), _pieces(row), values, text)


def _metadata(row: Row) -> Iterable[Fact]:
    """One fact for each field that the text fills."""
    recipients = row.get("recipients") or []
    if not isinstance(recipients, list):
        raise TypeError("recipients is no list")
    contents = {name: named(_text(row, name)) for name in facts.METADATA_FIELDS} | {
        "number": facts.numbered(_text(row, "number")),
        "recipients": facts.together(map(str, recipients)),
        "province": facts.place(_text(row, "province")),
    }
    for name, content in contents.items():
        if content.forms:
            yield Fact(facts.METADATA, str(row["doc"]), name, (), {"content": content})


def _citation(row: Row) -> Iterable[Fact]:
    number = _text(row, "number") or _text(row, "refers_to")
    relation = str(row["relation"])
    scope = str(row["scope"])
    yield Fact(
        facts.CITATIONS,
        str(row["doc"]),
        "" if scope == NO_PATH else scope,
        _pieces(row),
        {
            "document": facts.cited(number, _text(row, "name")),
            "relation": coded("selfReference" if relation == "self" else _camel(relation)),
        },
        _text(row, "text") or "",
    )


def _assignment(row: Row) -> Iterable[Fact]:
    """References to provisions that do not exist ("?") name no task and are no facts."""
    path = str(row["task_path"])
    if path != UNKNOWN_PATH:
        yield Fact(
            facts.ASSIGNMENTS,
            str(row["doc"]),
            path,
            (_span(row["ev_start"], row["ev_end"]),),
            {"agency": named(str(row["agency"])), "role": coded(str(row["role"]))},
            _text(row, "surface") or "",
            _text(row, "src") or "",
        )


def _target(row: Row) -> Iterable[Fact]:
    yield _measured(facts.TARGETS, "deadline", row)


def _baseline(row: Row) -> Iterable[Fact]:
    yield _measured(facts.BASELINES, "year", row)


def _measured(kind: str, year: str, row: Row) -> Fact:
    return Fact(
        kind,
        str(row["doc"]),
        str(row["path"]),
        _pieces(row),
        {
            "value": figure(_number(row, "value"), _number(row, "value2")),
            "comparator": coded(_text(row, "comparator")),
            "unit": coded(_text(row, "unit")),
            year: coded(_text(row, year)),
            "scope": named(_text(row, "scope")),
        },
        _text(row, "text") or str(row["indicator"]),
    )


def _camel(name: str) -> str:
    """Names of relations as the ontology writes them: "based_on" is "basedOn"."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


_FACTS: Mapping[str, Callable[[Row], Iterable[Fact]]] = {
    facts.TASKS: _task,
    facts.METADATA: _metadata,
    facts.CITATIONS: _citation,
    facts.ASSIGNMENTS: _assignment,
    facts.TARGETS: _target,
    facts.BASELINES: _baseline,
}
