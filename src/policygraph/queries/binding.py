"""A query with what a person asks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pyoxigraph as ox

from policygraph import concepts, literals
from policygraph.edges import Edges, Link, Options
from policygraph.engine import Engine, Term
from policygraph.errors import QueryError
from policygraph.lookup import Lookup
from policygraph.queries.files import CannedQuery, Walk
from policygraph.queries.parameters import (
    ACCEPTED,
    CONFIDENCE,
    LOOKED_UP,
    Parameter,
    is_limited,
    is_true,
)

MAX_VALUE = 2000
"""Longest value of a parameter, in code points."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A query with its parameters; ``edges`` are those of its walk that are sure enough."""

    query: CannedQuery
    terms: Mapping[str, Term]
    edges: Sequence[Link]

    @property
    def parameters(self) -> Mapping[str, str]:
        """As people read them."""
        return {name: term.value for name, term in self.terms.items()}

    @property
    def text(self) -> str:
        """The query as it is run."""
        return self.query.text(self.terms, self.edges)

    @property
    def finding(self) -> str | None:
        """A query for what this one lists alone; None where its lines are not told apart."""
        finding = self.query.finding
        if finding is None:
            return None
        chosen = " ".join(f"?{column}" for column in finding.columns)
        lines = "\n".join(self.text.split("\n")[finding.lines])
        return f"SELECT DISTINCT {chosen} WHERE {{\n{lines}\n}}"

    def page(self, limit: int, offset: int) -> str:
        """The query for ``limit`` rows behind the first ``offset``: every query has an order."""
        text = self.query.text(self.terms, self.edges, offset + limit)
        return f"{text}\nLIMIT {limit} OFFSET {offset}"


def bind(query: CannedQuery, values: Mapping[str, str], lookup: Lookup) -> Bound:
    """Turn what a person wrote into terms.

    Raises UnknownThing or AmbiguousThing from the look-up, QueryError on a value of the wrong
    type, a missing or an unknown parameter.
    """
    known = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in known:
            there = ", ".join(known) or "–"
            raise QueryError.told(
                f"{query.name}: không có tham số “{name}”; có: {there}",
                f"{query.name}: no such parameter “{name}”; known: {there}",
            )
    terms: dict[str, Term] = {}
    for name, parameter in known.items():
        raw = values.get(name) or parameter.default
        if raw:
            terms[name] = _term(parameter, raw, lookup)
        elif parameter.required:
            raise QueryError.told(
                f"{query.name}: thiếu tham số “{name}”",
                f"{query.name}: missing parameter “{name}”",
            )
    return Bound(query, terms, _walked(query.walk, terms, lookup.engine))


def _walked(walk: Walk | None, terms: Mapping[str, Term], engine: Engine) -> Sequence[Link]:
    """The edges of a query's walk that are sure enough; none where it is not limited."""
    if walk is None or not is_limited(terms):
        return ()
    least, start = terms.get(CONFIDENCE), terms[walk.parameter].value
    options = Options(
        wide=is_true(terms, "wide"),
        external=is_true(terms, "external"),
        confidence=None if least is None else Decimal(least.value),
        accepted=is_true(terms, ACCEPTED),
    )
    edges = Edges(engine, options)
    if walk.is_upward:
        return [link for links in edges.up(start).values() for link in links]
    links = list(edges.leading_to(start))
    if not options.external:
        return links
    inside = set(Edges(engine, replace(options, external=False)).leading_to(start))
    return [replace(link, is_external=link not in inside) for link in links]


def _term(parameter: Parameter, raw: str, lookup: Lookup) -> Term:
    if len(raw) > MAX_VALUE:
        raise QueryError.told(
            f"{parameter.name}: dài quá {MAX_VALUE} ký tự",
            f"{parameter.name}: longer than {MAX_VALUE} characters",
        )
    if parameter.type in LOOKED_UP:
        return ox.NamedNode(lookup.resolve(parameter.type.value, raw))
    if parameter.scheme is not None:
        meant = concepts.choose(lookup.engine, parameter.scheme, parameter.name, raw)
        raw = raw if meant is None else meant.sign
    try:
        return literals.term(parameter.type, raw)
    except ValueError as error:
        raise QueryError(f"{parameter.name}: {error}") from error
