"""What answers to some words: documents, tasks, agencies, indicators and all else."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from policygraph import things
from policygraph.errors import QueryError
from policygraph.search import MAX_PAGE, MAX_QUERY, Page
from policygraph_api.explorer.site import Site
from policygraph_api.places import here
from policygraph_api.search_routes import KINDS, KindName, marked

_NOTHING = Page((), 0, {}, None, None)


class Asked(BaseModel):
    """What the form sends; an empty question asks nothing yet."""

    q: str = Field("", max_length=MAX_QUERY)
    kind: KindName | None = None
    limit: int = Field(20, ge=1, le=MAX_PAGE)
    cursor: str | None = Field(None, min_length=1, max_length=200)


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/search")
    def search(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        shelf = site.shelf()
        kinds = [asked.kind] if asked.kind else []
        found, is_refused = _NOTHING, False
        if asked.q.strip():
            try:
                found = shelf.index.search(asked.q, kinds, None, asked.limit, asked.cursor)
            except QueryError:
                if asked.cursor:
                    raise
                is_refused = True
        documents = {hit.document for hit in found.hits if hit.document}
        place = here(request)
        again = {"q": asked.q, "kind": asked.kind, "limit": asked.limit}
        values = {
            "q": asked.q,
            "kind": asked.kind,
            "found": found,
            "is_refused": is_refused,
            "kinds": [kind for kind in KINDS if found.kinds.get(kind)],
            "documents": things.names(shelf.snapshot, documents) if documents else {},
            "marked": marked,
            "next": found.next and place.url("/search", **again, cursor=found.next),
        }
        return site.render(request, "search.html", values)

    return made
