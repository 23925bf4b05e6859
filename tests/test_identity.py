"""Which issued document answers to a row of a list, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policygraph import identity, iri, lexicon, pipeline, resources
from policygraph import registers as registry
from policygraph.rdf import documents, fulfilments, terms
from policygraph.resolve import resolve
from policygraph.text import read

REGISTERS = registry.load(resources.directory("data/registers"))
PLAN, RESOLUTION = "vn-61.ubnd.kh.2021.2358", "vn-61.tu.nq.2021.06"


@pytest.fixture(scope="module")
def facts():
    texts = resources.directory("data/texts")
    path = texts / "hai-duong-ke-hoach-2358-kh-ubnd.txt"
    return resolve([pipeline.read_text(read(path, path.name), REGISTERS)], REGISTERS)


@pytest.fixture(scope="module")
def found(facts):
    (one,) = identity.identify(facts, REGISTERS).values()
    return one


def path_of(facts, fulfilment):
    (document,) = facts.documents
    return document.reading.tree.parts[fulfilment.task.part].path


def test_rows_one_and_two_of_the_list_are_the_resolution_and_the_plan_itself(facts, found):
    assert {path_of(facts, f): f.issued.local for f in found.fulfilments} == {
        "PL2/1": RESOLUTION,
        "PL2/2": PLAN,
    }
    assert found.unresolved == ()


def test_a_decision_keeps_its_candidates_with_their_scores(found):
    for fulfilment in found.fulfilments:
        best = fulfilment.candidates[0]
        assert best.score >= identity.rules().least_share
        assert best.score == max(c.score for c in fulfilment.candidates)


def test_two_candidates_alike_are_left_unresolved(facts):
    (row,) = (r for r in REGISTERS.documents if r.number == "06-NQ/TU" and r.date)
    twin = replace(row, number="07-NQ/TU", handle="07-NQ/TU")
    registers = replace(REGISTERS, documents=(*REGISTERS.documents, twin))
    (one,) = identity.identify(facts, registers).values()
    assert [path_of(facts, f) for f in one.fulfilments] == ["PL2/2"]
    (left,) = one.unresolved
    assert left.reason == "ambiguous-document"
    assert RESOLUTION in left.detail
    assert "07" in left.detail


@pytest.mark.parametrize(
    "change",
    [
        {"type_word": "Chỉ thị"},
        {"jurisdiction": "VN-21"},
        {"number": "06/NQ-HĐND"},
        {"title": "Phát triển du lịch"},
        {"date": None},
    ],
    ids=["type", "jurisdiction", "issuer", "title", "date"],
)
def test_each_condition_counts(facts, change):
    rows = tuple(replace(r, **change) if r.number == "06-NQ/TU" else r for r in REGISTERS.documents)
    registers = replace(REGISTERS, documents=rows)
    (one,) = identity.identify(facts, registers).values()
    assert [path_of(facts, f) for f in one.fulfilments] == ["PL2/2"]


def test_a_document_of_an_earlier_year_answers_to_no_new_list(facts):
    rows = tuple(
        replace(r, date=r.date.replace(year=2020)) if r.number == "06-NQ/TU" and r.date else r
        for r in REGISTERS.documents
    )
    (one,) = identity.identify(facts, replace(REGISTERS, documents=rows)).values()
    assert [path_of(facts, f) for f in one.fulfilments] == ["PL2/2"]


@pytest.mark.parametrize("kind", ["examples", "non_examples"])
def test_the_lexicon_keeps_its_word(kind):
    for pair in lexicon.load("identity").tables[kind]:
        asked, _, title = pair.partition(" | ")
        is_near = identity.similarity(asked, title) >= identity.rules().least_share
        assert is_near == (kind == "examples"), pair


def test_what_was_found_is_written_as_inferred(facts, found):
    (document,) = facts.documents
    graph = documents.document_graph(document, REGISTERS)
    fulfilments.add(graph, document, found)
    said = {(s, p): value for s, p, value in graph.said()}
    node = iri.thing(iri.Kind.CITATION, PLAN, "PL2.1.fulfils")
    issued = iri.thing(iri.Kind.DOCUMENT, RESOLUTION)
    planned = said[node, iri.term("citedDocument")]
    assert said[iri.under(iri.Kind.TASK, PLAN, "PL2/1"), iri.term("mandates")] == planned
    assert said[issued, iri.term("fulfils")] == planned
    assert said[node, iri.term("citingSubject")] == issued
    assert said[node, iri.term("evidenceClass")] == iri.concept("evidence-class", "inferred")
    assert said[node, iri.term("rule")] == identity.RULE
    assert RESOLUTION in said[node, iri.term("note")]
    candidates = {o for s, p, o in graph.said() if (s, p) == (node, iri.term("candidate"))}
    assert issued in candidates
    evidence = said[node, iri.term("evidence")]
    assert said[evidence, iri.term("quote")].startswith("Nghị quyết Tỉnh ủy về chuyển đổi số")
    assert terms.turtle(graph)
