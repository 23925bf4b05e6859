"""Units inside the organ that issues a text are its own."""

from __future__ import annotations

import pytest

from policygraph import pipeline, registers, resources
from policygraph.mentions.units import INNER
from policygraph.model import AgencyMention
from policygraph.text import decode

LETTERHEAD = """{above}
{organ}
Số: {number}
{place}, ngày 3 tháng 4 năm 2023

KẾ HOẠCH
SỐ HÓA TẠI TỈNH LẠNG SƠN

"""
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
        ("Các phòng chuyên môn thuộc Sở", "Các phòng chuyên môn thuộc Sở Y tế tỉnh Lạng Sơn"),
    ],
)
def test_units_of_a_department(unit: str, name: str) -> None:
    found = actor("SỞ Y TẾ", "5/KH-SYT", unit, "UBND TỈNH LẠNG SƠN", "Lạng Sơn")
    assert (found.canonical, found.rule) == (name, INNER)
    assert found.local.startswith("vn-09.so-y-te.")


def test_the_same_name_in_two_departments_is_two_nodes() -> None:
    health = actor("SỞ Y TẾ", "5/KH-SYT", "Văn phòng Sở", "UBND TỈNH LẠNG SƠN", "Lạng Sơn")
    home = actor("SỞ NỘI VỤ", "5/KH-SNV", "Văn phòng Sở", "UBND TỈNH LẠNG SƠN", "Lạng Sơn")
    assert health.local != home.local


@pytest.mark.parametrize("unit", ["Sở Tài chính", "Phòng Y tế các huyện", "Công an tỉnh"])
def test_others_stay_what_they_are(unit: str) -> None:
    assert actor("SỞ Y TẾ", "5/KH-SYT", unit, "UBND TỈNH LẠNG SƠN", "Lạng Sơn").rule != INNER


def test_a_province_has_no_inner_units() -> None:
    found = actor("TỈNH LẠNG SƠN", "5/KH-UBND", "Phòng Kế hoạch", "ỦY BAN NHÂN DÂN", "Lạng Sơn")
    assert found.rule != INNER


@pytest.mark.parametrize(
    ("unit", "local"),
    [
        ("Phòng Văn hóa và Thông tin", "phong-van-hoa-va-thong-tin-huyen-cao-loc"),
        ("Công an huyện", "cong-an-huyen-cao-loc"),
        ("UBND huyện", "uy-ban-nhan-dan-huyen-cao-loc"),
        (
            "Văn phòng HĐND và UBND huyện",
            "van-phong-hoi-dong-nhan-dan-va-uy-ban-nhan-dan-huyen-cao-loc",
        ),
        ("Ủy ban MTTQ Việt Nam huyện", "uy-ban-mat-tran-to-quoc-viet-nam-huyen-cao-loc"),
        ("UBND các xã, thị trấn", "uy-ban-nhan-dan-cac-xa-thi-tran-huyen-cao-loc"),
        ("UBND xã Hợp Thành", "uy-ban-nhan-dan-xa-hop-thanh"),
        ("Sở Y tế", "so-y-te"),
        ("Các sở, ban, ngành tỉnh", "cac-so-ban-nganh"),
    ],
)
def test_bodies_of_a_district(unit: str, local: str) -> None:
    """Bare names in the text of a district are its own; the province's keep their nodes."""
    found = actor("HUYỆN CAO LỘC", "5/KH-UBND", unit, "ỦY BAN NHÂN DÂN", "Cao Lộc")
    assert found.local == f"vn-09.{local}"


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("Hội Nông dân", "Hội Nông dân huyện Lộc Bình"),
        ("Mặt trận Tổ quốc", "Mặt trận Tổ quốc Việt Nam huyện Lộc Bình"),
        ("Ban Tuyên giáo Huyện ủy", "Ban Tuyên giáo Huyện ủy Lộc Bình"),
        ("Hội Nông dân tỉnh", "Hội Nông dân tỉnh Lạng Sơn"),
    ],
)
def test_bodies_of_every_level_are_the_districts_own(unit: str, name: str) -> None:
    above, organ = "TỈNH LẠNG SƠN", "ỦY BAN NHÂN DÂN HUYỆN LỘC BÌNH"
    assert actor(organ, "5/KH-UBND", unit, above, "Lộc Bình").canonical == name


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("Phòng NN và PTNT", "Phòng Nông nghiệp và Phát triển nông thôn huyện Bảo Lạc"),
        ("UBND các xã", "Ủy ban nhân dân các xã huyện Bảo Lạc"),
        ("Hội LHPN huyện", "Hội Liên hiệp Phụ nữ huyện Bảo Lạc"),
        ("Các doanh nghiệp", "Các doanh nghiệp"),
        ("Sở Y tế", "Sở Y tế"),
    ],
)
def test_bodies_of_a_district_whose_province_nothing_tells(unit: str, name: str) -> None:
    """Else the offices of all such districts would be one node."""
    known = registers.load(resources.directory("data/registers"))
    head = LETTERHEAD.replace(" TẠI TỈNH LẠNG SƠN", "").format(
        above="ỦY BAN NHÂN DÂN", organ="HUYỆN BẢO LẠC", number="5/KH-UBND", place="Bảo Lạc"
    )
    source = decode((head + BODY.format(unit=unit)).encode(), "plan.txt")
    (assignment,) = pipeline.read_text(source, known).assignments
    assert assignment.agency.canonical == name
