"""Paths up, down and between, with their evidence, and the canned query beside them."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import edges, iri, lineage, paths, queries, resources, store
from policygraph.edges import Options
from policygraph.lookup import Lookup
from policygraph.paths import Paths

TTL = Path(__file__).parent / "fixtures" / "ttl"
R52, R06, D749 = "vn.bct.nq.2019.52", "vn-61.tu.nq.2021.06", "vn.cp.qd.2020.749"
PLAN = "vn-61.ubnd.kh.2021.2358"


def doc(local):
    return iri.thing(iri.Kind.DOCUMENT, local)


def task(local):
    return iri.thing(iri.Kind.TASK, local)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    return store.open_read_only(root)


def locals_of(nodes):
    return [node.iri.rpartition("/")[2] for node in nodes]


def relations(path):
    return [edge.relation.removeprefix(iri.ONTOLOGY) for edge in path.edges]


def test_a_path_goes_edge_by_edge_with_the_strongest_quote(snapshot):
    found = Paths(snapshot).upward(task("vn-21.ubnd.kh.2020.99.II.1"))
    (path,) = found.paths
    assert relations(path) == ["stipulatedIn", "partOf", "partOf", "implements"]
    assert [(e.lower, e.upper) for e in path.edges] == list(pairwise(path.nodes))
    title = path.edges[-1]
    assert (title.quote, title.file) == ("Nghị quyết số 52-NQ/TW", "dong-ha-99.txt")
    assert (title.start, title.end) == (59, 81)
    assert title.evidence_class == iri.concept("evidence-class", "title")
    assert path.evidence_class == iri.concept("evidence-class", "body")
    assert [(node.iri, node.label) for node in found.last] == [(doc(R52), "Nghị quyết 52-NQ/TW")]


def test_a_path_that_ends_early_says_where(snapshot):
    found = Paths(snapshot, lang="en").upward(task(f"{PLAN}.II.5.b"))
    assert [node.label for node in found.last] == ["Resolution 06-NQ/TU"]


def test_nothing_above_a_directive(snapshot):
    found = Paths(snapshot).upward(doc(R52))
    assert (found.edges, found.paths) == ((), ())
    assert [node.iri for node in found.last] == [doc(R52)]


def test_outside_facts_count_only_when_asked_for(snapshot):
    decree = doc("vn.cp.nq.2020.50")
    assert Paths(snapshot).upward(decree).edges == ()
    (path,) = Paths(snapshot, Options(external=True)).upward(decree).paths
    assert path.is_external
    assert path.edges[0].sources == ("https://example.org/50-nq-cp", "https://example.org/second")
    assert (path.edges[0].quote, path.edges[0].start, path.edges[0].file) == (None, None, None)


def test_paths_round_a_cycle_end(snapshot):
    found = Paths(snapshot).upward(doc("vn-12.ubnd.kh.2022.1"), every=True)
    assert len(found.edges) == 2
    assert (found.last, found.paths) == ((), ())


def test_the_wide_lineage_follows_grounds_but_not_laws(snapshot):
    last = Paths(snapshot, Options(wide=True)).upward(doc(PLAN)).last
    assert {node.iri for node in last} == {doc(R06), doc(D749)}


def test_a_planned_document_is_shown_as_inferred_and_is_no_end(snapshot):
    resolution = doc("vn-12.tu.nq.2020.06")
    found = Paths(snapshot).upward(resolution)
    (edge,) = found.edges
    assert edge.relation == iri.term("fulfils")
    assert edge.evidence_class == iri.concept("evidence-class", "inferred")
    assert [node.iri for node in found.last] == [resolution]


def test_by_part_a_task_has_only_what_it_cites(snapshot):
    inherits, cites = task("vn-21.ubnd.kh.2020.99.II.1"), task("vn-12.tu.nq.2020.09.III.4.e")
    by_part = Paths(snapshot, Options(by_part=True))
    assert locals_of(by_part.upward(inherits).last) == ["vn-21.ubnd.kh.2020.99"]
    assert set(locals_of(by_part.upward(cites).last)) == {R52, "vn-12.tu.nq.2020.09"}


def test_by_part_downward_leaves_out_what_is_only_inherited(snapshot):
    def tasks(options):
        nodes = Paths(snapshot, options).downward(doc(R52)).nodes
        return {n.iri.rpartition("/")[2] for n in nodes if n.kind == "task"}

    cited = {"vn-12.tu.nq.2020.09.III.4.e"}
    assert tasks(Options(by_part=True)) == cited
    assert tasks(Options()) == cited | {f"vn-21.ubnd.kh.2020.99.II.{n}" for n in (1, 2)}


def test_downward_paths_are_shortest_first_and_lead_up_to_the_thing(snapshot):
    found = Paths(snapshot).downward(doc(R52))
    lengths = [len(path.edges) for path in found.paths]
    assert lengths == sorted(lengths)
    assert {path.nodes[-1] for path in found.paths} == {doc(R52)}
    assert found.is_complete


def test_a_limit_is_told(snapshot):
    found = Paths(snapshot).downward(doc(R52), limit=2)
    assert (len(found.paths), found.is_complete) == (2, False)


def test_a_search_that_grows_too_large_is_told(snapshot, monkeypatch):
    monkeypatch.setattr(edges, "MAX_NODES", 1)
    assert not Paths(snapshot).downward(doc(R52)).is_complete


def test_between_two_things_either_way_round(snapshot):
    lower, upper = task("vn-21.ubnd.kh.2020.99.II.1"), doc(R52)
    for one, other in ((lower, upper), (upper, lower)):
        found = Paths(snapshot).between(one, other)
        assert (found.lower.iri, found.upper.iri) == (lower, upper)
        assert found.found is not None
        assert len(found.found.paths) == 1


def test_no_path_tells_the_last_documents_of_both_sides(snapshot):
    found = Paths(snapshot).between(doc(PLAN), doc(R52))
    assert found.found is None
    assert locals_of(found.lower_last) == [R06]
    assert set(locals_of(found.upper_last)) == {"vn-21.ubnd.kh.2020.99", "vn-12.tu.nq.2020.09"}


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2015-12-31", False), ("2016-01-01", True), ("2025-02-28", True), ("2025-03-01", False)],
)
def test_a_document_tells_whether_it_holds(snapshot, day, holds):
    law = Paths(snapshot).node(doc("vn.qh.l.2015.77"))
    assert law.holds_on(dt.date.fromisoformat(day)) is holds
    (newer,) = law.replaced_by
    assert (newer.label, newer.since) == ("Luật 65/2025/QH15", "2025-03-01")
    assert newer.sources == ("https://example.org/65-2025",)


def test_where_nothing_is_on_record_it_is_not_known(snapshot):
    assert Paths(snapshot).node(doc(R52)).holds_on(dt.date(2025, 3, 1)) is None


def test_the_canned_query_and_the_paths_say_the_same(snapshot):
    """Of every document, part and task, strict and wide, with and without outside facts."""
    query = queries.parse(resources.directory("queries") / "lineage-of.rq")
    lookup = Lookup(snapshot)
    kinds = "VALUES ?c { pg:Task pg:DocumentPart pg:PolicyDocument }"
    things = {row["t"].value for row in snapshot.select(f"SELECT ?t {{ {kinds} ?t a ?c }}")}
    assert len(things) > 40
    for thing, wide, external in product(sorted(things), (False, True), (False, True)):
        given = {"thing": thing, "wide": str(wide).lower(), "external": str(external).lower()}
        rows = queries.records(snapshot, queries.bind(query, given, lookup))
        found = Paths(snapshot, Options(wide, external)).upward(thing)
        assert {
            (r["from"], r["relation"], r["to"], r["quote"], r["start"], r["evidenceClass"])
            for r in rows
            if r["to"]
        } == {
            (e.lower, e.relation, e.upper, e.quote, e.start, e.evidence_class) for e in found.edges
        }, given
        last = {r["to"] or r["from"] for r in rows if r["last"]}
        assert last == {node.iri for node in found.last}, given


NODES = st.sampled_from("abcdef")
GRAPHS = st.lists(st.tuples(NODES, NODES).filter(lambda edge: edge[0] != edge[1]), max_size=14)


def plain_paths(adjacent, start, ends):
    """Every simple path to an end, which ends there, by trying everything."""
    found: list[tuple[str, ...]] = []
    stack: list[tuple[str, ...]] = [(start,)]
    while stack:
        path = stack.pop()
        if path[-1] in ends and len(path) > 1:
            found.append(path)
            continue
        stack += [(*path, after) for after in adjacent.get(path[-1], ()) if after not in path]
    return found


@given(GRAPHS, st.sets(NODES, min_size=1, max_size=3))
def test_all_paths_are_the_plain_ones_shortest_first(edges, ends):
    adjacent: dict[str, list[str]] = {}
    for lower, upper in dict.fromkeys(edges):
        adjacent.setdefault(lower, []).append(upper)
    ends = ends - {"a"}
    found, is_complete = paths._search(adjacent, "a", ends, 10_000, every=True)
    assert is_complete
    assert sorted(found) == sorted(plain_paths(adjacent, "a", ends))
    assert [len(path) for path in found] == sorted(len(path) for path in found)
    nearest, _ = paths._search(adjacent, "a", ends, 10_000, every=False)
    for path in nearest:
        to_end = [len(p) for p in found if p[-1] == path[-1]]
        assert not to_end or len(path) <= min(to_end)
