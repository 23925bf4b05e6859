"""What people decided about single assertions, read from ``data/review/*.csv``.

One decision a row:

    assertion,decision,field,value,name,date,reason,fingerprint
    citation:vn-61….2358.120-160,reject,,,Nguyễn Thị Bình,2026-11-22,chỉ nhắc đến,5f0c…

``decision`` is ``accept``, ``reject`` or ``correct``; only the last has a ``field`` (a property,
``pg:deadline``) and a ``value`` (empty: there is none).  ``fingerprint`` tells what was looked at.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path

from policygraph import iri
from policygraph.errors import DataError
from policygraph.iri import Kind
from policygraph.rdf import terms
from policygraph.rdf.terms import Object, expand

COLUMNS = ("assertion", "decision", "field", "value", "name", "date", "reason", "fingerprint")


class Decision(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Review:
    """One decision.  ``assertion`` and ``field`` are full IRIs; ``place`` is ``path:line``."""

    assertion: str
    decision: Decision
    field: str
    value: str
    name: str
    date: dt.date
    reason: str
    fingerprint: str
    place: str


# What may be corrected, by the kind of the assertion: property -> the kind of thing or the
# datatype of its value, and whether there may be no value at all.
_CITATION = {"pg:citedDocument": "doc", "pg:relation": "relation", "pg:citingSubject": "subject"}
_FIGURE = {
    "pg:indicator": "indicator",
    "pg:comparator": "comparator?",
    "pg:value": "decimal?",
    "pg:upperValue": "decimal?",
    "pg:unit": "unit?",
    "pg:scope": "vi?",
    "pg:exception": "vi?",
}
_CORRECTABLE: Mapping[Kind, Mapping[str, str]] = {
    Kind.CITATION: _CITATION,
    Kind.ASSIGNMENT: {"pg:agency": "agency", "pg:role": "role"},
    Kind.TASK: {
        "pg:startYear": "gYear?",
        "pg:endYear": "gYear?",
        "pg:recurrence": "recurrence?",
        "pg:product": "vi?",
    },
    Kind.TARGET: {**_FIGURE, "pg:deadline": "gYear?"},
    Kind.BASELINE: {**_FIGURE, "pg:year": "gYear?"},
    Kind.METADATA: {
        "pg:documentNumber": "string?",
        "pg:documentType": "document-type",
        "dcterms:issued": "date?",
        "dcterms:title": "vi?",
        "pg:issuer": "agency?",
        "pg:jurisdiction": "place?",
        "pg:placeOfIssue": "vi?",
        "pg:signatory": "string?",
        "pg:signatoryPosition": "vi?",
    },
}
REVIEWABLE = frozenset({*_CORRECTABLE, Kind.UNRESOLVED, Kind.CONFLICT})

RELATIONS = frozenset(
    expand(f"pg:{name}")
    for name in (
        *("implements", "issuedWith", "fulfils", "basedOn", "disseminates"),
        *("amends", "replaces", "approves", "proposedBy", "cites"),
    )
)
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def load(directory: Path) -> tuple[Review, ...]:
    """All decisions, by date, then file and line; none where there is no such directory yet.

    Raises DataError with path and line on a row that is wrong.
    """
    paths = sorted(directory.glob("*.csv")) if directory.is_dir() else []
    found = [review for path in paths for review in _read(path)]
    return tuple(sorted(found, key=lambda review: review.date))


def _read(path: Path) -> Iterator[Review]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.reader(handle, strict=True)
            header = next(rows, [])
            if tuple(header) != COLUMNS:
                raise DataError(path, f"the columns must be {','.join(COLUMNS)}", 1)
            for cells in rows:
                if len(cells) != len(COLUMNS):
                    raise DataError(
                        path, f"{len(cells)} cells in place of {len(COLUMNS)}", rows.line_num
                    )
                yield _review(path, rows.line_num, dict(zip(COLUMNS, cells, strict=True)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(path, f"cannot be read: {error}") from error


def _review(path: Path, line: int, row: Mapping[str, str]) -> Review:
    cell = {name: value.strip() for name, value in row.items()}
    address = expand(cell["assertion"])
    name = iri.parse(address)
    try:
        if name is None or name.kind not in REVIEWABLE:
            raise ValueError(f"not the IRI of an assertion: {cell['assertion']!r}")
        decision = Decision(cell["decision"])
        day = dt.date.fromisoformat(cell["date"])
        if not cell["name"]:
            raise ValueError("a decision needs a name")
        if decision is not Decision.ACCEPT and not cell["reason"]:
            raise ValueError(f"to {decision} needs a reason")
        if not _FINGERPRINT.fullmatch(cell["fingerprint"]):
            raise ValueError("the fingerprint is 16 hexadecimal digits")
        if decision is Decision.CORRECT:
            value_of(name.kind, cell["field"], cell["value"])
        elif cell["field"] or cell["value"]:
            raise ValueError(f"to {decision} names no field and no value")
    except ValueError as error:
        raise DataError(path, str(error), line) from error
    return Review(
        address,
        decision,
        expand(cell["field"]),
        cell["value"],
        cell["name"],
        day,
        cell["reason"],
        cell["fingerprint"],
        f"{path}:{line}",
    )


def correctable(kind: Kind) -> tuple[str, ...]:
    """Properties (CURIEs) of an assertion of some kind that a person may correct."""
    return tuple(_CORRECTABLE.get(kind, ()))


def value_of(kind: Kind, field: str, value: str) -> Object | None:
    """The term a corrected value stands for; None for "there is none".

    Raises ValueError where the field cannot be corrected or the value is not of its type.
    """
    fields = _CORRECTABLE.get(kind, {})
    if field not in fields:
        known = ", ".join(fields) or "none"
        raise ValueError(f"{field!r} of a {kind} cannot be corrected; what can be: {known}")
    wanted, optional = fields[field].rstrip("?"), fields[field].endswith("?")
    if not value:
        if optional:
            return None
        raise ValueError(f"{field} needs a value")
    if wanted in ("vi", "string"):
        return terms.text(value, "vi" if wanted == "vi" else None)
    if wanted in ("decimal", "gYear", "date"):
        return _literal(wanted, value)
    return terms.node(_address(wanted, value))


def _literal(datatype: str, value: str) -> Object:
    if datatype == "date":
        return terms.day(dt.date.fromisoformat(value))
    if datatype == "gYear":
        if not re.fullmatch(r"[12]\d{3}", value):
            raise ValueError(f"{value!r} is no year of four digits")
        return terms.year(int(value))
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no decimal number") from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is no decimal number")
    return terms.decimal(number)


def _address(wanted: str, value: str) -> str:
    """Full IRI of a value that must be of some kind or of some concept scheme."""
    address = expand(value)
    if wanted == "relation":
        fits = address in RELATIONS
    elif wanted == "subject":
        name = iri.parse(address)
        fits = name is not None and name.kind in (Kind.DOCUMENT, Kind.PART, Kind.TASK)
    else:
        base = iri.PREFIXES[wanted]
        fits = address.startswith(base) and bool(re.fullmatch(r"[\w.~-]+", address[len(base) :]))
    if not fits:
        raise ValueError(f"{value!r} is not a {wanted}; write it as {wanted}:… or as its full IRI")
    return address


def short(address: str) -> str:
    """An IRI as people write it: "pg:deadline", "doc:vn.tw.nq.2019.52"; else unchanged."""
    for prefix, space in iri.PREFIXES.items():
        if address.startswith(space) and "/" not in address[len(space) :]:
            return f"{prefix}:{address[len(space) :]}"
    return address
