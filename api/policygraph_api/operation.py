"""Routes for operators: health, metrics, and the administration of queries and builds."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Body, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from policygraph import store
from policygraph.errors import StoreError
from policygraph.settings import Settings
from policygraph_api import tokens
from policygraph_api.front import Front
from policygraph_api.logs import query_hash
from policygraph_api.metrics import MEDIA_TYPE, Metrics
from policygraph_api.problems import ProblemError
from policygraph_api.served import Builds

_NO_STORE = {"Cache-Control": "no-store"}


def health_routes(builds: Builds, settings: Settings, queries: int) -> APIRouter:
    routes = APIRouter(prefix="/health", tags=["service"])

    @routes.get("", summary="Tình trạng dịch vụ / State of the service")
    async def health() -> JSONResponse:
        served = builds.current
        body = {
            "status": "ok",
            "build": served.engine.hash,
            "triples": served.triples,
            "queries": queries,
            "workers": settings.workers,
            "workersAlive": len(served.runner.pids()),
            "workersCutOffFromNetwork": served.runner.is_cut_off,
            "queue": served.runner.waiting,
            "engine": "http" if settings.engine_url else "embedded",
            "limits": {
                "seconds": settings.timeout,
                "memoryMB": settings.memory_mb,
                "queryBytes": settings.max_query_bytes,
                "nesting": settings.max_nesting,
                "answerMB": settings.max_answer_mb,
                "queue": settings.queue,
                "budgetSeconds": settings.budget,
                "budgetPeriod": settings.budget_period,
            },
        }
        return JSONResponse(body, headers=_NO_STORE)

    @routes.get("/live", summary="Tiến trình còn sống / The process lives")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    @routes.get("/ready", summary="Sẵn sàng trả lời / Ready to answer")
    async def ready() -> JSONResponse:
        served = builds.current
        is_ready = bool(served.runner.pids()) or bool(settings.engine_url)
        status = "ok" if is_ready else "not ready"
        return JSONResponse(
            {"status": status, "build": served.engine.hash}, 200 if is_ready else 503, _NO_STORE
        )

    return routes


def metric_routes(builds: Builds, front: Front, metrics: Metrics) -> APIRouter:
    routes = APIRouter(tags=["service"])

    @routes.get("/metrics", summary="Số đo cho Prometheus / Metrics", response_class=Response)
    async def metrics_page() -> Response:
        served = builds.current
        counts = served.runner.counts
        runs = served.runner.runs()
        values: dict[str, float] = {
            "queue_length": served.runner.waiting,
            "running": len(runs) - served.runner.waiting,
            "workers": len(served.runner.pids()),
            "workers_killed": counts.killed,
            "workers_died": counts.died,
            "workers_recycled": counts.recycled,
            "queries_put_back": counts.put_back,
            "queries_refused": counts.refused,
            "cache_bytes": front.cache.size,
            "cache_entries": len(front.cache),
            "cache_hits": front.cache.hits,
            "not_modified": front.not_modified,
            "builds_open": builds.open,
            "triples": served.triples,
        }
        return Response(
            metrics.text(served.name, values), headers={**_NO_STORE, "Content-Type": MEDIA_TYPE}
        )

    return routes


def add_admin(app: FastAPI, builds: Builds, settings: Settings) -> None:
    """The admin routes, only where a token is set."""
    if settings.admin_token is None:
        return

    def check(request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not tokens.is_right(settings.admin_token, given):
            raise ProblemError(
                "unauthorized",
                "Mã thiếu hoặc sai.",
                "The token is missing or wrong.",
                headers={"WWW-Authenticate": "Bearer", **_NO_STORE},
            )

    routes = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(check)])

    @routes.get("/queries", summary="Câu truy vấn đang chạy và chờ / Running and waiting queries")
    async def running() -> JSONResponse:
        now = time.monotonic()
        found = [
            {
                "id": run.id,
                "query": query_hash(run.job.query),
                "build": served.name,
                "state": "running" if run.started else "waiting",
                "place": run.place,
                "seconds": round(now - (run.started or run.queued), 3),
            }
            for served in builds.served()
            for run in served.runner.runs()
        ]
        return JSONResponse({"queries": found}, headers=_NO_STORE)

    @routes.delete("/queries/{run_id}", summary="Dừng một câu truy vấn / Kill a query")
    async def kill(run_id: int) -> JSONResponse:
        if not any(served.runner.cancel(run_id) for served in builds.served()):
            raise ProblemError("not-found", f"Không có câu {run_id}.", f"No query {run_id}.")
        return JSONResponse({"killed": run_id}, headers=_NO_STORE)

    @routes.get("/builds", summary="Các bản dựng / The builds")
    async def known() -> JSONResponse:
        names = await asyncio.to_thread(store.builds, settings.store)
        return JSONResponse({"current": builds.current.name, "builds": names}, headers=_NO_STORE)

    async def change(to: str | None) -> JSONResponse:
        try:
            if to is None:
                await asyncio.to_thread(store.roll_back, settings.store)
            else:
                await asyncio.to_thread(store.switch, settings.store, to)
            await builds.refresh()
        except StoreError as error:
            raise ProblemError("not-found", str(error)) from error
        return JSONResponse({"current": builds.current.name}, headers=_NO_STORE)

    @routes.post("/switch", summary="Chuyển sang bản dựng khác / Switch to another build")
    async def switch(build: Annotated[str, Body(embed=True, max_length=64)]) -> JSONResponse:
        return await change(build)

    @routes.post("/rollback", summary="Quay về bản dựng trước / Go back to the build before")
    async def roll_back() -> JSONResponse:
        return await change(None)

    app.include_router(routes)
