"""The service beside the native server and rdflib-endpoint, over one store, in one run.

Each answers the same queries for 1 and for 16 clients on keep-alive connections; ``wrk`` asks
where it is installed, since a client in Python is slower than two of the three servers.  The
limit of the front process is shown by a bare ASGI application that sends the same bytes.
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
from dataclasses import dataclass
from math import nan
from pathlib import Path
from urllib.parse import quote

from bench.rows import Row
from bench.synthetic import generate, last_task, root_of
from policygraph import lineage, resources, store

DOCUMENTS = 3600
"""1.1 million triples before the closure."""
SECONDS = 4
CLIENTS = (1, 16)
JSON = "application/sparql-results+json"
_START_WITHIN = 300


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
            "lineage by property path",
            f"SELECT ?t WHERE {{ ?t a <{below}Task> ; (<{below}stipulatedIn>|<{below}partOf>|"
            f"<{below}implements>)+ <{root}> }}",
            0.0,
        ),
    )


_BY_CLOSURE = "SELECT ?t WHERE { ?t a pg:Task ; pg:tracesTo <%s> }"


def measure(documents: int = DOCUMENTS, seconds: int = SECONDS) -> list[Row]:
    """Build the store, start the servers one after the other, and compare."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return [Row("serving", nan, nan, nan, "wrk is not installed; nothing was measured")]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        generate(place / "ttl", documents=documents)
        ontology = resources.directory("ontology")
        built = store.build(place / "ttl", ontology, place / "store", lineage.derive)
        asked = questions(last_task(documents), root_of(documents))
        load = Load(wrk, seconds)
        ours = _ours(place / "store", load, asked, root_of(documents))
        native = _native(built.path, load, asked)
        rdflib = _rdflib_endpoint(built.path, load, asked[:2])
        limit = _bare(load, native.bytes_of_point)
    return _rows(built.triples, asked, ours, native.rates, rdflib, limit)


Rates = dict[tuple[str, int], float]
"""(question, clients) -> answers a second."""


@dataclass(frozen=True, slots=True)
class Load:
    """Asks one address again and again."""

    wrk: str
    seconds: int

    def rate(self, url: str, clients: int, *headers: str) -> float:
        """Answers a second; anything but 2xx and 3xx counts as none."""
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
        if "Non-2xx" in out:
            return 0.0
        found = re.search(r"Requests/sec:\s+([\d.]+)", out)
        return float(found[1]) if found else 0.0


def once(url: str) -> float:
    """Answers a second of one client that waits: the best of three, for answers that take long."""
    best = min(_seconds(url) for _ in range(3))
    return 1 / best


def _seconds(url: str) -> float:
    started = time.perf_counter()
    _get(url)
    return time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Native:
    rates: Rates
    bytes_of_point: int


def _ours(root: Path, load: Load, asked: tuple[Question, ...], directive: str) -> Rates:
    rates: Rates = {}
    for cache in ("0", "64"):
        given = {"POLICYGRAPH_CACHE_MB": cache, "POLICYGRAPH_BUDGET": "1000000"}
        with server(policygraph(root), "/health/ready", given) as base:
            for clients in CLIENTS:
                if cache == "0":
                    for question in asked[:3]:
                        url = f"{base}/sparql?query={quote(question.text)}"
                        rates[question.name, clients] = load.rate(url, clients)
                else:
                    url = f"{base}/sparql?query={quote(asked[0].text)}"
                    rates["point look-up, cached", clients] = load.rate(url, clients)
                    known = f"If-None-Match: {_etag(url)}"
                    rates["304 for a known ETag", clients] = load.rate(url, clients, known)
            if cache == "0":
                canned = f"{base}/api/queries/tasks-tracing-to?document={quote(directive)}"
                rates["canned lineage", 1] = once(canned)
                rates["lineage by closure", 1] = once(
                    f"{base}/sparql?query={quote(_BY_CLOSURE % directive)}"
                )
    return rates


def _native(path: Path, load: Load, asked: tuple[Question, ...]) -> Native:
    program = shutil.which("oxigraph", path=sysconfig.get_path("scripts"))
    if program is None:
        return Native({}, 1000)
    command = [program, "serve-read-only", "--location", str(path), "--union-default-graph"]
    rates: Rates = {}
    with server([*command, "--bind", "127.0.0.1:{port}"], "/") as base:
        for question in asked[:3]:
            url = f"{base}/query?query={quote(question.text)}"
            for clients in CLIENTS:
                rates[question.name, clients] = load.rate(url, clients)
        rates[asked[3].name, 1] = once(f"{base}/query?query={quote(asked[3].text)}")
        size = len(_get(f"{base}/query?query={quote(asked[0].text)}"))
    return Native(rates, size)


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
            with server(command, "/query?query=ASK%20%7B%7D") as base:
                for question in asked:
                    url = f"{base}/query?query={quote(question.text)}"
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
    with server(command, "/") as base:
        return {("limit", clients): load.rate(base, clients) for clients in CLIENTS}


def policygraph(root: Path) -> list[str]:
    code = "from policygraph.cli import main; main()"
    return [sys.executable, "-c", code, "serve", "--store", str(root), "--port", "{port}"]


@contextlib.contextmanager
def server(
    command: list[str], ready: str, environment: dict[str, str] | None = None
) -> Iterator[str]:
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
        deadline = time.monotonic() + _START_WITHIN
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                _get(base + ready)
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start")
            time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _get(url: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": JSON})) as answer:
        content: bytes = answer.read()
        return content


def _etag(url: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": JSON})) as answer:
        return str(answer.headers["ETag"])


def _rows(
    triples: int,
    asked: tuple[Question, ...],
    ours: Rates,
    native: Rates,
    rdflib: Rates,
    limit: Rates,
) -> list[Row]:
    rows = []

    def row(name: str, clients: int, peer: float | None, wanted: float, whose: str) -> None:
        mine = ours.get((name, clients), 0.0)
        ratio = mine / peer if peer else nan
        note = f"answers a second, {clients} clients, against {whose}; wanted {wanted:g}"
        rows.append(Row(f"{name} ×{clients}", mine, peer or nan, ratio, note))

    for clients in CLIENTS:
        point = native.get((asked[0].name, clients))
        for question in asked[:3]:
            row(
                question.name,
                clients,
                native.get((question.name, clients)),
                question.wanted,
                "native",
            )
        row("point look-up, cached", clients, point, 0.5, "native, uncached")
        row("304 for a known ETag", clients, point, 1.0, "native, 200")
        for question in asked[:2]:
            peer = rdflib.get((question.name, clients))
            row(question.name, clients, peer, 3.0, "rdflib-endpoint")
        bare = limit.get(("limit", clients), 0.0)
        note = f"answers a second of a bare ASGI application, same bytes, {clients} clients"
        rows.append(
            Row(f"limit ×{clients}", bare, point or nan, bare / point if point else nan, note)
        )
    path = native.get((asked[3].name, 1))
    row("canned lineage", 1, path, 20.0, "native property path; with labels and quotes")
    row("lineage by closure", 1, path, 20.0, "native property path; the same answer")
    rows.append(Row("triples", float(triples), nan, nan, "in the store, closure included"))
    return rows


if __name__ == "__main__":
    for found in measure():
        print(found.name, f"{found.ours:.0f}", found.peer, found.ratio, found.note, sep="\t")
