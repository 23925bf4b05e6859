"""The lineage closure: how building it grows, and what listing, counting and paths gain by it.

    built       seconds of the closure over 1×, 10× and 100× the documents; the ratio is the
                growth of time over the growth of pairs, 1.0 where it is linear
    first 100   milliseconds for the first 100 tasks under a directive, and for counting all of
    count       them, beside the same question over ``pg:implements+`` in the same store; one row
                for each decile of the directives, which are of every size of descent
    bound end   the same beside a path query written by hand from the directive downward
    paths       milliseconds for one task's paths upward, beside the bare query for its ancestors

The answers of both sides are compared before anything is timed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from bench import synthetic
from bench.rows import Row
from policygraph import lineage
from policygraph.paths import Paths
from policygraph.store import DERIVED, Snapshot

DOCUMENTS = 20_000
TASKS_PER_DOCUMENT = 10
DIRECTIVES = 20
"""Directives asked about, spread evenly over the sizes of their descent."""
REPEATS, TASKS = 5, 200

_TASKS = "?t pg:tracesTo <{0}> ; a pg:Task ."
_PATH = (
    "{{ ?t a pg:Task ; pg:inDocument <{0}> }} UNION "
    "{{ ?t a pg:Task ; pg:inDocument/pg:implements+ <{0}> }}"
)
_BOUND = (
    "{{ ?d pg:implements+ <{0}> }} UNION {{ BIND(<{0}> AS ?d) }} ?t pg:inDocument ?d ; a pg:Task ."
)


def measure(documents: int = DOCUMENTS, directives: int = DIRECTIVES) -> list[Row]:
    """All rows for a graph of so many documents, with ten tasks each."""
    return list(_rows(documents, directives))


def _rows(documents: int, directives: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="closure-") as folder:
        root = Path(folder)
        smallest: tuple[float, int] | None = None
        for scale in (1, 10, 100):
            store, seconds, pairs = _build(root / str(scale), max(1, documents * scale // 100))
            smallest = smallest or (seconds, pairs)
            growth = (seconds / smallest[0]) / (pairs / smallest[1])
            note = f"{pairs:,} pairs of {len(store):,} triples, seconds"
            yield Row(f"built {scale}×", seconds, smallest[0], growth, note)
        snapshot = Snapshot(store, root, None)
        yield from _paths(snapshot)
        yield from _questions(snapshot, _directives(snapshot, directives))


def _build(directory: Path, documents: int) -> tuple[ox.Store, float, int]:
    """A store of a synthetic graph with its closure; the seconds that the closure took, from
    reading the edges to the last pair, and how many pairs it has."""
    directory.mkdir()
    quads = directory / "graph.nq"
    synthetic.generate_quads(quads, documents=documents, tasks_per_document=TASKS_PER_DOCUMENT)
    store = ox.Store(str(directory / "store"))
    store.bulk_load(path=str(quads), format=ox.RdfFormat.N_QUADS)
    quads.unlink()
    snapshot = Snapshot(store, directory, None)
    started = time.perf_counter()
    pairs = sum(1 for _ in lineage.derive(snapshot).triples)
    seconds = time.perf_counter() - started
    # Told apart from the writing, whose threads would take the time of the closure's.
    graph = ox.NamedNode(DERIVED)
    store.bulk_extend(
        ox.Quad(ox.NamedNode(s), ox.NamedNode(p), ox.NamedNode(o), graph)
        for s, p, o in lineage.derive(snapshot).triples
    )
    store.optimize()
    return store, seconds, pairs


def _directives(snapshot: Snapshot, wanted: int) -> list[tuple[str, int]]:
    """Documents and how many others trace to them, evenly over the sizes of their descent."""
    sizes: dict[int, str] = {}
    text = """SELECT ?d (COUNT(?below) AS ?n) WHERE {
        ?below pg:tracesTo ?d ; a pg:PolicyDocument . ?d a pg:PolicyDocument } GROUP BY ?d"""
    for row in snapshot.select(text):
        document, size = row["d"], row["n"]
        if document is not None and size is not None:
            sizes.setdefault(int(size.value), document.value)
    ordered = sorted((size, document) for size, document in sizes.items())
    step = max(1, len(ordered) // wanted)
    return [(document, size) for size, document in ordered[::step]]


def _questions(snapshot: Snapshot, directives: Sequence[tuple[str, int]]) -> Iterator[Row]:
    for pattern, name in ((_PATH, "implements+"), (_BOUND, "bound end")):
        _compare(snapshot, [d for d, _ in directives[:: max(1, len(directives) // 3)]], pattern)
        for question, head, tail in (
            ("first 100", "SELECT ?t WHERE {", "} LIMIT 100"),
            ("count", "SELECT (COUNT(DISTINCT ?t) AS ?n) WHERE {", "}"),
        ):
            ours = [
                _milliseconds(_ask(snapshot, head + _TASKS.format(d) + tail)) for d, _ in directives
            ]
            peer = [
                _milliseconds(_ask(snapshot, head + pattern.format(d) + tail))
                for d, _ in directives
            ]
            yield from _deciles(f"{question}, {name}", ours, peer, [n for _, n in directives])


def _compare(snapshot: Snapshot, directives: Sequence[str], pattern: str) -> None:
    """Both sides give the same tasks, to the last one."""
    for directive in directives:
        found = [
            {row["t"] for row in snapshot.select(f"SELECT ?t WHERE {{ {text.format(directive)} }}")}
            for text in (_TASKS, pattern)
        ]
        if found[0] != found[1]:
            raise AssertionError(f"{directive}: {len(found[0])} tasks beside {len(found[1])}")


def _ask(snapshot: Snapshot, text: str) -> Callable[[], object]:
    return lambda: list(snapshot.select(text))


def _milliseconds(ask: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median of some repeats, of one alone where it takes more than a second."""
    times: list[float] = []
    while len(times) < repeats:
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
        if times[-1] > 1:
            break
    return statistics.median(times) * 1000


def _deciles(
    name: str, ours: Sequence[float], peer: Sequence[float], sizes: Sequence[int]
) -> Iterator[Row]:
    ratios = [there / here for here, there in zip(ours, peer, strict=True)]
    note = f"{len(ours)} directives with {min(sizes)} to {max(sizes)} documents below, ms"
    yield Row(
        f"{name}, median",
        statistics.median(ours),
        statistics.median(peer),
        statistics.median(ratios),
        note,
    )
    cuts = statistics.quantiles(ratios, n=10, method="inclusive")
    shown = " ".join(f"{ratio:.3g}" for ratio in cuts)
    yield Row(f"{name}, deciles", min(ours), min(peer), min(ratios), f"ratios at 10…90 %: {shown}")


def _paths(snapshot: Snapshot) -> Iterator[Row]:
    """One task's paths: what leads where alone, then with labels, quotes and spans too."""
    rows = snapshot.select("SELECT ?t WHERE { ?t a pg:Task }")
    tasks = [row["t"].value for row in islice(rows, 0, TASKS * 37, 37) if row["t"] is not None]
    bare = statistics.median(
        _milliseconds(_ask(snapshot, f"SELECT ?up WHERE {{ <{task}> pg:tracesTo ?up }}"))
        for task in tasks
    )
    searches: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("paths of a task", lambda task: Paths(snapshot).routes(task)),
        ("… with their evidence", lambda task: Paths(snapshot).upward(task)),
    )
    for name, find in searches:
        ours = statistics.median(_milliseconds(partial(find, task)) for task in tasks)
        yield Row(name, ours, bare, ours / bare, "beside the bare query for its ancestors, ms")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    for measured in _rows(*given, *(DOCUMENTS, DIRECTIVES)[len(given) :]):
        print(*measured, sep="\t", flush=True)
