"""Names of official documents in a string: numbers with their words, named laws, programmes.

What is found here is one mention each, with its range; how the text stands to it is the
business of ``relations``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policygraph.mentions.congresses import find_congresses
from policygraph.mentions.laws import find_laws
from policygraph.mentions.naming import NOTHING, Found, Taken, type_code
from policygraph.mentions.numbered import find_irregular, find_numbered
from policygraph.mentions.programmes import find_coded, find_named, find_periodic, find_quoted

__all__ = ["Found", "find_documents", "type_code"]

_FIGURE = re.compile(r"[\d/]")
"""In every number, also a blank one ("…/QĐ-UBND"), and in every period."""


def find_documents(text: str, programmes: Iterable[str] = ()) -> list[Found]:
    """All mentions in reading order; inner names of laws follow the outer ones that hold them.

    ``programmes`` are names that stand for a document ("Chương trình chuyển đổi số quốc gia").
    """
    names, lowered = tuple(programmes), text.lower()
    found = find_laws(text)
    known = Taken(found) if found else NOTHING
    has_figure = _FIGURE.search(text) is not None
    if has_figure:
        known = known.joined(found, find_coded(text, lowered, names, known))
        known = known.joined(found, find_numbered(text, known))
        known = known.joined(found, find_irregular(text, known))
    known = known.joined(found, find_congresses(text, lowered, known))
    known = known.joined(found, find_quoted(text, known))
    known = known.joined(found, find_named(text, lowered, names, known))
    if has_figure:
        found += find_periodic(text, known)
    return sorted(found, key=lambda item: (item.start, -item.end))
