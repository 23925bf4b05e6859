"""``/mcp``: the tools for agents over HTTP (Streamable HTTP of the Model Context Protocol).

Without sessions and in plain JSON, so that any request may come to any process and a build is
changed between two of them; free SPARQL goes to the workers, on the account of who asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Receive, Scope, Send

from policygraph.settings import Settings
from policygraph_api import agents
from policygraph_api.problems import ProblemError
from policygraph_api.served import asked
from policygraph_api.shelf import Shelves
from policygraph_api.sparql import Sparql, as_problem
from policygraph_api.workers import MB, Job, Refusal

PATH = "/mcp"
ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"
MAX_REQUEST = 256 * 1024
"""Bytes of a call; the longest query fits into it as JSON."""
MOST = MB
"""Bytes of an answer: what a model can read, and more."""

_caller: ContextVar[tuple[Scope, Receive]] = ContextVar("_caller")


class Door:
    """The tools as an ASGI application, open while ``running()`` is entered."""

    def __init__(self, shelves: Shelves, sparql: Sparql, settings: Settings) -> None:
        self._sparql, self._settings = sparql, settings
        self._server = agents.server(shelves, self._ask)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        # What is read here is public and no one is signed in: any page may ask, under any name
        # of this host.
        self._server.streamable_http_app(
            stateless_http=True,
            json_response=True,
            max_request_body_size=MAX_REQUEST,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with self._server.session_manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _caller.set((scope, receive))
        try:
            await self._server.session_manager.handle_request(scope, receive, send)
        finally:
            _caller.reset(token)

    async def _ask(self, query: str) -> str:
        """Under the limits of ``/sparql``; raises ProblemError as it does."""
        scope, receive = _caller.get()
        self._sparql.check(query)
        job = Job(query, (), (), ACCEPT, MOST, self._settings.services)
        # A task of its own: when the client leaves, the query is ended and not the conversation.
        working = asyncio.create_task(self._sparql.ask(scope, receive, asked(), job))
        try:
            await asyncio.wait({working})
        finally:
            working.cancel()
        if working.cancelled():
            raise ProblemError("bad-request", "Mất kết nối.", "The client left.")
        result, _ = working.result()
        if isinstance(result, Refusal):
            raise as_problem(result, query)
        body = result.body
        content = body if isinstance(body, bytes) else b"".join(body.chunks())
        return content.decode("utf-8")
