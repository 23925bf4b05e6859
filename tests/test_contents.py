"""What a document holds, told from its annotations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policygraph import iri
from policygraph.contents import Link, contents
from policygraph.marks import Figure

GOLDEN = Path(__file__).parent / "golden" / "annotations-of-document.json"


@pytest.fixture(scope="module")
def found():
    return contents(json.loads(GOLDEN.read_text(encoding="utf-8"))[0]["rows"])


def link(kind, local, label):
    return Link(f"{iri.THINGS}{kind}/{local}", label)


def test_a_task_tells_who_leads_who_helps_and_where_it_stands(found):
    work = next(w for w in found.tasks if w.path == "II/1/a")
    assert work.leads == (link("agency", "vn-12.so-thong-tin", "Sở Thông tin tỉnh Bắc Sơn"),)
    assert work.partners == (link("agency", "vn-12.cac-so", "Các sở tỉnh Bắc Sơn"),)
    assert (work.at, work.label) == (323, "Xây dựng trung tâm dữ liệu")
    assert (work.start_year, work.end_year) == ("2021", "2023")


def test_a_task_in_two_pieces_is_one(found):
    tasks = [work.iri.rpartition("/")[2] for work in found.tasks]
    assert len(tasks) == len(set(tasks))
    assert tasks.count("vn-12.ubnd.kh.2021.77.II.1.b") == 1


def test_targets_and_baselines_follow_the_text(found):
    assert [m.at for m in found.measures] == sorted(m.at for m in found.measures)
    baseline = next(m for m in found.measures if m.is_baseline)
    assert baseline.figure == Figure("=", 45.0, None, "Phần trăm", "2020")
    assert baseline.indicator == link(
        "indicator", "ty-le-ho-so-truc-tuyen", "Tỷ lệ hồ sơ trực tuyến"
    )
    assert found.measures[0].leads[0].label == "Sở Thông tin tỉnh Bắc Sơn"


def test_what_stays_open_keeps_its_reason(found):
    told = [(one.surface, one.reason) for one in found.open]
    assert ("Chương trình của tỉnh", "Không rõ văn bản nào") in told
    assert (None, None) in told, "a conflict has no words of its own"
