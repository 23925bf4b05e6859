"""What was read in a text, as marks on it, and the text cut where marks begin and end.

Marks nest and cross: a task holds a target, a clause of assignment runs over both.  So the text is
cut at every end of a mark, and each piece knows all marks that cover it, the innermost first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from policygraph import iri
from policygraph.engine import Engine
from policygraph.lookup import Lookup
from policygraph.queries import CannedQuery, Record, bind, records, text_in, whole_in

KINDS = ("task", "target", "baseline", "assignment", "citation", "metadata", "date", "open")
"""Kinds of marks.  "open" is what stays unresolved and where texts disagree."""
_OPEN = {"unresolved", "conflict"}
DATE = iri.PREFIXES["dcterms"] + "issued"
"""The field whose metadata is the date of issue."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The figure of a target or a baseline: notation of the comparator, values, unit, year."""

    comparator: str | None
    value: float | None
    upper: float | None
    unit: str | None
    year: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was read.  ``how`` is the role, the relation, the field or the reason, with
    its name; ``other`` the agency, the cited document or the indicator; ``things`` are the tasks
    and targets that an assignment gives."""

    kind: str
    iri: str
    label: str | None
    surface: str | None
    how: str | None
    how_label: str | None
    other: str | None
    other_label: str | None
    things: tuple[str, ...]
    figure: Figure | None
    note: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text, in code points, and all that one kind of fact says of it.

    ``said_at`` is where the evidence begins, by which links name the place; the mark of an
    assignment may begin later.
    """

    start: int
    end: int
    kind: str
    said_at: tuple[int, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text; ``marks`` are places in the list of marks, the innermost first."""

    start: int
    end: int
    marks: tuple[int, ...]


def marks_of(
    engine: Engine, query: CannedQuery, document: str, lookup: Lookup, text: str, lang: str = "vi"
) -> tuple[Mark, ...]:
    """The marks of a document on its text, in its order.

    ``query`` is the canned query ``annotations-of-document``; raises what binding does.
    """
    rows = records(engine, bind(query, {"document": document, "lang": lang}, lookup))
    spans: dict[tuple[int, int, str], dict[tuple[str | None, ...], list[Record]]] = {}
    for row in rows:
        kind = _kind(row)
        start, end = _narrowed(row, text)
        alike = spans.setdefault((start, end, kind), {})
        alike.setdefault(_sameness(row), []).append(row)
    return tuple(
        _mark(span, list(spans[span].values()))
        for span in sorted(spans, key=lambda s: (s[0], -s[1], KINDS.index(s[2])))
        if span[0] < span[1] <= len(text)
    )


def segments(marks: Sequence[Mark], cuts: Iterable[int], length: int) -> list[Segment]:
    """The whole text in pieces, cut at ``cuts`` too."""
    edges = {0, length, *(cut for cut in cuts if 0 < cut < length)}
    opening: dict[int, list[int]] = {}
    for place, mark in enumerate(marks):
        edges |= {mark.start, mark.end}
        opening.setdefault(mark.start, []).append(place)
    found: list[Segment] = []
    active: list[int] = []
    order = sorted(edges)
    for start, end in pairwise(order):
        active = [place for place in active if marks[place].end > start]
        active += opening.get(start, [])
        active.sort(key=lambda place: _size(marks[place]))
        found.append(Segment(start, end, tuple(active)))
    return found


def _mark(span: tuple[int, int, str], alike: Sequence[Sequence[Record]]) -> Mark:
    said_at = {whole_in(row, "start") or 0 for rows in alike for row in rows}
    return Mark(*span, tuple(sorted(said_at)), tuple(map(_fact, alike)))


def _size(mark: Mark) -> tuple[int, int]:
    return mark.end - mark.start, -KINDS.index(mark.kind)


def _kind(row: Record) -> str:
    kind = str(row["kind"])
    if kind in _OPEN:
        return "open"
    return "date" if kind == "metadata" and row["how"] == DATE else kind


def _narrowed(row: Record, text: str) -> tuple[int, int]:
    """The span of the evidence; for an assignment only the agency's name, if it stands there
    once, since the clause around it may run over a whole item."""
    start, end = whole_in(row, "start") or 0, whole_in(row, "end") or 0
    surface = text_in(row, "surface")
    if row["kind"] == "assignment" and surface and text.count(surface, start, end) == 1:
        start = text.index(surface, start, end)
        end = start + len(surface)
    return start, end


def _sameness(row: Record) -> tuple[str | None, ...]:
    """Assignments of many tasks by the same words are told as one; all else stays apart."""
    if row["kind"] == "assignment":
        return text_in(row, "how"), text_in(row, "other")
    return (text_in(row, "fact"),)


def _fact(rows: Sequence[Record]) -> Fact:
    row = rows[0]
    return Fact(
        str(row["kind"]),
        str(row["fact"]),
        text_in(row, "label"),
        text_in(row, "surface"),
        text_in(row, "how"),
        text_in(row, "howLabel"),
        text_in(row, "other"),
        text_in(row, "otherLabel"),
        tuple(sorted({str(r["assigns"]) for r in rows if r["assigns"]})),
        figure_in(row) if row["kind"] in ("target", "baseline") else None,
        text_in(row, "note"),
        text_in(row, "status"),
    )


def figure_in(row: Record) -> Figure:
    """The figure of a row that tells a target or a baseline."""
    value, upper = row["value"], row["upperValue"]
    return Figure(
        text_in(row, "comparator"),
        value if isinstance(value, float) else None,
        upper if isinstance(upper, float) else None,
        text_in(row, "unitLabel"),
        text_in(row, "year"),
    )
