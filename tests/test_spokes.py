"""The picture of an agency and those it shares work with."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from policygraph import spokes
from policygraph.spokes import Spoke

GIVEN = (
    Spoke("Văn phòng Ủy ban nhân dân tỉnh Hải Dương & Hải Phòng", "/agencies/a", 8, "8 việc chung"),
    Spoke("Doanh nghiệp", "/agencies/b", 2, "2 việc chung"),
)


def drawn(given):
    return ET.fromstring(spokes.svg(given, "Bạn <việc>"))


def test_partners_stand_below_each_other_with_their_names_and_pages():
    links = list(drawn(GIVEN).iter("a"))
    assert [link.attrib["href"] for link in links] == ["/agencies/a", "/agencies/b"]
    assert ["".join(text.itertext()) for text in links[0].iter("text")] == [
        "Văn phòng Ủy ban nhân dân tỉnh",
        "Hải Dương & Hải Phòng",
        "8 việc chung",
    ]
    heights = [int(circle.attrib["cy"]) for link in links for circle in link.iter("circle")]
    assert heights == sorted(heights)


def test_the_more_is_shared_the_thicker_the_line():
    svg = drawn(GIVEN)
    thick, thin = (float(path.attrib["stroke-width"]) for path in svg.iter("path"))
    assert thick > 2 * thin
    assert svg.attrib["aria-label"] == "Bạn <việc>"


def test_nobody_is_no_error():
    assert not list(drawn(()).iter("a"))
