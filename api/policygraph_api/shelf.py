"""What the data routes read of one build."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from policygraph.engine import Engine
from policygraph.lookup import Lookup
from policygraph.search import Index
from policygraph.store import Snapshot

Current = Callable[[], Snapshot]
"""Gives the build that is served now."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One build with its look-up and its search index; ``engine`` is the same build for queries
    that may take long."""

    snapshot: Snapshot
    engine: Engine
    lookup: Lookup
    index: Index

    def following(self, path: str, values: Mapping[str, object]) -> str:
        """Address of another page of this build for good, where builds have names."""
        prefix = f"/build/{self.snapshot.hash}" if self.snapshot.hash else ""
        return f"{prefix}{path}?{urlencode(values, doseq=True)}"


class Shelves:
    """The shelf of the build that is served now; each is set up once, and goes with its build."""

    def __init__(self, current: Current, lend: Callable[[Snapshot], Engine] | None = None) -> None:
        self._current, self._lend = current, lend
        self._lock = threading.Lock()
        self._shelves: WeakKeyDictionary[Snapshot, tuple[Lookup, Index]] = WeakKeyDictionary()

    def __call__(self) -> Shelf:
        snapshot = self._current()
        with self._lock:
            kept = self._shelves.get(snapshot)
            if kept is None:
                kept = self._shelves[snapshot] = (Lookup(snapshot), Index.open(snapshot))
        return Shelf(snapshot, self._lend(snapshot) if self._lend else snapshot, *kept)
