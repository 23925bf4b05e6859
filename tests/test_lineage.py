"""The closure against a plain one, its cycles, and paths upward with their evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri, lineage, queries, resources, store
from policygraph.lookup import Lookup

TTL = Path(__file__).parent / "fixtures" / "ttl"
NODES = st.sampled_from("abcdefgh")
EDGES = st.lists(st.tuples(NODES, NODES), max_size=24)


def plain_closure(edges):
    """All pairs by walking from every node; none of a node and itself."""
    above: dict[str, set[str]] = {}
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
    pairs = list(lineage.Closure(edges))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == plain_closure(edges)


@given(EDGES)
def test_cycles_are_groups_that_reach_each_other(edges):
    pairs = plain_closure(edges)
    grouped = {node for members in lineage.Closure(edges).cycles for node in members}
    assert grouped == {lower for lower, upper in pairs if (upper, lower) in pairs}


def test_a_long_chain_needs_no_deep_stack():
    length = 3000
    edges = [(str(n), str(n + 1)) for n in range(length)]
    assert sum(1 for _ in lineage.Closure(edges)) == length * (length + 1) // 2


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


@pytest.fixture(scope="module")
def path_up(snapshot):
    query = queries.parse(resources.directory("queries") / "lineage-of.rq")
    lookup = Lookup(snapshot)
    return lambda thing, lang="vi": lineage.path_up(snapshot, query, thing, lookup, lang)


def test_a_path_goes_edge_by_edge_with_the_strongest_quote(path_up):
    found = path_up(task("vn-21.ubnd.kh.2020.99.II.1"))
    assert [step.relation.removeprefix(iri.ONTOLOGY) for step in found.steps] == [
        "stipulatedIn",
        "partOf",
        "partOf",
        "implements",
    ]
    lower = [step.lower.iri for step in found.steps]
    upper = [step.upper.iri for step in found.steps]
    assert lower[1:] == upper[:-1]
    title = found.steps[-1]
    assert (title.quote, title.file) == ("Nghị quyết số 52-NQ/TW", "dong-ha-99.txt")
    assert (title.start, title.end) == (59, 81)
    assert title.evidence_class == iri.concept("evidence-class", "title")
    assert found.last == (lineage.Node(doc("vn.bct.nq.2019.52"), "Nghị quyết 52-NQ/TW"),)


def test_a_path_that_ends_early_says_where(path_up):
    found = path_up(task("vn-61.ubnd.kh.2021.2358.II.5.b"), "en")
    assert [node.label for node in found.last] == ["Resolution 06-NQ/TU"]


def test_nothing_above_a_directive(path_up):
    found = path_up("52-NQ/TW")
    assert found.steps == ()
    assert [node.iri for node in found.last] == [doc("vn.bct.nq.2019.52")]


def test_a_fact_of_the_register_shows_its_source(path_up):
    (step,) = path_up("50/NQ-CP@2020").steps
    assert step.source == "https://example.org/50-nq-cp"
    assert step.evidence_class == iri.concept("evidence-class", "external")
    assert (step.quote, step.start, step.file) == (None, None, None)


def test_paths_round_a_cycle_end(path_up):
    found = path_up("1/KH-UBND")
    assert len(found.steps) == 2
    assert found.last == ()


def test_policy_types_are_concepts_of_the_vocabulary(snapshot):
    known = {
        row["c"].value
        for row in snapshot.select("SELECT ?c { ?c a skos:Concept ; skos:notation ?n }")
    }
    assert set(lineage.policy_types()) <= known
