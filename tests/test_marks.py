"""Marks on a text: what they say, and the text cut at their ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph import iri, lineage, marks, queries, resources, store
from policygraph.lookup import Lookup
from policygraph.marks import Fact, Figure, Mark

TTL = Path(__file__).parent / "fixtures" / "ttl"


def mark(start, end, kind="task"):
    fact = Fact(kind, f"x:{start}", None, None, None, None, None, None, (), None, None, None)
    return Mark(start, end, kind, (start,), (fact,))


def test_pieces_know_the_marks_that_cover_them_the_innermost_first():
    given_marks = [mark(0, 10), mark(2, 4, "target"), mark(3, 12, "assignment")]
    found = marks.segments(given_marks, [], 14)
    assert [(s.start, s.end, s.marks) for s in found] == [
        (0, 2, (0,)),
        (2, 3, (1, 0)),
        (3, 4, (1, 2, 0)),
        (4, 10, (2, 0)),
        (10, 12, (2,)),
        (12, 14, ()),
    ]


def test_of_two_marks_on_the_same_words_the_narrower_kind_is_inner():
    (found,) = marks.segments([mark(0, 5), mark(0, 5, "citation")], [], 5)
    assert found.marks == (1, 0)


def test_pieces_are_cut_where_it_is_asked():
    found = marks.segments([mark(2, 6)], [0, 4, 9], 9)
    assert [(s.start, s.end) for s in found] == [(0, 2), (2, 4), (4, 6), (6, 9)]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=12),
    st.lists(st.integers(0, 40)),
)
def test_pieces_tile_the_text_and_hold_exactly_the_marks_over_them(spans, cuts):
    given_marks = sorted((mark(s, s + n) for s, n in spans), key=lambda m: (m.start, -m.end))
    found = marks.segments(given_marks, cuts, 40)
    assert [s.start for s in found] == [0, *(s.end for s in found[:-1])]
    assert found[-1].end == 40
    for piece in found:
        over = {n for n, m in enumerate(given_marks) if m.start < piece.end and piece.start < m.end}
        assert set(piece.marks) == over


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    store.build(TTL, resources.directory("ontology"), root, lineage.derive)
    snapshot = store.open_read_only(root)
    query = queries.load(resources.directory("queries"))["annotations-of-document"]
    document = iri.THINGS + "doc/vn-12.ubnd.kh.2021.77"
    text = " " * 600 + "Sở Thông tin chủ trì điểm a khoản 1 " + " " * 400
    return marks.marks_of(snapshot, query, document, Lookup(snapshot), text)


def only(found, kind, start):
    (mark,) = [m for m in found if m.kind == kind and m.start == start]
    return mark


def test_a_target_tells_its_figure(found):
    (fact,) = only(found, "target", 90).facts
    assert fact.figure == Figure("range", 60.0, 70.0, "Phần trăm", "2025")
    assert fact.other_label == "Tỷ lệ hồ sơ trực tuyến"


def test_what_is_unresolved_and_what_disagrees_is_open(found):
    kinds = {fact.kind for mark in found if mark.kind == "open" for fact in mark.facts}
    assert kinds == {"unresolved", "conflict"}


def test_an_assignment_is_marked_on_the_words_that_name_the_agency(found):
    mark = only(found, "assignment", 600)
    assert (mark.end, mark.said_at) == (635, (600,))
    (fact,) = mark.facts
    assert (fact.how_label, fact.other_label) == ("Chủ trì", "Sở Thông tin tỉnh Bắc Sơn")
    assert fact.things == (iri.THINGS + "task/vn-12.ubnd.kh.2021.77.II.1.a",)


def test_words_in_two_pieces_have_two_marks(found):
    task = iri.THINGS + "task/vn-12.ubnd.kh.2021.77.II.1.b"
    spans = [(m.start, m.end) for m in found if any(f.iri == task for f in m.facts)]
    assert spans == [(403, 419), (430, 440)]
