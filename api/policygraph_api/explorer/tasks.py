"""``/tasks/<local>``: a task, who leads it and answers for it today, and where it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from policygraph import iri
from policygraph.edges import Options, own_document
from policygraph.engine import Engine
from policygraph.marks import figure_in
from policygraph.paths import EXTERNAL, INFERRED, Edge, Found, Node, Paths
from policygraph.queries import Record, text_in
from policygraph.responsible import responsible_on
from policygraph_api.explorer import finding
from policygraph_api.explorer.sheet import Sheet
from policygraph_api.explorer.site import Site, at
from policygraph_api.explorer.telling import Teller
from policygraph_api.places import here

MOST_PATHS = 12
_OWN_WORDS = frozenset(map(iri.term, ("stipulatedIn", "partOf")))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a path upward: what is reached, by an edge whose words stand in ``said_in``.

    From part to part up to the document is one step, with every numbered part on the way; it needs
    no words, being that of the task's own place.
    """

    edge: Edge
    reached: tuple[Node, ...]
    said_in: str | None
    is_own: bool
    is_external: bool
    is_inferred: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A target or baseline in the words of a task: its indicator, the figure in words, the year."""

    indicator: str | None
    label: str | None
    figure: str
    year: str | None
    place: str | None


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/tasks/{local}")
    def task(request: Request, local: str) -> Response:
        where, shelf = here(request), site.shelf()
        engine = shelf.snapshot
        sheet = Sheet(engine, finding.task(shelf, local))
        paths = Paths(engine, Options(external=True), where.lang)
        found = paths.upward(sheet.iri, MOST_PATHS)
        today = dt.datetime.now(dt.UTC).date()
        assignments = site.ask("assignments-of-task", task=sheet.iri, lang=where.lang)
        with at(where):
            measures = _measures(site, engine, sheet, Teller(site, where))
        values = {
            "task": sheet,
            "document": sheet.link("pg:inDocument"),
            "start": _first_place(engine, sheet.iri),
            "path": _said(engine, sheet, "pg:stipulatedIn", iri.term("path")),
            "assignments": assignments,
            "paths": _steps(found),
            "found": found,
            "responsible": responsible_on(
                engine, site.queries["responsible-now"], sheet.iri, today, shelf.lookup, where.lang
            ),
            "today": today.isoformat(),
            "similar": site.ask("same-task-elsewhere", task=sheet.iri, lang=where.lang),
            "measures": measures,
            "reviews": _reviews(engine, [sheet.iri, *(str(a["assignment"]) for a in assignments)]),
        }
        return site.render(request, "task.html", values)

    return made


def _steps(found: Found) -> list[list[Step]]:
    """The paths, one to each directive that is reached, nearest first."""
    nodes = {node.iri: node for node in found.nodes}
    return [
        [_step([nodes[edge.upper] for edge in edges], edges[0]) for edges in _legs(path.edges)]
        for path in found.paths
    ]


def _legs(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Edges from part to part together, every other one alone."""
    return [
        leg
        for is_own, together in groupby(edges, lambda edge: edge.relation in _OWN_WORDS)
        for run in [list(together)]
        for leg in ([run] if is_own else [[edge] for edge in run])
    ]


def _step(reached: Sequence[Node], edge: Edge) -> Step:
    named = tuple(node for node in reached if node.label != node.iri)
    return Step(
        edge,
        named or tuple(reached),
        own_document(edge.assertion) if edge.assertion else None,
        edge.relation in _OWN_WORDS,
        edge.evidence_class == EXTERNAL,
        edge.evidence_class == INFERRED,
    )


def _measures(site: Site, engine: Engine, sheet: Sheet, teller: Teller) -> list[Measure]:
    """What the part of the task is measured by."""
    stipulated_in = iri.term("stipulatedIn")
    inside = {
        said.subject
        for part in sheet.links("pg:stipulatedIn")
        for said in engine.statements(None, stipulated_in, part.iri)
    }
    document = sheet.link("pg:inDocument")
    if document is None or inside == {sheet.iri}:
        return []
    rows = site.ask("targets", document=document.iri, lang=teller.lang)
    return [_measure(row, teller) for row in rows if row["target"] in inside]


def _measure(row: Record, teller: Teller) -> Measure:
    figure = figure_in({**row, "year": row["deadline"]})
    label = text_in(row, "indicatorLabel") or text_in(row, "wording")
    return Measure(
        text_in(row, "indicator"), label, teller.figure(figure), figure.year, text_in(row, "scope")
    )


def _first_place(engine: Engine, thing: str) -> int | None:
    """Where the words of a thing begin."""
    starts = [
        int(start.value.value)
        for said in engine.statements(thing, iri.term("evidence"), None)
        for start in engine.statements(said.value.value, iri.term("start"), None)
    ]
    return min(starts, default=None)


def _said(engine: Engine, sheet: Sheet, link: str, predicate: str) -> str | None:
    """What is said of a thing that the task leads to."""
    other = sheet.link(link)
    found = engine.statements(other.iri, predicate, None) if other else iter(())
    return next((said.value.value for said in found), None)


def _reviews(engine: Engine, assertions: Iterable[str]) -> list[tuple[Sheet, str]]:
    """Decisions in effect about a task and its assignments, each with what it is about."""
    about = {
        said.subject: assertion
        for assertion in assertions
        for said in engine.statements(None, iri.term("reviews"), assertion)
    }
    found = [(Sheet(engine, review), about[review]) for review in sorted(about)]
    return [(review, of) for review, of in found if review.text("pg:inEffect") == "true"]
