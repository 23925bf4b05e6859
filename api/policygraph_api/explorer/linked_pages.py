"""All that the graph says of one thing, and the ontology, as pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from policygraph import iri, ontology_terms, things
from policygraph_api.explorer.site import Site
from policygraph_api.linked import FORMATS, LOCAL, nothing
from policygraph_api.places import here

_AFTER = Query(min_length=1, max_length=1001, description="Khóa trang / key of a page")


def routes(site: Site) -> APIRouter:
    made = APIRouter()

    @made.get("/data/{name:path}.html")
    def thing(request: Request, name: str, after: Annotated[str | None, _AFTER] = None) -> Response:
        if not LOCAL.fullmatch(name):
            raise nothing(name)
        snapshot = site.shelf().snapshot
        address = iri.BASE + name
        links = things.incoming(snapshot, address, after)
        place = here(request)
        own_page = place.href(address)
        following = links.next and place.url(f"/data/{name}.html", after=links.next) + "#incoming"
        values = {
            "thing": things.describe(snapshot, address),
            "links": links,
            "next": following,
            "document": f"/data/{name}",
            "formats": FORMATS,
            "own_page": None if own_page == place.url(f"/data/{name}.html") else own_page,
        }
        return site.render(request, "thing.html", values)

    @made.get("/ontology.html")
    def ontology(request: Request) -> Response:
        groups = ontology_terms.groups(site.shelf().snapshot)
        values = {"groups": groups, "formats": FORMATS, "space": iri.ONTOLOGY}
        return site.render(request, "ontology.html", values)

    return made
