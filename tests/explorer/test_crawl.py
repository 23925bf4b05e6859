"""From the first page on: every link that the site makes leads somewhere, in both languages.

A crawl, bounded: of each kind of page only so many are opened, and each is looked at whole.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

OF_A_KIND = 2
"""Pages that are opened of each kind: the same path but for the things' names."""
STARTS = ("/", "/nowhere", "/documents/nowhere", "/lineage?of=06-NQ/TU", "/search?q=so")
NOT_PAGES = ("/export/", "/api/", "/static/", "/build/", "/sparql", "/openapi.json", "/.well-known")
"""Beginnings of what is tested elsewhere."""
INLINE = "style, [style], script:not([src]), [onclick], [onload], [href^='javascript:']"


THING = re.compile(r"/(documents|tasks|agencies|indicators|id/[a-z]+|vocab/[a-z-]+)/[^/]+")
OTHER_FORMS = (".ttl", ".nt", ".jsonld", ".csv", ".svg", ".json")


def kind_of(address):
    """ "/en/tasks/vn-61.ubnd.kh.2021.2358.II.1?role=lead" -> "/en/tasks/*"."""
    return THING.sub(r"/\1/*", urlsplit(address).path)


def is_page(address):
    is_ours = address.startswith("/") and not address.startswith(NOT_PAGES)
    return is_ours and not urlsplit(address).path.endswith(OTHER_FORMS)


@pytest.fixture(scope="module")
def crawled(web):
    """address -> (answer, parsed page) of what was opened, and the page that each was found on."""
    opened, found_on = {}, {}
    of_kind: Counter[str] = Counter()
    waiting = deque((start, "") for start in (*STARTS, *("/en" + start for start in STARTS)))
    while waiting:
        address, origin = waiting.popleft()
        if address in found_on:
            continue
        found_on[address] = origin
        if of_kind[kind_of(address)] >= OF_A_KIND:
            continue
        of_kind[kind_of(address)] += 1
        answer = web.get(address)
        page = LexborHTMLParser(answer.text) if "html" in answer.headers["content-type"] else None
        opened[address] = (answer, page)
        for link in page.css("a[href]") if page else ():
            target = urldefrag(urljoin(address, link.attributes["href"]))[0]
            if is_page(target):
                waiting.append((target, address))
    return opened, found_on


def test_every_link_leads_somewhere(crawled):
    opened, found_on = crawled
    expected = {"/nowhere": 404, "/documents/nowhere": 404}
    lost = {
        address: (answer.status_code, found_on[address])
        for address, (answer, _) in opened.items()
        if answer.status_code != expected.get(address.removeprefix("/en"), 200)
    }
    assert not lost
    assert len(opened) > 50


def test_every_page_holds_together(crawled):
    """One language, one heading, one main part; nothing inline; ids once, labels for fields."""
    for address, (answer, page) in crawled[0].items():
        if page is None:
            continue
        language = "en" if address.startswith("/en/") or address == "/en" else "vi"
        assert page.css_first("html").attributes["lang"] == language, address
        assert len(page.css("h1")) == len(page.css("main")) == 1, address
        assert page.css_first("h1").text(strip=True), address
        assert page.css_first("title").text(strip=True), address
        assert page.css(INLINE) == [], address
        assert "unsafe-inline" not in answer.headers["content-security-policy"], address
        ids = Counter(node.attributes["id"] for node in page.css("[id]"))
        assert [name for name, count in ids.items() if count > 1] == [], address
        named = {node.attributes.get("for") for node in page.css("label[for]")}
        for field in page.css("input:not([type=hidden]), select, textarea"):
            has_name = field.attributes.get("id") in named or "aria-label" in field.attributes
            assert has_name or field.parent.tag == "label", (address, field.html)


def test_links_within_a_page_lead_to_something(crawled):
    for address, (_, page) in crawled[0].items():
        ids = {node.attributes["id"] for node in page.css("[id]")} if page else set()
        for link in page.css("a[href^='#']") if page else ():
            assert link.attributes["href"][1:] in ids, (address, link.html)


def test_anchors_of_texts_are_there(crawled):
    """A quote leads to its very place: ``/documents/…/text#c123``."""
    pages = {address: page for address, (_, page) in crawled[0].items() if page}
    looked = 0
    for page in pages.values():
        for link in page.css("a[href*='/text#']"):
            target, anchor = urldefrag(link.attributes["href"])
            if target in pages:
                looked += 1
                assert pages[target].css_first(f"[id='{anchor}']") is not None, link.html
    assert looked > 10


def test_every_example_of_the_openapi_document_answers(web):
    """Whatever must be given has an example, and the examples of an operation go together."""
    wrong = []
    for path, item in web.get("/openapi.json").json()["paths"].items():
        given, address = {}, path
        for one in item["get"].get("parameters", ()):
            (example, *_) = one["schema"].get("examples") or one.get("examples") or [None]
            if one["in"] == "path":
                address = address.replace("{" + one["name"] + "}", str(example))
            if example is None and one["required"]:
                wrong.append((path, one["name"], "has no example"))
            elif example is not None and one["in"] == "query":
                given[one["name"]] = example
        answer = web.get(address, params=given, headers={"Accept": "*/*"})
        if answer.status_code != 200:
            wrong.append((address, given, answer.status_code))
    assert not wrong
