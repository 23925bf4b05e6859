"""Tasks: the gold, the counts of the corpus, and other layouts of the genre."""

from __future__ import annotations

from collections import Counter

import pytest

from policygraph.mentions.tasks import find_tasks, is_indicator_row, labels, short_label
from policygraph.model import TaskMention, Tree
from policygraph.structure import parse
from policygraph.text import decode, read

TYPES = {"000": "CTr", "001": "CT", "002": "NQ", "003": "KH", "004": "KH"}


def tree_of(text: str) -> Tree:
    return parse(decode(text.encode(), "case"))


def paths(text: str, type_code: str | None = "KH") -> list[str]:
    tree = tree_of(text)
    return [tree.parts[t.part].path for t in find_tasks(tree, type_code)]


def tasks_by_path(tree: Tree, type_code: str | None) -> dict[str, TaskMention]:
    return {tree.parts[t.part].path: t for t in find_tasks(tree, type_code)}


@pytest.fixture(scope="module")
def corpus(gold) -> dict[str, tuple[Tree, dict[str, TaskMention]]]:
    trees = {doc: parse(read(gold.texts / name)) for doc, name in gold.files.items()}
    return {doc: (tree, tasks_by_path(tree, TYPES[doc])) for doc, tree in trees.items()}


# --- the gold -----------------------------------------------------------------------------


@pytest.mark.parametrize(("doc", "under"), [("001", ""), ("003", ""), ("004", "PL2/")])
def test_tasks_are_those_of_the_gold(gold, corpus, doc, under):
    _, tasks = corpus[doc]
    found = {path: task for path, task in tasks.items() if path.startswith(under)}
    rows = {row["path"]: row for row in gold.rows("tasks", doc)}
    assert set(found) == set(rows)
    for path, row in rows.items():
        assert found[path].kind == row["kind"]
        assert found[path].document_type == row.get("doc_type")
        spans = [(p.start, p.end) for p in found[path].pieces]
        wanted = [(row["start"], row["end"]), *map(tuple, row.get("more", []))]
        assert (spans[0][0], spans[-1][1]) == (wanted[0][0], wanted[-1][1]), path


@pytest.mark.parametrize(
    ("doc", "counts"),
    [
        ("000", {"B": 33, "C": 5}),
        ("001", {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 1, "7": 1}),
        ("002", {"III": 43, "IV": 4}),
        ("003", {"III": 38, "IV": 5}),
        ("004", {"II": 72, "IV": 31, "PL2": 13, "PL3": 80}),
    ],
)
def test_counts_of_the_corpus(corpus, doc, counts):
    _, tasks = corpus[doc]
    assert Counter(path.split("/")[0] for path in tasks) == counts


def test_rows_of_a_list_of_projects_have_their_years(corpus):
    _, tasks = corpus["004"]
    projects = [t for path, t in tasks.items() if path.startswith("PL3/")]
    assert {t.kind for t in projects} == {"project"}
    assert all(t.period for t in projects)
    yearly = [p for p, t in tasks.items() if t.period and t.period.recurrence == "annual"]
    assert {"PL3/A/V/3", "PL3/A/V/4", "IV/21/4"} <= set(yearly)


def test_rows_cut_by_a_page_are_whole(corpus):
    tree, tasks = corpus["004"]
    cut = [p for p, t in tasks.items() if p.startswith("PL3/") and len(t.pieces) > 1]
    assert cut == ["PL3/B/3/2", "PL3/E/1", "PL3/E/3", "PL3/E/7", "PL3/E/9", "PL3/E/17"]
    assert "toàn quốc" in tree.join(tasks["PL3/E/1"].pieces)


def test_a_lead_in_row_and_a_pure_reference_are_none(corpus):
    _, tasks = corpus["004"]
    assert not {"PL3/B/3", "IV/2/2", "IV/9/1", "PL1/I/1"} & set(tasks)


def test_indicator_rows_are_told_apart(corpus):
    tree, tasks = corpus["004"]
    rows = [p for p in tree.parts if p.cells and p.kind != "nhom" and is_indicator_row(tree, p)]
    assert len(rows) == 27
    assert not {row.path for row in rows} & set(tasks)


# --- layouts ------------------------------------------------------------------------------


def test_chapters_that_lay_nothing_down():
    text = (
        "KẾ HOẠCH\n\nI. TÌNH HÌNH\n\n1. Đã xây dựng 5 trường.\n\nII. NGUYÊN TẮC\n\n"
        "1. Thực hiện công khai.\n\nIII. MỤC TIÊU\n\n1. Xây dựng 5 trường.\n\nIV. NHIỆM VỤ\n\n"
        "1. Xây dựng 5 trường.\n\nV. KINH PHÍ\n\n1. Sở Tài chính bố trí kinh phí.\n"
    )
    assert paths(text) == ["IV/1"]


def test_plus_bullets_belong_to_their_item():
    text = (
        "II. NHIỆM VỤ\n\n1. Đào tạo\n\n- Mở lớp tập huấn:\n\n+ Cho cán bộ xã;\n\n"
        "+ Cho cán bộ huyện.\n\n- Biên soạn tài liệu:\n\n+ Sở Y tế chủ trì phần y tế;\n\n"
        "+ Sở Nội vụ chủ trì phần tổ chức.\n"
    )
    assert paths(text) == ["II/1/1", "II/1/2/1", "II/1/2/2"]
    tree = tree_of(text)
    first = tasks_by_path(tree, "KH")["II/1/1"]
    assert tree.join(first.pieces).endswith("+ Cho cán bộ huyện.")
    assert len(first.pieces) == 1


def test_labelled_bullets_are_columns():
    text = (
        "II. NHIỆM VỤ\n\n1. Lập đề án chợ đầu mối\n\n- Cơ quan chủ trì: Sở Công Thương.\n\n"
        "- Thời gian thực hiện: Quý IV/2023.\n\n- Sản phẩm dự kiến: Đề án được phê duyệt.\n\n"
        "2. Cải tạo chợ (Chủ trì: UBND huyện; thời gian: 2023 - 2024).\n"
    )
    tree = tree_of(text)
    tasks = tasks_by_path(tree, "KH")
    assert list(tasks) == ["II/1", "II/2"]
    assert tasks["II/1"].product == "Đề án được phê duyệt"
    first, second = tasks["II/1"].period, tasks["II/2"].period
    assert first is not None
    assert second is not None
    assert (first.start_year, second.start_year, second.end_year) == (2023, 2023, 2024)
    columns = [label.column for label in labels(tree, tree.by_path["II/2"])]
    assert columns == ["lead", "period"]


def test_labelled_bullets_beside_the_items_hold_for_each():
    text = (
        "II. NHIỆM VỤ\n\n1. Truyền thông:\n\n- Phát tờ rơi.\n\n- Treo áp phích.\n\n"
        "- Đơn vị chủ trì: Sở Y tế.\n"
    )
    tree = tree_of(text)
    tasks = tasks_by_path(tree, "KH")
    assert list(tasks) == ["II/1/1", "II/1/2"]
    for path in tasks:
        assert [x.words for x in labels(tree, tree.by_path[path])] == ["Sở Y tế"]


@pytest.mark.parametrize(
    ("type_code", "expected"), [("CT", ["1", "2"]), ("KL", ["1", "2"]), (None, []), ("NĐ", [])]
)
def test_numbered_items_are_orders_only_in_orders(type_code, expected):
    text = "CHỈ THỊ\n\nĐể bảo đảm an toàn:\n\n1. Rà soát cầu yếu.\n\n2. Sở Y tế lập phương án.\n"
    assert paths(text, type_code) == expected


def test_articles_that_give_an_actor_work():
    text = (
        "QUYẾT ĐỊNH:\n\nĐiều 1. Ban hành kèm theo Quyết định này Quy chế quản lý chợ.\n\n"
        "Điều 2. Giao Sở Công Thương tổ chức thực hiện Quy chế.\n\n"
        "Điều 3. Quyết định này có hiệu lực từ ngày ký.\n\n"
        "Điều 4. Giám đốc các sở chịu trách nhiệm thi hành Quyết định này./.\n"
    )
    assert paths(text, "QĐ") == ["2"]


def test_a_chapter_that_points_to_an_appendix_has_none():
    text = (
        "II. NHIỆM VỤ\n\n(Chi tiết tại Phụ lục kèm theo)\n\nIII. TỔ CHỨC THỰC HIỆN\n\n"
        "1. Các sở thực hiện các nhiệm vụ được giao chủ trì tại Phụ lục kèm theo Kế hoạch này.\n"
    )
    assert paths(text) == []


def test_kinds_of_rows():
    text = (
        "PHỤ LỤC 1\nDANH MỤC DỰ ÁN ƯU TIÊN\n\nTT\tTên dự án\tChủ đầu tư\tGiai đoạn\n"
        "1\tHồ chứa nước\tSở Nông nghiệp\t2022-2024\nTổng cộng\t\t\t\n\n"
        "PHỤ LỤC 2\nDANH MỤC VĂN BẢN CẦN BAN HÀNH\n\nTT\tTên văn bản\tCơ quan soạn thảo\tTiến độ\n"
        "1\tQuy chế vận hành hồ\tSở Nông nghiệp\t2022\n\n"
        "PHỤ LỤC 3\nPHÂN CÔNG NHIỆM VỤ\n\nTT\tNhiệm vụ\tChủ trì\tSản phẩm\n"
        "1\tTrực ban\tVăn phòng\tLịch trực\n"
    )
    tree = tree_of(text)
    tasks = tasks_by_path(tree, "KH")
    assert {path: t.kind for path, t in tasks.items()} == {
        "PL1/1": "project",
        "PL2/1": "document",
        "PL3/1": "task",
    }
    assert tasks["PL3/1"].product == "Lịch trực"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Xây dựng kho dữ liệu dùng chung của tỉnh; kết nối với kho dữ liệu quốc gia.",
         "Xây dựng kho dữ liệu dùng chung của tỉnh"),
        ("Rà soát.", "Rà soát"),
        ("**Mở lớp** đào tạo", "Mở lớp đào tạo"),
        ("Khai thác " + "rất " * 30, "Khai thác " + "rất " * 19 + "rất…"),
        ("Triển khai các công nghệ mới nhất hiện nay như: thanh toán thẻ",
         "Triển khai các công nghệ mới nhất hiện nay"),
        ("Sở Lao động - Thương binh và Xã hội: dạy nghề cho thanh niên",
         "Sở Lao động - Thương binh và Xã hội: dạy nghề cho thanh niên"),
    ],
)  # fmt: skip
def test_short_labels(text, label):
    assert short_label(text) == label


def test_rows_parted_by_bars_that_frame_nothing():
    text = """KẾ HOẠCH
Tạo lập dữ liệu

II. NHIỆM VỤ
STT | Nhiệm vụ | Cơ quan chủ trì | Thời gian
1 | Làm sạch dữ liệu đất đai | Sở NN&MT | 11/2025
2 | Số hóa hồ sơ hộ tịch | Sở Tư pháp | Tháng 12/2025
"""
    found = tasks_by_path(tree_of(text), "KH")
    assert {path: task.period.end_year for path, task in found.items() if task.period} == {
        "II/1": 2025,
        "II/2": 2025,
    }
