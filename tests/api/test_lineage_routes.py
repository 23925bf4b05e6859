"""The routes of lineage and responsibility over the fixture graph."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
import rdflib
from fastapi import FastAPI
from starlette.testclient import TestClient

from policygraph import iri, lineage_jsonld, ontology_terms, queries, resources, store
from policygraph.errors import UnknownThing
from policygraph.lookup import Lookup
from policygraph_api.lineage_routes import router

PG = rdflib.Namespace(iri.ONTOLOGY)
NT = ox.RdfFormat.N_TRIPLES
PLAN = "vn-61.ubnd.kh.2021.2358"


class Desk:
    """What the routes need of the service."""

    def __init__(self, root):
        self.snapshot = store.open_read_only(root)
        self.lookup = Lookup(self.snapshot)
        self.queries = queries.load(resources.directory("queries"))


@pytest.fixture(scope="module")
def get(store_root):
    app = FastAPI()
    app.include_router(router(Desk(store_root)))
    client = TestClient(app)
    return lambda path, accept="*/*", **params: client.get(
        f"/api/{path}", params=params, headers={"Accept": accept}
    )


def doc(local):
    return iri.thing(iri.Kind.DOCUMENT, local)


def test_a_task_goes_up_with_a_quote_on_every_edge(get):
    answer = get("lineage/task:vn-21.ubnd.kh.2020.99.II.1", direction="up").json()
    (path,) = answer["up"]["paths"]
    assert path["nodes"][0].endswith("task/vn-21.ubnd.kh.2020.99.II.1")
    assert path["nodes"][-1] == doc("vn.bct.nq.2019.52") == answer["up"]["last"][0]
    edges = [answer["edges"][place] for place in path["edges"]]
    assert all(edge["quote"] and edge["end"] > edge["start"] for edge in edges)
    assert path["evidenceClass"].endswith("/body")
    assert answer["down"] is None


@pytest.mark.parametrize("direction", ["up", "down"])
def test_json_ld_says_what_the_graph_says_with_the_words_of_every_edge(get, store_root, direction):
    asked = {"direction": direction, "mode": "wide"}
    plain = get("lineage/2358/KH-UBND", **asked).json()
    answer = get("lineage/2358/KH-UBND", accept="application/ld+json", **asked)
    assert answer.headers["content-type"] == "application/ld+json"
    linked = answer.json()
    assert linked["@context"] == lineage_jsonld.CONTEXT
    snapshot = store.open_read_only(store_root)
    context = ontology_terms.context(snapshot)["@context"]
    quads = ox.parse(json.dumps(linked | {"@context": context}), format=ox.RdfFormat.JSON_LD)
    triples = [quad.triple for quad in quads]
    said = rdflib.Graph().parse(data=ox.serialize(triples, format=NT), format="nt")
    assert not any(isinstance(term, rdflib.BNode) for triple in said for term in triple)
    here = {
        str(ox.Triple(ox.NamedNode(s.subject), ox.NamedNode(s.predicate), s.value))
        for subject in {str(subject) for subject in said.subjects()}
        for s in snapshot.statements(subject, None, None)
    }
    assert set(map(str, triples)) <= here
    quotes = {str(quote) for quote in said.objects(None, PG.quote)}
    assert plain["edges"]
    for edge in plain["edges"]:
        lower, relation, upper = (rdflib.URIRef(edge[n]) for n in ("lower", "relation", "upper"))
        assert (lower, relation, upper) in said
        assert edge["quote"] is None or edge["quote"] in quotes
    for node in plain["nodes"]:
        assert (rdflib.URIRef(node["iri"]), rdflib.RDF.type, None) in said


def test_a_number_with_a_slash_is_a_thing_too(get):
    answer = get("lineage/2358/KH-UBND", mode="wide").json()
    assert answer["thing"] == doc(PLAN)
    assert set(answer["up"]["last"]) == {doc("vn-61.tu.nq.2021.06"), doc("vn.cp.qd.2020.749")}
    assert all(path["nodes"][-1] == doc(PLAN) for path in answer["down"]["paths"])


def test_no_evidenced_path_is_an_answer(get):
    response = get("lineage/2358/KH-UBND", to="52-NQ/TW")
    assert response.status_code == 200
    between = response.json()["between"]
    assert (between["found"], between["paths"]) == (False, [])
    assert "Không có chuỗi bằng chứng" in between["reason"]["vi"]
    assert "06-NQ/TU" in between["reason"]["en"]
    assert between["lowerLast"] == [doc("vn-61.tu.nq.2021.06")]
    assert doc("vn-21.ubnd.kh.2020.99") in between["upperLast"]


def test_each_language_of_a_reason_has_its_own_names(get):
    asked = {"to": "52-NQ/TW", "lang": "vi"}
    reason = get("lineage/2358/KH-UBND", **asked).json()["between"]["reason"]
    assert reason["vi"].count("Nghị quyết") == 2
    assert reason["en"].count("Resolution") == 2
    assert "Plan 2358/KH-UBND" in reason["en"]
    assert not any(word in reason["en"] for word in ("Nghị", "Kế hoạch", "giữa"))
    assert (
        get("lineage/2358/KH-UBND", **asked | {"lang": "en"}).json()["between"]["reason"] == reason
    )


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("application/ld+json, application/json;q=0.5", "application/ld+json"),
        ("text/turtle", None),
        ("application/json;q=0", None),
        ("nonsense", None),
    ],
)
def test_what_is_not_offered_is_not_acceptable(client, accept, media_type):
    # What the client would send by itself is left out where None is given.
    headers = {"Accept": accept} if accept else {}
    request = client.build_request("GET", "/api/lineage/52-NQ/TW", headers=headers)
    if accept is None:
        del request.headers["Accept"]
    answer = client.send(request)
    if media_type:
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    else:
        problem = answer.json()
        assert (answer.status_code, problem["type"][-14:]) == (406, "not-acceptable")
        assert problem["formats"] == ["application/json", "application/ld+json"]
        assert "application/ld+json" in problem["detail"]


def test_an_outside_fact_makes_a_path_and_is_told(get):
    without = get("lineage/50/NQ-CP@2020", to="52-NQ/TW").json()["between"]
    answer = get("lineage/50/NQ-CP@2020", to="52-NQ/TW", external=True).json()
    (path,) = answer["between"]["paths"]
    (edge,) = (answer["edges"][place] for place in path["edges"])
    assert not without["found"]
    assert path["external"]
    assert edge["external"]
    assert "https://example.org/50-nq-cp" in edge["sources"]


def test_the_limit_is_told_when_it_is_reached(get):
    answer = get("lineage/52-NQ/TW", direction="down", limit=1).json()
    assert len(answer["down"]["paths"]) == 1
    assert not answer["down"]["complete"]
    assert "limit" in answer["warnings"][0]["en"]


def test_a_document_that_no_longer_holds_is_told(get):
    early = get("lineage/77/2015/QH13", direction="up", date="2019-01-01").json()
    late = get("lineage/77/2015/QH13", direction="up", date="2025-03-01").json()
    assert (early["nodes"][0]["holds"], early["warnings"]) == (True, [])
    assert late["nodes"][0]["holds"] is False
    assert "Luật 65/2025/QH15" in late["warnings"][0]["vi"]
    assert "Law 65/2025/QH15" in late["warnings"][0]["en"]


def test_a_lineage_goes_only_over_what_is_sure_enough(get):
    resolution = "lineage/doc:vn-12.tu.nq.2020.06"
    whole = get(resolution, direction="up").json()
    sure = get(resolution, direction="up", confidence=0.9).json()
    assert (whole["confidence"], sure["confidence"]) == (None, 0.9)
    assert sure["edges"] == whole["edges"]
    assert [edge["confidence"] for edge in sure["edges"]] == [0.9]
    for limits in ({"confidence": 0.91}, {"accepted": True}):
        answer = get(resolution, direction="up", **limits).json()
        assert (answer["edges"], answer["up"]["last"]) == ([], [answer["thing"]])


@pytest.mark.parametrize(
    "params", [{"mode": "loose"}, {"limit": 0}, {"colour": "red"}, {"confidence": 1.5}]
)
def test_what_is_not_offered_is_refused(get, params):
    assert get("lineage/52-NQ/TW", **params).status_code == 422


def test_an_unknown_thing_is_unknown(get):
    with pytest.raises(UnknownThing):
        get("lineage/9999/XX-YY")


def test_responsibility_is_handed_on(get):
    task = "task:vn-12.ubnd.kh.2021.77.II.1.a"
    before = get(f"responsible/{task}", date="2021-06-01").json()["leads"][0]
    after = get(f"responsible/{task}", date="2025-06-01").json()["leads"][0]
    assert (before["state"], before["changes"]) == ("unchanged", [])
    assert before["holders"] == [before["lead"]]
    assert after["state"] == "inherited"
    assert [holder["name"] for holder in after["holders"]] == ["Sở Khoa học tỉnh Bắc Sơn"]
    assert [(c["function"], c["source"]) for c in after["changes"]] == [
        (None, "https://example.org/merger"),
        ("an toàn thông tin", "https://example.org/split"),
    ]
    assert before["quote"]
