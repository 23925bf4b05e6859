"""The page of a document: with its text, from the register alone, and one that is only planned."""

from __future__ import annotations

import pytest
from tests.explorer.reading import page, section, words

from policygraph_api.explorer import documents

PLAN = "/documents/vn-61.ubnd.kh.2021.2358"
DIRECTIVE = "/documents/vn.tw.nq.2019.52"
PLANNED = "/documents/vn-61.du-kien.nghi-quyet.nd.vn-61-ubnd-kh-2021-2358-pl2-1"


@pytest.fixture(scope="module")
def plan(web):
    return page(web, PLAN)


def facts(page):
    return {words(d.css_first("dt")): words(d.css_first("dd")) for d in page.css("dl.facts > div")}


def rows(page, caption):
    (table,) = [c.parent for c in page.css("caption") if c.attributes["id"] == caption]
    return [[words(cell) for cell in row.css("td")] for row in table.css("tbody tr")]


def test_a_document_says_what_it_is(plan):
    assert words(plan.css_first("h1")) == "Kế hoạch 2358/KH-UBND"
    told = facts(plan)
    assert told["Số, ký hiệu"] == "2358/KH-UBND"
    assert told["Cơ quan ban hành"] == "Ủy ban nhân dân tỉnh Hải Dương"
    assert told["Ngày ban hành"] == "25/06/2021"
    assert told["Người ký"] == "Chủ tịch Nguyễn Dương Thái"


def test_what_it_stands_on_has_its_words_and_their_place(plan):
    part = section(plan, "stands")
    first = part.css_first(".mentions > li")
    assert words(first).startswith("thực hiện Nghị quyết 06-NQ/TU")
    assert first.css_first("blockquote a").attributes["href"].startswith(PLAN + "/text#c")
    boxes = [words(link) for link in part.css("svg.ladder a")]
    assert boxes[-1].startswith("Kế hoạch 2358/KH-UBND")
    assert any(box.startswith("Nghị quyết 06-NQ/TU") for box in boxes)


def test_every_task_is_listed_with_its_lead_and_its_place(plan):
    tasks = rows(plan, "tasks-rows")
    assert len(tasks) == 196
    row = next(row for row in tasks if row[0] == "PL3/A/II/5")
    assert row[2:] == [
        "Sở Thông tin và Truyền thông tỉnh Hải Dương",
        "Doanh nghiệp",
        "2021–2025",
    ]
    links = [a.attributes["href"] for a in plan.css("table a")]
    assert PLAN + "/text#c46488" in links


def test_targets_tell_their_figures_in_words(plan):
    targets = rows(plan, "targets-rows")
    row = next(row for row in targets if row[0] == "PL1/I/3")
    assert row[2:4] == ["ít nhất 95 phần trăm", "2025"]


def test_agencies_stand_with_their_roles(plan):
    agency, roles = rows(plan, "agencies-rows")[0]
    assert agency == "Sở Thông tin và Truyền thông tỉnh Hải Dương"
    assert "Chủ trì: 77 nhiệm vụ, 9 chỉ tiêu" in roles


def test_the_outline_nests_the_parts(plan):
    part = section(plan, "outline")
    inner = part.css_first("a[href$='#p-II.5.h.1']")
    around = []
    node = inner
    while node is not None and node.tag != "section":
        around += [words(node.parent.css_first("a b"))] if node.tag == "details" else []
        node = node.parent
    assert around == ["II/5/h", "II/5", "II"]


def test_what_is_unresolved_is_told(plan):
    part = section(plan, "open")
    assert "Thiếu cơ quan chủ trì Phổ cập dịch vụ mạng di động 5G" in words(part)


def test_downloads_are_of_this_document(plan, web):
    links = [a.attributes["href"] for a in plan.css("a[download]")]
    assert [link.partition("?")[0].rpartition("policygraph.")[2] for link in links] == [
        *("ttl", "jsonld", "csv.zip", "xlsx", "zip")
    ]
    assert "vn-61.ubnd.kh.2021.2358" in web.get(links[0]).text


def test_a_document_from_the_register_names_its_sources_and_who_cites_it(web):
    html = page(web, DIRECTIVE)
    assert not html.css("a[href$='/text']")
    assert facts(html)["Nguồn"].startswith("luatvietnam.vn")
    part = section(html, "stands")
    assert "Kế hoạch" in words(part)
    assert "theo nguồn bên ngoài: doingoailaocai.vn" in words(part)


def test_a_planned_document_says_who_calls_for_it_and_what_it_became(web):
    told = facts(page(web, PLANNED))
    assert told["Được yêu cầu ban hành bởi"].startswith("Nghị quyết Tỉnh ủy về chuyển đổi số")
    assert told["Đã ban hành thành"] == "Nghị quyết 06-NQ/TU"


def test_a_document_is_found_by_its_number_too(web):
    assert words(page(web, "/documents/2358-kh-ubnd").css_first("h1")) == "Kế hoạch 2358/KH-UBND"


def test_in_english_the_names_are_english_where_there_are_some(web):
    html = page(web, "/en" + DIRECTIVE)
    assert words(html.css_first("h1")) == "Resolution 52-NQ/TW"
    assert facts(html)["Date of issue"] == "27 September 2019"
    assert html.css_first("p.lead").attributes["lang"] == "vi"


def test_a_long_list_of_citers_is_cut_and_says_where_the_rest_is(web, monkeypatch):
    monkeypatch.setattr(documents, "MOST", 2)
    found = page(web, DIRECTIVE + "?cut")
    part = section(found, "stands")
    assert all(len(shown.css("li")) <= 2 for shown in part.css("ul.mentions"))
    (more, *_) = [a for a in part.css("a") if "citers-of-document" in a.attributes["href"]]
    assert words(more).startswith("Còn ")
    rows = web.get(more.attributes["href"], headers={"Accept": "application/json"}).json()
    assert len(rows["rows"]) > 2
