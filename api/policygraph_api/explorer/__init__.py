"""The explorer: pages for people, each in Vietnamese and, under ``/en``, in English."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

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


def router(site: Site, sparql: Sparql, free: Sequence[Example], settings: Settings) -> APIRouter:
    """Every page in both languages, and the files they need; ``free`` are queries to start from."""
    routes = APIRouter(include_in_schema=False)
    pages = [page.routes(site) for page in PAGES]
    for made in (*pages, editor.routes(site, sparql, free), review.routes(site, settings)):
        routes.include_router(made)
        routes.include_router(made, prefix=ENGLISH)
    routes.include_router(site.assets.router())
    return routes
