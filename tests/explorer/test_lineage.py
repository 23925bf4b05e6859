"""Lineages as pages: the picture's data, the tables beside it, and honest answers where there is
no path."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

import pytest
from selectolax.lexbor import LexborHTMLParser

PLAN = "doc:vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw"
TASK = "task:vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw.IV.3"


def page(web, path, **asked):
    answer = web.get(path, params=asked or None)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def graph(web, lang="", **asked):
    answer = web.get(f"{lang}/lineage/graph", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def table(web, name, **asked):
    answer = web.get(f"/lineage/{name}.csv", params=asked)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def words(html):
    return " ".join(html.css_first("main").text(separator=" ").split())


def test_without_a_thing_a_directive_is_chosen(web):
    html = page(web, "/lineage")
    rows = {
        row.css_first("a").text(): [cell.text() for cell in row.css("td.number")]
        for row in html.css("table.records tbody tr")
    }
    assert rows["Nghị quyết 52-NQ/TW"] == ["82", "3"]
    assert not any("dự kiến" in name for name in rows)
    link = html.css_first("table.records tbody a").attributes["href"]
    assert page(web, link).css_first("#graph") is not None


def test_every_task_of_the_resolution_is_on_the_page_with_its_words(web):
    html = page(web, "/lineage", of="52-NQ/TW")
    assert "82 nhiệm vụ trong 3 văn bản bắt nguồn từ đây." in words(html)
    counts = [
        d.css_first("summary .count").text()
        for d in html.css("section[aria-labelledby=tasks-title] details")
    ]
    assert sorted(counts) == ["(1 nhiệm vụ)", "(38 nhiệm vụ)", "(43 nhiệm vụ)"]
    rows = html.css("details table.records tbody tr")
    assert len(rows) == 82
    for row in rows:
        link = row.css("td")[-1].css_first("a").attributes["href"]
        assert link.startswith("/documents/")
        assert "/text#c" in link


def test_of_too_many_tasks_the_page_tells_where_they_are(web, monkeypatch):
    monkeypatch.setattr("policygraph_api.explorer.lineage_view.MOST_ROWS", 50)
    html = page(web, "/lineage", of="52-NQ/TW", year="")
    listed = html.css("details table.records tbody tr")
    told = html.css("section[aria-labelledby=tasks-title] > ul li")
    assert 0 < len(listed) <= 50
    assert sum(int(li.css_first(".count").text().split()[0].strip("(")) for li in told) == 82 - len(
        listed
    )
    assert page(web, told[0].css_first("a").attributes["href"]).css("details table.records tr")


def test_the_picture_is_folded_and_a_plan_unfolds(web):
    folded = graph(web, of="52-NQ/TW")
    assert {box["kind"] for box in folded["boxes"]} == {"doc"}
    (thing,) = [box for box in folded["boxes"] if box["isThing"]]
    assert thing["caption"] == "82 nhiệm vụ bắt nguồn từ đây"
    assert {b["caption"] for b in folded["boxes"] if b["canOpen"]} == {
        "43 nhiệm vụ",
        "38 nhiệm vụ",
        "1 nhiệm vụ",
    }
    opened = graph(web, "/en", of="52-NQ/TW", open=PLAN)
    assert opened["opened"] == [PLAN]
    parts = [box for box in opened["boxes"] if box["kind"] == "part"]
    assert [box["label"].partition(":")[0] for box in parts] == ["Section III", "Section IV"]
    everything = graph(web, of="52-NQ/TW", open="*")
    assert sum(box["kind"] == "task" for box in everything["boxes"]) == 82
    assert graph(web, of="52-NQ/TW", open="")["opened"] == []


def test_what_a_picture_cannot_hold_stays_folded_and_it_is_told(web, monkeypatch):
    assert graph(web, "/en", of="52-NQ/TW", open="*")["summary"] == "82 tasks, 108 boxes"
    monkeypatch.setattr("policygraph.folding.MAX_BOXES", 20)
    part = graph(web, "/en", of="52-NQ/TW", open="*", to="")  # another address: not remembered
    assert len(part["boxes"]) <= 20
    assert "stays folded" in part["summary"]


def test_a_line_has_its_relation_its_class_and_its_words(web):
    drawn = graph(web, of="52-NQ/TW")
    (line,) = [x for x in drawn["lines"] if x["lower"] == PLAN and x["evidenceClass"] == "title"]
    assert (line["label"], line["evidenceLabel"]) == ("thực hiện", "Tên văn bản")
    (quote,) = line["quotes"]
    assert quote["quote"] == "Nghị quyết số 52-NQ/TW của Bộ Chính trị"
    assert quote["sentence"].startswith(f"/documents/{PLAN.partition(':')[2]}/text#c")
    (lifted,) = [x for x in drawn["lines"] if x["lower"] == PLAN and x["evidenceClass"] == "body"]
    assert lifted["label"] == f"thực hiện ×{len(lifted['quotes'])}"
    assert len({x["id"] for x in drawn["lines"]}) == len(drawn["lines"])


def test_a_task_tells_who_leads_it_and_shows_its_way_up(web):
    drawn = graph(web, "/en", of=TASK)
    (task,) = [box for box in drawn["boxes"] if box["isThing"]]
    assert task["page"] == f"/en/tasks/{TASK.partition(':')[2]}"
    assert {fact["name"] for fact in task["facts"]} >= {"Lead"}
    assert "Upward it ends at Resolution 52-NQ/TW" in words(page(web, "/en/lineage", of=TASK))


def test_filters_narrow_table_and_picture_alike(web):
    html = page(web, "/lineage", of="52-NQ/TW")
    agency = html.css("#agency option")[1].attributes["value"]
    place = html.css("#place option")[1].attributes["value"]
    for asked in ({"agency": agency}, {"place": place}):
        rows = table(web, "tasks", of="52-NQ/TW", **asked)
        assert 0 < len(rows) < 82
        narrowed = page(web, "/lineage", of="52-NQ/TW", **asked)
        assert f"Bộ lọc giữ lại {len(rows)}." in words(narrowed)
        assert len(narrowed.css("details table.records tbody tr")) == len(rows)
        drawn = graph(web, of="52-NQ/TW", open="*", **asked)
        assert sum(box["kind"] == "task" for box in drawn["boxes"]) == len(rows)


def test_outside_facts_count_only_when_asked_for(web):
    inside = table(web, "edges", of="52-NQ/TW")
    assert "external" not in {row["evidenceClass"] for row in inside}
    wide = table(web, "edges", of="52-NQ/TW", mode="wide", external="true")
    outside = [row for row in wide if row["evidenceClass"] == "external"]
    assert outside
    assert all(row["sources"] for row in outside)
    assert len(wide) > len(inside)


def test_only_what_is_sure_enough_counts_in_picture_table_and_links(web):
    asked = {"of": "52-NQ/TW", "confidence": "0,91"}
    sure = table(web, "edges", **asked)
    assert 0 < len(sure) < len(table(web, "edges", of="52-NQ/TW"))
    assert all(float(row["confidence"] or 1) >= 0.91 for row in sure)
    assert sure == table(web, "edges", of="52-NQ/TW", confidence=0.91)
    drawn = graph(web, **asked, open="*")
    quotes = [quote for line in drawn["lines"] for quote in line["quotes"]]
    assert quotes
    assert {quote["quote"] for quote in quotes} <= {row["quote"] or None for row in sure}
    html = page(web, "/lineage", **asked)
    assert html.css_first("#confidence").attributes["value"] == "0.91"
    assert html.css_first("details.more-filters").attributes.get("open", "none") != "none"
    for link in html.css("#downloads a"):
        assert "confidence=0.91" in link.attributes["href"]
    none = page(web, "/en/lineage", of="52-NQ/TW", accepted="true")
    assert "No evidenced path." in words(none)


def test_what_is_left_out_as_not_sure_is_a_way_round(web):
    html = page(web, "/en/lineage", of=TASK, to="52-NQ/TW", accepted="true", confidence="1")
    link = html.css_first(".note.warning > p > a[href*='to=']")
    assert "not accepted" in link.text()
    assert "Only the facts chosen below were counted." in words(html)
    joined = page(web, link.attributes["href"])
    assert joined.css_first("#graph") is not None
    assert joined.css_first("input[name=accepted][checked]") is None


def test_no_evidenced_path_is_an_answer(web):
    html = page(web, "/lineage", of="2358/KH-UBND", to="52-NQ/TW")
    told = words(html)
    assert "Không có chuỗi bằng chứng." in told
    assert "Nghị quyết 06-NQ/TU" in told
    assert html.css_first("#graph") is None
    wider = html.css_first(".note.warning > p > a[href*='external=true']")
    joined = page(web, wider.attributes["href"])
    assert "Có chuỗi bằng chứng" in words(joined)
    assert joined.css_first("#graph") is not None


def test_a_thing_with_no_edges_says_so(web):
    html = page(web, "/en/lineage", of="176/2025/QH15")
    assert "No evidenced path." in words(html)
    assert html.css_first("#graph") is None


@pytest.mark.parametrize("form", ["svg", "graphml"])
def test_drawings_show_what_is_unfolded(web, form):
    few, more = (
        len(list(ET.fromstring(web.get(f"/lineage.{form}", params=p).text).iter()))
        for p in ({"of": "52-NQ/TW"}, {"of": "52-NQ/TW", "open": PLAN})
    )
    assert 5 < few < more


def test_mermaid_has_the_counts(web):
    drawn = web.get("/en/lineage.mermaid", params={"of": "52-NQ/TW"}).text
    assert drawn.startswith("flowchart BT")
    assert "43 tasks" in drawn


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"of": "9999/NQ-XX"}, 404),
        ({"of": "52-NQ/TW", "year": "soon"}, 422),
        ({"of": "52-NQ/TW", "agency": "Sở Không Có"}, 404),
        ({"of": "https://w3id.org/policygraph/id/place/vn-61"}, 422),
        ({"of": "52-NQ/TW", "mode": "narrow"}, 422),
        ({"of": "52-NQ/TW", "confidence": "1.1"}, 422),
        ({"of": "52-NQ/TW", "confidence": "sure"}, 422),
    ],
)
def test_what_cannot_be_shown(web, asked, status):
    for path in ("/lineage", "/lineage/graph"):
        assert web.get(path, params=asked).status_code == status
