"""``/sparql``: the SPARQL 1.1 Protocol for queries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from policygraph.settings import Settings
from policygraph.sparql_text import depth
from policygraph_api.problems import ProblemError
from policygraph_api.workers import MB, Answer, Job, Pool, Refusal

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = "GET, HEAD, OPTIONS, POST"
_FORM_SLACK = 3
"""Percent-encoding makes a form at most three times as long as its query."""
_AT = re.compile(r"error at (\d+):(\d+)")

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sparql:
    """The endpoint over one pool of workers."""

    pool: Pool
    settings: Settings

    async def get(self, request: Request) -> Response:
        return await self._answer(request, request.query_params.multi_items())

    async def post(self, request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        name, _, parameters = (piece.strip().lower() for piece in content_type.partition(";"))
        if name == UPDATE:
            raise _refused_update()
        if name not in (FORM, DIRECT):
            raise ProblemError(
                "media-type", f"Content-Type: {content_type!r}", f"Content-Type: {content_type!r}"
            )
        limit = self.settings.max_query_bytes
        text = _decode(await _body(request, limit * _FORM_SLACK if name == FORM else limit))
        charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters)
        if charset and charset[1] not in ("utf-8", "utf8"):
            raise ProblemError("bad-request", f"charset={charset[1]}: chỉ UTF-8 / UTF-8 only")
        if name == FORM:
            try:
                pairs: Pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=100)
            except ValueError as error:
                raise ProblemError("bad-request", str(error)) from error
            return await self._answer(request, pairs)
        others = [pair for pair in request.query_params.multi_items() if pair[0] != "query"]
        return await self._answer(request, [*others, ("query", text)])

    async def options(self, request: Request) -> Response:
        del request
        return Response(status_code=204, headers={"Allow": METHODS})

    async def _answer(self, request: Request, pairs: Pairs) -> Response:
        def values(name: str) -> tuple[str, ...]:
            return tuple(value for key, value in pairs if key == name)

        if values("update"):
            raise _refused_update()
        queries = values("query")
        if len(queries) != 1:
            raise ProblemError(
                "bad-request",
                f"Có {len(queries)} tham số `query`.",
                f"There are {len(queries)} `query` parameters.",
            )
        self._check(queries[0])
        job = Job(
            queries[0],
            values("default-graph-uri"),
            values("named-graph-uri"),
            ",".join(request.headers.getlist("accept")) or None,
            self.settings.max_answer_mb * MB,
        )
        result = await self.pool.run(job)
        if isinstance(result, Refusal):
            raise _problem(result)
        return _response(result)

    def _check(self, query: str) -> None:
        limit = self.settings.max_query_bytes
        if len(query.encode("utf-8", "surrogatepass")) > limit:
            raise _too_long(limit)
        deepest = depth(query)
        if deepest > self.settings.max_nesting:
            most = self.settings.max_nesting
            raise ProblemError(
                "nesting",
                f"Lồng {deepest} tầng ngoặc; nhiều nhất là {most}.",
                f"Nested {deepest} levels deep; at most {most} are taken.",
            )


def _response(answer: Answer) -> Response:
    charset = "; charset=utf-8" if answer.media_type.startswith("text/") else ""
    return Response(
        answer.body,
        headers={"Content-Type": answer.media_type + charset, "Vary": "Accept"},
    )


async def _body(request: Request, limit: int) -> bytes:
    """The body, read no further than the limit."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit:
            raise _too_long(limit)
    return bytes(content)


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(
            "bad-request", "Nội dung không phải là UTF-8.", "The body is not UTF-8."
        ) from error


def _too_long(limit: int) -> ProblemError:
    return ProblemError("too-long", f"Dài quá {limit} byte.", f"It is longer than {limit} bytes.")


def _refused_update() -> ProblemError:
    return ProblemError(
        "update-refused", "Điểm truy vấn này chỉ để đọc.", "This endpoint only reads."
    )


def _problem(refusal: Refusal) -> ProblemError:
    """A worker's refusal as people read it."""
    detail = refusal.detail
    match refusal.kind:
        case "syntax":
            at = _AT.search(detail)
            line, column = (int(at[1]), int(at[2])) if at else (None, None)
            return ProblemError("syntax", detail, line=line, column=column)
        case "busy":
            return ProblemError(
                "busy",
                "Quá nhiều câu truy vấn đang chờ.",
                "Too many queries are waiting.",
                headers={"Retry-After": "5"},
            )
        case "timeout":
            return ProblemError(
                "timeout",
                f"Quá {detail} giây; câu truy vấn đã bị dừng.",
                f"It ran for more than {detail} s and was stopped.",
            )
        case "not-acceptable":
            return ProblemError(
                "not-acceptable",
                f"Có: {detail}",
                f"There are: {detail}",
                formats=detail.split(", "),
            )
        case "answer-too-large":
            return ProblemError(
                "answer-too-large", f"Quá {detail} MB.", f"It is larger than {detail} MB."
            )
        case "service-refused":
            return ProblemError(
                "service-refused",
                "Câu truy vấn có SERVICE.",
                "The query has a SERVICE pattern.",
            )
        case _:
            return ProblemError(
                "worker-died",
                "Tiến trình chạy câu truy vấn đã chết; các câu khác không bị ảnh hưởng.",
                "The process that ran the query died; other queries are not affected.",
                headers={"Retry-After": "5"},
            )
