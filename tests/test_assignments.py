"""Who has which role in what: the gold, cross-references, and other layouts of the genre.

``tests/cases/assignments`` holds made-up documents of other provinces, years and types: a head
(type, place), the text, and what a careful reader takes from it.  A line is a part with its
kind and time, under it role, via and agency; "?" is what must be left unresolved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph import registers
from policygraph.mentions.agencies import find_agencies
from policygraph.mentions.assignments import find_assignments
from policygraph.mentions.tasks import find_tasks, is_indicator_row
from policygraph.model import AssignmentMention, TaskMention, Tree, UnresolvedMention
from policygraph.structure import parse
from policygraph.text import decode, read

ROOT = Path(__file__).resolve().parent.parent
CASES = sorted((ROOT / "tests" / "cases" / "assignments").glob("*.txt"))
CORPUS = {
    "000": ("CTr", "VN-61"),
    "001": ("CT", "VN-61"),
    "002": ("NQ", "VN-01"),
    "003": ("KH", "VN-21"),
    "004": ("KH", "VN-61"),
}


SMART_CITIES = "Ủy ban nhân dân các thành phố, đô thị triển khai đô thị thông minh tỉnh Hải Dương"


@dataclass(frozen=True)
class Read:
    tree: Tree
    tasks: tuple[TaskMention, ...]
    targets: tuple[int, ...]
    assignments: tuple[AssignmentMention, ...]
    unresolved: tuple[UnresolvedMention, ...]

    def path(self, index: int) -> str:
        return self.tree.parts[index].path

    def triples(self) -> set[tuple[str, str, str]]:
        return {(self.path(a.about), a.agency.canonical, a.role) for a in self.assignments}

    def of(self, path: str) -> set[tuple[str, str, str]]:
        """Role, via and agency of each assignment of a part."""
        return {
            (a.role, a.via, a.agency.canonical)
            for a in self.assignments
            if self.path(a.about) == path
        }


@cache
def known() -> registers.Registers:
    return registers.load(ROOT / "data" / "registers")


def assign(tree: Tree, type_code: str | None, place: str | None) -> Read:
    tasks = find_tasks(tree, type_code)
    rows = [p for p in tree.parts if p.cells and p.path and p.kind != "nhom"]
    targets = tuple(p.index for p in rows if is_indicator_row(tree, p))
    found, unresolved = find_assignments(tree, tasks, targets, place, known(), find_agencies)
    return Read(tree, tasks, targets, found, unresolved)


@pytest.fixture(scope="module")
def corpus(gold) -> dict[str, Read]:
    return {
        doc: assign(parse(read(gold.texts / gold.files[doc])), *said)
        for doc, said in CORPUS.items()
    }


# --- the gold -----------------------------------------------------------------------------


def wanted(gold, doc: str) -> set[tuple[str, str, str]]:
    rows = gold.rows("assignments", doc)
    return {(r["task_path"], r["agency"], r["role"]) for r in rows}


@pytest.mark.parametrize("doc", ["001", "003"])
def test_assignments_are_those_of_the_gold(gold, corpus, doc):
    assert corpus[doc].triples() == wanted(gold, doc)


def test_appendices_are_assigned_as_in_the_gold(gold, corpus):
    found = {t for t in corpus["004"].triples() if t[0].startswith(("PL1/", "PL2/"))}
    assert found == {t for t in wanted(gold, "004") if t[0].startswith("PL")}


def test_via_is_that_of_the_gold(gold, corpus):
    for doc in ("001", "003", "004"):
        found = {
            (corpus[doc].path(a.about), a.agency.canonical, a.role, a.via)
            for a in corpus[doc].assignments
        }
        rows = gold.rows("assignments", doc)
        missing = {(r["task_path"], r["agency"], r["role"], r["via"]) for r in rows} - found
        assert not missing


def test_every_quote_is_in_the_text(corpus):
    for reading in corpus.values():
        text = reading.tree.source.text
        for assignment in reading.assignments:
            assert assignment.pieces
            span = assignment.agency.span
            # A name over a page break is quoted from its first piece to its last.
            assert text[span.start : span.end].split()[0] == assignment.agency.surface.split()[0]
            for piece in assignment.pieces:
                assert text[piece.start : piece.end].strip()


# --- cross-references -----------------------------------------------------------------------


def test_seventeen_clauses_hand_over_ninety_five_duties(corpus):
    plan = corpus["004"]
    handed = [a for a in plan.assignments if a.via == "crossref"]
    assert Counter(a.role for a in handed) == {"lead": 82, "coordinate": 13}
    clauses = {plan.path(a.src) for a in handed if a.src is not None}
    assert len(clauses) == 17
    assert all(path.startswith("IV/") for path in clauses)


def test_a_clause_is_quoted_to_the_end_of_its_reference(gold, corpus):
    plan = corpus["004"]
    text = plan.tree.source.text
    spans = {
        r["src"]: (r["ev_start"], r["ev_end"])
        for r in gold.rows("assignments", "004")
        if "src" in r
    }
    for assignment in plan.assignments:
        source = plan.path(assignment.src) if assignment.src is not None else ""
        if source in spans:
            start, end = assignment.pieces[0].start, assignment.pieces[-1].end
            assert text[start:end] == text[slice(*spans[source])]


def test_three_agencies_of_one_heading_lead_the_same_task(corpus):
    leads = [a for a in corpus["004"].assignments if corpus["004"].path(a.src or 0) == "IV/18/1"]
    assert len({a.agency.canonical for a in leads}) == 3
    assert {corpus["004"].path(a.about) for a in leads} == {"II/5/c/3"}


def test_one_provision_is_led_by_no_one_and_one_twice(corpus):
    assert not [r for r in corpus["004"].of("II/4/c") if r[0] == "lead"]
    assert len([r for r in corpus["004"].of("II/5/h/1") if r[0] == "lead"]) == 2


def test_words_that_restrict_a_duty_are_kept_as_its_note(corpus):
    notes = {
        a.note for a in corpus["004"].assignments if corpus["004"].path(a.src or 0) == "IV/16/1"
    }
    assert notes == {"đối với các dự án đầu tư trong các khu công nghiệp"}


# --- what is not printed --------------------------------------------------------------------


def test_a_row_without_lead_is_reported_and_not_filled(corpus):
    plan = corpus["004"]
    assert [(plan.path(u.part), u.reason) for u in plan.unresolved] == [
        ("PL1/II/10", "missing-lead")
    ]
    assert not [r for r in plan.of("PL1/II/10") if r[0] == "lead"]


def test_two_agencies_without_a_separator_are_not_paired(corpus):
    plan = corpus["004"]
    noted = {plan.path(a.about) for a in plan.assignments if a.via == "table" and a.note}
    assert noted == {"PL1/I/4"}


# --- chapters without gold ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doc", "path", "expected"),
    [
        ("000", "C/1", {("lead", "subject", "Các cấp ủy, tổ chức đảng tỉnh Hải Dương")}),
        (
            "000",
            "C/2",
            {
                ("direct", "subject", "Đảng đoàn Hội đồng nhân dân tỉnh Hải Dương"),
                ("monitor", "subject", "Đảng đoàn Hội đồng nhân dân tỉnh Hải Dương"),
            },
        ),
        (
            "000",
            "C/3",
            {
                ("direct", "subject", "Ban cán sự đảng Ủy ban nhân dân tỉnh Hải Dương"),
                ("advise", "inline", "Sở Thông tin và Truyền thông tỉnh Hải Dương"),
                ("lead", "inline", "Các cơ quan, đơn vị trực thuộc tỉnh Hải Dương"),
                (
                    "lead",
                    "inline",
                    "Ủy ban nhân dân các huyện, thị xã, thành phố tỉnh Hải Dương",
                ),
            },
        ),
        (
            "000",
            "C/5",
            {
                ("direct", "subject", "Ban Tuyên giáo Tỉnh ủy Hải Dương"),
                ("lead", "subject", "Ban Tuyên giáo Tỉnh ủy Hải Dương"),
                ("monitor", "subject", "Ban Tuyên giáo Tỉnh ủy Hải Dương"),
                ("coordinate", "inline", "Các ban, ngành liên quan tỉnh Hải Dương"),
            },
        ),
        (
            "002",
            "IV/2",
            {
                ("direct", "subject", "Đảng đoàn Hội đồng nhân dân tỉnh Lai Châu"),
                ("lead", "inline", "Hội đồng nhân dân tỉnh Lai Châu"),
                ("monitor", "inline", "Hội đồng nhân dân tỉnh Lai Châu"),
            },
        ),
        (
            "002",
            "IV/3",
            {
                ("direct", "subject", "Ban cán sự đảng Ủy ban nhân dân tỉnh Lai Châu"),
                ("monitor", "subject", "Ban cán sự đảng Ủy ban nhân dân tỉnh Lai Châu"),
            },
        ),
        (
            "004",
            "IV/5/2",
            {
                ("coordinate", "heading", "Sở Tài chính tỉnh Hải Dương"),
                ("advise", "heading", "Sở Tài chính tỉnh Hải Dương"),
                ("coordinate", "inline", "Sở Thông tin và Truyền thông tỉnh Hải Dương"),
                ("coordinate", "inline", "Các đơn vị có liên quan tỉnh Hải Dương"),
            },
        ),
        (
            "004",
            "IV/6/2",
            {
                ("lead", "heading", "Sở Khoa học và Công nghệ tỉnh Hải Dương"),
                (
                    "coordinate",
                    "inline",
                    "Các trường đại học, doanh nghiệp trong và ngoài tỉnh",
                ),
            },
        ),
        (
            "004",
            "PL3/A/II/5",
            {
                ("lead", "table", "Sở Thông tin và Truyền thông tỉnh Hải Dương"),
                ("coordinate", "inline", "Doanh nghiệp"),
            },
        ),
        (
            "004",
            "PL3/F/1",
            {
                (
                    "lead",
                    "table",
                    SMART_CITIES,
                )
            },
        ),
    ],
)
def test_reads_as_a_careful_annotator_would(corpus, doc, path, expected):
    assert corpus[doc].of(path) == expected


# --- other layouts --------------------------------------------------------------------------


def case(path: Path) -> tuple[dict[str, str], str, str]:
    head, text, expected = path.read_text(encoding="utf-8").split("---\n")
    fields = dict(line.split(" = ") for line in head.splitlines())
    return fields, text, expected


def told(reading: Read) -> str:
    """The reading in the words of the cases."""
    about = {task.part: task for task in reading.tasks}
    lines = []
    for index in sorted([*about, *reading.targets]):
        task = about.get(index)
        words = [reading.path(index), task.kind if task else "target"]
        if task is not None and task.period is not None:
            years = f"{task.period.start_year or ''}-{task.period.end_year or ''}"
            words += [years] if years != "-" else []
            words += [task.period.recurrence] if task.period.recurrence else []
        lines.append(" ".join(words))
        lines += [
            f"  {a.role} {a.via} {a.agency.canonical}"
            for a in reading.assignments
            if a.about == index
        ]
    lines += [f"? {reading.path(u.part)} {u.reason}" for u in reading.unresolved]
    return "\n".join(lines) + "\n"


def sorted_blocks(text: str) -> list[list[str]]:
    """Parts in order, the roles of each in any order; what is unresolved last."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("  "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    blocks = [[block[0], *sorted(block[1:])] for block in blocks]
    asked = sorted(block for block in blocks if block[0].startswith("?"))
    return [block for block in blocks if not block[0].startswith("?")] + asked


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_other_layouts(path):
    fields, text, expected = case(path)
    reading = assign(parse(decode(text.encode(), path.name)), fields["type"], fields["place"])
    assert sorted_blocks(told(reading)) == sorted_blocks(expected)


# --- any text -------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "Sở Y tế", "UBND các huyện", "Các sở, ban, ngành", "chủ trì", "phối hợp với", "chỉ đạo",
        "theo dõi, đôn đốc", "tham mưu", "Giao", "Chủ trì:", "các nhiệm vụ", "tại điểm a khoản 1",
        "khoản 9 mục II", "Phụ lục I", "Kế hoạch này", "xây dựng đề án", ";", ".", ":", "(", ")",
        "“", "**", "II. NHIỆM VỤ", "1.", "a)", "-", "+", "TT\tNhiệm vụ\tChủ trì\tThời gian",
        "1\tLập kế hoạch\tSở Y tế\tQuý I", "\t", "trước ngày 30/6/2022", "Điều 3.", "hằng năm",
    ]
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.lists(st.tuples(WORDS, st.sampled_from([" ", "\n", "\n\n", ""])), max_size=60),
    st.sampled_from([None, "KH", "CT", "QĐ", "NQ", "NĐ"]),
)
def test_no_text_breaks_the_reading(pieces, type_code):
    text = "x\n" + "".join(word + gap for word, gap in pieces)
    reading = assign(parse(decode(text.encode(), "any")), type_code, "VN-61")
    source = reading.tree.source.text
    for task in reading.tasks:
        assert all(source[p.start : p.end].strip() for p in task.pieces)
    for assignment in reading.assignments:
        assert assignment.about in {t.part for t in reading.tasks} | set(reading.targets)
        assert 0 < assignment.confidence <= 1
