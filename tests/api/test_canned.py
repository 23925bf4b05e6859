"""Canned queries over HTTP, their OpenAPI, health and the home page."""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from policygraph import queries, resources, store
from policygraph.engine_http import Remote
from policygraph.errors import DataError, StoreError
from policygraph.settings import Settings
from policygraph_api.app import create_app

GOLDEN = Path(__file__).parent.parent / "golden"
NAMES = sorted(path.stem for path in resources.directory("queries").glob("*.rq"))


def ask(client, name, accept=None, **parameters):
    headers = {"Accept": accept} if accept else {}
    return client.get(f"/api/queries/{name}", params=parameters, headers=headers)


@pytest.mark.parametrize("name", NAMES)
def test_golden_answers_over_http(client, name):
    for case in json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")):
        answer = ask(client, name, **case["parameters"])
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["query"] == name
        assert body["rows"] == case["rows"]
        assert body["count"] == len(case["rows"])
        assert set(case["parameters"]) <= set(body["parameters"])


@pytest.mark.parametrize("media_type", store.RESULT_FORMATS)
def test_sparql_formats_on_request(client, media_type):
    answer = ask(client, "tasks-tracing-to", media_type, document="52-NQ/TW")
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "dong-ha-99.txt" in answer.text


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("text/csv;q=0.9, application/json;q=0.1", "text/csv; charset=utf-8"),
    ],
)
def test_plain_json_unless_asked_otherwise(client, accept, expected):
    answer = ask(client, "documents", accept)
    assert answer.headers["content-type"] == expected


def test_no_such_format(client):
    answer = ask(client, "documents", "image/png")
    assert answer.status_code == 406
    assert "application/json" in answer.json()["formats"]


def test_an_ambiguous_document_is_a_conflict_with_candidates(client):
    answer = ask(client, "tasks-of-document", document="06-NQ/TU")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    candidates = answer.json()["candidates"]
    assert [(c["issuer"], c["issued"]) for c in candidates] == [
        ("Tỉnh ủy Bắc Sơn", "2020-11-02"),
        ("Tỉnh ủy Nam Giang", "2021-03-26"),
    ]
    for candidate in candidates:
        assert ask(client, "tasks-of-document", document=candidate["iri"]).status_code == 200


def test_an_unknown_document_names_the_nearest(client):
    answer = ask(client, "tasks-of-document", document="53-NQ/TW")
    assert answer.status_code == 404
    assert "53-NQ/TW" in answer.json()["detail"]
    assert answer.json()["nearest"][0] == "52-NQ/TW"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"document": ""},
        {"document": "52-NQ/TW", "paper": "x"},
        {"document": "52-NQ/TW", "lang": "fr"},
        {"document": "x" * 2001},
    ],
)
def test_wrong_parameters(client, parameters):
    answer = ask(client, "tasks-of-document", **parameters)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("bad-parameter")


@pytest.mark.parametrize(
    "value",
    ['" } DROP ALL #', "53-NQ/TW> } ?x", "a\nb", "javascript:alert(1)", "<x y>", "号", "\\u0022"],
)
@pytest.mark.parametrize(
    ("name", "parameter"),
    [("tasks-of-document", "document"), ("lineage-of", "thing"), ("documents", "type")],
)
def test_nothing_gets_out_of_a_parameter(client, name, parameter, value):
    answer = ask(client, name, **{parameter: value})
    assert answer.status_code == (422 if parameter == "type" else 404)


def test_every_query_is_listed_typed_and_shown(client):
    listed = {entry["name"]: entry for entry in client.get("/api/queries").json()["queries"]}
    paths = client.get("/openapi.json").json()["paths"]
    page = client.get("/query").text
    assert sorted(listed) == NAMES
    for name, entry in listed.items():
        operation = paths[f"/api/queries/{name}"]["get"]
        assert operation["summary"] == entry["summary"]["vi"]
        assert operation["description"] == entry["summary"]["en"]
        described = {p["name"]: p for p in operation["parameters"]}
        paging = set() if entry["graph"] else {"limit", "cursor"}
        assert set(described) == {p["name"] for p in entry["parameters"]} | paging
        for parameter in entry["parameters"]:
            shown = described[parameter["name"]]
            assert shown["required"] is parameter["required"]
            assert parameter["description"]["vi"] in shown["description"]
        assert {"200", "404", "409", "422"} <= set(operation["responses"])
        assert f'"/api/queries/{name}' in page


def test_parameters_have_their_types(client):
    operation = client.get("/openapi.json").json()["paths"]["/api/queries/documents"]["get"]
    schemas = {p["name"]: p["schema"] for p in operation["parameters"]}
    assert schemas["lang"]["enum"] == ["vi", "en"]
    assert {"type": "integer"}.items() <= schemas["year"]["anyOf"][0].items()
    assert {"type": "boolean"}.items() <= schemas["withText"]["anyOf"][0].items()


HEAVY = """# summary-vi: Mọi bộ năm / summary
# summary-en: All fives
# param least integer optional: Ít nhất | At least
# example: least=1

SELECT (COUNT(*) AS ?n) WHERE {
  ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p
  # bind least
} ORDER BY ?n
"""
LARGE = """# summary-vi: Mọi cặp nhiệm vụ
# summary-en: All pairs of tasks
# example:

SELECT * WHERE {
  { SELECT * WHERE { { SELECT ?a { ?a a pg:Task } ORDER BY ?a } ?b ?c ?d } LIMIT 20000 }
}
"""


@pytest.fixture(scope="module")
def heavy(settings, tmp_path_factory):
    """Settings of a service whose canned queries ask for more than it gives."""
    place = tmp_path_factory.mktemp("heavy")
    shutil.copytree(settings.queries, place, dirs_exist_ok=True)
    (place / "all-fives.rq").write_text(HEAVY, encoding="utf-8")
    (place / "all-pairs.rq").write_text(LARGE, encoding="utf-8")
    return settings.model_copy(update={"queries": place})


@pytest.mark.parametrize("given", [{}, {"least": 3}])
def test_a_canned_query_that_takes_too_long_is_killed(heavy, given):
    with TestClient(create_app(heavy.model_copy(update={"timeout": 2.0}))) as hasty:
        answer = ask(hasty, "all-fives", **given)
        after = ask(hasty, "documents")
    assert answer.status_code == 504
    assert answer.json()["type"].endswith("timeout")
    assert after.status_code == 200


@pytest.mark.parametrize("accept", [None, "text/csv"])
def test_a_canned_answer_is_bounded(heavy, accept):
    with TestClient(create_app(heavy)) as patient:
        answer = ask(patient, "all-pairs", accept)
    assert answer.json()["type"].endswith("answer-too-large")


def test_a_canned_query_on_a_server_that_hangs_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setattr(Remote, "__len__", lambda self: 0)
    monkeypatch.setattr(Remote, "query", lambda *given: time.sleep(1.5))
    slow = Settings(engine_url="http://127.0.0.1:1/query", store=tmp_path / "none", timeout=0.2)
    with TestClient(create_app(slow)) as opened:
        answer = ask(opened, "documents")
    assert answer.status_code == 504
    assert answer.json()["type"].endswith("timeout")


def test_an_answer_is_given_again_from_the_cache(client):
    def hits():
        found = re.findall(r"(?m)^policygraph_cache_hits (\S+)$", client.get("/metrics").text)
        return float(found[0])

    first = ask(client, "tasks-tracing-to", document="52-NQ/TW", lang="en")
    before = hits()
    again = ask(client, "tasks-tracing-to", document="52-NQ/TW", lang="en")
    assert (again.content, hits()) == (first.content, before + 1)


def test_without_a_file_the_address_is_unknown(client):
    answer = client.get("/api/queries/all-papers")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("not-found")


def test_the_examples_of_the_queries_can_be_followed(client):
    """Over the fixture an example's thing may be missing, but never malformed."""
    for query in queries.load(resources.directory("queries")).values():
        assert ask(client, query.name, **query.example).status_code in (200, 404)


def test_health(client, settings):
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert health["build"] == store.open_read_only(settings.store).hash
    assert health["triples"] == len(store.open_read_only(settings.store))
    assert isinstance(health["workersCutOffFromNetwork"], bool)
    assert client.head("/health").content == b""


def test_the_home_page_needs_nothing_from_elsewhere(client):
    home = client.get("/")
    assert home.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in home.headers["content-security-policy"]
    assert not re.findall(r"(?:src|href|action)=\"(?![/#])[^\"]*\"", home.text)
    assert '<html lang="vi">' in home.text


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
def test_no_page_that_calls_a_cdn(client, address):
    assert client.get(address).status_code == 404


def test_an_unusable_store_or_query_stops_the_start(settings, tmp_path):
    with pytest.raises(StoreError, match="policygraph build"):
        create_app(settings.model_copy(update={"store": tmp_path}))
    (tmp_path / "bad.rq").write_text("SELECT", encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.rq"):
        create_app(settings.model_copy(update={"queries": tmp_path}))


def test_pages_give_every_row_once_and_stay_in_their_build(client):
    whole = ask(client, "tasks-tracing-to", document="52-NQ/TW").json()["rows"]
    assert len(whole) == 3
    answer = ask(client, "tasks-tracing-to", document="52-NQ/TW", limit=2).json()
    rows = list(answer["rows"])
    while answer["next"]:
        assert answer["count"] == 2
        assert answer["next"].startswith("/build/")
        answer = client.get(answer["next"]).json()
        rows += answer["rows"]
    assert rows == whole
    exact = ask(client, "tasks-tracing-to", document="52-NQ/TW", limit=len(whole)).json()
    assert (exact["count"], exact["next"]) == (len(whole), None)


@pytest.mark.parametrize(
    "cursor", ["x", "1", ".-1", "0" * 32 + ".3", ".3", "9999999999.1", "a.1\n", "a.1 LIMIT 9"]
)
def test_a_cursor_of_nowhere(client, cursor):
    answer = ask(client, "documents", cursor=cursor)
    assert answer.status_code == 422
    assert "cursor" in answer.text


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "x"])
def test_a_limit_out_of_bounds(client, limit):
    assert ask(client, "documents", limit=limit).status_code == 422


def test_a_page_in_another_form(client):
    answer = ask(client, "documents", accept="text/csv", limit=2)
    assert len(answer.text.strip().splitlines()) == 3


@pytest.mark.parametrize("media_type", store.GRAPH_FORMATS)
def test_a_graph_in_its_forms(client, media_type):
    answer = ask(client, "facts-about", accept=media_type, thing="task:vn-21.ubnd.kh.2020.99.II.1")
    assert answer.headers["content-type"].partition(";")[0] == media_type
    found = set(ox.parse(answer.content, store.GRAPH_FORMATS[media_type]))
    records = ask(client, "facts-about", thing="task:vn-21.ubnd.kh.2020.99.II.1").json()["rows"]
    assert len({quad.triple for quad in found}) == len(records) > 5
    assert ask(client, "facts-about", accept="text/csv", thing="52-NQ/TW").status_code == 406
    assert ask(client, "facts-about", thing="52-NQ/TW", limit=1).status_code == 422
