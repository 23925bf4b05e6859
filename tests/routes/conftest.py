"""The data routes alone over the fixture graph, with the service's way of telling errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.testclient import TestClient

from policygraph import lineage, resources, store
from policygraph.errors import AmbiguousThing, QueryError, UnknownThing
from policygraph.lookup import Lookup
from policygraph_api import data, explorer, export_routes
from policygraph_api.explorer.site import Site
from policygraph_api.places import ENGLISH
from policygraph_api.problems import ProblemError, respond
from policygraph_api.shelf import Shelves

TTL = Path(__file__).parent.parent / "fixtures" / "ttl"


@pytest.fixture(scope="session")
def store_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("routes") / "store"
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    return root


@pytest.fixture(scope="session")
def snapshot(store_root):
    return store.open_read_only(store_root)


@pytest.fixture(scope="session")
def app(snapshot):
    made = FastAPI()
    shelves = Shelves(lambda: snapshot)
    site = Site(shelves, {}, lambda: snapshot.hash)
    for page in explorer.PAGES:
        made.include_router(page.routes(site))
        made.include_router(page.routes(site), prefix=ENGLISH)
    made.include_router(site.assets.router())
    made.include_router(data.router(shelves))
    made.include_router(export_routes.router(shelves))
    kinds = (
        (UnknownThing, "unknown-thing"),
        (AmbiguousThing, "ambiguous-thing"),
        (QueryError, "bad-parameter"),
        (RequestValidationError, "bad-parameter"),
    )
    for error, kind in kinds:
        made.add_exception_handler(
            error, lambda request, raised, kind=kind: respond(ProblemError(kind, str(raised)))
        )
    made.add_exception_handler(ProblemError, lambda request, raised: respond(raised))
    made.mount(f"/build/{snapshot.hash}", made)
    return made


@pytest.fixture(scope="session")
def web(app):
    """Raises what no handler told, so that a failure shows itself."""
    with TestClient(app) as opened:
        yield opened


@pytest.fixture(scope="session")
def names_a_thing(snapshot):
    """Whether a text is the name of just one thing of a kind: "VN" is, by chance, a place."""
    lookup = Lookup(snapshot)

    def names(kind, text):
        try:
            return bool(lookup.resolve(kind, text))
        except QueryError:
            return False

    return names
