"""The page of an agency: its work, its partners, what became of it, and marks of doubt."""

from __future__ import annotations

import pytest
from tests.explorer.reading import page, section, words

AGENCY = "/agencies/vn-61.so-thong-tin-va-truyen-thong"


def rows(section):
    return [[words(td) for td in tr.css("th, td")] for tr in section.css("tbody tr")]


@pytest.fixture(scope="module")
def agency(web):
    return page(web, AGENCY)


def test_an_agency_says_where_it_stands_and_when_it_ended(agency):
    crumbs = [words(li) for li in agency.css(".crumbs li")]
    assert crumbs[1:] == [
        "Chính phủ",
        "Ủy ban nhân dân tỉnh Hải Dương",
        "Sở Thông tin và Truyền thông tỉnh Hải Dương",
    ]
    assert "28/02/2025" in words(agency.css_first(".note"))
    assert "Sở TT&TT" in words(section(agency, "about"))


def test_work_by_year_and_role_is_a_chart_and_a_table(agency):
    work = section(agency, "work")
    labels = [words(text) for text in work.css("svg .chart-label")]
    assert "2025" in labels
    assert labels[-1] == "Không ghi năm"
    table = rows(work)
    assert table[labels.index("2025")][:3] == [
        "2025",
        "20 nhiệm vụ, 4 chỉ tiêu",
        "0 nhiệm vụ, 8 chỉ tiêu",
    ]
    assert len(table) == len(labels)


def test_partners_are_a_picture_and_a_list(agency):
    partners = section(agency, "partners")
    drawn = [words(a.css_first(".label")) for a in partners.css("svg.spokes a")]
    first = rows(partners)[0]
    assert first[0].startswith(drawn[0])
    assert first[1:] == ["6", "10", "Chủ trì – Phối hợp; Phối hợp – Chủ trì"]
    assert len(drawn) == 8 < len(rows(partners))


def test_what_became_of_it_is_a_time_line_with_sources(agency):
    line = [words(li) for li in section(agency, "changes").css("ol.history > li")]
    assert line[0] == "Sở Thông tin và Truyền thông tỉnh Hải Dương"
    assert any("Phần việc chuyển đi: báo chí, xuất bản" in item for item in line)
    assert line[-1].startswith("01/07/2025 Sau đó Sở Khoa học và Công nghệ tỉnh Hải Dương →")
    assert any("kinhtemoitruong.vn" in item for item in line)


def test_its_tasks_lead_to_their_words(agency):
    tasks = rows(section(agency, "tasks"))
    assert len(tasks) == 85
    links = [a.attributes["href"] for a in section(agency, "tasks").css("a")]
    assert any(link.startswith("/documents/vn-61.ubnd.kh.2021.2358/text#c") for link in links)
    assert "/tasks/vn-61.ubnd.kh.2021.2358.PL3.A.II.5" in links


def test_targets_in_which_it_has_a_part(agency):
    targets = rows(section(agency, "targets"))
    assert {row[0] for row in targets} == {"Chủ trì", "Phối hợp"}


def test_a_present_agency_shows_what_it_came_from(web):
    line = section(page(web, "/agencies/vn-hp.so-khoa-hoc-va-cong-nghe"), "changes")
    items = [words(li) for li in line.css("ol.history > li")]
    assert items[-1] == "Sở Khoa học và Công nghệ thành phố Hải Phòng"
    assert all("Trước đó" in item for item in items[:-1])


def test_a_group_and_a_proposed_name_are_told_as_such(web):
    group = page(web, "/agencies/vn-61.cac-so-ban-nganh")
    assert "tên chung cho nhiều cơ quan" in words(group.css_first(".note"))


def test_an_agency_without_work_says_so(web):
    assert "Chưa thấy văn bản nào giao việc" in words(page(web, "/agencies/vn-61.tinh-uy"))


def test_an_agency_nobody_knows_is_not_found(web):
    assert web.get("/agencies/vn-61.so-x").status_code == 404


def test_in_english(web):
    found = page(web, "/en" + AGENCY)
    assert "This agency ended after 28 February 2025" in words(found)
    assert "Lead" in {row[0] for row in rows(section(found, "targets"))}
