"""Review: rows that are wrong, what a decision changes, and that withdrawing it undoes all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil

import pytest
from rich.console import Console

from policygraph import (
    decisions,
    iri,
    lineage,
    queries,
    resources,
    review,
    review_terminal,
    reviewing,
    store,
)
from policygraph.decisions import COLUMNS, Decision
from policygraph.errors import DataError, UnknownThing
from policygraph.lookup import Lookup
from policygraph.rdf import files, terms
from policygraph.rdf.said import Said
from policygraph.reviewing import Answer

D99 = "vn-21.ubnd.kh.2020.99"
TTL = f"""\
@prefix agency: <{iri.THINGS}agency/> .
@prefix assignment: <{iri.THINGS}assignment/> .
@prefix citation: <{iri.THINGS}citation/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix doc: <{iri.THINGS}doc/> .
@prefix evidence: <{iri.THINGS}evidence/> .
@prefix metadata: <{iri.THINGS}metadata/> .
@prefix part: <{iri.THINGS}part/> .
@prefix pg: <{iri.ONTOLOGY}> .
@prefix role: <{iri.VOCAB}role/> .
@prefix status: <{iri.VOCAB}status/> .
@prefix target: <{iri.THINGS}target/> .
@prefix task: <{iri.THINGS}task/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

doc:{D99} a pg:PolicyDocument ; pg:documentNumber "99/KH-UBND" ;
    dcterms:issued "2020-05-04"^^xsd:date ; pg:recipient "Sở A"@vi, "Sở B"@vi ;
    pg:implements doc:vn.tw.nq.2019.52 ; pg:basedOn doc:vn.cp.nq.2020.50 ;
    pg:cites doc:vn.ttg.qd.2020.749 .
part:{D99}.II.1 a pg:DocumentPart ; pg:partOf doc:{D99} .

citation:{D99}.10-30 a pg:Citation ; pg:inDocument doc:{D99} ; pg:citingPart part:{D99}.II.1 ;
    pg:citingSubject doc:{D99} ; pg:relation pg:implements ; pg:citedDocument doc:vn.tw.nq.2019.52 ;
    pg:rule "title" ; pg:confidence 0.9 ; pg:status status:proposed ;
    pg:evidence evidence:{D99}.10-30 .
evidence:{D99}.10-30 a pg:Evidence ; pg:quote "thực hiện Nghị quyết" ; pg:start 10 ; pg:end 30 ;
    pg:sourceFile "99.txt" .
citation:{D99}.40-50 a pg:Citation ; pg:inDocument doc:{D99} ; pg:citingPart part:{D99}.II.1 ;
    pg:citingSubject doc:{D99} ; pg:relation pg:implements ; pg:citedDocument doc:vn.tw.nq.2019.52 ;
    pg:rule "body" ; pg:confidence 0.5 ; pg:status status:proposed .
citation:{D99}.60-70 a pg:Citation ; pg:inDocument doc:{D99} ; pg:citingPart part:{D99}.II.1 ;
    pg:citingSubject doc:{D99} ; pg:relation pg:basedOn ; pg:citedDocument doc:vn.cp.nq.2020.50 ;
    pg:rule "body" ; pg:confidence 0.7 ; pg:status status:proposed .

metadata:{D99}.date a pg:Metadata ; pg:inDocument doc:{D99} ; pg:field dcterms:issued ;
    pg:surface "2020-05-04"@vi ; pg:rule "date" ; pg:confidence 0.8 ; pg:status status:proposed .
metadata:{D99}.recipient-0 a pg:Metadata ; pg:inDocument doc:{D99} ; pg:field pg:recipient ;
    pg:surface "Sở A"@vi ; pg:rule "to" ; pg:confidence 0.8 ; pg:status status:proposed .
metadata:{D99}.recipient-1 a pg:Metadata ; pg:inDocument doc:{D99} ; pg:field pg:recipient ;
    pg:surface "Sở B"@vi ; pg:rule "to" ; pg:confidence 0.8 ; pg:status status:proposed .

task:{D99}.II.1 a pg:Task ; pg:inDocument doc:{D99} ; pg:stipulatedIn part:{D99}.II.1 ;
    pg:text "Xây dựng hạ tầng số"@vi ; pg:leadAgency agency:vn-21.ubnd ; pg:rule "point" ;
    pg:confidence 0.6 ; pg:status status:proposed .
assignment:{D99}.II.1.lead a pg:Assignment ; pg:inDocument doc:{D99} ;
    pg:assigns task:{D99}.II.1 ; pg:agency agency:vn-21.ubnd ; pg:role role:lead ;
    pg:rule "subject" ; pg:confidence 0.7 ; pg:status status:proposed .
target:{D99}.II.1.v1 a pg:Target ; pg:inDocument doc:{D99} ; pg:text "đạt 80 %"@vi ;
    pg:value 80.0 ; pg:deadline "2025"^^xsd:gYear ; pg:rule "figure" ; pg:confidence 0.65 ;
    pg:status status:proposed .
"""
DOC = iri.thing(iri.Kind.DOCUMENT, D99)
TITLE = f"citation:{D99}.10-30"
BODY = f"citation:{D99}.40-50"
BASED = f"citation:{D99}.60-70"
TASK = f"task:{D99}.II.1"
LEAD = f"assignment:{D99}.II.1.lead"
TARGET = f"target:{D99}.II.1.v1"
ISSUED = f"metadata:{D99}.date"
TEXT = "Kế hoạch\n\nthực hiện Nghị quyết số 52 của Bộ Chính trị"


@pytest.fixture
def ttl(tmp_path):
    directory = tmp_path / "ttl"
    directory.mkdir()
    (directory / f"{D99}.ttl").write_text(TTL, encoding="utf-8")
    return directory


def said(ttl, applied=None):
    name = f"{D99}.ttl"
    given = applied.files if applied else {}
    content = given[name] if name in given else (ttl / name).read_bytes()
    return Said(files.parse(content, name))


def full(name):
    return terms.expand(name)


def row(ttl, assertion, decision, field="", value="", **other):
    cells = {
        "assertion": assertion,
        "decision": decision,
        "field": field,
        "value": value,
        "name": "Nguyễn Thị Bình",
        "date": "2026-11-22",
        "reason": "đã đọc lại",
        "fingerprint": review.fingerprint(said(ttl), full(assertion)),
    }
    return {**cells, **other}


def write(ttl, *rows, file="binh.csv"):
    directory = ttl.parent / "review"
    directory.mkdir(exist_ok=True)
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    (directory / file).write_text(out.getvalue(), encoding="utf-8")
    return directory


def applied(ttl, *rows):
    done = review.overlay(ttl, decisions.load(write(ttl, *rows)))
    return said(ttl, done), done


def values(graph, subject, predicate):
    return graph.values(full(subject), full(predicate))


# --- reading rows ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"assertion": "nothing:x"}, "not the IRI of an assertion"),
        ({"assertion": f"doc:{D99}"}, "not the IRI of an assertion"),
        ({"decision": "perhaps"}, "perhaps"),
        ({"date": "22/11/2026"}, "22/11/2026"),
        ({"name": " "}, "needs a name"),
        ({"reason": ""}, "to reject needs a reason"),
        ({"fingerprint": "x"}, "16 hexadecimal"),
        ({"field": "pg:relation"}, "names no field"),
        ({"decision": "correct"}, "'' of a citation cannot be corrected"),
        ({"decision": "correct", "field": "pg:rule", "value": "x"}, "'pg:rule'"),
        ({"decision": "correct", "field": "pg:relation", "value": "pg:text"}, "not a relation"),
        ({"decision": "correct", "field": "pg:relation"}, "needs a value"),
        ({"decision": "correct", "field": "pg:citedDocument", "value": "agency:x"}, "not a doc"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(ttl, change, message):
    directory = write(ttl, row(ttl, BODY, "accept"), {**row(ttl, TITLE, "reject"), **change})
    with pytest.raises(DataError, match=r"binh\.csv:3: ") as caught:
        decisions.load(directory)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("pg:value", "tám mươi", "no decimal number"),
        ("pg:value", "NaN", "no decimal number"),
        ("pg:deadline", "25", "no year"),
        ("pg:unit", "pg:unit", "not a unit"),
        ("pg:indicator", "", "needs a value"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(ttl, field, value, message):
    with pytest.raises(DataError, match=message):
        decisions.load(write(ttl, row(ttl, TARGET, "correct", field, value)))


def test_other_columns_and_other_bytes_are_refused(ttl):
    directory = write(ttl)
    (directory / "binh.csv").write_text("assertion,decision\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"binh\.csv:1: the columns must be"):
        decisions.load(directory)
    (directory / "binh.csv").write_text(",".join(COLUMNS) + "\na,b\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"binh\.csv:2: 2 cells"):
        decisions.load(directory)
    (directory / "binh.csv").write_bytes(b"\xff")
    with pytest.raises(DataError, match="cannot be read"):
        decisions.load(directory)


def test_no_directory_means_no_review_yet(ttl, tmp_path):
    assert decisions.load(tmp_path / "nowhere") == ()
    assert review.overlay(ttl, ()) == review.Applied({}, ())


# --- what a decision changes -----------------------------------------------------------------


def test_a_rejected_citation_states_nothing_and_keeps_its_evidence(ttl):
    graph, done = applied(ttl, row(ttl, BASED, "reject"))
    assert done.warnings == ()
    assert values(graph, BASED, "pg:status") == [iri.concept("status", "rejected")]
    assert values(graph, BASED, "rdf:type") == [iri.term("RejectedAssertion")]
    for predicate in ("pg:relation", "pg:citedDocument", "pg:citingSubject"):
        assert values(graph, BASED, predicate) == []
    assert values(graph, BASED, "pg:rule") == ["body"]
    assert graph.values(DOC, iri.term("basedOn")) == []
    assert graph.values(DOC, iri.term("implements"))


def test_a_relation_stays_while_another_citation_supports_it(ttl):
    one, _ = applied(ttl, row(ttl, TITLE, "reject"))
    assert one.values(DOC, iri.term("implements"))
    both, _ = applied(ttl, row(ttl, TITLE, "reject"), row(ttl, BODY, "reject"))
    assert both.values(DOC, iri.term("implements")) == []


def test_what_no_assertion_of_the_graph_stated_is_left_alone(ttl):
    graph, _ = applied(ttl, *(row(ttl, c, "reject") for c in (TITLE, BODY, BASED)))
    assert graph.values(DOC, iri.term("cites"))


def test_an_accepted_assertion_changes_its_status_only(ttl):
    graph, _ = applied(ttl, row(ttl, TITLE, "accept", reason=""))
    before = said(ttl)
    assert values(graph, TITLE, "pg:status") == [iri.concept("status", "accepted")]
    before.put(full(TITLE), full("pg:status"), *graph.objects(full(TITLE), full("pg:status")))
    assert set(before.graph()) == set(graph.graph())


def test_a_corrected_citation_moves_its_relation(ttl):
    graph, _ = applied(
        ttl,
        row(ttl, BASED, "correct", "pg:citedDocument", "doc:vn.cp.nq.2021.50"),
        row(ttl, BASED, "correct", "pg:relation", "pg:implements"),
    )
    assert graph.values(DOC, iri.term("basedOn")) == []
    assert iri.thing(iri.Kind.DOCUMENT, "vn.cp.nq.2021.50") in graph.values(
        DOC, iri.term("implements")
    )
    assert iri.term("CorrectedAssertion") in values(graph, BASED, "rdf:type")
    assert iri.term("Citation") in values(graph, BASED, "rdf:type")
    notes = values(graph, BASED, "pg:note")
    assert any("pg:citedDocument: doc:vn.cp.nq.2020.50 → doc:vn.cp.nq.2021.50" in n for n in notes)
    assert all("Nguyễn Thị Bình, 2026-11-22" in n for n in notes)


def test_a_corrected_lead_moves_its_shortcut(ttl):
    graph, _ = applied(ttl, row(ttl, LEAD, "correct", "pg:agency", "agency:vn-21.so-tai-chinh"))
    assert values(graph, TASK, "pg:leadAgency") == [full("agency:vn-21.so-tai-chinh")]
    graph, _ = applied(ttl, row(ttl, LEAD, "correct", "pg:role", "role:coordinate"))
    assert values(graph, TASK, "pg:leadAgency") == []
    assert values(graph, TASK, "pg:coordinatingAgency") == [full("agency:vn-21.ubnd")]


def test_a_corrected_figure_and_one_that_is_not_there(ttl):
    graph, _ = applied(
        ttl,
        row(ttl, TARGET, "correct", "pg:value", "85"),
        row(ttl, TARGET, "correct", "pg:deadline", ""),
    )
    assert values(graph, TARGET, "pg:value") == ["85.0"]
    assert values(graph, TARGET, "pg:deadline") == []
    assert any("2025 → ∅" in note for note in values(graph, TARGET, "pg:note"))


def test_metadata_speak_for_their_document(ttl):
    graph, _ = applied(ttl, row(ttl, ISSUED, "correct", "dcterms:issued", "2020-05-05"))
    assert values(graph, f"doc:{D99}", "dcterms:issued") == ["2020-05-05"]
    graph, _ = applied(ttl, row(ttl, ISSUED, "reject"))
    assert values(graph, f"doc:{D99}", "dcterms:issued") == []
    graph, _ = applied(ttl, row(ttl, f"metadata:{D99}.recipient-0", "reject"))
    assert values(graph, f"doc:{D99}", "pg:recipient") == ["Sở B"]
    with pytest.raises(DataError, match=r"binh\.csv:2: .* does not speak of"):
        applied(ttl, row(ttl, ISSUED, "correct", "dcterms:title", "Kế hoạch"))


def test_with_a_task_go_its_assignments(ttl):
    graph, _ = applied(ttl, row(ttl, TASK, "reject"))
    assert values(graph, TASK, "pg:leadAgency") == []
    assert values(graph, TASK, "pg:text") == ["Xây dựng hạ tầng số"]
    assert values(graph, LEAD, "pg:status") == [iri.concept("status", "rejected")]
    assert values(graph, LEAD, "pg:assigns") == []


def test_the_latest_decision_holds(ttl):
    earlier = row(ttl, BASED, "reject", date="2026-11-20")
    graph, _ = applied(ttl, row(ttl, BASED, "accept"), earlier)
    assert values(graph, BASED, "pg:status") == [iri.concept("status", "accepted")]
    corrected = row(ttl, BASED, "correct", "pg:relation", "pg:cites", date="2026-11-21")
    graph, _ = applied(ttl, earlier, corrected)
    assert graph.values(DOC, iri.term("basedOn")) == []
    assert len(graph.values(DOC, iri.term("cites"))) == 2
    graph, _ = applied(ttl, earlier, corrected, row(ttl, BASED, "accept"))
    assert values(graph, BASED, "pg:relation") == [iri.term("basedOn")]


def test_two_people_who_disagree_on_one_day_are_told(ttl):
    _, done = applied(ttl, row(ttl, BASED, "accept"), row(ttl, BASED, "reject", name="Trần Văn An"))
    (warning,) = done.warnings
    assert "binh.csv:3" in warning
    assert "Nguyễn Thị Bình (accept)" in warning
    assert "Trần Văn An (reject)" in warning


def test_who_when_and_why_are_in_the_graph(ttl):
    _, done = applied(
        ttl,
        row(ttl, BASED, "reject", date="2026-11-20"),
        row(ttl, BASED, "correct", "pg:relation", "pg:cites"),
    )
    record = Said(files.parse(done.files[review.GRAPH_FILE], "review"))
    first, second = (
        iri.thing(iri.Kind.REVIEW, "citation", f"{D99}.60-70", number) for number in "12"
    )
    person = record.value(second, full("prov:wasAssociatedWith"))
    assert person is not None
    assert record.values(person, full("rdfs:label")) == ["Nguyễn Thị Bình"]
    assert record.values(first, full("pg:decision")) == [iri.concept("status", "rejected")]
    assert record.values(first, full("dcterms:date")) == ["2026-11-20"]
    assert record.values(second, full("pg:note")) == ["đã đọc lại"]
    assert record.values(second, full("pg:correctedFrom")) == ["pg:basedOn"]
    assert record.values(second, full("pg:correctedTo")) == ["pg:cites"]
    assert [record.values(n, full("pg:inEffect")) for n in (first, second)] == [["false"], ["true"]]


# --- rebuilds --------------------------------------------------------------------------------


def test_a_review_survives_what_does_not_matter(ttl):
    rejected = row(ttl, TITLE, "reject")
    path = ttl / f"{D99}.ttl"
    text = path.read_text(encoding="utf-8")
    text = text.replace("confidence 0.9", "confidence 0.4").replace('"title"', '"t2"')
    path.write_text(text, encoding="utf-8")
    graph, done = applied(ttl, rejected)
    assert done.warnings == ()
    assert values(graph, TITLE, "pg:status") == [iri.concept("status", "rejected")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("thực hiện Nghị quyết", "theo Nghị quyết"),
        ("pg:relation pg:implements", "pg:relation pg:cites"),
    ],
)
def test_a_review_of_what_has_changed_is_told_and_not_applied(ttl, old, new):
    rejected = row(ttl, TITLE, "reject")
    path = ttl / f"{D99}.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    graph, done = applied(ttl, rejected)
    (warning,) = done.warnings
    assert "binh.csv:2" in warning
    assert TITLE in warning
    assert "has changed" in warning
    assert values(graph, TITLE, "pg:status") == [iri.concept("status", "proposed")]


def test_a_review_of_what_is_gone_is_told(ttl):
    gone = row(ttl, TITLE, "reject")
    path = ttl / f"{D99}.ttl"
    path.write_text(path.read_text("utf-8").replace("10-30", "11-31"), encoding="utf-8")
    _, done = applied(ttl, gone)
    (warning,) = done.warnings
    assert TITLE in warning
    assert "no longer in the graph" in warning
    assert set(done.files) == {review.GRAPH_FILE}


def test_an_assertion_of_a_register_is_found_there(ttl):
    path = ttl / f"{D99}.ttl"
    fact = (
        f"@prefix pg: <{iri.ONTOLOGY}> .\n@prefix citation: <{iri.THINGS}citation/> .\n"
        f"@prefix doc: <{iri.THINGS}doc/> .\n"
        f"citation:{D99}.register-1 a pg:Citation ; pg:inDocument doc:{D99} ; "
        f"pg:relation pg:implements ; pg:citedDocument doc:vn.tw.nq.2019.52 .\n"
        f"doc:{D99} pg:implements doc:vn.tw.nq.2019.52 .\n"
    )
    (ttl / "register-documents.ttl").write_text(fact, encoding="utf-8")
    register = Said(files.parse(fact.encode(), "register"))
    name = f"citation:{D99}.register-1"
    cells = row(ttl, name, "reject", fingerprint=review.fingerprint(register, full(name)))
    done = review.overlay(ttl, decisions.load(write(ttl, cells)))
    assert path.name not in done.files
    graph = Said(files.parse(done.files["register-documents.ttl"], "register"))
    assert graph.values(DOC, iri.term("implements")) == []


def rebuilt(ttl, tmp_path, *rows):
    """A store built of the files as a build with this review loads them."""
    loaded = tmp_path / "loaded"
    shutil.rmtree(loaded, ignore_errors=True)
    shutil.copytree(ttl, loaded)
    done = review.overlay(ttl, decisions.load(write(ttl, *rows)))
    for name, content in done.files.items():
        (loaded / name).write_bytes(content)
    store.build(loaded, resources.directory("ontology"), tmp_path / "store", lineage.derive)
    return store.open_read_only(tmp_path / "store")


def tracing(snapshot, document):
    catalogue = queries.load(resources.directory("queries"))
    bound = queries.bind(catalogue["tasks-tracing-to"], {"document": document}, Lookup(snapshot))
    return [record["task"] for record in queries.records(snapshot, bound)]


def test_a_rejected_citation_leaves_the_lineage_and_comes_back(ttl, tmp_path):
    (ttl / "register-documents.ttl").write_text(
        f"<{iri.THINGS}doc/vn.tw.nq.2019.52> a <{iri.term('PolicyDocument')}> ; "
        f'<{iri.term("documentNumber")}> "52-NQ/TW" .\n',
        encoding="utf-8",
    )
    rejected = [row(ttl, name, "reject") for name in (TITLE, BODY)]
    assert tracing(rebuilt(ttl, tmp_path), "52-NQ/TW") == [full(TASK)]
    assert tracing(rebuilt(ttl, tmp_path, *rejected), "52-NQ/TW") == []
    assert tracing(rebuilt(ttl, tmp_path, rejected[0]), "52-NQ/TW") == [full(TASK)]
    assert tracing(rebuilt(ttl, tmp_path), "52-NQ/TW") == [full(TASK)]


def test_every_shortcut_of_the_corpus_is_supported_and_a_review_of_nothing_changes_nothing():
    for path in sorted(resources.directory("data/ttl").glob("vn*.ttl")):
        content = path.read_bytes()
        graph = Said(files.parse(content, path))
        supported = review.supported(graph)
        assert supported
        for subject, predicate, value in supported:
            assert value in graph.objects(subject, predicate), path.name
        review.apply(graph, {})
        assert terms.turtle(graph.graph()) == content


# --- walking ---------------------------------------------------------------------------------


DAY = dt.date(2026, 11, 22)


def test_the_least_certain_come_first(ttl):
    found = reviewing.items(ttl)
    assert [decisions.short(item.assertion) for item in found][:3] == [BODY, TASK, TARGET]
    assert [item.confidence for item in found] == sorted(item.confidence for item in found)


def test_each_answer_is_on_disk_before_the_next_question(ttl, tmp_path):
    directory = tmp_path / "review"
    found = reviewing.items(ttl)
    seen: list[str] = []

    def ask(item, number, count):
        rows = decisions.load(directory)
        assert len(rows) == len(seen)
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(item.assertion)
        return Answer(Decision.REJECT, reason="không đúng,\n“chỗ” này")

    with pytest.raises(KeyboardInterrupt):
        reviewing.walk(found, directory, "Nguyễn Thị Bình", DAY, ask)
    rows = decisions.load(directory)
    assert [r.assertion for r in rows] == seen
    assert {r.reason for r in rows} == {"không đúng, “chỗ” này"}
    assert (directory / "nguyen-thi-binh.csv").is_file()
    rest = reviewing.pending(found, rows)
    assert [item.assertion for item in rest] == [i.assertion for i in found[2:]]
    assert review.overlay(ttl, rows).warnings == ()


def test_skipping_writes_nothing_and_stopping_ends(ttl, tmp_path):
    answers = iter([Answer(None), Answer(Decision.ACCEPT), None])
    made = reviewing.walk(
        reviewing.items(ttl), tmp_path / "review", "An", DAY, lambda *_: next(answers)
    )
    assert made == 1
    (kept,) = decisions.load(tmp_path / "review")
    assert kept.assertion == full(TASK)


def test_what_has_changed_is_asked_again(ttl, tmp_path):
    directory = tmp_path / "review"
    everything = reviewing.items(ttl)
    reviewing.walk(everything, directory, "An", DAY, lambda *_: Answer(Decision.ACCEPT))
    assert reviewing.pending(reviewing.items(ttl), decisions.load(directory)) == []
    path = ttl / f"{D99}.ttl"
    path.write_text(path.read_text("utf-8").replace("đạt 80 %", "đạt 81 %"), encoding="utf-8")
    (again,) = reviewing.pending(reviewing.items(ttl), decisions.load(directory))
    assert decisions.short(again.assertion) == TARGET


def test_a_quote_is_shown_in_its_context(tmp_path):
    (tmp_path / "99.txt").write_text(TEXT, encoding="utf-8")
    quote = review.Quote(10, 30, "99.txt", "thực hiện Nghị quyết")
    assert review_terminal.context(tmp_path, quote, 3) == (
        "Kế hoạch",
        "thực hiện Nghị quyết",
        "số 52 của",
    )
    with pytest.raises(UnknownThing, match=r"99\.txt:11-31"):
        review_terminal.context(tmp_path, review.Quote(11, 31, "99.txt", "thực hiện Nghị quyết"))


def test_the_terminal_asks_until_the_answer_fits(ttl, tmp_path, monkeypatch):
    (tmp_path / "99.txt").write_text(TEXT, encoding="utf-8")
    out = io.StringIO()
    console = Console(file=out, width=120)
    typed = iter(["x", "c", "pg:deadline", "25", "pg:deadline", "2026", " ", "in nhầm"])
    monkeypatch.setattr(console, "input", lambda *_, **__: next(typed))
    terminal = review_terminal.Terminal(console, tmp_path)
    items = {decisions.short(item.assertion): item for item in reviewing.items(ttl)}
    answer = terminal.ask(items[TARGET], 1, 9)
    assert answer == Answer(Decision.CORRECT, "pg:deadline", "2026", "in nhầm")
    assert "no year" in out.getvalue()

    typed = iter(["r", "không phải"])
    assert terminal.ask(items[TITLE], 2, 9) == Answer(Decision.REJECT, reason="không phải")
    assert "thực hiện Nghị quyết số 52" in out.getvalue()
    for key, expected in (("a", Answer(Decision.ACCEPT)), ("s", Answer(None)), ("q", None)):
        typed = iter([key])
        assert terminal.ask(items[TITLE], 3, 9) == expected


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        (Answer(None), "An", "no decision"),
        (Answer(Decision.ACCEPT), " \n", "needs a name"),
        (Answer(Decision.REJECT), "An", "needs a reason"),
        (Answer(Decision.ACCEPT, "pg:deadline", "2026"), "An", "no field and no value"),
        (Answer(Decision.CORRECT, "pg:deadline", "25", "in nhầm"), "An", "no year"),
        (Answer(Decision.CORRECT, "pg:role", "lead", "in nhầm"), "An", "nothing that can be"),
    ],
)
def test_what_may_not_stand_in_a_file_is_refused(ttl, answer, name, said):
    items = {decisions.short(item.assertion): item for item in reviewing.items(ttl)}
    with pytest.raises(ValueError, match=said):
        reviewing.row(items[TARGET], answer, name, DAY)


def test_a_row_is_one_line_whatever_is_typed(ttl):
    items = {decisions.short(item.assertion): item for item in reviewing.items(ttl)}
    answer = Answer(Decision.REJECT, reason='nói "khác",\nhai dòng')
    line = reviewing.written(reviewing.row(items[TARGET], answer, "Nguyễn  Thị\tBình", DAY))
    assert line.count("\n") == 1
    assert f'{TARGET},reject,,,Nguyễn Thị Bình,{DAY},"nói ""khác"", hai dòng",' in line
