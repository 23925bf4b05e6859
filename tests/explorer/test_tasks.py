"""The page of a task: its words, who leads, who answers for it today, where it comes from."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.explorer.reading import page, section, words

from policygraph import iri, pipeline, resources
from policygraph.rdf import files
from policygraph.rdf.said import Said
from policygraph.review import fingerprint
from policygraph.settings import Settings
from policygraph_api.app import create_app

TASK = "/tasks/vn-61.ubnd.kh.2021.2358.II.1.c.1"
COPIED = "/tasks/vn-21.tu.ke-hoach.nd.thuc-hien-52-nq-tw.III.2.d"
TO_ISSUE = "/tasks/vn-61.ubnd.kh.2021.2358.PL2.1"


@pytest.fixture(scope="module")
def task(web):
    return page(web, TASK)


def test_a_task_shows_its_whole_words_and_where_they_stand(task):
    assert words(task.css_first("blockquote.whole")).startswith(
        "Các doanh nghiệp viễn thông tập trung nguồn lực xây dựng, phát triển hạ tầng băng rộng"
    )
    assert words(task.css_first("blockquote.whole")).endswith("trên địa bàn tỉnh.")
    link = task.css_first("a.button")
    text = link.attributes["href"]
    assert text.startswith("/documents/vn-61.ubnd.kh.2021.2358/text#c")


def test_the_place_in_the_text_is_there(task, web):
    path, _, anchor = task.css_first("a.button").attributes["href"].partition("#")
    (mark,) = page(web, path).css(f"#{anchor}")
    assert "task" in mark.attributes["class"].split()


def test_who_leads_is_told_with_the_words_that_say_so(task):
    rows = [[words(td) for td in tr.css("td")] for tr in section(task, "who").css("tbody tr")]
    assert [row[:3] for row in rows] == [
        ["Chủ trì", "Các doanh nghiệp viễn thông", "Chủ ngữ"],
        ["Chủ trì", "Sở Thông tin và Truyền thông tỉnh Hải Dương", "Dẫn chiếu (IV/2/2)"],
    ]
    assert "các nhiệm vụ, giải pháp tại điểm c, d, e khoản 1" in rows[1][3]


def test_who_answers_for_it_today_is_told_change_by_change(task):
    cards = {words(c.css_first("h3")): c for c in section(task, "today").css(".card")}
    lead = cards["Sở Thông tin và Truyền thông tỉnh Hải Dương"]
    assert words(lead.css_first("p")).endswith("Sở Khoa học và Công nghệ thành phố Hải Phòng")
    days = [words(when) for when in lead.css(".when")]
    assert days == ["01/03/2025", "01/03/2025", "01/03/2025", "01/07/2025"]
    assert "không khẳng định được" in words(cards["Các doanh nghiệp viễn thông"])


def test_paths_lead_up_to_each_directive_with_quotes(task):
    paths = section(task, "from").css(".path")
    ends = [words(path.css_first("h3 a")) for path in paths]
    assert ends == ["Quyết định 749/QĐ-TTg", "Chương trình hành động 02-CTr/TU"]
    first, last = paths[0].css("li")
    assert words(first) == (
        "được quy định tại Ý II/1/c/1 › Điểm II/1/c › Khoản II/1 › Mục II › Kế hoạch 2358/KH-UBND"
    )
    assert words(last.css_first("blockquote")).startswith("Chương trình chuyển đổi số quốc gia")
    assert "theo nguồn bên ngoài" in words(paths[1].css("li")[-1])


def test_a_table_without_a_name_is_no_step(web):
    steps = [words(li) for li in section(page(web, TO_ISSUE), "from").css(".path li")]
    assert steps[0] == "được quy định tại Dòng PL2/1 › Phụ lục PL2"


def test_a_document_to_be_issued_names_it(web):
    found = page(web, TO_ISSUE)
    assert words(found.css_first(".kinds")).startswith("Văn bản phải ban hành")
    assert found.css(
        "a[href='/documents/vn-61.du-kien.nghi-quyet.nd.vn-61-ubnd-kh-2021-2358-pl2-1']"
    )


def test_similar_tasks_show_the_words_that_differ(web):
    first = section(page(web, COPIED), "similar").css_first(".similar")
    assert words(first.css_first(".tag")) == "giống 96%"
    assert words(first.css_first("del")) == "phục vụ"
    assert words(first.css_first("ins")) == "trong tỉnh"


def test_a_task_that_nobody_leads_says_so(web):
    assert "không nêu cơ quan chủ trì" in words(section(page(web, COPIED), "today"))


def test_a_task_with_a_target_tells_its_figure(web):
    found = page(web, "/tasks/vn-61.ubnd.kh.2021.2358.II.5.b.3")
    told = [words(d.css_first("dd")) for d in found.css("dl.facts > div")]
    assert any("100 phần trăm" in words for words in told)


def test_a_task_nobody_knows_is_not_found(web):
    assert web.get("/tasks/vn-61.ubnd.kh.2021.2358.IX").status_code == 404
    assert web.get("/tasks/<x>").status_code == 404


def test_in_english(web):
    found = page(web, "/en" + TASK)
    assert words(section(found, "who").css_first("tbody td")) == "Lead"
    assert found.css_first("h1").attributes["lang"] == "vi"


def test_a_decision_of_review_is_told_with_its_reason(tmp_path):
    ttl, local = resources.directory("data/ttl"), TASK.rpartition("/")[2]
    seen = fingerprint(
        Said(files.read(ttl / "vn-61.ubnd.kh.2021.2358.ttl")), iri.thing(iri.Kind.TASK, local)
    )
    (tmp_path / "reviews").mkdir()
    (tmp_path / "reviews" / "an.csv").write_text(
        "assertion,decision,field,value,name,date,reason,fingerprint\n"
        f"task:{local},accept,,,An,2026-11-20,Đã đối chiếu bản gốc,{seen}\n",
        encoding="utf-8",
    )
    store = tmp_path / "store"
    pipeline.build_store(ttl, resources.directory("ontology"), store, reviews=tmp_path / "reviews")
    settings = Settings(store=store, workers=1, memory_mb=512)
    with TestClient(create_app(settings), headers={"Accept": "text/html"}) as opened:
        about = words(section(page(opened, TASK), "about"))
    assert "Chấp nhận" in about
    assert "An, 20/11/2026: Chấp nhận. Đã đối chiếu bản gốc" in about
