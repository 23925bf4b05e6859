"""What browsers are told when something is not there, is not clear, or fails."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from policygraph.errors import StoreError
from policygraph_api.app import create_app


def read(answer):
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    return LexborHTMLParser(answer.text)


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/nowhere", 404, "Không có địa chỉ này"),
        ("/en/nowhere", 404, "No such address"),
        ("/en/data/id/doc/none.html", 404, "Not in the graph"),
        ("/en/search?limit=0", 422, "A parameter is not valid"),
        (f"/build/{'0' * 32}/", 404, "Không có địa chỉ này"),
        ("/sparql?query=SELECT", 400, "Câu truy vấn sai cú pháp"),
        ("/api/queries/none", 404, "Không có địa chỉ này"),
    ],
)
def test_a_browser_gets_a_page_in_its_language(web, address, status, title):
    answer = web.get(address)
    html = read(answer)
    assert (answer.status_code, html.css_first("h1").text()) == (status, title)
    assert html.css_first("html").attributes["lang"] == ("en" if "/en/" in address else "vi")
    assert html.css_first("main a[href$='/documents']") is not None


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json"])
def test_a_program_gets_a_problem_document(web, accept):
    answer = web.get("/nowhere", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code == 404


def test_what_is_nearest_is_offered(web):
    html = read(web.get("/tasks?document=53-NQ/TW"))
    assert html.css_first(".note").text(strip=True) == "Không có văn bản “53-NQ/TW” trong đồ thị."
    assert "/search?q=52-NQ%2FTW" in [a.attributes["href"] for a in html.css("main .chip")]


def test_an_error_is_not_kept(web):
    """A page that tells a failure must not be shown again when the failure is over."""
    answer = web.get("/nowhere")
    assert "etag" not in answer.headers
    assert "Accept" in answer.headers["vary"]


def test_a_failure_is_told_and_says_when_to_come_back(corpus_settings, monkeypatch):
    app = create_app(corpus_settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        engine = app.builds.current.engine

        def fail(*_):
            raise StoreError("kho không đọc được / the store cannot be read")

        monkeypatch.setattr(type(engine), "select", fail)
        answer = client.get("/documents", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["retry-after"]) == (502, "5")
    assert "the store cannot be read" in read(answer).css_first(".note").text()


def test_what_was_asked_cannot_become_markup(web):
    html = read(web.get("/tasks?document=%3Cb%3E52%3C/b%3E"))
    assert html.css("main b") == []
    assert "<b>52</b>" in html.css_first(".note").text()
