"""The data that others build on, as one router: search, look-ups, linked data."""

from __future__ import annotations

from fastapi import APIRouter

from policygraph_api import drawing_routes, linked, listing_routes, search_routes
from policygraph_api.shelf import Shelves


def router(shelves: Shelves) -> APIRouter:
    """All data routes over the build that ``shelves`` give."""
    routes = APIRouter()
    routes.include_router(search_routes.router(shelves))
    routes.include_router(listing_routes.router(shelves))
    routes.include_router(drawing_routes.router(shelves))
    routes.include_router(linked.router(shelves))
    return routes
