"""The page of results: words without diacritics, kinds, pages, and what finds nothing."""

from __future__ import annotations

import json

import pytest
from selectolax.lexbor import LexborHTMLParser


def page(web, address):
    answer = web.get(address)
    assert answer.status_code == 200, address
    return LexborHTMLParser(answer.text)


def counts(html):
    return {a.attributes["href"]: int(a.css_first(".count").text()) for a in html.css(".chip")}


def test_words_without_diacritics(web):
    html = page(web, "/search?q=chuyen+doi+so")
    marked = {mark.text().lower() for mark in html.css(".hits mark")}
    assert {"chuyển", "đổi", "số"} <= marked
    assert html.css_first("#site-q").attributes["value"] == "chuyen doi so"


def test_kinds_add_up_and_narrow(web):
    html = page(web, "/en/search?q=chuyen+doi+so")
    every, *kinds = counts(html).items()
    assert every[1] == sum(count for _, count in kinds) > 0
    for address, count in kinds:
        narrowed = page(web, address)
        assert narrowed.css_first("[role=status]").text().startswith(f"{count} result")
        assert len({tag.text() for tag in narrowed.css(".hits .tag")}) == 1


def test_pages_follow_each_other(web):
    html, seen = page(web, "/search?q=chuyen+doi+so&kind=task&limit=30"), []
    total = int(html.css_first("[role=status]").text().split()[0])
    while True:
        seen += [a.attributes["href"] for a in html.css(".hits .name a")]
        following = html.css_first("a[rel=next]")
        if following is None:
            break
        html = page(web, following.attributes["href"])
    assert len(seen) == len(set(seen)) == total > 30


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "Write what you look for"),
        ("zzzz", "Nothing was found"),
        ("---", "There is no word"),
        ("52-NQ/TV", "No document has this number"),
    ],
)
def test_what_finds_nothing_is_told(web, asked, told):
    html = page(web, f"/en/search?q={asked}")
    assert told in html.css_first("main").text()


def test_what_was_asked_cannot_become_markup(web):
    html = page(web, "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E+so")
    assert all("src" in script.attributes for script in html.css("script"))
    assert html.css_first("#site-q").attributes["value"].startswith('">')


def test_suggestions_know_kinds_and_addresses(web):
    field = page(web, "/en/").css_first("#home-q").attributes
    kinds = json.loads(field["data-kinds"])
    assert kinds["task"] == ["Task", "/en/tasks/"]
    found = web.get(field["data-suggest"], params={"q": "so tai ch*", "kind": list(kinds)}).json()
    assert {hit["kind"] for hit in found["hits"]} <= set(kinds)
    local = found["hits"][0]["iri"].rpartition("/")[2]
    assert web.get(kinds[found["hits"][0]["kind"]][1] + local).status_code == 200
