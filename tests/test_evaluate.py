"""The scorer, on graphs whose faults are known: each fault must cost exactly what it should."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri, vocab
from policygraph.errors import DataError
from policygraph.evaluate import (
    Scoreboard,
    evaluate_graph,
    evaluate_sentences,
    write_quality,
)
from policygraph.evaluate.facts import LINES, words
from policygraph.evaluate.gold import FILES
from policygraph.evaluate.matching import Count, match, overlap
from policygraph.evaluate.sentences import natural_text
from policygraph.model import Span
from policygraph.rdf.terms import Graph, integer, text, turtle, typed, write_bytes

FILE = "ke-hoach-7.txt"
TEXT = """KẾ HOẠCH
Thực hiện Nghị quyết số 5-NQ/TW của Bộ Chính trị

I. NHIỆM VỤ
1. Xây dựng cổng dữ liệu của tỉnh.
2. Bồi dưỡng cán bộ về kỹ năng số.
3. Rà soát quy chế làm việc.

II. CHỈ TIÊU
1. 90% hồ sơ tại cấp tỉnh; tối thiểu 80% hồ sơ tại cấp huyện.
2. Hiện nay có 50 máy chủ.
"""


def row(quote: str, **fields: Any) -> dict[str, Any]:
    start = TEXT.index(quote)
    return {"doc": "007", "start": start, "end": start + len(quote), "text": quote, **fields}


def task(path: str, quote: str) -> dict[str, Any]:
    return row(quote, path=path, kind="task")


def assignment(path: str, agency: str, role: str = "lead", **fields: Any) -> dict[str, Any]:
    return {
        "doc": "007",
        "task_path": path,
        "agency": agency,
        "role": role,
        "surface": agency,
        "ev_start": 0,
        "ev_end": 8,
        **fields,
    }


def target(quote: str, value: float, comparator: str, **fields: Any) -> dict[str, Any]:
    more = {"value2": None, "unit": "%", "deadline": 2025, "scope": None, "indicator": "hồ sơ"}
    given = {"path": "II/1", "value": value, "comparator": comparator}
    return row(quote, **{**more, **given, **fields})


STATED: dict[str, list[dict[str, Any]]] = {
    "tasks": [
        task("I/1", "Xây dựng cổng dữ liệu của tỉnh."),
        task("I/2", "Bồi dưỡng cán bộ về kỹ năng số."),
        task("I/3", "Rà soát quy chế làm việc."),
    ],
    "metadata": [
        {
            "doc": "007",
            "number": "7/KH-UBND",
            "type": "Kế hoạch",
            "issuer": "Ủy ban nhân dân tỉnh Hà Nam",
            "province": "Hà Nam",
            "date": "2021-06-25",
            "title": "Kế hoạch thực hiện Nghị quyết số 5-NQ/TW",
            "signer": None,
            "signer_position": None,
            "place": None,
            "recipients": ["Các sở", "Lưu VT"],
        }
    ],
    "citations": [
        row(
            "Nghị quyết số 5-NQ/TW của Bộ Chính trị",
            number="5-NQ/TW",
            relation="implements",
            scope="document",
        )
    ],
    "assignments": [
        assignment("I/1", "Sở Tài chính tỉnh Hà Nam"),
        assignment("I/2", "Sở Nội vụ tỉnh Hà Nam"),
        assignment("I/3", "Thanh tra tỉnh Hà Nam", "monitor"),
        assignment("II/1", "Sở Nội vụ tỉnh Hà Nam"),
    ],
    "targets": [
        target("90% hồ sơ tại cấp tỉnh", 90, "=", scope="cấp tỉnh"),
        target("tối thiểu 80% hồ sơ tại cấp huyện", 80, ">=", scope="cấp huyện"),
    ],
    "baselines": [
        row(
            "50 máy chủ",
            path="II/2",
            value=50,
            value2=None,
            comparator="=",
            unit="máy chủ",
            year=None,
            deadline=None,
            scope=None,
            indicator="số máy chủ",
        )
    ],
}


class Maker:
    """Writes rows of annotation as the graph that says just that, and nothing more."""

    def __init__(self, file: str, raw: str) -> None:
        self.graph = Graph()
        self.file, self.raw = file, raw
        self.document = iri.thing(iri.Kind.DOCUMENT, "vn.x.kh.2021.7")
        self.nodes = 0
        self.graph.type(self.document, vocab.PolicyDocument)
        self.graph.add(self.document, vocab.SOURCE_FILE, text(file))

    def node(self, of: str, row: dict[str, Any]) -> str:
        self.nodes += 1
        node = iri.thing(iri.Kind.TASK, f"n{self.nodes}")
        self.graph.type(node, of)
        self.graph.link(node, vocab.IN_DOCUMENT, self.document)
        first = (row.get("start", row.get("ev_start")), row.get("end", row.get("ev_end")))
        for i, (start, end) in enumerate([first, *row.get("more", [])]):
            evidence = iri.thing(iri.Kind.EVIDENCE, f"n{self.nodes}-{i}")
            self.graph.link(node, vocab.EVIDENCE, evidence)
            self.graph.add(evidence, vocab.START, integer(start))
            self.graph.add(evidence, vocab.END, integer(end))
            self.graph.add(evidence, vocab.QUOTE, text(self.raw[start:end]))
        return node

    def part(self, path: str) -> str:
        part = iri.thing(iri.Kind.PART, "p." + iri.path_local(path or "document"))
        self.graph.type(part, vocab.DocumentPart)
        self.graph.link(part, vocab.IN_DOCUMENT, self.document)
        if path:
            self.graph.add(part, vocab.PATH, text(path))
        return part

    def named(self, kind: iri.Kind, name: str) -> str:
        thing = iri.thing(kind, iri.slug(name))
        self.graph.add(thing, "skos:prefLabel", text(name, "vi"))
        return thing

    def tasks(self, row: dict[str, Any]) -> None:
        node = self.node(vocab.Task, row)
        if row["kind"] != "task":
            self.graph.type(
                node, {"project": vocab.Project}.get(row["kind"], vocab.DocumentToIssue)
            )
        self.graph.link(node, vocab.STIPULATED_IN, self.part(row["path"]))

    def metadata(self, row: dict[str, Any]) -> None:
        graph, document = self.graph, self.document
        plain = {
            vocab.DOCUMENT_NUMBER: row["number"],
            "dcterms:title": row["title"],
            vocab.SIGNATORY: row["signer"],
            vocab.SIGNATORY_POSITION: row["signer_position"],
            "pg:placeOfIssue": row["place"],
            "dcterms:issued": row["date"],
        }
        for predicate, value in plain.items():
            graph.add(document, predicate, text(value) if value else None)
        graph.add(document, vocab.RECIPIENT, *map(text, row["recipients"]))
        kind = next(c.name for c in vocab.DOCUMENT_TYPE_CONCEPTS if c.vi == row["type"])
        graph.link(document, vocab.DOCUMENT_TYPE, f"document-type:{kind}")
        graph.link(document, vocab.ISSUER, self.named(iri.Kind.AGENCY, row["issuer"]))
        province = self.named(iri.Kind.PLACE, "Tỉnh " + row["province"])
        graph.link(document, vocab.JURISDICTION, province)

    def citations(self, row: dict[str, Any]) -> None:
        node = self.node(vocab.Citation, row)
        name = str(row.get("number") or row.get("name"))
        cited = iri.thing(iri.Kind.DOCUMENT, iri.slug(name))
        if row["number"]:
            self.graph.add(cited, vocab.DOCUMENT_NUMBER, text(row["number"]))
        self.graph.add(cited, "rdfs:label", text(name, "vi"))
        self.graph.link(node, vocab.CITED_DOCUMENT, cited)
        head, *rest = row["relation"].split("_")
        relation = head + "".join(map(str.title, rest))
        relation = {"self": "selfReference"}.get(relation, relation)
        self.graph.link(node, vocab.RELATION, "pg:" + relation)
        scope = "" if row["scope"] == "document" else row["scope"]
        self.graph.link(node, vocab.CITING_PART, self.part(scope))

    def assignments(self, row: dict[str, Any], things: int = 1) -> None:
        """The assigned things share a part, as the targets of one row do."""
        for i in range(things):
            thing = iri.thing(iri.Kind.TASK, "about." + iri.path_local(row["task_path"]) + f"-{i}")
            self.graph.link(thing, vocab.STIPULATED_IN, self.part(row["task_path"]))
            node = self.node(vocab.Assignment, row)
            self.graph.link(node, vocab.ASSIGNS, thing)
            self.graph.link(node, vocab.AGENCY, self.named(iri.Kind.AGENCY, row["agency"]))
            self.graph.link(node, vocab.ROLE, "role:" + row["role"])
            self.graph.link(node, vocab.VIA, "via:" + row.get("via", "table"))
            if "src" in row:
                self.graph.link(node, vocab.ASSIGNED_IN, self.part(row["src"]))

    def targets(self, row: dict[str, Any]) -> None:
        self.figures(self.node(vocab.Target, row), vocab.DEADLINE, row["deadline"], row)

    def baselines(self, row: dict[str, Any]) -> None:
        self.figures(self.node(vocab.Baseline, row), vocab.YEAR, row["year"], row)

    def figures(self, node: str, year: str, stated: int | None, row: dict[str, Any]) -> None:
        self.graph.link(node, vocab.STIPULATED_IN, self.part(row["path"]))
        for predicate, name in ((vocab.VALUE, "value"), (vocab.UPPER_VALUE, "value2")):
            value = row.get(name)
            self.graph.add(node, predicate, None if value is None else typed(value, "decimal"))
        self.graph.add(node, year, typed(stated, "gYear") if stated else None)
        self.graph.add(node, vocab.SCOPE, text(row["scope"]) if row["scope"] else None)
        for predicate, scheme, sign in (
            (vocab.COMPARATOR, "comparator", row["comparator"]),
            (vocab.UNIT, "unit", row["unit"]),
        ):
            known = [c.name for c in vocab.SCHEMES[scheme] if c.notation == sign]
            if sign:
                concept = iri.concept(scheme, known[0] if known else iri.slug(sign))
                self.graph.link(node, predicate, concept)
                self.graph.add(concept, "skos:notation", text(sign))


Rows = dict[str, list[dict[str, Any]]]
Change = Callable[[Rows], object]


def write_graph(directory: Path, rows: Rows, file: str, raw: str, things: int = 1) -> None:
    maker = Maker(file, raw)
    for kind, listed in rows.items():
        for given_row in listed:
            if kind == "assignments":
                maker.assignments(given_row, things)
            else:
                getattr(maker, kind)(given_row)
    write_bytes(directory / f"{Path(file).stem}.ttl", turtle(maker.graph))


def write_gold(directory: Path, rows: Rows) -> None:
    directory.mkdir(exist_ok=True)
    for kind, listed in rows.items():
        lines = [json.dumps(r, ensure_ascii=False) + "\n" for r in listed]
        (directory / FILES[kind]).write_text("".join(lines), encoding="utf-8")


def copied() -> Rows:
    rows: Rows = json.loads(json.dumps(STATED))
    return rows


@pytest.fixture
def score(tmp_path) -> Callable[..., Scoreboard]:
    """Score a graph that says what ``change`` makes of the annotation."""

    def scored(change: Change = lambda rows: None, things: int = 1, table: str = "") -> Scoreboard:
        rows = copied()
        change(rows)
        texts = tmp_path / "texts"
        texts.mkdir(exist_ok=True)
        (texts / FILE).write_text(TEXT, encoding="utf-8")
        write_gold(tmp_path / "gold", STATED)
        listed = f'[documents]\n"007" = "{FILE}"\n{table}'
        (tmp_path / "gold" / "documents.toml").write_text(listed, encoding="utf-8")
        write_graph(tmp_path / "ttl", rows, FILE, TEXT, things)
        return evaluate_graph(tmp_path / "ttl", tmp_path / "gold")

    return scored


def test_graph_that_says_just_the_gold_scores_one(score):
    board = score()
    for kind in LINES:
        for line in board.counts[kind]:
            assert board.count(kind, line).f1 == 1.0, (kind, line)
        assert board.count(kind).expected == board.count(kind).right > 0
    assert not board.faults
    assert not board.notes


def test_wrong_role_costs_one_of_four(score):
    board = score(lambda rows: rows["assignments"][1].update(role="coordinate"))
    assert board.count("assignments") == Count(4, 4, 3)
    assert board.count("assignments").f1 == 0.75
    assert board.count("assignments", "task and agency") == Count(4, 4, 4)
    [fault] = board.faults
    assert (fault.sort, fault.path, fault.differs) == ("wrong", "I/2", ("role",))
    assert "lead" in str(fault.expected)
    assert "coordinate" in str(fault.found)


def test_agency_of_another_province_is_another(score):
    board = score(lambda rows: rows["assignments"][0].update(agency="Sở Tài chính tỉnh Nam Hà"))
    assert board.count("assignments") == Count(4, 4, 3)
    assert board.count("assignments", "task and agency").right == 3


def test_what_is_said_twice_is_an_invention(score):
    def double(rows: Rows) -> None:
        for kind in ("tasks", "citations", "assignments", "targets", "baselines"):
            rows[kind].append(dict(rows[kind][0]))

    board = score(double)
    for kind, expected in {"tasks": 3, "citations": 1, "assignments": 4, "targets": 2}.items():
        assert board.count(kind) == Count(expected, expected + 1, expected), kind
    assert [fault.sort for fault in board.faults] == ["invention"] * 5


def test_row_with_two_targets_is_assigned_once(score):
    board = score(things=2)
    assert board.count("assignments") == Count(4, 4, 4)


def test_one_character_off_still_matches(score):
    def shift(rows: Rows) -> None:
        for kind in ("tasks", "citations", "targets", "baselines"):
            for given_row in rows[kind]:
                given_row["start"] += 1
                given_row["end"] += 1

    board = score(shift)
    assert not board.faults


def test_span_of_the_whole_row_is_no_target(score):
    """Both targets with the span of their sentence: the longer clause fills half of it."""

    def widen(rows: Rows) -> None:
        first, second = rows["targets"]
        first["end"], second["start"] = second["end"], first["start"]

    board = score(widen)
    longer = len("tối thiểu 80% hồ sơ tại cấp huyện")
    whole = len("90% hồ sơ tại cấp tỉnh; tối thiểu 80% hồ sơ tại cấp huyện")
    assert longer / whole > 0.5
    assert board.count("targets") == Count(2, 2, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("value", 91), ("comparator", ">"), ("unit", "%/năm"), ("deadline", 2030)],
)
def test_target_counts_only_when_all_is_right(score, name, value):
    board = score(lambda rows: rows["targets"][0].update({name: value}))
    assert board.count("targets") == Count(2, 2, 1)
    for line in ("span", "value", "comparator", "unit", "deadline"):
        assert board.count("targets", line).right == (1 if line == name else 2), line
    assert [fault.differs for fault in board.faults] == [(name,)]


def test_upper_bound_belongs_to_the_value(score):
    board = score(lambda rows: rows["targets"][0].update(value2=95))
    assert board.count("targets", "value") == Count(2, 2, 1)


def test_missed_and_invented_tasks_have_their_lines(score):
    def change(rows: Rows) -> None:
        rows["tasks"][2] = task("II/2", "Hiện nay có 50 máy chủ.")

    board = score(change)
    assert board.count("tasks") == Count(3, 3, 2)
    assert [(f.sort, f.place, f.path) for f in board.faults] == [
        ("miss", f"{FILE}:7", "I/3"),
        ("invention", f"{FILE}:11", "II/2"),
    ]
    assert f"{FILE}:7" in board.text()
    assert f"{FILE}:11" in board.markdown()


def test_task_of_another_kind_is_wrong(score):
    board = score(lambda rows: rows["tasks"][0].update(kind="project"))
    assert board.count("tasks") == Count(3, 3, 2)
    assert board.count("tasks", "path").right == 3


def test_task_is_found_by_its_words_under_another_path(score):
    board = score(lambda rows: rows["tasks"][0].update(path="I/9"))
    assert board.count("tasks").right == 3
    assert board.count("tasks", "path").right == 2


def test_citation_needs_number_and_relation(score):
    board = score(lambda rows: rows["citations"][0].update(relation="cites"))
    assert board.count("citations").right == 0
    assert board.count("citations", "span and document").right == 1
    board = score(lambda rows: rows["citations"][0].update(number="6-NQ/TW"))
    assert board.count("citations", "span and document").right == 0
    assert board.count("citations", "span").right == 1


def test_leading_zero_is_the_same_number(score):
    board = score(lambda rows: rows["citations"][0].update(number="05-NQ/TW"))
    assert board.count("citations").right == 1


def test_each_field_of_metadata_is_a_point(score):
    def change(rows: Rows) -> None:
        rows["metadata"][0].update(date="2021-06-26", signer="Trần Văn B", recipients=["Các sở"])

    board = score(change)
    assert board.count("metadata") == Count(7, 8, 5)
    assert sorted(f.path for f in board.faults) == ["date", "recipients", "signer"]


def test_rejected_assertions_are_not_found(score, tmp_path):
    score()
    path = tmp_path / "ttl" / "ke-hoach-7.ttl"
    status = (
        f"\n<{iri.THINGS}task/n1> <{iri.term('status')}> <{iri.concept('status', 'rejected')}> ."
    )
    path.write_text(path.read_text(encoding="utf-8") + status, encoding="utf-8")
    board = evaluate_graph(tmp_path / "ttl", tmp_path / "gold")
    assert board.count("tasks") == Count(3, 2, 2)


def test_what_nobody_annotated_is_no_invention(score):
    def more(rows: Rows) -> None:
        rows["tasks"].append(task("II/2", "Hiện nay có 50 máy chủ."))
        rows["assignments"].append(assignment("II/9", "Sở Y tế", src="III/1"))
        rows["assignments"].append(assignment("II/9", "Sở Y tế tỉnh Hà Nam", src="III/2"))

    whole = score(more)
    assert whole.count("tasks") == Count(3, 4, 3)
    assert whole.count("assignments") == Count(4, 6, 4)
    table = '[coverage."007"]\ntasks = ["I"]\nassignments = ["I", "II/1", "from:III/2"]\n'
    part = score(more, table=table)
    assert part.count("tasks") == Count(3, 3, 3)
    assert part.count("assignments") == Count(4, 5, 4)
    assert part.count("targets") == Count(2, 2, 2)


def test_wrong_target_outside_the_coverage_counts_where_its_words_are_annotated(score):
    def change(rows: Rows) -> None:
        rows["targets"][0].update(path="III/1", unit="người")

    board = score(change, table='[coverage."007"]\ntargets = ["II"]\n')
    assert board.count("targets") == Count(2, 2, 1)


def test_document_that_is_not_in_the_graph_is_missed_whole(score, tmp_path):
    score()
    extra = {**STATED["tasks"][0], "doc": "008"}
    path = tmp_path / "gold" / "tasks.jsonl"
    path.write_text(path.read_text("utf-8") + json.dumps(extra) + "\n", encoding="utf-8")
    board = evaluate_graph(tmp_path / "ttl", tmp_path / "gold")
    assert board.missing == ["008"]
    assert board.count("tasks") == Count(4, 3, 3)
    assert board.counts["tasks"]["tasks"]["008"] == Count(1, 0, 0)
    assert any(note.startswith("008") for note in board.notes)


@pytest.mark.parametrize("how", ["head of the file name", "received name", "quotes"])
def test_document_without_a_table_is_found(tmp_path, how):
    file = "007_a1b2.txt" if how == "head of the file name" else FILE
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / file).write_text(TEXT, encoding="utf-8")
    if how == "received name":
        manifest = f'[[text]]\nfile = "{FILE}"\norigin = "007_a1b2.txt: as received"\n'
        (tmp_path / "texts" / "manifest.toml").write_text(manifest, encoding="utf-8")
    gold = copied()
    if how != "quotes":
        for listed in gold.values():
            for given_row in listed:
                given_row.pop("text", None)
    write_gold(tmp_path / "gold", gold)
    write_graph(tmp_path / "ttl", STATED, file, TEXT)
    board = evaluate_graph(tmp_path / "ttl", tmp_path / "gold")
    assert board.documents == {"007": file}
    assert not board.faults


def test_quotes_of_another_text_find_no_document(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / FILE).write_text(" " + TEXT, encoding="utf-8")
    write_gold(tmp_path / "gold", STATED)
    write_graph(tmp_path / "ttl", STATED, FILE, TEXT)
    assert evaluate_graph(tmp_path / "ttl", tmp_path / "gold").missing == ["007"]


def test_offsets_of_a_decomposed_file_are_moved(tmp_path):
    """Gold counts in the file as it is, the graph in its composed text."""
    decomposed = unicodedata.normalize("NFD", TEXT)
    gold: Rows = {"tasks": []}
    for given_row in STATED["tasks"]:
        quote = unicodedata.normalize("NFD", given_row["text"])
        start = decomposed.index(quote)
        moved = {"start": start, "end": start + len(quote), "text": quote, "path": "x"}
        gold["tasks"].append({**given_row, **moved})
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / FILE).write_text(decomposed, encoding="utf-8")
    write_gold(tmp_path / "gold", gold)
    write_graph(tmp_path / "ttl", {"tasks": STATED["tasks"]}, FILE, TEXT)
    board = evaluate_graph(tmp_path / "ttl", tmp_path / "gold")
    assert board.count("tasks") == Count(3, 3, 3)


def test_gold_that_does_not_quote_the_text_is_named(score, tmp_path):
    score()
    path = tmp_path / "gold" / "tasks.jsonl"
    path.write_text(path.read_text("utf-8").replace("Rà soát", "Rà xoát"), encoding="utf-8")
    board = evaluate_graph(tmp_path / "ttl", tmp_path / "gold")
    assert [note for note in board.notes if "Rà xoát" in note]


def test_json_is_an_object_of_kinds(score):
    board = json.loads(json.dumps(score().json()))
    assert set(board) == set(LINES)
    for scores in board.values():
        assert {scores[name] for name in ("precision", "recall", "f1")} == {1.0}
        assert set(scores["documents"]) == {"007"}


@pytest.mark.parametrize(
    ("name", "line", "where"),
    [
        ("tasks.jsonl", "{", "tasks.jsonl:1"),
        ("tasks.jsonl", '{"doc": "007", "path": "1", "start": 3}', "tasks.jsonl:1"),
        ("targets.jsonl", '{"path": "1"}', "targets.jsonl:1"),
        ("documents.toml", '[coverage."1"]\nwork = ["I"]', "documents.toml"),
    ],
)
def test_broken_gold_is_named_with_its_line(tmp_path, name, line, where):
    write_gold(tmp_path / "gold", STATED)
    write_graph(tmp_path / "ttl", STATED, FILE, TEXT)
    (tmp_path / "gold" / name).write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=where):
        evaluate_graph(tmp_path / "ttl", tmp_path / "gold")


def test_empty_directories_are_named(tmp_path):
    with pytest.raises(DataError, match="no annotations"):
        evaluate_graph(tmp_path, tmp_path)
    write_gold(tmp_path / "gold", STATED)
    with pytest.raises(DataError, match="no Turtle"):
        evaluate_graph(tmp_path, tmp_path / "gold")


@pytest.mark.parametrize("with_table", [True, False])
def test_the_whole_gold_scores_one_against_itself(tmp_path, gold, with_table):
    """Each document's gold, written as a graph: every kind, relation, unit and piece is read."""
    names = {"metadata": "meta"}
    for doc, file in gold.files.items():
        rows = {kind: gold.rows(names.get(kind, kind), doc) for kind in FILES}
        raw = gold.text(doc)
        maker = Maker(file, raw)
        maker.document = iri.thing(iri.Kind.DOCUMENT, f"vn.x.kh.2021.{doc}")
        maker.nodes = 1000 * int(doc)
        maker.graph.type(maker.document, vocab.PolicyDocument)
        maker.graph.add(maker.document, vocab.SOURCE_FILE, text(file))
        for kind, listed in rows.items():
            for given_row in listed:
                getattr(maker, kind)(given_row)
        write_bytes(tmp_path / f"ttl/{doc}.ttl", turtle(maker.graph))
    folder = tmp_path / "gold"
    folder.mkdir()
    for path in gold.folder.iterdir():
        if with_table or path.name != "documents.toml":
            (folder / path.name).write_bytes(path.read_bytes())
    board = evaluate_graph(tmp_path / "ttl", folder, gold.texts)
    for kind, name in ((kind, names.get(kind, kind)) for kind in FILES):
        total = board.count(kind)
        assert total.f1 == 1.0, kind
        if kind != "metadata":
            assert total.expected == len(gold.rows(name)), kind
    assert not board.faults
    assert not board.missing


def test_words_do_not_depend_on_case_or_the_place_of_the_tone():
    assert words("UỶ BAN, nhân dân.") == words("Ủy ban nhân dân")
    assert words("hoà bình") == words("hòa bình")
    assert words("má") != words("mà")
    assert words("dan") != words("dân")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([(0, 10)], [(0, 10)], 1.0),
        ([(0, 10)], [(1, 11)], 0.9),
        ([(0, 10)], [(0, 20)], 0.5),
        ([(0, 20)], [(0, 10)], 0.5),
        ([(0, 10)], [(10, 20)], 0.0),
        ([(0, 5), (8, 13)], [(0, 5), (8, 13)], 1.0),
        ([(0, 5), (8, 13)], [(0, 13)], 10 / 13),
        ([(0, 5), (3, 8)], [(0, 8)], 1.0),
        ([], [(0, 4)], 0.0),
    ],
)
def test_overlap_is_over_the_longer_span(one, other, expected):
    assert overlap([Span(*p) for p in one], [Span(*p) for p in other]) == pytest.approx(expected)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=4)


@given(SPANS, SPANS)
def test_overlap_counts_code_points(one, other):
    sides = [[Span(start, start + size) for start, size in side] for side in (one, other)]
    points = [{i for piece in side for i in range(piece.start, piece.end)} for side in sides]
    expected = len(points[0] & points[1]) / max(map(len, points))
    assert overlap(*sides) == pytest.approx(expected)
    assert overlap(*sides) == overlap(*reversed(sides))


def test_best_pair_is_taken_first():
    closeness = {("a", "x"): 0.6, ("a", "y"): 0.9, ("b", "y"): 0.7}
    pairs = match(["a", "b"], ["x", "y"], lambda one, other: closeness.get((one, other)))
    assert pairs == [(0, 1)]


def test_ratios_of_nothing():
    assert (Count().precision, Count().recall, Count().f1) == (1.0, 1.0, 1.0)
    assert (Count(3, 0, 0).precision, Count(3, 0, 0).recall, Count(3, 0, 0).f1) == (0.0, 0.0, 0.0)
    assert (Count(0, 3, 0).precision, Count(0, 3, 0).f1) == (0.0, 0.0)
    assert Count(4, 2, 2).f1 == pytest.approx(2 / 3)


SENTENCES = [
    {"text": "Căn_cứ Luật Thi_đua , khen_thưởng ngày 3 .", "spans": [[7, 40, "L"]]},
    {"text": "theo Nghị_định số 1/NĐ-CP và Luật Giá .", "spans": [[5, 25, "NĐ"], [29, 37, "L"]]},
    {"text": "Không có gì .", "spans": []},
]


@pytest.fixture
def sentences(tmp_path):
    path = tmp_path / "sentences.jsonl"
    lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in SENTENCES]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def finder(*phrases: tuple[str, str]) -> Callable[[str], list[tuple[int, int, str]]]:
    def find(sentence: str) -> list[tuple[int, int, str]]:
        starts = [(sentence.find(phrase), phrase, name) for phrase, name in phrases]
        return [(at, at + len(phrase), name) for at, phrase, name in starts if at >= 0]

    return find


ALL = (
    ("Luật Thi đua, khen thưởng ngày 3", "L"),
    ("Nghị định số 1/NĐ-CP", "NĐ"),
    ("Luật Giá", "L"),
)


def test_sentences_are_read_as_people_write_them(sentences):
    scores = evaluate_sentences(sentences, finder(*ALL))
    assert scores.overall == scores.untyped == scores.exact == Count(3, 3, 3)
    assert scores.types == {"L": Count(2, 2, 2), "NĐ": Count(1, 1, 1)}
    assert not scores.faults
    assert scores.sentences == 3


def test_faults_of_a_finder_cost_what_they_should(sentences):
    """A shorter span, a wrong type and an invention."""
    scores = evaluate_sentences(
        sentences,
        finder(
            ("Luật Thi đua, khen thưởng", "L"),
            ("Nghị định số 1/NĐ-CP", "NQ"),
            ("Luật Giá", "L"),
            ("Không có", "L"),
        ),
    )
    assert scores.overall == Count(3, 4, 2)
    assert scores.untyped == Count(3, 4, 3)
    assert scores.exact == Count(3, 4, 1)
    assert scores.types == {"L": Count(2, 3, 2), "NĐ": Count(1, 0, 0), "NQ": Count(0, 1, 0)}
    worst, other = scores.faults
    assert (worst.line, worst.missed) == (2, ("NĐ “Nghị định số 1/NĐ-CP”",))
    assert (other.line, other.invented) == (3, ("L “Không có”",))
    assert "sentences.jsonl:2" in scores.text()
    assert json.loads(json.dumps(scores.json()))["citations"]["right"] == 2


@given(st.text(alphabet="aBđ_ .,()“”/-", max_size=40))
def test_natural_text_maps_each_character_back(sentence):
    natural, offsets = natural_text(sentence)
    assert len(natural) == len(offsets)
    assert offsets == sorted(set(offsets))
    for char, offset in zip(natural, offsets, strict=True):
        assert char == sentence[offset].replace("_", " ")


@pytest.mark.parametrize("line", ["{", '{"text": "a"}', '{"text": "a", "spans": [[0, 2, "L"]]}'])
def test_broken_sentence_is_named_with_its_line(sentences, line):
    sentences.write_text(sentences.read_text("utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"sentences\.jsonl:4"):
        evaluate_sentences(sentences, finder())


def test_quality_page_has_the_scores_and_is_stable(score, sentences, tmp_path):
    page = tmp_path / "docs" / "quality.md"
    board = score(lambda rows: rows["assignments"][1].update(role="coordinate"))
    scores = evaluate_sentences(sentences, finder(*ALL))
    assert write_quality(page, board, scores)
    assert not write_quality(page, board, scores)
    content = page.read_text(encoding="utf-8")
    assert (
        "| assignments | **đúng hết / all right** | 0.750 | 0.750 | 0.750 | 4 | 4 | 3 |" in content
    )
    assert f"{FILE}:1 I/2 (role)" in content
    assert "| khoảng và loại / span and type | 1.0000 | 1.0000 | 1.0000 | 3 | 3 | 3 |" in content
    assert "95.35" in content
    assert "$" not in content
    assert write_quality(page, board)
    assert "Not measured" in page.read_text(encoding="utf-8")
