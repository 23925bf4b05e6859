"""Exports of a whole graph, beside a bare ``Store.dump`` of the same store to nowhere.

Each is done in a process of its own, so that its memory is its own; rounds take turns, so that a
busy machine is busy for all.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bench import synthetic
from bench.rows import Row
from policygraph import bundle, export, store

DOCUMENTS = 3_300
ROUNDS = 3
BARE = "Store.dump"
ZIP = "csv.zip"


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds on the clock and of work, and the most memory the process had, in MB."""

    wall: float
    work: float
    memory: float


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
        forms = (BARE, *export.FORMATS, ZIP)
        rounds: dict[str, list[Round]] = {form: [] for form in forms}
        with ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), max_tasks_per_child=1
        ) as pool:
            for _ in range(ROUNDS):
                for form in forms:
                    rounds[form].append(pool.submit(_round, directory, form).result())
    best = {
        form: Round(min(r.wall for r in done), min(r.work for r in done), done[0].memory)
        for form, done in rounds.items()
    }
    bare = best[BARE]
    return [
        Row(
            f"whole graph as {form}, s (peer: {BARE})",
            ours.wall,
            bare.wall,
            bare.wall / ours.wall,
            f"speed beside the dump, by work {bare.work / ours.work:.2f}; {count:,} quads; most "
            f"memory {ours.memory:.0f} MB (dump: {bare.memory:.0f} MB)",
        )
        for form, ours in best.items()
        if form != BARE
    ]


def _round(directory: Path, form: str) -> Round:
    wall, work = time.perf_counter(), time.process_time()
    if form == BARE:
        with Path(os.devnull).open("wb") as out:
            ox.Store.read_only(str(directory)).dump(out, ox.RdfFormat.N_QUADS)
    else:
        snapshot = store.open_read_only(directory)
        if form == ZIP:
            chunks = export.piped(bundle.tables_writer(snapshot))
        else:
            chunks = export.stream(snapshot, export.Selection(), form)
        for _ in chunks:
            pass
    wall, work = time.perf_counter() - wall, time.process_time() - work
    # The peak that getrusage tells is the parent's where that was higher.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return Round(wall, work, int(peak.split()[1]) / 1024)
