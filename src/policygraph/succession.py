"""What an agency came from and what became of it, change by change, with the sources."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policygraph import iri
from policygraph.engine import Engine
from policygraph.things import Name, names

_BEFORE, _AFTER = (
    iri.PREFIXES["org"] + name for name in ("originalOrganization", "resultingOrganization")
)
_DATE, _SOURCE = (iri.PREFIXES["dcterms"] + name for name in ("date", "source"))
_STATUS, _FUNCTION, _BASIS = map(iri.term, ("status", "transferredFunction", "legalBasis"))
MOST_STEPS = 6
"""Changes in a row that are followed, either way."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change.  ``day`` is ISO 8601 to the known precision, None where none is on record;
    ``function`` the part of the work that moved, None where all of it did; ``is_past`` whether it
    leads to the agency rather than on from it; ``steps`` how many changes away it is, from 1."""

    name: Name
    day: str | None
    before: tuple[Name, ...]
    after: tuple[Name, ...]
    function: str | None
    basis: str | None
    sources: tuple[str, ...]
    status: Name | None
    is_past: bool
    steps: int


def changes(engine: Engine, agency: str) -> tuple[Change, ...]:
    """The changes that led to an agency and those that followed, by day.

    A part of the work that went elsewhere is told, but not followed.
    """
    past = _walk(engine, agency, _AFTER, _BEFORE)
    coming = _walk(engine, agency, _BEFORE, _AFTER)
    events = {**dict.fromkeys(past, True), **dict.fromkeys(coming, False)}
    said = {event: _said(engine, event) for event in events}
    mentioned = {
        *events,
        *(v for values in said.values() for p in (_BEFORE, _AFTER, _STATUS) for v in values(p)),
    }
    known = names(engine, mentioned) if mentioned else {}
    found = [
        _change(known, event, said[event], steps, is_past=events[event])
        for event, steps in {**past, **coming}.items()
    ]
    return tuple(sorted(found, key=lambda c: (c.day or "", not c.is_past, c.steps, c.name.iri)))


def _walk(engine: Engine, agency: str, near: str, far: str) -> dict[str, int]:
    """Events one way from an agency, each with its number of steps."""
    found: dict[str, int] = {}
    waiting = deque([(agency, 1)])
    seen = {agency}
    while waiting:
        here, steps = waiting.popleft()
        for event in sorted({s.subject for s in engine.statements(None, near, here)}):
            found.setdefault(event, steps)
            said = _said(engine, event)
            if steps == MOST_STEPS or said(_FUNCTION):
                continue
            for other in said(far):
                if other not in seen:
                    seen.add(other)
                    waiting.append((other, steps + 1))
    return found


class _Said:
    """The values of one event by predicate."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for predicate, value in pairs:
            self._values.setdefault(predicate, []).append(value)

    def __call__(self, predicate: str) -> list[str]:
        return sorted(self._values.get(predicate, ()))


def _said(engine: Engine, event: str) -> _Said:
    pairs: Iterator[tuple[str, str]] = (
        (s.predicate, s.value.value) for s in engine.statements(event, None, None)
    )
    return _Said(pairs)


def _change(
    known: Mapping[str, Name], event: str, said: _Said, steps: int, *, is_past: bool
) -> Change:
    return Change(
        known[event],
        next(iter(said(_DATE)), None),
        tuple(known[agency] for agency in said(_BEFORE)),
        tuple(known[agency] for agency in said(_AFTER)),
        "; ".join(said(_FUNCTION)) or None,
        "; ".join(said(_BASIS)) or None,
        tuple(said(_SOURCE)),
        next((known[status] for status in said(_STATUS)), None),
        is_past,
        steps,
    )
