"""Who answers for a task or document on a day: the lead by the text, and who inherited the work.

The canned query ``responsible-now`` gives the changes one by one; here they are put together for
each lead, so that the library and the service say the same as the query.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from policygraph.engine import Engine
from policygraph.lookup import Lookup
from policygraph.queries import CannedQuery, Record, bind, records, text_in, whole_in

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency with its official name (the IRI where the graph has no name)."""

    iri: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One merger, renaming or transfer.  ``day`` is ISO 8601 to the known precision; ``function``
    the part of the work that moved, None where all of it did; ``after`` None where nobody is on
    record as the heir."""

    event: str
    label: str
    day: str
    before: Agency
    after: Agency | None
    function: str | None
    basis: str | None
    evidence_class: str | None
    status: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Responsibility:
    """One lead by the text, with the words that say so, and who holds its work on the day.

    ``state`` is "unchanged", "inherited", "ended" (by the record, without an heir) or "unknown"
    (no event of it is on record); ``holders`` is empty for the last two.
    """

    lead: Agency
    quote: str | None
    file: str | None
    start: int | None
    end: int | None
    state: str
    holders: tuple[Agency, ...]
    changes: tuple[Change, ...]


def responsible_on(
    engine: Engine,
    query: CannedQuery,
    thing: str,
    day: dt.date,
    lookup: Lookup,
    lang: str = "vi",
) -> tuple[Responsibility, ...]:
    """Every lead of a task, or of the tasks of a document, and its heirs on a day.

    ``query`` is the canned query ``responsible-now``; raises what binding its parameters does.
    """
    bound = bind(query, {"thing": thing, "date": day.isoformat(), "lang": lang}, lookup)
    by_lead: dict[str, list[Record]] = {}
    for row in records(engine, bound):
        by_lead.setdefault(str(row["lead"]), []).append(row)
    return tuple(_responsibility(rows) for rows in by_lead.values())


def _responsibility(rows: Sequence[Record]) -> Responsibility:
    first = rows[0]
    whole = [row for row in rows if row["state"] != "part"]
    holders = {
        agency.iri: agency for row in whole if row["holds"] and (agency := _agency(row, "holder"))
    }
    states = {str(row["state"]) for row in whole} or {UNKNOWN}
    state = next(iter(states)) if len(states) == 1 else ("inherited" if holders else "ended")
    return Responsibility(
        _agency(first, "lead") or Agency(str(first["lead"]), str(first["lead"])),
        text_in(first, "quote"),
        text_in(first, "file"),
        whole_in(first, "start"),
        whole_in(first, "end"),
        state,
        tuple(holders.values()),
        tuple(_change(row) for row in rows if row["event"]),
    )


def _change(row: Record) -> Change:
    before = _agency(row, "before")
    return Change(
        str(row["event"]),
        str(row["eventLabel"] or row["event"]),
        str(row["day"]),
        before or Agency(str(row["lead"]), str(row["lead"])),
        _agency(row, "holder"),
        text_in(row, "function"),
        text_in(row, "basis"),
        text_in(row, "evidenceClass"),
        text_in(row, "status"),
        text_in(row, "source"),
    )


def _agency(row: Record, column: str) -> Agency | None:
    if row[column] is None:
        return None
    return Agency(str(row[column]), str(row[column + "Label"] or row[column]))
