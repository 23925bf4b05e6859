"""Documents by year of issue, as columns to be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEIGHT = 120
"""Pixels of the highest column."""
LEAST = 3
"""Pixels of the lowest piece that can still be seen."""
_BETWEEN_LABELS = 5
"""Years from one label of the axis to the next: more would run together on a phone."""


@dataclass(frozen=True, slots=True)
class Column:
    """A year: ``left`` and ``width`` in per cent of the drawing, heights in its pixels."""

    year: int
    with_text: int
    cited: int
    left: float
    width: float
    text_height: int
    cited_height: int
    is_labelled: bool

    @property
    def middle(self) -> float:
        return round(self.left + self.width / 2, 3)


def columns(documents: Iterable[tuple[int, bool]]) -> tuple[Column, ...]:
    """A column for each year from the first to the last; a document is its year, and whether its
    text is in the corpus."""
    counts: dict[int, list[int]] = {}
    for year, has_text in documents:
        counts.setdefault(year, [0, 0])[not has_text] += 1
    if not counts:
        return ()
    years = range(min(counts), max(counts) + 1)
    most = max(map(sum, counts.values()))
    width = 100 / len(years)

    def height(count: int) -> int:
        return max(LEAST, round(HEIGHT * count / most)) if count else 0

    made = []
    for place, year in enumerate(years):
        with_text, cited = counts.get(year, (0, 0))
        left, wide = round(place * width, 3), round(width, 3)
        is_labelled = year % _BETWEEN_LABELS == 0 or len(years) <= _BETWEEN_LABELS
        heights = height(with_text), height(cited)
        made.append(Column(year, with_text, cited, left, wide, *heights, is_labelled))
    return tuple(made)
