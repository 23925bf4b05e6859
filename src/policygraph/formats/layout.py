"""Tables to lines: one row a line, cells parted by tabs.

A table of two columns that has no head only sets things beside each other (letterhead and
motto, recipients and signature): its cells are read line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

_MOST_BESIDE = 3
"""Rows of a table that only sets things beside each other."""
_LEAST_LINES = 2

Row = Sequence[str]
"""Cells of a row; a cell may have several lines."""


def lines(rows: Sequence[Row]) -> list[str]:
    """Lines of a table."""
    filled = [[_clean(cell) for cell in row] for row in rows if any(c.strip() for c in row)]
    if not filled:
        return []
    width = max(map(len, filled))
    if width == 1:
        return [line for row in filled for line in row[0].split("\n")]
    if width == 2 and len(filled) <= _MOST_BESIDE and _sets_beside(filled):
        return [line for row in filled for line in _beside(row)]
    return ["\t".join(" ".join(cell.split("\n")) for cell in row) for row in filled]


def _clean(cell: str) -> str:
    """A cell's lines without blanks at their ends, empty ones dropped."""
    found = (" ".join(line.split()) for line in cell.split("\n"))
    return "\n".join(line for line in found if line)


def _sets_beside(rows: list[list[str]]) -> bool:
    return any(cell.count("\n") + 1 >= _LEAST_LINES for row in rows for cell in row[:2])


def _beside(row: list[str]) -> list[str]:
    left, right = (cell.split("\n") for cell in (*row, "")[:2])
    return ["\t".join(pair).rstrip("\t") for pair in zip_longest(left, right, fillvalue="")]
