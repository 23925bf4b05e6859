"""Reading a page as its readers do: what stands in it, in words."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser


def page(web, path):
    """A page that is there."""
    answer = web.get(path)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def words(node):
    """The words of an element, white space folded."""
    return " ".join(node.text(deep=True).split())


def section(page, name):
    """The one section under a heading's id."""
    (found,) = [s for s in page.css("section") if s.attributes.get("aria-labelledby") == name]
    return found
