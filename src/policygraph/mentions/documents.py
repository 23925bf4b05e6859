"""Names of official documents in a string: numbers with their words, named laws, programmes.

What is found here is one mention each, with its range; how the text stands to it is the
business of ``relations``.
"""

from __future__ import annotations

from collections.abc import Iterable

from policygraph.mentions.laws import find_laws
from policygraph.mentions.naming import Found, Taken, type_code
from policygraph.mentions.numbered import find_irregular, find_numbered
from policygraph.mentions.programmes import find_named, find_periodic, find_quoted

__all__ = ["Found", "find_documents", "type_code"]


def find_documents(text: str, programmes: Iterable[str] = ()) -> list[Found]:
    """All mentions in reading order; inner names of laws follow the outer ones that hold them.

    ``programmes`` are names that stand for a document ("Chương trình chuyển đổi số quốc gia").
    """
    found = find_laws(text)
    found += find_numbered(text, Taken(found))
    found += find_irregular(text, Taken(found))
    found += find_quoted(text, Taken(found))
    found += find_named(text, tuple(programmes), Taken(found))
    found += find_periodic(text, Taken(found))
    return sorted(found, key=lambda item: (item.start, -item.end))
