"""The words of a provision as one string, although a page break may have cut them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from policygraph.model import Part, Span, Tree, Zone

_SENTENCE_END = re.compile(
    r"[.!?…][”\"’')*]*\s+"
    r"(?=[“\"(*]*[A-ZĐÂÊÔƠƯĂÁÀÉÍÓÚÝỨỦỪỮỰỞỜỚỔỒỐỘẤẦẨẮẰẢẠĨỊỈ–+-])"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:TP|Tp|TS|ThS|PGS|GS|ĐT|TX|TT|KT|TM|TL|TUQ)|\.\.|^\W*\w{1,2})\.$"
)


class View:
    """Pieces of a text joined by one character; offsets map back to the source exactly.

    A view does not change; it is no dataclass because a text is seen through thousands of them.
    """

    def __init__(self, source: str, pieces: tuple[Span, ...], seam: str = " ") -> None:
        self.source, self.pieces = source, pieces
        self.text = seam.join([source[p.start : p.end] for p in pieces])

    @cached_property
    def _starts(self) -> list[int]:
        """Where each piece begins in ``text``."""
        starts, offset = [], 0
        for piece in self.pieces:
            starts.append(offset)
            offset += piece.end - piece.start + 1
        return starts

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Spans of the source under ``text[start:end]``, one for each piece it touches."""
        if len(self.pieces) == 1:
            piece = self.pieces[0]
            left, right = max(start, 0), min(end, piece.end - piece.start)
            return (Span(piece.start + left, piece.start + right),) if left < right else ()
        found = []
        first = max(bisect_right(self._starts, start) - 1, 0)
        for index in range(first, len(self.pieces)):
            base, piece = self._starts[index], self.pieces[index]
            left = max(start - base, 0)
            right = min(end - base, piece.end - piece.start)
            if base >= end:
                break
            if left < right:
                found.append(Span(piece.start + left, piece.start + right))
        return tuple(found)

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Ranges of ``text``, one a sentence, that tile it."""
        bounds = [0]
        for match in _SENTENCE_END.finditer(self.text):
            head = self.text[max(bounds[-1], match.start() - 5) : match.start() + 1]
            if not _ABBREVIATION.search(head):
                bounds.append(match.end())
        bounds.append(len(self.text))
        return tuple(pairwise(bounds))

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """The sentence that holds an offset; the last one for the end of the text."""
        return self.sentences[max(bisect_right(self._sentence_starts, offset) - 1, 0)]


def own_views(tree: Tree, part: Part) -> Iterator[View]:
    """The part's own words: one view, or one a cell for a row."""
    if part.cells:
        for cell in part.cells:
            if cell.pieces:
                yield View(tree.source.text, cell.pieces)
    elif part.pieces:
        yield View(tree.source.text, part.pieces)


def is_fragment(part: Part) -> bool:
    """Whether the part only repeats, for the tiling, words that its parent owns."""
    return part.kind == "doan" and not part.is_heading


def in_zones(tree: Tree, *zones: Zone) -> Iterator[Part]:
    """Parts with words of their own in the zones, in reading order."""
    for part in tree.parts:
        if part.zone in zones and part.pieces and not is_fragment(part):
            yield part
