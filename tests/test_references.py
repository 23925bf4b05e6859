"""References to provisions: what they name, level by level, and what is no reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import lexicon
from policygraph.mentions.references import (
    expand,
    find_references,
    hands_over_anew,
    is_pure_reference,
    task_references,
)
from policygraph.mentions.tasks import find_tasks
from policygraph.mentions.view import View
from policygraph.model import Source, Span, Tree
from policygraph.structure import parse
from policygraph.text import decode, read

CASES = Path(__file__).resolve().parent / "cases" / "references"
HERE = "B/III/1/a"
TWO_PROVISIONS = (
    "Chủ trì, phối hợp với các ngành, đơn vị có liên quan triển khai các nhiệm vụ, giải pháp được "
    "nêu tại điểm a, khoản 4; ý 4, 5 điểm b, khoản 5, mục II của Kế hoạch này theo chức năng."
)


def cases() -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in (CASES / "references.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            found[-1][1].extend(line.split())
        elif not line.startswith("#"):
            found.append((line, []))
    return found


@pytest.fixture(scope="module")
def plan() -> Tree:
    return parse(read(CASES / "plan.txt"))


def view(text: str) -> View:
    return View(text, (Span(0, len(text)),))


@pytest.mark.parametrize(("words", "expected"), cases())
def test_a_reference_names_these_tasks(plan, words, expected):
    tasks = find_tasks(plan, "KH")
    said = view(f"Chủ trì thực hiện các nhiệm vụ nêu tại {words}.")
    references = task_references(said, plan.by_path[HERE].index)
    assert len(references) == 1, references
    parts, problems = expand(plan, tasks, references[0])
    assert [plan.parts[p].path for p in parts] == [path for path in expected if path != "!"]
    assert len(problems) == expected.count("!")


def test_a_problem_says_what_is_missing(plan):
    said = view("thực hiện các nhiệm vụ tại điểm k khoản 1 mục II")
    (reference,) = task_references(said, plan.by_path[HERE].index)
    _, (problem,) = expand(plan, find_tasks(plan, "KH"), reference)
    assert problem.startswith("điểm k khoản 1 mục II: không có điểm k")


def test_this_article_is_the_one_that_says_so():
    text = "QUYẾT ĐỊNH:\n\nĐiều 2. Phân công\n\n1. Giao Sở Y tế lập đề án.\n\n2. Giao Sở Tài chính."
    tree = parse(decode(text.encode(), "quyet-dinh"))
    said = view("các nhiệm vụ tại khoản 1 Điều này")
    (reference,) = task_references(said, tree.by_path["2/2"].index)
    parts, problems = expand(tree, find_tasks(tree, "QĐ"), reference)
    assert [tree.parts[p].path for p in parts] == ["2/1"]
    assert not problems


@pytest.mark.parametrize(
    "text",
    [
        "theo quy định tại điểm a khoản 2 Điều 5 Nghị định số 47/2020/NĐ-CP",
        "các nhiệm vụ nêu tại mục III Nghị quyết số 52-NQ/TW",
        "các nhiệm vụ tại khoản 1 Điều 8 Luật Quy hoạch",
        "các nhiệm vụ tại Phụ lục I Quyết định số 749/QĐ-TTg",
    ],
)
def test_provisions_of_other_documents_are_left_alone(text):
    assert find_references(view(text), 0) == ()


@pytest.mark.parametrize(
    "text",
    [
        "tại tất cả các điểm đến du lịch",
        "các nhiệm vụ mục tiêu 4 năm",
        "phần mềm quản lý, phần 4G",
        "các khoản vay, điều kiện 1",
    ],
)
def test_words_that_only_look_like_levels(text):
    assert task_references(view(text), 0) == ()


def test_rules_are_cited_and_not_handed_over():
    said = view("Báo cáo kết quả nhiệm vụ theo quy định tại khoản 2 Điều này")
    assert len(find_references(said, 0)) == 1
    assert task_references(said, 0) == ()


def test_what_a_table_assigns_is_not_assigned_again():
    again = view("thực hiện các nhiệm vụ được giao chủ trì tại Phụ lục kèm theo")
    anew = view("Theo nhiệm vụ được giao, chủ trì các nhiệm vụ nêu tại mục II")
    assert not hands_over_anew(again, task_references(again, 0)[0])
    assert hands_over_anew(anew, task_references(anew, 0)[0])


@pytest.mark.parametrize(
    ("text", "pure"),
    [
        ("Chủ trì triển khai các nhiệm vụ nêu tại điểm a, khoản 5, mục II Kế hoạch này.", True),
        (TWO_PROVISIONS, True),
        ("Chủ trì triển khai các nhiệm vụ, giải pháp được nêu điểm i, khoản 5, mục II.", True),
        ("Sở Y tế, Sở Nội vụ thực hiện các nhiệm vụ tại khoản 2 mục II Kế hoạch này.", True),
        ("Thực hiện các nhiệm vụ được giao chủ trì tại Phụ lục kèm theo Kế hoạch này.", True),
        ("Chủ trì các nhiệm vụ tại khoản 2 mục II; tổng hợp, báo cáo UBND tỉnh.", False),
        ("Xây dựng kế hoạch thực hiện các nhiệm vụ tại khoản 2 mục II.", False),
        ("Bố trí kinh phí cho các nhiệm vụ tại khoản 2 mục II.", False),
        ("Chủ trì xây dựng đề án.", False),
    ],
)  # fmt: skip
def test_an_item_that_only_hands_over(text, pure):
    tree = parse(decode(f"III. TỔ CHỨC THỰC HIỆN\n\n1. {text}\n".encode(), "ke-hoach"))
    assert is_pure_reference(tree, tree.by_path["III/1"]) is pure


WORDS = st.sampled_from(
    ["điểm", "khoản", "mục", "Điều", "ý", "Phụ lục", "a", "đ", "1", "2.1", "II", "II.3", "này",
     "đến", "từ", "-", ",", ";", "và", "của Kế hoạch này", "các nhiệm vụ", "Luật", "tại"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=25))
def test_any_words_are_read_and_expanded(words):
    text = " ".join(words)
    tree = parse(Source("any", "0" * 64, "II. NHIỆM VỤ\n\n1. A\n\na) Lập đề án;\n\nb) " + text))
    tasks = find_tasks(tree, "KH")
    last = tree.parts[-1].index
    for reference in find_references(view(text), last):
        assert 0 <= reference.start < reference.end <= len(text)
        parts, problems = expand(tree, tasks, reference)
        assert set(parts) <= {t.part for t in tasks}
        assert all(problems)


def test_levels_begin_with_a_word_of_their_gate():
    """Only where a word begins as a gate does are the levels looked for."""
    for entry in lexicon.load("references").entries:
        if entry.name.startswith("level."):
            for example in entry.examples:
                found = entry.pattern.search(example)
                assert found is not None
                assert found[0].lower().startswith(entry.gate)


DECISION = """QUYẾT ĐỊNH
Phê duyệt Chương trình phát triển nhân lực số

Điều 1. Phê duyệt Chương trình phát triển nhân lực số với những nội dung sau:

III. NHIỆM VỤ, GIẢI PHÁP

1. Hoàn thiện cơ chế

a) Rà soát các quy định về đào tạo;

b) Xây dựng cơ chế học bổng.

2. Đẩy mạnh hợp tác quốc tế.

V. TỔ CHỨC THỰC HIỆN

1. Bộ Nội vụ chủ trì thực hiện các nhiệm vụ tại điểm b khoản 1, khoản 2 mục III Điều này.

2. Bộ Y tế chủ trì thực hiện nhiệm vụ tại điểm a khoản 1 mục III Điều 1.
"""


@pytest.mark.parametrize(
    ("item", "expected"),
    [("1/V/1", ["1/III/1/b", "1/III/2"]), ("1/V/2", ["1/III/1/a"])],
)
def test_an_article_may_hold_the_chapter_that_is_named(item, expected):
    """In decisions that approve a programme the article is the outermost level."""
    tree = parse(Source("t.txt", "0", DECISION))
    part = tree.by_path[item]
    references = task_references(View(DECISION, part.pieces), part.index)
    named = [expand(tree, find_tasks(tree, "QĐ"), r) for r in references]
    assert [tree.parts[p].path for parts, _ in named for p in parts] == expected
    assert not any(problems for _, problems in named)


SCHEME = """ĐỀ ÁN

PHẦN THỨ NHẤT
THỰC TRẠNG

V. NGUYÊN NHÂN

PHẦN THỨ HAI
NHIỆM VỤ

I. ĐÀO TẠO

1. Xây dựng chương trình đào tạo.

II. HẠ TẦNG

1. Đầu tư phòng thực hành.

PHẦN THỨ BA
TỔ CHỨC THỰC HIỆN

1. Sở Nội vụ.
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Phần II", ["2/I/1", "2/II/1"]),
        ("Phần 2", ["2/I/1", "2/II/1"]),
        ("mục II Phần thứ hai", ["2/II/1"]),
        ("Phần V", []),
    ],
)
def test_a_part_is_named_with_any_numerals_and_is_no_chapter_below_one(words, expected):
    tree = parse(Source("t.txt", "0", SCHEME))
    said = view(f"chủ trì các nhiệm vụ tại {words} Đề án này")
    (reference,) = task_references(said, tree.by_path["3/1"].index)
    parts, problems = expand(tree, find_tasks(tree, "ĐA"), reference)
    assert [tree.parts[p].path for p in parts] == expected
    assert bool(problems) == (not expected)
