"""Answers of canned queries as rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

import pyoxigraph as ox

from policygraph.engine import Engine, Found, Term
from policygraph.errors import QueryError, UnknownThing
from policygraph.literals import XSD
from policygraph.lookup import Lookup
from policygraph.queries.binding import Bound, bind
from policygraph.queries.files import TRIPLE, CannedQuery
from policygraph.store import Writable, to_bytes

_ROWS = 1000
"""Records written at once."""
Value = str | int | float | bool | None
Record = dict[str, object]
"""Column -> ``Value``."""
_NUMBERS: Mapping[str, Callable[[str], Value]] = {
    **{XSD + name: int for name in ("integer", "int", "long", "nonNegativeInteger")},
    **{XSD + name: float for name in ("decimal", "double", "float")},
    XSD + "boolean": lambda text: text in ("true", "1"),
}


def records(snapshot: Engine, bound: Bound) -> list[Record]:
    """Rows for people and programs: IRIs and dates as strings, numbers as numbers; of a graph its
    triples, sorted."""
    return list(_records(snapshot.query(bound.text)))


def _records(found: Found) -> Iterator[Record]:
    if isinstance(found, ox.QueryTriples):
        for triple in sorted(set(found), key=str):
            yield dict(zip(TRIPLE, map(_plain, triple), strict=True))
    elif isinstance(found, ox.QuerySolutions):
        names = [variable.value for variable in found.variables]
        for row in found:
            yield {name: _plain(row[name]) for name in names}
    else:
        raise QueryError("a SELECT or CONSTRUCT query is needed here")


def text_in(row: Record, column: str) -> str | None:
    """What a column says, as text; None where it says nothing."""
    value = row[column]
    return None if value is None else str(value)


def whole_in(row: Record, column: str) -> int | None:
    """A whole number of a column; None where there is none."""
    value = row[column]
    return value if isinstance(value, int) else None


def write_records(found: Found, head: str, out: Writable, limit: int = 0) -> None:
    """Write the rows of an answer as a JSON object: the members of the object ``head``, then
    ``count`` and ``rows``, each row a record.

    With a limit, rows beyond it are left out, and ``next`` of the head is null where there are
    none.
    """
    rows = [json.dumps(record, ensure_ascii=False) for record in _records(found)]
    if limit:
        members = json.loads(head)
        members["next"] = members["next"] if len(rows) > limit else None
        head, rows = json.dumps(members, ensure_ascii=False), rows[:limit]
    out.write(f'{head[:-1]}, "count": {len(rows)}, "rows": ['.encode())
    for start in range(0, len(rows), _ROWS):
        comma = ", " if start else ""
        out.write((comma + ", ".join(rows[start : start + _ROWS])).encode("utf-8"))
    out.write(b"]}")


def run(
    snapshot: Engine,
    known: Mapping[str, CannedQuery],
    name: str,
    values: Mapping[str, str],
    limit: int | None = None,
) -> list[Record]:
    """Answer one canned query once, with its first ``limit`` rows where given; raises UnknownThing
    where there is none of that name."""
    if name not in known:
        raise UnknownThing(
            f"không có truy vấn / no query “{name}”; có / there are: {', '.join(known)}",
            tuple(known),
        )
    bound = bind(known[name], values, Lookup(snapshot))
    text = bound.text if limit is None else bound.page(limit, 0)
    return list(_records(snapshot.query(text)))


def rows(snapshot: Engine, bound: Bound, media_type: str) -> bytes:
    """The answer in one of ``store.RESULT_FORMATS``, written by Oxigraph."""
    return to_bytes(snapshot.query(bound.text), media_type)


def _plain(term: Term | None) -> Value:
    if isinstance(term, ox.Literal):
        return _NUMBERS.get(term.datatype.value, str)(term.value)
    return None if term is None else term.value
