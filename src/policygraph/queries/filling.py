"""Carrying out the lines of a query file that are no SPARQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pyoxigraph as ox

from policygraph.edges import Link
from policygraph.engine import Term
from policygraph.queries.parameters import (
    ACCEPTED,
    CONFIDENCE,
    LIMITED,
    PAGED,
    is_limited,
    is_true,
)

LINE = re.compile(r"\s*#\s*(?:(bind|if|sure)\s+(\w+)|(edges(?:\s+\w+){3,4})|(end)|(page))\s*")


def fill(
    lines: tuple[str, ...],
    terms: Mapping[str, Term],
    edges: Sequence[Link],
    most: int | None = None,
) -> str:
    """Carry out the lines that are no SPARQL; every line keeps its number."""
    conditions = {*terms}
    if is_limited(terms):
        conditions.add(LIMITED)
    if most is not None:
        conditions.add(PAGED)
    filled, kept = [], True
    for line in lines:
        found = LINE.fullmatch(line)
        if found and found[4]:
            kept = True
        elif found and found[1] == "if":
            kept = found[2] in conditions
        filled.append((_filled(found, terms, edges, most) if found else line) if kept else "")
    return "\n".join(filled)


def _filled(
    found: re.Match[str], terms: Mapping[str, Term], edges: Sequence[Link], most: int | None
) -> str:
    """What a line becomes; nothing where its parameters are not given."""
    verb, name, table, _, page = found.groups()
    if page:
        return f"LIMIT {most}"
    if verb == "bind" and name in terms:
        return f"VALUES ?{name} {{ {terms[name]} }}"
    if verb == "sure":
        return _sure(name, terms)
    if table and is_limited(terms):
        names = table.split()[1:]
        rows = (" ".join(_cells(edge)[: len(names)]) for edge in edges)
        columns = " ".join(f"?{column}" for column in names)
        return f"VALUES ({columns}) {{ {' '.join(f'({row})' for row in rows)} }}"
    return ""


def _cells(edge: Link) -> tuple[str, ...]:
    ends = (str(ox.NamedNode(address)) for address in (edge.lower, edge.relation, edge.upper))
    return (*ends, str(edge.is_external).lower())


def _sure(name: str, terms: Mapping[str, Term]) -> str:
    filters = []
    if CONFIDENCE in terms:
        filters.append(
            f"FILTER EXISTS {{ ?{name} pg:confidence ?{name}Confidence "
            f"FILTER(?{name}Confidence >= {terms[CONFIDENCE]}) }}"
        )
    if is_true(terms, ACCEPTED):
        filters.append(f"FILTER EXISTS {{ ?{name} pg:status status:accepted }}")
    return " ".join(filters)
