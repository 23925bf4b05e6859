"""The data that others build on, as one router: search, and what stands beside it."""

from __future__ import annotations

from fastapi import APIRouter

from policygraph_api import search_routes
from policygraph_api.shelf import Current, Shelves


def router(current: Current) -> APIRouter:
    """All data routes over the build that ``current`` gives."""
    shelves = Shelves(current)
    routes = APIRouter()
    routes.include_router(search_routes.router(shelves))
    return routes
