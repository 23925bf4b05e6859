"""What people come for, as they do it: with the mouse, the keyboard, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import TOKEN

PLAN = "vn-61.ubnd.kh.2021.2358"


def tab_to(page, place):
    """Press Tab until the focus is there; fails where the keyboard never reaches it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if place.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach it")


def test_words_without_marks_are_found(opened):
    opened.goto("/")
    opened.get_by_label("Tìm văn bản, nhiệm vụ").first.fill("chuyen doi so")
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("heading", level=1)).to_contain_text("chuyen doi so")
    expect(
        opened.locator("mark", has_text=re.compile("Chuyển đổi số|Chuyển", re.I)).first
    ).to_be_visible()
    opened.locator("main").get_by_role("link", name=re.compile("^Nhiệm vụ")).click()
    expect(opened.locator("main .hits a").first).to_have_attribute(
        "href", re.compile(r"^/tasks/|/text#c\d+")
    )


def test_from_the_first_page_to_a_sentence_of_a_plan_in_four_clicks(opened):
    opened.goto("/")
    opened.get_by_role("link", name="Những nhiệm vụ nào bắt nguồn từ Nghị quyết 52-NQ/TW").click()
    plan = opened.locator("main details", has_text="(Thanh Hóa) (43 nhiệm vụ)")
    plan.locator("summary").click()
    task = plan.get_by_role("link", name=re.compile("^Tổ chức phổ biến, quán triệt")).first
    label = task.inner_text().rstrip("….")
    task.click()
    opened.get_by_role("link", name="Xem trong văn bản").first.click()
    expect(opened).to_have_url(re.compile(r"/documents/vn-21[^/]*/text#c\d+$"))
    words = opened.locator(":target")
    expect(words).to_be_in_viewport()
    assert words.inner_text().startswith(label[:20])


def test_the_lineage_draws_every_task_folded_and_unfolds_a_plan(opened):
    opened.goto("/lineage?of=52-NQ/TW")
    summary = opened.locator("#summary")
    expect(summary).to_have_text("82 nhiệm vụ, 4 ô")
    graph = opened.locator("#graph")
    graph.focus()
    opened.keyboard.press("ArrowRight")
    expect(opened.locator("#said")).to_contain_text("nhiệm vụ")
    opened.keyboard.press("Enter")
    expect(summary).not_to_have_text("82 nhiệm vụ, 4 ô")
    expect(summary).to_contain_text("82 nhiệm vụ")
    assert "open=" in opened.url
    opened.go_back()
    expect(summary).to_have_text("82 nhiệm vụ, 4 ô")
    opened.get_by_role("button", name="Mở tất cả").click()
    boxes = re.compile(r"82 nhiệm vụ, (8[3-9]|9\d|\d{3,}) ô")
    expect(summary).to_have_text(boxes)
    shown = opened.locator("canvas").first.screenshot()
    opened.reload()
    expect(summary).to_have_text(boxes)
    assert len(shown) > 5_000


def test_a_mark_of_the_text_tells_its_fact_and_leads_to_it(opened):
    opened.goto(f"/documents/{PLAN}/text")
    mark = opened.locator("a.m.citation").first
    mark.hover()
    told = opened.locator("#told")
    expect(told).to_be_visible()
    expect(told).to_contain_text(re.compile("Nghị quyết"))
    opened.mouse.move(0, 0)
    expect(told).to_be_hidden()
    mark.focus()
    opened.keyboard.press("Enter")
    expect(opened).not_to_have_url(re.compile("/text"))
    expect(opened.get_by_role("heading", level=1)).to_be_visible()


def test_a_place_of_the_text_is_shown_where_a_link_leads(opened):
    opened.goto("/gaps")
    link = opened.locator("main a[href*='/text#c']").first
    start = (link.get_attribute("href") or "").partition("#")[2]
    link.press("Enter")
    place = opened.locator(f"#{start}")
    expect(place).to_be_in_viewport()


def test_the_language_is_switched_on_the_same_page(opened):
    opened.goto("/documents?type=KH")
    opened.get_by_role("link", name="English").click()
    expect(opened.locator("html")).to_have_attribute("lang", "en")
    expect(opened).to_have_url(re.compile(r"/en/documents\?type=KH$"))
    expect(opened.get_by_role("heading", level=1)).to_have_text("Documents")
    opened.get_by_role("link", name="Tiếng Việt").click()
    expect(opened.get_by_role("heading", level=1)).to_have_text("Văn bản")


def ground(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_dark_is_chosen_and_stays_chosen(opened):
    opened.goto("/")
    light = ground(opened)
    button = opened.get_by_role("button", name="Nền tối")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert ground(opened) != light
    opened.goto("/documents")
    assert ground(opened) != light
    opened.get_by_role("button", name="Nền tối").click()
    assert ground(opened) == light


def test_the_keyboard_alone_reads_a_document(opened):
    opened.goto("/")
    opened.keyboard.press("Tab")
    skip = opened.get_by_role("link", name="Đến nội dung")
    expect(skip).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.locator("#main")).to_be_focused()
    opened.goto("/documents")
    link = opened.locator("main tbody a").first
    tab_to(opened, link)
    outline = link.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline != "none"
    opened.keyboard.press("Enter")
    expect(opened).to_have_url(re.compile("/documents/vn"))


def test_a_fact_is_reviewed_beside_its_sentence(opened):
    opened.goto("/review")
    opened.locator("nav[aria-labelledby=waiting] a", has_text="citation:vn-01").first.click()
    expect(opened.locator("blockquote mark").first).to_be_visible()
    opened.get_by_label("Chấp nhận").check()
    opened.get_by_label("Tên người rà soát").fill("Nguyễn Thị Bình")
    opened.get_by_role("button", name="Xem dòng sẽ ghi").click()
    expect(opened.locator("pre")).to_contain_text("accept,,,Nguyễn Thị Bình")
    token = opened.get_by_label("Mã của người vận hành")
    token.fill(TOKEN)
    opened.get_by_role("button", name="Ghi quyết định").click()
    expect(opened.locator("main [role=status]")).to_contain_text("Đã ghi quyết định")
    assert TOKEN not in opened.url


@pytest.mark.parametrize("opened", [{"java_script_enabled": False}], indirect=True)
def test_pages_read_without_scripts(opened):
    opened.goto("/lineage?of=52-NQ/TW")
    expect(opened.locator("main table").first).to_be_visible()
    opened.goto(f"/documents/{PLAN}/text")
    expect(opened.locator("#source")).to_contain_text("KẾ HOẠCH HÀNH ĐỘNG")
