"""The first page: a search box, what is in the graph, questions to begin with."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from policygraph import listings
from policygraph.listings import Wish
from policygraph.queries import Record
from policygraph_api.explorer import timeline
from policygraph_api.explorer.site import Site
from policygraph_api.places import here
from policygraph_api.shelf import Shelf

NEWEST = 6
"""Documents with their text that are named on the page."""
_COUNTED = ("tasks", "agencies", "indicators", "targets")


@dataclass(frozen=True, slots=True)
class Question:
    """A question to click: the name it asks about, and where the answer is."""

    key: str
    name: str
    path: str


def routes(site: Site) -> APIRouter:
    made = APIRouter()
    known = listings.load()

    @made.get("/")
    def home(request: Request) -> Response:
        shelf, place = site.shelf(), here(request)
        documents = site.ask("documents", lang=place.lang)
        texts = [one for one in documents if one["file"]]
        dated = [
            (int(issued[:4]), bool(one["file"]))
            for one in documents
            if isinstance(issued := one["issued"], str)
        ]
        counts = {
            name: listings.page(shelf.snapshot, shelf.lookup, known[name], Wish({}, limit=1)).total
            for name in _COUNTED
        }
        values = {
            "counts": {**counts, "texts": len(texts), "cited": len(documents) - len(texts)},
            "questions": _questions(site, shelf, place.lang),
            "columns": timeline.columns(dated),
            "height": timeline.HEIGHT,
            "undated": len(documents) - len(dated),
            "texts": sorted(texts, key=_issued, reverse=True)[:NEWEST],
        }
        return site.render(request, "home.html", values)

    return made


def _issued(document: Record) -> str:
    return str(document["issued"] or "")


def _questions(site: Site, shelf: Shelf, lang: str) -> list[Question]:
    """Questions about what this very graph has most of."""
    questions = []
    directives = site.ask("directives", lang=lang)
    if directives:
        widest = max(directives, key=lambda row: (row["documents"], row["tasks"]))
        path = f"/lineage?of={str(widest['document']).rpartition('/')[2]}"
        questions.append(Question("lineage", str(widest["label"]), path))
    wish = Wish({}, limit=1, lang=lang, with_facets=True)
    tasks = listings.page(shelf.snapshot, shelf.lookup, listings.load()["tasks"], wish)
    if leads := tasks.facets["lead"]:
        busiest = leads[0]
        name = busiest.label_en if lang == "en" and busiest.label_en else busiest.label
        path = f"/agencies/{busiest.value.rpartition('/')[2]}"
        questions.append(Question("agency", name or busiest.value, path))
    return [*questions, Question("gaps", "", "/gaps")]
