"""The registers as they lie in ``data/registers``: CSV files, each row checked when it is read."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from policygraph import numbers
from policygraph.errors import DataError
from policygraph.registers.index import Registers, indexed
from policygraph.registers.values import (
    CHANGES,
    EVERY_PROVINCE,
    LEVELS,
    PLACE_RULES,
    PLACEHOLDER,
    RELATIONS,
    Agency,
    AgencyChange,
    Place,
    Programme,
    RegisteredDocument,
    Relation,
)

T = TypeVar("T")


def load(directory: Path) -> Registers:
    """Read and check all registers; DataError with path and line where a row is wrong."""
    places = _places(directory / "provinces.csv")
    codes = {p.code for p in places}
    documents = _documents(directory, codes)
    handles = {d.handle: d for d in documents if d.handle}
    programmes = _programmes(directory / "programmes.csv", handles)
    agencies = _agencies(directory / "agencies.csv")
    changes = _changes(directory / "agency_changes.csv", codes)
    return indexed(documents, programmes, places, agencies, changes)


def _places(path: Path) -> tuple[Place, ...]:
    def read(row: dict[str, str]) -> Place:
        if row["kind"] not in ("country", "province", "municipality"):
            raise ValueError(f"kind {row['kind']!r} of a place")
        return Place(
            row["code"],
            row["name"],
            row["kind"],
            row["gso_code"],
            _list(row["other_names"]),
            row["successor"],
            _date(row["successor_from"]),
            row["gso_code_after"],
            row["legal_basis"],
            _list(row["sources"]),
        )

    places = tuple(_read(path, read))
    _unique(path, (p.code for p in places))
    for place in places:
        if place.successor and place.successor not in {p.code for p in places}:
            raise DataError(path, f"successor {place.successor!r} of {place.code} is no place")
    return places


def _documents(directory: Path, codes: set[str]) -> tuple[RegisteredDocument, ...]:
    path = directory / "documents.csv"

    def read(row: dict[str, str]) -> RegisteredDocument:
        number = row["number"]
        if number and numbers.canonical_number(number) != number:
            raise ValueError(f"{number!r} is no canonical number")
        if row["jurisdiction"] not in codes:
            raise ValueError(f"jurisdiction {row['jurisdiction']!r} is no place")
        if not row["sources"] and not row["text"]:
            raise ValueError("a row needs a source or a text")
        return RegisteredDocument(
            number,
            number,
            row["type"],
            row["issuer"],
            row["jurisdiction"],
            _date(row["date"]),
            row["title"],
            _date(row["in_force_from"]),
            _date(row["in_force_until"]),
            row["status"],
            _list(row["sources"]),
            _flag(row["verified"]),
            row["text"],
        )

    documents = _with_handles(list(_read(path, read)))
    _unique(path, (d.handle for d in documents if d.handle))
    relations = _relations(
        directory / "document_relations.csv", {d.handle for d in documents if d.handle}
    )
    return tuple(replace(d, relations=relations.get(d.handle, ())) for d in documents)


def _with_handles(documents: list[RegisteredDocument]) -> list[RegisteredDocument]:
    shared = [d.number for d in documents]
    return [
        replace(d, handle=f"{d.number}@{d.date}") if d.number and shared.count(d.number) > 1 else d
        for d in documents
    ]


def _relations(path: Path, handles: set[str]) -> dict[str, tuple[Relation, ...]]:
    def read(row: dict[str, str]) -> Relation:
        for handle in (row["citing"], row["cited"]):
            if handle not in handles:
                raise ValueError(f"{handle!r} names no one document of documents.csv")
        if row["relation"] not in RELATIONS:
            raise ValueError(f"relation {row['relation']!r}")
        sources = _list(row["sources"])
        if not sources:
            raise ValueError("a relation needs a source")
        return Relation(
            row["citing"], row["relation"], row["cited"], sources, _flag(row["verified"])
        )

    found: dict[str, list[Relation]] = defaultdict(list)
    for relation in _read(path, read):
        found[relation.citing].append(relation)
    return {handle: tuple(rows) for handle, rows in found.items()}


def _programmes(path: Path, handles: Mapping[str, RegisteredDocument]) -> tuple[Programme, ...]:
    def read(row: dict[str, str]) -> Programme:
        if row["document"] not in handles:
            raise ValueError(f"{row['document']!r} names no one document of documents.csv")
        return Programme(
            row["name"], _list(row["other_names"]), row["document"], _list(row["sources"])
        )

    return tuple(_read(path, read))


def _agencies(path: Path) -> tuple[Agency, ...]:
    def read(row: dict[str, str]) -> Agency:
        if row["level"] not in LEVELS or row["place"] not in PLACE_RULES:
            raise ValueError(f"level {row['level']!r}, place {row['place']!r}")
        if row["level"] == "province" and not PLACEHOLDER.search(row["name"]):
            raise ValueError("a provincial agency needs {place} or {short} in its name")
        if not row["source"]:
            raise ValueError("an agency needs a source")
        return Agency(
            row["level"],
            row["kind"],
            row["name"],
            _list(row["forms"]),
            _list(row["faults"]),
            _list(row["sign"]),
            row["parent"],
            row["place"],
            _list(row["not_before"]),
            row["source"],
            _date(row["since"]),
        )

    agencies = tuple(_read(path, read))
    names = {a.template for a in agencies}
    for agency in agencies:
        if agency.parent and agency.parent not in names:
            raise DataError(path, f"parent {agency.parent!r} of {agency.template!r} is no agency")
    return agencies


def _changes(path: Path, codes: set[str]) -> tuple[AgencyChange, ...]:
    def read(row: dict[str, str]) -> AgencyChange:
        if row["jurisdiction"] not in codes | {EVERY_PROVINCE}:
            raise ValueError(f"jurisdiction {row['jurisdiction']!r} is no place")
        if row["change"] not in CHANGES:
            raise ValueError(f"change {row['change']!r}")
        if row["function"] and row["change"] != "split":
            raise ValueError(f"only a split moves a part, {row['function']!r}: {row['change']!r}")
        if not re.fullmatch(r"(?:\d{4}(?:-\d\d(?:-\d\d)?)?)?", row["date"]):
            raise ValueError(f"date {row['date']!r}")
        return AgencyChange(
            row["jurisdiction"],
            row["old"],
            row["function"],
            row["new_jurisdiction"],
            row["new"],
            row["change"],
            row["date"],
            row["legal_basis"],
            row["note"],
            _list(row["sources"]),
            _flag(row["verified"]),
        )

    return tuple(_read(path, read))


def _read(path: Path, read: Callable[[dict[str, str]], T]) -> Iterator[T]:
    """The rows of a file made into values; DataError with the line of a bad one."""
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, str(error)) from error
    reader = csv.DictReader(content.splitlines(), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise ValueError("wrong number of fields")
            yield read({key: value.strip() for key, value in row.items()})
    except (ValueError, KeyError, csv.Error) as error:
        raise DataError(path, f"{error}", reader.line_num) from error


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _date(cell: str) -> dt.date | None:
    return dt.date.fromisoformat(cell) if cell else None


def _flag(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"{cell!r} is neither yes nor no")
    return cell == "yes"


def _unique(path: Path, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(path, f"{name!r} stands twice")
        seen.add(name)
