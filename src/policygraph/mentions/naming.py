"""What all finders of documents share: the words of the types, the date and the issuer that
follow a name, and the mention that they make."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from policygraph import lexicon
from policygraph.mentions.dates import DATE, to_date
from policygraph.model import DocumentReference


@dataclass(frozen=True, slots=True)
class Found:
    """A mention in a string: ``start``..``end`` with the issuer, ``core_end`` without."""

    start: int
    end: int
    core_end: int
    reference: DocumentReference
    rule: str
    confidence: float
    bare: bool = False
    """A number without a type word of its own: it shares the word of the list it stands in."""


class Taken:
    """Ranges that are named already: tells in logarithmic time whether another overlaps them."""

    def __init__(self, items: Iterable[Found]) -> None:
        ranges = sorted((item.start, item.end) for item in items)
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]
        self._reach = list(accumulate(self._ends, max))

    def joined(self, found: list[Found], more: list[Found]) -> Taken:
        """The ranges of ``found`` once ``more`` is added to it; itself where nothing is."""
        if not more:
            return self
        found += more
        return Taken(found)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether ``start``..``end`` shares a character with a range."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start

    def nearest_end(self, offset: int) -> int | None:
        """The end of the last range that starts before ``offset``, if it ends there or before."""
        before = bisect_right(self._starts, offset)
        end = self._ends[before - 1] if before else None
        return end if end is not None and end <= offset else None


NOTHING = Taken(())
SPACES = re.compile(r"\s+")
_TYPES: dict[str, str] = {
    row["word"].lower(): row["notation"] for row in lexicon.load("document_types").tables["type"]
}
_SHORT: dict[str, str] = lexicon.load("document_types").tables["short"]


def _alternatives(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)


WORDS = _alternatives(row["word"] for row in lexicon.load("document_types").tables["type"])
"""Source of a pattern for the words of the types, as they are written with a capital."""
_OPENINGS = frozenset(
    row["word"].split()[0] for row in lexicon.load("document_types").tables["type"]
)
SHORT_WORDS = _alternatives(_SHORT)
"""Source of a pattern for their short forms before a number ("NĐ số 37/2010/NĐ-CP")."""

_DATE_AFTER = re.compile(rf"\s*(?:(?P<open>\()\s*|,\s*)?{DATE}(?P<close>\s*\))?")
_OF = re.compile(r"\s*(?:,\s*)?của\s+")
_ISSUERS = tuple(entry.pattern for entry in lexicon.load("citations").entries)


def names_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names as whole words, in any case, with any white space inside."""
    return re.compile(rf"(?<!\w)(?:{_alternatives(names)})(?!\w)", re.IGNORECASE)


def folded(text: str) -> str:
    """With single blanks for runs of white space."""
    return SPACES.sub(" ", text)


def may_name_type(text: str) -> bool:
    """Whether the first syllable of any type's word stands in the text: a cheap look before
    the patterns that begin with such a word."""
    return any(opening in text for opening in _OPENINGS)


def full_word(word: str) -> str:
    """The type's word for what a text writes: "NĐ" is "Nghị định"."""
    return _SHORT.get(word, folded(word))


def type_code(word: str) -> str:
    """Notation of a type word ("Nghị quyết" -> "NQ"); KeyError for any other word."""
    return _TYPES[full_word(word).lower()]


def date_after(text: str, offset: int) -> tuple[date | None, int]:
    """The date that follows right after, and its end; None and ``offset`` if there is none."""
    found = _DATE_AFTER.match(text, offset)
    if found is None:
        return None, offset
    end = found.end()
    if found["close"] and not found["open"]:
        end = found.start("close")
    return to_date(found), end


def issuer_after(text: str, offset: int) -> tuple[str | None, int]:
    """The issuer named right after ("của Bộ Chính trị khóa XI"), and its end."""
    opening = _OF.match(text, offset)
    if opening is None:
        return None, offset
    start = opening.end()
    best = max((m.end() for p in _ISSUERS if (m := p.match(text, start))), default=start)
    name = text[start:best].rstrip()
    return (folded(name), start + len(name)) if name else (None, offset)


def tail_after(text: str, offset: int) -> tuple[date | None, str | None, int, int]:
    """Date, issuer, end without the issuer, and end of all, for what follows a name or number.

    A date behind the issuer ("của Quốc hội ngày 12/6/2018") draws the issuer into the core.
    """
    issued, core = date_after(text, offset)
    issuer, end = issuer_after(text, core)
    if issuer and core == offset:
        later, after = date_after(text, end)
        if after > end:
            return later, issuer, after, after
    return issued, issuer, core, end
