"""Promises of the committed graph: every quote stands at its span, every character in the tree."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from policygraph import iri, lineage, store
from policygraph.iri import Kind
from policygraph.rdf.reading import Statements, read_turtle
from policygraph.text import read

ROOT = Path(__file__).resolve().parent.parent
TTL = ROOT / "data" / "ttl"
TEXTS = ROOT / "data" / "texts"
FILES = sorted(TTL.glob("*.ttl"))


@cache
def graph() -> Statements:
    return read_turtle(TTL)


@cache
def text_of(name: str) -> str:
    return read(TEXTS / name, name).text


def documents() -> dict[str, str]:
    """Source documents by label number or title: IRI -> source file."""
    data = graph()
    found = {}
    for node in data.instances("pg:PolicyDocument"):
        name = data.value(node, "pg:sourceFile")
        if name:
            found[node] = name
    return found


def test_each_corpus_text_is_one_document_with_its_hash() -> None:
    assert sorted(documents().values()) == sorted(p.name for p in TEXTS.glob("*.txt"))
    for node, name in documents().items():
        digest = hashlib.sha256((TEXTS / name).read_bytes()).hexdigest()
        assert graph().value(node, "pg:sourceSha256") == digest


def test_every_quote_equals_its_span() -> None:
    data, seen = graph(), 0
    for node in data.instances("pg:Evidence"):
        name = data.value(node, "pg:sourceFile")
        assert name is not None
        start, end = data.value(node, "pg:start"), data.value(node, "pg:end")
        assert start is not None
        assert end is not None
        assert data.value(node, "pg:quote") == text_of(name)[int(start) : int(end)], node
        seen += 1
    assert seen > 500


def test_leaf_parts_tile_every_text() -> None:
    data = graph()
    parents = {p for n in data.instances("pg:DocumentPart") for p in data.objects(n, "pg:partOf")}
    leaves: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for node in data.instances("pg:DocumentPart"):
        if node not in parents:
            document = data.value(node, "pg:inDocument") or ""
            span = int(data.value(node, "pg:start") or 0), int(data.value(node, "pg:end") or 0)
            leaves[document].append(span)
    assert set(leaves) == set(documents())
    for document, spans in leaves.items():
        position = 0
        for start, end in sorted(spans):
            assert start == position, document
            position = end
        assert position == len(text_of(documents()[document]))


def test_every_assertion_says_who_made_it_and_where_it_stands() -> None:
    data = graph()
    for kind in ("Citation", "Task", "Assignment", "Target", "Baseline", "Unresolved", "Metadata"):
        for node in data.instances(f"pg:{kind}"):
            for predicate in ("pg:rule", "pg:confidence", "pg:evidenceClass", "pg:status"):
                assert len(data.objects(node, predicate)) == 1, (node, predicate)
            external = data.value(node, "pg:evidenceClass") in {
                iri.concept("evidence-class", "external"),
                iri.concept("evidence-class", "inferred"),
            }
            assert external or data.objects(node, "pg:evidence"), node


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_turtle_says_the_same_to_rdflib_and_to_oxigraph(path: Path) -> None:
    there = len({q.triple for q in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)})
    here = rdflib.Graph().parse(path, format="turtle")
    assert len(here) == there > 0
    assert not any(isinstance(n, rdflib.BNode) for t in here for n in t)


def test_all_things_have_names_that_our_module_takes_apart() -> None:
    for path in FILES:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(iri.THINGS):
                assert iri.parse(quad.subject.value) is not None, quad.subject


def task_counts() -> dict[str, int]:
    data = graph()
    counts: dict[str, int] = defaultdict(int)
    for node in data.instances("pg:Task"):
        counts[documents()[data.value(node, "pg:inDocument") or ""]] += 1
    return counts


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> store.Snapshot:
    root = tmp_path_factory.mktemp("store")
    store.build(TTL, ROOT / "ontology", root, derive=lineage.derive)
    return store.open_read_only(root)


def tracing(snapshot: store.Snapshot, document: str) -> list[str]:
    node = iri.thing(Kind.DOCUMENT, document)
    rows = snapshot.select(f"SELECT ?t WHERE {{ ?t a pg:Task ; pg:tracesTo <{node}> }}")
    return sorted({row["t"].value for row in rows if row["t"] is not None})


def test_tasks_that_trace_to_resolution_52(snapshot: store.Snapshot) -> None:
    """38 of the Hải Dương programme, 43 of the Thanh Hóa plan, one of Lai Châu's resolution."""
    found = tracing(snapshot, "vn.tw.nq.2019.52")
    by_document: dict[str, int] = defaultdict(int)
    for task in found:
        by_document[iri.document_of(task.removeprefix(iri.THINGS + "task/"))] += 1
    assert sorted(by_document.values()) == [1, 38, 43]


def test_no_text_leads_from_plan_2358_to_resolution_52(snapshot: store.Snapshot) -> None:
    assert not any("2358" in task for task in tracing(snapshot, "vn.tw.nq.2019.52"))
    assert sum("2358" in task for task in tracing(snapshot, "vn-61.tu.nq.2021.06")) > 150
