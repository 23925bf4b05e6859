"""Who answers for work on a day, over the fixture's mergers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from policygraph import lineage, queries, resources, store
from policygraph.lookup import Lookup
from policygraph.responsible import responsible_on

TTL = Path(__file__).parent / "fixtures" / "ttl"
TASK = "task:vn-12.ubnd.kh.2021.77.II.1.a"


@pytest.fixture(scope="module")
def leads(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    snapshot = store.open_read_only(root)
    query = queries.parse(resources.directory("queries") / "responsible-now.rq")
    lookup = Lookup(snapshot)
    return lambda thing, day: responsible_on(
        snapshot, query, thing, dt.date.fromisoformat(day), lookup
    )


@pytest.mark.parametrize(
    ("day", "state", "holders", "functions"),
    [
        ("2021-06-01", "unchanged", ["Sở Thông tin tỉnh Bắc Sơn"], []),
        ("2025-02-28", "unchanged", ["Sở Thông tin tỉnh Bắc Sơn"], []),
        ("2025-03-01", "inherited", ["Sở Khoa học tỉnh Bắc Sơn"], [None]),
        ("2025-05-01", "inherited", ["Sở Khoa học tỉnh Bắc Sơn"], [None, "an toàn thông tin"]),
        (
            "2025-07-01",
            "inherited",
            ["Sở Khoa học tỉnh Đông Hà"],
            [None, "an toàn thông tin", None],
        ),
    ],
)
def test_work_is_handed_on_change_by_change(leads, day, state, holders, functions):
    (found,) = leads(TASK, day)
    assert found.lead.name == "Sở Thông tin tỉnh Bắc Sơn"
    assert found.quote
    assert found.state == state
    assert [agency.name for agency in found.holders] == holders
    assert [change.function for change in found.changes] == functions
    assert all(change.source for change in found.changes)


def test_a_document_has_the_leads_of_all_its_tasks(leads):
    found = leads("77/KH-UBND Bắc Sơn", "2025-06-01")
    states = {one.lead.name: one.state for one in found}
    assert states["Sở Thông tin tỉnh Bắc Sơn"] == "inherited"
    assert states["Sở Khoa học tỉnh Bắc Sơn"] == "unchanged"


def test_without_a_lead_there_is_nobody(leads):
    assert leads("task:vn-21.ubnd.kh.2020.99.II.1", "2025-04-01") == ()
