"""Resolutions without a number, named by the congress or plenum of the Party that passed them.

"Nghị quyết Đại hội XIII của Đảng" and "Nghị quyết Đại hội đại biểu toàn quốc lần thứ XIII" are
one document, and get one name; a plenum passes several, so its name alone stands for none.
"""

from __future__ import annotations

import re

from policygraph import lexicon
from policygraph.mentions.naming import Found, Taken, date_after, folded
from policygraph.model import DocumentReference
from policygraph.registers import Place

PLENUM = "citation.plenum"
NATIONAL = "citation.congress"
LOCAL = "citation.congress.local"
RULES = frozenset({PLENUM, NATIONAL, LOCAL})

_TYPE, _CODE = "Nghị quyết", "NQ"
_NAMELESS = re.compile(r"(?<=Đảng bộ )(?P<unit>tỉnh|thành phố)(?= lần thứ)")


def find_congresses(text: str, lowered: str, known: Taken) -> list[Found]:
    """Mentions of such resolutions outside the ranges that are known; ``lowered`` is the text in
    small letters."""
    found: list[Found] = []
    for entry in lexicon.load("congresses").entries:
        if not entry.may_be_in(lowered):
            continue
        for match in entry.pattern.finditer(text):
            if known.overlaps(match.start(), match.end()):
                continue
            words = {key: folded(value) for key, value in match.groupdict().items() if value}
            name = str(entry.extra["named"]).format(**words)
            issued, end = date_after(text, match.end())
            reference = DocumentReference(None, _CODE, _TYPE, None, issued, name)
            found.append(Found(match.start(), end, end, reference, entry.name, 0.95))
    return found


def placed(name: str, place: Place | None) -> str | None:
    """The whole name of a local congress's resolution: "Đảng bộ tỉnh" is the text's own
    province's.  None where the text has no province."""
    if not _NAMELESS.search(name):
        return name
    if place is None or place.kind == "country":
        return None
    return _NAMELESS.sub(place.inside, name)
