"""The lineage closure: how building it grows, and what listing, counting and paths gain by it.

    built       CPU seconds of the closure over 1 %, 10 % and all of the documents, from noting
                the links among all statements to the last pair; the ratio is the growth of time
                over the growth of pairs, 1.0 where it is linear
    first 100   milliseconds for the first 100 tasks under a directive, and for counting all of
    count       them, beside the same question over ``pg:implements+`` in the same store; one row
                for each decile of the directives, which are of every size of descent
    bound end   the same beside a path query written by hand from the directive downward
    paths       milliseconds for one task's paths upward, beside the bare query for its ancestors

With no directives to ask about, only building is measured.

Each question runs in a process of its own that is killed at a limit, for a path query over
millions of tasks may not end; the limit then counts as its time, so that the ratio is a lower
bound, and the row says how many were killed.  The answers of both sides are compared.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyoxigraph as ox

from bench import synthetic
from bench.rows import Row
from policygraph import iri, lineage
from policygraph.edges import BASED_ON, STRICT
from policygraph.links import Links
from policygraph.paths import Paths
from policygraph.store import DERIVED, Draft, Snapshot

DOCUMENTS = 20_000
TASKS_PER_DOCUMENT = 10
DIRECTIVES = 20
"""Directives asked about, spread evenly over the sizes of their descent."""
REPEATS, TASKS = 5, 200
_CHUNK = 100_000
LIMIT = 60
"""Seconds after which a question is given up."""
WHOLE = 50_000
"""Most documents with all their statements; beyond it only those that lead from thing to thing
are loaded, with types and places, for words and evidence would fill the disk and are not asked."""
_WALKED = frozenset(
    (
        iri.PREFIXES["rdf"] + "type",
        *STRICT,
        BASED_ON,
        *map(iri.term, ("inDocument", "documentType")),
    )
)

_TASKS = "?t pg:tracesTo <{0}> ; a pg:Task ."
_PATH = (
    "{{ ?t a pg:Task ; pg:inDocument <{0}> }} UNION "
    "{{ ?t a pg:Task ; pg:inDocument/pg:implements+ <{0}> }}"
)
_BOUND = (
    "{{ ?d pg:implements+ <{0}> }} UNION {{ BIND(<{0}> AS ?d) }} ?t pg:inDocument ?d ; a pg:Task ."
)
_PEERS = ((_PATH, "implements+"), (_BOUND, "bound end"))
_QUESTIONS = (
    ("first 100", "SELECT ?t WHERE {{ {0} }} LIMIT 100"),
    ("count", "SELECT (COUNT(DISTINCT ?t) AS ?n) WHERE {{ {0} }}"),
)

T = TypeVar("T")


class Answer(NamedTuple):
    """Median milliseconds and the values of the only column; None where the limit was reached."""

    milliseconds: float
    values: frozenset[str] | None


def measure(documents: int = DOCUMENTS, directives: int = DIRECTIVES) -> list[Row]:
    """All rows for a graph of so many documents, with ten tasks each."""
    return list(_rows(documents, directives))


def _rows(documents: int, directives: int) -> Iterator[Row]:
    only = None if documents <= WHOLE else _WALKED
    with tempfile.TemporaryDirectory(prefix="closure-") as folder:
        path, directory = Path(folder) / "graph.nq", Path(folder) / "store"
        smallest: tuple[float, int] | None = None
        for scale in (1, 10, 100):
            synthetic.generate_quads(
                path,
                documents=max(1, documents * scale // 100),
                tasks_per_document=TASKS_PER_DOCUMENT,
                only=only,
            )
            links, noting, making, pairs = _build(path)
            seconds = noting + making
            smallest = smallest or (seconds, pairs)
            growth = (seconds / smallest[0]) / (pairs / smallest[1])
            each = f"{seconds / pairs * 1e6:.2f} µs each"
            yield Row(f"built {scale}×", seconds, smallest[0], growth, f"{pairs:,} pairs, {each}")
        if directives:
            yield _store(directory, path, links, making)
            snapshot = Snapshot(ox.Store.read_only(str(directory)), directory, None)
            yield from _paths(snapshot, with_evidence=only is None)
            yield from _questions(directory, _directives(snapshot, directives))


def _build(path: Path) -> tuple[Links, float, float, int]:
    """The links of a graph in N-Quads; the CPU seconds that noting them among all statements
    takes, and making their closure; and its pairs.  Nothing is written meanwhile."""
    noting, making, links = _Clock(), _Clock(), Links()
    parsed = ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)
    for chunk in iter(lambda: list(islice(parsed, _CHUNK)), []):
        deque(noting.timed(links.noted(chunk)), maxlen=0)
    started = time.thread_time()
    derived = lineage.derive(Draft(ox.Store(), path, None, links))
    making.seconds += time.thread_time() - started
    deque(making.timed(derived.triples), maxlen=0)
    return links, noting.seconds, making.seconds, making.count


def _store(directory: Path, path: Path, links: Links, alone: float) -> Row:
    """Write a store of the graph and its closure; the CPU seconds of making the pairs again while
    the store writes them."""
    store = ox.Store(str(directory))
    store.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS)
    path.unlink()
    started = time.thread_time()
    derived = lineage.derive(Draft(store, directory, None, links))
    making = _Clock(time.thread_time() - started)
    graph = ox.NamedNode(DERIVED)
    store.bulk_extend(ox.Quad(s, p, o, graph) for s, p, o in making.timed(derived.triples))
    store.optimize()
    note = f"beside making them alone, CPU seconds; a store of {len(store):,} triples"
    return Row("pairs while written", making.seconds, alone, making.seconds / alone, note)


class _Clock:
    """CPU seconds that making some things takes, apart from what is done with them, and how many
    there were."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self.count = seconds, 0

    def timed(self, made: Iterable[T]) -> Iterator[T]:
        given = iter(made)
        while True:
            started = time.thread_time()
            some = list(islice(given, _CHUNK))
            self.seconds += time.thread_time() - started
            if not some:
                return
            self.count += len(some)
            yield from some


def _directives(snapshot: Snapshot, wanted: int) -> list[tuple[str, int]]:
    """Documents and how many others trace to them, evenly over the sizes of their descent, the
    least and the greatest among them."""
    counts: dict[str, int] = {}
    for row in snapshot.select("SELECT ?d WHERE { ?d a pg:PolicyDocument }"):
        if row["d"] is not None:
            for said in snapshot.statements(row["d"].value, lineage.TRACES_TO.value, None):
                counts[said.value.value] = counts.get(said.value.value, 0) + 1
    ordered = sorted({size: document for document, size in sorted(counts.items())}.items())
    wanted = min(wanted, len(ordered))
    places = {round(place * (len(ordered) - 1) / max(1, wanted - 1)) for place in range(wanted)}
    return [(ordered[place][1], ordered[place][0]) for place in sorted(places)]


def _questions(directory: Path, directives: Sequence[tuple[str, int]]) -> Iterator[Row]:
    names, sizes = zip(*directives, strict=True)
    with _Asked(directory) as asked:

        def each(text: str, pattern: str) -> list[Answer]:
            return [asked(text.format(pattern.format(directive))) for directive in names]

        tasks = each("SELECT ?t WHERE {{ {0} }}", _TASKS)
        for question, text in _QUESTIONS:
            ours = each(text, _TASKS)
            for pattern, name in _PEERS:
                peer = each(text, pattern)
                for found in (ours, peer):
                    for directive, answer, known in zip(names, found, tasks, strict=True):
                        _check(question, directive, answer, known)
                yield from _deciles(f"{question}, {name}", ours, peer, sizes)


def _check(question: str, directive: str, answer: Answer, tasks: Answer) -> None:
    """The answer agrees with the list of all tasks, unless it was given up."""
    if tasks.values is None:
        raise AssertionError(f"{directive}: its tasks were not listed in {LIMIT} s")
    if answer.values is None:
        return
    wrong = (
        answer.values != {str(len(tasks.values))}
        if question == "count"
        else len(answer.values) != min(100, len(tasks.values)) or answer.values - tasks.values
    )
    if wrong:
        raise AssertionError(f"{question} of {directive}: {len(answer.values)} other values")


class _Asked:
    """A process that answers questions over a store, and another when one has to be killed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> _Asked:
        # Started afresh, not forked: threads of an open store do not live on in a fork.
        context = get_context("spawn")
        self._line, there = context.Pipe()
        self._process = context.Process(target=_answer, args=(self._directory, there), daemon=True)
        self._process.start()
        there.close()
        self._line.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def __call__(self, text: str) -> Answer:
        self._line.send(text)
        if self._line.poll(LIMIT):
            return Answer(*self._line.recv())
        self.__exit__()
        self.__enter__()
        return Answer(LIMIT * 1000, None)


def _answer(directory: Path, line: Connection) -> None:
    """Answer each text that comes: its time, and the values of its only column."""
    snapshot = Snapshot(ox.Store.read_only(str(directory)), directory, None)
    line.send("ready")
    while True:
        text = line.recv()
        values: list[str] = []

        def ask(text: str = text, values: list[str] = values) -> None:
            values[:] = [
                value.value
                for row in snapshot.select(text)
                for value in row.values()
                if value is not None
            ]

        milliseconds = _milliseconds(ask)
        line.send((milliseconds, frozenset(values)))


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
    name: str, ours: Sequence[Answer], peer: Sequence[Answer], sizes: Sequence[int]
) -> Iterator[Row]:
    here = [answer.milliseconds for answer in ours]
    there = [answer.milliseconds for answer in peer]
    ratios = [b / a for a, b in zip(here, there, strict=True)]
    killed = sum(answer.values is None for answer in peer)
    note = f"{len(ours)} directives with {min(sizes)} to {max(sizes)} documents below, ms"
    if killed:
        note += f"; {killed} killed at {LIMIT} s and counted with it"
    middle = [statistics.median(values) for values in (here, there, ratios)]
    yield Row(f"{name}, median", middle[0], middle[1], middle[2], note)
    cuts = statistics.quantiles(ratios, n=10, method="inclusive")
    shown = " ".join(f"{ratio:.3g}" for ratio in cuts)
    yield Row(
        f"{name}, deciles",
        min(here),
        min(there),
        min(ratios),
        f"ratios at 10…90 %: {shown}; the greatest descent: {ratios[-1]:.3g}",
    )


def _paths(snapshot: Snapshot, *, with_evidence: bool) -> Iterator[Row]:
    """One task's paths: what leads where alone, then with labels, quotes and spans too, for tasks
    of many documents, each asked for the first time; then the same tasks once more."""
    rows = snapshot.select("SELECT ?t WHERE { ?t a pg:Task }")
    tasks = [row["t"].value for row in islice(rows, 0, TASKS * 37, 37) if row["t"] is not None]

    def bare_query(task: str) -> object:
        return list(snapshot.select(f"SELECT ?up WHERE {{ <{task}> pg:tracesTo ?up }}"))

    def way(task: str) -> object:
        return Paths(snapshot).routes(task)

    def evidence(task: str) -> object:
        return Paths(snapshot).upward(task)

    bare = _each(bare_query, tasks)
    searches = [("paths of a task", way)]
    if with_evidence:
        searches += [("… with their evidence", evidence), ("… asked again", evidence)]
    for name, find in searches:
        ours = _each(find, tasks)
        yield Row(name, ours, bare, ours / bare, "beside the bare query for its ancestors, CPU ms")


def _each(ask: Callable[[str], object], tasks: Sequence[str]) -> float:
    """Median CPU milliseconds over the tasks, each asked once."""
    times = []
    for task in tasks:
        started = time.thread_time()
        ask(task)
        times.append(time.thread_time() - started)
    return statistics.median(times) * 1000


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    for measured in _rows(*given, *(DOCUMENTS, DIRECTIVES)[len(given) :]):
        print(*measured, sep="\t", flush=True)
