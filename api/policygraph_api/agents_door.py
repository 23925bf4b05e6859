"""``/mcp``: the tools for agents over HTTP (Streamable HTTP of the Model Context Protocol).

Without sessions and in plain JSON, so that any request may come to any process and a build is
changed between two of them; free SPARQL goes to the workers, on the account of who asks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from policygraph_api import agents
from policygraph_api.gate import Gate
from policygraph_api.jobs import MB
from policygraph_api.served import asked, caller
from policygraph_api.shelf import Shelves
from policygraph_api.sparql import Sparql

PATH = "/mcp"
ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"
MAX_REQUEST = 256 * 1024
"""Bytes of a call; the longest query fits into it as JSON."""
MOST = MB
"""Bytes of an answer: what a model can read, and more."""


class Door:
    """The tools as an ASGI application, open while ``running()`` is entered."""

    def __init__(self, shelves: Shelves, sparql: Sparql, gate: Gate) -> None:
        self._sparql, self._enter = sparql, asynccontextmanager(gate)
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
        async with self._enter(Request(scope)):
            await self._server.session_manager.handle_request(scope, receive, send)

    async def _ask(self, query: str) -> str:
        """Under the limits of ``/sparql``; raises ProblemError as it does."""
        scope, receive = caller.get()
        _, text = await self._sparql.whole(scope, receive, asked(), query, ACCEPT, MOST)
        return text
