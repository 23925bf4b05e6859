"""The gap audit and the report of what is unresolved, over the fixture and over the corpus."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from policygraph import audit, lineage, queries, resources, store, vocab
from policygraph.errors import UnknownThing

HERE = Path(__file__).parent
TTL = HERE.parent / "data" / "ttl"
KNOWN = queries.load(resources.directory("queries"))
PLAN = "77/KH-UBND"
CORPUS_PLAN = "2358/KH-UBND"
HEAD = "Sở Thông tin và Truyền thông tỉnh Hải Dương"


def opened(ttl, root):
    store.build(ttl, resources.directory("ontology"), root, lineage.derive)
    return store.open_read_only(root)


@pytest.fixture(scope="module")
def fixture_graph(tmp_path_factory):
    return opened(HERE / "fixtures" / "ttl", tmp_path_factory.mktemp("fixture"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return opened(TTL, tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def plan(corpus):
    return audit.audit(corpus, KNOWN, CORPUS_PLAN)


def ask(snapshot, name, **values):
    return queries.run(snapshot, KNOWN, name, values)


def paths(report, check):
    return [f.path for f in report.findings if f.check == check]


def test_the_checks_are_the_concepts_of_the_scheme():
    assert set(audit.CHECKS) == {concept.name for concept in vocab.CHECK_CONCEPTS}
    assert len(audit.CHECKS) == len(vocab.CHECK_CONCEPTS)
    assert set(audit.CHECKS) >= audit.GATHERED


def test_every_check_finds_its_gap_in_the_fixture(fixture_graph):
    found = audit.audit(fixture_graph, KNOWN, PLAN)
    assert {check.name for check in found.checks if check.findings} == set(audit.CHECKS)
    assert paths(found, "provision-without-lead") == ["II/2", "III"]
    assert paths(found, "task-with-several-leads") == ["II/1/b"]
    assert paths(found, "target-without-unit") == ["II/1/a"]
    ended = next(f for f in found.findings if f.check == "agency-ended")
    assert ended.label == "Sở Thông tin tỉnh Bắc Sơn"
    assert ended.detail == "2025-02-28 → Sở Khoa học tỉnh Bắc Sơn (1, ≤ 2025)"


def test_a_chapter_without_any_lead_is_one_line(fixture_graph):
    lines = list(audit.audit(fixture_graph, KNOWN, PLAN).lines())
    head = lines.index(
        "✗ Nhiệm vụ không có cơ quan chủ trì / Task without a lead (task-without-lead): 3"
    )
    assert lines[head + 1 : head + 4] == [
        "  Kế hoạch 77/KH-UBND: 3",
        "    II/2 (1)",
        "    III (2): 1–2",
    ]
    assert all(len(line) <= 200 for line in lines)


def test_a_document_without_gaps_says_so(fixture_graph):
    found = audit.audit(fixture_graph, KNOWN, "52-NQ/TW")
    assert found.findings == ()
    assert [check.name for check in found.checks] == list(audit.CHECKS)
    assert sum(line.startswith("✓") for line in found.lines()) == len(audit.CHECKS)


def test_an_unknown_document_is_refused(fixture_graph):
    with pytest.raises(UnknownThing):
        audit.audit(fixture_graph, KNOWN, "53-NQ/TW")


@pytest.mark.parametrize("tell", [audit.audit, audit.report])
def test_reports_are_plain_json(fixture_graph, tell):
    found = tell(fixture_graph, KNOWN, PLAN).as_json()
    assert json.loads(json.dumps(found, ensure_ascii=False)) == json.loads(json.dumps(found))
    assert PLAN in json.dumps(found, ensure_ascii=False)


def test_json_of_the_audit_counts_what_it_lists(fixture_graph):
    found = audit.audit(fixture_graph, KNOWN, PLAN).as_json()
    checks = found["checks"]
    assert isinstance(checks, list)
    assert [check["count"] for check in checks] == [len(check["findings"]) for check in checks]
    assert found["findings"] == sum(check["count"] for check in checks)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        (["1"], ["1"]),
        (["1/1", "1/2", "1/3", "2"], ["1/1–3", "2"]),
        (["1", "3", "4"], ["1", "3–4"]),
        (["a", "b", "c"], ["a", "b", "c"]),
        (["1/9", "1/10", "2/11"], ["1/9–10", "2/11"]),
        (["2/1", "2/1", "2/2"], ["2/1–2"]),
    ],
)
def test_paths_are_folded(given, expected):
    assert audit.folded(given) == expected


def test_the_report_tells_reasons_and_rules(fixture_graph):
    found = audit.report(fixture_graph, KNOWN, PLAN)
    assert [(reason.name, len(reason.items)) for reason in found.reasons] == [
        ("reference-out-of-range", 1),
        ("unknown-document", 1),
    ]
    rules = {(rule.kind, rule.rule): rule for rule in found.rules}
    subject = rules["assignment", "assignment.subject"]
    assert (subject.assertions, subject.below80, subject.below90) == (3, 0, 3)
    assert (subject.least, subject.mean, subject.most) == (0.84, 0.86, 0.87)
    told = "\n".join(found.lines())
    assert "Dẫn chiếu ngoài phạm vi / Reference out of range (reference-out-of-range): 1" in told
    assert "II/2  “điểm d khoản 9”  mục II không có khoản 9" in told


# ---- the corpus -----------------------------------------------------------------------------


def test_plan_2358_names_what_no_one_leads(plan):
    assert "II/4/c" in paths(plan, "provision-without-lead")
    assert "II/4/c" in paths(plan, "task-without-lead")
    assert "PL1/II/10" in paths(plan, "target-without-lead")


def test_plan_2358_names_what_is_led_twice(plan):
    twice = {f.path: f.detail for f in plan.findings if f.check == "task-with-several-leads"}
    assert twice["II/5/h/1"] == (
        "Ban Quản lý các Khu công nghiệp tỉnh Hải Dương; Sở Công Thương tỉnh Hải Dương"
    )


def test_plan_2358_names_documents_still_to_come_and_agencies_that_ended(plan):
    assert {f"PL2/{row}" for row in range(3, 14)} <= set(paths(plan, "document-not-issued"))
    ended = {f.label: f.detail for f in plan.findings if f.check == "agency-ended"}
    # Parts of its work went elsewhere; who got a part is not what came after it.
    assert ended[HEAD].startswith("2025-02-28 → Sở Khoa học và Công nghệ tỉnh Hải Dương (")


def test_the_conflict_of_dates_is_found(corpus):
    rows = ask(corpus, "audit", check="conflict", document="39-CT/TU")
    assert [(row["label"], row["detail"]) for row in rows] == [
        ("Nghị quyết 36-NQ/TW", "issued: 2014-07-01 ≠ 2014-04-01")
    ]


@pytest.mark.parametrize(
    ("check", "query", "column"),
    [
        ("task-without-lead", "tasks-without-lead", "task"),
        ("target-without-lead", "targets-without-lead", "target"),
    ],
)
def test_the_audit_agrees_with_the_query_of_its_own(corpus, check, query, column):
    found = {row["subject"] for row in ask(corpus, "audit", check=check)}
    assert found == {row[column] for row in ask(corpus, query)}
    assert found


def test_the_tasks_under_unled_provisions_are_the_unled_ones(corpus):
    """Each task without a lead lies under exactly one highest provision without a lead."""
    report = audit.audit(corpus, KNOWN)
    by_document = Counter(f.document for f in report.findings if f.check == "task-without-lead")
    counted: Counter[str] = Counter()
    for finding in report.findings:
        if finding.check == "provision-without-lead":
            counted[finding.document] += int(finding.detail)
    assert counted == by_document


def test_every_finding_can_be_shown(corpus):
    for finding in audit.audit(corpus, KNOWN).findings:
        assert finding.label, finding
        assert finding.document_label, finding
        assert finding.quote or finding.check == "agency-ended", finding


def test_tasks_that_an_agency_leads_are_those_of_the_gold(corpus, gold):
    expected = Counter(
        (row["task_path"], row["role"])
        for row in gold.rows("assignments", "004")
        if row["agency"] == HEAD
        and row["role"] == "lead"
        and row["task_path"].startswith(("PL2/", "II/"))
    )
    rows = ask(corpus, "tasks-of-agency", agency=HEAD, role="lead")
    found = Counter(
        (row["path"], str(row["role"]).rpartition("/")[2])
        for row in rows
        if str(row["path"]).startswith(("PL2/", "II/"))
    )
    assert found == expected
    assert len(expected) == 29


def test_workload_sums_to_the_tasks_of_the_agency(corpus):
    """Work of one year: the same whether it is counted or listed."""
    counted = {
        row["role"]: row["tasks"]
        for row in ask(corpus, "agency-workload", agency=HEAD)
        if row["year"] == 2023
    }
    listed = Counter(
        row["role"]
        for row in ask(corpus, "tasks-of-agency", agency=HEAD, year="2023")
        if row["endYear"]
    )
    assert counted == dict(listed)
    assert sum(listed.values()) > 20


def test_targets_of_appendix_1_are_those_of_the_gold(corpus, gold):
    expected = Counter(
        row["path"] for row in gold.rows("targets", "004") if row["path"].startswith("PL1/")
    )
    rows = ask(corpus, "targets", document=CORPUS_PLAN)
    found = Counter(row["path"] for row in rows if str(row["path"]).startswith("PL1/"))
    assert found == expected


def test_three_values_of_a_sentence_are_one_indicator_in_three_scopes(corpus):
    rows = [
        row
        for row in ask(corpus, "targets", document=CORPUS_PLAN, year="2025")
        if row["path"] == "PL1/I/1"
    ]
    assert [(row["value"], row["scope"]) for row in rows] == [
        (90, "cấp tỉnh"),
        (80, "cấp huyện"),
        (70, "cấp xã"),
    ]
    assert len({row["indicator"] for row in rows}) == 1
    assert len({row["exception"] for row in rows}) == 1
    assert rows[0]["exception"]


def test_reports_of_the_corpus_name_the_row_without_a_lead(corpus):
    found = audit.report(corpus, KNOWN, CORPUS_PLAN)
    missing = next(reason for reason in found.reasons if reason.name == "missing-lead")
    assert "PL1/II/10" in {item.path for item in missing.items}
    assert all(0 < rule.least <= rule.mean <= rule.most <= 1 for rule in found.rules)
