"""Linked data: every IRI of ours answers, as a page, as Turtle and as JSON-LD.

/id/<kind>/<local>, /vocab/<scheme>/<name>     303, by what is accepted, to a page, or to
/data/id/<kind>/<local>.ttl|jsonld|nt
/ontology                                      303 to /ontology.html|ttl|jsonld|nt
/context.jsonld                                terms for JSON-LD

The pages are the explorer's.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import lru_cache
from typing import Annotated
from urllib.parse import quote

import pyoxigraph as ox
from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph import iri, ontology_terms, things
from policygraph.store import GRAPH_FORMATS, Snapshot
from policygraph_api.negotiation import choose, language
from policygraph_api.places import Here, here
from policygraph_api.problems import ProblemError, not_acceptable
from policygraph_api.shelf import Shelves

HTML = "html"
FORMATS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
_BY_TYPE = {"text/html": HTML, **{media: extension for extension, media in FORMATS.items()}}
LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~/-]{0,500}")
_DOCUMENT = re.compile(r"(.+)\.(ttl|jsonld|nt)")
_VARY = {"Vary": "Accept, Accept-Language"}
_PLAN = "doc/vn-61.ubnd.kh.2021.2358"
_THING = Path(description="Loại/tên / kind/name", examples=[_PLAN])
_CONCEPT = Path(description="Bộ từ vựng/tên / scheme/name", examples=["role/lead"])
_FILE = Path(
    description="Định danh và định dạng / identifier and format (ttl, jsonld, nt)",
    examples=[f"id/{_PLAN}.ttl"],
)
_EXTENSION = Path(description="Định dạng / format: ttl, jsonld, nt", examples=["ttl"])
_AFTER = Query(min_length=1, max_length=1001, description="Khóa trang / key of a page")


def router(shelves: Shelves) -> APIRouter:
    routes = APIRouter(tags=["linked data"])

    @routes.get("/id/{name:path}", summary="Định danh / An identifier", status_code=303)
    def thing(request: Request, name: Annotated[str, _THING]) -> Response:
        return _see_other(request, f"id/{name}", shelves().snapshot)

    @routes.get("/vocab/{name:path}", summary="Khái niệm / A concept", status_code=303)
    def concept(request: Request, name: Annotated[str, _CONCEPT]) -> Response:
        return _see_other(request, f"vocab/{name}", shelves().snapshot)

    @routes.get(
        "/data/{name:path}",
        response_class=Response,
        summary="Mô tả của một định danh / What is said of an identifier",
    )
    def described(
        name: Annotated[str, _FILE], after: Annotated[str | None, _AFTER] = None
    ) -> Response:
        found = _DOCUMENT.fullmatch(name)
        if not found or not LOCAL.fullmatch(found[1]):
            raise nothing(name)
        snapshot = shelves().snapshot
        links = things.incoming(snapshot, iri.BASE + found[1], after)
        return _rdf(things.triples(snapshot, iri.BASE + found[1], links), found[2])

    @routes.get("/ontology", summary="Bản thể luận / The ontology", status_code=303)
    def ontology(request: Request) -> Response:
        extension = _extension(request)
        place = _place(request)
        path = f"/ontology.{extension}"
        address = place.url(path) if extension == HTML else place.service(path)
        return RedirectResponse(address, 303, _VARY)

    @routes.get("/ontology.{extension}", response_class=Response, summary="Bản thể luận / Ontology")
    def ontology_as(extension: Annotated[str, _EXTENSION]) -> Response:
        snapshot = shelves().snapshot
        if extension not in FORMATS:
            raise nothing(f"ontology.{extension}")
        return _rdf(ontology_terms.triples(snapshot), extension)

    @routes.get("/context.jsonld", response_class=Response, summary="JSON-LD context")
    def context() -> Response:
        return Response(_context(shelves().snapshot), media_type="application/ld+json")

    return routes


@lru_cache(maxsize=4)
def _context(snapshot: Snapshot) -> bytes:
    return (json.dumps(ontology_terms.context(snapshot), indent=2) + "\n").encode()


def _see_other(request: Request, name: str, snapshot: Snapshot) -> Response:
    """To the page or the document about a thing, in the form that is liked best."""
    if not LOCAL.fullmatch(name) or not snapshot.has_subject(iri.BASE + name):
        raise nothing(name)
    extension = _extension(request)
    place = _place(request)
    if extension == HTML:
        return RedirectResponse(place.href(iri.BASE + name), 303, _VARY)
    return RedirectResponse(place.service(f"/data/{quote(name)}.{extension}"), 303, _VARY)


def _place(request: Request) -> Here:
    """Where to go on: in the language that the browser likes, Vietnamese first."""
    liked = request.headers.get("accept-language")
    return replace(here(request), lang=language(liked))


def _extension(request: Request) -> str:
    accept = ",".join(request.headers.getlist("accept")) or None
    chosen = choose(accept, tuple(_BY_TYPE))
    if chosen is None:
        raise not_acceptable(_BY_TYPE)
    return _BY_TYPE[chosen]


def _rdf(found: list[ox.Triple], extension: str) -> Response:
    media_type = FORMATS[extension]
    body = ox.serialize(found, format=GRAPH_FORMATS[media_type], prefixes=iri.PREFIXES)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Response(body, headers={"Content-Type": media_type + charset})


def nothing(name: str) -> ProblemError:
    return ProblemError(
        "unknown-thing", f"Không có định danh {name!r}.", f"Nothing is known as {name!r}."
    )
