"""What goes over the wire: a head goes with its body, and never stays behind."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import quote

import pytest
from tests.api.conftest import PATIENCE, serving

from policygraph_api.server import _Joining

ASK = "/sparql?query=" + quote("ASK {}")


class Transport:
    """Keeps what is sent, call by call."""

    def __init__(self):
        self.sent = []
        self.is_open = True

    def write(self, data):
        self.sent.append(data)

    def writelines(self, parts):
        self.sent.append(b"".join(parts))

    def close(self):
        self.is_open = False


@pytest.fixture
def joining():
    return _Joining(Transport())  # type: ignore[arg-type]


HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


def test_a_head_goes_with_the_first_of_its_body(joining):
    for data in (HEAD, b"a", b"b"):
        joining.write(data)
    assert joining.sent == [HEAD + b"a", b"b"]


def test_a_body_that_looks_like_a_head_is_none(joining):
    for data in (HEAD, HEAD, HEAD):
        joining.write(data)
    assert joining.sent == [HEAD + HEAD, HEAD]


def test_a_head_without_a_body_is_sent_and_the_next_is_joined_again(joining):
    joining.write(HEAD)
    joining.flush()
    joining.write(HEAD)
    joining.write(b"a")
    assert joining.sent == [HEAD, HEAD + b"a"]


def test_closing_sends_what_is_held(joining):
    joining.write(HEAD)
    joining.close()
    assert (joining.sent, joining.is_open) == ([HEAD], False)


def test_an_interim_response_does_not_wait(joining):
    joining.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert len(joining.sent) == 1
    joining.write(HEAD)
    joining.write(b"a")
    assert joining.sent[1:] == [HEAD + b"a"]


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
