"""Units inside the organ that issues a text are its own."""

from __future__ import annotations

import pytest

from policygraph import pipeline, registers, resources
from policygraph.mentions.units import RULE
from policygraph.model import AgencyMention
from policygraph.text import decode

LETTERHEAD = (
    "{above}\n{organ}\nSố: {number}\n{place}, ngày 3 tháng 4 năm 2023\n\nKẾ HOẠCH\nSỐ HÓA\n\n"
)
BODY = """I. NHIỆM VỤ
1. {unit} chủ trì số hóa hồ sơ.
"""


def actor(organ: str, number: str, unit: str, above: str, place: str) -> AgencyMention:
    known = registers.load(resources.directory("data/registers"))
    head = LETTERHEAD.format(above=above, organ=organ, number=number, place=place)
    source = decode((head + BODY.format(unit=unit)).encode(), "plan.txt")
    (assignment,) = pipeline.read_text(source, known).assignments
    return assignment.agency


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("Văn phòng Sở", "Văn phòng Sở thuộc Sở Y tế tỉnh Lạng Sơn"),
        ("Phòng Kế hoạch", "Phòng Kế hoạch thuộc Sở Y tế tỉnh Lạng Sơn"),
        ("Các phòng chức năng", "Các phòng chức năng thuộc Sở Y tế tỉnh Lạng Sơn"),
    ],
)
def test_units_of_a_department(unit: str, name: str) -> None:
    found = actor("SỞ Y TẾ", "5/KH-SYT", unit, "UBND TỈNH LẠNG SƠN", "Lạng Sơn")
    assert (found.canonical, found.rule) == (name, RULE)
    assert found.local.startswith("vn-09.so-y-te.")


def test_the_same_name_in_two_departments_is_two_nodes() -> None:
    health = actor("SỞ Y TẾ", "5/KH-SYT", "Văn phòng Sở", "UBND TỈNH LẠNG SƠN", "Lạng Sơn")
    home = actor("SỞ NỘI VỤ", "5/KH-SNV", "Văn phòng Sở", "UBND TỈNH LẠNG SƠN", "Lạng Sơn")
    assert health.local != home.local


@pytest.mark.parametrize("unit", ["Sở Tài chính", "Phòng Y tế các huyện", "Công an tỉnh"])
def test_others_stay_what_they_are(unit: str) -> None:
    assert actor("SỞ Y TẾ", "5/KH-SYT", unit, "UBND TỈNH LẠNG SƠN", "Lạng Sơn").rule != RULE


def test_a_province_has_no_inner_units() -> None:
    found = actor("TỈNH LẠNG SƠN", "5/KH-UBND", "Phòng Kế hoạch", "ỦY BAN NHÂN DÂN", "Lạng Sơn")
    assert found.rule != RULE
