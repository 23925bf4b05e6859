"""The lineage of a thing, from directive to plans to parts to tasks: page, picture, downloads."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from policygraph import drawing, iri, things
from policygraph.folding import Work
from policygraph.paths import Edge
from policygraph_api.drawing_routes import FORMATS
from policygraph_api.explorer import downloads, lineage_view
from policygraph_api.explorer.downloads import Cell
from policygraph_api.explorer.lineage_view import CLASSES, WIDER, Asked, View
from policygraph_api.explorer.site import Site, at
from policygraph_api.places import here

EDGES = (
    "lower",
    "lowerLabel",
    "relation",
    "upper",
    "upperLabel",
    "evidenceClass",
    "quote",
    "file",
    "start",
    "end",
    "confidence",
    "sources",
)
TASKS = (
    "task",
    "label",
    "document",
    "documentLabel",
    "path",
    "leads",
    "partners",
    "startYear",
    "endYear",
    "quote",
    "file",
    "start",
    "end",
)


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/lineage")
    def lineage(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        place = here(request)
        directives = site.ask("directives", lang=place.lang)
        if not asked.of:
            start = {"directives": directives, "short": things.curie}
            return site.render(request, "lineage-start.html", start)
        view = View(site, asked, place.lang)
        values = {
            "view": view,
            "asked": asked,
            "directives": directives,
            "classes": [(name, iri.concept("evidence-class", name)) for name in CLASSES],
            "sentence": lambda edge: lineage_view.sentence(place, edge),
            "period": lineage_view.period,
            "short": things.curie,
            "wider": WIDER,
        }
        return site.render(request, "lineage.html", values)

    @made.get("/lineage/graph")
    def graph(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        place = here(request)
        with at(place):
            return JSONResponse(lineage_view.graph(site, View(site, asked, place.lang), place))

    @made.get("/lineage.{form}")
    def drawn(
        request: Request,
        form: Literal["svg", "mermaid", "graphml"],
        asked: Annotated[Asked, Query()],
    ) -> Response:
        place = here(request)
        with at(place):
            sketch = lineage_view.sketch(site, View(site, asked, place.lang))
        write = {"mermaid": drawing.mermaid, "graphml": drawing.graphml, "svg": drawing.svg}
        return Response(write[form](sketch), headers={"Content-Type": FORMATS[form]})

    @made.get("/lineage/edges.csv")
    def edges(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        view = View(site, asked, here(request).lang)
        return downloads.table("lineage", EDGES, [_edge(view, e) for e in view.folding.edges()])

    @made.get("/lineage/tasks.csv")
    def tasks(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        view = View(site, asked, here(request).lang)
        return downloads.table("tasks", TASKS, [_task(view, w) for w in view.folding.works])

    return made


def _edge(view: View, edge: Edge) -> tuple[Cell, ...]:
    return (
        edge.lower,
        view.node(edge.lower).label,
        edge.relation.removeprefix(iri.ONTOLOGY),
        edge.upper,
        view.node(edge.upper).label,
        edge.evidence_class.rpartition("/")[2],
        *_words(edge),
        edge.confidence,
        " ".join(edge.sources),
    )


def _task(view: View, work: Work) -> tuple[Cell, ...]:
    return (
        work.iri,
        work.label,
        work.document,
        view.node(work.document).label,
        work.path,
        "; ".join(view.names[agency] for agency in work.leads),
        "; ".join(view.names[agency] for agency in work.partners),
        work.start_year,
        work.end_year,
        *_words(work.words),
    )


def _words(edge: Edge | None) -> tuple[Cell, ...]:
    return (edge.quote, edge.file, edge.start, edge.end) if edge else (None,) * 4
