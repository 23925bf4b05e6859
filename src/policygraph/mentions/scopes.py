"""Whom or where a figure is limited to: a group of agencies, a level, a place, a whole province.

100% các sở, ban, ngành, UBND cấp xã có …      các sở, ban, ngành, UBND cấp xã
90% hồ sơ công việc tại cấp tỉnh               cấp tỉnh
… trên Hệ thống thông tin báo cáo cấp tỉnh     none: the level is part of a name
Toàn tỉnh có 12 …, trong đó 7 …                toàn tỉnh, for both
"""

from __future__ import annotations

import re

from policygraph.mentions.clauses import word

BRACKET = re.compile(r"\s*\([^()]*\)")
_SENTENCE = re.compile(r"[.!?…]\s+(?=[^\W\d_a-zà-ỹ])")


def scope_of(words: str) -> str | None:
    """The scope that the words behind a figure say, the counted noun phrase first."""
    plain = " ".join(BRACKET.sub("", words).split()).strip(" ,;.")
    predicate = word("predicate").search(plain)
    counted = plain[: predicate.start()].strip(" ,") if predicate else ""
    if word("group").match(counted):
        return _lower(counted)
    for name in ("eligible", "place"):
        found = word(name).search(plain)
        if found:
            return _lower(found["s"])
    bare = word("system").sub(" ", plain)
    found = word("scope").search(bare) or word("area").search(bare)
    return _lower(found["s"]) if found else None


def without_scope(words: str) -> str:
    """The words without a scope that stands behind a preposition of its own."""
    words = word("place").sub("", words)
    held = [m.span() for m in word("system").finditer(words)]
    for found in word("scope").finditer(words):
        named = any(start <= found.start("s") < end for start, end in held)
        if not named and re.match(r"\s*,?\s*(?:tại|ở|trên)\s", found.group()):
            return words[: found.start()] + words[found.end() :]
    return words


def opening_scope(text: str, at: int) -> str | None:
    """The area that opens the sentence around ``at``, for the figures coordinated under it."""
    start = 0
    for stop in _SENTENCE.finditer(text, 0, at + 1):
        start = stop.end()
    found = word("opening-area").match(text, start)
    return _lower(found["s"]) if found else None


def population(after: str) -> str | None:
    """The counted noun phrase itself, where nothing is said of it."""
    plain = BRACKET.sub("", after).strip(" ,;.")
    plain = re.sub(r"^(?:các|những|số)\s+", "", plain)
    return plain if plain and not word("predicate").search(plain) else None


def _lower(words: str) -> str:
    """A small first letter; names inside keep theirs."""
    words = " ".join(words.split())
    first = words.partition(" ")[0]
    return words if len(first) > 1 and first.isupper() else words[:1].lower() + words[1:]
