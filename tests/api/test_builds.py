"""Builds are switched and rolled back under load; their addresses, validators and cache."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient
from tests.api.conftest import PATIENCE, TTL, serving

from policygraph import iri, lineage, store
from policygraph.settings import Settings
from policygraph_api.app import create_app
from policygraph_api.served import Asking

TOKEN = "a token of the operator"
AUTHORITY = {"Authorization": f"Bearer {TOKEN}"}
SAME = "SELECT (COUNT(*) AS ?n) (MIN(?g) AS ?first) { GRAPH ?g { ?d a pg:PolicyDocument } }"
REQUESTS = 2000
"""Asked over each switch, by eight clients."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store with two builds, the second current; its inputs beside it."""
    root = tmp_path_factory.mktemp("builds")
    shutil.copytree(TTL, root / "ttl")
    (root / "ontology").mkdir()
    make(root)
    add(root, 1)
    make(root)
    return root


@pytest.fixture
def root(made, tmp_path):
    """A copy to work on."""
    return shutil.copytree(made, tmp_path / "copy", symlinks=True)


def make(root):
    return store.build(root / "ttl", root / "ontology", root / "store", lineage.derive).hash


def add(root, number):
    name = f"vn.cp.nq.2022.{number}"
    (root / "ttl" / f"{name}.ttl").write_text(
        f"<{iri.thing(iri.Kind.DOCUMENT, name)}> a <{iri.term('PolicyDocument')}> .\n",
        encoding="utf-8",
    )


@contextlib.contextmanager
def opened(root, **given):
    settings = Settings(
        store=root / "store",
        workers=1,
        memory_mb=512,
        watch=0.1,
        admin_token=SecretStr(TOKEN),
        **given,
    )
    with TestClient(create_app(settings)) as client:
        yield client


def ask(client, query=SAME, prefix="", **headers):
    return client.get(f"{prefix}/sparql", params={"query": query}, headers=headers)


class Load:
    """Clients that ask without pause; every answer is kept by the build it names."""

    def __init__(self, url, clients=8):
        self._url = url
        self.failed: list[str] = []
        self.answers: dict[str, set[str]] = {}
        self.count = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(clients)]

    def _ask(self, who):
        with httpx.Client(timeout=PATIENCE) as client:
            number = 0
            while not self._stop.is_set():
                number += 1
                # Half of the questions are new each time, so that workers answer them.
                tail = f" # {who} {number}" if number % 2 else ""
                answer = client.get(self._url + "/sparql", params={"query": SAME + tail})
                if answer.status_code == 200:
                    build = answer.headers["policygraph-build"]
                    self.answers.setdefault(build, set()).add(answer.text)
                else:
                    self.failed.append(answer.text)
                self.count += 1

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def until(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert condition()

    def more(self, requests):
        now = self.count
        self.until(lambda: self.count >= now + requests)


def test_switch_and_roll_back_under_load(root, tmp_path):
    first = store.current_hash(root / "store")
    with serving(root / "store", tmp_path / "log", workers=2, watch=0.1) as service:
        with Load(service.url) as load:
            load.more(REQUESTS // 2)
            add(root, 2)
            second = make(root)
            load.until(lambda: second in load.answers)
            load.more(REQUESTS // 2)
            assert store.roll_back(root / "store") == first
            before = service.get("/metrics").text.count("\n")
            load.until(lambda: service.get("/health").json()["build"] == first)
            load.more(REQUESTS // 2)
            assert before
        assert not load.failed, load.failed[:3]
        assert set(load.answers) == {first, second}
        assert [len(texts) for texts in load.answers.values()] == [1, 1]
        assert load.answers[first] != load.answers[second]


def test_a_switch_waits_for_running_queries_and_closes_the_old_build(root):
    with opened(root) as client:
        front = client.app
        old = front.builds.current
        add(root, 2)
        with Asking(old):
            new = make(root)
            wait_for(lambda: ask(client).headers["policygraph-build"] == new)
            assert not old.is_closed
            assert old.runner.pids()
        wait_for(lambda: old.is_closed)


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_build_that_is_read_is_not_removed(root):
    with opened(root) as client:
        read = ask(client).headers["policygraph-build"]
        hashes = [read]
        with Asking(client.app.builds.current):
            for number in range(2, 2 + store.KEPT_BUILDS):
                add(root, number)
                hashes.append(make(root))
            assert set(store.builds(root / "store")) >= set(hashes)
        wait_for(lambda: ask(client).headers["policygraph-build"] == hashes[-1])
        wait_for(lambda: set(store.builds(root / "store")) == set(hashes[-store.KEPT_BUILDS :]))


def test_a_broken_new_build_leaves_the_old_one_in_service(root, caplog):
    with opened(root) as client:
        good = ask(client).text
        broken = root / "store" / "builds" / ("0" * 32)
        broken.mkdir()
        link = root / "store" / "current.part"
        link.symlink_to(broken.relative_to(root / "store"))
        link.replace(root / "store" / "current")
        wait_for(lambda: "cannot be served" in caplog.text)
        assert ask(client, SAME + " #").text == good


def test_permanent_addresses(root):
    newest, older = store.builds(root / "store")
    with opened(root) as client:
        now = ask(client)
        assert now.headers["policygraph-build"] == newest
        assert now.headers["cache-control"] == "public, max-age=0, must-revalidate"
        for name in (newest, older):
            fixed = ask(client, prefix=f"/build/{name}")
            assert fixed.headers["policygraph-build"] == name
            assert "immutable" in fixed.headers["cache-control"]
            assert (fixed.text == now.text) is (name == newest)
        assert ask(client, prefix=f"/build/{newest}").headers["etag"] == now.headers["etag"]
        page = client.get(f"/build/{older}/api/queries/documents")
        assert page.headers["policygraph-build"] == older
        assert page.json()["count"] == client.get("/api/queries/documents").json()["count"] - 1
        unknown = client.get(f"/build/{'0' * 32}/sparql")
        assert (unknown.status_code, unknown.json()["type"][-9:]) == (404, "not-found")


def test_validators(root):
    with opened(root) as client:
        first = ask(client)
        known = {"If-None-Match": first.headers["etag"]}
        assert not first.headers["etag"].startswith("W/")
        again = ask(client, **known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert ask(client, SAME + " ", **known).status_code == 200
        assert ask(client, Accept="text/csv", **known).status_code == 200
        add(root, 2)
        make(root)
        wait_for(lambda: ask(client, **known).status_code == 200)


def test_what_answers_differently_each_time_is_not_kept(root):
    with opened(root) as client:
        for call in ("NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"):
            answer = ask(client, f"SELECT ({call} AS ?x) {{}}")
            assert answer.headers["cache-control"] == "no-store"
            assert "etag" not in answer.headers
        assert len(client.app.cache) == 0
        word = ask(client, 'SELECT ("NOW" AS ?x) {}')
        assert "etag" in word.headers


def test_errors_are_not_kept(root):
    with opened(root) as client:
        wrong = ask(client, "SELECT")
        assert wrong.status_code == 400
        assert "etag" not in wrong.headers
        assert len(client.app.cache) == 0


def test_the_cache_answers_the_same_and_has_a_bound(root):
    with opened(root, cache_mb=1) as client:
        cache = client.app.cache
        first, second = ask(client), ask(client)
        assert (first.content, cache.hits) == (second.content, 1)
        assert dict(first.headers) == dict(second.headers)
        for number in range(1500):
            client.app.cache.put(("made", number), client.app.cache.get(next(iter(cache.keys()))))
        assert cache.size <= 1024 * 1024
        assert 0 < len(cache) < 1500


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_compressed_answers(root, encoding):
    with opened(root) as client:
        query = "SELECT * { ?s ?p ?o } LIMIT 200"
        plain = ask(client, query, **{"Accept-Encoding": "identity"})
        packed = ask(client, query, **{"Accept-Encoding": encoding})
        assert packed.headers["content-encoding"] == encoding
        assert packed.headers["etag"] != plain.headers["etag"]
        again = ask(client, query, **{"Accept-Encoding": encoding})
        assert again.content == packed.content == plain.content


def test_admin_needs_the_token(root):
    with opened(root) as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            for method, path in (
                ("GET", "/admin/queries"),
                ("DELETE", "/admin/queries/1"),
                ("GET", "/admin/builds"),
                ("POST", "/admin/rollback"),
                ("POST", "/admin/switch"),
            ):
                answer = client.request(method, path, headers=headers)
                assert answer.status_code == 401, path
                assert TOKEN not in answer.text
        assert client.get("/admin/queries", headers=AUTHORITY).json() == {"queries": []}


def test_without_a_token_there_is_no_admin(client):
    assert client.get("/admin/queries", headers=AUTHORITY).status_code == 404


def test_operators_switch_and_roll_back(root):
    newest, older = store.builds(root / "store")
    with opened(root) as client:
        assert client.post("/admin/rollback", headers=AUTHORITY).json() == {"current": older}
        assert ask(client).headers["policygraph-build"] == older
        switched = client.post("/admin/switch", headers=AUTHORITY, json={"build": newest})
        assert switched.json() == {"current": newest}
        listed = client.get("/admin/builds", headers=AUTHORITY).json()
        assert (listed["current"], set(listed["builds"])) == (newest, {newest, older})
        for wrong in ("0" * 32, "../x", ""):
            answer = client.post("/admin/switch", headers=AUTHORITY, json={"build": wrong})
            assert answer.status_code == 404


def test_the_token_and_what_was_asked_are_in_no_log(root, tmp_path):
    secret = "SELECT * { ?s ?p 'private matters' }"
    given = {"admin_token": TOKEN, "log": "all"}
    with serving(root / "store", tmp_path / "log", **given) as service:
        service.get("/admin/queries", headers=AUTHORITY)
        service.get("/admin/queries", headers={"Authorization": "Bearer nearly right"})
        service.get("/sparql", params={"query": secret})
    log = Path(tmp_path / "log").read_text(encoding="utf-8")
    assert '"path": "/sparql"' in log
    assert '"query": "' in log
    assert not any(word in log for word in (TOKEN, "nearly right", "private"))
    told = [line for line in log.splitlines() if "policygraph.requests" in line]
    assert told
    assert not any("127.0.0.1" in line for line in told)
