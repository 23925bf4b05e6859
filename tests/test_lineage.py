"""The closures against plain ones, their cycles, and what they leave to outside facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import edges, iri, lineage, resources, store

TTL = Path(__file__).parent / "fixtures" / "ttl"
SIZE = 8
NODES = st.integers(0, SIZE - 1)
EDGES = st.lists(st.tuples(NODES, NODES), max_size=24)


def plain_closure(edges):
    """All pairs by walking from every node; none of a node and itself."""
    above: dict[object, set[object]] = {}
    for lower, upper in edges:
        above.setdefault(lower, set()).add(upper)
    pairs = set()
    for start, direct in above.items():
        stack, seen = list(direct), set()
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack.extend(above.get(node, ()))
        pairs |= {(start, node) for node in seen if node != start}
    return pairs


@given(EDGES)
def test_closure_is_the_plain_one(edges):
    pairs = list(lineage.Closure(SIZE, edges))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == plain_closure(edges)


@given(EDGES)
def test_cycles_are_groups_that_reach_each_other(edges):
    pairs = plain_closure(edges)
    grouped = {node for members in lineage.Closure(SIZE, edges).cycles for node in members}
    assert grouped == {lower for lower, upper in pairs if (upper, lower) in pairs}


def test_a_long_chain_needs_no_deep_stack():
    length = 3000
    edges = [(n, n + 1) for n in range(length)]
    assert sum(1 for _ in lineage.Closure(length + 1, edges)) == length * (length + 1) // 2


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    return store.build(TTL, resources.directory("ontology"), root, lineage.derive)


@pytest.fixture(scope="module")
def snapshot(built):
    return store.open_read_only(built.path.parent.parent)


def doc(local):
    return iri.thing(iri.Kind.DOCUMENT, local)


def task(local):
    return iri.thing(iri.Kind.TASK, local)


def above(snapshot, thing, relation):
    rows = snapshot.select(f"SELECT ?up {{ <{thing}> {relation} ?up }}")
    return {row["up"].value for row in rows}


def test_a_task_traces_to_part_document_and_directive(snapshot):
    plan = "vn-21.ubnd.kh.2020.99"
    assert above(snapshot, task(f"{plan}.II.1"), "pg:tracesTo") == {
        iri.thing(iri.Kind.PART, f"{plan}.II.1"),
        iri.thing(iri.Kind.PART, f"{plan}.II"),
        doc(plan),
        doc("vn.bct.nq.2019.52"),
    }


def test_the_wide_lineage_goes_on_to_policy_but_not_to_laws(snapshot):
    plan = doc("vn-61.ubnd.kh.2021.2358")
    strict = above(snapshot, plan, "pg:tracesTo")
    assert strict == {doc("vn-61.tu.nq.2021.06")}
    assert above(snapshot, plan, "pg:restsOn") == strict | {doc("vn.cp.qd.2020.749")}


def test_lineage_stands_only_in_the_derived_graph(snapshot):
    rows = snapshot.select("SELECT DISTINCT ?g { GRAPH ?g { ?s pg:tracesTo|pg:restsOn ?o } }")
    assert [row["g"].value for row in rows] == [store.DERIVED]


def test_a_cycle_of_citations_is_told_and_does_no_harm(built, snapshot):
    one, two = doc("vn-12.ubnd.kh.2022.1"), doc("vn-12.ubnd.kh.2022.2")
    assert [one in note and two in note for note in built.notes] == [True]
    assert above(snapshot, one, "pg:tracesTo") == {two}
    assert above(snapshot, two, "pg:tracesTo") == {one}


@given(EDGES, EDGES)
def test_outside_pairs_are_those_that_the_text_alone_does_not_join(text, outside):
    found = list(lineage.outside_pairs(text, outside))
    assert len(found) == len(set(found))
    assert set(found) == plain_closure([*text, *outside]) - plain_closure(text)


@given(EDGES, EDGES)
def test_an_edge_that_a_text_states_is_no_outside_one(text, outside):
    edges = lineage.Edges(text, outside)
    assert not set(edges.text) & set(edges.outside)
    assert set(edges.all) == {*text, *outside}


def test_closures_are_the_plain_ones_of_what_is_asserted(snapshot):
    """All pairs of the fixture graph, beside a walk over its direct relations."""
    strict = direct(snapshot, "implements", "issuedWith", "fulfils", "stipulatedIn", "partOf")
    policy = {
        row["d"].value
        for row in snapshot.select("SELECT ?d { ?d pg:documentType ?t }")
        if not row["d"].value.endswith(("vn.qh.l.2015.77", "vn.qh.l.2025.65"))
    }
    wide = strict + [edge for edge in direct(snapshot, "basedOn") if edge[1] in policy]
    assert pairs_of(snapshot, "pg:tracesTo") == plain_closure(strict)
    assert pairs_of(snapshot, "pg:restsOn") == plain_closure(wide)


def direct(snapshot, *names):
    listed = " ".join(f"pg:{name}" for name in names)
    rows = snapshot.select(f"SELECT ?s ?o {{ VALUES ?p {{ {listed} }} ?s ?p ?o }}")
    return [(row["s"].value, row["o"].value) for row in rows]


def pairs_of(snapshot, relation):
    rows = snapshot.select(f"SELECT ?s ?o {{ ?s {relation} ?o }}")
    return {(row["s"].value, row["o"].value) for row in rows}


def test_pairs_that_need_an_outside_fact_are_marked(snapshot):
    needed = {(doc("vn.cp.nq.2020.50"), doc("vn.bct.nq.2019.52"))}
    assert pairs_of(snapshot, "pg:tracesToExternally") == needed
    assert needed < pairs_of(snapshot, "pg:tracesTo")


def test_policy_types_are_concepts_of_the_vocabulary(snapshot):
    known = {
        row["c"].value
        for row in snapshot.select("SELECT ?c { ?c a skos:Concept ; skos:notation ?n }")
    }
    assert set(edges.policy_types()) <= known
