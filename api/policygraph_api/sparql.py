"""``/sparql``: the SPARQL 1.1 Protocol for queries.  A bare ASGI path, since look-ups come here
by the thousand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from urllib.parse import parse_qsl

from pydantic_core import Url
from starlette.types import Receive, Scope

from policygraph.examples import Example
from policygraph.lookup import Lookup
from policygraph.settings import Settings
from policygraph.sparql_text import bare, depth, unescape
from policygraph_api.budgets import Budgets
from policygraph_api.description import describe
from policygraph_api.jobs import MB, Answer, Job, Refusal, Result, Spool
from policygraph_api.metrics import Metrics
from policygraph_api.mistakes import Mistake, unpacked
from policygraph_api.problems import ProblemError, not_acceptable
from policygraph_api.replies import Header, Reply, reply
from policygraph_api.runs import Run
from policygraph_api.served import Served
from policygraph_api.suspects import suspects

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
METHODS = "GET, HEAD, OPTIONS, POST"
_FORM_SLACK = 3
"""Percent-encoding makes a form at most three times as long as its query."""
_MOST_PAIRS = 100
_AT = re.compile(r"error at (\d+):(\d+)")
_VOLATILES = ("NOW", "RAND", "UUID", "BNODE", "SERVICE")
_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)
"""What makes one query answer differently each time."""
_UPDATES = re.compile(r"\b(?:INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)\b", re.IGNORECASE)
_FORMS = re.compile(r"\b(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
VOLATILE_HEADER: Header = (b"cache-control", b"no-store")

Pairs = Sequence[tuple[str, str]]


class Sparql:
    """The endpoint; which build it asks is said with each request."""

    def __init__(
        self,
        settings: Settings,
        budgets: Budgets,
        metrics: Metrics,
        examples: Callable[[Lookup], Iterable[Example]],
    ) -> None:
        self._examples = examples
        self._settings, self._budgets, self._metrics = settings, budgets, metrics

    async def answer(self, scope: Scope, receive: Receive, served: Served) -> Reply:
        """Raises ProblemError where there is no answer."""
        method = scope["method"]
        if method in ("GET", "HEAD"):
            pairs = _address(scope)
            if not pairs:
                shown = self._examples(served.lookup)
                return describe(served, scope, header(scope, b"accept"), shown)
        elif method == "POST":
            pairs = await self._posted(scope, receive)
        else:
            raise ProblemError("method", f"{method} {scope['path']}", headers={"Allow": METHODS})
        return await self._answer(scope, receive, served, pairs)

    async def _posted(self, scope: Scope, receive: Receive) -> Pairs:
        content_type = header(scope, b"content-type") or ""
        name, _, parameters = (piece.strip().lower() for piece in content_type.partition(";"))
        if name == UPDATE:
            raise refused_update()
        if name not in (FORM, DIRECT):
            raise ProblemError(
                "media-type", f"Content-Type: {content_type!r}", f"Content-Type: {content_type!r}"
            )
        limit = self._settings.max_query_bytes
        body = await read_body(
            scope, receive, limit * _FORM_SLACK if name == FORM else limit, self._settings
        )
        text = _decode(body)
        charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters)
        if charset and charset[1] not in ("utf-8", "utf8"):
            raise ProblemError("bad-request", f"charset={charset[1]}: chỉ UTF-8 / UTF-8 only")
        address = _address(scope)
        if name == FORM:
            return [*_pairs(text), *(pair for pair in address if pair[0] != "query")]
        return [*(pair for pair in address if pair[0] != "query"), ("query", text)]

    async def _answer(self, scope: Scope, receive: Receive, served: Served, pairs: Pairs) -> Reply:
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(value)
        if "update" in given:
            raise refused_update()
        queries = given.get("query", ())
        if len(queries) != 1:
            raise ProblemError(
                "bad-request",
                f"Có {len(queries)} tham số `query`.",
                f"There are {len(queries)} `query` parameters.",
            )
        query = queries[0]
        self.check(query)
        job = Job(
            query,
            tuple(given.get("default-graph-uri", ())),
            tuple(given.get("named-graph-uri", ())),
            header(scope, b"accept"),
            self._settings.max_answer_mb * MB,
            self._settings.services,
        )
        result, run = await self.ask(scope, receive, served, job)
        if isinstance(result, Refusal):
            raise as_problem(result, query)
        headers = _timing(run)
        capitals = query.upper()
        if any(word in capitals for word in _VOLATILES) and _VOLATILE.search(bare(query)):
            headers.append(VOLATILE_HEADER)
        charset = "; charset=utf-8" if result.media_type.startswith("text/") else ""
        return reply(200, result.media_type + charset, result.body, *headers)

    async def ask(
        self, scope: Scope, receive: Receive, served: Served, job: Job
    ) -> tuple[Result, Run]:
        """Put a job to the workers on the client's account; it ends when the client leaves."""
        client = client_of(scope)
        wait = self._budgets.wait(client)
        if wait:
            self._metrics.over_budget.inc()
            raise ProblemError(
                "budget",
                f"Đã dùng hết {self._budgets.seconds:g} giây xử lý; chờ {wait} giây.",
                f"The budget of {self._budgets.seconds:g} s of work is used up; wait {wait} s.",
                headers={"Retry-After": str(wait)},
            )
        asking = asyncio.current_task()
        watching: list[asyncio.Task[None]] = []

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            if asking is not None:
                asking.cancel()

        def on_long() -> None:
            watching.append(asyncio.get_running_loop().create_task(watch()))

        def on_work(seconds: float) -> None:
            self._budgets.charge(client, seconds)

        try:
            result, run = await served.runner.follow(job, client, on_long, on_work)
            if isinstance(result, Refusal) and result.kind == "service-allowed":
                result, run = await served.connected.follow(job, client, on_long, on_work)
        finally:
            for task in watching:
                task.cancel()
        self._metrics.ran(run)
        return result, run

    async def body(self, scope: Scope, receive: Receive, served: Served, job: Job) -> bytes | Spool:
        """The answer to a job alone.  Raises ProblemError where there is none."""
        result, _ = await self.ask(scope, receive, served, job)
        if isinstance(result, Refusal):
            raise as_problem(result)
        return result.body

    async def whole(
        self, scope: Scope, receive: Receive, served: Served, query: str, accept: str, most: int
    ) -> tuple[str, str]:
        """Media type and text of an answer of at most ``most`` bytes, for those who read it at
        once.  Raises ProblemError where there is none."""
        self.check(query)
        job = Job(query, (), (), accept, most, self._settings.services)
        result = await self._end(scope, receive, served, job)
        if isinstance(result, Refusal):
            raise as_problem(result, query)
        return result.media_type, _content(result).decode("utf-8")

    async def own(
        self, scope: Scope, receive: Receive, served: Served, query: str, accept: str
    ) -> bytes:
        """The whole answer to a query that the service made.  Raises ProblemError as ``whole``."""
        job = Job(query, (), (), accept, self._settings.max_answer_mb * MB)
        result = await self._end(scope, receive, served, job)
        if isinstance(result, Refusal):
            raise as_problem(result)
        return _content(result)

    async def _end(self, scope: Scope, receive: Receive, served: Served, job: Job) -> Result:
        """What became of a job at its end."""
        # A task of its own: when the client leaves, the query is ended and not who asked for it.
        working = asyncio.create_task(self.ask(scope, receive, served, job))
        try:
            await asyncio.wait({working})
        finally:
            working.cancel()
        if working.cancelled():
            raise ProblemError("bad-request", "Mất kết nối.", "The client left.")
        result, _ = working.result()
        return result

    def check(self, query: str) -> None:
        limit = self._settings.max_query_bytes
        # A character has four bytes at most.
        if len(query) * 4 > limit and len(query.encode("utf-8", "surrogatepass")) > limit:
            raise _too_long(limit)
        deepest = depth(unescape(query), self._settings.max_nesting)
        if deepest > self._settings.max_nesting:
            most = self._settings.max_nesting
            raise ProblemError(
                "nesting",
                f"Lồng {deepest} tầng ngoặc; nhiều nhất là {most}.",
                f"Nested {deepest} levels deep; at most {most} are taken.",
            )


def _content(answer: Answer) -> bytes:
    body = answer.body
    return body if isinstance(body, bytes) else b"".join(body.chunks())


def header(scope: Scope, name: bytes) -> str | None:
    """A header of the request, repeated ones joined; None where there is none."""
    found = [value for key, value in scope["headers"] if key == name]
    return b",".join(found).decode("latin-1") if found else None


def client_of(scope: Scope) -> str:
    """Whose budget is used: an IPv4 address, or the /64 network of an IPv6 one."""
    address = str(scope["client"][0]) if scope.get("client") else ""
    return ":".join(address.split(":")[:4]) if address.count(":") > 1 else address


async def read_body(scope: Scope, receive: Receive, limit: int, settings: Settings) -> bytes:
    """The body, read no further than the limit and for no longer than ``body_timeout``."""
    announced = header(scope, b"content-length")
    if announced and announced.isascii() and announced.isdigit() and int(announced) > limit:
        raise _too_long(limit)
    content = bytearray()
    try:
        async with asyncio.timeout(settings.body_timeout):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ProblemError("bad-request", "Mất kết nối.", "The client left.")
                content += message.get("body", b"")
                if len(content) > limit:
                    raise _too_long(limit)
                if not message.get("more_body"):
                    return bytes(content)
    except TimeoutError as error:
        raise ProblemError(
            "slow",
            f"Nội dung không đến trong {settings.body_timeout:g} giây.",
            f"The body did not arrive within {settings.body_timeout:g} s.",
            headers={"Connection": "close"},
        ) from error


def _address(scope: Scope) -> Pairs:
    """Parameters of the address, read in Rust in a quarter of the time; what is no UTF-8 comes out
    of that as "\ufffd", and what it would read otherwise or not refuse goes the strict way."""
    text = scope["query_string"].decode("latin-1")
    if text.isprintable() and " " not in text and "#" not in text:
        pairs = Url(f"http://_/?{text}").query_params()
        if len(pairs) <= _MOST_PAIRS and not any("\ufffd" in name + value for name, value in pairs):
            return pairs
    return _pairs(text)


def _pairs(text: str) -> Pairs:
    if not text:
        return ()
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PAIRS, errors="strict")
    except ValueError as error:
        raise ProblemError("bad-request", str(error)) from error


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(
            "bad-request", "Nội dung không phải là UTF-8.", "The body is not UTF-8."
        ) from error


def _timing(run: Run) -> list[Header]:
    """What the query waited for and took, told where it waited at all."""
    if not run.place:
        return []
    waited = (run.started - run.seconds - run.queued) * 1000
    text = f'queue;dur={waited:.0f};desc="place {run.place}", query;dur={run.seconds * 1000:.0f}'
    return [(b"server-timing", text.encode("ascii"))]


def _too_long(limit: int) -> ProblemError:
    return ProblemError(
        "too-long",
        f"Dài quá {limit} byte.",
        f"It is longer than {limit} bytes.",
        headers={"Connection": "close"},
        limit=limit,
    )


def refused_update() -> ProblemError:
    return ProblemError(
        "update-refused", "Điểm truy vấn này chỉ để đọc.", "This endpoint only reads."
    )


def as_problem(refusal: Refusal, query: str = "") -> ProblemError:
    """A worker's refusal as people read it; ``query`` is the client's own text, if it wrote one."""
    detail = refusal.detail
    match refusal.kind:
        case "syntax" | "mistake":
            words = bare(query)
            if _UPDATES.search(words) and not _FORMS.search(words):
                return refused_update()
            return _syntax(detail) if refusal.kind == "syntax" else _mistake(unpacked(detail))
        case "busy":
            return ProblemError(
                "busy",
                f"Đang có {detail} câu truy vấn chạy hoặc chờ trước.",
                f"{detail} queries run or wait before this one.",
                headers={"Retry-After": "5"},
                place=int(detail) if detail else None,
            )
        case "timeout":
            return _exhausted(
                "timeout",
                f"Quá {detail} giây; câu truy vấn đã bị dừng.",
                f"It ran for more than {detail} s and was stopped.",
                query,
                limit=float(detail),
            )
        case "not-acceptable":
            return not_acceptable(detail.split(", "))
        case "answer-too-large":
            return ProblemError(
                "answer-too-large",
                f"Quá {detail} MB.",
                f"It is larger than {detail} MB.",
                limit=int(detail) * MB,
            )
        case "service-refused":
            return _service(detail, query)
        case "evaluation":
            return ProblemError("evaluation", detail)
        case "cancelled":
            return ProblemError("cancelled", "Người vận hành đã dừng.", "An operator stopped it.")
        case "engine":
            return ProblemError("engine", detail, headers={"Retry-After": "5"})
        case _:
            return _exhausted(
                "worker-died",
                "Tiến trình chạy câu truy vấn đã chết; các câu khác không bị ảnh hưởng.",
                "The process that ran the query died; other queries are not affected.",
                query,
                headers={"Retry-After": "5"},
            )


def _exhausted(
    kind: str,
    vi: str,
    en: str,
    query: str,
    headers: dict[str, str] | None = None,
    **members: object,
) -> ProblemError:
    """A query that took too much, with the parts of it from which that probably comes."""
    found = suspects(query)
    if found:
        first = found[0]
        vi += f" Có lẽ do dòng {first.line}, cột {first.column} (“{first.text}”): {first.vi}."
        en += f" Probably line {first.line}, column {first.column} (“{first.text}”): {first.en}."
        members |= {
            "line": first.line,
            "column": first.column,
            "suspects": list(map(asdict, found)),
        }
    return ProblemError(kind, vi, en, headers=headers, **members)


def _syntax(detail: str) -> ProblemError:
    at = _AT.search(detail)
    line, column = (int(at[1]), int(at[2])) if at else (None, None)
    expected = detail[at.end() :].removeprefix(":").strip() if at else detail
    return ProblemError("syntax", detail, line=line, column=column, expected=expected)


def _mistake(found: Mistake) -> ProblemError:
    return ProblemError(
        "syntax",
        f"Dòng {found.line}, cột {found.column}: {found.vi}.",
        f"Line {found.line}, column {found.column}: {found.en}.",
        line=found.line,
        column=found.column,
        expected=found.expected,
    )


def _service(called: str, query: str) -> ProblemError:
    """Names what was called, and where it stands."""
    found = re.search(r"\bSERVICE\b", query, re.IGNORECASE)
    before = query[: found.start()] if found else ""
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return ProblemError(
        "service-refused",
        f"Câu truy vấn gọi {called}.",
        f"The query calls {called}.",
        line=line if found else None,
        column=column if found else None,
        service=called,
    )
