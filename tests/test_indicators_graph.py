"""Shared indicators: one concept for one measure, in one graph, whichever document measures it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from policygraph import indicators, iri, lineage, queries, resources, store, vocab
from policygraph.iri import Kind
from policygraph.model import Span, TargetMention
from policygraph.rdf.indicators import indicator_iri, indicators_graph, unit_iri

TTL = Path(__file__).parent.parent / "data" / "ttl"
KNOWN = queries.load(resources.directory("queries"))
SHARE = "ty-trong-kinh-te-so-trong-grdp"


def mention(indicator, value="10", unit="%"):
    return TargetMention(
        part=0,
        pieces=(Span(0, 1),),
        indicator=indicator,
        comparator="=" if value else None,
        value=Decimal(value) if value else None,
        upper_value=None,
        unit=unit if value else None,
        year=2025,
        scope=None,
        exception=None,
        is_baseline=False,
        rule="test",
        confidence=1.0,
    )


def said(graph, node, predicate):
    full = iri.PREFIXES[predicate.partition(":")[0]] + predicate.partition(":")[2]
    return {t.object.value for t in graph if t.subject.value == node and t.predicate.value == full}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    return store.open_read_only(root)


def test_the_whole_register_is_in_the_graph_in_both_languages():
    graph = indicators_graph([])
    for row in indicators.register():
        node = iri.thing(Kind.INDICATOR, row.local)
        assert said(graph, node, "skos:prefLabel") == {row.label_vi, row.label_en}
        assert said(graph, node, "pg:status") == {iri.concept("status", "accepted")}
        assert said(graph, node, "dcterms:source") == {row.source}


def test_wordings_of_one_measure_share_a_concept():
    wordings = [
        "tỷ trọng kinh tế số trong GRDP",
        "tỷ trọng kinh tế số trong tổng sản phẩm trên địa bàn (GRDP)",
        "tỷ trọng kinh tế số trong GRDP (Tổng sản phẩm trên địa bàn)",
    ]
    assert {indicator_iri(mention(w)) for w in wordings} == {iri.thing(Kind.INDICATOR, SHARE)}


def test_a_goal_without_a_figure_is_no_share_and_no_rank():
    goal = mention("hoàn thành chuyển đổi số trong các cơ quan của tỉnh", value=None)
    rank = mention("thứ hạng chuyển đổi số cấp tỉnh", value="45", unit="hạng")
    registered = {row.local for row in indicators.register()}
    assert indicator_iri(rank).rpartition("/")[2] == "thu-hang-chi-so-chuyen-doi-so"
    assert indicator_iri(goal).rpartition("/")[2] not in registered


def test_what_no_register_has_is_proposed_once():
    graph = indicators_graph([mention("tỷ lệ cây xanh"), mention("tỷ lệ  cây xanh")])
    node = indicator_iri(mention("tỷ lệ cây xanh"))
    assert said(graph, node, "skos:prefLabel") == {"tỷ lệ cây xanh"}
    assert said(graph, node, "skos:altLabel") == {"tỷ lệ  cây xanh"}
    assert said(graph, node, "pg:status") == {iri.concept("status", "proposed")}


def test_units_are_of_the_scheme_or_proposed():
    assert unit_iri("%") == iri.concept("unit", "percent")
    assert unit_iri("huyện, thị xã, thành phố") == iri.concept("unit", "huyen-thi-thanh-pho")
    assert unit_iri("trạm/thôn") == iri.concept("unit", "tram-tren-thon")
    graph = indicators_graph([mention("số trạm", unit="trạm/thôn"), mention("tỷ lệ", unit="%")])
    assert said(graph, unit_iri("trạm/thôn"), "skos:prefLabel") == {"trạm/thôn"}
    assert not said(graph, unit_iri("%"), "skos:prefLabel")


def test_every_unit_of_the_corpus_is_in_the_scheme(corpus):
    names = {iri.concept("unit", concept.name) for concept in vocab.UNIT_CONCEPTS}
    rows = corpus.select("SELECT DISTINCT ?unit WHERE { ?figure pg:unit ?unit }")
    assert {row["unit"].value for row in rows} <= names


def test_no_indicator_is_told_twice(corpus):
    rows = list(
        corpus.select(
            "SELECT ?indicator ?name WHERE { ?indicator a pg:Indicator ; skos:prefLabel ?name }"
        )
    )
    told = Counter((row["indicator"].value, str(row["name"])) for row in rows)
    assert max(told.values()) == 1
    used = corpus.select("SELECT DISTINCT ?indicator WHERE { ?figure pg:indicator ?indicator }")
    assert {row["indicator"].value for row in used} <= {address for address, _ in told}


def test_the_share_of_the_digital_economy_compares_three_provinces(corpus):
    rows = queries.run(corpus, KNOWN, "compare-indicator", {"indicator": f"indicator:{SHARE}"})
    found = {
        (row["placeLabel"], row["year"], row["comparator"], row["value"], row["unitLabel"])
        for row in rows
        if row["kind"] == "target"
    }
    assert found == {
        ("Tỉnh Hải Dương", "2025", "=", 20, "Phần trăm"),
        ("Tỉnh Hải Dương", "2030", "=", 30, "Phần trăm"),
        ("Tỉnh Thanh Hóa", "2025", "~", 20, "Phần trăm"),
        ("Tỉnh Thanh Hóa", "2030", ">", 30, "Phần trăm"),
        ("Tỉnh Lai Châu", "2025", "=", 10, "Phần trăm"),
        ("Tỉnh Lai Châu", "2030", "=", 20, "Phần trăm"),
    }
