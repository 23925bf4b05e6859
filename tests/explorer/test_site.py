"""What every page has: its language, its policy, assets that are there, nothing inline."""

from __future__ import annotations

import re

import pytest

from policygraph.errors import DataError
from policygraph_api.assets import Assets
from policygraph_api.places import Here

PAGES = (
    "/",
    "/gaps",
    "/indicators/ty-trong-kinh-te-so-trong-grdp",
    "/lineage",
    "/lineage?of=52-NQ/TW",
    "/documents/vn-61.tu.ct.2019.39",
    "/documents/vn-61.tu.nq.2021.06",
    "/tasks/vn-61.ubnd.kh.2021.2358.II.1.c.1",
    "/agencies/vn-61.so-thong-tin-va-truyen-thong",
    "/documents/vn-61.tu.ct.2019.39/text",
)


@pytest.mark.parametrize("path", [*PAGES, *("/en" + page for page in PAGES)])
def test_a_page_holds_together(web, path):
    answer = web.get(path)
    assert answer.status_code == 200
    html = answer.text
    assert f'<html lang="{"en" if path.startswith("/en") else "vi"}">' in html
    assert html.count("<h1") == 1
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_assets_are_kept_for_ever(web):
    names = set(re.findall(r'"(/static/[^"]+)"', web.get("/").text))
    assert {name.rpartition(".")[2] for name in names} == {"svg", "css", "js"}
    for name in names:
        answer = web.get(name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert web.get("/static/site.css").status_code == 404
    assert web.get("/static/../app.py").status_code == 404


def test_both_languages_know_each_other(web):
    assert 'href="/en/"' in web.get("/").text
    assert re.search(r'href="/"[^>]*>Tiếng Việt', web.get("/en/").text)


def test_links_stay_in_their_build(web):
    build = web.get("/").headers["policygraph-build"]
    html = web.get(f"/build/{build}/en/").text
    assert f'href="/build/{build}/en/tasks"' in html
    assert f'href="/build/{build}/static/' in html


def test_an_iri_leads_to_its_page():
    place = Here("en", "", "/", "")
    base = "https://w3id.org/policygraph/"
    assert place.href(base + "id/doc/vn-61.ubnd.kh.2021.2358") == (
        "/en/documents/vn-61.ubnd.kh.2021.2358"
    )
    assert place.href(base + "id/place/vn-61") == "/en/data/id/place/vn-61.html"
    assert place.href(base + "vocab/role/lead") == "/en/data/vocab/role/lead.html"
    assert place.href(base + "ontology#Task") == "/en/ontology.html#Task"
    assert place.href(base + "ontology/0.1.0") == "/en/ontology.html"
    assert place.href(base + "id/part/vn-61.ubnd.kh.2021.2358.II.5") == (
        "/en/documents/vn-61.ubnd.kh.2021.2358/text#p-II.5"
    )
    assert place.href("https://example.org/x") == "https://example.org/x"
    assert place.href("javascript:alert(1)") == "#"


def test_what_is_not_built_says_what_to_run(tmp_path):
    with pytest.raises(DataError, match="make setup"):
        Assets(tmp_path)
