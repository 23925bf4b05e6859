"""Linked data: every IRI of ours answers, as a page, as Turtle and as JSON-LD.

/id/<kind>/<local>, /vocab/<scheme>/<name>     303, by what is accepted, to
/data/id/<kind>/<local>.html|ttl|jsonld|nt
/ontology                                      303 to /ontology.html|ttl|jsonld|nt
/context.jsonld                                terms for JSON-LD
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Annotated
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policygraph import iri, ontology_terms, things
from policygraph.store import GRAPH_FORMATS, Snapshot
from policygraph_api.negotiation import choose
from policygraph_api.pages import Pages
from policygraph_api.problems import ProblemError
from policygraph_api.search_routes import Asked, results
from policygraph_api.shelf import Shelves

HTML = "html"
FORMATS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
_BY_TYPE = {"text/html": HTML, **{media: extension for extension, media in FORMATS.items()}}
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~/-]{0,500}")
_DOCUMENT = re.compile(r"(.+)\.(html|ttl|jsonld|nt)")
_AFTER = Query(min_length=1, max_length=1001, description="Khóa trang / key of a page")


def router(shelves: Shelves) -> APIRouter:
    routes = APIRouter(tags=["linked data"])
    pages = Pages()

    @routes.get("/id/{name:path}", summary="Định danh / An identifier", status_code=303)
    def thing(request: Request, name: str) -> Response:
        return _see_other(request, f"id/{name}", shelves().snapshot)

    @routes.get("/vocab/{name:path}", summary="Khái niệm / A concept", status_code=303)
    def concept(request: Request, name: str) -> Response:
        return _see_other(request, f"vocab/{name}", shelves().snapshot)

    @routes.get(
        "/data/{name:path}",
        response_class=Response,
        summary="Mô tả của một định danh / What is said of an identifier",
    )
    def document(name: str, after: Annotated[str | None, _AFTER] = None) -> Response:
        found = _DOCUMENT.fullmatch(name)
        if not found or not _LOCAL.fullmatch(found[1]):
            raise _nothing(name)
        snapshot = shelves().snapshot
        if found[2] == HTML:
            return _page(pages, snapshot, found[1], after)
        links = things.incoming(snapshot, iri.BASE + found[1], after)
        return _rdf(things.triples(snapshot, iri.BASE + found[1], links), found[2])

    @routes.get("/ontology", summary="Bản thể luận / The ontology", status_code=303)
    def ontology(request: Request) -> Response:
        return RedirectResponse(f"/ontology.{_extension(request)}", 303, {"Vary": "Accept"})

    @routes.get("/ontology.{extension}", response_class=Response, summary="Bản thể luận / Ontology")
    def ontology_as(extension: str) -> Response:
        snapshot = shelves().snapshot
        if extension == HTML:
            groups = ontology_terms.groups(snapshot)
            values = {"groups": groups, "formats": FORMATS, "space": iri.ONTOLOGY}
            return pages.render("ontology", snapshot.hash, values)
        if extension not in FORMATS:
            raise _nothing(f"ontology.{extension}")
        return _rdf(ontology_terms.triples(snapshot), extension)

    @routes.get("/context.jsonld", response_class=Response, summary="JSON-LD context")
    def context() -> Response:
        return Response(_context(shelves().snapshot), media_type="application/ld+json")

    @routes.get("/search", include_in_schema=False)
    def search(asked: Annotated[Asked, Query()]) -> Response:
        shelf = shelves()
        inside = shelf.lookup.resolve("document", asked.document) if asked.document else None
        found = shelf.index.search(asked.q, asked.kind, inside, asked.limit, asked.cursor)
        answer = results(asked, found)
        kinds = {kind: "/search?" + urlencode({"q": asked.q, "kind": kind}) for kind in found.kinds}
        following = answer.next and answer.next.removeprefix("/api")
        values = {"q": asked.q, "results": answer, "kinds": kinds, "next": following}
        return pages.render("search", shelf.snapshot.hash, values)

    return routes


@lru_cache(maxsize=4)
def _context(snapshot: Snapshot) -> bytes:
    return (json.dumps(ontology_terms.context(snapshot), indent=2) + "\n").encode()


def _see_other(request: Request, name: str, snapshot: Snapshot) -> Response:
    """To the document about a thing, in the form that is liked best."""
    if not _LOCAL.fullmatch(name) or not snapshot.has_subject(iri.BASE + name):
        raise _nothing(name)
    address = f"/data/{quote(name)}.{_extension(request)}"
    return RedirectResponse(address, 303, {"Vary": "Accept"})


def _extension(request: Request) -> str:
    accept = ",".join(request.headers.getlist("accept")) or None
    chosen = choose(accept, tuple(_BY_TYPE))
    if chosen is None:
        listed = ", ".join(_BY_TYPE)
        raise ProblemError("not-acceptable", f"Có: {listed}", f"There are: {listed}")
    return _BY_TYPE[chosen]


def _page(pages: Pages, snapshot: Snapshot, name: str, after: str | None) -> Response:
    address = iri.BASE + name
    links = things.incoming(snapshot, address, after)
    document = f"/data/{name}"
    following = links.next and f"{document}.html?{urlencode({'after': links.next})}#incoming"
    values = {
        "thing": things.describe(snapshot, address),
        "links": links,
        "next": following,
        "document": document,
        "formats": FORMATS,
    }
    return pages.render("thing", snapshot.hash, values)


def _rdf(found: list[ox.Triple], extension: str) -> Response:
    media_type = FORMATS[extension]
    body = ox.serialize(found, format=GRAPH_FORMATS[media_type], prefixes=iri.PREFIXES)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Response(body, headers={"Content-Type": media_type + charset})


def _nothing(name: str) -> ProblemError:
    return ProblemError(
        "unknown-thing", f"Không có định danh {name!r}.", f"Nothing is known as {name!r}."
    )
