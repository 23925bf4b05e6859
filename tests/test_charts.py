"""Charts show each figure where it belongs, bounded as the text bounds it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.charts import Bar, Bound, Caption, Figure, Group, axis, bars, figures

CAPTION = Caption("chart", "Nhiệm vụ theo năm", "2025: chủ trì 3, phối hợp 1")
LEGEND = {bound: bound.name for bound in Bound}
SMALL = st.floats(-1e6, 1e9, allow_nan=False)


def drawn(*found):
    return ET.fromstring(figures(CAPTION, [Group("2025", found)], LEGEND))


def spans(svg):
    return [
        (line.get("x1"), line.get("x2")) for line in svg.iterfind(".//line[@class='chart-span']")
    ]


def test_a_chart_tells_what_it_is_and_needs_no_style():
    svg = ET.fromstring(bars(CAPTION, ["Chủ trì"], [Bar("2025", (3,))]))
    assert svg.get("role") == "img"
    assert svg.findtext(f"./title[@id='{svg.get('aria-labelledby')}']") == CAPTION.title
    assert svg.findtext(f"./desc[@id='{svg.get('aria-describedby')}']") == CAPTION.description
    assert not [e for e in svg.iter() if "style" in e.attrib or e.tag == "style"]


def test_the_longest_bar_fills_the_width_and_pieces_follow_each_other():
    svg = ET.fromstring(
        bars(CAPTION, ["Chủ trì", "Phối hợp"], [Bar("2025", (3, 1)), Bar("2030", (0, 2))])
    )
    pieces = [
        (r.get("class"), r.get("x"), r.get("width"))
        for r in svg.iterfind("rect")
        if "%" in r.get("width", "")
    ]
    assert pieces == [
        ("series-1", "0.00%", "75.00%"),
        ("series-2", "75.00%", "25.00%"),
        ("series-2", "0.00%", "50.00%"),
    ]
    told = [t.text for t in svg.iterfind("text[@class='chart-value']")]
    assert told == ["Chủ trì 3 · Phối hợp 1", "Phối hợp 2"]


def test_nothing_to_draw_is_no_error():
    assert ET.fromstring(bars(CAPTION, [], [Bar("2025", ())])).get("role") == "img"
    assert ET.fromstring(figures(CAPTION, [], LEGEND)).get("role") == "img"


@pytest.mark.parametrize(
    ("bound", "span"),
    [
        (Bound.EXACT, []),
        (Bound.ABOUT, []),
        (Bound.FLOOR, [("75.00%", "100%")]),
        (Bound.ABOVE, [("75.00%", "100%")]),
        (Bound.CEILING, [("0%", "75.00%")]),
        (Bound.BELOW, [("0%", "75.00%")]),
    ],
)
def test_a_bound_opens_to_its_side(bound, span):
    svg = drawn(
        Figure("Hải Dương", "75 %", bound, 75), Figure("Lai Châu", "100 %", Bound.EXACT, 100)
    )
    assert spans(svg) == span


@pytest.mark.parametrize(("most", "place"), [(None, "66.67%"), (100, "100.00%")])
def test_a_floor_at_the_end_has_room_where_there_can_be_more(most, place):
    groups = [Group("2025", (Figure("Hải Dương", "≥ 100 %", Bound.FLOOR, 100),))]
    svg = ET.fromstring(figures(CAPTION, groups, LEGEND, most=most))
    assert spans(svg) == [(place, "100%")]


def test_a_range_is_a_bar_between_its_ends():
    assert spans(drawn(Figure("Hải Dương", "80–100 %", Bound.RANGE, 80, 100))) == [
        ("80.00%", "100.00%")
    ]


def test_a_long_label_makes_room_for_its_value():
    label = "Tỉnh Hải Dương, các sở, ban, ngành, huyện"
    short = drawn(Figure(label, "7 %", Bound.EXACT, 7), Figure(label, "7 " * 15, Bound.EXACT, 7))
    labels = [t.text for t in short.iterfind(".//text[@class='chart-label']")]
    assert labels == ["Tỉnh Hải Dương, các sở, ban, ngành, …", "Tỉnh Hải …"]


def test_only_bounds_that_occur_are_explained():
    svg = drawn(Figure("a", "1", Bound.FLOOR, 1), Figure("b", "2", Bound.FLOOR, 2))
    assert [t.text for t in svg.iterfind("text[@class='chart-text']")] == ["FLOOR"]


def test_a_baseline_is_marked_as_one():
    svg = drawn(
        Figure("a", "1", Bound.EXACT, 1, is_baseline=True), Figure("b", "2", Bound.EXACT, 2)
    )
    assert [g.get("class") for g in svg.iterfind("g")] == ["baseline", "target"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, (0, 100, 25)),
        (10, 30, (0, 30, 10)),
        (0, 0, (0, 1, 0.25)),
        (-5, 7, (-5, 10, 5)),
        (1200, 1200, (0, 1500, 500)),
    ],
)
def test_axis(low, high, expected):
    assert axis(low, high) == expected


@given(SMALL, SMALL)
def test_an_axis_holds_its_values_and_zero(one, other):
    low, high, step = axis(min(one, other), max(one, other))
    slack = 1e-6 + 1e-9 * (high - low)
    assert low - slack <= min(one, other, 0) <= max(one, other, 0) <= high + slack
    assert 1 <= round((high - low) / step) <= 6


@given(st.text(max_size=60))
def test_words_stay_words(words):
    plain = "".join(c for c in words if c.isprintable())
    svg = ET.fromstring(bars(Caption("c", plain, plain), [plain], [Bar(plain, (1,))]))
    assert (svg.findtext("title") or "") == plain
    assert svg.find("script") is None
