"""By when: the year in the clause, before it in the sentence, or in the heading above."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from policygraph.mentions.clauses import Clause, word
from policygraph.mentions.quantities import YearCue, find_years
from policygraph.model import Span


@dataclass(frozen=True, slots=True)
class Year:
    year: int | None
    rule: str
    confidence: float


def heading_year(words: str) -> int | None:
    """The year a heading sets: the nearer one of "đến năm 2025, tầm nhìn đến năm 2030"."""
    cues = [c for c in find_years(words) if c.rule != "year.in" or not _dated(words, c)]
    near = [c for c in cues if not c.is_vision]
    chosen = near or cues
    if not chosen and re.fullmatch(r"\D{0,30}(?:19|20)\d\d\D{0,5}", words):
        return int(re.findall(r"(?:19|20)\d\d", words)[0])
    return chosen[0].year if chosen else None


def _dated(text: str, cue: YearCue) -> bool:
    """Whether the year belongs to a date: "tháng 6 năm 2021"."""
    return bool(re.search(r"(?i)tháng\s+\d{1,2}\s+$", text[: cue.span.start]))


def deadlines(text: str, *, periods: bool = True) -> tuple[YearCue, ...]:
    """Cues that speak of figures, not of the names of plans."""
    named = word("named-plan")
    return tuple(
        cue
        for cue in find_years(text)
        if not (
            named.search(text, max(0, cue.span.start - 230), cue.span.start)
            or (cue.rule == "year.in" and _dated(text, cue))
        )
        and (periods or not cue.is_span)
    )


def own_year(
    text: str,
    clauses: Sequence[Clause],
    index: int,
    cues: Sequence[YearCue],
    segments: Sequence[Span],
    *,
    one_sentence: bool,
) -> Year | None:
    """The year in the clause itself; else one that opens its segment, sentence or paragraph."""
    clause = clauses[index]
    inside = [
        c
        for c in cues
        if clause.start <= c.span.start < clause.end
        and (clause.is_aside or not _in_aside(text, clauses, c))
    ]
    if inside:
        after = [c for c in inside if c.span.start >= clause.quantity.span.end]
        return Year((after or inside)[-1].year, "clause", 0.95)
    if clause.is_aside:
        hosts = [c for c in clauses[:index] if c.segment == clause.segment and not c.is_aside]
        host = hosts[-1] if hosts else None
        near = [c for c in cues if host and host.start <= c.span.start < host.end]
        if near:
            return Year(near[-1].year, "clause", 0.9)
    segment = segments[clause.segment]
    firsts = [c for c in clauses if c.segment == clause.segment]
    heads = [
        c
        for c in cues
        if segment.start <= c.span.start and c.span.end <= firsts[0].quantity.span.start
    ]
    if heads:
        return Year(heads[-1].year, "sentence", 0.9)
    figures = sorted(c.quantity.span.start for c in clauses)
    before = [
        c
        for c in cues
        if c.span.end <= segment.start and c.span.start - _segment_start(segments, c) < 40
    ]
    led = [
        c
        for c in before
        if not any(_same_segment(segments, c, f) and f < c.span.start for f in figures)
    ]
    if led and _opens_all(led[-1], segments):
        between = text[led[-1].span.end : segment.start]
        closed = re.search(r"[.!?]\s", between) and not between.lstrip().startswith(":")
        if not (closed and one_sentence):
            return Year(led[-1].year, "paragraph", 0.9)
    return None


def _in_aside(text: str, clauses: Sequence[Clause], cue: YearCue) -> bool:
    """Whether the year stands in brackets with a figure of its own: "(năm 2020 đạt 12%)"."""
    return any(
        text.rfind("(", 0, c.start + 1) <= cue.span.start < text.find(")", c.end - 1) + 1
        for c in clauses
        if c.is_aside
    )


def _segment_start(segments: Sequence[Span], cue: YearCue) -> int:
    return max(s.start for s in segments if s.start <= cue.span.start)


def _same_segment(segments: Sequence[Span], cue: YearCue, at: int) -> bool:
    return any(s.start <= cue.span.start < s.end and s.start <= at < s.end for s in segments)


def _opens_all(cue: YearCue, segments: Sequence[Span]) -> bool:
    """Whether the cue stands at the head of the paragraph, or of a "Đến năm 2030:" inside it."""
    home = next(s for s in segments if s.start <= cue.span.start < s.end)
    return home is segments[0] or home.end - cue.span.end <= 4


def is_goal(words: str) -> bool:
    return bool(re.search(r"(?i)phấn\s+đấu|mục\s+tiêu|chỉ\s+tiêu\s+giao", words))


def tells_present(text: str, clause: Clause, own: Year | None) -> bool:
    """Whether a figure in a chapter that looks ahead describes what is."""
    words = text[clause.left : clause.quantity.span.end]
    if word("present").search(words) and not is_goal(words):
        return True
    return (
        clause.is_aside
        and bool(re.match(r"(?i)\s*(?:năm\s+\d{4}\s*(?:đạt|là|:|,)?|hiện)", words))
        and (own is None or own.rule == "clause")
    )
