"""The same canned queries, over the same graph, on every engine that is to be had here."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient
from tests.api.conftest import PATIENCE, free_port
from typer.testing import CliRunner

from policygraph import engine_http, iri, lineage, queries, resources, store
from policygraph.cli import app
from policygraph.engine_http import Remote, Server
from policygraph.engine_virtuoso import Virtuoso
from policygraph.errors import QueryError, StoreError
from policygraph.lookup import Lookup
from policygraph.search import Index
from policygraph.settings import Settings
from policygraph_api.app import create_app

STALE = iri.graph("vn.cp.nq.1999.1")
CANNED = queries.load(resources.directory("queries"))
VIRTUOSO_INI = """
[Database]
DatabaseFile = {place}/virtuoso.db
ErrorLogFile = {place}/virtuoso.log
LockFile = {place}/virtuoso.lck
TransactionFile = {place}/virtuoso.trx
xa_persistent_file = {place}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {place}/temp.db
TransactionFile = {place}/temp.trx
[Parameters]
ServerPort = {sql}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
DirsAllowed = .
[HTTPServer]
ServerPort = {http}
ServerRoot = {place}
[SPARQL]
ResultSetMaxRows = 1000000
"""


@dataclass(frozen=True, slots=True)
class Corpus:
    root: Path
    snapshot: store.Snapshot


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus") / "store"
    ttl = resources.directory("data/ttl")
    store.build(ttl, resources.directory("ontology"), root, lineage.derive)
    return Corpus(root, store.open_read_only(root))


@contextlib.contextmanager
def oxigraph(place) -> Iterator[Server]:
    program = shutil.which("oxigraph", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("the package `oxigraph` is not installed")
    address = f"127.0.0.1:{free_port()}"
    command = [program, "serve", "--location", str(place), "--bind", address]
    with running([*command, "--union-default-graph"], place, f"http://{address}/"):
        base = f"http://{address}"
        yield Server(f"{base}/query", f"{base}/update", f"{base}/store", timeout=PATIENCE)


@contextlib.contextmanager
def virtuoso(place) -> Iterator[Server]:
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7)")
    sql, http = free_port(), free_port()
    (place / "virtuoso.ini").write_text(VIRTUOSO_INI.format(place=place, sql=sql, http=http))
    command = [program, "+configfile", "virtuoso.ini", "+foreground", "+wait"]
    base = f"http://127.0.0.1:{http}"
    with running(command, place, base + "/sparql"):
        allow = 'GRANT EXECUTE ON DB.DBA.SPARQL_INSERT_DICT_CONTENT TO "SPARQL";'
        subprocess.run(
            [shutil.which("isql-vt") or "isql", str(sql), "dba", "dba", f"exec={allow}"],
            check=True,
            capture_output=True,
        )
        yield Server(
            f"{base}/sparql",
            f"{base}/sparql-auth",
            f"{base}/sparql-graph-crud-auth",
            user="dba",
            password="dba",
            dialect="virtuoso",
            timeout=PATIENCE,
        )


@contextlib.contextmanager
def running(command, place, url) -> Iterator[None]:
    with (place / "out").open("wb") as out:
        process = subprocess.Popen(command, cwd=place, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(url):
            if process.poll() is not None:
                said = (place / "out").read_text(errors="replace")
                pytest.skip(f"{command[0]} không khởi động được / does not start here: {said}")
            assert time.monotonic() < deadline, "it never answers"
            time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()


def answers(url):
    with contextlib.suppress(httpx.TransportError):
        httpx.get(url, timeout=5)
        return True
    return False


ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@pytest.fixture(scope="module", params=ENGINES)
def remote(request, corpus, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param)
    with ENGINES[request.param](place) as server:
        with contextlib.closing(Remote(server)) as before:
            before.load(STALE, b"<a:s> <a:p> <a:o> .\n")
        told = []
        count = engine_http.publish(corpus.snapshot, server, lambda *step: told.append(step))
        assert count == len(corpus.snapshot.graphs()) == len(told)
        opened = Virtuoso(server) if server.dialect == "virtuoso" else Remote(server)
        yield opened
        opened.close()


def test_every_graph_arrived(remote, corpus):
    here = corpus.snapshot.graphs()
    there = remote.graphs()
    assert STALE not in there
    assert {name: there.get(name) for name in here} == here


def test_loading_again_replaces(remote, corpus):
    graph = min(corpus.snapshot.graphs(), key=corpus.snapshot.graphs().__getitem__)
    before = len(remote)
    found = corpus.snapshot.query("CONSTRUCT WHERE { ?s ?p ?o }", default_graphs=(graph,))
    remote.load(graph, store.to_bytes(found, "application/n-triples"))
    assert len(remote) == before


@pytest.mark.parametrize("name", CANNED)
def test_canned_queries_answer_the_same(remote, corpus, name):
    query = CANNED[name]
    bound = queries.bind(query, query.example, Lookup(corpus.snapshot))
    here = queries.records(corpus.snapshot, bound)
    there = queries.records(remote, bound)
    assert there == here


def test_a_page_that_is_chosen_before_its_rows_are_made(remote, corpus):
    query = CANNED["tasks-tracing-to"]
    bound = queries.bind(query, {"document": "52-NQ/TW"}, Lookup(corpus.snapshot))
    whole = list(corpus.snapshot.select(bound.text))
    for offset in (0, 120, len(whole) - 7):
        expected = whole[offset : offset + 25]
        assert list(corpus.snapshot.select(bound.page(25, offset))) == expected
        assert list(remote.select(bound.page(25, offset))) == expected


def test_names_are_looked_up_the_same(remote, corpus):
    here, there = Lookup(corpus.snapshot), Lookup(remote)
    assert set(there.documents) == set(here.documents)
    for asked in ("52-NQ/TW", "2358/KH-UBND"):
        assert there.resolve("document", asked) == here.resolve("document", asked)


def test_the_command_publishes_by_update_too(corpus, tmp_path, monkeypatch):
    with oxigraph(tmp_path) as server:
        monkeypatch.setenv("POLICYGRAPH_ENGINE_URL", server.query_url)
        monkeypatch.setenv("POLICYGRAPH_ENGINE_UPDATE_URL", server.update_url)
        done = CliRunner().invoke(app, ["publish", "--store", str(corpus.root)])
        assert (done.exit_code, done.exception) == (0, None)
        assert server.query_url in done.stdout
        with contextlib.closing(Remote(server)) as loaded:
            assert loaded.graphs() == corpus.snapshot.graphs()


def test_a_syntax_error_is_one(remote):
    with pytest.raises(QueryError):
        remote.query("SELECT * {")


@pytest.fixture
def service(remote, corpus):
    server = remote.server
    settings = Settings(engine_url=server.query_url, engine_dialect=server.dialect, workers=2)
    with TestClient(create_app(settings)) as opened:
        yield opened


def test_the_service_over_another_engine(service, corpus):
    answer = service.get("/api/queries/tasks-tracing-to", params={"document": "52-NQ/TW"})
    assert answer.json()["count"] > 0
    free = "SELECT ?n { ?d pg:documentNumber ?n FILTER(?n = '2358/KH-UBND') }"
    found = service.get("/sparql", params={"query": free}).json()["results"]["bindings"]
    assert found[0]["n"]["value"] == "2358/KH-UBND"
    graph = service.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s pg:documentNumber ?o }"})
    assert "2358/KH-UBND" in graph.text
    for refused, status in (
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("SELECT * {", 400),
        ("DROP ALL", 403),
    ):
        answer = service.get("/sparql", params={"query": refused})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    matching = "SELECT ?x ?s { (?x ?s) pg:matches ('chuyen doi so' 'task') . ?x a pg:Task }"
    found = service.get("/sparql", params={"query": matching}).json()["results"]["bindings"]
    here = Index.of(corpus.snapshot).matching("chuyen doi so", 1000, ["task"])
    assert {row["x"]["value"]: float(row["s"]["value"]) for row in found} == {
        address: pytest.approx(score, abs=1e-3) for address, score in here
    }
    nothing = "SELECT ?x { ?x pg:matches 'khongcotunay' }"
    answer = service.get("/sparql", params={"query": nothing}).json()
    assert answer["results"]["bindings"] == []
    health = service.get("/health").json()
    assert (health["engine"], health["status"]) == ("http", "ok")


SAME = [
    "/api/lineage/52-NQ%2FTW",
    "/api/tasks?document=2358/KH-UBND&limit=5",
    "/api/search?q=chuyen+doi+so",
    "/export/policygraph.nq?document=2358/KH-UBND",
]


@pytest.fixture(scope="module")
def both(remote, corpus):
    """A service of its own, and one over the engine, with the published build beside it."""
    over = {"engine_url": remote.server.query_url, "engine_dialect": remote.server.dialect}
    with (
        TestClient(create_app(Settings(store=corpus.root, workers=1))) as here,
        TestClient(create_app(Settings(store=corpus.root, workers=1, **over))) as there,
    ):
        yield here, there


@pytest.mark.parametrize("address", SAME)
def test_what_is_no_query_is_the_same_over_another_engine(address, both):
    here, there = (service.get(address) for service in both)
    assert there.status_code == here.status_code == 200, there.text
    assert sorted(there.text.splitlines()) == sorted(here.text.splitlines())
    if following := "/api/" in address and there.json().get("next"):
        assert [service.get(following).status_code for service in both] == [200, 200]


def test_another_build_beside_the_engine_is_not_taken_for_its_own(remote, tmp_path):
    fixture = Path(__file__).parents[1] / "fixtures" / "ttl"
    store.build(fixture, resources.directory("ontology"), tmp_path, lineage.derive)
    server = remote.server
    settings = Settings(
        store=tmp_path, engine_url=server.query_url, engine_dialect=server.dialect, workers=1
    )
    with TestClient(create_app(settings)) as opened:
        answer = opened.get("/export/policygraph.nq")
    assert answer.status_code in {502, 503}
    assert "POLICYGRAPH_STORE" in answer.text


# What a server does badly, over a made-up one.


def remote_over(handler, **given):
    opened = Remote(Server("http://e/query", "http://e/update", pause=0.001, **given))
    auth = opened.server.auth()
    opened._client = httpx.Client(
        transport=httpx.MockTransport(handler), auth=auth, headers=opened.server.headers()
    )
    return opened


ROWS = json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": []}})


def test_a_busy_server_is_asked_again():
    seen = []

    def handler(request):
        seen.append(request)
        if len(seen) < 3:
            return httpx.Response(503)
        return httpx.Response(200, text=ROWS, headers={"content-type": engine_http.RESULTS})

    assert list(remote_over(handler).select("SELECT ?n {}")) == []
    assert len(seen) == 3


@pytest.mark.parametrize("status", [503, None])
def test_a_server_that_stays_away_is_an_error_of_the_store(status):
    seen = []

    def handler(request):
        seen.append(request)
        if status is None:
            raise httpx.ConnectError("no one there")
        return httpx.Response(status)

    with pytest.raises(StoreError, match="http://e/"):
        remote_over(handler, attempts=3).query("ASK {}")
    assert len(seen) == 3


def test_a_wrong_query_is_not_asked_again():
    seen = []

    def handler(request):
        seen.append(request)
        return httpx.Response(400, text="error at 1:1")

    with pytest.raises(QueryError, match="error at 1:1"):
        remote_over(handler).query("SELECT")
    assert len(seen) == 1


def test_credentials_are_sent():
    seen = []

    def handler(request):
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, text=ROWS, headers={"content-type": engine_http.RESULTS})

    remote_over(handler, token="t").query("SELECT ?n {}")
    remote_over(handler, user="u", password="p").query("SELECT ?n {}")
    assert seen == ["Bearer t", "Basic dTpw"]


def test_loading_by_update_goes_in_pieces(monkeypatch):
    sent = []

    def handler(request):
        sent.append(request.content.decode())
        return httpx.Response(204)

    monkeypatch.setattr(engine_http, "CHUNK", 2)
    lines = b"".join(b"<a:s%d> <a:p> <a:o> .\n" % n for n in range(3))
    remote_over(handler).load("a:g", lines)
    assert [text.count("<a:p>") for text in sent] == [0, 2, 1]
    assert sent[0] == "DROP SILENT GRAPH <a:g>"


def test_a_server_that_does_not_hold_all_is_told(corpus, monkeypatch):
    monkeypatch.setattr(Remote, "load", lambda *given: None)
    monkeypatch.setattr(Remote, "graphs", lambda *given: {})
    with pytest.raises(StoreError, match=min(corpus.snapshot.graphs())):
        engine_http.publish(corpus.snapshot, Server("http://e/query"), lambda *step: None)


def test_nowhere_to_load_to_is_said():
    with pytest.raises(StoreError, match="engine_url"):
        engine_http.publish(Remote(Server("http://e/q")), Server(""), lambda *step: None)
    with pytest.raises(StoreError, match="engine_update_url"):
        Remote(Server("http://e/query")).load("a:g", b"")
