"""The SPARQL page with its editor."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

REFUSED = "Failed to load resource: the server responded with a status of 400"


def editor(page):
    return page.locator(".CodeMirror")


def write(page, text):
    editor(page).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def test_an_example_runs_in_all_views(opened):
    opened.goto("/query")
    # Until its script has come, the page gives the answer as one without scripts does.
    expect(editor(opened)).to_be_visible()
    opened.get_by_text("Nhiệm vụ bắt nguồn từ một văn bản").click()
    form = opened.locator("form:has([value='tasks-tracing-to'])")
    expect(form.get_by_label("Số, ký hiệu hoặc IRI của văn bản")).to_have_value("52-NQ/TW")
    form.get_by_role("button", name="Chạy ngay").click()
    expect(opened.locator("#query-status")).to_contain_text("82 kết quả")
    expect(opened.locator("#query-status")).to_be_in_viewport()
    expect(opened.get_by_text("1–50 trong 82")).to_be_visible()
    opened.get_by_label("Lọc kết quả").fill("chuyen doi so")
    expect(opened.get_by_text("1–50 trong 82")).to_be_hidden()
    opened.get_by_role("button", name="Biểu đồ").click()
    expect(opened.locator(".bar-list li")).to_have_count(40)
    opened.get_by_role("button", name="Dữ liệu thô").click()
    expect(opened.locator("#query-answer pre")).to_contain_text('"bindings"')
    assert urlsplit(opened.url).fragment == "raw"


def test_the_address_holds_the_query(opened):
    opened.goto("/query")
    query = "SELECT ?s { ?s a pg:Task } ORDER BY ?s LIMIT 3"
    write(opened, query)
    opened.keyboard.press("Control+Enter")
    expect(opened.locator("#query-status")).to_contain_text("3 kết quả")
    assert parse_qs(urlsplit(opened.url).query)["query"] == [query]
    opened.goto(opened.url)
    opened.reload()
    expect(opened.locator("#query-answer tbody tr")).to_have_count(3)
    first = opened.locator("#query-answer tbody a").first
    assert (first.get_attribute("href") or "").startswith("/tasks/vn-")


@pytest.mark.parametrize(
    "opened", [{"permissions": ["clipboard-read", "clipboard-write"]}], indirect=True
)
def test_the_link_is_copied(opened):
    opened.goto("/query")
    write(opened, "ASK {}")
    opened.get_by_role("button", name="Sao chép liên kết").click()
    expect(opened.locator("#query-status")).to_contain_text("Đã sao chép liên kết")
    copied = opened.evaluate("navigator.clipboard.readText()")
    assert parse_qs(urlsplit(copied).query)["query"] == ["ASK {}"]


def test_sorting_and_turning_pages(opened):
    opened.goto(
        "/query?query=SELECT%20%3Fp%20%7B%20%3Fs%20pg%3Apath%20%3Fp%20%7D%20LIMIT%2060#table"
    )
    rows = opened.locator("#query-answer tbody tr")
    expect(rows).to_have_count(50)
    opened.get_by_role("button", name="Trang sau").click()
    expect(rows).to_have_count(10)
    heading = opened.locator("#query-answer th")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    upward = rows.first.inner_text()
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert rows.first.inner_text() != upward


@pytest.mark.parametrize("opened", [{"expected": [REFUSED]}], indirect=True)
def test_an_error_is_told_and_marked(opened):
    opened.goto("/en/query")
    write(opened, "SELECT ?s WHERE {\n  ?s a pg:Task\n  ?s oops }")
    expect(opened.locator(".syntax-sign")).to_have_attribute("title", re.compile("^Syntax error"))
    opened.get_by_role("button", name="Run", exact=True).click()
    alert = opened.get_by_role("alert")
    expect(alert).to_contain_text("The query has a syntax error")
    expect(opened.locator(".service-error").first).to_be_visible()
    alert.get_by_role("button").click()
    assert "oops" not in opened.locator(".CodeMirror-activeline").all_inner_texts()
    expect(editor(opened)).to_have_class(
        "CodeMirror cm-s-default CodeMirror-wrap CodeMirror-focused"
    )


def test_classes_and_properties_are_completed_from_the_graph(opened):
    opened.goto("/query")
    write(opened, "SELECT * { ?t a pg:Proj")
    opened.keyboard.press("Control+Space")
    hints = opened.locator(".CodeMirror-hint")
    expect(hints.first).to_contain_text("pg:Project")
    expect(hints.first).to_contain_text("Dự án")
    opened.keyboard.press("Enter")
    opened.keyboard.type(" ; pg:leadA")
    opened.keyboard.press("Control+Space")
    expect(hints.first).to_contain_text("pg:leadAgency")
    opened.keyboard.press("Enter")
    expect(editor(opened)).to_contain_text("pg:leadAgency")
    expect(editor(opened)).to_contain_text("PREFIX pg:")


ODD = 'SELECT ?t ("it\'s \\"so\\"" AS ?x) { ?t a pg:Task } ORDER BY ?t LIMIT 3'


def elsewhere(page, name):
    """The query for another program, as the page writes it."""
    page.goto("/query")
    write(page, ODD)
    page.get_by_text("Dùng câu truy vấn này trong").click()
    field = page.get_by_label(name)
    expect(field).to_have_value(re.compile("LIMIT 3"))
    return field.input_value()


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here / không có curl")
def test_curl_gets_the_rows(opened):
    command = ["bash", "-c", elsewhere(opened, "curl") + " -s"]
    sent = subprocess.run(command, capture_output=True, check=True, text=True)
    head, first, *_ = sent.stdout.splitlines()
    assert head == "t,x"
    assert first.endswith(',"it\'s ""so"""')


def test_python_gets_the_rows(opened):
    command = [sys.executable, "-c", elsewhere(opened, "Python")]
    ran = subprocess.run(command, capture_output=True, check=True, text=True)
    rows = [ast.literal_eval(line) for line in ran.stdout.splitlines()]
    assert len(rows) == 3
    assert rows[0]["x"] == 'it\'s "so"'


def test_r_is_given_the_query_as_it_stands(opened):
    assert f'r"(\n{ODD}\n)"' in elsewhere(opened, "R (gói httr2)")


@pytest.mark.parametrize("opened", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_form_gives_a_table(opened):
    opened.goto("/query")
    opened.get_by_label("Câu truy vấn SPARQL").fill("SELECT ?s { ?s a pg:Task } LIMIT 2")
    opened.get_by_role("button", name="Chạy", exact=True).click()
    expect(opened.locator("#query-answer tbody tr")).to_have_count(2)


def test_the_keyboard_leaves_the_editor(opened):
    opened.goto("/query")
    editor(opened).click()
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("button", name="Chạy", exact=True)).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.locator("#query-answer table")).to_be_visible()
