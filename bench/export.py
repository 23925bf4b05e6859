"""Exports of a whole graph, beside a bare ``Store.dump`` of the same store to nowhere."""

from __future__ import annotations

import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from bench import synthetic
from bench.rows import Row
from policygraph import export, store

DOCUMENTS = 5_000
ROUNDS = 3


def measure(documents: int = DOCUMENTS) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        quads = Path(folder, "all.nq")
        count = synthetic.generate_quads(quads, documents=documents)
        directory = Path(folder, "store")
        loaded = ox.Store(str(directory))
        loaded.bulk_load(path=str(quads), format=ox.RdfFormat.N_QUADS)
        loaded.optimize()
        loaded.flush()
        del loaded
        snapshot = store.open_read_only(directory)
        bare = ox.Store.read_only(str(directory))

        def dump() -> None:
            with Path(os.devnull).open("wb") as out:
                bare.dump(out, ox.RdfFormat.N_QUADS)

        def streamed(extension: str) -> None:
            for _ in export.stream(snapshot, export.Selection(), extension):
                pass

        peer = _best(dump)
        rows = []
        for extension in export.FORMATS:
            ours = _best(partial(streamed, extension))
            tracemalloc.start()
            streamed(extension)
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            note = f"{count:,} quads; most Python memory {peak:.1f} MB"
            name = f"whole graph as {extension}, s (peer: Store.dump)"
            rows.append(Row(name, ours, peer, peer / ours, f"speed beside the dump; {note}"))
    return rows


def _best(work: Callable[[], None]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
