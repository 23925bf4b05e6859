"""The marks of a text in a browser: exact, told on focus and on a tap, switched off, sought."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from policygraph import resources, text

PLAN = "/documents/vn-61.ubnd.kh.2021.2358/text"
MARK = "#c22871"
TASK = "**/tasks/vn-61.ubnd.kh.2021.2358.II.5.h.1"
WORDS = "Tập trung xây dựng và số hóa các hệ thống thông tin chuyên ngành"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def test_the_browser_shows_the_text_character_for_character(opened):
    opened.goto(PLAN)
    source = text.read(resources.directory("data/texts") / "hai-duong-ke-hoach-2358-kh-ubnd.txt")
    assert opened.evaluate("document.querySelector('#source').textContent") == source.text


def test_a_mark_is_reached_by_the_keyboard(opened):
    opened.goto(PLAN)
    told = opened.locator("#told")
    opened.locator(MARK).focus()
    opened.keyboard.press("Tab")
    opened.keyboard.press("Shift+Tab")
    expect(told).to_contain_text(WORDS)
    expect(opened.locator(MARK)).to_have_attribute("aria-describedby", "told")
    opened.keyboard.press("ArrowDown")
    expect(told.locator("a").first).to_be_focused()
    opened.keyboard.press("Escape")
    expect(told).to_be_hidden()
    expect(opened.locator(MARK)).to_be_focused()
    opened.keyboard.press("Enter")
    opened.wait_for_url(TASK)


def test_a_kind_that_is_switched_off_is_neither_shown_nor_told(opened):
    opened.goto(PLAN)
    looks = f"getComputedStyle(document.querySelector('{MARK}')).boxShadow"
    assert opened.evaluate(looks) != "none"
    opened.locator("#show-task").uncheck()
    assert opened.evaluate(looks) == "none"
    opened.locator(MARK).click()
    opened.locator("#show-task").check()
    assert opened.evaluate(looks) != "none"
    assert opened.url.endswith(PLAN)


def test_a_link_to_a_sentence_shows_all_its_words(opened):
    opened.goto(PLAN + MARK)
    expect(opened.locator(".sought").first).to_be_in_viewport()
    expect(opened.locator(".sought").first).to_contain_text(WORDS)


@pytest.mark.parametrize("opened", [PHONE], indirect=True)
def test_a_first_tap_tells_and_a_second_follows(opened):
    opened.goto(PLAN)
    opened.locator(MARK).tap()
    expect(opened.locator("#told")).to_contain_text(WORDS)
    assert opened.url.endswith(PLAN)
    opened.locator(MARK).tap()
    opened.wait_for_url(TASK)
