"""Rows of tables: their cells, the roles of their columns, their numbers.

A page break cuts a row in two: the second piece comes after a repeated head and has empty
cells.  A row without a number of its own that has a lead or a period is a row under the
numbered row before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from policygraph import lexicon
from policygraph.model import Span
from policygraph.structure.lines import SPACE, Segment, trim
from policygraph.structure.plain import plain_words

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_MARK = re.compile(r"\\?[-–—+•*]\s*")
_NUMBER = re.compile(
    r"(?:[IVX]+\.(?=\d)|[A-Z]\.(?=\d))?(?P<n>\d{1,3}(?:\.\d{1,3})*|[IVXL]+|[A-ZĐ]|[a-zđ])\s*[.)]?$"
)
_HEAD_CELLS = 2
_LONGEST_HEAD = 60
_CLOSING = {"recipients", "signature", "closing"}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row in column order; the pieces of each are trimmed, without outer tags."""

    cells: tuple[tuple[Span, ...], ...]
    begin: int
    end: int

    def texts(self, text: str) -> tuple[str, ...]:
        """Words of each cell, without marks of emphasis."""
        return tuple(" ".join([plain_words(text, p.start, p.end) for p in c]) for c in self.cells)


def read_row(segment: Segment) -> Row:
    """Cells of a row; a line with tabs is one."""
    if segment.grid is not None:
        return Row(segment.grid, segment.start, segment.end)
    cells = []
    offset = segment.start
    for piece in segment.raw.split("\t"):
        start, end = strip_tags(segment.text, offset, offset + len(piece))
        cells.append((Span(start, end),) if start < end else ())
        offset += len(piece) + 1
    return Row(tuple(cells), segment.start, segment.end)


def strip_tags(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks and HTML tags at either end."""
    while True:
        left, right = trim(text, start, end)
        opening = _TAG.match(text, left, right)
        if opening:
            left = opening.end()
        closing = text.rfind("<", left, right) if text[left:right].endswith(">") else -1
        if closing >= 0 and _TAG.fullmatch(text, closing, right):
            right = closing
        left, right = trim(text, left, right)
        if (left, right) == (start, end):
            return left, right
        start, end = left, right


def column_of(words: str) -> str | None:
    """Role of the column with this head; None where the lexicon knows none."""
    plain = _TAG.sub("", words) if "<" in words else words
    folded = " ".join(plain.replace("*", "").split()).lower()
    if not folded or len(folded) > _LONGEST_HEAD:
        return None
    entry = lexicon.load("columns").first(folded)
    return entry.value if entry else None


def columns_of(texts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Roles of the columns if the row is a table's head, else None.

    A head names at least two columns that the lexicon knows, and no cell of it is long.
    """
    if any(len(text) > _LONGEST_HEAD for text in texts):
        return None
    first = column_of(texts[0])
    if first is None and texts[0].strip(SPACE):
        return None
    roles = [first, *map(column_of, texts[1:])]
    hits = sum(role is not None for role in roles)
    filled = sum(bool(text.strip(SPACE)) for text in texts)
    if hits < _HEAD_CELLS or (roles[0] != "number" and hits < filled) or "content" not in roles:
        return None
    return tuple(role or "other" for role in roles)


def number_of(cell: str) -> str | None:
    """The row's printed number ("II", "5", "a"); None where the cell holds something else."""
    found = _NUMBER.fullmatch(cell.replace("*", "").strip())
    return found["n"] if found else None


def strip_mark(text: str, pieces: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """A bullet at the head of a cell, and the cell behind it."""
    found = _MARK.match(text, pieces[0].start, pieces[0].end) if pieces else None
    if not found:
        return "", pieces
    rest = Span(found.end(), pieces[0].end)
    behind = (rest, *pieces[1:]) if rest.start < rest.end else pieces[1:]
    return found.group().strip().lstrip("\\"), behind


def closes_body(segment: Segment) -> bool:
    """Whether recipients, a signature or the closing words of the document begin here."""
    entry = lexicon.load("zones").first(segment.words, anchored=True)
    return entry is not None and entry.value in _CLOSING


def is_footnote(segment: Segment) -> bool:
    """Whether a note of the page begins here ("¹Internet vạn vật: …")."""
    entry = lexicon.load("zones").first(segment.words, anchored=True)
    return entry is not None and entry.value == "footnote"
