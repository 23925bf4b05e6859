"""The first page: a search box, what is in the graph, questions to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from policygraph import listings
from policygraph.listings import Page, Wish
from policygraph.queries import bind, records
from policygraph_api.explorer import timeline
from policygraph_api.explorer.site import Site
from policygraph_api.places import here

NEWEST = 6
"""Documents with their text that are named on the page."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to click: the name it asks about, and where the answer is."""

    key: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page tells of a graph: how many things of each kind, documents by year, the newest
    of those with their text, and questions about what this very graph has most of."""

    counts: Mapping[str, int]
    columns: tuple[timeline.Column, ...]
    undated: int
    texts: Page
    questions: tuple[Question, ...]


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/")
    def home(request: Request) -> Response:
        lang = here(request).lang
        memory = site.shelf().snapshot.memory()
        contents = memory.get((__name__, lang), lambda: _contents(site, lang))
        values = {"contents": contents, "height": timeline.HEIGHT}
        return site.render(request, "home.html", values)

    return made


def _contents(site: Site, lang: str) -> Contents:
    # Counted once a build, however long it takes, and not under the limits of who comes first.
    shelf, known = site.shelf(), listings.load()

    def page(name: str, limit: int = 1, facets: bool = False, **values: str) -> Page:
        wish = Wish(values, (), limit, None, lang, with_facets=facets, newest_first=True)
        return listings.page(shelf.snapshot, shelf.lookup, known[name], wish)

    texts = page("documents", NEWEST, facets=True, withText="yes")
    cited = page("documents", facets=True, withText="no")
    tasks = page("tasks", facets=True)
    columns = timeline.columns(_by_year(texts), _by_year(cited))
    dated = sum(column.with_text + column.cited for column in columns)
    counts = {
        "texts": texts.total,
        "cited": cited.total,
        "tasks": tasks.total,
        "targets": page("targets").total,
        "agencies": page("agencies").total,
    }
    undated = texts.total + cited.total - dated
    return Contents(counts, columns, undated, texts, _questions(site, tasks, lang))


def _by_year(documents: Page) -> Mapping[int, int]:
    return {int(count.value): count.count for count in documents.facets["year"]}


def _questions(site: Site, tasks: Page, lang: str) -> tuple[Question, ...]:
    questions = []
    shelf = site.shelf()
    asked = bind(site.queries["directives"], {"lang": lang}, shelf.lookup)
    directives = records(shelf.snapshot, asked)
    if directives:
        widest = max(directives, key=lambda row: (row["documents"], row["tasks"]))
        path = f"/lineage?of={str(widest['document']).rpartition('/')[2]}"
        questions.append(Question("lineage", str(widest["label"]), path))
    if leads := tasks.facets["lead"]:
        busiest = leads[0]
        name = busiest.label_en if lang == "en" and busiest.label_en else busiest.label
        path = f"/agencies/{busiest.value.rpartition('/')[2]}"
        questions.append(Question("agency", name or busiest.value, path))
    return (*questions, Question("gaps", "", "/gaps"))
