"""Documents, tasks, agencies and indicators as lists, narrowed by filters and facets.

Without a script: a filter is a form, a value of a facet a link, and each chosen one a link that
takes it away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from policygraph import iri, listings, things
from policygraph.listings import Listing, Wish
from policygraph.queries import LOOKED_UP, Type
from policygraph_api.explorer.site import Site
from policygraph_api.places import Here, here

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "documents": ("type", "issued", "issuers", "file"),
    "tasks": ("document", "path", "leads", "endYear"),
    "agencies": ("names", "place", "parents"),
    "indicators": ("unit", "targets"),
}
"""Fields of a record that a list shows beside its name."""
KINDS = {"documents": "doc", "tasks": "task", "agencies": "agency", "indicators": "indicator"}
"""What the search calls the things of a list."""
FINER = frozenset({Type.BOOLEAN, Type.CONFIDENCE})
"""Types of filters that few need: they stand folded away."""
PAGE = 25
SHOWN = 8
"""Values of a facet that are seen at once; the others unfold."""
KEY = "after"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter in force: what it is called, its value's name, and the list without it."""

    name: str
    label: str
    value: things.Name
    without: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, and the list narrowed to it."""

    name: things.Name
    count: int
    href: str


def routes(site: Site) -> APIRouter:
    made = APIRouter()
    for listing in listings.load().values():
        if listing.name in COLUMNS:
            made.add_api_route(f"/{listing.name}", _endpoint(site, listing), methods=["GET"])
    return made


def _endpoint(site: Site, listing: Listing) -> Callable[[Request], Response]:
    faceted = {facet.filter for facet in listing.facets}
    plain = [f for f in listing.filters if f.name not in faceted]

    def endpoint(request: Request) -> Response:
        shelf, place = site.shelf(), here(request)
        known = {f.name: f for f in listing.filters}
        given = {
            name: value.strip()
            for name, value in request.query_params.items()
            if value.strip() and name != KEY
        }
        after = request.query_params.get(KEY) or None
        wish = Wish(given, (), PAGE, after, place.lang, with_facets=True, newest_first=True)
        page = listings.page(shelf.engine, shelf.lookup, listing, wish)
        resolved = {
            name: shelf.lookup.resolve(known[name].type.value, value)
            if known[name].type in LOOKED_UP
            else value
            for name, value in given.items()
        }
        mentioned = {str(r["iri"]) for r in page.records}
        mentioned |= {a for r in page.records for v in r.values() for a in _addresses(v)}
        mentioned |= {a for v in resolved.values() for a in _addresses(v)}
        names = things.names(shelf.snapshot, mentioned) if mentioned else {}
        base = f"/{listing.name}"
        values = {
            "listing": listing,
            "page": page,
            "names": names,
            "columns": COLUMNS[listing.name],
            "filters": [f for f in plain if f.type not in FINER],
            "finer": [f for f in plain if f.type in FINER],
            "kind": KINDS[listing.name],
            "given": given,
            "chosen": [
                Chosen(
                    name,
                    known[name].vi if place.lang == "vi" else known[name].en,
                    names.get(value, things.Name(value, value, None)),
                    place.url(base, **{n: v for n, v in given.items() if n != name}),
                )
                for name, value in resolved.items()
            ],
            "facets": _facets(listing, page, given, place),
            "shown": SHOWN,
            "first": place.url(base, **given) if after else None,
            "next": page.next and place.url(base, **given, **{KEY: page.next}),
            "as_json": place.service(f"/api{base}", **given, lang=place.lang),
        }
        return site.render(request, "list.html", values)

    return endpoint


def _addresses(value: object) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [v for v in found if isinstance(v, str) and v.startswith((iri.THINGS, iri.VOCAB))]


def _facets(
    listing: Listing, page: listings.Page, given: Mapping[str, str], place: Here
) -> dict[str, list[Choice]]:
    """The values that would narrow what is shown, by the name of the filter they go to."""
    return {
        facet.filter: [
            Choice(
                things.Name(count.value, count.label or count.value, count.label_en),
                count.count,
                place.url(f"/{listing.name}", **{**given, facet.filter: count.value}),
            )
            for count in page.facets[facet.name]
        ]
        for facet in listing.facets
        if facet.filter not in given
    }
