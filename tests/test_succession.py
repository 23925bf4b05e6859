"""What an agency came from and what became of it."""

from __future__ import annotations

import pytest

from policygraph import iri, lineage, resources, store, succession

AGENCY = iri.THINGS + "agency/"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    store.build(
        resources.directory("data/ttl"), resources.directory("ontology"), root, lineage.derive
    )
    return store.open_read_only(root)


def told(found):
    return [
        (c.day, c.is_past, c.steps, *(n.iri.removeprefix(AGENCY) for n in (*c.before, *c.after)))
        for c in found
    ]


def test_an_agency_that_was_merged_is_followed_to_the_present_one(engine):
    found = succession.changes(engine, AGENCY + "vn-61.so-thong-tin-va-truyen-thong")
    assert (
        *("2025-03-01", False, 1),
        *("vn-61.so-thong-tin-va-truyen-thong", "vn-61.so-khoa-hoc-va-cong-nghe"),
    ) in told(found)
    assert (
        *("2025-07-01", False, 2),
        *("vn-61.so-khoa-hoc-va-cong-nghe", "vn-hp.so-khoa-hoc-va-cong-nghe"),
    ) in told(found)
    assert [c.day for c in found] == sorted(c.day or "" for c in found)


def test_a_part_of_the_work_that_moved_is_told_but_not_followed(engine):
    found = succession.changes(engine, AGENCY + "vn-61.so-thong-tin-va-truyen-thong")
    part = next(c for c in found if c.function == "báo chí, xuất bản")
    (heir,) = part.after
    assert heir.iri == AGENCY + "vn-61.so-van-hoa-the-thao-va-du-lich"
    assert not any(c.before == (heir,) for c in found)
    assert part.basis == "nghị quyết HĐND tỉnh"
    assert part.sources[0].startswith("https://")


def test_the_past_of_an_agency_goes_back_over_several_changes(engine):
    found = succession.changes(engine, AGENCY + "vn-hp.so-khoa-hoc-va-cong-nghe")
    assert all(change.is_past for change in found)
    steps = {n.iri.removeprefix(AGENCY): c.steps for c in found for n in c.before}
    assert steps["vn-61.so-khoa-hoc-va-cong-nghe"] == 1
    assert steps["vn-61.so-thong-tin-va-truyen-thong"] == 2


def test_an_agency_without_changes_has_none(engine):
    assert succession.changes(engine, AGENCY + "vn-61.cac-so-ban-nganh") == ()
