"""A whole answer as the service sends it, and how it goes out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from policygraph_api.jobs import Spool

Header = tuple[bytes, bytes]
WHOLE = "policygraph.whole"
"""In the state of a scope, where the server offers it: sends status, headers and body at once."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers in lower case with the length among them, and the body."""

    status: int
    headers: list[Header]
    body: bytes | Spool

    async def send(self, send: Send, with_body: bool, patience: float) -> None:
        """A client that takes nothing for ``patience`` seconds is left; the length that was
        announced tells it that the answer is not whole."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if isinstance(self.body, bytes):
            await send({"type": "http.response.body", "body": self.body if with_body else b""})
            return
        if not with_body:
            self.body.file.close()
            await send({"type": "http.response.body", "body": b""})
            return
        for chunk in self.body.chunks():
            async with asyncio.timeout(patience):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def send_whole(
    scope: Scope, send: Send, status: int, headers: list[Header], body: bytes
) -> None:
    """Send an answer at once where the server can, in two messages elsewhere."""
    at_once = scope.get("state", {}).get(WHOLE)
    if at_once is None or not at_once(status, headers, body):
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Replying(Response):
    """A reply as routes give it back."""

    def __init__(self, reply: Reply, patience: float) -> None:
        super().__init__(status_code=reply.status)
        self.raw_headers = reply.headers
        self._reply, self._patience = reply, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._reply.send(send, True, self._patience)


def reply(status: int, media_type: str, body: bytes | Spool, *headers: Header) -> Reply:
    """An answer with its type and length named."""
    size = len(body) if isinstance(body, bytes) else body.size
    described = [
        (b"content-type", media_type.encode("ascii")),
        (b"content-length", b"%d" % size),
        *headers,
    ]
    return Reply(status, described, body)
