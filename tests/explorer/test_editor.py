"""The SPARQL page as it stands without scripts, and what its editor completes from."""

from __future__ import annotations

import html
import re

import pytest

from policygraph import iri
from policygraph.examples import runnable
from policygraph.queries import load
from policygraph.resources import directory
from policygraph_api.explorer.editor import OWN


def text_of(page):
    texts = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return html.unescape(texts[0])


def test_the_first_query_answers(web):
    page = web.get("/query").text
    answer = web.get("/query", params={"query": text_of(page), "run": "true"}).text
    assert "Kế hoạch hành động thực hiện Nghị quyết" in answer
    assert 'href="/documents/vn-61.ubnd.kh.2021.2358"' in answer


@pytest.mark.parametrize("name", load(directory("queries")))
def test_every_example_is_plain_sparql(web, name):
    """With its prefixes declared, and answered as the canned query is."""
    example = web.get("/api/queries").json()["queries"]
    (given,) = [query["example"] for query in example if query["name"] == name]
    page = web.get("/query", params={"example": name, **given}).text
    query = text_of(page)
    canned = web.get(f"/api/queries/{name}", params=given).json()
    accept = "application/json, application/n-triples;q=0.5"
    free = web.get("/sparql", params={"query": query}, headers={"Accept": accept})
    if free.headers["content-type"].startswith("application/n-triples"):
        assert len(free.text.splitlines()) == canned["count"]
    else:
        assert len(free.json()["results"]["bindings"]) == canned["count"]
    shown = web.get("/query", params={"query": query, "run": "true"})
    assert shown.status_code == 200
    assert f'<input type="hidden" name="example" value="{name}">' in page


def test_parameters_of_examples_stay_apart_from_those_of_the_page():
    for query in load(directory("queries")).values():
        assert not OWN & {parameter.name for parameter in query.parameters}


def test_an_example_keeps_what_was_given(web):
    page = web.get("/query?example=tasks-tracing-to&document=52-NQ/TW&run=true").text
    assert "82 kết quả" in page
    assert 'value="52-NQ/TW"' in page
    assert 'VALUES ?lang { "vi" }' in text_of(page)


def test_an_unknown_example_is_told(web):
    assert web.get("/query?example=nothing").status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT ?s WHERE {\n  ?s a }", 400, "Dòng 2, cột"),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", 403, "Không cho phép SERVICE"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", 422, "Thêm LIMIT"),
    ],
)
def test_a_refused_query_stays_with_what_to_do(web, query, status, said):
    answer = web.get("/query", params={"query": query, "run": "true"})
    assert answer.status_code == status
    assert said in answer.text
    assert text_of(answer.text) == query
    assert answer.headers["cache-control"] == "no-store"


def test_an_answer_without_rows_is_shown_too(web):
    asked = web.get("/query", params={"query": "ASK { ?s a pg:Task }", "run": "true"}).text
    assert '<pre tabindex="0">true</pre>' in asked
    graph = "CONSTRUCT { ?s a pg:Task } WHERE { ?s a pg:Task }"
    assert "task:vn-" in web.get("/query", params={"query": graph, "run": "true"}).text
    nothing = "SELECT ?s { ?s a pg:Nothing }"
    assert "Không có kết quả nào" in web.get("/query", params={"query": nothing, "run": "1"}).text


def test_markup_in_a_query_or_an_answer_stays_text(web):
    query = "SELECT ('<script>alert(1)</script>' AS ?x) {} #</textarea><script>alert(2)</script>"
    page = web.get("/query", params={"query": query, "run": "true"}).text
    assert "<script>alert" not in page


def test_terms_are_ours_and_those_in_use(web):
    terms = web.get("/query/terms.json").json()
    assert terms["prefixes"] == iri.PREFIXES
    assert terms["pages"][iri.THINGS + "task/"] == "/tasks/"
    classes = {term["iri"]: term for term in terms["classes"]}
    assert classes[iri.ONTOLOGY + "Task"]["label"] == "Nhiệm vụ"
    assert classes[iri.ONTOLOGY + "Task"]["count"] > 300
    properties = {term["iri"] for term in terms["properties"]}
    assert {iri.ONTOLOGY + "leadAgency", iri.PREFIXES["dcterms"] + "title"} <= properties
    english = web.get("/en/query/terms.json").json()
    assert english["pages"][iri.THINGS + "task/"] == "/en/tasks/"
    assert {t["iri"]: t["label"] for t in english["classes"]}[iri.ONTOLOGY + "Task"] == "Task"


def test_prefixes_in_strings_and_iris_are_not_declared():
    query = "SELECT ?x { ?x a pg:Task ; rdfs:label 'skos:x' ; <owl:y> ?pg }"
    declared = re.findall(r"PREFIX (\S+):", runnable(query))
    assert declared == ["pg", "rdfs"]
