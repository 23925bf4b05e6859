"""Builds: what goes in, what is served, and that nothing that dies half-way is ever seen."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pyoxigraph as ox
import pytest

from policygraph import iri, store
from policygraph.errors import DataError, QueryError, StoreError

TTL = Path(__file__).parent / "fixtures" / "ttl"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def nothing(snapshot):
    return store.Derived(())


@pytest.fixture
def inputs(tmp_path):
    """A small ontology and a copy of the Turtle that a test may spoil."""
    shutil.copytree(TTL, tmp_path / "ttl")
    (tmp_path / "ontology" / "vocab").mkdir(parents=True)
    (tmp_path / "ontology" / "vocab" / "small.ttl").write_text(
        f'<{iri.term("Task")}> <{LABEL}> "Nhiệm vụ"@vi .\n', encoding="utf-8"
    )
    return tmp_path


def run(inputs, derive=nothing, progress=None):
    return store.build(inputs / "ttl", inputs / "ontology", inputs / "store", derive, progress)


def things(class_name, pattern="*.ttl"):
    """IRIs of a class in the fixture, read without the store."""
    kind, found = iri.term(class_name), set()
    for path in TTL.glob(pattern):
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if triple.object == ox.NamedNode(kind):
                found.add(triple.subject.value)
    return found


def add_document(inputs, number):
    """A file more, so that the next build is another one."""
    name = f"vn.cp.nq.2022.{number}"
    (inputs / "ttl" / f"{name}.ttl").write_text(
        f"<{iri.thing(iri.Kind.DOCUMENT, name)}> a <{iri.term('PolicyDocument')}> .\n",
        encoding="utf-8",
    )


def builds(inputs):
    return sorted(path.name for path in (inputs / "store" / "builds").iterdir())


def test_each_file_is_a_graph_and_the_ontology_one_more(inputs):
    built = run(inputs)
    assert built.fresh
    assert set(built.graphs) == {
        *(iri.graph(path.stem) for path in TTL.glob("*.ttl")),
        store.ONTOLOGY,
    }
    assert built.graphs[store.ONTOLOGY] == 1
    snapshot = store.open_read_only(inputs / "store")
    assert len(snapshot) == built.triples
    assert snapshot.hash == built.hash
    manifest = json.loads((built.path / store.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["hash"] == built.hash
    assert manifest["graphs"] == built.graphs


def test_derived_triples_and_notes_are_kept(inputs):
    task, part = iri.thing(iri.Kind.TASK, "a"), iri.thing(iri.Kind.PART, "a")
    triples = (ox.Triple(*map(ox.NamedNode, (task, iri.term("tracesTo"), part))),)
    built = run(inputs, lambda snapshot: store.Derived(triples, ("a note",)))
    assert built.graphs[store.DERIVED] == 1
    assert built.notes == ("a note",)
    again = run(inputs)
    assert not again.fresh
    assert again.notes == ("a note",)


def test_the_derivation_sees_what_was_loaded(inputs):
    seen = []

    def derive(snapshot):
        seen.extend(snapshot.select("SELECT ?t { ?t a pg:Task }"))
        return store.Derived(())

    run(inputs, derive)
    assert len(seen) == len(things("Task"))


def test_a_build_keeps_the_texts_and_another_text_is_another_build(inputs):
    sha256 = "0" * 64
    given = inputs / "ttl", inputs / "ontology", inputs / "store", nothing
    built = store.build(*given, texts={sha256: "Kế hoạch\r\n\tsố 1"})
    moved = inputs / "elsewhere"
    shutil.move(inputs / "store", moved)
    snapshot = store.open_read_only(moved)
    assert snapshot.text(sha256) == "Kế hoạch\r\n\tsố 1"
    assert snapshot.text("1" * 64) is None
    assert snapshot.text("../" + sha256) is None
    assert run(inputs).hash != built.hash


def test_equal_input_is_built_once(inputs):
    first = run(inputs)
    second = run(inputs)
    assert (second.hash, second.fresh) == (first.hash, False)
    add_document(inputs, 1)
    third = run(inputs)
    assert third.fresh
    assert third.hash != first.hash


def test_a_name_changes_the_hash_as_the_bytes_do(inputs):
    first = run(inputs)
    ttl = inputs / "ttl"
    (ttl / "register-places.ttl").rename(ttl / "register-regions.ttl")
    assert run(inputs).hash != first.hash


def test_going_back_to_an_old_input_serves_its_build_again(inputs):
    first = run(inputs)
    add_document(inputs, 1)
    run(inputs)
    (inputs / "ttl" / "vn.cp.nq.2022.1.ttl").unlink()
    assert not run(inputs).fresh
    assert store.open_read_only(inputs / "store").hash == first.hash


def test_only_the_newest_builds_are_kept(inputs):
    hashes = []
    for number in range(store.KEPT_BUILDS + 2):
        add_document(inputs, number)
        hashes.append(run(inputs).hash)
    assert builds(inputs) == sorted(hashes[-store.KEPT_BUILDS :])
    assert store.open_read_only(inputs / "store").hash == hashes[-1]


def test_progress_is_told(inputs):
    steps = []
    run(inputs, progress=lambda stage, done, total: steps.append((stage, done, total)))
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert steps[-1][1] == steps[-1][2]


KILLED = """
    import sys, time
    from pathlib import Path
    from policygraph import store

    root = Path(sys.argv[1])

    def derive(snapshot):
        print("deriving", flush=True)
        time.sleep(600)

    store.build(root / "ttl", root / "ontology", root / "store", derive)
"""


def test_a_killed_build_leaves_the_old_one_served(inputs):
    old = run(inputs)
    add_document(inputs, 1)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(inputs)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as building:
        assert building.stdout is not None
        assert building.stdout.readline() == "deriving\n"
        building.send_signal(signal.SIGKILL)
    assert any(name.endswith(".part") for name in builds(inputs))
    assert store.open_read_only(inputs / "store").hash == old.hash
    new = run(inputs)
    assert new.fresh
    assert builds(inputs) == sorted([old.hash, new.hash])
    assert store.open_read_only(inputs / "store").hash == new.hash


def test_a_failed_derivation_leaves_the_old_one_served(inputs):
    old = run(inputs)
    add_document(inputs, 1)

    def derive(snapshot):
        raise DataError("somewhere", "wrong")

    with pytest.raises(DataError):
        run(inputs, derive)
    assert builds(inputs) == [old.hash]
    assert store.open_read_only(inputs / "store").hash == old.hash


def test_an_open_snapshot_outlives_a_switch(inputs):
    run(inputs)
    snapshot = store.open_read_only(inputs / "store")
    before = len(snapshot)
    add_document(inputs, 1)
    run(inputs)
    assert len(snapshot) == before
    assert len(store.open_read_only(inputs / "store")) == before + 1


def test_broken_turtle_names_its_line(inputs):
    broken = inputs / "ttl" / "register-places.ttl"
    text = broken.read_text(encoding="utf-8").splitlines()
    text.insert(20, "place:vn-99 a pg:Place ; ; ; .. ")
    broken.write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(DataError, match=r"register-places\.ttl:21: broken Turtle"):
        run(inputs)
    assert not (inputs / "store" / "current").exists()


def test_a_file_that_names_no_graph_is_refused(inputs):
    (inputs / "ttl" / "đồ thị.ttl").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="names no graph"):
        run(inputs)


def test_a_missing_directory_is_named(inputs):
    with pytest.raises(DataError, match="nowhere"):
        store.build(inputs / "nowhere", inputs / "ontology", inputs / "store", nothing)


def test_a_place_that_cannot_be_written_is_named(inputs):
    (inputs / "store").write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(StoreError, match="store"):
        run(inputs)


def test_a_missing_store_says_what_to_run(tmp_path):
    with pytest.raises(StoreError, match="policygraph build"):
        store.open_read_only(tmp_path)


def test_an_unfinished_build_is_not_served(inputs):
    built = run(inputs)
    (built.path / store.MANIFEST).unlink()
    with pytest.raises(StoreError, match="policygraph build"):
        store.open_read_only(inputs / "store")


def test_a_bare_engine_directory_is_served_too(inputs):
    built = run(inputs)
    snapshot = store.open_read_only(built.path)
    assert len(snapshot) == built.triples
    assert snapshot.hash == store.current_hash(built.path) != built.hash


@pytest.fixture
def snapshot(inputs):
    run(inputs)
    return store.open_read_only(inputs / "store")


def documents(snapshot, dataset="", **graphs):
    text = f"SELECT DISTINCT ?d {dataset} WHERE {{ ?d a pg:PolicyDocument }}"
    return len(list(found_rows(snapshot.query(text, **graphs))))


def found_rows(found):
    yield from found


def test_queries_see_all_graphs_as_one_unless_they_name_some(snapshot):
    own = f"FROM <{iri.graph('vn-61.ubnd.kh.2021.2358')}>"
    assert documents(snapshot) == len(things("PolicyDocument"))
    assert documents(snapshot, own) == 1
    register = (iri.graph("register-documents"),)
    in_register = things("PolicyDocument", "register-documents.ttl")
    assert documents(snapshot, own, default_graphs=register) == len(in_register)
    assert documents(snapshot, named_graphs=register) == 0


def test_long_names_of_the_graphs_own_turtle_are_read(snapshot):
    rows = list(snapshot.select("SELECT ?n { doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber ?n }"))
    assert [row["n"].value for row in rows] == ["2358/KH-UBND"]


def test_a_syntax_error_is_placed_where_it_was_written(snapshot):
    wrong = "SELECT * {\n doc:vn-61.ubnd.kh.2021.2358 pg:documentNumber }"
    with pytest.raises(QueryError, match=f"error at 2:{wrong.splitlines()[1].index('}') + 1}:"):
        snapshot.query(wrong)


def test_subjects_are_known(snapshot):
    assert snapshot.has_subject(iri.thing(iri.Kind.DOCUMENT, "vn.bct.nq.2019.52"))
    assert not snapshot.has_subject(iri.thing(iri.Kind.DOCUMENT, "vn.bct.nq.2019.53"))
    assert not snapshot.has_subject("not an <IRI>")


def test_only_rows_are_selected(snapshot):
    with pytest.raises(QueryError, match="SELECT"):
        list(snapshot.select("ASK {}"))
