"""``/api/queries``: one typed route for each canned query."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from policygraph import cards, examples
from policygraph.engine import Engine
from policygraph.examples import Example
from policygraph.lookup import Lookup
from policygraph.queries import MAX_VALUE, CannedQuery, Parameter, Type, bind, write_records
from policygraph.settings import Settings
from policygraph.store import GRAPH_FORMATS, RESULT_FORMATS, Snapshot, serialize
from policygraph_api.jobs import MB, RECORDS, Job, Refusal
from policygraph_api.negotiation import choose
from policygraph_api.problems import ProblemError, not_acceptable
from policygraph_api.replies import Replying, reply
from policygraph_api.served import asked
from policygraph_api.sparql import Sparql, as_problem


class Records(BaseModel):
    """Rows of a canned query as plain records; IRIs and dates are strings."""

    query: str
    parameters: dict[str, str]
    next: str | None = None
    count: int
    rows: list[dict[str, str | int | float | bool | None]]


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str
    detail_en: str
    advice: str
    advice_en: str


_SCHEMAS = "#/components/schemas/"
PROBLEM = {"$ref": _SCHEMAS + "Problem"}
"""Schemas that many operations share are named once in the document."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The canned queries over the build that a request asks; ``free`` are examples of free ones."""

    queries: Mapping[str, CannedQuery]
    free: Sequence[Example] = ()

    @property
    def snapshot(self) -> Engine:
        return asked().engine

    @property
    def lookup(self) -> Lookup:
        return asked().lookup

    def examples(self, lookup: Lookup) -> Iterator[Example]:
        """Everything that runs as it stands over a graph."""
        yield from examples.of(self.queries.values(), lookup)
        yield from self.free


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an answer.  A build never changes and every query has an order, so that the build
    and the place of a row in it are a key: no row is left out or comes twice."""

    limit: int
    cursor: str | None

    def offset(self, build: str | None) -> int:
        """Rows before the page; ProblemError for a cursor of another build."""
        if self.cursor is None:
            return 0
        found = _CURSOR.fullmatch(self.cursor)
        if found is None:
            raise ProblemError(
                "bad-parameter",
                "cursor: lấy từ “next” của trang trước.",
                "cursor: take it from “next” of the page before.",
            )
        if found["build"] != (build or ""):
            raise ProblemError(
                "bad-parameter",
                "cursor: của một bản dựng khác; đi theo địa chỉ “next” hoặc hỏi lại từ đầu.",
                "cursor: of another build; follow the address in “next”, or ask from the start.",
            )
        return int(found["offset"])

    def following(
        self, name: str, values: Mapping[str, str], build: str | None, offset: int
    ) -> str:
        """Address of the page behind this one, of this build for good where builds have names."""
        cursor = f"{build or ''}.{offset + self.limit}"
        asked_for = {**values, "limit": str(self.limit), "cursor": cursor}
        prefix = f"/build/{build}" if build else ""
        return f"{prefix}/api/queries/{name}?{urlencode(asked_for)}"


_CURSOR = re.compile(r"(?P<build>[0-9a-f]{0,64})\.(?P<offset>\d{1,9})")
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to canned queries: in a worker and under the limits of free ones, since a value may
    ask for a lot."""

    sparql: Sparql
    settings: Settings

    async def answer(
        self, request: Request, query: CannedQuery, values: Mapping[str, str], page: Page | None
    ) -> Response:
        accept = ",".join(request.headers.getlist("accept")) or None
        media_type = choose_format(accept, query.is_graph)
        served, settings = asked(), self.settings
        bound = await run_in_threadpool(bind, query, values, served.lookup)
        members: dict[str, object] = {"query": query.name, "parameters": dict(bound.parameters)}
        limit = 0
        if page is None:
            text, listed = bound.text, cards.wanted(bound)
        else:
            offset = page.offset(served.engine.hash)
            members["next"] = page.following(query.name, values, served.engine.hash, offset)
            # One row more than asked for tells whether another page follows.
            limit = page.limit if media_type == RECORDS else 0
            rows = page.limit + (limit > 0)
            text, listed = bound.page(rows, offset), cards.wanted(bound, rows, offset)
        records = json.dumps(members, ensure_ascii=False) if media_type == RECORDS else None
        most = settings.max_answer_mb * MB
        job = Job(
            text,
            (),
            (),
            media_type,
            most,
            records=records,
            limit=limit,
            listed=listed and tuple(listed),
        )
        if isinstance(served.engine, Snapshot):
            body = await self.sparql.body(request.scope, request.receive, served, job)
        else:
            # An adapter may have to ask its server more than once, and to evaluate here.
            try:
                async with asyncio.timeout(settings.timeout):
                    body = await asyncio.to_thread(_evaluate, served.engine, job, media_type)
            except TimeoutError as error:
                raise as_problem(Refusal("timeout", f"{settings.timeout:g}")) from error
        charset = "; charset=utf-8" if media_type.startswith("text/") else ""
        made = reply(200, media_type + charset, body, (b"vary", b"Accept"))
        return Replying(made, settings.send_timeout)


def _evaluate(engine: Engine, job: Job, media_type: str) -> bytes:
    """In one thread, which results may not leave."""
    out = io.BytesIO()
    found = engine.query(job.query)
    if job.records is None:
        serialize(found, media_type, out)
    else:
        write_records(found, job.records, out, job.limit)
    return out.getvalue()


def choose_format(accept: str | None, is_graph: bool = False) -> str:
    """Media type of the answer; plain JSON goes before SPARQL JSON."""
    exact = choose(accept, (RECORDS,)) if accept else RECORDS
    offered = (RECORDS, *(GRAPH_FORMATS if is_graph else RESULT_FORMATS))
    chosen = choose(accept, offered)
    if chosen is None:
        raise not_acceptable(offered)
    return exact if exact and chosen == "application/sparql-results+json" else chosen


def describe(query: CannedQuery, sparql: str | None) -> dict[str, object]:
    """What the list of queries says of one; ``sparql`` is its example as a free query."""
    return {
        "name": query.name,
        "path": f"/api/queries/{query.name}",
        "form": f"/query?example={query.name}",
        "summary": {"vi": query.summary_vi, "en": query.summary_en},
        "parameters": [
            {
                "name": p.name,
                "type": p.type.value,
                "required": p.required,
                "default": p.default,
                "description": {"vi": p.vi, "en": p.en},
            }
            for p in query.parameters
        ],
        "columns": list(query.columns),
        "graph": query.is_graph,
        "example": dict(query.example),
        "sparql": sparql,
    }


def router(desk: Desk, answers: Answers) -> APIRouter:
    routes = APIRouter(prefix="/api/queries", tags=["queries"])

    @routes.get("", summary="Danh mục câu hỏi có sẵn / The canned queries")
    def queries() -> dict[str, object]:
        texts = {example.name: example.text for example in desk.examples(desk.lookup)}
        return {
            "queries": [describe(q, texts.get(q.name)) for q in desk.queries.values()],
            "examples": [
                {"name": e.name, "summary": {"vi": e.vi, "en": e.en}, "sparql": e.text}
                for e in desk.free
            ],
        }

    for query in desk.queries.values():
        routes.add_api_route(
            f"/{query.name}",
            _endpoint(answers, query),
            methods=["GET"],
            name=query.name,
            operation_id=query.name,
            summary=query.summary_vi,
            description=query.summary_en,
            response_class=Response,
            response_model=None,
            responses=_responses(query),
        )
    return routes


def _responses(query: CannedQuery) -> dict[int | str, dict[str, object]]:
    problem = {"content": {"application/problem+json": {"schema": PROBLEM}}}
    formats: dict[str, object] = {
        name: {} for name in (GRAPH_FORMATS if query.is_graph else RESULT_FORMATS)
    }
    return {
        200: {
            "description": "Kết quả / The answer",
            "content": {RECORDS: {"schema": {"$ref": _SCHEMAS + "Records"}}, **formats},
        },
        404: {"description": "Không có trong đồ thị / Not in the graph", **problem},
        406: {"description": "Không có định dạng / No such format", **problem},
        409: {"description": "Có nhiều đối tượng / Several candidates", **problem},
        422: {"description": "Tham số không hợp lệ / A bad parameter", **problem},
    }


def _endpoint(answers: Answers, query: CannedQuery) -> Callable[..., Awaitable[Response]]:
    """A function whose signature FastAPI turns into typed parameters."""
    names = {f"p_{p.name}": p.name for p in query.parameters}
    # LIMIT counts solutions, so that a graph cannot be cut into pages by it.
    paging = {} if query.is_graph else _PAGING

    async def endpoint(
        request: Request, limit: int | None = None, cursor: str | None = None, **given: object
    ) -> Response:
        known = {*names.values(), *paging}
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ProblemError(
                "bad-parameter",
                f"Không có tham số {', '.join(unknown)}; có {', '.join(sorted(known))}.",
                f"No parameter {', '.join(unknown)}; there are {', '.join(sorted(known))}.",
            )
        values = {names[key]: _text(value) for key, value in given.items() if value is not None}
        page = Page(limit or _ROWS, cursor) if limit or cursor else None
        return await answers.answer(request, query, values, page)

    signature = [
        inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request),
        *(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
            )
            for name, annotation in paging.items()
        ),
        *(_argument(key, p, query) for key, p in zip(names, query.parameters, strict=True)),
    ]
    endpoint.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    return endpoint


def _argument(key: str, parameter: Parameter, query: CannedQuery) -> inspect.Parameter:
    example = query.example.get(parameter.name)
    base = _ANNOTATIONS.get(parameter.type, str)
    metadata = Query(
        alias=parameter.name,
        description=f"{parameter.vi} / {parameter.en}",
        examples=[example] if example is not None else None,
        min_length=1 if base is str else None,
        max_length=MAX_VALUE if base is str else None,
    )
    default: object = inspect.Parameter.empty
    if not parameter.required:
        is_boolean = parameter.type is Type.BOOLEAN and parameter.default is not None
        default = parameter.default == "true" if is_boolean else parameter.default
        base = base if default is not None else base | None
    return inspect.Parameter(
        key,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[base, metadata],
    )


_ROWS = 100
_PAGING: Mapping[str, Any] = {
    "limit": Annotated[
        int | None,
        Query(ge=1, le=MOST_ROWS, description="Số dòng mỗi trang / Rows a page; all without it"),
    ],
    "cursor": Annotated[
        str | None,
        Query(max_length=80, description="Trang, lấy từ next / The page, from “next”"),
    ],
}

_ANNOTATIONS: Mapping[Type, Any] = {
    Type.YEAR: Annotated[int, Query(ge=1000, le=2999)],
    Type.INTEGER: int,
    Type.DECIMAL: Decimal,
    Type.CONFIDENCE: Annotated[Decimal, Query(ge=0, le=1)],
    Type.BOOLEAN: bool,
    Type.LANG: Literal["vi", "en"],
}
"""OpenAPI types; what is not here is a string."""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
