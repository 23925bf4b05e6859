"""Segments to nodes: a stack of open provisions, one rule for each kind of line."""

from __future__ import annotations

import re

from policygraph import lexicon
from policygraph.model import Zone
from policygraph.structure import tables
from policygraph.structure.growth import Growth
from policygraph.structure.lines import Segment, is_upper, wrap_width
from policygraph.structure.marks import (
    NESTED_RANK,
    PART_KIND,
    RANK,
    Mark,
    ordinal,
    read_mark,
)
from policygraph.structure.nodes import Node
from policygraph.structure.plain import plain_words
from policygraph.structure.rows import Table
from policygraph.structure.zones import TITLE_WORD, Region, sounds_like_preamble

_FINISHED = re.compile(r"[.;:!?…][”\"’')/.]*$|[”\"]$|\.\s*/\s*\.?$")
_ABBREVIATED = re.compile(r"(?:\.\.\.|…)$")
_HARD_END = re.compile(r"[.!?:][”\"’')/.]*$|\.\s*/\s*\.?$")
_SERIES_GAP = 4
_NAMED_BELOW = {"phan", "chuong", "muc", "roman", "letter", "dieu", "number"}
"""Marks that may stand on a line of their own, over the line with their heading."""
_CHAPTERS = {"phan", "chuong", "muc", "roman", "letter", "heading"}

ZONE_KIND = {
    Zone.LETTERHEAD: "phan-dau",
    Zone.TITLE: "tieu-de",
    Zone.PREAMBLE: "mo-dau",
    Zone.RECIPIENTS: "noi-nhan",
    Zone.SIGNATURE: "chu-ky",
}
_FURNITURE = {"page": "trang", "boilerplate": "trang", "footnote": "chu-thich"}


class Builder:
    """Takes the regions of one text in order and grows the tree under ``root``."""

    def __init__(self, text: str, lines: list[Segment]) -> None:
        self.text = text
        self.width = wrap_width(lines)
        self.growth = Growth(text)
        self._table: Table | None = None

    @property
    def root(self) -> Node:
        return self.growth.root

    def take(self, region: Region) -> None:
        """Add one region's segments."""
        growth = self.growth
        if region.is_furniture:
            self._close_all()
            node = growth.root.adopt(Node("trang", "furniture", "", region.zone, counted=False))
            for segment in region.segments:
                node.own(segment.start, *segment.content)
        elif region.zone in {Zone.BODY, Zone.APPENDIX}:
            if region.zone is Zone.APPENDIX:
                self._close_all()
                self._attach(region.segments[0])
            for segment in region.segments:
                self._line(segment, region.zone)
                growth.before = segment
            growth.settle(growth.top)
        else:
            self._close_all()
            for segment in region.segments:
                self._flat(segment, region.zone)
                growth.before = segment

    def _close_all(self) -> None:
        self.growth.close_to(self.root)
        self.growth.current = None
        self._table = None

    def _attach(self, first: Segment) -> None:
        """A text issued with the document, without a mark of an appendix: a node of its own."""
        mark = read_mark(first)
        if mark is None or mark.level != "appendix":
            node = Node(PART_KIND["appendix"], "attached", "", Zone.APPENDIX, counted=False)
            node.rank = RANK["appendix"]
            self.growth.enter(node)
            self.growth.current = None

    def _flat(self, segment: Segment, zone: Zone) -> None:
        """Regions without provisions: one node each, but one a paragraph in the preamble."""
        current = self.growth.current
        paragraph = zone is Zone.PREAMBLE and not (current and self._goes_on(current, segment))
        if current is None or paragraph:
            current = self.root.adopt(Node(ZONE_KIND[zone], zone.value, "", zone))
            self.growth.current = current
        begin = segment.start
        for start, end in segment.columns:
            current.own(begin, start, end)
            begin = end

    # --- body -----------------------------------------------------------------------------

    def _line(self, segment: Segment, zone: Zone) -> None:
        if self._is_furniture(segment):
            return
        if segment.is_tabular and self._row(segment, zone):
            return
        if self._table is not None and self._table.take_line(segment):
            return
        mark = read_mark(segment)
        if mark is not None and self._plausible(mark, segment):
            self._leave_table()
            self._open(mark, segment, zone)
        else:
            self._paragraph(segment, zone)

    def _row(self, segment: Segment, zone: Zone) -> bool:
        row = tables.read_row(segment)
        columns = tables.columns_of(row.texts(self.text))
        table = self._table
        if table is not None and table.take_second_head(row):
            return True
        if columns is not None:
            if table is not None and table.repeats(row, columns):
                table.take_head(row)
            else:
                self._leave_table()
                self._table = Table(self.growth, row, columns, zone)
            return True
        if table is None or len(row.cells) < 2:
            return False
        table.take(row)
        return True

    def _leave_table(self) -> None:
        if self._table is not None:
            self._table.leave()
            self._table = None

    def _is_furniture(self, segment: Segment) -> bool:
        kind = None if segment.is_tabular else _FURNITURE.get(segment.opens or "")
        if kind is None:
            return False
        node = Node(kind, "furniture", "", Zone.BODY, counted=False)
        node.own(segment.start, *segment.content)
        self.growth.wait(node)
        return True

    def _plausible(self, mark: Mark, segment: Segment) -> bool:
        """Whether the mark opens an item, or only looks so in the middle of a sentence."""
        before = self.growth.before
        if self.growth.current is None or before is None or mark.level == "appendix":
            return True
        words = before.words
        unfinished = not _FINISHED.search(words) and not before.is_tabular
        if mark.level in {"bullet", "plus"}:
            lower = self.text[mark.end : mark.end + 1].islower()
            wrapped = segment.gap == 0 and self.width and unfinished and len(words) > 40
            return not (lower and wrapped)
        if mark.level in {"number", "dotted", "point", "paren", "dieu"} and unfinished:
            if segment.gap == 0 and _is_open(words):
                return False
            wrapped = segment.gap == 0 and len(words) >= 0.7 * max(self.width, 60)
            return self._follows(mark) or not wrapped
        return True

    def _follows(self, mark: Mark) -> bool:
        """Whether the mark is next in an open series, or begins one."""
        here = ordinal(mark.level, mark.number)
        node = self.growth.nearest(mark.level)
        if node is None:
            return here in {None, 1}
        last = ordinal(node.level, node.mark)
        return here is None or last is None or 0 < here - last <= _SERIES_GAP

    def _open(self, mark: Mark, segment: Segment, zone: Zone) -> None:
        mark = self._letter_or_roman(mark)
        node = Node(PART_KIND[mark.level], mark.level, mark.number, zone)
        node.rank = self._rank(mark)
        self.growth.close_rank(node.rank)
        _, end = segment.content
        start = min(mark.end, end)
        node.own(segment.start, start, max(start, end))
        self.growth.enter(node)

    def _letter_or_roman(self, mark: Mark) -> Mark:
        """ "I." after "H." is a letter; "C." is never the roman hundred here."""
        letter = self.growth.nearest("letter")
        if mark.level != "roman" or len(mark.number) != 1 or mark.number == "I" or letter is None:
            return mark
        last, here = ordinal("letter", letter.mark), ordinal("letter", mark.number)
        nested = self.growth.nearest("roman") is not None
        if last and here == last + 1 and not nested:
            return Mark("letter", mark.number, mark.end, mark.rule)
        return mark

    def _rank(self, mark: Mark) -> int:
        """Depth of a mark: its level's, or below an open provision that holds it."""
        rank = RANK[mark.level]
        if mark.level == "dotted":
            rank += mark.number.count(".")
        for depth, node in enumerate(self.growth.stack):
            nested = NESTED_RANK.get((node.level, mark.level))
            if nested is not None:
                above = self.growth.stack[:depth]
                return rank if any(n.level == mark.level for n in above) else nested
        sibling = self.growth.nearest(mark.level)
        if sibling is not None and sibling.rank > rank and self._continues(mark, sibling):
            return sibling.rank
        top = self.growth.top
        restarts = ordinal(mark.level, mark.number) == 1 and top.rank > rank
        if restarts and mark.level == "number" and top.level in {"point", "bullet"}:
            is_open = self.growth.nearest(mark.level) is not None
            if is_open and top.words(self.text).endswith(":"):
                return top.rank + 1
        return rank

    def _continues(self, mark: Mark, inner: Node) -> bool:
        """Whether the mark goes on in an inner series; where the outer one has the same number
        next, a semicolon before it says that the inner list is not at its end."""
        here, last = ordinal(mark.level, mark.number), ordinal(inner.level, inner.mark)
        if here is None or last is None or here != last + 1:
            return False
        outer = [n for n in self.growth.stack if n.level == mark.level and n is not inner]
        if not outer or ordinal(mark.level, outer[-1].mark) != last:
            return True
        before = self.growth.before
        return before is not None and before.words.endswith((";", ","))

    def _paragraph(self, segment: Segment, zone: Zone) -> None:
        growth = self.growth
        start, end = segment.content
        if start == end:
            start, end = segment.start, segment.end
        current = growth.current
        if current is not None and self._goes_on(current, segment):
            growth.settle(current)
            current.own(segment.start, start, end)
            return
        self._leave_table()
        if segment.opens == "closing":
            growth.close_to(self._outermost())
            node = Node("y", "closing", "", zone, rank=RANK["appendix"] + 1, counted=False)
        elif self._is_appendix_title(segment):
            while growth.top.level not in {"appendix", "attached", "document"}:
                growth.stack.pop()
            node = Node("tieu-de", "title", "", zone, rank=RANK["plus"] + 1, counted=False)
        elif segment.is_upper and len(segment.words.split()) > 1 and not segment.glued:
            node = Node(PART_KIND["heading"], "heading", "", zone, rank=RANK["heading"])
        else:
            node = Node(PART_KIND["paragraph"], "paragraph", "", zone, rank=RANK["paragraph"])
        growth.close_rank(node.rank)
        node.own(segment.start, start, end)
        growth.enter(node)

    def _outermost(self) -> Node:
        """The attached text or appendix that is open, else the document."""
        return self.growth.nearest("attached") or self.root

    def _is_appendix_title(self, segment: Segment) -> bool:
        """Lines between the mark of an appendix and its content name it, as do the letterhead
        and the title of an attached text."""
        owner = self.growth.nearest("appendix") or self.growth.nearest("attached")
        if owner is None or any(c.level not in {"title", "furniture"} for c in owner.children):
            return False
        words = segment.words
        if segment.glued or segment.is_upper or words.startswith("(") or not owner.children:
            return True
        if owner.level == "attached" and (segment.opens == "letterhead" or "\t" in segment.raw):
            return True
        before = self.growth.before
        follows = before is not None and (before.is_upper or words[:1].islower())
        named = follows and segment.gap == 0 and bool(before and TITLE_WORD.match(before.words))
        return named and not sounds_like_preamble(segment) and not _FINISHED.search(words)

    def _goes_on(self, node: Node, segment: Segment) -> bool:
        """Whether a line without a mark continues the node's last words."""
        if node.level in _NAMED_BELOW and not node.pieces() and not node.children:
            return True
        text = node.atoms[-1][1]
        before = plain_words(self.text, text.start, text.end)
        head = segment.words[:1]
        if not before or node.level == "furniture":
            return False
        if node.level == "title":
            closed = before.count("(") <= before.count(")")
            return not closed or (head.islower() and segment.gap == 0)
        if node.level in _CHAPTERS and segment.is_upper and is_upper(before):
            return segment.gap == 0 and not segment.glued and not _FINISHED.search(before)
        raw = self.growth.before.raw if self.growth.before else ""
        wrapped = bool(self.width and segment.gap == 0 and len(raw) >= 0.75 * self.width)
        cut = wrapped or segment.gap > 0 or head.islower()
        open_end = before.endswith((",", " và", " của", " -", " –"))
        if cut and (open_end or before.count("(") > before.count(")")):
            return not segment.is_upper
        if segment.gap == 0 and _is_open(before):
            return True
        if head.islower():
            lost = segment.opens == "lost-capital"
            if lost and not wrapped and not before.endswith((",", "và")):
                return False
            return not _HARD_END.search(before) or bool(_ABBREVIATED.search(before))
        return wrapped and not _FINISHED.search(before)


def _is_open(words: str) -> bool:
    """Whether words end in one that needs another behind it ("theo khoản", "của", "số")."""
    return lexicon.load("joins").first(words[-40:]) is not None
