"""The application: what is opened at start, which routes there are, how errors are told."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette_compress import CompressMiddleware

from policygraph import examples, things
from policygraph.errors import AmbiguousThing, QueryError, StoreError, UnknownThing
from policygraph.queries import load
from policygraph.settings import Settings
from policygraph.store import Snapshot
from policygraph_api import (
    agents_door,
    canned,
    data,
    explorer,
    export_routes,
    lineage_routes,
    logs,
    openapi,
    operation,
    parameters,
)
from policygraph_api.budgets import Budgets
from policygraph_api.explorer.errors import Tell, teller
from policygraph_api.explorer.site import Site
from policygraph_api.front import PACKED, Front
from policygraph_api.gate import Gate
from policygraph_api.graph_store import GraphStore
from policygraph_api.lent import lender
from policygraph_api.metrics import Metrics
from policygraph_api.problems import ProblemError
from policygraph_api.served import Builds, Switch, asked, fingerprint
from policygraph_api.server import Server
from policygraph_api.shelf import Shelves
from policygraph_api.sparql import Sparql

WAITING = 4
"""Exports, and calls of tools, under way at once for each worker: most of their time they wait for
who takes them, or for a worker."""
log = logging.getLogger(__name__)


def create_app(settings: Settings) -> Front:
    """The service over the build that is current, and over each that becomes so.

    Dies at once, with StoreError or DataError, where the store or a query file is unusable.
    """
    queries = load(settings.queries)
    metrics = Metrics()

    def switched(switch: Switch) -> None:
        metrics.switches.inc()
        log.info("build switched", extra={"fields": {"from": switch.old, "to": switch.new}})

    desk = canned.Desk(queries, examples.load(settings.queries))
    budgets = Budgets(settings.budget, settings.budget_period)
    sparql = Sparql(settings, budgets, metrics, desk.examples)
    shelves = Shelves(_snapshot, lender(sparql))
    site = Site(shelves, queries, lambda: asked().name, settings.is_reviewed)
    made_of = "\n".join((site.fingerprint, *(example.text for example in desk.free)))
    builds = Builds(settings, fingerprint(queries, made_of), switched)
    waiting = Gate(WAITING * settings.workers, settings.patience)
    door = agents_door.Door(shelves, sparql, waiting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with builds.running(), door.running():
            yield

    app = FastAPI(
        title="PolicyGraph",
        description="Từ văn bản chỉ đạo đến nhiệm vụ / From directives to tasks",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # What a generated client calls the operation.
        generate_unique_id_function=lambda route: route.name.replace("_", "-"),
    )
    app.add_middleware(CompressMiddleware, minimum_size=PACKED)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS", "POST"],
        allow_headers=["*"],
    )
    tell = teller(site)
    _tell_errors(app, tell)

    app.include_router(operation.health_routes(builds, settings, len(queries)))
    app.include_router(canned.router(desk, canned.Answers(sparql, settings)))
    # Given back before the answer is sent, which a client may take slowly.
    gated = [Depends(Gate(settings.workers, settings.patience), scope="function")]
    app.include_router(lineage_routes.router(desk), dependencies=gated)
    # The pages go first: /data/….html is theirs.
    app.include_router(explorer.router(site, sparql, desk.free, settings, gated))
    app.include_router(data.router(shelves), dependencies=gated)
    exports = Gate(WAITING * settings.workers, settings.patience)
    app.include_router(export_routes.router(shelves), dependencies=[Depends(exports)])
    app.router.routes.append(Route(agents_door.PATH, door, methods=["POST"]))
    operation.add_admin(app, builds, settings)
    graphs = GraphStore(sparql, settings.max_answer_mb)
    endpoints = {"/sparql": sparql.answer, "/graphs": graphs.answer}
    openapi.add(app, endpoints)
    front = Front(app, builds, endpoints, settings, metrics, tell)
    app.include_router(operation.metric_routes(builds, front, metrics))
    return front


def _snapshot() -> Snapshot:
    """The build asked about, for what needs more of it than queries."""
    snapshot = asked().beside
    if snapshot is None:
        raise ProblemError(
            "engine",
            "Phần này cần bản dựng đã nạp lên máy chủ: đặt POLICYGRAPH_STORE là thư mục của nó.",
            "This part needs the build that the engine holds: set POLICYGRAPH_STORE to its place.",
        )
    return snapshot


def serve(settings: Settings) -> None:
    """Run the service until it is told to stop."""
    logs.set_up()
    # When all is closed uvicorn sends itself the signal once more that stopped it; left to its
    # default that would end the process before its temporary files are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Server(create_app(settings), settings).run()


def _tell_errors(app: FastAPI, tell: Tell) -> None:
    """Every error becomes a problem document, or a page for a browser."""

    def told(error: QueryError) -> tuple[str, str]:
        return error.said or (str(error), str(error))

    @app.exception_handler(ProblemError)
    async def problem(request: Request, error: ProblemError) -> Response:
        return tell(request, error)

    @app.exception_handler(AmbiguousThing)
    async def ambiguous(request: Request, error: AmbiguousThing) -> Response:
        served = asked()
        known = things.names(served.engine, error.candidates)
        candidates = [
            {"iri": address, "label": e.label, "issuer": e.issuer, "issued": e.issued}
            if (e := served.lookup.describe(address))
            else {"iri": address, "label": known[address].vi}
            for address in error.candidates
        ]
        return tell(request, ProblemError("ambiguous-thing", *told(error), candidates=candidates))

    @app.exception_handler(UnknownThing)
    async def unknown(request: Request, error: UnknownThing) -> Response:
        return tell(
            request, ProblemError("unknown-thing", *told(error), nearest=list(error.nearest))
        )

    @app.exception_handler(QueryError)
    async def wrong(request: Request, error: QueryError) -> Response:
        return tell(request, ProblemError("bad-parameter", *told(error)))

    @app.exception_handler(StoreError)
    async def unreachable(request: Request, error: StoreError) -> Response:
        log.error("the engine failed: %s", error)
        return tell(request, ProblemError("engine", str(error), headers={"Retry-After": "5"}))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return tell(request, parameters.refusal(request, error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        kind = {404: "not-found", 405: "method"}.get(error.status_code, "bad-request")
        return tell(
            request,
            ProblemError(kind, f"{request.method} {request.url.path}", headers=error.headers),
        )

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        log.error("unexpected error on %s", request.url.path, exc_info=error)
        return tell(request, ProblemError("internal", "Lỗi ngoài dự kiến.", "An unexpected error."))
