"""A service over the fixture graph: in-process for most tests, in a process of its own where
processes die."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from policygraph import cards, lineage, resources, store
from policygraph.settings import Settings
from policygraph_api.app import create_app

TTL = Path(__file__).parent.parent / "fixtures" / "ttl"
PATIENCE = 180.0
"""Seconds that one step may take on the busiest of machines; what takes longer hangs."""


def derive(draft):
    """With the cards that ``policygraph build`` writes."""
    return replace(lineage.derive(draft), finish=lambda done: cards.write(done, done.path))


@pytest.fixture(scope="session")
def store_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("api") / "store"
    store.build(TTL, resources.directory("ontology"), root, derive)
    return root


@pytest.fixture(scope="session")
def settings(store_root):
    return Settings(store=store_root, workers=2, memory_mb=512, max_answer_mb=1)


@pytest.fixture(scope="session")
def client(settings):
    with TestClient(create_app(settings), raise_server_exceptions=False) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Service:
    """``policygraph serve`` in a process of its own, as users run it."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path, **given):
        return httpx.get(self.url + path, timeout=PATIENCE, **given)

    def processes(self):
        """The process ids that belong to it, its workers included."""
        found = set()
        new = {self.process.pid}
        while new:
            found |= new
            new = {pid for one in new for pid in _children(one)} - found
        return found

    def workers(self):
        """Those that the forking process started: descendants of the second generation."""
        sons = set(_children(self.process.pid))
        return {pid for son in sons for pid in _children(son)}


def _children(pid):
    """Each thread lists the processes that it started."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, path.read_text(encoding="ascii").split())
    return found


def free_port():
    """A port that the system gives to nobody else for a while: a connection on it has just been
    closed, so that only a server that asks for this very port may have it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = probe.getsockname()
        with socket.create_connection(address):
            probe.accept()[0].close()
        return address[1]


@contextlib.contextmanager
def serving(path, file, **settings):
    """A service over a store, ready to answer; its settings as environment variables."""
    port = free_port()
    given = {f"POLICYGRAPH_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-c", "from policygraph.cli import main; main()", "serve"]
    with file.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--store", str(path), "--port", str(port)],
            env={**os.environ, **given},
            stdout=out,
            stderr=out,
        )
    service = Service(f"http://127.0.0.1:{port}", port, process, file)
    try:
        _await_ready(service)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()


def _await_ready(service):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if service.get("/health/ready").status_code == 200:
                return
        if service.process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(service.log.read_text(encoding="utf-8"))
