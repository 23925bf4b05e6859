"""Lines of a text as segments: trimmed, with glued headings taken apart.

A scan turned into markdown may glue a heading to what follows, with bold marks as the only
seam ("II. MỤC TIÊU**1. Mục tiêu tổng quát**"): such a line is two segments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from policygraph import lexicon
from policygraph.model import Span
from policygraph.structure.plain import plain_words

SPACE = " \t\r\f\v\u00a0\u200b\ufeff"
MARKUP = SPACE + "*_#>`|"

_GLUED = re.compile(r"(?<=[^\s(“\"'*])\*\*(?=\d|[^\W\d_]{2,}(?:[\s,]|$)|[IVX]+\s*[.\-/])")
_GLUED_MARK = re.compile(r"\*\*(?:\d{1,2}[.)]\s*\D|[IVX]+\s*[.\-/]\s|[a-zđ]\)\s)")
_STAR_BULLET = re.compile(r"[ \t>]*\*[ \t]+(?=[^\s*])")
_WIDEST_WRAP = 160
_LEAST_LINES = 8


@dataclass(frozen=True)
class Segment:
    """A line, a piece of a glued line, or a row of a table that runs over several lines.

    ``start``..``end`` is the trimmed span; ``gap`` the number of blank lines before it;
    ``grid`` the cells of a row whose cells are parted by bars or by lines.
    """

    text: str
    start: int
    end: int
    gap: int
    glued: bool = False
    grid: tuple[tuple[Span, ...], ...] | None = None

    @cached_property
    def raw(self) -> str:
        return self.text[self.start : self.end]

    @cached_property
    def content(self) -> tuple[int, int]:
        """Span without bold and heading marks, and the bars of a table's frame, at either end; a
        star that is a bullet stays."""
        start, end = trim(self.text, self.start, self.end, MARKUP)
        if _STAR_BULLET.match(self.text, self.start, end):
            start, _ = trim(self.text, self.start, end, SPACE + ">")
        return start, end

    @cached_property
    def words(self) -> str:
        """The content without marks of emphasis inside it."""
        return plain_words(self.text, *self.content)

    @cached_property
    def opens(self) -> str | None:
        """What the line opens or closes by its first words: a value of the lexicon of zones.

        A row of a table opens nothing; it may belong to the facts that a web page sets out.
        """
        entry = lexicon.load("zones").first(self.words, anchored=True)
        value = entry.value if entry else None
        return value if self.grid is None or value == "web-facts" else None

    @property
    def columns(self) -> list[tuple[int, int]]:
        """Spans of the words between tabs: letterheads set two columns beside each other."""
        found = []
        offset, stop = self.content
        for piece in self.text[offset:stop].split("\t"):
            start, end = trim(self.text, offset, offset + len(piece), MARKUP)
            if start < end:
                found.append((start, end))
            offset += len(piece) + 1
        return found or [self.content]

    @cached_property
    def is_tabular(self) -> bool:
        return self.grid is not None or self.text.find("\t", self.start, self.end) >= 0

    @cached_property
    def is_upper(self) -> bool:
        return is_upper(self.words)


def trim(text: str, start: int, end: int, chars: str = SPACE + "\n") -> tuple[int, int]:
    """The span without the given characters at either end; empty spans collapse to their start."""
    while start < end and text[start] in chars:
        start += 1
    while end > start and text[end - 1] in chars:
        end -= 1
    return start, end


def is_upper(words: str) -> bool:
    """Whether a line is written in capitals (a few small letters of a faulty scan allowed)."""
    if sum(map(str.islower, words)) > 0.1 * len(words):
        return False
    letters = list(filter(str.isalpha, words))
    return len(letters) >= 4 and sum(map(str.isupper, letters)) >= 0.9 * len(letters)


def segments(text: str) -> list[Segment]:
    """All non-blank lines in order; tabs at the ends of a line are cells and stay."""
    found: list[Segment] = []
    gap = 0
    offset = 0
    inner = SPACE.replace("\t", "")
    for line in text.split("\n"):
        stop = offset + len(line)
        blanks = inner if "\t" in line.strip(inner) else SPACE
        start, end = trim(text, offset, stop, blanks)
        offset = stop + 1
        if start == end or not text[start:end].strip():
            gap += 1
            continue
        for position, (left, right) in enumerate(_unglue(text, start, end)):
            found.append(Segment(text, left, right, 0 if position else gap, position > 0))
        gap = 0
    return found


def _unglue(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The pieces of a line; a seam is a bold mark that opens right behind capitals, or closes
    between them and the mark of an item."""
    if text.find("**", start, end) < 0:
        return [(start, end)]
    pieces: list[tuple[int, int]] = []
    marks = opened = start
    count = 0
    for seam in _GLUED.finditer(text, start, end):
        count += text.count("**", marks, seam.start())
        marks = seam.start()
        opens = count % 2 == 0 or _GLUED_MARK.match(text, seam.start(), end)
        if opens and is_upper(text[opened : seam.start()]):
            pieces.append((opened, seam.start()))
            opened, count = seam.start(), 0
    return [*pieces, (opened, end)]


def wrap_width(lines: list[Segment]) -> int:
    """The width at which a hard-wrapped text breaks its lines; 0 if paragraphs are one line each.

    A text is hard-wrapped if most lines that no blank line follows end without a full stop
    near one and the same width.
    """
    lengths = sorted(s.end - s.start for s in lines if not s.is_tabular)
    if len(lengths) < _LEAST_LINES:
        return 0
    width = lengths[int(len(lengths) * 0.95)]
    if width > _WIDEST_WRAP:
        return 0
    follow = [a for a, b in pairwise(lines) if b.gap == 0 and not a.is_tabular and not b.is_tabular]
    long = [a for a in follow if a.end - a.start >= 0.7 * width]
    broken = [a for a in long if a.raw[-1] not in ".;:!?"]
    return width if len(broken) >= 5 and len(broken) >= 0.5 * len(long) else 0
