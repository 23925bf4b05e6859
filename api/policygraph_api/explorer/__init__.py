"""The explorer: pages for people, each in Vietnamese and, under ``/en``, in English."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.params import Depends

from policygraph.examples import Example
from policygraph.settings import Settings
from policygraph_api.explorer import (
    about,
    agencies,
    documents,
    editor,
    gaps,
    home,
    indicators,
    lineage,
    linked_pages,
    lists,
    review,
    search,
    tasks,
    text_view,
)
from policygraph_api.explorer.site import Site
from policygraph_api.places import ENGLISH
from policygraph_api.sparql import Sparql

PAGES = (
    home,
    search,
    lists,
    documents,
    text_view,
    indicators,
    tasks,
    agencies,
    lineage,
    gaps,
    about,
    linked_pages,
)
"""A module a page, or a few that belong together; each gives its routes."""


def router(
    site: Site,
    sparql: Sparql,
    free: Sequence[Example],
    settings: Settings,
    gated: Sequence[Depends],
) -> APIRouter:
    """Every page in both languages, and the files they need; ``free`` are queries to start from,
    ``gated`` is what pages that are put together here depend on."""
    routes = APIRouter(include_in_schema=False)
    pages = APIRouter(dependencies=gated)
    for page in PAGES:
        pages.include_router(page.routes(site))
    for made in (pages, editor.routes(site, sparql, free), review.routes(site, settings)):
        routes.include_router(made)
        routes.include_router(made, prefix=ENGLISH)
    routes.include_router(site.assets.router())
    return routes
