"""Exports stand alone, say the same in every form, and tell what was changed in them."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rdflib import Dataset, Graph, Variable

from policygraph import (
    bundle,
    catalogue,
    export,
    iri,
    lineage,
    reason,
    resources,
    store,
    tabular,
)
from policygraph.errors import CheckError, DataError, QueryError
from policygraph.export import Selection

AGENCY = iri.thing(iri.Kind.AGENCY, "vn-61.so-thong-tin-va-truyen-thong")
PLAN = iri.thing(iri.Kind.DOCUMENT, "vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw")
DIRECTIVE = iri.thing(iri.Kind.DOCUMENT, "vn.tw.nq.2019.52")
PARTS = {
    "agency": Selection(agency=AGENCY),
    "document": Selection(document=PLAN),
    "place": Selection(place=iri.thing(iri.Kind.PLACE, "vn-21")),
    "year": Selection(year=2019),
    "lineage": Selection(lineage=DIRECTIVE),
    "agency and year": Selection(agency=AGENCY, year=2021),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    root = tmp_path_factory.mktemp("export") / "store"
    ttl, ontology = resources.directory("data/ttl"), resources.directory("ontology")
    store.build(ttl, ontology, root, lineage.derive)
    return store.open_read_only(root)


@pytest.fixture(scope="module")
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def signed(corpus, key, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "plan.zip"
    bundle.save(path, corpus, PARTS["document"], key)
    return path


@pytest.mark.parametrize("name", PARTS)
def test_a_part_keeps_to_the_shapes_alone(corpus, name, tmp_path):
    quads = export.extract(corpus, PARTS[name])
    path = tmp_path / "part.ttl"
    with path.open("wb") as out:
        export.write(quads, export.FORMATS["ttl"], out)
    assert reason.check_shapes([path], resources.directory("ontology")).triples > 100


def test_an_agency_comes_with_its_tasks_and_their_words(corpus):
    part = export.as_snapshot(export.extract(corpus, PARTS["agency"]))
    question = "SELECT (COUNT(DISTINCT ?t) AS ?n) WHERE { ?a pg:agency <%s> ; pg:assigns ?t }"
    count = [[str(row["n"]) for row in g.select(question % AGENCY)] for g in (corpus, part)]
    assert count[0] == count[1] != ['"0"']
    unproved = "SELECT ?t WHERE { ?t a pg:Task FILTER NOT EXISTS { ?t pg:evidence/pg:quote ?q } }"
    assert not list(part.select(unproved))


def test_a_document_is_whole(corpus):
    part = export.as_snapshot(export.extract(corpus, PARTS["document"]))
    question = f"SELECT ?s ?p ?o WHERE {{ ?s pg:inDocument <{PLAN}> ; ?p ?o }} ORDER BY ?s ?p ?o"
    assert list(part.select(question)) == list(corpus.select(question))


def test_a_part_says_nothing_that_the_whole_does_not(corpus):
    whole = set(export.everything(corpus))
    for selection in PARTS.values():
        assert set(export.extract(corpus, selection)) < whole


def test_nothing_chosen_is_told(corpus):
    with pytest.raises(QueryError, match="nothing answers"):
        export.extract(corpus, Selection(year=1901))


# rdflib's own parsers and serialisers call what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
@pytest.mark.parametrize("selection", [Selection(), PARTS["document"]], ids=["whole", "part"])
def test_every_form_says_the_same(corpus, selection):
    """Read by Oxigraph and by rdflib, as bytes of the canonical form."""
    read = {e: b"".join(export.stream(corpus, selection, e)) for e in export.FORMATS}
    parsed = {e: list(ox.parse(read[e], format=export.FORMATS[e])) for e in read}
    whole = export.canonical(parsed["nq"])
    assert whole == export.canonical(parsed["jsonld"])
    flat = export.canonical(export.merged(parsed["nq"]))
    assert flat == export.canonical(parsed["ttl"])
    if selection.is_everything:
        return
    by_rdflib = Dataset()
    by_rdflib.parse(data=read["nq"], format="nquads")
    again = by_rdflib.serialize(format="nquads", encoding="utf-8")
    assert export.canonical(ox.parse(again, format=ox.RdfFormat.N_QUADS)) == whole
    for extension, name in (("ttl", "turtle"), ("jsonld", "json-ld")):
        graph = Dataset(default_union=True) if extension == "jsonld" else Graph()
        graph.parse(data=read[extension], format=name)
        found = set(graph.triples((None, None, None)))
        lines = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in found)
        assert export.canonical(export.merged(ox.parse(lines, format=ox.RdfFormat.TURTLE))) == flat


def test_the_whole_graph_comes_in_chunks(corpus):
    chunks = list(export.stream(corpus, Selection(), "nq"))
    assert len(chunks) > 5
    assert max(map(len, chunks)) <= export.CHUNK
    assert b"".join(chunks).count(b"\n") == len(corpus)


def test_the_canonical_form_is_sorted_in_files(corpus, monkeypatch):
    monkeypatch.setattr(export, "_RUN", 100_000)
    out = io.BytesIO()
    export.write_canonical(corpus, out)
    assert out.getvalue() == export.canonical(export.everything(corpus))


def test_only_quads_with_blank_nodes_are_canonicalised(corpus, monkeypatch):
    """The engine does it in one go that stops every other thread; names are those of the whole."""
    quads = export.everything(corpus)
    whole = ox.Dataset(quads)
    whole.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    written = ox.serialize(whole, format=ox.RdfFormat.N_QUADS) or b""
    canonical = export.canonical
    assert canonical(quads) == b"".join(sorted(written.splitlines(keepends=True)))
    counts = []

    def counted(some):
        given = list(some)
        counts.append(len(given))
        return canonical(given)

    monkeypatch.setattr(export, "canonical", counted)
    export.write_canonical(corpus, io.BytesIO())
    assert 0 < sum(counts) < len(quads) / 100


def test_blank_nodes_are_named_as_the_canonical_form_does(tmp_path):
    loaded = ox.Store(str(tmp_path / "store"))
    turtle = "<http://x/a> <http://x/p> [ <http://x/q> ' _:b' ], [ <http://x/q> 1 ] ."
    loaded.bulk_load(turtle.encode(), format=ox.RdfFormat.TURTLE)
    loaded.flush()
    quads = list(loaded)
    del loaded
    out = io.BytesIO()
    export.write_canonical(store.open_read_only(tmp_path / "store"), out)
    assert out.getvalue() == export.canonical(quads)
    assert b"_:c14n0" in out.getvalue()


def test_a_reader_may_leave(corpus):
    for number, chunk in enumerate(export.stream(corpus, Selection(), "nq")):
        assert chunk
        if number:
            break


def test_tables_are_what_they_are_said_to_be(corpus):
    described = json.loads(tabular.csvw())
    names = {table["url"]: table for table in described["tables"]}
    for table in tabular.tables():
        out = io.BytesIO()
        tabular.write_csv(corpus, table, out)
        rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8"))))
        schema = names[f"{table.name}.csv"]["tableSchema"]
        assert list(rows[0]) == [column["name"] for column in schema["columns"]]
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys)
        assert all(all(key) for key in keys)


@pytest.mark.parametrize(
    ("table", "klass"), [("documents", "PolicyDocument"), ("tasks", "Task"), ("targets", "Target")]
)
def test_tables_have_every_thing(corpus, table, klass):
    chosen = next(t for t in tabular.tables() if t.name == table)
    things = {r["x"].value for r in corpus.select(f"SELECT DISTINCT ?x {{ ?x a pg:{klass} }}")}
    assert {row[0] for row in tabular.rows(corpus, chosen)} == things


def test_the_workbook_keeps_diacritics_and_runs_no_formula(corpus):
    loaded = ox.Store()
    task, document = (ox.NamedNode(f"https://example.org/{n}") for n in ("t", "d"))
    for predicate, value in (
        (iri.PREFIXES["rdf"] + "type", ox.NamedNode(iri.term("Task"))),
        (iri.term("inDocument"), document),
        (iri.term("text"), ox.Literal("=1+1", language="vi")),
    ):
        loaded.add(ox.Quad(task, ox.NamedNode(predicate), value, document))
    for source, expected in (
        (corpus, None),
        (store.Snapshot(loaded, Path(), None), "=1+1"),
    ):
        out = io.BytesIO()
        tabular.write_workbook(source, out)
        book = openpyxl.load_workbook(out)
        assert book.sheetnames == ["Văn bản", "Nhiệm vụ", "Phân công", "Chỉ tiêu"]
        cell = book["Nhiệm vụ"]["E2"]
        assert cell.data_type == "s"
        assert expected is None or cell.value == expected
    years = book["Nhiệm vụ"]["H1"].value
    assert years == "Từ năm\nFrom"


def test_what_no_sheet_holds_is_told(corpus, monkeypatch):
    monkeypatch.setattr(tabular, "MAX_ROWS", 20)
    with pytest.raises(QueryError, match="more rows than a sheet holds"):
        tabular.write_workbook(corpus, io.BytesIO())


def opens_in_libreoffice(folder, name):
    """Whether Calc writes a file there as CSV, under the file's name."""
    made = (folder / name).with_suffix(".csv")
    command = [
        *("soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
        *("--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76"),
        *("--outdir", str(folder), str(folder / name)),
    ]
    subprocess.run(command, check=False, capture_output=True)
    return made.exists()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_workbook_opens_in_libreoffice(corpus, tmp_path):
    """Its first sheet as LibreOffice understands it, every title with its diacritics."""
    with (tmp_path / "book.xlsx").open("wb") as out:
        tabular.write_workbook(corpus, out)
    if not opens_in_libreoffice(tmp_path, "book.xlsx"):
        (tmp_path / "plain.txt").write_text("a", encoding="utf-8")
        if not opens_in_libreoffice(tmp_path, "plain.txt"):
            pytest.skip("LibreOffice Calc không chạy được / does not run here")
    with (tmp_path / "book.csv").open(encoding="utf-8", newline="") as sheet:
        shown = {cell for row in csv.reader(sheet) for cell in row}
    documents = next(table for table in tabular.tables() if table.name == "documents")
    place = [column.name for column in documents.columns].index("title")
    titles = {row[place] for row in tabular.rows(corpus, documents)} - {""}
    assert len(titles) > 20
    assert titles <= shown


def test_a_bundle_is_whole_and_signed(signed, key):
    opened = bundle.read(signed)
    bundle.check(opened, key.public_key())
    assert set(bundle.GRAPHS) <= set(opened.contents)
    assert opened.manifest.selection == {"document": PLAN}
    assert len(bundle.sums(opened)) == len(opened.contents)
    assert opened.manifest.quads == len(list(opened.quads()))


def test_equal_graphs_give_equal_bytes(corpus, key, signed):
    """A strong ETag stands for one body: no time of making anywhere."""
    again = signed.with_name("again.zip")
    bundle.save(again, corpus, PARTS["document"], key)
    assert again.read_bytes() == signed.read_bytes()
    with zipfile.ZipFile(signed) as archive:
        book = zipfile.ZipFile(io.BytesIO(archive.read("policygraph.xlsx")))
        for member in (*archive.infolist(), *book.infolist()):
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
        said = book.read("docProps/core.xml").decode()
    assert said.count("1980-01-01T00:00:00Z") == said.count("W3CDTF") == 2


def rewritten(path, change):
    """The bundle with its files passed through ``change``."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in change(members).items():
            archive.writestr(name, content)
    return other


@pytest.mark.parametrize(
    "name", ["graph.nq", "graph.ttl", "tasks.csv", "policygraph.xlsx", "manifest.json"]
)
def test_a_changed_byte_is_found_and_its_file_named(signed, name):
    def flip(members):
        content = bytearray(members[name])
        at = content.rindex(b"9") if name == "manifest.json" else len(content) // 2
        content[at] ^= 1
        return {**members, name: bytes(content)}

    with pytest.raises(CheckError, match=rf"{name}: (đã bị thay đổi|chữ ký)"):
        bundle.check(bundle.read(rewritten(signed, flip)))


def test_a_byte_changed_within_the_archive_is_found_and_its_file_named(signed):
    with zipfile.ZipFile(signed) as archive:
        info = archive.getinfo("graph.ttl")
    content = bytearray(signed.read_bytes())
    content[info.header_offset + len("graph.ttl") + 100 + info.compress_size // 2] ^= 1
    other = signed.with_name("broken.zip")
    other.write_bytes(content)
    with pytest.raises(CheckError, match=r"graph\.ttl: đã bị thay đổi") as raised:
        bundle.check(bundle.read(other))
    assert "graph.nq" not in str(raised.value)


def test_opening_takes_no_more_memory_than_a_piece(tmp_path):
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("graph.nq", bytes(64 * export.CHUNK))
        archive.writestr(
            bundle.MANIFEST,
            bundle.Manifest("x", "x", None, {}, 0, "", (), None).text(),
        )
    tracemalloc.start()
    try:
        opened = bundle.read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert opened.contents["graph.nq"].bytes == 64 * export.CHUNK
    assert peak < 16 * export.CHUNK


def test_missing_and_added_files_are_named(signed):
    gone = rewritten(signed, lambda m: {n: c for n, c in m.items() if n != "tasks.csv"})
    with pytest.raises(CheckError, match=r"tasks\.csv: thiếu"):
        bundle.check(bundle.read(gone))
    more = rewritten(signed, lambda m: {**m, "virus.exe": b"x"})
    with pytest.raises(CheckError, match=r"virus\.exe: không có trong bản kê"):
        bundle.check(bundle.read(more))
    unsigned = rewritten(signed, lambda m: {n: c for n, c in m.items() if n != "manifest.sig"})
    with pytest.raises(CheckError, match=r"manifest\.sig"):
        bundle.check(bundle.read(unsigned))


def test_another_signature_is_not_trusted(signed):
    other = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(CheckError, match="not of the key"):
        bundle.check(bundle.read(signed), other)


def test_keys_are_read_from_pem(tmp_path, key):
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    read = bundle.private_key(private)
    bundle.public_key(public).verify(read.sign(b"x"), b"x")
    for reader, wrong in ((bundle.private_key, public), (bundle.public_key, private)):
        with pytest.raises(DataError):
            reader(wrong)


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all"])
def test_what_is_no_bundle_is_told(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(DataError, match="no export"):
        bundle.read(path)


def test_an_archive_without_a_manifest_is_told(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(DataError, match=r"manifest\.json"):
        bundle.read(path)


def test_a_catalogue_is_counted_once_whatever_the_host_is_called(corpus, monkeypatch):
    told = catalogue.turtle(corpus, corpus.hash, "https://one.example")
    monkeypatch.setattr(type(corpus), "query", None)
    again = catalogue.turtle(corpus, corpus.hash, "https://other.example")
    assert again == told.replace(b"one.example", b"other.example")


def test_the_catalogue_counts_what_is_there(corpus):
    graph = Graph().parse(data=catalogue.turtle(corpus, "b", "http://x/"), format="turtle")
    question = f"SELECT ?n {{ <{catalogue.DATASET}> <{catalogue.VOID}triples> ?n }}"
    triples = {quad.triple for quad in export.everything(corpus)}
    assert [str(row[Variable("n")]) for row in graph.query(question).bindings] == [
        str(len(triples))
    ]
    question = f"""SELECT ?n {{ ?p <{catalogue.VOID}class> <{iri.term("Task")}> ;
        <{catalogue.VOID}entities> ?n }}"""
    tasks = list(corpus.select("SELECT DISTINCT ?t { ?t a pg:Task }"))
    assert [str(row[Variable("n")]) for row in graph.query(question).bindings] == [str(len(tasks))]
    assert "http://x/export/policygraph.nq" in graph.serialize()
