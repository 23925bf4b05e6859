"""What a document holds: tasks with who leads them and by when, targets, what stays open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policygraph import iri
from policygraph.marks import Figure, figure_in
from policygraph.queries import Record, text_in, whole_in

_LEAD, _COORDINATE = iri.concept("role", "lead"), iri.concept("role", "coordinate")


@dataclass(frozen=True, slots=True)
class Link:
    """A thing and what it is called."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Work:
    """A task: where it stands (path, first code point of its words), who leads, who helps."""

    iri: str
    label: str
    path: str | None
    at: int
    leads: tuple[Link, ...]
    partners: tuple[Link, ...]
    start_year: str | None
    end_year: str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A target or a baseline with its figure, the indicator, and who leads."""

    iri: str
    label: str
    path: str | None
    at: int
    figure: Figure
    indicator: Link | None
    leads: tuple[Link, ...]
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class Open:
    """What could not be resolved, or where texts disagree; ``reason`` in words."""

    iri: str
    surface: str | None
    reason: str | None
    note: str | None
    path: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Contents:
    tasks: tuple[Work, ...]
    measures: tuple[Measure, ...]
    open: tuple[Open, ...]


def contents(rows: Sequence[Record]) -> Contents:
    """From the rows of the canned query ``annotations-of-document``, in the order of the text."""
    given: dict[str, list[Record]] = {}
    first: dict[str, Record] = {}
    for row in rows:
        if row["kind"] == "assignment" and row["assigns"]:
            given.setdefault(str(row["assigns"]), []).append(row)
        else:
            first.setdefault(str(row["fact"]), row)
    by_kind: dict[str, list[tuple[str, Record]]] = {}
    for address, row in first.items():
        by_kind.setdefault(str(row["kind"]), []).append((address, row))
    measures = sorted(
        (*by_kind.get("target", ()), *by_kind.get("baseline", ())), key=lambda x: _at(x[1])
    )
    unresolved = (*by_kind.get("unresolved", ()), *by_kind.get("conflict", ()))
    return Contents(
        tuple(_work(a, row, given.get(a, ())) for a, row in by_kind.get("task", ())),
        tuple(_measure(a, row, given.get(a, ())) for a, row in measures),
        tuple(_open(a, row) for a, row in unresolved),
    )


def _work(address: str, row: Record, given: Iterable[Record]) -> Work:
    return Work(
        address,
        text_in(row, "label") or address,
        text_in(row, "path"),
        _at(row),
        _agencies(given, _LEAD),
        _agencies(given, _COORDINATE),
        text_in(row, "startYear"),
        text_in(row, "endYear"),
    )


def _measure(address: str, row: Record, given: Iterable[Record]) -> Measure:
    other, label = text_in(row, "other"), text_in(row, "otherLabel")
    return Measure(
        address,
        text_in(row, "label") or address,
        text_in(row, "path"),
        _at(row),
        figure_in(row),
        Link(other, label or other) if other else None,
        _agencies(given, _LEAD),
        row["kind"] == "baseline",
    )


def _open(address: str, row: Record) -> Open:
    return Open(
        address,
        text_in(row, "surface"),
        text_in(row, "howLabel"),
        text_in(row, "note"),
        text_in(row, "path"),
        _at(row),
    )


def _agencies(given: Iterable[Record], role: str) -> tuple[Link, ...]:
    found = {
        str(row["other"]): Link(str(row["other"]), str(row["otherLabel"] or row["other"]))
        for row in given
        if row["how"] == role and row["other"]
    }
    return tuple(found.values())


def _at(row: Record) -> int:
    return whole_in(row, "start") or 0
