"""Documents by year of issue, as columns to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
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


def columns(with_text: Mapping[int, int], cited: Mapping[int, int]) -> tuple[Column, ...]:
    """A column for each year from the first to the last, from the documents of each year: those
    whose text is in the corpus, and those only cited."""
    counts = {year: (with_text.get(year, 0), cited.get(year, 0)) for year in {*with_text, *cited}}
    if not counts:
        return ()
    years = range(min(counts), max(counts) + 1)
    most = max(map(sum, counts.values()))
    width = 100 / len(years)

    def height(count: int) -> int:
        return max(LEAST, round(HEIGHT * count / most)) if count else 0

    made = []
    for place, year in enumerate(years):
        pair = counts.get(year, (0, 0))
        left, wide = round(place * width, 3), round(width, 3)
        is_labelled = year % _BETWEEN_LABELS == 0 or len(years) <= _BETWEEN_LABELS
        made.append(Column(year, *pair, left, wide, height(pair[0]), height(pair[1]), is_labelled))
    return tuple(made)
