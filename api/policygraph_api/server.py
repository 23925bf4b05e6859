"""The HTTP server: uvicorn on uvloop and httptools, with what it lacks against slow clients."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from policygraph.settings import Settings
from policygraph_api.replies import WHOLE, Header

SWEEP = 1.0
"""Seconds between two looks for clients that are too slow."""


class _Protocol(HttpToolsProtocol):
    """A connection that remembers since when a request's head has been under way, and sends an
    answer that is there whole in one piece."""

    head_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.app_state = {**self.app_state, WHOLE: self.send_whole}
        self.head_since = time.monotonic()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self.head_since is None:
            self.head_since = time.monotonic()

    def on_headers_complete(self) -> None:
        self.head_since = None
        super().on_headers_complete()

    def send_whole(self, status: int, headers: Iterable[Header], body: bytes) -> bool:
        """Answer the present request with one call of the system, past the messages of ASGI.
        False, and nothing sent, where the connection is in no state for that."""
        cycle = self.cycle
        if self.pipeline or self.flow.write_paused or cycle.disconnected or not cycle.keep_alive:
            return False
        lines = list(map(b": ".join, (*self.server_state.default_headers, *headers)))
        head = STATUS_LINE[status] + b"\r\n".join(lines)
        if head.count(b"\n") != len(lines):
            raise ValueError("a header with a line break")
        self.transport.writelines((head, b"\r\n\r\n", body))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True


class Server(uvicorn.Server):
    """One process that holds the connections; the work is done in workers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http=_Protocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=settings.max_connections,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=10,
            )
        )
        self._head_timeout = settings.body_timeout
        self._swept = 0.0

    async def on_tick(self, counter: int) -> bool:
        now = time.monotonic()
        if now - self._swept > SWEEP:
            self._swept = now
            for connection in tuple(self.server_state.connections):
                if (
                    isinstance(connection, _Protocol)
                    and connection.head_since is not None
                    and now - connection.head_since > self._head_timeout
                ):
                    connection.transport.close()
        return await super().on_tick(counter)
