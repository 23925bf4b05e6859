"""Lists: pages by key, filters as links and forms, what cannot be asked."""

from __future__ import annotations

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

LISTS = ("documents", "tasks", "agencies", "indicators")


def page(web, address):
    answer = web.get(address)
    assert answer.status_code == 200, address
    return LexborHTMLParser(answer.text)


def names(html):
    return [link.attributes["href"] for link in html.css("table.records tbody th a")]


def shown_total(html):
    return int(re.sub(r"\D", "", html.css_first("[role=status]").text()))


@pytest.mark.parametrize("name", LISTS)
def test_following_pages_show_each_thing_once(web, name):
    html = page(web, f"/{name}")
    total, seen = shown_total(html), names(html)
    while following := html.css_first("a[rel=next]"):
        html = page(web, following.attributes["href"])
        assert html.css_first(".pager a").attributes["href"] == f"/{name}"
        seen += names(html)
    assert len(seen) == len(set(seen)) == total > 50


def test_documents_stand_with_the_newest_first(web):
    html, dates = page(web, "/en/documents"), []
    while True:
        dates += [cell.text(strip=True) for cell in html.css("td.date")]
        following = html.css_first("a[rel=next]")
        if following is None:
            break
        html = page(web, following.attributes["href"])
    years = [int(date[-4:]) if date else 0 for date in dates]
    assert years == sorted(years, reverse=True)
    assert years[-1] == 0 < years[0]


@pytest.mark.parametrize("name", LISTS)
def test_a_facet_narrows_and_can_be_taken_away(web, name):
    html = page(web, f"/{name}")
    for facet in html.css(".facet"):
        first = facet.css_first("li a")
        narrowed = page(web, first.attributes["href"])
        assert shown_total(narrowed) == int(first.css_first(".count").text().replace(".", ""))
        chosen = narrowed.css(".chips a")
        assert [link.attributes["href"] for link in chosen] == [f"/{name}"]


def test_a_form_keeps_what_is_chosen(web):
    html = page(web, "/documents?withText=yes&tracesTo=52-NQ/TW")
    assert len(html.css(".chips a")) == 2
    hidden = html.css("aside form:not([action='/search']) input[type=hidden]")
    assert [(i.attributes["name"], i.attributes["value"]) for i in hidden] == [("withText", "yes")]
    assert html.css_first("#filter-tracesTo").attributes["value"] == "52-NQ/TW"
    assert shown_total(html) == len(names(html)) > 1


def test_fields_left_empty_ask_nothing(web):
    assert shown_total(page(web, "/tasks?lead=&agency=")) == shown_total(page(web, "/tasks"))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tasks?agency=S%E1%BB%9F%20Kh%C3%B4ng%20C%C3%B3", 404),
        ("/tasks?lead=S%E1%BB%9F%20T%C3%A0i%20ch%C3%ADnh", 409),
        ("/tasks?year=hai", 422),
        ("/documents?after=x", 422),
        ("/documents?colour=red", 422),
        ("/documents?type=XX", 422),
    ],
)
def test_what_cannot_be_asked_is_told_on_a_page(web, address, status):
    answer = web.get(address)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")
    assert len(LexborHTMLParser(answer.text).css("h1")) == 1


def test_choices_of_a_name_that_many_have(web):
    html = LexborHTMLParser(web.get("/en/tasks?lead=S%E1%BB%9F%20T%C3%A0i%20ch%C3%ADnh").text)
    choices = [link.attributes["href"] for link in html.css("main li a[href*='lead=']")]
    assert len(choices) > 1
    for choice in choices:
        assert page(web, choice).css(".chips a")
