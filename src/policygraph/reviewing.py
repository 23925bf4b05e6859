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

from rich.console import Console
from rich.panel import Panel
from rich.prompt import Prompt
from rich.text import Text

from policygraph import iri
from policygraph import text as texts
from policygraph.decisions import (
    COLUMNS,
    REVIEWABLE,
    Decision,
    Review,
    correctable,
    short,
    value_of,
)
from policygraph.errors import PolicyGraphError, UnknownThing
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


def record(review_dir: Path, item: Item, answer: Answer, name: str, today: dt.date) -> Path:
    """Add one decision to the file of its reviewer, and see it safely on the disk."""
    if answer.decision is None:
        raise ValueError("there is no decision to record")
    path = review_dir / f"{iri.slug(name)}.csv"
    review_dir.mkdir(parents=True, exist_ok=True)
    row = (
        short(item.assertion),
        answer.decision.value,
        answer.field,
        answer.value,
        name,
        today.isoformat(),
        " ".join(answer.reason.split()),
        item.fingerprint,
    )
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    if not path.exists() or path.stat().st_size == 0:
        writer.writerow(COLUMNS)
    elif not path.read_bytes().endswith(b"\n"):
        line.write("\n")
    writer.writerow(row)
    with path.open("a", encoding="utf-8", newline="") as handle:
        handle.write(line.getvalue())
        handle.flush()
        os.fsync(handle.fileno())
    return path


def context(texts_dir: Path, quote: Quote, words: int = CONTEXT_WORDS) -> tuple[str, str, str]:
    """The words before a quote, the quote, and the words after it, each in one line.

    Raises SourceError where the text cannot be read; UnknownThing where the quote does not
    stand at its place.
    """
    text = texts.read(texts_dir / quote.file, quote.file).text
    if quote.start < 0 or text[quote.start : quote.end] != quote.quote:
        raise UnknownThing(
            f"{quote.file}:{quote.start}-{quote.end}: câu chữ không còn ở chỗ này / "
            "the quote does not stand here any more; build again"
        )
    before, after = text[: quote.start].split(), text[quote.end :].split()
    return " ".join(before[-words:]), " ".join(quote.quote.split()), " ".join(after[:words])


def _fields(item: Item) -> list[str]:
    """What of an assertion can be corrected; a metadata statement speaks of one field only."""
    known = list(correctable(item.kind))
    if item.kind is not Kind.METADATA:
        return known
    own = {value for predicate, value in item.values if predicate == "pg:field"}
    return [field for field in known if field in own]


class Terminal:
    """Asks a person on a terminal, in Vietnamese with English beside it."""

    def __init__(self, console: Console, texts_dir: Path) -> None:
        self._console, self._texts = console, texts_dir

    def ask(self, item: Item, number: int, count: int) -> Answer | None:
        self._show(item, number, count)
        choices = ["a", "r", "s", "q"]
        if _fields(item):
            choices.insert(2, "c")
        chosen = Prompt.ask(
            "a chấp nhận / accept · r bác bỏ / reject"
            + (" · c sửa / correct" if "c" in choices else "")
            + " · s bỏ qua / skip · q dừng / quit",
            choices=choices,
            show_choices=False,
            console=self._console,
        )
        if chosen == "q":
            return None
        if chosen == "s":
            return Answer(None)
        if chosen == "a":
            return Answer(Decision.ACCEPT)
        if chosen == "r":
            return Answer(Decision.REJECT, reason=self._reason())
        return self._correction(item)

    def _show(self, item: Item, number: int, count: int) -> None:
        body = Text()
        for predicate, value in item.values:
            body.append(f"{predicate} ", style="cyan")
            body.append(f"{value}\n")
        for quote in item.quotes:
            before, words, after = self._context(quote)
            body.append(f"\n{quote.file}:{quote.start}-{quote.end}\n", style="dim")
            body.append(f"… {before} ")
            body.append(words, style="bold reverse")
            body.append(f" {after} …\n")
        title = f"{number}/{count} · {short(item.assertion)}"
        state = f"{item.rule} · độ tin cậy / confidence {item.confidence:.2f}"
        self._console.print(Panel(body, title=Text(title), subtitle=Text(state)))

    def _context(self, quote: Quote) -> tuple[str, str, str]:
        try:
            return context(self._texts, quote)
        except PolicyGraphError as error:
            self._console.print(f"! {error}", style="yellow", highlight=False, markup=False)
            return "", quote.quote, ""

    def _reason(self) -> str:
        while True:
            reason = Prompt.ask("Lý do / reason", console=self._console).strip()
            if reason:
                return reason

    def _correction(self, item: Item) -> Answer:
        """Ask until the field and the value fit each other."""
        while True:
            field = Prompt.ask("Mục / field", choices=_fields(item), console=self._console)
            value = Prompt.ask(
                "Giá trị, để trống nếu không có / value, empty for none",
                default="",
                show_default=False,
                console=self._console,
            ).strip()
            try:
                value_of(item.kind, field, value)
            except ValueError as error:
                self._console.print(f"✗ {error}", style="red", highlight=False, markup=False)
                continue
            return Answer(Decision.CORRECT, field, value, self._reason())
