"""How much work a client may ask for, in seconds of workers and not in requests: ten thousand
look-ups cost less than one cross product."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

KNOWN = 65536
"""Clients remembered; the one longest unseen is forgotten, its budget full again."""


class Budgets:
    """One bucket for each client: ``seconds`` at most, filled up in ``period`` seconds."""

    def __init__(
        self, seconds: float, period: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds, self._rate, self._clock = seconds, seconds / period, clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> int:
        """Whole seconds until the client may ask again; 0 where it may now."""
        debt = self._debt(client)
        return math.ceil((debt - self.seconds) / self._rate) if debt > self.seconds else 0

    def charge(self, client: str, seconds: float) -> None:
        """Note work that was done; a query begun within the budget may overdraw it."""
        self._spent[client] = (self._debt(client) + seconds, self._clock())
        self._spent.move_to_end(client)
        if len(self._spent) > KNOWN:
            self._spent.popitem(last=False)

    def _debt(self, client: str) -> float:
        debt, when = self._spent.get(client, (0.0, 0.0))
        return max(0.0, debt - (self._clock() - when) * self._rate) if debt else 0.0
