"""What another office sends: checked, compared, kept apart, counted once, and gone when removed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from policygraph import bundle, export, importing, iri, pipeline, resources, store
from policygraph.errors import CheckError, DataError

ONTOLOGY = resources.directory("ontology")
PLAN = iri.thing(iri.Kind.DOCUMENT, "vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw")
DIRECTIVE = iri.thing(iri.Kind.DOCUMENT, "vn.tw.nq.2019.52")
OFFICE = "Sở Nội vụ"
GRAPH = iri.graph("import-so-noi-vu")
KEY = Ed25519PrivateKey.generate()
TASKS = "SELECT ?t { ?t a pg:Task ; pg:inDocument <" + PLAN + "> }"


@dataclass(frozen=True, slots=True)
class Office:
    """A graph of some documents, and the place where it is built."""

    ttl: Path
    root: Path

    def build(self, imports=None):
        pipeline.build_store(self.ttl, ONTOLOGY, self.root, imports=imports)
        return store.open_read_only(self.root)


def office(folder, *documents, change=("", "")):
    """Registers, with some words changed, and documents."""
    ttl = folder / "ttl"
    ttl.mkdir()
    for path in resources.directory("data/ttl").glob("register-*.ttl"):
        (ttl / path.name).write_text(path.read_text("utf-8").replace(*change), "utf-8")
    for name in documents:
        shutil.copy(resources.directory("data/ttl") / f"{name}.ttl", ttl)
    return Office(ttl, folder / "store")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return office(tmp_path_factory.mktemp("here"), "vn-61.tu.ct.2019.39")


@pytest.fixture(scope="module")
def before(here):
    return here.build()


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """The plan of another province, from an office that dates the directive otherwise."""
    folder = tmp_path_factory.mktemp("there")
    plan = PLAN.rpartition("/")[2]
    there = office(folder, plan, change=('"2019-09-27"^^xsd:date', '"2019-09-28"^^xsd:date'))
    file = folder / "export.zip"
    bundle.save(file, there.build(), export.Selection(document=PLAN), KEY)
    return file


@pytest.fixture
def taken(sent, before, tmp_path):
    return importing.take_in(sent, OFFICE, tmp_path / "imports", before, ONTOLOGY)


def column(snapshot, query):
    return [row["t"].value for row in snapshot.select(query)]


def test_it_tells_what_is_new_the_same_and_in_conflict(taken):
    assert taken.path.name == "import-so-noi-vu.ttl"
    assert (taken.graph, taken.is_signed, taken.replaced) == (GRAPH, True, False)
    found = taken.comparison
    assert found.new > found.same > 50
    assert PLAN in found.new_things
    assert DIRECTIVE not in found.new_things
    assert [(c.subject, c.here, c.there) for c in found.conflicts] == [
        (DIRECTIVE, "2019-09-27", "2019-09-28")
    ]
    told = "\n".join(taken.lines())
    assert "mâu thuẫn / in conflict: 1" in told
    assert "doc:vn.tw.nq.2019.52 dcterms:issued: ở đây / here “2019-09-27”" in told
    assert json.loads(json.dumps(taken.as_json()))["comparison"]["new"] == found.new


def test_the_next_build_has_it_in_a_graph_of_its_own_and_gone_is_gone(taken, sent, here, before):
    assert column(before, TASKS) == []
    imports = taken.path.parent
    after = here.build(imports)
    tasks = column(after, TASKS)
    assert len(tasks) == len(set(tasks)) > 5
    assert column(after, f"SELECT ?t {{ GRAPH ?t {{ <{tasks[0]}> a pg:Task }} }}") == [GRAPH]
    publisher = f"SELECT ?t {{ GRAPH <{GRAPH}> {{ <{GRAPH}> dcterms:publisher ?t }} }}"
    assert column(after, publisher) == [OFFICE]
    traced = f"SELECT ?t {{ <{tasks[0]}> pg:tracesTo ?t FILTER(?t = <{DIRECTIVE}>) }}"
    assert column(after, traced) == [DIRECTIVE], "lineage runs through what was taken in"
    # What both say stands once, so that nothing is counted twice.
    twice = "SELECT ?t { GRAPH ?g { ?t ?p ?o } GRAPH ?h { ?t ?p ?o } FILTER(STR(?g) < STR(?h)) }"
    assert set(column(after, twice)) == set(column(before, twice))

    again = importing.take_in(sent, OFFICE, imports, after, ONTOLOGY)
    assert again.replaced
    assert again.comparison == taken.comparison, "not held against itself"
    assert [(one.office, one.path) for one in importing.kept(imports)] == [(OFFICE, taken.path)]

    with pytest.raises(DataError, match="“Sở Nội vụ”"):
        importing.remove("Sở Y tế", imports)
    importing.remove(OFFICE, imports)
    assert importing.kept(imports) == []
    assert here.build(imports).hash == before.hash


def test_what_is_not_whole_not_trusted_or_out_of_shape_is_not_taken(
    sent, before, tmp_path, monkeypatch
):
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(sent) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"2019-09-28", b"2019-09-29"))
    stray = tmp_path / "stray.zip"
    thing = ox.NamedNode(iri.thing(iri.Kind.TASK, "stray"))
    quad = ox.Quad(
        thing, ox.NamedNode(iri.PREFIXES["rdf"] + "type"), ox.NamedNode(iri.term("Task")),
        ox.NamedNode(iri.graph("stray")),
    )  # fmt: skip
    monkeypatch.setattr(export, "extract", lambda snapshot, selection: [quad])
    bundle.save(stray, before, export.Selection(document=PLAN), KEY)
    other = Ed25519PrivateKey.generate().public_key()
    imports = tmp_path / "imports"
    for file, trusted, told in (
        (changed, None, r"graph\.nq: đã bị thay đổi"),
        (sent, other, "not of the key"),
        (stray, None, "task:stray"),
    ):
        with pytest.raises(CheckError, match=told):
            importing.take_in(file, OFFICE, imports, before, ONTOLOGY, trusted)
    with pytest.raises(DataError, match="no export"):
        importing.take_in(Path(__file__), OFFICE, imports, before, ONTOLOGY)
    assert not imports.exists()


def policygraph(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "policygraph", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command(sent, here, before, tmp_path):
    places = ("--imports", str(tmp_path / "imports"), "--store", str(here.root))
    public = tmp_path / "office.pem"
    public.write_bytes(
        KEY.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    nobody = policygraph("import", str(sent), *places)
    assert nobody.returncode == 2
    assert "--office" in nobody.stderr
    whole = policygraph("verify", str(sent), "--key", str(public))
    assert "chữ ký của khóa đã cho / signed by the given key" in whole.stdout
    done = policygraph("import", str(sent), "--office", OFFICE, "--key", str(public), *places)
    assert done.returncode == 0, done.stderr
    assert "toàn vẹn, đúng khuôn / whole, in shape; có chữ ký / signed" in done.stdout
    assert "mâu thuẫn / in conflict: 1" in done.stdout
    assert OFFICE in policygraph("import", *places).stdout
    gone = policygraph("import", "--remove", OFFICE, *places)
    assert "đã bỏ / removed" in gone.stdout
    assert not list((tmp_path / "imports").iterdir())
    missing = policygraph("import", "--remove", OFFICE, *places)
    assert missing.returncode == 1
    assert "no such import" in missing.stderr
