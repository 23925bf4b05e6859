"""Search over HTTP: pages, marks, tags, and what is refused."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph_api.search_routes import KINDS

HOSTILE = ('"', "'", "{", "}", "\n", "<a b>", "javascript:alert(1)", "\\u0022", "*", '"*', "%00")


def ask(web, **parameters):
    return web.get("/api/search", params=parameters)


def test_a_question_without_diacritics(web):
    found = ask(web, q="chuyen doi so").json()
    assert found["total"] == sum(found["kinds"].values()) > 0
    texts = [hit["snippet"].lower() for hit in found["hits"]]
    assert any("chuyển đổi số" in text for text in texts)


def test_marks_are_the_words_asked(web):
    for hit in ask(web, q="chuyen doi so").json()["hits"]:
        marked = {hit["snippet"][start:end].lower() for start, end in hit["marks"]}
        assert marked
        assert marked <= {"chuyển", "đổi", "số"}
        inside = re.findall(r"<mark>(.*?)</mark>", hit["html"])
        assert {unescape(word).lower() for word in inside} == marked


def test_pages_by_key_give_each_hit_once(web):
    whole = [hit["iri"] for hit in ask(web, q="so", limit=200).json()["hits"]]
    pages, address = [], "/api/search?q=so&limit=3"
    while address:
        page = web.get(address).json()
        pages += [hit["iri"] for hit in page["hits"]]
        address = page["next"]
    assert pages == whole
    assert len(set(whole)) == len(whole) > 3


def test_kinds_and_document_narrow(web):
    tasks = ask(web, q="chuyen doi so", kind="task").json()
    assert {hit["kind"] for hit in tasks["hits"]} == {"task"}
    assert tasks["total"] == tasks["kinds"]["task"]
    document = tasks["hits"][0]["document"]
    inside = ask(web, q="chuyen doi so", document=document).json()
    assert {hit["document"] for hit in inside["hits"]} == {document}


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"q": ""},
        {"q": "  -- "},
        {"q": "x" * 401},
        {"q": "a " * 100},
        {"q": "so", "kind": "person"},
        {"q": "so", "limit": 0},
        {"q": "so", "limit": 201},
        {"q": "so", "cursor": "%%"},
        {"q": "so", "cursor": "WzEsMl0"},
        {"q": "so", "cursor": "W251bGwsMSwxXQ"},
        {"q": "so", "paper": "x"},
    ],
)
def test_what_is_refused(web, parameters):
    assert ask(web, **parameters).status_code == 422


def test_an_unknown_document_is_told(web):
    assert ask(web, q="so", document="53-NQ/TW").status_code == 404


@given(value=st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60)))
def test_nothing_gets_out_of_a_question(web, names_a_thing, value):
    """Found or refused, never a failure: words are data to the index."""
    assert ask(web, q=value).status_code in (200, 422)
    assert ask(web, q="so", cursor=value).status_code == 422
    assert ask(web, q="so", kind=value).status_code == (200 if value in KINDS else 422)
    refused = (200,) if names_a_thing("document", value) else (404, 409, 422)
    assert ask(web, q="so", document=value).status_code in refused


def test_matches_as_plain_sparql(web):
    query = 'SELECT ?t WHERE { ?t pg:matches ("chuyen doi so" "task" 1) . ?t a pg:Task }'
    answer = web.get("/api/search/sparql", params={"query": query})
    assert answer.headers["content-type"].startswith("application/sparql-query")
    assert answer.text.count("https://w3id.org/policygraph/id/task/") == 1
    assert "matches" not in answer.text


def test_a_pattern_that_cannot_be_rewritten_is_refused(web):
    query = 'SELECT ?t WHERE { ?t a pg:Task ; pg:matches "so" }'
    answer = web.get("/api/search/sparql", params={"query": query})
    assert answer.status_code == 422
    assert "?x pg:matches" in answer.json()["detail"]
