"""The text of a document: exact, every span marked, every mark a way to its fact."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from policygraph import resources, text
from policygraph_api.explorer.text_view import _exact

PLAN = "/documents/vn-61.ubnd.kh.2021.2358/text"
FILES = {
    "vn-01.tu.nq.2022.09": "lai-chau-nghi-quyet-09-nq-tu.txt",
    "vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw": "thanh-hoa-ke-hoach-52-nq-tw.txt",
    "vn-61.tu.chuong-trinh-hanh-dong.nd.thuc-hien-52-nq-tw": (
        "hai-duong-chuong-trinh-hanh-dong-52-nq-tw.txt"
    ),
    "vn-61.tu.ct.2019.39": "hai-duong-chi-thi-39-ct-tu.txt",
    "vn-61.ubnd.kh.2021.2358": "hai-duong-ke-hoach-2358-kh-ubnd.txt",
}


def only(html, selector):
    (found,) = LexborHTMLParser(html).css(selector)
    return found


@pytest.fixture(scope="module")
def plan(web):
    return LexborHTMLParser(web.get(PLAN).text)


@pytest.fixture(scope="module")
def marks(web):
    return web.get(PLAN + "/marks.json").json()


@pytest.mark.parametrize("local", FILES)
def test_the_content_is_the_text_character_for_character(web, local):
    source = text.read(resources.directory("data/texts") / FILES[local])
    assert only(web.get(f"/documents/{local}/text").text, "#source").text() == source.text


def test_line_ends_of_any_kind_survive_a_browser():
    written = "a\r\nb\rc\n<&>"
    assert only(f"<div id=x>{_exact(written)}</div>", "#x").text() == written


def test_a_task_is_marked_where_it_stands_and_leads_to_its_page(plan):
    words = plan.css_first("#c22871")
    assert words.text().startswith("Tập trung xây dựng và số hóa")
    assert "task" in words.attributes["class"].split()
    assert words.attributes["href"] == "/tasks/vn-61.ubnd.kh.2021.2358.II.5.h.1"


def test_every_mark_has_pieces_that_together_are_its_words(plan, marks):
    pieces: dict[int, list[str]] = {}
    for link in plan.css("#source a.m"):
        for place in link.attributes["data-m"].split():
            pieces.setdefault(int(place), []).append(link.text())
    assert set(pieces) == set(range(len(marks)))
    told = {(f["kind"], f["said"]) for mark in marks for f in mark["facts"]}
    assert ("Phân công", "Chủ trì: Sở Thông tin và Truyền thông tỉnh Hải Dương") in told
    place = next(n for n, mark in enumerate(marks) if mark["at"] == [22871])
    assert "".join(pieces[place]).endswith("chỉ đạo, điều hành của tỉnh.")


def test_words_under_two_marks_name_both_and_lead_to_the_inner_one(plan, marks):
    both = plan.css_first("#source a.m.metadata.citation")
    inner, outer = (marks[int(place)] for place in both.attributes["data-m"].split())
    assert (inner["kind"], outer["kind"]) == ("citation", "metadata")
    assert both.attributes["href"] == inner["facts"][0]["href"]


def test_of_each_mark_the_keyboard_meets_one_piece(plan):
    stops = [a for a in plan.css("#source a.m") if "tabindex" not in a.attributes]
    inner = [a.attributes["data-m"].split()[0] for a in stops]
    assert len(inner) == len(set(inner)) > 500
    assert all(a.attributes["title"] for a in stops)


def test_parts_and_paragraphs_have_anchors_and_the_outline_leads_to_them(plan):
    ids = {node.attributes["id"] for node in plan.css("#source [id]")}
    assert {"p-II.5.h", "p-II.5.h.1", "p-PL1.I.4", "p-I.t1"} <= ids
    assert len(ids) == len(plan.css("#source [id]"))
    links = [a.attributes["href"] for a in plan.css(".outline a")]
    assert "#p-PL3.A" in links
    assert all(link.removeprefix("#") in ids for link in links)


def test_a_table_names_its_columns_on_every_cell(plan):
    row = plan.css_first("[id='p-PL1.I.2']")
    assert [td.attributes.get("data-label") for td in row.css("td")] == [
        "TT",
        "Nội dung chỉ tiêu",
        "Chủ trì",
        "Phối hợp",
    ]


def test_blank_lines_around_a_paragraph_are_set_apart(plan):
    (paragraph,) = plan.css("[id='p-I.1.t1']")
    assert [blank.text() for blank in paragraph.css(".blank")] == ["\n\n"]
    assert not plan.css("#source a.m:empty")
    assert all(link.text().strip() for link in plan.css("#source a.m"))


def test_what_is_unresolved_is_marked_with_its_reason(marks):
    (mark,) = [mark for mark in marks if mark["kind"] == "open"]
    assert mark["facts"][0]["said"] == "Thiếu cơ quan chủ trì: Phổ cập dịch vụ mạng di động 5G"


def test_marks_are_told_in_english(web):
    told = web.get("/en" + PLAN + "/marks.json").json()
    facts = [fact for mark in told for fact in mark["facts"]]
    assert {"Task", "Assignment", "Target", "Citation"} <= {fact["kind"] for fact in facts}
    assert "25 June 2021" in {fact["said"] for fact in facts}
    assert all(fact["href"].startswith("/en/") for fact in facts)


def test_a_figure_is_told_in_words(marks):
    said = [f["said"] for m in marks if m["kind"] == "target" for f in m["facts"]]
    assert any(re.match(r"ít nhất 95 phần trăm · ", words) for words in said)


def test_a_document_known_from_citations_says_that_it_has_no_text(web):
    answer = web.get("/documents/vn.tw.nq.2019.52/text")
    assert answer.status_code == 200
    assert "không có lời văn" in answer.text


def test_a_document_nobody_knows_is_not_found(web):
    assert web.get("/documents/vn.bct.nq.1999.1/text").status_code == 404
