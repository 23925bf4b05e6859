"""The HTTP server: uvicorn on uvloop and httptools, with what it lacks against slow clients."""

from __future__ import annotations

import asyncio
import time
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from policygraph.settings import Settings

SWEEP = 1.0
"""Seconds between two looks for clients that are too slow."""


class _Joining:
    """A transport that sends the head of a response together with the first of its body: one call
    of the system less for each answer, and one packet less for a short one."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self.is_head_due = True

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif self.is_head_due and data.startswith(b"HTTP/1.1 ") and data[9:12] != b"100":
            self._head, self.is_head_due = data, False
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Send a head that has no body; the next one may come."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
        self.is_head_due = True

    def close(self) -> None:
        self.flush()
        self._transport.close()


class _Protocol(HttpToolsProtocol):
    """A connection that remembers since when a request's head has been under way."""

    head_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._joining = _Joining(cast("asyncio.Transport", transport))
        super().connection_made(self._joining)  # type: ignore[arg-type]  # stands for a transport
        self.head_since = time.monotonic()

    def on_response_complete(self) -> None:
        self._joining.flush()
        super().on_response_complete()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self.head_since is None:
            self.head_since = time.monotonic()

    def on_headers_complete(self) -> None:
        self.head_since = None
        super().on_headers_complete()


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
