"""The audit as a page: every finding is there, at its place, and can be sorted and taken along."""

from __future__ import annotations

import csv
import io

import pytest
from selectolax.lexbor import LexborHTMLParser


def page(web, path):
    answer = web.get(path)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def table(web, path):
    answer = web.get(path)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def words(html, cell):
    return [row.css("td")[cell].text(strip=True) for row in html.css("table.records tbody tr")]


def test_every_kind_is_told_with_its_number(web):
    html = page(web, "/gaps")
    counted = {
        row.css_first("th").text(strip=True): row.css_first("td").text(strip=True)
        for row in html.css("table.summary tbody tr")
    }
    rows = table(web, "/gaps.csv")
    assert counted["Nhiệm vụ không có cơ quan chủ trì"] == str(
        sum(row["kind"] == "task-without-lead" for row in rows)
    )
    assert counted["Dẫn chiếu ngoài phạm vi"] == "không có"
    assert sum(int(n) for n in counted.values() if n.isdecimal()) == len(rows)


def test_each_row_leads_to_its_words(web):
    html = page(web, "/gaps?kind=conflict")
    (link,) = html.css("table.records q")
    (row,) = table(web, "/gaps.csv?kind=conflict")
    local = row["document"].rpartition("/")[2]
    assert link.parent.attributes["href"] == f"/documents/{local}/text#c{row['start']}"
    assert row["quote"].startswith(link.text().removesuffix(" …"))


def test_one_document_only(web):
    rows = table(web, "/gaps.csv?document=2358/KH-UBND")
    assert {row["documentLabel"] for row in rows} == {"Kế hoạch 2358/KH-UBND"}
    chosen = page(web, "/gaps?document=2358/KH-UBND").css_first("#document option[selected]")
    assert chosen.text() == "Kế hoạch 2358/KH-UBND"


def test_a_form_with_nothing_chosen_is_the_page_itself(web):
    assert page(web, "/gaps?document=&kind=").css_first("h1").text() == "Khoảng trống và mâu thuẫn"


def test_links_sort_without_script(web):
    path = "/gaps?kind=task-with-several-leads&document=2358/KH-UBND"
    html = page(web, path)
    sort = {link.text(strip=True): link.attributes["href"] for link in html.css("a.sort")}
    by_detail = page(web, sort["Chi tiết"])
    assert words(by_detail, 2) != words(html, 2)
    assert sorted(words(by_detail, 2)) == sorted(words(html, 2))
    heading = by_detail.css_first("th[aria-sort=ascending]")
    assert heading.text(strip=True) == "Chi tiết"
    turned = page(web, heading.css_first("a").attributes["href"])
    assert words(turned, 2) == words(by_detail, 2)[::-1]


def test_what_is_unresolved_stands_by_reason(web):
    html = page(web, "/en/gaps?kind=unresolved-missing-lead")
    assert html.css_first("h1").text() == "Missing lead"
    assert "no lead printed" in words(html, 2)[0]


def test_english_names_english_documents(web):
    assert "Plan 2358/KH-UBND" in words(page(web, "/en/gaps?kind=document-not-issued"), 0)[0]


@pytest.mark.parametrize(
    ("query", "status"),
    [("kind=nothing", 422), ("sort=colour", 422), ("document=9999/KH-UBND", 404), ("page=0", 422)],
)
def test_what_cannot_be_shown(web, query, status):
    assert web.get(f"/gaps?{query}").status_code == status


def test_pages_of_many_rows(web, monkeypatch):
    monkeypatch.setattr("policygraph_api.explorer.gaps.MANY", 5)
    first = page(web, "/gaps?kind=document-not-issued&document=2358/KH-UBND&order=desc")
    second = page(web, first.css_first("a[rel=next]").attributes["href"])
    keys = [
        [cell.attributes["data-key"] for cell in html.css("[data-key]")] for html in (first, second)
    ]
    assert [len(found) for found in keys] == [5, 5]
    assert sorted([*keys[0], *keys[1]], reverse=True) == [*keys[0], *keys[1]]
    assert second.css_first("a[rel=prev]") is not None
