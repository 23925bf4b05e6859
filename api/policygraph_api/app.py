"""The application: what is opened at start, which routes there are, how errors are told."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policygraph.errors import AmbiguousThing, QueryError, UnknownThing
from policygraph.lookup import Lookup
from policygraph.queries import load
from policygraph.settings import Settings
from policygraph.store import open_read_only
from policygraph_api import canned, home
from policygraph_api.problems import ProblemError, respond
from policygraph_api.sparql import Sparql
from policygraph_api.workers import Pool

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """The service over the build that is current now.

    Dies at once, with StoreError or DataError, where the store or a query file is unusable.
    """
    snapshot = open_read_only(settings.store)
    queries = load(settings.queries)
    desk = canned.Desk(queries, snapshot, Lookup(snapshot))
    pool = Pool(
        snapshot.path, settings.workers, settings.timeout, settings.memory_mb, settings.queue
    )
    sparql = Sparql(pool, settings)
    front_page = home.page(queries.values(), snapshot.hash, len(snapshot))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.cut_off = await pool.is_cut_off()
        yield
        pool.close()

    app = FastAPI(
        title="PolicyGraph",
        description="Từ văn bản chỉ đạo đến nhiệm vụ / From directives to tasks",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS", "POST"],
        allow_headers=["*"],
    )
    _tell_errors(app, desk)

    @app.get("/health", tags=["service"], summary="Tình trạng dịch vụ / State of the service")
    def health(request: Request) -> dict[str, object]:
        return {
            "status": "ok",
            "build": snapshot.hash,
            "triples": len(snapshot),
            "queries": len(queries),
            "workers": settings.workers,
            "workersCutOffFromNetwork": request.app.state.cut_off,
        }

    @app.get("/", include_in_schema=False)
    def front() -> Response:
        return front_page

    app.include_router(canned.router(desk))
    for method, endpoint in (
        ("GET", sparql.get),
        ("POST", sparql.post),
        ("OPTIONS", sparql.options),
    ):
        app.add_api_route(
            "/sparql",
            endpoint,
            methods=[method],
            tags=["sparql"],
            name=f"sparql-{method.lower()}",
            summary="SPARQL 1.1",
            response_class=Response,
            response_model=None,
        )
    return app


def serve(settings: Settings) -> None:
    """Run the service until it is told to stop."""
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, log_level="info")


class HeadAsGet:
    """Answers HEAD on every route as its GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, without_body)


def _tell_errors(app: FastAPI, desk: canned.Desk) -> None:
    """Every error becomes a problem document."""

    @app.exception_handler(ProblemError)
    async def problem(request: Request, error: ProblemError) -> JSONResponse:
        return respond(error)

    @app.exception_handler(AmbiguousThing)
    async def ambiguous(request: Request, error: AmbiguousThing) -> JSONResponse:
        described = [(address, desk.lookup.describe(address)) for address in error.candidates]
        candidates = [
            {"iri": address, "label": e.label, "issuer": e.issuer, "issued": e.issued}
            if e
            else {"iri": address}
            for address, e in described
        ]
        return respond(ProblemError("ambiguous-thing", str(error), candidates=candidates))

    @app.exception_handler(UnknownThing)
    async def unknown(request: Request, error: UnknownThing) -> JSONResponse:
        return respond(ProblemError("unknown-thing", str(error), nearest=list(error.nearest)))

    @app.exception_handler(QueryError)
    async def wrong(request: Request, error: QueryError) -> JSONResponse:
        return respond(ProblemError("bad-parameter", str(error)))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"parameter": ".".join(map(str, e["loc"][1:])), "message": e["msg"]}
            for e in error.errors()
        ]
        detail = "; ".join(f"{e['parameter']}: {e['message']}" for e in errors)
        return respond(ProblemError("bad-parameter", detail, errors=errors))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        kind = {404: "not-found", 405: "method"}.get(error.status_code, "bad-request")
        return respond(
            ProblemError(kind, f"{request.method} {request.url.path}", headers=error.headers)
        )

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        log.error("unexpected error on %s", request.url.path, exc_info=error)
        return respond(ProblemError("internal", "Lỗi ngoài dự kiến.", "An unexpected error."))
