"""The service beside the native server and rdflib-endpoint, over one store, in one run.

Each answers the same queries for 1 and for 16 clients on keep-alive connections; ``wrk`` asks
where it is installed, since a client in Python is slower than two of the three servers.  Ours and
the native one take turns, round by round, and the median counts.  Beside the answers a second,
which depend on what else a machine does, stands the processor time of an answer, all processes of
a server together.  The limit of the front process is shown by a bare ASGI application that sends
the same bytes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from statistics import median
from urllib.parse import quote

from bench.rows import Row
from bench.synthetic import generate, last_task, root_of
from policygraph import cards, lineage, resources, store

DOCUMENTS = 3600
"""1.1 million triples before the closure."""
SECONDS = 2
ROUNDS = 3
CLIENTS = (1, 16)
JSON = "application/sparql-results+json"
READY = "/health/ready"
_PATIENCE = 60
"""Seconds within which a server starts, and a single question is answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query, what the issue asks of the ratio to the native server, and our ways to it."""

    name: str
    text: str
    wanted: float


def questions(task: str, root: str) -> tuple[Question, ...]:
    below = "https://w3id.org/policygraph/ontology#"
    return (
        Question("point look-up", f"SELECT ?p ?o WHERE {{ <{task}> ?p ?o }}", 0.25),
        Question(
            "100 rows",
            f"SELECT ?s ?o WHERE {{ ?s <{below}documentNumber> ?o }} LIMIT 100",
            0.7,
        ),
        Question(
            "several milliseconds",
            f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s <{below}implements> ?o ; "
            f"<{below}issuer> ?i . ?o <{below}issuer> ?j }}",
            0.95,
        ),
        Question(
            _PATH,
            f"SELECT ?t WHERE {{ ?t a <{below}Task> ; (<{below}stipulatedIn>|<{below}partOf>|"
            f"<{below}implements>)+ <{root}> }}",
            0.0,
        ),
    )


_BY_CLOSURE = "SELECT ?t WHERE { ?t a pg:Task ; pg:tracesTo <%s> }"
_PAGE = 100
"""Rows of the first page of a lineage."""
_PATH = "lineage by property path"
_PATH_OF_PAGE = f"{_PATH}, LIMIT {_PAGE}"


def measure(documents: int = DOCUMENTS, seconds: int = SECONDS) -> list[Row]:
    """Build the store, start the servers one after the other, and compare."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return [Row("serving", nan, nan, nan, "wrk is not installed; nothing was measured")]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        generate(place / "ttl", documents=documents)
        ontology = resources.directory("ontology")
        built = store.build(place / "ttl", ontology, place / "store", _derive)
        asked = questions(last_task(documents), root_of(documents))
        load = Load(wrk, seconds)
        measured = _in_turns(place / "store", built.path, load, asked, root_of(documents))
        rdflib = _rdflib_endpoint(built.path, load, asked[:2])
        limit = _bare(load, measured.bytes_of_point)
    return _rows(built.triples, asked, measured, rdflib, limit)


def _derive(draft: store.Draft) -> store.Derived:
    return replace(lineage.derive(draft), finish=lambda done: cards.write(done, done.path))


Rates = dict[tuple[str, int], float]
"""(question, clients) -> answers a second."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server: its address and its process."""

    base: str
    pid: int

    def processor_seconds(self) -> float:
        """Used so far by it and by all that descend from it."""
        return sum(map(_processor_seconds, _descent(self.pid)))


@dataclass(frozen=True, slots=True)
class Measured:
    """Of both servers, by question and clients: answers a second, and processor time of an answer
    in microseconds; and the bytes of the answer to a point look-up."""

    ours: Rates
    native: Rates
    our_processor: Rates
    native_processor: Rates
    bytes_of_point: int


@dataclass(frozen=True, slots=True)
class Load:
    """Asks one address again and again."""

    wrk: str
    seconds: int

    def rate(self, url: str, clients: int, *headers: str) -> float:
        """Answers a second; anything but 2xx and 3xx counts as none."""
        rate, _ = self.answers(url, clients, *headers)
        return rate

    def answers(self, url: str, clients: int, *headers: str) -> tuple[float, int]:
        """Answers a second, and their number."""
        given = [part for header in (f"Accept: {JSON}", *headers) for part in ("-H", header)]
        out = subprocess.run(
            [
                self.wrk,
                "-t1",
                f"-c{clients}",
                f"-d{self.seconds}s",
                "--timeout",
                "60s",
                *given,
                url,
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
        count = re.search(r"(\d+) requests in", out)
        if "Non-2xx" in out or rate is None or count is None:
            return 0.0, 0
        return float(rate[1]), int(count[1])


def _in_turns(
    root: Path, path: Path, load: Load, asked: tuple[Question, ...], directive: str
) -> Measured:
    """Ours with and without its cache, and the native server, over one store."""
    program = shutil.which("oxigraph", path=sysconfig.get_path("scripts")) or "oxigraph"
    command = [program, "serve-read-only", "--location", str(path), "--union-default-graph"]
    much = {"POLICYGRAPH_BUDGET": "1000000", "POLICYGRAPH_TIMEOUT": "120"}
    with (
        server([*command, "--bind", "127.0.0.1:{port}"], "/") as native,
        server(policygraph(root), READY, {**much, "POLICYGRAPH_CACHE_MB": "0"}) as plain,
        server(policygraph(root), READY, {**much, "POLICYGRAPH_CACHE_MB": "64"}) as cached,
    ):
        of_native = [f"{native.base}/query?query={quote(question.text)}" for question in asked]
        of_plain = [f"{plain.base}/sparql?query={quote(question.text)}" for question in asked]
        of_cached = f"{cached.base}/sparql?query={quote(asked[0].text)}"
        known = f"If-None-Match: {_etag(of_cached)}"
        done = Measured({}, {}, {}, {}, len(_get(of_native[0])))
        for clients in CLIENTS:
            ways: list[tuple[str, Running, str, tuple[str, ...], str]] = [
                *((q.name, plain, of_plain[n], (), of_native[n]) for n, q in enumerate(asked[:3])),
                ("point look-up, cached", cached, of_cached, (), of_native[0]),
                ("304 for a known ETag", cached, of_cached, (known,), of_native[0]),
            ]
            for name, ours, url, headers, peer in ways:
                rounds = [
                    (
                        _round(load, ours, url, clients, *headers),
                        _round(load, native, peer, clients),
                    )
                    for _ in range(ROUNDS)
                ]
                key = name, clients
                done.ours[key], done.our_processor[key] = map(
                    median, zip(*(mine for mine, _ in rounds), strict=True)
                )
                done.native[key], done.native_processor[key] = map(
                    median, zip(*(theirs for _, theirs in rounds), strict=True)
                )
        _lineage(done, native, plain, cached, asked[3].text, directive)
    return done


def _round(
    load: Load, running: Running, url: str, clients: int, *headers: str
) -> tuple[float, float]:
    """Answers a second, and microseconds of processor time for each."""
    before = running.processor_seconds()
    rate, count = load.answers(url, clients, *headers)
    used = running.processor_seconds() - before
    return rate, used / count * 1_000_000 if count else nan


def _lineage(
    done: Measured, native: Running, plain: Running, cached: Running, path: str, directive: str
) -> None:
    """All tasks below a directive and their first page, for one client: the best of three, all
    taking turns."""
    canned = f"/api/queries/tasks-tracing-to?document={quote(directive)}"
    ways = {
        _PATH: (native, f"/query?query={quote(path)}"),
        _PATH_OF_PAGE: (native, f"/query?query={quote(f'{path} LIMIT {_PAGE}')}"),
        "canned lineage": (plain, canned),
        "canned lineage, cached": (cached, canned),
        "canned lineage, first page": (plain, f"{canned}&limit={_PAGE}"),
        "lineage by closure": (plain, f"/sparql?query={quote(_BY_CLOSURE % directive)}"),
    }
    rounds = [
        {name: _seconds(asked.base + address) for name, (asked, address) in ways.items()}
        for _ in range(ROUNDS)
    ]
    for name, (asked, _) in ways.items():
        rates = done.native if asked is native else done.ours
        rates[name, 1] = 1 / min(taken[name] for taken in rounds)


def _seconds(url: str) -> float:
    started = time.perf_counter()
    _get(url)
    return time.perf_counter() - started


def _descent(pid: int) -> Iterator[int]:
    """A process and all that descend from it; each thread lists those that it started."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text(encoding="ascii").split():
            yield from _descent(int(child))


def _processor_seconds(pid: int) -> float:
    """Of a process, and of those it started that have ended: a worker may be replaced."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


_ENDPOINT = """
import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset(default_union=True)
for name in sys.argv[2:]:
    graph.parse(name, format="nquads")
uvicorn.run(SparqlEndpoint(graph=graph, path="/query"), port=int(sys.argv[1]),
            log_level="error", access_log=False)
"""


def _rdflib_endpoint(path: Path, load: Load, asked: tuple[Question, ...]) -> Rates:
    """Over its usual store in memory, which holds what is asked for but not the whole graph: to
    parse 1.1 million triples takes it minutes, and a smaller graph is in its favour."""
    snapshot = store.open_read_only(path)
    rates: Rates = {}
    with tempfile.NamedTemporaryFile(suffix=".nq") as file:
        found = snapshot.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 50000")
        file.write(store.to_bytes(found, "application/n-quads"))
        subject = re.search(r"<([^>]+)> \?p", asked[0].text)
        if subject:
            point = f"CONSTRUCT WHERE {{ <{subject[1]}> ?p ?o }}"
            file.write(store.to_bytes(snapshot.query(point), "application/n-quads"))
        file.flush()
        command = [sys.executable, "-c", _ENDPOINT, "{port}", file.name]
        try:
            with server(command, "/query?query=ASK%20%7B%7D") as peer:
                for question in asked:
                    url = f"{peer.base}/query?query={quote(question.text)}"
                    for clients in CLIENTS:
                        rates[question.name, clients] = load.rate(url, clients)
        except RuntimeError:
            return {}
    return rates


_BARE = """
import sys, uvicorn
BODY = b"x" * int(sys.argv[2])
HEADERS = [(b"content-type", b"application/sparql-results+json"),
           (b"content-length", b"%d" % len(BODY))]
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, lifespan="off")
"""


def _bare(load: Load, size: int) -> Rates:
    command = [sys.executable, "-c", _BARE, "{port}", str(size)]
    rates: Rates = {}
    with server(command, "/") as bare:
        for clients in CLIENTS:
            rates["limit", clients], rates["µs", clients] = _round(load, bare, bare.base, clients)
    return rates


def policygraph(root: Path) -> list[str]:
    code = "from policygraph.cli import main; main()"
    return [sys.executable, "-c", code, "serve", "--store", str(root), "--port", "{port}"]


@contextlib.contextmanager
def server(
    command: list[str], ready: str, environment: dict[str, str] | None = None
) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [part.format(port=port) if part.endswith("{port}") else part for part in command],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                _get(base + ready)
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.1)
        yield Running(base, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _get(url: str) -> bytes:
    asked = urllib.request.Request(url, headers={"Accept": JSON})
    with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:
        content: bytes = answer.read()
        return content


def _etag(url: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": JSON})) as answer:
        return str(answer.headers["ETag"])


def _rows(
    triples: int,
    asked: tuple[Question, ...],
    measured: Measured,
    rdflib: Rates,
    limit: Rates,
) -> list[Row]:
    rows = []
    ours, native = measured.ours, measured.native

    def row(name: str, clients: int, peer: float | None, wanted: float, whose: str) -> None:
        mine = ours.get((name, clients), 0.0)
        ratio = mine / peer if peer else nan
        note = f"answers a second, {clients} clients, against {whose}; wanted {wanted:g}"
        rows.append(Row(f"{name} ×{clients}", mine, peer or nan, ratio, note))

    wanted = {question.name: question.wanted for question in asked[:3]}
    wanted |= {"point look-up, cached": 0.5, "304 for a known ETag": 1.0}
    for clients in CLIENTS:
        for name, ratio in wanted.items():
            row(name, clients, native[name, clients], ratio, "native")
            mine = measured.our_processor[name, clients]
            theirs = measured.native_processor[name, clients]
            note = "µs of processor time for an answer, native over ours"
            rows.append(Row(f"{name} ×{clients}, µs", mine, theirs, theirs / mine, note))
        for question in asked[:2]:
            peer = rdflib.get((question.name, clients))
            row(question.name, clients, peer, 3.0, "rdflib-endpoint")
        bare, point = limit.get(("limit", clients), 0.0), native[asked[0].name, clients]
        note = f"answers a second of a bare ASGI application, same bytes, {clients} clients"
        rows.append(Row(f"limit ×{clients}", bare, point, bare / point, note))
        least, theirs = limit["µs", clients], measured.native_processor[asked[0].name, clients]
        note = "µs of processor time for an answer of the bare application, native over it"
        rows.append(Row(f"limit ×{clients}, µs", least, theirs, theirs / least, note))
    path, path_of_page = native[_PATH, 1], native[_PATH_OF_PAGE, 1]
    row("canned lineage", 1, path, 20.0, "native property path; with labels and quotes")
    row("canned lineage, cached", 1, path, 20.0, "native property path; with labels and quotes")
    row("canned lineage, first page", 1, path, 20.0, "native property path, all tasks")
    row("canned lineage, first page", 1, path_of_page, 20.0, f"the path with LIMIT {_PAGE}")
    row("lineage by closure", 1, path, 20.0, "native property path; the same answer")
    rows.append(Row("triples", float(triples), nan, nan, "in the store, closure included"))
    return rows


if __name__ == "__main__":
    for found in measure():
        print(found.name, f"{found.ours:.0f}", found.peer, found.ratio, found.note, sep="\t")
