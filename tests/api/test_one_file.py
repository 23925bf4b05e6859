"""One ``.rq`` file is the whole interface of a question: dropped into the directory it appears in
the catalogue, as a typed route, as a form, in the editor and among the examples, and its golden
answer is missed; taken out again, all of it is gone."""

from __future__ import annotations

import shutil

import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef
from starlette.testclient import TestClient
from tests.test_queries import GOLDEN, without_counterpart

from policygraph import resources
from policygraph.errors import DataError
from policygraph_api.app import create_app

TARGET = URIRef("https://schema.org/target")
NAME = "documents-of-year"
FILE = """\
# summary-vi: Văn bản ban hành trong một năm nào đó
# summary-en: Documents issued in some year or other
# param year year required: Năm ban hành | Year of issue
# example: year=2021

SELECT ?document ?number
WHERE {
  # bind year
  ?document a pg:PolicyDocument ; pg:documentNumber ?number ; dcterms:issued ?date .
  FILTER(YEAR(?date) = YEAR(?year))
}
ORDER BY ?document
"""
FREE = """\
# summary-vi: Từ ngữ nào cũng được
# summary-en: Any words at all
SELECT ?thing { ?thing pg:matches ("chuyen doi so" 3) }
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    copied = tmp_path_factory.mktemp("dropped") / "queries"
    shutil.copytree(resources.directory("queries"), copied)
    return copied


@pytest.fixture(scope="module")
def service(settings, directory):
    def start():
        given = settings.model_copy(update={"queries": directory, "workers": 1})
        return TestClient(create_app(given), raise_server_exceptions=False)

    return start


def outputs(web, directory):
    """What shows itself of the file, by where; each True or False."""
    entry = {e["name"]: e for e in web.get("/api/queries").json()["queries"]}.get(NAME)
    described = Graph().parse(data=web.get("/sparql").text, format="turtle")
    executables = set(described.subjects(RDF.type, SH.SPARQLExecutable))
    page = web.get("/query").text
    paths = web.get("/openapi.json").json()["paths"]
    return {
        "catalogue": entry is not None,
        "route": web.get(f"/api/queries/{NAME}", params={"year": 2021}).status_code == 200,
        "openapi": f"/api/queries/{NAME}" in paths,
        "form": f'name="example" value="{NAME}"' in page,
        "editor": web.get("/query", params={"example": NAME}).status_code == 200,
        "example": URIRef(f"http://testserver/sparql#example-{NAME}") in executables,
        "missed": without_counterpart(directory, GOLDEN) == {NAME},
    }


def test_a_file_makes_all_five_and_takes_them_along(service, directory):
    path = directory / f"{NAME}.rq"
    with service() as web:
        assert [name for name, made in outputs(web, directory).items() if made] == []
    path.write_text(FILE, encoding="utf-8")
    with service() as web:
        assert [name for name, made in outputs(web, directory).items() if not made] == []
        operation = web.get("/openapi.json").json()["paths"][f"/api/queries/{NAME}"]["get"]
        (year,) = (p for p in operation["parameters"] if p["name"] not in {"limit", "cursor"})
        assert (year["schema"]["type"], year["required"]) == ("integer", True)
        assert web.get(f"/api/queries/{NAME}", params={"year": "x"}).status_code == 422
    path.unlink()
    with service() as web:
        assert [name for name, made in outputs(web, directory).items() if made] == []


def test_every_example_is_told_and_runs(client):
    """As an editor or a crawler would: found in the description, sent to its target."""
    described = Graph().parse(data=client.get("/sparql").text, format="turtle")
    executables = list(described.subjects(RDF.type, SH.SPARQLSelectExecutable))
    names = {str(node).rpartition("#example-")[2] for node in executables}
    listed = client.get("/api/queries").json()
    shown = [*(e for e in listed["queries"] if e["sparql"]), *listed["examples"]]
    assert names == {entry["name"] for entry in shown}
    assert "tasks-by-words" in names
    assert len(names) > 10
    for node in executables:
        languages = {getattr(words, "language", "") for words in described[node : RDFS.comment]}
        assert languages == {"vi", "en"}
        assert described.value(node, TARGET) == URIRef("http://testserver/sparql")
        query = str(described.value(node, SH.select))
        answer = client.get("/sparql", params={"query": query})
        assert answer.status_code == 200, (node, answer.text)


def test_a_free_example_appears_in_the_editor_and_a_bad_one_stops_the_start(service, directory):
    path = directory / "examples" / "any-words.rq"
    path.write_text(FREE, encoding="utf-8")
    with service() as web:
        assert "Từ ngữ nào cũng được" in web.get("/query").text
        assert "Any words at all" in web.get("/en/query").text
    for text, told in (
        (FREE.replace("SELECT", "SELEC"), "any-words.rq:3: error at 3:"),
        (FREE.replace("# summary-en", "# english"), "any-words.rq:1: the header lacks"),
        (FREE.replace("pg:matches", "a pg:Task ; pg:matches"), "triple of its own"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=told):
            service()
    path.unlink()
