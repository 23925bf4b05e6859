"""Periods: when something is to be done, in years and by recurrence.

A column says it outright ("2021-2025", "Quý II/2022", "Hằng năm"); in a sentence only words
that fix the sentence's own time count ("trước ngày 01/12 hằng năm"), not the years in the name
of a programme that it cites.
"""

from __future__ import annotations

import re
from functools import cache

from policygraph import lexicon
from policygraph.mentions.view import View
from policygraph.model import Period, Span

_RECURRENCES = (
    "monthly",
    "quarterly",
    "semiannual",
    "annual",
    "continuous",
    "periodic",
    "ad-hoc",
)
"""Most telling first: "định kỳ 6 tháng, hằng năm" is semiannual."""

_REVIEW = re.compile(r"(?i)(?:sơ|tổng)\s+kết(?:,\s+\w+)?(?:\s+\w+){0,3}?\s+$")
_OPENING = 20
"""A review that stands so near the head of an item is its work."""
_NAMED = re.compile(r"[“\"][^”\"]*[”\"]")
_DIGIT = re.compile(r"\d")
_HINTS = (
    *("hằng", "hàng", "mỗi", "định kỳ", "thường xuyên", "liên tục"),
    *("đột xuất", "yêu cầu", "thường niên"),
)
"""Words that fix a time without a number."""


def read_period(view: View, start: int = 0, end: int | None = None) -> Period | None:
    """The period that a column or label says in ``view.text[start:end]``; None if it says none,
    or years that run backward ("2025-2021" is a slip, and nobody knows of which year).

    >>> from policygraph.model import Span
    >>> read_period(View("2021 - 2025", (Span(0, 11),))).end_year
    2025
    """
    text = view.text[start:end]
    first: list[int] = []
    last: list[int] = []
    recurrences: set[str] = set()
    spans: list[tuple[int, int]] = []
    taken, lowered = text, text.lower()
    for entry in _entries("when."):
        if not entry.may_be_in(lowered):
            continue
        for found in entry.pattern.finditer(taken):
            if entry.value in _RECURRENCES:
                recurrences.add(entry.value)
            else:
                _years(entry.value, found, first, last)
                taken = taken[: found.start()] + "#" * len(found[0]) + taken[found.end() :]
            spans.append(found.span())
    if not spans:
        return None
    recurrence = next((r for r in _RECURRENCES if r in recurrences), None)
    if first and last and min(first) > max(last):
        return None
    left, right = min(s for s, _ in spans), max(e for _, e in spans)
    return Period(
        min(first, default=None),
        max(last, default=None),
        recurrence,
        view.spans(start + left, start + right),
    )


@cache
def _entries(prefix: str) -> tuple[lexicon.Entry, ...]:
    return tuple(e for e in lexicon.load("periods").entries if e.name.startswith(prefix))


def _years(kind: str, found: re.Match[str], first: list[int], last: list[int]) -> None:
    groups = found.groupdict()
    start = groups.get("a")
    end = groups.get("b") or groups.get("b2")
    if start:
        first.append(int(start))
    if end:
        last.append(int(end))
    if kind == "year" and start:
        last.append(int(start))


def yearless(view: View) -> tuple[Span, ...]:
    """Where a sentence fixes a time of a year that it does not name ("trước ngày 10 tháng 12");
    empty where it does not."""
    entry = lexicon.load("periods").named("yearless.prose")
    found = entry.pattern.search(view.text) if entry.may_be_in(view.text.lower()) else None
    return view.spans(*found.span()) if found else ()


def _timed(entry: lexicon.Entry, text: str) -> re.Match[str] | None:
    """The first time of a sentence that is not only that of the review of its work: "tổ chức
    thực hiện Chiến lược; … sơ kết vào năm 2028"."""
    for found in entry.pattern.finditer(text):
        review = _REVIEW.search(text, 0, found.start())
        if review is None or review.start() < _OPENING:
            return found
    return None


def find_period(view: View) -> Period | None:
    """The period that a sentence of an item fixes for its work; None where it fixes none."""
    lowered = view.text.lower()
    if not (_DIGIT.search(lowered) or any(hint in lowered for hint in _HINTS)):
        return None
    text = _NAMED.sub(lambda m: "#" * len(m[0]), view.text)
    for entry in _entries("prose."):
        found = _timed(entry, text) if entry.may_be_in(lowered) else None
        period = read_period(view, *found.span()) if found else None
        if period is not None:
            return period
    return None
