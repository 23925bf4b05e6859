"""What stands before every route: which build is asked, the cache and ETags, security headers.

    request -> build (current, or /build/<hash>/…) -> 304 or cache -> /sparql, /graphs or the app

Answers of a build never change, so an ETag is made of the build's tag and the request alone: a
client that shows one that we gave gets its 304 without any work.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from policygraph.settings import Settings
from policygraph.store import GRAPH_FORMATS, RESULT_FORMATS
from policygraph_api import logs
from policygraph_api.cache import Cache
from policygraph_api.explorer.errors import Tell
from policygraph_api.jobs import MB
from policygraph_api.metrics import Metrics
from policygraph_api.problems import ProblemError
from policygraph_api.replies import Header, Reply, send_whole
from policygraph_api.served import Asking, Builds, Served, caller

log = logging.getLogger(__name__)

SECURITY: list[Header] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, PolicyGraph-Build, Retry-After, Server-Timing"),
]
"""On every answer, a 304 too."""
PACKED = 1024
"""Bytes from which an answer is worth compressing."""
for _media_type in (*RESULT_FORMATS, *GRAPH_FORMATS):
    add_compress_type(_media_type)
ALWAYS: list[Header] = [
    *SECURITY,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_ALWAYS = {name for name, _ in ALWAYS}
_OF_ONE = frozenset((b"cache-control", b"set-cookie"))
"""An answer with one of these is for its client alone, or for its moment."""
_CHANGING = ("/health", "/metrics", "/admin", "/openapi.json")
"""Beginnings of paths whose answers depend on more than the build."""
_FOR_EVER = b"public, max-age=31536000, immutable"
_ASK_AGAIN = b"public, max-age=0, must-revalidate"
_BUILD = re.compile(r"/build/([0-9a-f]{32})(/.*|)")
_VARY = b"Accept, Accept-Encoding, Accept-Language"

Endpoint = Callable[[Scope, Receive, Served], Awaitable[Reply]]


class Front:
    """The outermost application.  ``endpoints`` answer paths of their own without a framework;
    everything else is the app's."""

    def __init__(
        self,
        app: ASGIApp,
        builds: Builds,
        endpoints: Mapping[str, Endpoint],
        settings: Settings,
        metrics: Metrics,
        tell: Tell,
    ) -> None:
        self._app, self.builds, self._endpoints = app, builds, endpoints
        self._settings, self._metrics, self._tell = settings, metrics, tell
        self.cache = Cache(settings.cache_mb * MB)
        self.not_modified = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        served, is_fixed, prefix = self.builds.current, False, ""
        if path.startswith("/build/") and (found := _BUILD.fullmatch(path)):
            named = await self.builds.get(found[1])
            if named is None:
                await self._refuse(scope, receive, send, found[1])
                return
            served, is_fixed = named, True
            path = found[2] or "/"
            prefix = f"/build/{found[1]}"
            scope = {**scope, "path": path, "raw_path": None, "policygraph.prefix": prefix}
        key, etag = None, b""
        if method in ("GET", "HEAD") and not path.startswith(_CHANGING):
            accept = encoding = language = known = b""
            for name, value in scope["headers"]:
                if name == b"accept":
                    accept += b"," + value
                elif name == b"accept-encoding":
                    encoding = value
                elif name == b"accept-language":
                    language = value
                elif name == b"if-none-match":
                    known = value
            # A page's links stay in its build, and its look changes with the code.
            is_page = b"text/html" in accept
            place, is_fixed = prefix + path if is_page else path, is_fixed and not is_page
            key = (served.tag, place, scope["query_string"], accept, encoding, language)
            etag = make_etag(key)
            if known and etag in known:
                self.not_modified += 1
                self._metrics.requested(304)
                headers = [*self._immutable(served, etag, is_fixed), *SECURITY]
                await send_whole(scope, send, 304, headers, b"")
                return
            reply = self.cache.get(key)
            if reply is not None and isinstance(reply.body, bytes):
                self._metrics.requested(200)
                headers = [*reply.headers, *self._immutable(served, etag, is_fixed)]
                body = reply.body if method == "GET" else b""
                await send_whole(scope, send, reply.status, headers, body)
                return
        started = perf_counter()
        with Asking(served):
            answering = _Answering(self, send, served, key, etag, is_fixed, method == "HEAD")
            try:
                await self._answer(path, scope, receive, answering)
            finally:
                logs.request(
                    self._settings.log, scope, answering.status, perf_counter() - started, served
                )

    async def _answer(
        self, path: str, scope: Scope, receive: Receive, answering: _Answering
    ) -> None:
        endpoint = self._endpoints.get(path.rstrip("/"))
        if endpoint is None or scope["method"] == "OPTIONS":
            # The context is the request's own and goes with it.
            caller.set((scope, receive))
            try:
                await self._app({**scope, "method": answering.method(scope)}, receive, answering)
            except asyncio.CancelledError:
                # As in ``directly``.
                answering.status = 499
            return
        for name, value in scope["headers"]:
            if name == b"accept-encoding" and value != b"identity":
                packed = CompressMiddleware(_Direct(self, endpoint, answering), minimum_size=PACKED)
                await packed(scope, receive, answering)
                return
        await self.directly(endpoint, scope, receive, answering, answering)

    async def directly(
        self,
        endpoint: Endpoint,
        scope: Scope,
        receive: Receive,
        send: Send,
        answering: _Answering,
    ) -> None:
        """Let an endpoint answer."""
        try:
            reply = await endpoint(scope, receive, answering.served)
        except ProblemError as problem:
            await self._tell(Request(scope), problem)(scope, receive, send)
            return
        except asyncio.CancelledError:
            # The client left and nobody reads an answer, or the service is going down.
            answering.status = 499
            return
        if send is answering and isinstance(reply.body, bytes):
            await answering.whole(scope, reply.status, reply.headers, reply.body)
            return
        try:
            await reply.send(send, True, self._settings.send_timeout)
        except TimeoutError as error:
            # The length was announced, so breaking off here tells the client.
            raise ConnectionAbortedError("the client takes nothing") from error

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, name: str) -> None:
        problem = ProblemError("not-found", f"Không có bản dựng {name}.", f"No build {name}.")
        self._metrics.requested(404)
        with Asking(self.builds.current):
            await self._tell(Request(scope), problem)(scope, receive, send)

    def _immutable(self, served: Served, etag: bytes, is_fixed: bool) -> list[Header]:
        return [
            (b"etag", etag),
            (b"cache-control", _FOR_EVER if is_fixed else _ASK_AGAIN),
            (b"vary", _VARY),
            (b"policygraph-build", served.name.encode("ascii")),
        ]

    def finish_headers(
        self, status: int, given: Iterable[Header], is_of_build: bool
    ) -> tuple[list[Header], bool]:
        """The headers with what belongs on every answer; and whether the answer may be kept."""
        headers = list(given)
        names = {name for name, _ in headers}
        keep = is_of_build and status == 200 and names.isdisjoint(_OF_ONE)
        headers += [h for h in ALWAYS if h[0] not in names] if names & _ALWAYS else ALWAYS
        if keep:
            if b"vary" in names:
                headers = [(n, v) for n, v in headers if n != b"vary"]
        elif b"vary" not in names:
            headers.append((b"vary", _VARY))
        return headers, keep


@dataclass(frozen=True, slots=True)
class _Direct:
    """An endpoint as an application, for the middleware that compresses."""

    front: Front
    endpoint: Endpoint
    answering: _Answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.front.directly(self.endpoint, scope, receive, send, self.answering)


Key = tuple[str, str, bytes, bytes, bytes, bytes]


def make_etag(key: Key) -> bytes:
    """A strong validator, with its quotes."""
    tag, path, query, *accepts = key
    digest = hashlib.blake2b(
        b"\x00".join((tag.encode(), path.encode(), query, *accepts)), digest_size=12
    )
    return b'"%s"' % digest.hexdigest().encode("ascii")


class _Answering:
    """Takes an answer on its way out: adds headers, drops the body of HEAD, keeps a copy."""

    def __init__(
        self,
        front: Front,
        send: Send,
        served: Served,
        key: Key | None,
        etag: bytes,
        is_fixed: bool,
        is_head: bool,
    ) -> None:
        self._front, self._send, self.served = front, send, served
        self._key, self._etag, self._is_fixed, self._is_head = key, etag, is_fixed, is_head
        self._headers: list[Header] = []
        """Those of the answer, and not of its build."""
        self._body = bytearray()
        self._keep = False
        self.status = 0

    def method(self, scope: Scope) -> str:
        """Routes know GET; HEAD is GET without its body."""
        return "GET" if self._is_head else str(scope["method"])

    async def whole(self, scope: Scope, status: int, given: list[Header], body: bytes) -> None:
        """Take an answer at once."""
        headers = self._begin(status, given)
        if self._keep and len(body) <= self._front.cache.largest:
            self._store(body)
        await send_whole(scope, self._send, status, headers, b"" if self._is_head else body)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = self._begin(message["status"], message.get("headers", ()))
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body":
            if self._keep:
                self._body += message.get("body", b"")
                self._keep = len(self._body) <= self._front.cache.largest
                if self._keep and not message.get("more_body"):
                    self._store(bytes(self._body))
            if self._is_head:
                message = {**message, "body": b""}
        await self._send(message)

    def _begin(self, status: int, given: Iterable[Header]) -> list[Header]:
        """All headers of the answer."""
        front, served = self._front, self.served
        self.status = status
        front._metrics.requested(status)
        self._headers, self._keep = front.finish_headers(status, given, self._key is not None)
        if self._keep:
            return [*self._headers, *front._immutable(served, self._etag, self._is_fixed)]
        return [*self._headers, (b"policygraph-build", served.name.encode("ascii"))]

    def _store(self, body: bytes) -> None:
        if self._key is None:
            return
        headers = [(n, v) for n, v in self._headers if n != b"server-timing"]
        if all(name != b"content-length" for name, _ in headers):
            headers.append((b"content-length", b"%d" % len(body)))
        self._front.cache.put(self._key, Reply(self.status, headers, body))
