"""How many requests are worked on in threads of this process at once, and of one client.

Pages, look-ups and lineages are put together here and not in workers.  Each is bounded in itself,
but forty at a time would take the interpreter's lock from all that the service answers in between,
and one client's would make every other wait.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from starlette.requests import Request

from policygraph_api.problems import ProblemError
from policygraph_api.sparql import client_of


class Gate:
    """A dependency of routes.  ``most`` requests are within at once, half as many of one client;
    who has waited for ``patience`` seconds is told to come back."""

    def __init__(self, most: int, patience: float) -> None:
        self._each, self._patience = max(1, most // 2), patience
        self._free = asyncio.Semaphore(most)
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self._present: Counter[str] = Counter()

    async def __call__(self, request: Request) -> AsyncIterator[None]:
        client = client_of(request.scope)
        lane = self._lanes.setdefault(client, asyncio.Semaphore(self._each))
        self._present[client] += 1
        try:
            # One's own turn first, so that who asks for much waits behind himself alone.
            await self._enter(lane)
            try:
                await self._enter(self._free)
                try:
                    yield
                finally:
                    self._free.release()
            finally:
                lane.release()
        finally:
            self._present[client] -= 1
            if not self._present[client]:
                del self._present[client], self._lanes[client]

    async def _enter(self, door: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await door.acquire()
        except TimeoutError as error:
            raise ProblemError(
                "busy",
                "Các yêu cầu trước chưa xong.",
                "The requests before this one are not done yet.",
                headers={"Retry-After": "5"},
            ) from error
