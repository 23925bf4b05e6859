"""Rows to nodes: one table at a time, its rows nested by their printed numbers."""

from __future__ import annotations

import re

from policygraph.model import Span, Zone
from policygraph.structure import tables
from policygraph.structure.growth import Growth
from policygraph.structure.lines import MARKUP, Segment, trim
from policygraph.structure.marks import RANK, ordinal, read_mark
from policygraph.structure.nodes import Node

_HEAD_CELLS = 2
_FINISHED = re.compile(r"[.;:!?…][”\"’')/.]*$")
_NUMBERED = re.compile(r"[*_\s]*(?P<n>[IVXL]+|[A-ZĐ]|\d{1,2}(?:\.\d{1,2})*)[.)][*_]*\s+(?=[^\W\d])")
"""A number that stands before the words of a cell: "A. Công tác đào tạo", "1. Truyền thông"."""


class Table:
    """An open table: ``columns`` are the roles of its columns, ``node`` its place in the tree."""

    def __init__(self, growth: Growth, head: tables.Row, columns: tuple[str, ...], zone: Zone):
        self.growth = growth
        self.columns = columns
        self.names = self._folded(head)
        self.zone = zone
        growth.settle(growth.top)
        while growth.top.rank >= RANK["bullet"]:
            growth.stack.pop()
        self.node = Node("bang", "table", "", zone, rank=growth.top.rank + 1, counted=False)
        growth.enter(self.node)
        self.node.adopt(self._head(head))
        growth.current = None

    def _folded(self, head: tables.Row) -> tuple[str, ...]:
        return tuple(" ".join(t.lower().split()) for t in head.texts(self.growth.text))

    def _head(self, row: tables.Row) -> Node:
        head = Node("dau-bang", "furniture", "", self.zone, counted=False)
        head.own(row.begin, row.begin, row.end)
        return head

    def repeats(self, row: tables.Row, columns: tuple[str, ...]) -> bool:
        """Whether a head is this table's own, printed again on the next page."""
        names = self._folded(row)
        same = sum(a == b for a, b in zip(names, self.names, strict=False))
        return columns == self.columns and same * 2 >= len(names)

    def take_head(self, row: tables.Row) -> None:
        """A repeated head interrupts the row that it stands in."""
        self.growth.wait(self._head(row))

    def take_second_head(self, row: tables.Row) -> bool:
        """A second line of the head, right below the first: parts of a column that is divided
        ("Cơ quan thực hiện" into "Chủ trì" and "Phối hợp"), or the columns' numbers."""
        if any(child.level != "furniture" for child in self.node.children):
            return False
        names = [text.strip() for text in row.texts(self.growth.text)]
        roles = [tables.column_of(name) for name in names]
        divided = not names[0] and any(names)
        divided = divided and all(role for role, name in zip(roles, names, strict=True) if name)
        counted = [name.strip("()") for name in names if name]
        if not divided and counted != [str(n + 1) for n in range(len(counted))]:
            return False
        if divided:
            pairs = zip(self.columns, (*roles, *[None] * len(self.columns)), strict=False)
            self.columns = tuple(inner or outer for outer, inner in pairs)
        elif len(counted) < _HEAD_CELLS:
            return False
        self.node.adopt(self._head(row))
        return True

    def take(self, row: tables.Row) -> None:
        """A row of data: a new row, or the rest of the one that a page break cut."""
        at = self._index("content")
        first = self._index("number")
        cells = self._spread(self._fitted(row), at)
        texts = [_words(self.growth.text, cell) for cell in cells]
        number = tables.number_of(texts[first]) if self.columns[first] == "number" else None
        alone = not any(t for i, t in enumerate(texts) if i not in {at, first})
        if number is None:
            number, cells[at] = self._numbered(cells[at], alone=alone)
        bullet, content = tables.strip_mark(self.growth.text, cells[at])
        current = self.growth.current
        if number is None and current is not None and current.cells:
            if not texts[at] and not alone and current.kind != "nhom":
                self._extend(current, row, cells)
                return
            head = texts[at][:1]
            before = current.words(self.growth.text)
            if alone or (not bullet and head.islower() and not _FINISHED.search(before)):
                self._extend(current, row, cells)
                return
        level = self._level(number)
        node = Node("dong", level, number or bullet or "", self.zone)
        node.rank = self.node.rank + RANK[level]
        if number and level == "dotted":
            node.rank += number.count(".")
        while self.growth.top.rank >= node.rank and self.growth.top.level != "table":
            self.growth.stack.pop()
        if alone and level in {"letter", "roman"}:
            node.kind = "nhom"
        place = content[0] if content else Span(row.end, row.end)
        node.own(row.begin, place.start, place.end)
        cells[at] = content
        node.cells = [(c, list(p)) for c, p in zip(self.columns, cells, strict=True)]
        self.growth.enter(node)

    def _index(self, column: str) -> int:
        return self.columns.index(column) if column in self.columns else 0

    def _fitted(self, row: tables.Row) -> list[tuple[Span, ...]]:
        """As many cells as the table has columns; what is too much joins the last."""
        width = len(self.columns)
        cells = list(row.cells[:width])
        for extra in row.cells[width:]:
            cells[-1] = (*cells[-1], *extra)
        return cells + [()] * (width - len(cells))

    def _spread(self, cells: list[tuple[Span, ...]], at: int) -> list[tuple[Span, ...]]:
        """A line over all columns ("A. CÔNG TÁC ĐÀO TẠO"), which is written in the first of them
        or again in each: its words stand in the column of contents."""
        text = self.growth.text
        filled = [i for i, cell in enumerate(cells) if cell]
        named = [i for i in range(len(cells)) if self.columns[i] != "number"]
        words = {_words(text, cells[i]) for i in named}
        if len(words) == 1 and "" not in words and len(named) > _HEAD_CELLS:
            return [cell if i == at or i not in named else () for i, cell in enumerate(cells)]
        over = filled == [0] and at != 0 and tables.number_of(_words(text, cells[0])) is None
        if not over:
            return cells
        return [cells[0] if i == at else () for i in range(len(cells))]

    def _numbered(
        self, cell: tuple[Span, ...], *, alone: bool
    ) -> tuple[str | None, tuple[Span, ...]]:
        """The number before the words of a cell, and the cell behind it; in a table that has a
        column of numbers only the line over all columns has its number there."""
        if not cell or ("number" in self.columns and not alone):
            return None, cell
        found = _NUMBERED.match(self.growth.text, cell[0].start, cell[0].end)
        if found is None:
            return None, cell
        return found["n"], (Span(found.end(), cell[0].end), *cell[1:])

    def _extend(self, node: Node, row: tables.Row, cells: list[tuple[Span, ...]]) -> None:
        self.growth.settle(node)
        node.own(row.begin, row.begin, row.end)
        for (_, pieces), cell in zip(node.cells, cells, strict=True):
            pieces.extend(cell)

    def _level(self, number: str | None) -> str:
        if number is None:
            return "bullet"
        if number[0].isdigit():
            return "dotted" if "." in number else "number"
        if number.islower():
            return "point"
        roman = set(number) <= set("IVXL")
        if roman and len(number) == 1 and number != "I":
            letter = self.growth.nearest("letter")
            last = ordinal("letter", letter.mark) if letter else None
            if last and ordinal("letter", number) == last + 1:
                return "letter"
        return "roman" if roman else "letter"

    def take_line(self, segment: Segment) -> bool:
        """A line without cells right under a row is the rest of its last cell."""
        node = self.growth.current
        filled = [pieces for _, pieces in node.cells if pieces] if node is not None else []
        if node is None or not filled or segment.gap or segment.is_upper or read_mark(segment):
            return False
        start, end = trim(segment.text, segment.start, segment.end, MARKUP)
        if start == end:
            return False
        node.own(segment.start, start, end)
        filled[-1].append(Span(start, end))
        return True

    def leave(self) -> None:
        """Close the table and everything under it."""
        if self.node in self.growth.stack:
            self.growth.close_to(self.node)
            self.growth.stack.pop()


def _words(text: str, cell: tuple[Span, ...]) -> str:
    return " ".join(text[p.start : p.end] for p in cell).strip()
