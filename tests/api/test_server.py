"""What goes over the wire, answers that are sent in one piece among it."""

from __future__ import annotations

import http.client
import socket
from collections import deque
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from tests.api.conftest import PATIENCE, serving

from policygraph_api.server import _Protocol

ASK = "/sparql?query=" + quote("ASK {}")


@pytest.fixture(scope="module")
def service(store_root, tmp_path_factory):
    with serving(store_root, tmp_path_factory.mktemp("wire") / "log", workers=1) as started:
        yield started


def test_one_connection_takes_answers_with_and_without_bodies(service):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    seen = []
    etag = ""
    for method, given in (
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"If-None-Match": "etag"}),
        ("GET", {}),
    ):
        headers = dict.fromkeys(given, etag)
        connection.request(method, ASK, headers=headers)
        answer = connection.getresponse()
        etag = answer.headers["ETag"]
        seen.append((answer.status, answer.read() != b""))
    connection.close()
    assert seen == [(200, True), (200, False), (304, False), (200, True)]


def test_a_client_that_asks_first_is_told_to_go_on(service):
    head = (
        "POST /sparql HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        "Content-Type: application/sparql-query\r\nContent-Length: 6\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.sendall(head.encode("ascii"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"ASK {}")
        content = b"".join(iter(lambda: connection.recv(1000), b""))
    assert content.startswith(b"HTTP/1.1 200 ")
    assert b'"boolean":true' in content


def test_what_is_no_http_is_told_so(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.sendall(b"\x00\x01\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


def exchange(service, sent):
    """All that comes back for some bytes, the last of whose requests closes the connection."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("ways", ["", "Accept-Encoding: gzip\r\n"])
def test_requests_sent_ahead_are_answered_in_their_order(service, ways):
    numbers = range(5)
    paths = [f"/sparql?query={quote(f'SELECT ({n} AS ?n) {{}}')}" for n in numbers]
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{ways}" for path in paths]
    sent = "\r\n".join(requests) + "Connection: close\r\n\r\n"
    content = exchange(service, sent.encode("ascii"))
    assert content.count(b"HTTP/1.1 200 OK\r\n") == len(paths)
    places = [content.index(b'"value":"%d"' % n) for n in numbers]
    assert places == sorted(places)


def test_a_client_of_http_1_0_is_answered_and_left(service):
    for _ in range(2):
        content = exchange(service, f"GET {ASK} HTTP/1.0\r\n\r\n".encode("ascii"))
        assert content.startswith(b"HTTP/1.1 200 OK\r\n")
        assert content.endswith(b'{"head":{},"boolean":true}')


def test_a_header_with_a_line_break_is_not_sent():
    sent: list[object] = []
    protocol: Any = _Protocol.__new__(_Protocol)
    protocol.pipeline, protocol.flow = deque(), SimpleNamespace(write_paused=False)
    protocol.cycle = SimpleNamespace(disconnected=False, keep_alive=True)
    protocol.server_state = SimpleNamespace(default_headers=[])
    protocol.transport = SimpleNamespace(writelines=sent.append)
    with pytest.raises(ValueError, match="line break"):
        protocol.send_whole(200, [(b"a", b"b\r\nc: d")], b"")
    assert not sent


def test_a_service_told_to_stop_leaves_nothing_behind(store_root, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with serving(store_root, tmp_path / "log", workers=1) as stopped:
        assert stopped.get(ASK).status_code == 200
        assert list(temporary.iterdir())
    assert stopped.process.returncode == 0
    assert not list(temporary.iterdir())
