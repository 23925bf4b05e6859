"""Targets and baselines against the gold, against made-up plans, and on any text at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri, lexicon, pipeline, resources, text
from policygraph import registers as registry
from policygraph.indicators import folded, indicator_key, register, restriction
from policygraph.mentions.columns import canonical_unit
from policygraph.mentions.deadlines import heading_year
from policygraph.mentions.faults import mended
from policygraph.mentions.targets import find_targets
from policygraph.model import Source, TargetMention, Topic, Tree
from policygraph.rdf.documents import document_graph
from policygraph.resolve import resolve
from policygraph.structure import parse

CASES = Path(__file__).resolve().parent / "cases" / "quantities"
LEAST = 0.98
"""F1 that the shared gold must reach, by document and kind."""


def read(text: str) -> Tree:
    return parse(Source("case.txt", "", text))


def tasks_of(tree: Tree) -> set[int]:
    work = {Topic.TASKS, Topic.ORGANISATION}
    return {p.index for p in tree.parts if p.path and p.topic in work and not p.is_heading}


def targets(text: str) -> tuple[Tree, tuple[TargetMention, ...]]:
    tree = read(text)
    return tree, find_targets(tree, tasks_of(tree))[0]


# --- the gold ------------------------------------------------------------------------------------


def _same(found: TargetMention, row: dict[str, Any], year: int | None) -> bool:
    pieces = [(row["start"], row["end"]), *map(tuple, row.get("more", []))]
    shared = sum(
        max(0, min(p.end, end) - max(p.start, start)) for p in found.pieces for start, end in pieces
    )
    longer = max(
        sum(p.end - p.start for p in found.pieces), sum(end - start for start, end in pieces)
    )
    return (
        shared >= 0.5 * longer
        and _number(found.value) == row["value"]
        and _number(found.upper_value) == row["value2"]
        and (found.comparator, found.unit, found.year) == (row["comparator"], row["unit"], year)
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _hits(found: list[TargetMention], rows: list[dict[str, Any]], year: str) -> int:
    left, hits = list(found), 0
    for row in rows:
        match = next((f for f in left if _same(f, row, row.get(year))), None)
        if match is not None:
            left.remove(match)
            hits += 1
    return hits


@pytest.mark.parametrize(("doc", "chapter"), [("003", ""), ("004", "PL1"), ("004", "PL2")])
def test_targets_of_the_gold(gold, doc, chapter):
    tree, found = targets(gold.text(doc))
    here = [f for f in found if not f.is_baseline and tree.parts[f.part].path.startswith(chapter)]
    rows = [r for r in gold.rows("targets", doc) if r["path"].startswith(chapter)]
    hits = _hits(here, rows, "deadline")
    assert rows
    assert 2 * hits / (len(here) + len(rows)) >= LEAST


def test_baselines_of_the_gold(gold):
    """The gold annotates one provision only, so only its own rows can be asked for."""
    rows = gold.rows("baselines")
    for doc in {row["doc"] for row in rows}:
        tree, found = targets(gold.text(doc))
        own = [row for row in rows if row["doc"] == doc]
        paths = {row["path"] for row in own}
        here = [f for f in found if f.is_baseline and tree.parts[f.part].path in paths]
        assert _hits(here, own, "year") == len(own) == len(here)


def test_exceptions_and_scopes_of_the_gold(gold):
    """One exception over three values, each with the level it is limited to."""
    tree, found = targets(gold.text("004"))
    row = tree.by_path["PL1/I/1"].index
    three = [f for f in found if f.part == row]
    assert [f.scope for f in three] == ["cấp tỉnh", "cấp huyện", "cấp xã"]
    assert {f.exception for f in three} == {"hồ sơ công việc thuộc phạm vi bí mật nhà nước"}
    assert len({indicator_key(f.indicator, f.unit) for f in three}) == 1


def test_one_indicator_across_provinces(gold):
    """The digital economy's share of GRDP, in three provinces, for 2025 and 2030."""
    shown = set()
    for doc in ("002", "003", "004"):
        for found in targets(gold.text(doc))[1]:
            key = indicator_key(found.indicator, found.unit)
            if key == ("ty-trong-kinh-te-so-trong-grdp", True):
                shown.add((doc, found.year, found.comparator, str(found.value)))
    assert shown == {
        ("002", 2025, "=", "10"),
        ("002", 2030, "=", "20"),
        ("003", 2025, "~", "20"),
        ("003", 2030, ">", "30"),
        ("004", 2025, "=", "20"),
        ("004", 2030, "=", "30"),
    }


# --- made-up plans -------------------------------------------------------------------------------


def line(tree: Tree, target: TargetMention) -> str:
    """One figure as the expected files write it: kind, path, figure, year, measure, limits."""
    value = "" if target.value is None else f"{target.value.normalize():f}"
    upper = "" if target.upper_value is None else f"-{target.upper_value.normalize():f}"
    total = "" if target.total is None else f"/{target.total:f}"
    return " | ".join(
        (
            "B" if target.is_baseline else "T",
            tree.parts[target.part].path,
            f"{target.comparator or ''} {value}{upper}{total} {target.unit or ''}".strip(),
            str(target.year or ""),
            target.indicator,
            target.scope or "",
            target.exception or "",
        )
    ).rstrip(" |")


@pytest.mark.parametrize("name", ["ke-hoach", "pham-vi", "linh-vuc-khac"])
def test_plans_read_as_expected(name):
    """All layouts ("ke-hoach"); scopes, totals, shared predicates and faults ("pham-vi");
    forests, schools, tourism and the poor ("linh-vuc-khac")."""
    tree, found = targets((CASES / f"{name}.txt").read_text(encoding="utf-8"))
    expected = (CASES / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    assert [line(tree, target) for target in found] == expected


def test_a_share_knows_its_total():
    """A rank and a count of so many name both numbers; a percentage has no total."""
    text = (
        "KẾ HOẠCH\n\nI. THỰC TRẠNG\n\n- Tỉnh xếp thứ 40/63 về chuyển đổi số; 7/1.250 hợp tác xã "
        "có trang web; 30% hộ dùng mạng.\n"
    )
    found = targets(text)[1]
    assert [(str(t.value), str(t.total)) for t in found] == [
        ("40", "63"),
        ("7", "1250"),
        ("30", "None"),
    ]


def test_the_graph_tells_the_total(texts_dir):
    """A rank among 63 in one of the texts: its value and its total stand on one node."""
    registers = registry.load(resources.directory("data/registers"))
    path = texts_dir / "lai-chau-nghi-quyet-09-nq-tu.txt"
    reading = pipeline.read_text(text.read(path, path.name), registers)
    (facts,) = resolve([reading], registers).documents
    said = {(s, p): value for s, p, value in document_graph(facts, registers).said()}
    figures = {
        (said[node, iri.term("value")], total)
        for (node, predicate), total in said.items()
        if predicate == iri.term("total")
    }
    wanted = {(t.value, t.total) for t in reading.targets if t.total is not None}
    assert wanted
    assert {(Decimal(value), Decimal(total)) for value, total in figures} == wanted


@pytest.mark.parametrize(
    ("faulty", "meant"),
    [
        ("dịch vụ chính quyền điện từ", "dịch vụ chính quyền điện tử"),
        ("Sàn phẩm trên sàn thương mại điện tử", "Sản phẩm trên sàn thương mại điện tử"),
        ("Công Dịch vụ công của tinh Ví Dụ", "Cổng dịch vụ công của tỉnh Ví Dụ"),
        ("két quả và vãn bản", "kết quả và văn bản"),
        ("liên thông nhất quán, thông nhất", "liên thông nhất quán, thống nhất"),
        ("tinh thần đổi mới của tỉnh", "tinh thần đổi mới của tỉnh"),
    ],
)
def test_faults_of_scans_are_mended_by_the_longest_phrase(faulty, meant):
    assert mended(faulty) == meant
    assert mended(meant) == meant


@pytest.mark.parametrize("entry", lexicon.load("faults").entries, ids=lambda entry: entry.name)
def test_every_fault_is_changed_only_where_it_is_one(entry):
    for words in entry.examples:
        assert entry.value.lower() in mended(words).lower()
    for words in entry.non_examples:
        assert entry.pattern.search(words) is None


def test_the_quote_stays_as_scanned():
    text = "KẾ HOẠCH\n\nI. MỤC TIÊU\n\n- 80% sàn phẩm được số hóa (trừ vãn bản mật).\n"
    tree, (target,) = targets(text)
    assert tree.join(target.pieces) == "80% sàn phẩm được số hóa (trừ vãn bản mật)"
    assert (target.indicator, target.exception) == ("tỷ lệ sản phẩm được số hóa", "văn bản mật")


def test_one_measure_has_one_value_a_year_and_scope(gold):
    """In one document no indicator must equal two values for the same year and population."""
    for doc in gold.files:
        said: dict[tuple[object, ...], Decimal] = {}
        for found in targets(gold.text(doc))[1]:
            if found.comparator != "=" or found.value is None:
                continue
            local = indicator_key(found.indicator, found.unit).local
            key = (local, found.year, found.scope, found.is_baseline)
            assert said.setdefault(key, found.value) == found.value, (doc, key)


def test_a_number_without_a_unit_is_kept_as_unresolved():
    tree = read((CASES / "ke-hoach.txt").read_text(encoding="utf-8"))
    _, unresolved = find_targets(tree)
    assert [(u.surface, u.reason) for u in unresolved] == [("đạt 95", "unread-figure")]


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("Đến năm 2025", 2025),
        ("Mục tiêu cơ bản đến năm 2030", 2030),
        ("II. MỤC TIÊU ĐẾN NĂM 2025, TẦM NHÌN ĐẾN NĂM 2030", 2025),
        ("Tầm nhìn đến năm 2045", 2045),
        ("Giai đoạn 2021 - 2025", 2025),
        ("Năm 2022", 2022),
        ("Mục tiêu cụ thể", None),
        ("(Ban hành kèm theo Kế hoạch số 12/KH-UBND ngày 25/6/2021)", None),
    ],
)
def test_the_year_that_a_heading_sets(words, year):
    assert heading_year(words) == year


def test_the_title_gives_a_year_only_to_objectives_and_says_so():
    text = (
        "KẾ HOẠCH\nChuyển đổi số giai đoạn 2021-2025\n\n"
        "I. MỤC TIÊU\n\n- Ít nhất 50% hộ dùng mạng.\n\n"
        "II. NHIỆM VỤ\n\n- Tập huấn cho 70% cán bộ.\n"
    )
    goal, task = targets(text)[1]
    assert (goal.year, goal.rule.rsplit(".", 1)[-1]) == (2025, "title")
    assert (task.year, "in-task" in task.rule) == (None, True)
    assert goal.confidence < 0.7


def test_a_row_of_tasks_takes_the_last_year_of_its_period():
    text = (
        "PHỤ LỤC\nDANH MỤC NHIỆM VỤ\n\nTT\tNhiệm vụ\tChủ trì\tNăm thực hiện\n"
        "1\tĐào tạo 40 kỹ sư dữ liệu\tSở Nội vụ\t2022-2024\n"
    )
    (target,) = targets(text)[1]
    assert target.value == 40
    assert (target.unit, target.year) == ("kỹ sư", 2024)


def test_a_page_break_inside_a_figure_keeps_both_pieces():
    text = (
        "KẾ HOẠCH\n\nI. MỤC TIÊU ĐẾN NĂM 2025\n\n- Tối thiểu 80% hồ sơ được tiếp nhận,\n\n"
        "xử lý trên môi trường mạng.\n"
    )
    tree, (target,) = targets(text)
    assert len(target.pieces) == 2
    assert tree.join(target.pieces).endswith("tiếp nhận, xử lý trên môi trường mạng")


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("Doanh nghiệp", "doanh nghiệp"),
        ("%", "%"),
        ("Máy / 100 dân", "máy/100 dân"),
        ("DN", "doanh nghiệp"),
        ("", None),
    ],
)
def test_units_of_tables_are_folded(written, unit):
    assert canonical_unit(written) == unit


SNIPPETS = (
    *("MỤC TIÊU", "I. ", "- ", "Đến năm 2025", ":", ";", ". ", "\n", "\n\n", "tối thiểu ", "80%"),
    *(" hộ dân", "(trừ ", "(", ")", "18/18 sở", "1.079 ", "từ 50% lên ", "thứ 45/63", " và ", ", "),
    *("TT\tChỉ tiêu\tĐơn vị\tNăm 2025\n", "1\tTỷ lệ\t%\t50\n", "mỗi xã có ", "THỰC TRẠNG"),
    *("PHỤ LỤC", "**", "(năm 2020 đạt 5%)", " được ", "tăng ", "chiếm ", "/năm"),
)


@given(st.lists(st.sampled_from(SNIPPETS), max_size=40))
def test_any_text_is_read_without_fear(words):
    text = "KẾ HOẠCH\n\n" + "".join(words)
    tree, found = targets(text)
    for target in found:
        assert target.pieces
        assert target.indicator
        part = tree.parts[target.part]
        assert all(part.start <= p.start < p.end <= part.end for p in target.pieces)
        assert (target.value is None) == (target.comparator is None)
        assert (target.upper_value is not None) == (target.comparator == "range")
        assert 0 < target.confidence <= 1


# --- the register of indicators ------------------------------------------------------------------


@pytest.mark.parametrize("row", register(), ids=lambda row: row.local)
def test_every_indicator_takes_its_examples_and_no_other(row):
    assert row.examples
    assert row.non_examples
    for words in row.examples:
        assert indicator_key(words, row.unit or None) == (row.local, True), words
    for words in row.non_examples:
        assert not row.pattern.search(folded(words)), words


def test_the_register_says_where_its_indicators_come_from():
    for row in register():
        assert row.label_vi
        assert row.label_en
        assert row.source


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "tỷ lệ hộ gia đình được phủ cáp quang",
            "tỷ lệ hộ gia đình có đường truyền Internet băng rộng",
        ),
        ("tỷ lệ hộ gia đình được phủ cáp quang", "tỷ lệ xã được phủ cáp quang"),
        ("tỷ lệ dân số được phủ sóng di động", "tỷ lệ diện tích được phủ sóng di động"),
        ("tỷ lệ hồ sơ được nộp trực tuyến", "tỷ lệ hồ sơ được giải quyết trực tuyến"),
        ("tỷ lệ giảm thủ tục hành chính", "tỷ lệ giảm thời gian giải quyết thủ tục hành chính"),
        (
            "tỷ lệ báo cáo được thực hiện trên hệ thống thông tin báo cáo",
            "tỷ lệ cơ quan báo cáo định kỳ trên hệ thống thông tin báo cáo",
        ),
    ],
)
def test_another_unit_or_relation_is_another_measure(first, second):
    """Households and communes, reached and connected, submitted and settled stay apart."""
    assert indicator_key(first, "%").local != indicator_key(second, "%").local


@pytest.mark.parametrize(
    ("wording", "scope"),
    [
        ("tỷ lệ cơ sở giáo dục mầm non triển khai dạy học trực tuyến", "mầm non"),
        ("tỷ lệ cơ sở giáo dục triển khai dạy học trực tuyến", None),
        ("tỷ lệ sản phẩm OCOP được đưa lên sàn thương mại điện tử", "OCOP"),
        ("tỷ lệ diện tích của tỉnh được phủ sóng di động", "toàn tỉnh"),
        ("tỷ lệ công tác báo cáo được thực hiện trên hệ thống thông tin báo cáo", None),
        ("tỷ lệ hộ dân dùng bếp điện", None),
    ],
)
def test_what_narrows_a_shared_concept_is_a_scope(wording, scope):
    assert restriction(wording, "%") == scope


def test_an_unknown_measure_gets_a_concept_of_its_own_words():
    first = indicator_key("tỷ lệ hộ dân dùng bếp điện", "%")
    assert first == ("ho-dan-dung-bep-dien", False)
    assert indicator_key("Tỷ lệ các hộ dân dùng bếp điện", "%") == first


def test_long_names_stay_apart():
    one = indicator_key("tỷ lệ " + "hồ sơ giấy tờ " * 20 + "loại một", "%").local
    two = indicator_key("tỷ lệ " + "hồ sơ giấy tờ " * 20 + "loại hai", "%").local
    assert one != two
    assert len(one) <= 80


def test_a_yearly_rate_is_not_its_level():
    level, rate = (indicator_key("tỷ lệ hộ nghèo", unit) for unit in ("%", "%/năm"))
    assert level.local != rate.local


def test_a_table_between_bars_with_a_rule_under_its_head() -> None:
    head = "|TT|Chỉ tiêu|ĐVT|2023|2025|\n|---|---|---|---|---|\n"
    row = "|1|Tỷ lệ hộ dùng nước sạch|%|80|≥ 95|\n"
    tree, found = targets(f"PHỤ LỤC I\nDANH MỤC CHỈ TIÊU\n\n{head}{row}")
    assert [line(tree, target) for target in found] == [
        "T | PLI/1 | = 80 % | 2023 | tỷ lệ hộ dùng nước sạch",
        "T | PLI/1 | >= 95 % | 2025 | tỷ lệ hộ dùng nước sạch",
    ]


def test_a_table_without_numbers_whose_columns_are_years() -> None:
    head = "| Chỉ tiêu | Hiện trạng 2020 | Mục tiêu 2025 |\n|---|---|---|\n"
    tree, found = targets(f"I. MỤC TIÊU\n1. Cụ thể\n{head}| Số thôn chưa có điện | 35 | 0 |\n")
    assert [line(tree, target) for target in found] == [
        "B | I/1/1 | = 35 | 2020 | số thôn chưa có điện",
        "T | I/1/1 | = 0 | 2025 | số thôn chưa có điện",
    ]


@pytest.mark.parametrize(
    "text", ["Hỗ trợ tối đa 100 triệu đồng/doanh nghiệp", "Hỗ trợ lãi suất 2%/năm", "| Rừng | 35 |"]
)
def test_what_is_no_target(text: str) -> None:
    assert not targets(f"I. CHÍNH SÁCH\n1. {text}\n")[1]


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            "Sở Y tế rà soát cơ sở, đồng thời trồng mới 500 ha rừng, độ che phủ đạt 42% năm 2027.",
            ["= 500 ha |  | diện tích rừng trồng mới", "= 42 % | 2027 | độ che phủ"],
        ),
        (
            "Rà soát, nâng cấp hạ tầng, phấn đấu thu ngân sách 15.000 tỷ đồng.",
            ["= 15000 tỷ đồng |  | thu ngân sách"],
        ),
        (
            "Tổ chức xúc tiến; phấn đấu năng suất năm 2030 gấp hai lần rưỡi năm 2025.",
            ["= 2.5 lần | 2030 | mức tăng năng suất năm 2030"],
        ),
        ("Đầu tư 15.000 tỷ đồng cho hạ tầng.", []),
        ("Phạt tiền gấp 2 lần mức cũ.", []),
    ],
)
def test_figures_of_later_clauses_of_a_task(task: str, expected: list[str]) -> None:
    tree, found = targets(f"II. NHIỆM VỤ\n1. {task}\n")
    assert [line(tree, target) for target in found] == [f"T | II/1 | {words}" for words in expected]


def test_a_product_of_work_is_no_figure_of_today() -> None:
    head = "TT\tNhiệm vụ\tCơ quan chủ trì\tThời gian\tKết quả\n"
    rows = "1\tTập huấn\tSở Y tế\tQuý II/2026\t15 lớp\n2\tKết nối\tSở Y tế\t2026\t100%\n"
    assert not targets(f"II. NHIỆM VỤ\n\n{head}{rows}")[1]


def test_a_straight_quotation_that_is_closed_hides_no_year() -> None:
    task = 'Thi công "3 ca, 4 kíp"; hoàn thành 3.000 km đường vào ngày 19 tháng 12 năm 2025.'
    tree, found = targets(f"II. NHIỆM VỤ\n1. {task}\n")
    assert [line(tree, target) for target in found] == [
        "T | II/1 | = 3000 km | 2025 | chiều dài đường hoàn thành"
    ]


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("- Số hợp tác xã hoạt động hiệu quả: 05.", "= 5 hợp tác xã"),
        ("- 100% chi đội có ít nhất 02 buổi/học kỳ.", "= 100 %; >= 2 buổi/học kỳ"),
        ("- Mỗi phường, xã xây dựng ít nhất 02 mô hình điểm.", ">= 2 mô hình/phường, xã"),
        ("- Lắp đặt tối thiểu 05 trạm cảnh báo tại mỗi tỉnh.", ">= 5 trạm/tỉnh"),
    ],
)
def test_what_is_counted_before_a_colon_and_of_each(goal: str, expected: str) -> None:
    tree, found = targets(f"I. MỤC TIÊU ĐẾN NĂM 2030\n{goal}\n")
    assert "; ".join(line(tree, target).split(" | ")[2] for target in found) == expected


def test_the_caption_of_a_table_is_no_goal() -> None:
    assert not targets("I. MỤC TIÊU\n\nBiểu 1. Chỉ tiêu giảm nghèo của huyện\n")[1]


def test_money_of_projects_is_no_target() -> None:
    head = "TT\tTên dự án\tChủ đầu tư\tThời gian\tKế hoạch vốn 2026-2030\n"
    row = "1\tNâng cấp đường liên thôn\tUBND xã\t2026-2027\t14.500\n"
    assert not targets(f"PHỤ LỤC\nDANH MỤC DỰ ÁN\nĐVT: Triệu đồng\n{head}{row}")[1]


def test_an_item_that_calls_itself_a_goal_among_viewpoints() -> None:
    goal = "Mục tiêu: Năm 2026 thu hút 30 dự án, tổng vốn đăng ký trên 45.000 tỷ đồng."
    tree, found = targets(f"I. QUAN ĐIỂM, MỤC TIÊU\n1. Quan điểm: Có chọn lọc.\n2. {goal}\n")
    assert [line(tree, target).split(" | ")[2:4] for target in found] == [
        ["= 30 dự án", "2026"],
        ["> 45000 tỷ đồng", "2026"],
    ]


def test_columns_whose_heads_tell_year_and_unit() -> None:
    head = "|TT|Chỉ số|Kết quả 2024 (điểm)|Mục tiêu 2026 (điểm)|Chủ trì|\n|---|---|---|---|---|\n"
    tree, found = targets(f"I. MỤC TIÊU\n\n{head}|1|Tiếp cận đất đai|6,9|≥ 7,2|Sở Nội vụ|\n")
    assert [line(tree, target) for target in found] == [
        "B | I/1 | = 6.9 điểm | 2024 | tiếp cận đất đai",
        "T | I/1 | >= 7.2 điểm | 2026 | tiếp cận đất đai",
    ]
