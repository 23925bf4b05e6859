"""Results that have been given, kept to be given again.

A key names the build, and a build never changes, so nothing here can be stale.  Bounded in
bytes; what was not asked for longest goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, KeysView

from policygraph_api.replies import Reply

OVERHEAD = 1024
"""Bytes that an entry costs beside its body: its key, headers and places in tables."""


class Cache:
    """Replies by key, ``limit`` bytes of them at most, none larger than an eighth of that."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.largest = limit // 8 - OVERHEAD
        """Bytes of the largest body that is kept."""
        self._entries: OrderedDict[Hashable, tuple[Reply, int]] = OrderedDict()
        self.size = 0
        self.hits = 0

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self) -> KeysView[Hashable]:
        return self._entries.keys()

    def get(self, key: Hashable) -> Reply | None:
        found = self._entries.get(key)
        if found is None:
            return None
        self._entries.move_to_end(key)
        self.hits += 1
        return found[0]

    def put(self, key: Hashable, reply: Reply) -> None:
        if not isinstance(reply.body, bytes):
            return
        if len(reply.body) > self.largest:
            return
        size = len(reply.body) + OVERHEAD
        old = self._entries.pop(key, None)
        self._entries[key] = (reply, size)
        self.size += size - (old[1] if old else 0)
        while self.size > self._limit:
            _, (_, freed) = self._entries.popitem(last=False)
            self.size -= freed
