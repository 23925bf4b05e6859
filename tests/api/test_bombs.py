"""Queries and clients that bring other services down.

Each gets a clean refusal within its limit; look-ups of other clients are answered throughout;
at the end memory is where it was and no worker is left behind.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import httpx
import pytest
from tests.api.conftest import PATIENCE, serving

LIMIT = 3.0
WORKERS = 2 + 1
"""Two for long queries and one for look-ups."""
POINT = "SELECT ?n { doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber ?n }"
ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
STEPS = "/".join(["pg:partOf"] * 2000)
OPTIONALS = " ".join(f"OPTIONAL {{ ?s ?p{n} ?o{n} }}" for n in range(500))
HARD = {
    "braces": "SELECT * " + "{" * 5000 + "}" * 5000,
    "parentheses": "SELECT * { FILTER" + "(" * 5000 + "1" + ")" * 5000 + " }",
    "optionals": "SELECT * { ?s a pg:Task " + OPTIONALS + " }",
    "path": f"SELECT * {{ ?s {STEPS} ?o }}",
    "stars": "SELECT (COUNT(*) AS ?n) { ?s ((((pg:partOf|^pg:partOf|!pg:x)*)*)*)* ?o }",
    "product": f"SELECT (COUNT(*) AS ?n) {{ {ALL} }}",
    "order": f"SELECT * {{ {ALL} }} ORDER BY ?c ?f ?i",
    "offset": f"SELECT * {{ {ALL} }} OFFSET 1000000000000 LIMIT 1",
    "concat": f"SELECT (GROUP_CONCAT(?c) AS ?all) {{ {ALL} }}",
    "unary": "SELECT * { FILTER(" + "!" * 60_000 + "1) }",
    "unions": "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * 3000) + " ?a ?b ?c . ?d ?e ?f }",
    "escaped braces": "SELECT * " + r"\u007B" * 5000 + r"\u007D" * 5000,
}


class Listener(http.server.BaseHTTPRequestHandler):
    """Remembers every request; a query that reaches it has got out."""

    reached: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        Listener.reached.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture(scope="module")
def inner():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/inner"
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def bombed(store_root, log, **limits):
    """A service that must be at the end as it was at the start, and then be gone."""
    given = {"workers": 2, "memory_mb": 512, "max_answer_mb": 8, "cache_mb": 0, **limits}
    with serving(store_root, log, **given) as started:
        before = resident(started)
        yield started
        settle(started)
        assert resident(started) < before + 200_000_000
    with pytest.raises(httpx.TransportError):
        started.get("/health")


@pytest.fixture(scope="module")
def service(store_root, tmp_path_factory):
    """It gives every query and every client the time that they need."""
    with bombed(store_root, tmp_path_factory.mktemp("bombs") / "log") as started:
        yield started


@pytest.fixture(scope="module")
def strict(store_root, tmp_path_factory):
    """It gives none more than ``LIMIT`` seconds."""
    given = {"timeout": LIMIT, "body_timeout": LIMIT}
    with bombed(store_root, tmp_path_factory.mktemp("strict") / "log", **given) as started:
        yield started


def resident(service):
    """Bytes of memory of the service and its workers."""
    pages = 0
    for pid in service.processes():
        path = Path(f"/proc/{pid}/statm")
        pages += int(path.read_text(encoding="ascii").split()[1]) if path.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def settle(service):
    """Wait until killed workers have been replaced and nothing runs."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        health = service.get("/health").json()
        is_quiet = health["queue"] == 0 and health["workersAlive"] == WORKERS
        if is_quiet and len(service.workers()) == WORKERS:
            return
        time.sleep(0.05)
    raise AssertionError(service.get("/health").json())


def post(service, query, client):
    return client.post(
        service.url + "/sparql",
        content=query,
        headers={"Content-Type": "application/sparql-query"},
        timeout=PATIENCE,
    )


def is_clean(answer):
    """A whole problem document."""
    assert 400 <= answer.status_code < 600
    assert answer.status_code != 500
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert all(body[key] for key in ("type", "title", "detail", "advice"))
    return body["type"].rpartition("/")[2]


class Others:
    """Clients that look one thing up again and again while something else goes on."""

    def __init__(self, service):
        self._service = service
        self._stop = threading.Event()
        self.wrong: list[str] = []
        self.asked = 0

    def __enter__(self):
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def _ask(self):
        with httpx.Client(timeout=PATIENCE) as client:
            while not (self.asked and self._stop.is_set()):
                answer = post(self._service, f"{POINT} # {self.asked}", client)
                self.asked += 1
                if answer.status_code != 200 or "2358/KH-UBND" not in answer.text:
                    self.wrong.append(answer.text)

    def __exit__(self, *error):
        self._stop.set()
        self._thread.join()
        assert not self.wrong, self.wrong[:3]


def test_hard_queries_all_at_once(strict):
    with Others(strict), httpx.Client() as client, ThreadPoolExecutor(len(HARD)) as many:
        answers = dict(
            zip(HARD, many.map(lambda q: post(strict, q, client), HARD.values()), strict=True)
        )
    kinds = {name: is_clean(answer) for name, answer in answers.items()}
    assert kinds["braces"] == kinds["parentheses"] == kinds["escaped braces"] == "nesting"
    assert kinds["product"] == kinds["offset"] == "timeout"
    # The second pattern shares no variable with the first.
    told = answers["product"].json()
    assert (told["line"], told["column"]) == (1, HARD["product"].index("?d ?e ?f") + 1)
    assert len(told["suspects"]) == 3
    assert set(kinds.values()) <= {
        "nesting",
        "timeout",
        "worker-died",
        "busy",
        "answer-too-large",
        "too-long",
        "syntax",
        "evaluation",
    }
    settle(strict)


SERVICES = {
    "plain": "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }",
    "variable": "SELECT * { BIND(<%s> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "escaped": r"SELECT * { S\u0045RVICE <%s> { ?s ?p ?o } }",
    "escaped twice": r"SELECT * { S\u005Cu0045RVICE <%s> { ?s ?p ?o } }",
    "subquery": "SELECT * { { SELECT * { OPTIONAL { SERVICE <%s> { ?s ?p ?o } } } } }",
    "exists": "ASK { FILTER NOT EXISTS { SERVICE <%s> { ?s ?p ?o } } }",
    "prefixed": "PREFIX x: <%s> SELECT * { SERVICE x: { ?s ?p ?o } }",
    "commented": "SELECT * { SERVICE#\n<%s> { ?s ?p ?o } }",
    "update": "INSERT { ?s ?p ?o } WHERE { SERVICE <%s> { ?s ?p ?o } }",
    "load": "LOAD <%s>",
}


@pytest.mark.parametrize("form", SERVICES)
def test_no_query_reaches_out(service, inner, form):
    with httpx.Client() as client:
        answer = post(service, SERVICES[form] % inner, client)
    assert answer.status_code in (400, 403)
    kind = is_clean(answer)
    if answer.status_code == 403 and kind == "service-refused" and form == "plain":
        assert answer.json()["service"] == inner
        assert (answer.json()["line"], answer.json()["column"]) == (1, 12)
    assert not Listener.reached


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_a_remote_graph_is_not_fetched(service, inner, clause):
    query = f"SELECT * {clause} <{inner}> {{ ?s ?p ?o }}"
    with httpx.Client() as client:
        answer = post(service, query, client)
    assert answer.json()["results"]["bindings"] == []
    assert not Listener.reached


def test_updates_change_nothing(service):
    with httpx.Client() as client:
        for update in ("DROP ALL", "INSERT DATA { <a:a> <a:b> <a:c> }"):
            for given in (
                {"data": {"update": update}},
                {"data": {"query": update}},
                {"content": update, "headers": {"Content-Type": "application/sparql-update"}},
            ):
                answer = client.post(service.url + "/sparql", timeout=PATIENCE, **given)
                assert answer.status_code == 403
                assert is_clean(answer) == "update-refused"


def test_a_body_of_10_mb(service):
    with Others(service), httpx.Client() as client:
        announced = post(service, POINT + " " * 10_000_000, client)
        chunks = (b" " * 65536 for _ in range(160))
        streamed = _until_refused(service, chunks)
    assert (announced.status_code, is_clean(announced)) == (413, "too-long")
    assert b" 413 " in streamed


def _until_refused(service, chunks):
    """Send a chunked body to whoever will take it; gives what came back."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/sparql-query\r\n\r\n"
        )
        try:
            for chunk in chunks:
                connection.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        except (BrokenPipeError, ConnectionResetError):
            pass
        return connection.recv(65536)


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_client_that_sends_a_byte_a_second(strict, where):
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: {len(POINT)}\r\n"
    head += "Content-Type: application/sparql-query\r\n\r\n"
    with Others(strict), socket.create_connection(("127.0.0.1", strict.port)) as slow:
        slow.settimeout(1.0)
        rest = (head if where == "head" else POINT).encode()
        if where == "body":
            slow.sendall(head.encode())
        answer = b""
        for byte in rest:
            try:
                slow.sendall(bytes([byte]))
                answer = slow.recv(65536)
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                pass
            break
        else:
            pytest.fail("the client was never given up")
    assert (b" 408 " in answer) == (where == "body")


def test_a_client_that_reads_nothing_holds_no_worker(service):
    query = "SELECT * { ?a ?b ?c . ?d a pg:Task } LIMIT 20000"
    with socket.create_connection(("127.0.0.1", service.port)) as lazy:
        lazy.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert lazy.recv(15) == b"HTTP/1.1 200 OK"
        with Others(service):
            settle(service)


def test_200_clients_at_once(store_root, tmp_path):
    """One in twenty-five is a bomb."""
    queries = [POINT if n % 25 else f"{HARD['product']} # {n}" for n in range(200)]
    with (
        bombed(store_root, tmp_path / "log", timeout=LIMIT) as service,
        httpx.Client(limits=httpx.Limits(max_connections=None)) as client,
        Others(service),
        ThreadPoolExecutor(len(queries)) as many,
    ):
        answers = list(many.map(lambda query: post(service, query, client), queries))
    for query, answer in zip(queries, answers, strict=True):
        if query == POINT:
            assert answer.status_code == 200, answer.text
        else:
            assert is_clean(answer) == "timeout"


def test_no_answer_is_ever_cut_short_with_a_200(service):
    """An answer is whole before its first byte is sent, and says how long it is."""
    query = "SELECT * { ?a ?b ?c . ?d a pg:Task } LIMIT 3000"
    plain = {"Accept-Encoding": "identity"}
    answer = service.get("/sparql", params={"query": query}, headers=plain)
    assert len(answer.content) == int(answer.headers["content-length"])
    assert len(json.loads(answer.content)["results"]["bindings"]) == 3000
    too_long = service.get("/sparql", params={"query": query.replace("3000", "1000000")})
    assert (too_long.status_code, is_clean(too_long)) == (422, "answer-too-large")
    assert too_long.json()["limit"] == 8 * 1024 * 1024


def test_an_answer_that_breaks_off_is_taken_for_whole_by_no_client(store_root, tmp_path):
    """The client's buffer is small and of a fixed size, and nothing is compressed: else the system
    would hold the whole answer before the service dies, and no harm would be done."""
    query = "SELECT * { ?a ?b ?c . ?d a pg:Task } LIMIT 100000"
    small = httpx.HTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)])
    plain = {"Accept-Encoding": "identity"}
    with (
        serving(store_root, tmp_path / "log", max_answer_mb=64) as doomed,
        httpx.Client(transport=small, headers=plain, timeout=PATIENCE) as client,
        client.stream("GET", doomed.url + "/sparql", params={"query": query}) as answer,
    ):
        assert answer.status_code == 200
        length = int(answer.headers["content-length"])
        assert length > 16 * 1024 * 1024
        pieces = answer.iter_raw(1024)
        got = len(next(pieces))
        doomed.process.kill()
        with contextlib.suppress(httpx.RemoteProtocolError):
            for piece in pieces:
                got += len(piece)
            assert got == length


def test_health_says_whether_workers_are_cut_off(service):
    assert isinstance(service.get("/health").json()["workersCutOffFromNetwork"], bool)
