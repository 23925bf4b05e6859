"""An indicator as a page: what each text asks for, drawn and told as the text bounds it."""

from __future__ import annotations

import csv
import io

import pytest
from selectolax.lexbor import LexborHTMLParser

SHARE = "/indicators/ty-trong-kinh-te-so-trong-grdp"
SHARED_DATA = "/indicators/ty-le-co-quan-co-co-so-du-lieu-dung-chung"
MIXED = "/indicators/so-don-vi-co-cong-dich-vu-cong-truc-tuyen-tinh-hai-duong-va-he-thong-64a13288"


def page(web, path):
    answer = web.get(path)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def cells(html, table, cell):
    rows = html.css_first(table).parent.css("tbody tr")
    return [row.css("td")[cell].text(separator=" ", strip=True).split() for row in rows]


def test_provinces_and_years_are_compared(web):
    html = page(web, SHARE)
    told = [t.text() for t in html.css(".chart .chart-value")]
    assert told == ["20%", "10%", "≈ 20%", "30%", "20%", "> 30%"]
    assert [t.text() for t in html.css(".chart .chart-head")] == ["Đến năm 2025", "Đến năm 2030"]
    by_place = [t.text() for t in page(web, f"{SHARE}?by=place").css(".chart .chart-head")]
    assert by_place == ["Tỉnh Hải Dương", "Tỉnh Lai Châu", "Tỉnh Thanh Hóa"]


def test_the_picture_says_in_words_what_it_shows(web):
    svg = page(web, f"/en{SHARE}").css_first("svg.chart")
    assert svg.css_first("title").text() == "Share of the digital economy in GRDP (%)"
    assert "By 2025: " in svg.css_first("desc").text()
    assert "≈ 20%" in svg.css_first("desc").text()


def test_each_figure_leads_to_its_words(web):
    html = page(web, SHARE)
    table = html.css_first("#targets").parent
    assert cells(html, "#targets", 2)[0] == ["10%", "đúng", "bằng"]
    for row in table.css("tbody tr"):
        assert "/text#c" in row.css("td")[-1].css_first("a").attributes["href"]


def test_floors_scopes_and_exceptions_are_told(web):
    html = page(web, SHARED_DATA)
    assert html.css_first(".chart-span") is not None
    assert any("ít nhất" in t.text() for t in html.css(".chart .chart-text"))
    headings = [th.text() for th in html.css_first("#targets").parent.css("thead th")]
    assert "Phạm vi" in headings


def test_baselines_stand_apart_and_units_are_not_mixed(web):
    html = page(web, MIXED)
    assert len(html.css("svg.chart")) == len(
        {figure.css_first("figcaption").text().partition(".")[0] for figure in html.css("figure")}
    )
    assert html.css_first("#baselines") is not None
    assert html.css_first("g.baseline") is not None
    assert "Không văn bản nào đặt chỉ tiêu" in html.css_first("main").text()


def test_the_table_to_take_along(web):
    answer = web.get(f"/en{SHARE}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["year"] for row in rows] == ["2025"] * 3 + ["2030"] * 3
    assert {row["unitSign"] for row in rows} == {"%"}


@pytest.mark.parametrize(
    ("path", "status"), [("/indicators/nothing", 404), (f"{SHARE}?by=colour", 422)]
)
def test_what_cannot_be_shown(web, path, status):
    assert web.get(path).status_code == status
