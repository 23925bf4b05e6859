"""Walking through the least certain assertions, one by one, with their quotes in context.

Every answer is on disk before the next question is asked: stopping at any moment, by Ctrl-C or
by a power cut, loses nothing, and the next walk goes on where this one stopped.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from policygraph import iri
from policygraph.decisions import (
    COLUMNS,
    REVIEWABLE,
    Decision,
    Review,
    correctable,
    short,
    value_of,
)
from policygraph.errors import UnknownThing
from policygraph.iri import Kind
from policygraph.rdf import files
from policygraph.rdf.said import Said
from policygraph.rdf.terms import expand
from policygraph.review import KEY_VALUES, Quote, fingerprint, quotes

CONTEXT_WORDS = 40
"""How many words of the text are shown before and after a quote."""


@dataclass(frozen=True, slots=True)
class Item:
    """An assertion to be looked at; ``values`` are (property, value) as people read them."""

    assertion: str
    kind: Kind
    confidence: float
    rule: str
    values: tuple[tuple[str, str], ...]
    quotes: tuple[Quote, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person decides; None for ``decision`` passes on to the next without a decision."""

    decision: Decision | None
    field: str = ""
    value: str = ""
    reason: str = ""


Ask = Callable[[Item, int, int], Answer | None]
"""Called with an assertion, its number in the walk and how many there are; None ends the walk."""


def items(ttl_dir: Path) -> list[Item]:
    """Every assertion with evidence in the text, the least certain first."""
    paths = sorted(ttl_dir.glob("*.ttl"))
    graphs = [Said(files.read(path)) for path in paths]
    labels = _labels(graphs)
    found = [
        _item(said, subject, kind, labels)
        for said in graphs
        for subject in said.subjects()
        if (kind := _reviewable(said, subject)) is not None
    ]
    return sorted(found, key=lambda item: (item.confidence, item.assertion))


def _reviewable(said: Said, subject: str) -> Kind | None:
    name = iri.parse(subject)
    if name is None or name.kind not in REVIEWABLE or not said.values(subject, expand("pg:rule")):
        return None
    return name.kind


def _labels(graphs: Iterable[Said]) -> dict[str, str]:
    """Vietnamese label by IRI, over all graphs."""
    found: dict[str, str] = {}
    for said in graphs:
        for subject in said.subjects():
            for predicate in ("skos:prefLabel", "rdfs:label"):
                for label in said.objects(subject, expand(predicate)):
                    if isinstance(label, files.Literal) and label.language == "vi":
                        found.setdefault(subject, label.value)
    return found


def _item(said: Said, subject: str, kind: Kind, labels: dict[str, str]) -> Item:
    values = []
    for predicate in (*KEY_VALUES, *map(expand, ("dcterms:source", "pg:note"))):
        for value in said.values(subject, predicate):
            label = labels.get(value)
            shown = f"{short(value)} ({label})" if label else short(value)
            values.append((short(predicate), shown))
    return Item(
        subject,
        kind,
        float(said.value(subject, expand("pg:confidence")) or 0),
        said.value(subject, expand("pg:rule")) or "",
        tuple(values),
        tuple(quotes(said, subject)),
        fingerprint(said, subject),
    )


def pending(found: Sequence[Item], reviews: Sequence[Review]) -> list[Item]:
    """The assertions that nobody has decided about as they are now, in the same order."""
    decided = {(review.assertion, review.fingerprint) for review in reviews}
    return [item for item in found if (item.assertion, item.fingerprint) not in decided]


def walk(found: Sequence[Item], review_dir: Path, name: str, today: dt.date, ask: Ask) -> int:
    """Ask about each assertion and write each decision at once; returns how many were made."""
    made = 0
    for number, item in enumerate(found, 1):
        answer = ask(item, number, len(found))
        if answer is None:
            break
        if answer.decision is not None:
            record(review_dir, item, answer, name, today)
            made += 1
    return made


def row(item: Item, answer: Answer, name: str, today: dt.date) -> tuple[str, ...]:
    """A decision as the cells of ``decisions.COLUMNS``; raises ValueError where it may not stand
    in a file: without a name, without a reason or with a value that does not fit."""
    if answer.decision is None:
        raise ValueError("there is no decision to record")
    cells = (answer.field, answer.value, name, answer.reason)
    field, value, who, reason = (" ".join(cell.split()) for cell in cells)
    if not who:
        raise ValueError("a decision needs a name")
    if answer.decision is not Decision.ACCEPT and not reason:
        raise ValueError(f"to {answer.decision} needs a reason")
    if answer.decision is Decision.CORRECT:
        if field not in fields(item):
            raise ValueError(f"{field!r} is nothing that can be corrected here")
        value_of(item.kind, field, value)
    elif field or value:
        raise ValueError(f"to {answer.decision} names no field and no value")
    decided = (short(item.assertion), answer.decision.value, field, value)
    return (*decided, who, today.isoformat(), reason, item.fingerprint)


def written(cells: Sequence[str]) -> str:
    """One line of a file of decisions, with its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def record(review_dir: Path, item: Item, answer: Answer, name: str, today: dt.date) -> Path:
    """Add one decision to the file of its reviewer, and see it safely on the disk."""
    line = written(row(item, answer, name, today))
    path = review_dir / f"{iri.slug(name)}.csv"
    review_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size == 0:
        line = written(COLUMNS) + line
    elif not path.read_bytes().endswith(b"\n"):
        line = "\n" + line
    with path.open("a", encoding="utf-8", newline="") as handle:
        handle.write(line)
        handle.flush()
        os.fsync(handle.fileno())
    return path


def around(text: str, quote: Quote, words: int = CONTEXT_WORDS) -> tuple[str, str, str]:
    """The words of a text before a quote, the quote, and the words after it, each in one line.

    Raises UnknownThing where the quote does not stand at its place.
    """
    if quote.start < 0 or text[quote.start : quote.end] != quote.quote:
        raise UnknownThing(
            f"{quote.file}:{quote.start}-{quote.end}: câu chữ không còn ở chỗ này / "
            "the quote does not stand here any more; build again"
        )
    before, after = text[: quote.start].split(), text[quote.end :].split()
    return " ".join(before[-words:]), " ".join(quote.quote.split()), " ".join(after[:words])


def fields(item: Item) -> list[str]:
    """What of an assertion can be corrected; a metadata statement speaks of one field only."""
    known = list(correctable(item.kind))
    if item.kind is not Kind.METADATA:
        return known
    own = {value for predicate, value in item.values if predicate == "pg:field"}
    return [field for field in known if field in own]
