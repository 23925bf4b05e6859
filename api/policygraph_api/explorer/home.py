"""The first page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from policygraph_api.explorer.site import Site


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/")
    def home(request: Request) -> Response:
        values = {"queries": site.queries.values(), "triples": len(site.shelf().snapshot)}
        return site.render(request, "home.html", values)

    return made
