"""Least confidence and "accepted only": over the closures the same as walking the edges by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policygraph import iri, lineage, queries, resources
from policygraph.edges import REGISTER, Options
from policygraph.errors import DataError, QueryError
from policygraph.iri import Kind
from policygraph.links import Links
from policygraph.lookup import Lookup
from policygraph.paths import Paths
from policygraph.store import DERIVED, Draft, Snapshot

CATALOGUE = queries.load(resources.directory("queries"))
DOCUMENTS = 5
LEVELS = ("0.5", "0.7", "0.9")
PART_OF, STIPULATED_IN = iri.term("partOf"), iri.term("stipulatedIn")


@dataclass(frozen=True)
class Said:
    """A citation: whose document, part or task cites which document, by which relation, and how
    sure that is."""

    citing: int
    cited: int
    by: Kind
    relation: str
    confidence: str
    is_accepted: bool
    is_external: bool


@dataclass(frozen=True)
class Case:
    """Citations among a few documents with one task each, and how sure each task is."""

    said: tuple[Said, ...]
    tasks: tuple[tuple[str, bool], ...]


citations = st.builds(
    Said,
    citing=st.integers(0, DOCUMENTS - 1),
    cited=st.integers(0, DOCUMENTS - 1),
    by=st.sampled_from((Kind.DOCUMENT, Kind.TASK, Kind.PART)),
    relation=st.sampled_from(("implements", "implements", "issuedWith", "basedOn")),
    confidence=st.sampled_from(LEVELS),
    is_accepted=st.booleans(),
    is_external=st.booleans(),
).filter(
    lambda said: said.citing != said.cited and (said.by is Kind.DOCUMENT or not said.is_external)
)
cases = st.builds(
    Case,
    said=st.lists(citations, max_size=9).map(tuple),
    tasks=st.lists(
        st.tuples(st.sampled_from(LEVELS), st.booleans()),
        min_size=DOCUMENTS,
        max_size=DOCUMENTS,
    ).map(tuple),
)
limits = st.builds(
    Options,
    wide=st.booleans(),
    external=st.booleans(),
    confidence=st.sampled_from((None, *map(Decimal, LEVELS))),
    accepted=st.booleans(),
)


def local(number: int) -> str:
    return f"vn.cp.nq.2020.{number}"


def document(number: int) -> str:
    return iri.thing(Kind.DOCUMENT, local(number))


def task(number: int) -> str:
    return iri.thing(Kind.TASK, local(number), "I", "1")


def part(number: int) -> str:
    return iri.thing(Kind.PART, local(number), "I")


def subject(said: Said) -> str:
    return {Kind.DOCUMENT: document, Kind.TASK: task, Kind.PART: part}[said.by](said.citing)


def snapshot_of(case: Case) -> Snapshot:
    """A store of the case with its closures."""
    store = ox.Store()

    def add(graph: str, thing: str, **values: str) -> None:
        for name, value in values.items():
            predicate = iri.PREFIXES["rdf"] + "type" if name == "type" else iri.term(name)
            term = (
                ox.NamedNode(value)
                if value.startswith("https:")
                else ox.Literal(value, datatype=ox.NamedNode(iri.PREFIXES["xsd"] + "decimal"))
                if name == "confidence"
                else ox.Literal(value)
            )
            store.add(
                ox.Quad(ox.NamedNode(thing), ox.NamedNode(predicate), term, ox.NamedNode(graph))
            )

    def status(is_accepted: bool) -> str:
        return iri.concept("status", "accepted" if is_accepted else "proposed")

    for number, (confidence, is_accepted) in enumerate(case.tasks):
        graph, holder = iri.graph(local(number)), document(number)
        resolution = iri.concept("document-type", "nghi-quyet")
        add(graph, holder, type=iri.term("PolicyDocument"), documentType=resolution)
        add(graph, part(number), type=iri.term("DocumentPart"), partOf=holder, inDocument=holder)
        add(
            graph,
            task(number),
            type=iri.term("Task"),
            stipulatedIn=part(number),
            inDocument=holder,
            confidence=confidence,
            status=status(is_accepted),
        )
    for number, said in enumerate(case.said):
        graph = REGISTER if said.is_external else iri.graph(local(said.citing))
        add(graph, subject(said), **{said.relation: document(said.cited)})
        add(
            graph,
            iri.thing(Kind.CITATION, local(said.citing), f"{number}-{number + 1}"),
            type=iri.term("Citation"),
            citingSubject=subject(said),
            citedDocument=document(said.cited),
            relation=iri.term(said.relation),
            confidence=said.confidence,
            status=status(said.is_accepted),
        )
    links = Links()
    assert len(list(links.noted(store))) == len(store)
    draft = Draft(store, resources.directory("queries"), None, links)
    for lower, predicate, upper in list(lineage.derive(draft).triples):
        store.add(ox.Quad(lower, predicate, upper, ox.NamedNode(DERIVED)))
    return draft


def edges_of(case: Case, options: Options) -> set[tuple[str, str, str]]:
    """The edges that count, found one by one."""

    def is_sure(confidence: str, is_accepted: bool) -> bool:
        least = options.confidence or Decimal(0)
        return Decimal(confidence) >= least and (is_accepted or not options.accepted)

    found = {(part(number), PART_OF, document(number)) for number in range(DOCUMENTS)}
    found |= {
        (task(number), STIPULATED_IN, part(number))
        for number, sureness in enumerate(case.tasks)
        if is_sure(*sureness)
    }
    by_text = {(s.citing, s.by, s.relation, s.cited) for s in case.said if not s.is_external}
    for said in case.said:
        is_outside = (said.citing, said.by, said.relation, said.cited) not in by_text
        if (
            is_sure(said.confidence, said.is_accepted)
            and (options.wide or said.relation != "basedOn")
            and (options.external or not is_outside)
        ):
            found.add((subject(said), iri.term(said.relation), document(said.cited)))
    return found


def above(edges: set[tuple[str, str, str]], start: str) -> set[str]:
    reached = {start}
    while more := {upper for lower, _, upper in edges if lower in reached} - reached:
        reached |= more
    return reached


def ask(snapshot: Snapshot, name: str, options: Options, **values: str) -> Iterator[queries.Record]:
    given = {
        **values,
        "wide": str(options.wide).lower(),
        "external": str(options.external).lower(),
        "accepted": str(options.accepted).lower(),
    }
    if options.confidence is not None:
        given["confidence"] = str(options.confidence)
    bound = queries.bind(CATALOGUE[name], given, Lookup(snapshot))
    return iter(queries.records(snapshot, bound))


@settings(max_examples=60, deadline=None)
@given(cases, limits)
@example(
    # The register says one relation, the text another: the text joins the two as well.
    Case(
        (
            Said(0, 1, Kind.DOCUMENT, "implements", "0.9", is_accepted=True, is_external=True),
            Said(0, 1, Kind.DOCUMENT, "issuedWith", "0.9", is_accepted=True, is_external=False),
        ),
        (("0.9", True),) * DOCUMENTS,
    ),
    Options(),
)
def test_tasks_that_trace_to_a_document_do_so_over_edges_that_are_sure(case, options):
    snapshot, edges = snapshot_of(case), edges_of(case, options)
    inside = edges_of(case, replace(options, external=False))
    certain = {lower for lower, relation, _ in edges if relation == STIPULATED_IN}
    for number in range(DOCUMENTS):
        asked = document(number)
        rows = ask(snapshot, "tasks-tracing-to", options, document=asked)
        expected = {
            thing: asked not in above(inside, thing)
            for thing in certain
            if asked in above(edges, thing)
        }
        assert {row["task"]: row["isExternal"] for row in rows} == expected


@settings(max_examples=60, deadline=None)
@given(cases, limits)
def test_a_lineage_has_the_edges_that_are_sure_and_ends_where_they_do(case, options):
    snapshot, edges = snapshot_of(case), edges_of(case, options)
    for thing in (task(0), document(1)):
        reached = above(edges, thing)
        rows = list(ask(snapshot, "lineage-of", options, thing=thing))
        shown = {(row["from"], row["relation"], row["to"]) for row in rows if row["to"]}
        assert shown == {edge for edge in edges if edge[0] in reached}
        ends = {node for node in reached if above(edges, node) == {node}}
        assert {row["to"] or row["from"] for row in rows if row["last"]} == ends
        found = Paths(snapshot, options).upward(thing)
        assert {(e.lower, e.relation, e.upper) for e in found.edges} == shown
        assert {node.iri for node in found.last} == ends


@settings(max_examples=30, deadline=None)
@given(cases, limits)
def test_a_path_is_as_sure_as_was_asked(case, options):
    for path in Paths(snapshot_of(case), options).upward(task(0), every=True).paths:
        if options.confidence is not None:
            assert path.confidence is not None
            assert Decimal(str(path.confidence)) >= options.confidence


def test_of_two_citations_the_one_that_is_sure_enough_is_shown():
    said = Said(0, 1, Kind.DOCUMENT, "implements", "0.5", is_accepted=True, is_external=False)
    surer = Said(0, 1, Kind.DOCUMENT, "implements", "0.9", is_accepted=False, is_external=False)
    snapshot = snapshot_of(Case((said, surer), (("0.9", True),) * DOCUMENTS))
    for limits, confidence in (
        (Options(confidence=Decimal("0.7")), 0.9),
        (Options(accepted=True), 0.5),
    ):
        (row,) = ask(snapshot, "lineage-of", limits, thing=document(0))
        assert row["confidence"] == confidence
        (edge,) = Paths(snapshot, limits).upward(document(0)).edges
        assert edge.confidence == confidence


@pytest.mark.parametrize("raw", ["1.01", "-0.1", "nhiều", "NaN", "1e30"])
def test_a_confidence_is_a_number_from_0_to_1(raw):
    snapshot = snapshot_of(Case((), (("0.9", True),) * DOCUMENTS))
    values = {"document": document(0), "confidence": raw}
    with pytest.raises(QueryError, match="from 0 to 1"):
        queries.bind(CATALOGUE["tasks-tracing-to"], values, Lookup(snapshot))


HEADER = """\
# summary-vi: Thử
# summary-en: Test
# param thing thing required: x | x
# param confidence confidence optional: x | x
# param accepted boolean default=false: x | x
# walk up thing
# example: thing=52-NQ/TW
SELECT ?a ?b ?c WHERE {
  # bind thing
  # edges a b c
  ?a ?b ?c .
  # sure a
}
ORDER BY ?a
"""


def test_the_lines_become_nothing_where_nothing_is_asked(tmp_path):
    path = tmp_path / "of-lines.rq"
    path.write_text(HEADER, encoding="utf-8")
    lines = queries.parse(path).text({}).splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        "SELECT ?a ?b ?c WHERE {",
        "  ?a ?b ?c .",
        "}",
        "ORDER BY ?a",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# walk up thing\n", "", ":9: `# edges` without `# walk"),
        ("# walk up thing", "# walk up accepted", ":6: walk: no required parameter accepted"),
        ("  # edges a b c\n", "", "`# walk` in the header, but no `# edges`"),
        ("# param accepted boolean default=false: x | x\n", "", "needs `# param accepted boolean"),
        ("confidence optional", "confidence default=1", "needs `# param confidence confidence opt"),
    ],
)
def test_a_file_with_half_of_it_dies_at_load(tmp_path, old, new, message):
    assert old in HEADER
    path = tmp_path / "of-lines.rq"
    path.write_text(HEADER.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        queries.parse(path)
    assert message in str(caught.value)
